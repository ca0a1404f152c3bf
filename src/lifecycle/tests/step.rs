use chrono::TimeDelta;
use entity::{
    ActorKind::{self, ApiKey, Customer, Member, Provider, System},
    AttemptState, Party,
    StepKind::{self, DigilockerAadhaar, Pan, SanctionScreening, Selfie},
    StepStatus::{self, Completed, Failed, InProgress, NotStarted, RequiresAction},
};

use super::{at, moved, reason, step_in};
use crate::lifecycle::{
    Refusal, RefusalCode,
    reasons::PROVIDER_UNAVAILABLE,
    step::{Move, Moved, Step, current, time_limit, waits_on},
};

/// What the table of the module's documentation says of a reviewer's moves: `=` same, `y` yes, `n` INVALID_TRANSITION.
const BY_A_REVIEWER: [(StepStatus, &str); 5] = [
    //                 NS IP C F RA
    (NotStarted, "=yyyy"),
    (InProgress, "n=yyy"),
    (Completed, "nn=ny"),
    (Failed, "nyn=n"),
    (RequiresAction, "nyyy="),
];
const BY_A_PROVIDER: [(StepStatus, &str); 5] = [
    (NotStarted, "=yyyy"),
    (InProgress, "n=yyy"),
    (Completed, "nn=nn"),
    (Failed, "nnn=n"),
    (RequiresAction, "nnnn="),
];
/// A customer whose step waits on a reviewer.
const BY_THE_CUSTOMER: [(StepStatus, &str); 5] = [
    (NotStarted, "=ynyy"),
    (InProgress, "n=nyy"),
    (Completed, "nn=nn"),
    (Failed, "nyn=n"),
    (RequiresAction, "nnnn="),
];

/// A move with all that its status asks for.
fn complete_wish(to: StepStatus, by: ActorKind) -> Move {
    let wish = Move::new(to, by, at(1));
    match to {
        NotStarted | InProgress | Completed => wish,
        Failed => wish.because(reason("OTHER")),
        RequiresAction => wish.because(reason("OTHER")).action_by(Party::Reviewer),
    }
}

fn answers(kind: StepKind, by: ActorKind) -> Vec<(StepStatus, String)> {
    let row = |from: &StepStatus| {
        let letter = |to: &StepStatus| match step_in(kind, *from)
            .advance(&complete_wish(*to, by), AttemptState::InProgress)
        {
            Ok(Moved::Same) => '=',
            Ok(Moved::To(step)) => {
                assert_eq!(step.status, *to);
                'y'
            }
            Err(Refusal::InvalidTransition { .. }) => 'n',
            Err(other) => panic!("{from} → {to}: {other:?}"),
        };
        (*from, StepStatus::ALL.iter().map(letter).collect())
    };
    StepStatus::ALL.iter().map(row).collect()
}

fn table(rows: [(StepStatus, &str); 5]) -> Vec<(StepStatus, String)> {
    rows.into_iter().map(|(from, row)| (from, row.to_owned())).collect()
}

#[test]
fn every_pair_by_every_actor() {
    for by in [Member, ApiKey, System, ActorKind::Platform] {
        assert_eq!(answers(Pan, by), table(BY_A_REVIEWER), "{by}");
    }
    assert_eq!(answers(Pan, Provider), table(BY_A_PROVIDER));
    assert_eq!(answers(Pan, Customer), table(BY_THE_CUSTOMER));
}

#[test]
fn only_system_completes_a_screening_and_the_customer_never_touches_it() {
    assert_eq!(answers(SanctionScreening, System), table(BY_A_REVIEWER));
    for by in [Member, ApiKey, ActorKind::Platform, Provider] {
        for (from, row) in answers(SanctionScreening, by) {
            assert_ne!(row.chars().nth(2), Some('y'), "{by} completed a screening that was {from}");
        }
    }
    for (from, row) in answers(SanctionScreening, Customer) {
        assert!(!row.contains('y'), "the customer moved a screening that was {from}: {row}");
    }
}

#[test]
fn an_ended_attempt_refuses_moves_but_not_repeats() {
    for state in [AttemptState::Completed, AttemptState::Rejected, AttemptState::Expired] {
        let step = step_in(Pan, Completed);
        assert_eq!(step.advance(&complete_wish(Completed, Member), state), Ok(Moved::Same));
        assert_eq!(
            step.advance(&complete_wish(RequiresAction, Member), state),
            Err(Refusal::AttemptEnded { state })
        );
    }
}

#[test]
fn a_direct_outcome_sets_started_and_ended_and_costs_a_try() {
    let step = moved(&Step::new(Pan, 3), &complete_wish(Failed, ApiKey));
    assert_eq!((step.started_at, step.ended_at, step.deadline_at), (Some(at(1)), Some(at(1)), None));
    assert_eq!((step.tries, step.waiting_on), (1, Some(Party::Customer)));
}

#[test]
fn reopening_clears_the_end_and_keeps_the_start() {
    let step = moved(&step_in(Pan, Completed), &complete_wish(RequiresAction, Member));
    assert_eq!((step.started_at, step.ended_at), (Some(at(0)), None));
    let again = moved(&step, &complete_wish(InProgress, Member));
    assert_eq!((again.started_at, again.ended_at, again.tries), (Some(at(0)), None, 1));
    assert_eq!(again.reason, None);
}

#[test]
fn in_progress_has_a_deadline_that_ends_with_it() {
    for kind in StepKind::ALL {
        let running = moved(&Step::new(*kind, 3), &Move::new(InProgress, System, at(1)));
        let deadline = at(1) + time_limit(*kind);
        assert_eq!(running.deadline_at, Some(deadline));
        assert!(!running.is_past_deadline(deadline - TimeDelta::microseconds(1)));
        assert!(running.is_past_deadline(deadline));
        let late = moved(&running, &Move::time_out(deadline));
        assert_eq!((late.status, late.waiting_on), (RequiresAction, Some(Party::Reviewer)));
        assert_eq!(late.reason.map(|reason| reason.code).as_deref(), Some("STEP_TIMED_OUT"));
        assert_eq!(late.deadline_at, None);
    }
}

#[test]
fn tries_run_out() {
    let mut step = Step::new(Pan, 2);
    for tries in 1..=2 {
        assert_eq!(step.tries_left(), 3 - tries);
        step = moved(&step, &complete_wish(InProgress, Customer));
        step = moved(&step, &complete_wish(Failed, Provider));
        assert_eq!(step.tries, tries);
    }
    assert!(step.is_exhausted());
    assert_eq!(step.waiting_on, None);
    let refusal = step.advance(&complete_wish(InProgress, Customer), AttemptState::InProgress);
    assert_eq!(refusal, Err(Refusal::TriesExhausted { max_tries: 2 }));
}

#[test]
fn an_outage_a_redo_and_a_rerun_cost_no_try() {
    let outage = |to| Move::new(to, Provider, at(1)).because(reason(PROVIDER_UNAVAILABLE));
    let running = moved(&Step::new(Pan, 1), &complete_wish(InProgress, Customer));
    assert_eq!(running.tries, 1);
    let down = moved(&running, &outage(Failed));
    assert_eq!((down.tries, down.waiting_on), (0, Some(Party::Customer)));
    assert_eq!(moved(&down, &complete_wish(InProgress, Customer)).tries, 1);
    assert_eq!(moved(&Step::new(Pan, 1), &outage(Failed)).tries, 0);
    assert_eq!(moved(&running, &outage(RequiresAction)).tries, 0);

    let asked =
        moved(&step_in(Pan, Completed), &complete_wish(RequiresAction, Member).action_by(Party::Customer));
    assert_eq!(moved(&asked, &complete_wish(InProgress, Customer)).tries, 1);

    assert_eq!(moved(&step_in(SanctionScreening, Failed), &complete_wish(InProgress, System)).tries, 1);
}

#[test]
fn failed_and_requires_action_need_a_reason_and_completed_does_not() {
    for to in [Failed, RequiresAction] {
        let refusal =
            step_in(Pan, InProgress).advance(&Move::new(to, Member, at(1)), AttemptState::InProgress);
        assert_eq!(refusal, Err(Refusal::ReasonRequired { to }));
        assert_eq!(refusal.map_err(|refusal| refusal.code()), Err(RefusalCode::Required));
    }
    let step = moved(&step_in(Pan, RequiresAction), &Move::new(Completed, Member, at(1)));
    assert_eq!((step.reason, step.waiting_on), (None, None));
}

#[test]
fn whose_action_is_required() {
    let ask = |kind, code: &str, party: Option<Party>| {
        let wish =
            Move { action_by: party, ..Move::new(RequiresAction, Member, at(1)).because(reason(code)) };
        match step_in(kind, InProgress).advance(&wish, AttemptState::InProgress) {
            Ok(Moved::To(step)) => Ok(step.waiting_on),
            Ok(Moved::Same) => panic!("not a repeat"),
            Err(refusal) => Err(refusal.code()),
        }
    };
    // The code knows, unless the caller knows better.
    assert_eq!(ask(Selfie, "IMAGE_BLURRED", None), Ok(Some(Party::Customer)));
    assert_eq!(ask(Selfie, "FACE_MISMATCH", None), Ok(Some(Party::Reviewer)));
    assert_eq!(ask(Selfie, "FACE_MISMATCH", Some(Party::Customer)), Ok(Some(Party::Customer)));
    // It does not know.
    assert_eq!(ask(Selfie, "OTHER", None), Err(RefusalCode::Required));
    assert_eq!(ask(Selfie, "OTHER", Some(Party::Provider)), Err(RefusalCode::Invalid));
    // No tipping-off.
    assert_eq!(ask(SanctionScreening, "OTHER", None), Ok(Some(Party::Reviewer)));
    assert_eq!(ask(SanctionScreening, "OTHER", Some(Party::Customer)), Err(RefusalCode::Invalid));
    assert_eq!(ask(Selfie, "SUSPECTED_FRAUD", Some(Party::Customer)), Err(RefusalCode::Invalid));
}

#[test]
fn action_by_goes_with_requires_action_only() {
    let wish = complete_wish(Failed, Member).action_by(Party::Reviewer);
    let refusal = step_in(Pan, InProgress).advance(&wish, AttemptState::InProgress);
    assert_eq!(refusal.map_err(|refusal| refusal.code()), Err(RefusalCode::Invalid));
}

#[test]
fn asking_the_other_party_is_no_repeat() {
    let step = step_in(Pan, RequiresAction);
    assert_eq!(step.waiting_on, Some(Party::Reviewer));
    let ask =
        |by, party| Move::new(RequiresAction, by, at(1)).because(reason("REDO_REQUESTED")).action_by(party);
    let same = step.advance(&ask(Member, Party::Reviewer), AttemptState::InProgress);
    assert_eq!(same, Ok(Moved::Same));
    assert_eq!(step.advance(&ask(Provider, Party::Customer), AttemptState::InProgress), Ok(Moved::Same));
    let handed = moved(&step, &ask(Member, Party::Customer));
    assert_eq!((handed.waiting_on, handed.tries), (Some(Party::Customer), step.tries));
    assert_eq!(moved(&handed, &complete_wish(InProgress, Customer)).tries, step.tries);
}

#[test]
fn who_is_waited_for() {
    let party = |kind, status| step_in(kind, status).waiting_on;
    for kind in StepKind::ALL {
        let screening = *kind == SanctionScreening;
        let theirs = if screening { Party::Provider } else { Party::Customer };
        assert_eq!(party(*kind, NotStarted), Some(theirs));
        assert_eq!(party(*kind, Completed), None);
        let after_failure = if screening { Party::Reviewer } else { Party::Customer };
        assert_eq!(party(*kind, Failed), Some(after_failure));
    }
    assert_eq!(party(Pan, InProgress), Some(Party::Provider));
    assert_eq!(party(DigilockerAadhaar, InProgress), Some(Party::Customer));
    assert_eq!(waits_on(Some(Party::Customer), AttemptState::InProgress), Some(Party::Customer));
    assert_eq!(waits_on(Some(Party::Customer), AttemptState::Expired), None);
}

#[test]
fn order_binds_the_customer_only() {
    let mut steps = [SanctionScreening, DigilockerAadhaar, Pan, Selfie].map(|kind| Step::new(kind, 3));
    assert_eq!(current(&steps), Some(1));
    steps[1] = step_in(DigilockerAadhaar, RequiresAction); // a reviewer has it
    assert_eq!(current(&steps), Some(2));
    steps[2] = step_in(Pan, InProgress); // a provider has it
    assert_eq!(current(&steps), Some(3));
    steps[2] = step_in(Pan, Failed); // theirs again
    assert_eq!(current(&steps), Some(2));
    assert_eq!(current(&[step_in(Pan, Completed)]), None);
}
