use entity::{
    ActorKind::{Customer, Member},
    AttemptState::{Created, Expired, InProgress},
    ExpiryReason, LinkState,
    StepKind::{Pan, Selfie},
    StepStatus,
};

use super::{Journey, at, reason, validity};
use crate::lifecycle::{
    RefusalCode,
    attempt::{Attempt, Change},
    link::{Validity, state},
    step::Move,
};

/// A journey whose only step a provider has.
fn with_provider(hours: i32) -> Journey {
    let mut journey = Journey::new(&[Pan], Some(hours));
    journey.go(0, &Move::new(StepStatus::InProgress, Customer, at(0)));
    journey
}

fn expires_at(attempt: &Attempt) -> entity::Time {
    attempt.link.expect("a link").expires_at
}

#[test]
fn a_validity_is_an_hour_to_a_year() {
    for (hours, valid) in [(i32::MIN, false), (0, false), (1, true), (8760, true), (8761, false)] {
        assert_eq!(Validity::hours(hours).is_ok(), valid, "{hours}");
    }
}

#[test]
fn opening_begins_the_attempt_and_is_counted() {
    let mut journey = Journey::new(&[Pan], Some(24));
    let opened = journey.attempt.open_link(at(1)).expect("active");
    assert_eq!(opened.changes, [Change::LinkOpened, Change::State { from: Created, to: InProgress }]);
    journey.write(&opened);
    let again = journey.attempt.open_link(at(2)).expect("active");
    assert_eq!(again.changes, [Change::LinkOpened]);
    journey.write(&again);
    let link = journey.attempt.link.expect("a link");
    assert_eq!((link.opened, link.last_opened_at, journey.attempt.started_at), (2, Some(at(2)), Some(at(1))));
    assert_eq!(journey.attempt.as_of(at(24)).expiry_reason, Some(ExpiryReason::Abandoned));
}

#[test]
fn a_dead_link_does_not_open() {
    let journey = with_provider(2);
    let refusal = journey.attempt.open_link(at(2)).map_err(|refusal| refusal.code());
    assert_eq!(refusal, Err(RefusalCode::LinkInactive));
    let revoked = journey.attempt.revoke_link(at(1)).expect("open").attempt;
    assert_eq!(revoked.open_link(at(1)).map_err(|refusal| refusal.code()), Err(RefusalCode::LinkInactive));
}

#[test]
fn resending_keeps_a_future_end_and_renews_a_past_one() {
    let early = with_provider(2).attempt.issue_link(validity(24), at(1)).expect("open");
    assert_eq!(early.changes, [Change::LinkIssued { first: false }]);
    assert_eq!(expires_at(&early.attempt), at(2));
    assert_eq!(early.attempt.link.map(|link| link.issued), Some(2));

    let mut journey = with_provider(2);
    let recorded = journey.attempt.record_link_expiry(at(2)).expect("it ran out");
    journey.write(&recorded);
    let late = journey.attempt.issue_link(validity(24), at(3)).expect("open").attempt;
    assert_eq!(expires_at(&late), at(27));
    assert_eq!(late.link.map(|link| link.expiry_recorded), Some(false));
}

#[test]
fn resending_revives_a_revoked_link_and_gives_one_to_an_attempt_without() {
    let revoked = with_provider(2).attempt.revoke_link(at(1)).expect("open").attempt;
    assert_eq!(state(&revoked, at(1)), Some(LinkState::Revoked));
    let sent = revoked.issue_link(validity(24), at(1)).expect("open").attempt;
    assert_eq!(state(&sent, at(1)), Some(LinkState::Active));

    let mut journey = Journey::new(&[Pan], None);
    assert_eq!(state(&journey.attempt, at(0)), None);
    let first = journey.attempt.issue_link(validity(24), at(1)).expect("open");
    assert_eq!(first.changes, [Change::LinkIssued { first: true }]);
    journey.write(&first);
    assert_eq!(journey.attempt.due_at, Some(at(25)));
}

#[test]
fn extending_counts_from_now_and_moves_what_is_due() {
    let mut journey = Journey::new(&[Pan], Some(24));
    for (hours, until) in [(48, 49), (1, 2)] {
        let extended = journey.attempt.extend_link(validity(hours), at(1)).expect("open");
        assert_eq!(extended.changes, [Change::LinkExtended]);
        journey.write(&extended);
        assert_eq!(journey.attempt.due_at, Some(at(until)));
    }
    let expired = with_provider(1).attempt.extend_link(validity(1), at(5)).expect("open").attempt;
    assert_eq!(state(&expired, at(5)), Some(LinkState::Active));
}

#[test]
fn what_has_no_link_or_a_revoked_one_is_not_extended() {
    let without = Journey::new(&[Pan], None).attempt;
    let revoked = with_provider(2).attempt.revoke_link(at(1)).expect("open").attempt;
    for attempt in [&without, &revoked] {
        let refusal = attempt.extend_link(validity(1), at(1)).map_err(|refusal| refusal.code());
        assert_eq!(refusal, Err(RefusalCode::LinkInactive));
    }
    assert_eq!(without.revoke_link(at(1)).map_err(|refusal| refusal.code()), Err(RefusalCode::LinkInactive));
}

#[test]
fn revoking_expires_what_waits_on_the_customer_alone() {
    let mut journey = Journey::new(&[Pan], Some(24));
    let revoked = journey.attempt.revoke_link(at(1)).expect("open");
    assert_eq!(revoked.changes, [Change::LinkRevoked, Change::State { from: Created, to: Expired }]);
    journey.write(&revoked);
    assert_eq!(journey.attempt.expiry_reason, Some(ExpiryReason::Revoked));
    assert_eq!(journey.attempt.ended_at, Some(at(1)));
    assert_eq!(state(&journey.attempt, at(100)), Some(LinkState::Revoked));
}

#[test]
fn revoking_kills_only_the_link_while_somebody_else_has_the_attempt() {
    let mut journey = with_provider(24);
    let revoked = journey.attempt.revoke_link(at(1)).expect("open");
    assert_eq!(revoked.changes, [Change::LinkRevoked]);
    journey.write(&revoked);
    assert_eq!(journey.attempt.revoke_link(at(2)).expect("open").changes, []);

    // Handed back, the attempt lasts three days, for a new link; the old one stays dead.
    let fail = Move::new(StepStatus::Failed, Member, at(3)).because(reason("PAN_NOT_FOUND"));
    assert_eq!(journey.go(0, &fail).changes, [Change::LinkRenewed]);
    assert_eq!(state(&journey.attempt, at(3)), Some(LinkState::Revoked));
    assert_eq!(journey.attempt.due_at, Some(at(75)));
    let again = journey.attempt.revoke_link(at(4)).expect("open");
    assert_eq!(again.changes, [Change::State { from: InProgress, to: Expired }]);
}

#[test]
fn a_link_that_ran_out_is_recorded_once_while_somebody_else_has_the_attempt() {
    let mut journey = with_provider(2);
    assert_eq!(journey.attempt.record_link_expiry(at(1)), None);
    let recorded = journey.attempt.record_link_expiry(at(2)).expect("it ran out");
    assert_eq!(recorded.changes, [Change::LinkExpired]);
    journey.write(&recorded);
    assert_eq!(journey.attempt.record_link_expiry(at(3)), None);
    assert_eq!(state(&journey.attempt, at(3)), Some(LinkState::Expired));
    // With the customer, the attempt itself ends.
    assert_eq!(Journey::new(&[Pan], Some(2)).attempt.record_link_expiry(at(3)), None);
}

#[test]
fn the_state_of_a_link() {
    let fresh = Journey::new(&[Pan, Selfie], Some(24)).attempt;
    assert_eq!(state(&fresh, at(23)), Some(LinkState::Active));
    assert_eq!(state(&fresh, at(24)), Some(LinkState::Expired));
    let rejected = fresh.reject(reason("OTHER"), at(1)).expect("open").attempt;
    assert_eq!(state(&rejected, at(1)), Some(LinkState::Ended));
    assert_eq!(state(&rejected, at(100)), Some(LinkState::Ended));
}
