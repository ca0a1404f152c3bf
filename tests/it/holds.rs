//! A hold blocks completion, and the release of the last one completes.

use entity::{
    AttemptState, EventType, Party, Role,
    StepKind::Pan,
    StepStatus::Completed,
    id::{AttemptId, HoldId},
};
use kyc_stack::{
    error::UserErrorCode,
    kyc::hold::{HoldPlace, HoldRelease, place, release},
};
use uuid::Uuid;

use crate::harness::office::{Office, reason, refusal};

#[tokio::test]
async fn a_hold_blocks_completion_until_the_last_one_is_released() {
    let office = Office::open().await;
    let reviewer = office.member(Role::Reviewer);
    let attempt = office.attempt(&[Pan]).await;
    let on = |attempt_id| HoldPlace { attempt_id, reason: reason("SUSPECTED_FRAUD") };
    let first = place(&office.kyc, &reviewer, on(attempt.id), None).await.unwrap().answer;
    let second = place(&office.kyc, &reviewer, on(attempt.id), None).await.unwrap().answer;
    assert_eq!((second.attempt.active_holds, second.attempt.version), (2, 3));

    let step = office.steps(attempt.id).await[0].id;
    let held = office.step(step, Completed).await.unwrap().answer.attempt;
    assert_eq!((held.state, held.waiting_on), (AttemptState::InProgress, Some(Party::Reviewer)));

    let off = |hold_id| HoldRelease { hold_id, note: Some("  looked at it ".to_owned()) };
    let open = release(&office.kyc, &reviewer, off(first.hold.id), None).await.unwrap().answer;
    assert_eq!((open.attempt.state, open.attempt.active_holds), (AttemptState::InProgress, 1));
    assert_eq!(open.hold.release_note.as_deref(), Some("looked at it"));
    let done = release(&office.kyc, &reviewer, off(second.hold.id), None).await.unwrap().answer;
    assert_eq!(done.attempt.state, AttemptState::Completed);
    let again = release(&office.kyc, &reviewer, off(second.hold.id), None).await.unwrap().answer;
    assert_eq!(
        (again.hold, again.attempt),
        (done.hold, done.attempt),
        "again is a success that changes nothing"
    );

    use EventType::{AttemptCreated, AttemptStateChanged, HoldPlaced, HoldReleased, StepStatusChanged};
    let told = office.told(attempt.id).await;
    assert_eq!(
        told,
        [
            AttemptCreated,
            HoldPlaced,
            HoldPlaced,
            StepStatusChanged,
            AttemptStateChanged,
            HoldReleased,
            HoldReleased,
            AttemptStateChanged
        ]
    );
    let late = place(&office.kyc, &reviewer, on(attempt.id), None).await;
    assert_eq!(refusal(late), (UserErrorCode::AttemptEnded, String::new()));
    let unknown = place(&office.kyc, &reviewer, on(AttemptId(Uuid::from_u128(1))), None).await;
    assert_eq!(refusal(unknown), (UserErrorCode::NotFound, "attemptId".to_owned()));
    let unknown = release(&office.kyc, &reviewer, off(HoldId(Uuid::from_u128(1))), None).await;
    assert_eq!(refusal(unknown), (UserErrorCode::NotFound, "holdId".to_owned()));
    office.audit().await;
}
