use entity::{
    ActorKind::{ApiKey, Customer, Member, Provider, System},
    AttemptState::{self, Completed, Created, Expired, InProgress, Rejected},
    ExpiryReason, Party,
    StepKind::{Pan, SanctionScreening, Selfie, Signature},
    StepStatus,
};

use super::{Journey, at, reason};
use crate::lifecycle::{
    Refusal,
    attempt::{Change, may},
    reasons::TRIES_EXHAUSTED,
    step::Move,
};

fn pass(by: entity::ActorKind, hours: i64) -> Move {
    Move::new(StepStatus::Completed, by, at(hours))
}

fn begin(hours: i64) -> Move {
    Move::new(StepStatus::InProgress, Customer, at(hours))
}

fn to_reviewer(hours: i64) -> Move {
    Move::new(StepStatus::RequiresAction, Provider, at(hours)).because(reason("NAME_MISMATCH"))
}

#[test]
fn every_pair() {
    let allowed: Vec<_> = AttemptState::ALL
        .iter()
        .flat_map(|from| AttemptState::ALL.iter().map(move |to| (*from, *to)))
        .filter(|(from, to)| may(*from, *to))
        .collect();
    assert_eq!(
        allowed,
        [
            (Created, InProgress),
            (Created, Rejected),
            (Created, Expired),
            (InProgress, Completed),
            (InProgress, Rejected),
            (InProgress, Expired),
        ]
    );
}

#[test]
fn system_does_not_begin_an_attempt_and_anybody_else_does() {
    for (by, state) in
        [(System, Created), (ApiKey, InProgress), (Provider, InProgress), (Customer, InProgress)]
    {
        let mut journey = Journey::new(&[Pan, SanctionScreening], None);
        let index = usize::from(by == System);
        journey.go(index, &Move::new(StepStatus::InProgress, by, at(1)));
        assert_eq!(journey.attempt.state, state, "{by}");
        assert_eq!(journey.attempt.started_at, (state == InProgress).then(|| at(1)));
    }
}

#[test]
fn the_last_step_completes_it() {
    let mut journey = Journey::new(&[Pan, Selfie], Some(24));
    assert_eq!(journey.go(0, &pass(ApiKey, 1)).changes, [Change::State { from: Created, to: InProgress }]);
    assert_eq!(journey.go(1, &pass(ApiKey, 2)).changes, [Change::State { from: InProgress, to: Completed }]);
    let attempt = &journey.attempt;
    assert_eq!((attempt.completed_steps, attempt.ended_at), (2, Some(at(2))));
    assert_eq!((attempt.waiting_on, attempt.waiting_since, attempt.due_at), (None, None, None));
}

#[test]
fn a_screening_alone_passes_through_in_progress() {
    let mut journey = Journey::new(&[SanctionScreening], Some(24));
    let changes = journey.go(0, &pass(System, 1)).changes;
    assert_eq!(
        changes,
        [Change::State { from: Created, to: InProgress }, Change::State { from: InProgress, to: Completed }]
    );
    assert_eq!(journey.attempt.started_at, Some(at(1)));
}

#[test]
fn a_hold_blocks_completion_until_it_is_released() {
    let mut journey = Journey::new(&[Pan], Some(24));
    let held = journey.attempt.hold(&journey.steps, at(1)).expect("open");
    journey.write(&held);
    let twice = journey.attempt.hold(&journey.steps, at(1)).expect("open");
    journey.write(&twice);
    assert_eq!(journey.attempt.waiting_on, Some(Party::Customer));
    assert_eq!(journey.attempt.due_at, None);

    journey.go(0, &pass(ApiKey, 2));
    assert_eq!((journey.attempt.state, journey.attempt.waiting_on), (InProgress, Some(Party::Reviewer)));
    assert_eq!(journey.attempt.waiting_since, Some(at(2)));

    let one_left = journey.attempt.release(&journey.steps, at(3)).expect("held");
    journey.write(&one_left);
    assert_eq!(journey.attempt.state, InProgress);
    let none_left = journey.attempt.release(&journey.steps, at(4)).expect("held");
    journey.write(&none_left);
    assert_eq!((journey.attempt.state, journey.attempt.ended_at), (Completed, Some(at(4))));
}

#[test]
fn there_is_nothing_to_release_without_a_hold() {
    let journey = Journey::new(&[Pan], None);
    assert_eq!(journey.attempt.release(&journey.steps, at(1)), Err(Refusal::NoActiveHold));
}

#[test]
fn a_hold_stops_no_rejection() {
    let mut journey = Journey::new(&[Pan], None);
    let held = journey.attempt.hold(&journey.steps, at(1)).expect("open");
    journey.write(&held);
    let rejected = journey.attempt.reject(reason("DUPLICATE_CUSTOMER"), at(2)).expect("open");
    assert_eq!(rejected.changes, [Change::State { from: Created, to: Rejected }]);
    journey.write(&rejected);
    assert_eq!(
        journey.attempt.rejection.as_ref().map(|reason| reason.code.as_str()),
        Some("DUPLICATE_CUSTOMER")
    );
}

#[test]
fn a_step_that_failed_for_good_rejects_it() {
    let mut journey = Journey::new(&[Pan, Selfie], Some(24));
    for round in 0..3 {
        journey.go(0, &begin(round));
        assert_eq!(journey.attempt.state, InProgress);
        journey.go(0, &Move::new(StepStatus::Failed, Provider, at(round)).because(reason("PAN_NOT_FOUND")));
    }
    assert_eq!(journey.attempt.state, Rejected);
    assert_eq!(journey.attempt.rejection.map(|reason| reason.code).as_deref(), Some(TRIES_EXHAUSTED));
}

#[test]
fn a_screening_that_failed_for_good_keeps_its_own_reason() {
    let mut journey = Journey::new(&[SanctionScreening, Pan], Some(24));
    journey.steps[0].max_tries = 1;
    journey.go(0, &Move::new(StepStatus::Failed, Member, at(1)).because(reason("SCREENING_CONFIRMED")));
    let rejection = journey.attempt.rejection.expect("a rejection");
    assert_eq!(rejection.code, "SCREENING_CONFIRMED");
    assert_eq!(rejection.for_customer().0, "UNDER_REVIEW");
}

#[test]
fn it_waits_on_the_customer_before_a_provider_before_a_reviewer() {
    let mut journey = Journey::new(&[Pan, Selfie, Signature], Some(24));
    assert_eq!(
        (journey.attempt.waiting_on, journey.attempt.waiting_since),
        (Some(Party::Customer), Some(at(0)))
    );
    journey.go(0, &to_reviewer(1));
    let needs = journey.attempt.needs;
    assert!(needs.customer && !needs.provider && needs.reviewer);
    assert_eq!(journey.attempt.waiting_since, Some(at(0)), "still the customer");
    journey.go(1, &pass(Provider, 2));
    journey.go(2, &pass(Provider, 3));
    assert_eq!(
        (journey.attempt.waiting_on, journey.attempt.waiting_since),
        (Some(Party::Reviewer), Some(at(3)))
    );
}

#[test]
fn the_clock_expires_it_only_while_the_customer_alone_is_waited_for() {
    let mut journey = Journey::new(&[Pan], Some(24));
    assert_eq!(journey.attempt.due_at, Some(at(24)));
    assert_eq!(journey.attempt.as_of(at(23)), journey.attempt);
    let seen = journey.attempt.as_of(at(30));
    assert_eq!((seen.state, seen.expiry_reason), (Expired, Some(ExpiryReason::NeverOpened)));
    assert_eq!((seen.ended_at, seen.waiting_on), (Some(at(24)), None));
    assert_eq!(journey.attempt.expire(at(24)).map(|settled| settled.attempt), Some(seen));

    journey.go(0, &begin(1));
    assert_eq!((journey.attempt.waiting_on, journey.attempt.due_at), (Some(Party::Provider), None));
    assert_eq!(journey.attempt.as_of(at(1000)), journey.attempt);
    assert_eq!(journey.attempt.expire(at(1000)), None);
}

#[test]
fn an_attempt_without_a_link_never_expires() {
    let journey = Journey::new(&[Pan], None);
    assert_eq!(journey.attempt.as_of(at(1_000_000)).state, Created);
}

#[test]
fn an_overdue_attempt_refuses_everything_as_expired() {
    let Journey { attempt, steps } = Journey::new(&[Pan], Some(1));
    let late = at(1);
    let ended = Refusal::AttemptEnded { state: Expired };
    let hours = super::validity(1);
    let answers = [
        attempt.settle(&steps, Some(Member), late),
        attempt.hold(&steps, late),
        attempt.release(&steps, late),
        attempt.reject(reason("OTHER"), late),
        attempt.issue_link(hours, late),
        attempt.extend_link(hours, late),
        attempt.revoke_link(late),
        attempt.open_link(late),
    ];
    for answer in answers {
        assert_eq!(answer, Err(ended.clone()));
    }
}

#[test]
fn handing_back_renews_a_link_that_died_meanwhile() {
    let mut journey = Journey::new(&[Pan], Some(2));
    journey.go(0, &begin(1));
    journey.go(0, &to_reviewer(1));
    let recorded = journey.attempt.record_link_expiry(at(50)).expect("it ran out");
    journey.write(&recorded);
    let back = Move::new(StepStatus::Failed, Member, at(60)).because(reason("DOCUMENT_UNREADABLE"));
    assert_eq!(journey.go(0, &back).changes, [Change::LinkRenewed]);
    let link = journey.attempt.link.expect("a link");
    assert_eq!((link.expires_at, link.expiry_recorded), (at(132), false));
    assert_eq!((journey.attempt.waiting_on, journey.attempt.due_at), (Some(Party::Customer), Some(at(132))));
}

#[test]
fn handing_back_by_a_reviewer_leaves_the_customer_three_days() {
    for (hours, until) in [(30, 92), (500, 500)] {
        let mut journey = Journey::new(&[Pan], Some(hours));
        journey.go(0, &begin(1));
        journey.go(0, &to_reviewer(1));
        let ask = Move::new(StepStatus::RequiresAction, Member, at(20));
        journey.go(0, &ask.because(reason("REDO_REQUESTED")).action_by(Party::Customer));
        assert_eq!(journey.attempt.due_at, Some(at(until)));
    }
}

#[test]
fn an_ordinary_answer_does_not_lengthen_a_short_link() {
    let mut journey = Journey::new(&[SanctionScreening, Pan, Selfie], Some(1));
    assert_eq!(journey.attempt.due_at, None, "the screening is not done");
    assert_eq!(journey.go(0, &pass(System, 0)).changes, []);
    assert_eq!(journey.attempt.due_at, Some(at(1)));
    journey.go(1, &begin(0));
    journey.go(1, &pass(Provider, 0));
    assert_eq!(journey.attempt.due_at, Some(at(1)));
}

#[test]
fn releasing_a_hold_that_outlived_the_link_renews_it() {
    let mut journey = Journey::new(&[Pan], Some(2));
    let held = journey.attempt.hold(&journey.steps, at(1)).expect("open");
    journey.write(&held);
    let released = journey.attempt.release(&journey.steps, at(10)).expect("held");
    assert_eq!(released.changes, [Change::LinkRenewed]);
    journey.write(&released);
    assert_eq!(journey.attempt.due_at, Some(at(82)));
}
