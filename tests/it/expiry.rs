//! What the clock ends is ended for everybody at once, and written once.

use entity::{
    AttemptState, EventType, ExpiryReason, Party, Role,
    StepKind::{DigilockerAadhaar, Pan, Selfie},
    StepStatus::{Completed, InProgress, RequiresAction},
    attempt,
};
use futures_util::future::join_all;
use kyc_stack::{
    error::UserErrorCode,
    kyc::{
        attempt::{AttemptCreate, AttemptReject, create, reject},
        expiry::{expire, expire_due, link_expiries_due, step_timeouts_due},
        hold::{HoldPlace, place},
        link::{LinkExtend, LinkResend, LinkRevoke, extend, resend, revoke},
    },
};

use crate::harness::office::{Office, of_nobody, reason, refusal};

/// What is written of an attempt that nobody ever opened.
fn assert_never_opened(row: &attempt::Model) {
    assert_eq!((row.state, row.expiry_reason), (AttemptState::Expired, Some(ExpiryReason::NeverOpened)));
    assert_eq!(row.ended_at, row.expires_at, "it ended when it ran out, not when that was written");
}

#[tokio::test]
async fn whoever_meets_an_overdue_attempt_finds_it_expired() {
    let office = Office::open().await;
    let (kyc, admin) = (&office.kyc, office.member(Role::Admin));
    let attempts = [
        office.link(&[Pan]).await,
        office.link(&[Pan]).await,
        office.link(&[Pan]).await,
        office.link(&[Pan]).await,
        office.link(&[Pan]).await,
        office.link(&[Pan]).await,
    ];
    let ids = attempts.map(|issued| issued.attempt.id);
    let step = office.steps(ids[0]).await[0].id;
    office.later(24);

    let refusals = [
        refusal(office.step(step, Completed).await),
        refusal(
            reject(
                kyc,
                &admin,
                AttemptReject { attempt_id: ids[1], reason: reason("UNDER_AGE"), expected_version: None },
                None,
            )
            .await,
        ),
        refusal(
            place(kyc, &admin, HoldPlace { attempt_id: ids[2], reason: reason("UNDER_REVIEW") }, None).await,
        ),
        refusal(resend(kyc, &admin, LinkResend { attempt_id: ids[3] }, None).await),
        refusal(extend(kyc, &admin, LinkExtend { attempt_id: ids[4], validity_hours: 1 }, None).await),
        refusal(revoke(kyc, &admin, LinkRevoke { attempt_id: ids[5] }, None).await),
    ];
    for (refusal, id) in refusals.into_iter().zip(ids) {
        assert_eq!(refusal, (UserErrorCode::AttemptEnded, String::new()));
        assert_never_opened(&office.row(id).await);
        let told = office.told(id).await;
        assert_eq!(
            told,
            [EventType::AttemptCreated, EventType::LinkGenerated, EventType::AttemptStateChanged]
        );
    }
    office.audit().await;
}

#[tokio::test]
async fn an_overdue_attempt_makes_way_for_the_next() {
    let office = Office::open().await;
    let first = office.link(&[Pan]).await.attempt;
    office.later(24);
    let next = AttemptCreate { customer_id: Some(first.customer_id), ..of_nobody(&[Pan]) };
    let key = Some("next".to_owned());
    let next = create(&office.kyc, &office.member(Role::Admin), next, key).await.unwrap();
    assert_eq!((next.answer.attempt.number, next.replayed), (2, false));
    assert_never_opened(&office.row(first.id).await);
    let log = office.log().await;
    let expired = log.iter().find(|event| event.kind == EventType::AttemptStateChanged).unwrap();
    assert_eq!(expired.actor_kind, entity::ActorKind::System, "the clock did it, and not who met it");
    office.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_replicas_write_an_expiry_once() {
    let office = Office::open().await;
    let mut ids = Vec::new();
    for _ in 0..10 {
        ids.push(office.link(&[DigilockerAadhaar]).await.attempt.id);
    }
    // One is in the middle of DigiLocker, which the customer alone is waited for, too.
    let step = office.steps(ids[0]).await[0].id;
    office.step(step, InProgress).await.unwrap();
    assert_eq!(expire_due(&office.kyc, 100).await.unwrap(), 0);
    assert!(!expire(&office.kyc, office.scope(), ids[0]).await.unwrap(), "it is not due");
    office.later(24);
    let replicas = join_all((0..4).map(|_| expire_due(&office.kyc, 100))).await;
    assert_eq!(replicas.into_iter().map(Result::unwrap).sum::<usize>(), 10);
    for id in ids {
        assert_never_opened(&office.row(id).await);
        let told = office.told(id).await;
        assert_eq!(told.last(), Some(&EventType::AttemptStateChanged));
        assert_eq!(office.steps(id).await[0].deadline_at, None);
    }
    assert_eq!(
        step_timeouts_due(&office.kyc, 100).await.unwrap(),
        0,
        "nothing watches the steps of what is over"
    );
    office.audit().await;
}

#[tokio::test]
async fn a_link_that_runs_out_while_a_reviewer_has_the_attempt_ends_alone() {
    let office = Office::open().await;
    let attempt = office.link(&[Selfie]).await.attempt;
    let step = office.steps(attempt.id).await[0].id;
    office.step(step, RequiresAction).await.unwrap();
    office.later(24);
    assert_eq!(expire_due(&office.kyc, 100).await.unwrap(), 0);
    assert_eq!(link_expiries_due(&office.kyc, 100).await.unwrap(), 1);
    assert_eq!(link_expiries_due(&office.kyc, 100).await.unwrap(), 0, "once");
    let row = office.row(attempt.id).await;
    assert_eq!((row.state, row.link_expiry_recorded), (AttemptState::InProgress, true));
    assert_eq!(office.told(attempt.id).await.last(), Some(&EventType::LinkExpired));
    office.audit().await;
}

#[tokio::test]
async fn steps_that_take_too_long_go_to_a_reviewer_in_one_change() {
    let office = Office::open().await;
    let attempt = office.attempt(&[Pan, DigilockerAadhaar, Selfie]).await;
    let steps = office.steps(attempt.id).await;
    for step in &steps {
        office.step(step.id, InProgress).await.unwrap();
    }
    let before = office.row(attempt.id).await.version;
    office.later(2);
    assert_eq!(step_timeouts_due(&office.kyc, 100).await.unwrap(), 1);
    assert_eq!(step_timeouts_due(&office.kyc, 100).await.unwrap(), 0, "once");
    let after = office.steps(attempt.id).await;
    for late in &after[..2] {
        assert_eq!((late.status, late.waiting_on), (RequiresAction, Some(Party::Reviewer)));
        assert_eq!(late.reason_code.as_deref(), Some("STEP_TIMED_OUT"));
    }
    assert_eq!(after[2].status, InProgress, "a picture may take a day");
    assert_eq!(office.row(attempt.id).await.version, before + 1);
    office.audit().await;
}
