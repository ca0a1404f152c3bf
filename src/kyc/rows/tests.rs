//! What the rules know survives its way through a row, whatever it is.

use chrono::DateTime;
use entity::{
    ExpiryReason, Party, StepKind,
    id::{CustomerId, MerchantId, StepId},
};
use proptest::{option, prelude::*, sample::select};
use sea_orm::ActiveValue;
use uuid::Uuid;

use super::*;

fn time() -> impl Strategy<Value = Time> + Clone {
    (0..4_000_000_000_000_000_i64)
        .prop_map(|micros| DateTime::from_timestamp_micros(micros).expect("a moment"))
}

fn party() -> impl Strategy<Value = Option<Party>> {
    option::of(select(Party::ALL))
}

fn reason() -> impl Strategy<Value = Option<Reason>> {
    let fields = ("[A-Z][A-Z0-9_]{1,9}", ".{0,9}", option::of(".{0,9}"));
    option::of(fields.prop_map(|(code, message, staff_note)| Reason { code, message, staff_note }))
}

fn link() -> impl Strategy<Value = Option<Link>> {
    let fields = (1..99, 0..99, option::of(time()), time(), option::of(time()), any::<bool>());
    option::of(fields.prop_map(
        |(issued, opened, last_opened_at, expires_at, revoked_at, expiry_recorded)| Link {
            issued,
            opened,
            last_opened_at,
            expires_at,
            revoked_at,
            expiry_recorded,
        },
    ))
}

prop_compose! {
    fn attempt_rules()(
        state in select(AttemptState::ALL),
        waiting_on in party(),
        (waiting_since, started_at, ended_at, due_at) in
            (option::of(time()), option::of(time()), option::of(time()), option::of(time())),
        (customer, provider, reviewer) in any::<(bool, bool, bool)>(),
        (active_holds, completed_steps, total_steps, statuses) in (0..9, 0..9, 0..9, 0..1_i32 << 18),
        link in link(),
        expiry_reason in option::of(select(ExpiryReason::ALL)),
        rejection in reason(),
    ) -> Attempt {
        let needs = Needs { customer, provider, reviewer };
        let statuses = Statuses(statuses);
        Attempt {
            state, waiting_on, waiting_since, needs, active_holds, completed_steps, total_steps, statuses, started_at,
            ended_at, due_at, link, expiry_reason, rejection,
        }
    }
}

prop_compose! {
    fn step_rules()(
        kind in select(StepKind::ALL),
        status in select(StepStatus::ALL),
        waiting_on in party(),
        reason in reason(),
        (tries, max_tries) in (0..9, 1..9),
        (started_at, ended_at) in (option::of(time()), option::of(time())),
        (deadline_at, check_due_at) in (option::of(time()), option::of(time())),
    ) -> Step {
        Step {
            kind, status, waiting_on, reason, tries, max_tries, started_at, ended_at, deadline_at, check_due_at,
        }
    }
}

fn attempt_row(rules: Attempt) -> attempt::Model {
    let row = attempt::Model {
        id: AttemptId(Uuid::from_u128(1)),
        merchant_id: MerchantId(Uuid::from_u128(2)),
        customer_id: CustomerId(Uuid::from_u128(3)),
        number: 4,
        newest: true,
        state: AttemptState::Created,
        mode: MerchantMode::Sandbox,
        waiting_on: None,
        waiting_since: None,
        needs_customer: false,
        needs_provider: false,
        needs_reviewer: false,
        active_holds: 0,
        completed_steps: 0,
        total_steps: 0,
        step_statuses: 0,
        redirect_url: Some("https://example.com/".to_owned()),
        consented_at: None,
        rejection_code: None,
        rejection_message: None,
        rejection_staff_note: None,
        expiry_reason: None,
        created_at: DateTime::UNIX_EPOCH,
        started_at: None,
        ended_at: None,
        expires_at: None,
        due_at: None,
        link_issued_count: 0,
        link_open_count: 0,
        link_last_opened_at: None,
        link_revoked_at: None,
        link_expiry_recorded: false,
        updated_at: DateTime::UNIX_EPOCH,
        version: 5,
    };
    with_rules(row, rules)
}

fn step_row(rules: Step) -> step::Model {
    let row = step::Model {
        id: StepId(Uuid::from_u128(6)),
        merchant_id: MerchantId(Uuid::from_u128(2)),
        attempt_id: AttemptId(Uuid::from_u128(1)),
        kind: StepKind::Pan,
        position: 1,
        status: StepStatus::NotStarted,
        waiting_on: None,
        reason_code: None,
        reason_message: None,
        reason_staff_note: None,
        tries: 0,
        max_tries: 1,
        provider: Some("sandbox".to_owned()),
        started_at: None,
        ended_at: None,
        deadline_at: None,
        check_due_at: None,
        updated_at: DateTime::UNIX_EPOCH,
        version: 7,
    };
    with_step_rules(row, rules)
}

proptest! {
    #[test]
    fn an_attempt_survives_its_row(before in attempt_rules(), after in attempt_rules(), at in time()) {
        let row = attempt_row(before.clone());
        prop_assert_eq!(&rules_of(&row), &before);
        let changed = attempt_after(&row, after.clone(), at);
        prop_assert_eq!(rules_of(&changed), after);
        prop_assert_eq!((changed.version, changed.updated_at), (6, at));
        // Back again, it is the same row but for what counts the changes.
        let back = attempt_after(&changed, before, row.updated_at);
        prop_assert_eq!(attempt::Model { version: row.version, ..back }, row);
    }

    #[test]
    fn a_step_survives_its_row(before in step_rules(), after in step_rules(), at in time()) {
        let row = step_row(before.clone());
        prop_assert_eq!(&step_rules_of(&row), &before);
        let changed = step_after(&row, after.clone(), at);
        prop_assert_eq!(step_rules_of(&changed), after);
        prop_assert_eq!((changed.version, changed.updated_at), (8, at));
        let back = step_after(&changed, before, row.updated_at);
        prop_assert_eq!(step::Model { version: row.version, ..back }, row);
    }

    #[test]
    fn only_the_columns_that_differ_are_written(before in attempt_rules(), after in attempt_rules(), at in time()) {
        let before = attempt_row(before);
        let after = attempt_after(&before, after, at);
        let row = changed::<attempt::Entity>(before.clone(), &after);
        for column in attempt::Column::iter() {
            let differs = before.get(column) != after.get(column);
            prop_assert_eq!(matches!(row.get(column), ActiveValue::Set(_)), differs, "{:?}", column);
        }
        prop_assert!(!changed::<attempt::Entity>(before.clone(), &before).is_changed());
    }
}
