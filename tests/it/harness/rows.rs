//! Rows with every column filled, to be changed where a test needs something else: `step::Model { tries: 2, ..step(&attempt) }`.

use entity::{
    ActorKind, AttemptState, EventType, MerchantMode, Party, StepKind, StepStatus, Time, attempt, customer,
    event,
    id::{AttemptId, CustomerId, EventId, MerchantId, StepId},
    merchant::{self, Journey, Origins},
    step,
};
use sea_orm::prelude::{DateTimeUtc, Json};
use serde_json::json;
use uuid::Uuid;

pub(crate) fn uuid(number: u128) -> Uuid {
    // Version and variant bits as v7 has them, and a high byte that no signed reading would keep in order.
    Uuid::from_u128(0xf9ab_3c25_a0b1_7000_8000_0000_0000_0000 | number)
}

pub(crate) fn at(text: &str) -> Time {
    text.parse::<DateTimeUtc>().unwrap()
}

pub(crate) fn some_time() -> Time {
    at("2026-11-22T19:25:25.031203Z")
}

pub(crate) fn some_json() -> Json {
    json!({"steps": [1, 2.5, -3], "nested": {"ü": "🪪 \" \\ \n"}, "none": null, "yes": true, "big": 9007199254740993_i64})
}

pub(crate) const NAME: &str = "Zoë 李 ज़ोया 🪪 O'Brien \\ \"%_";

pub(crate) fn merchant(number: u128) -> merchant::Model {
    merchant::Model {
        id: MerchantId(uuid(number)),
        name: NAME.to_owned(),
        slug: format!("slug-{number}"),
        mode: MerchantMode::Sandbox,
        time_zone: "Asia/Kolkata".to_owned(),
        journey: Journey(StepKind::ALL.to_vec()),
        link_validity_hours: 72,
        redirect_origins: Origins(vec!["https://example.com:8443".to_owned()]),
        display_name: NAME.to_owned(),
        primary_color: "#112233".to_owned(),
        background_color: "#ffffff".to_owned(),
        surface_color: "#eeeeee".to_owned(),
        text_color: "#000000".to_owned(),
        corner_radius: 0,
        logo: Some("a/logo/b".to_owned()),
        support_email: Some("help@example.com".to_owned()),
        support_url: Some("https://example.com/".to_owned()),
        branding_updated_at: some_time(),
        created_at: some_time(),
    }
}

pub(crate) fn customer(merchant: u128, number: u128) -> customer::Model {
    customer::Model {
        id: CustomerId(uuid(number)),
        merchant_id: MerchantId(uuid(merchant)),
        reference: Some(format!("ref-{number}")),
        name: NAME.to_owned(),
        name_key: "zoe".to_owned(),
        email: Some("zoe@example.com".to_owned()),
        phone: Some("+919999999999".to_owned()),
        date_of_birth: Some("1969-12-31".parse().unwrap()),
        country: Some("IN".to_owned()),
        created_at: some_time(),
        updated_at: some_time(),
        version: 1,
    }
}

pub(crate) fn attempt(customer: &customer::Model, number: i32) -> attempt::Model {
    attempt::Model {
        id: AttemptId(uuid((customer.id.0.as_u128() & 0xffff) * 1000 + number as u128)),
        merchant_id: customer.merchant_id,
        customer_id: customer.id,
        number,
        newest: true,
        state: AttemptState::InProgress,
        mode: MerchantMode::Live,
        waiting_on: Some(Party::Customer),
        waiting_since: Some(some_time()),
        needs_customer: true,
        needs_provider: false,
        needs_reviewer: true,
        active_holds: 1,
        completed_steps: 0,
        total_steps: 6,
        step_statuses: 0,
        redirect_url: Some("https://example.com/done".to_owned()),
        consented_at: Some(some_time()),
        rejection_code: None,
        rejection_message: None,
        rejection_staff_note: None,
        expiry_reason: None,
        created_at: some_time(),
        started_at: Some(some_time()),
        ended_at: None,
        expires_at: Some(at("2026-11-25T19:25:25Z")),
        due_at: Some(at("2026-11-25T19:25:25.1Z")),
        link_issued_count: 1,
        link_open_count: 2,
        link_last_opened_at: Some(some_time()),
        link_revoked_at: Some(some_time()),
        link_expiry_recorded: true,
        updated_at: some_time(),
        version: i32::MAX,
    }
}

pub(crate) fn rejected(customer: &customer::Model, number: i32) -> attempt::Model {
    attempt::Model {
        newest: false,
        state: AttemptState::Rejected,
        waiting_on: None,
        waiting_since: None,
        redirect_url: None,
        consented_at: None,
        rejection_code: Some("DOCUMENT_FORGED".to_owned()),
        rejection_message: Some(NAME.to_owned()),
        rejection_staff_note: Some(String::new()),
        started_at: None,
        ended_at: Some(some_time()),
        expires_at: None,
        due_at: None,
        link_last_opened_at: None,
        link_revoked_at: None,
        link_expiry_recorded: false,
        ..attempt(customer, number)
    }
}

pub(crate) fn step(attempt: &attempt::Model, kind: StepKind, position: i32) -> step::Model {
    step::Model {
        id: StepId(uuid((attempt.id.0.as_u128() & 0xff_ffff) * 10 + position as u128)),
        merchant_id: attempt.merchant_id,
        attempt_id: attempt.id,
        kind,
        position,
        status: StepStatus::RequiresAction,
        waiting_on: Some(Party::Reviewer),
        reason_code: Some("NAME_MISMATCH".to_owned()),
        reason_message: Some(NAME.to_owned()),
        reason_staff_note: Some(NAME.to_owned()),
        tries: 1,
        max_tries: 3,
        provider: Some("sandbox".to_owned()),
        started_at: Some(some_time()),
        ended_at: Some(some_time()),
        deadline_at: Some(some_time()),
        check_due_at: Some(some_time()),
        updated_at: some_time(),
        version: 2,
    }
}

pub(crate) fn event(merchant: u128, seq: i64, kind: EventType) -> event::Model {
    event::Model {
        merchant_id: MerchantId(uuid(merchant)),
        seq,
        id: EventId(uuid(0xe000 + seq as u128)),
        kind,
        at: some_time(),
        actor_kind: ActorKind::Member,
        actor_id: Some(uuid(90)),
        customer_id: Some(CustomerId(uuid(91))),
        attempt_id: Some(AttemptId(uuid(92))),
        step_id: Some(StepId(uuid(93))),
        subject_id: Some(uuid(94)),
        from: Some("NOT_STARTED".to_owned()),
        to: Some("COMPLETED".to_owned()),
        reason_code: Some("NAME_MISMATCH".to_owned()),
        data: some_json(),
    }
}
