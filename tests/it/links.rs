//! Links: sent again, extended, revoked, and given back to the customer.

use chrono::TimeDelta;
use entity::{
    AttemptState, EventType, ExpiryReason, Party, Role,
    StepKind::{Pan, Selfie},
    StepStatus::{InProgress, RequiresAction},
};
use kyc_stack::{
    error::UserErrorCode,
    kyc::{
        link::{LinkExtend, LinkResend, LinkRevoke, extend, resend, revoke},
        step::StepUpdateStatus,
    },
};

use crate::harness::office::{Office, refusal, to};

#[tokio::test]
async fn a_resent_link_ends_those_before() {
    let office = Office::open().await;
    let agent = office.member(Role::Agent);
    let first = office.link(&[Pan]).await;
    let input = LinkResend { attempt_id: first.attempt.id };
    office.later(1);
    let second = resend(&office.kyc, &agent, input.clone(), None).await.unwrap().answer;
    office.later(1);
    let third = resend(&office.kyc, &agent, input, None).await.unwrap().answer;
    assert!(first.url != second.url && second.url != third.url);

    let tokens = office.tokens(first.attempt.id).await;
    assert_eq!(tokens.len(), 3);
    assert_eq!(tokens[0].replaced_at, Some(tokens[1].issued_at));
    assert_eq!(tokens[1].replaced_at, Some(tokens[2].issued_at));
    assert_eq!(tokens[2].replaced_at, None);
    assert_eq!(third.attempt.link_issued_count, 3);
    assert_eq!(third.attempt.expires_at, first.attempt.expires_at, "an end in the future stays");

    let without = office.attempt(&[Pan]).await;
    let given =
        resend(&office.kyc, &agent, LinkResend { attempt_id: without.id }, None).await.unwrap().answer;
    assert!(given.url.is_some());
    assert_eq!(given.attempt.expires_at, Some(given.attempt.updated_at + TimeDelta::hours(72)));
    assert_eq!(given.attempt.due_at, given.attempt.expires_at);
    assert_eq!(office.told(without.id).await, [EventType::AttemptCreated, EventType::LinkGenerated]);
    office.audit().await;
}

#[tokio::test]
async fn a_revoked_link_ends_an_attempt_that_waits_on_the_customer_alone() {
    let office = Office::open().await;
    let agent = office.member(Role::Agent);
    let theirs = office.link(&[Selfie]).await.attempt;
    let expired =
        revoke(&office.kyc, &agent, LinkRevoke { attempt_id: theirs.id }, None).await.unwrap().answer.attempt;
    assert_eq!((expired.state, expired.expiry_reason), (AttemptState::Expired, Some(ExpiryReason::Revoked)));

    // While a reviewer has it, the link alone dies.
    let ours = office.link(&[Selfie]).await.attempt;
    let step = office.steps(ours.id).await[0].id;
    office.step(step, RequiresAction).await.unwrap();
    let open =
        revoke(&office.kyc, &agent, LinkRevoke { attempt_id: ours.id }, None).await.unwrap().answer.attempt;
    assert_eq!(open.state, AttemptState::InProgress);
    let again =
        revoke(&office.kyc, &agent, LinkRevoke { attempt_id: ours.id }, None).await.unwrap().answer.attempt;
    assert_eq!(again, open, "again is a success that changes nothing");
    let input = LinkExtend { attempt_id: ours.id, validity_hours: 48 };
    let refused = extend(&office.kyc, &agent, input.clone(), None).await;
    assert_eq!(refusal(refused).0, UserErrorCode::LinkInactive);
    resend(&office.kyc, &agent, LinkResend { attempt_id: ours.id }, None).await.unwrap();
    let extended = extend(&office.kyc, &agent, input, None).await.unwrap().answer.attempt;
    assert_eq!(extended.expires_at, Some(extended.updated_at + TimeDelta::hours(48)));
    office.audit().await;
}

#[tokio::test]
async fn an_attempt_handed_back_after_its_link_died_leaves_the_customer_three_days() {
    let office = Office::open().await;
    let attempt = office.link(&[Selfie]).await.attempt;
    let step = office.steps(attempt.id).await[0].id;
    office.step(step, RequiresAction).await.unwrap();
    office.later(100);
    assert_eq!(office.row(attempt.id).await.due_at, None, "the clock does not take it from a reviewer");

    let reviewer = office.member(Role::Reviewer);
    let back = StepUpdateStatus { action_by: Some(Party::Customer), ..to(step, RequiresAction) };
    let moved = office.step_as(&reviewer, None, back).await.unwrap().answer;
    assert_eq!(moved.attempt.waiting_on, Some(Party::Customer));
    assert_eq!(moved.attempt.expires_at, Some(office.kyc.clock.now() + TimeDelta::hours(72)));
    assert_eq!(moved.attempt.due_at, moved.attempt.expires_at);
    let told = office.told(attempt.id).await;
    assert_eq!(told[told.len() - 2..], [EventType::StepStatusChanged, EventType::LinkExtended]);
    office.later(71);
    assert!(office.step(step, InProgress).await.is_ok());
    office.audit().await;
}
