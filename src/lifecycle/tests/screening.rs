//! Screenings, as tables, and as what no order of runs, decisions and new names breaks.

use entity::{
    ActorKind::{self, Member, System},
    AttemptState::{self, InProgress as Open},
    MatchDecision::{self, Cleared, Confirmed, Pending},
    Party,
    StepKind::{self, Pan, SanctionScreening},
    StepStatus::{self, Completed, Failed, InProgress, NotStarted, RequiresAction},
    Time,
};
use proptest::prelude::*;

use super::{at, reason, step_in};
use crate::lifecycle::{
    Refusal, RefusalCode,
    attempt::{Attempt, check},
    screening::{
        Verdict::{self, Clear, Unavailable, Unscreenable},
        decide, may_decide, wrongly_due,
    },
    step::{Move, Moved, Step},
};

const VERDICTS: [Verdict; 5] = [Clear, Verdict::Pending, Verdict::Confirmed, Unavailable, Unscreenable];

fn due(status: StepStatus) -> Step {
    Step { check_due_at: Some(at(1)), ..step_in(SanctionScreening, status) }
}

fn code(step: &Step) -> Option<&str> {
    step.reason.as_ref().map(|reason| reason.code.as_str())
}

#[test]
fn one_open_match_is_enough() {
    let cases: [(&[MatchDecision], Verdict); 7] = [
        (&[], Clear),
        (&[Cleared, Cleared], Clear),
        (&[Cleared, Pending], Verdict::Pending),
        (&[Pending, Cleared], Verdict::Pending),
        (&[Pending, Confirmed, Cleared], Verdict::Confirmed),
        (&[Confirmed, Pending], Verdict::Confirmed),
        (&[Cleared, Confirmed], Verdict::Confirmed),
    ];
    for (decisions, verdict) in cases {
        assert_eq!(Verdict::of(decisions.iter().copied()), verdict, "{decisions:?}");
    }
}

#[test]
fn every_verdict_in_every_status() {
    let reasons = [
        None,
        Some("SCREENING_MATCH"),
        Some("SCREENING_CONFIRMED"),
        Some("SCREENING_UNAVAILABLE"),
        Some("UNDER_REVIEW"),
    ];
    for status in [NotStarted, InProgress, RequiresAction] {
        for (verdict, code_of) in VERDICTS.into_iter().zip(reasons) {
            let step = due(status).conclude(verdict, Some("seen"), Open, at(2)).unwrap().unwrap();
            let to = if verdict == Clear { Completed } else { RequiresAction };
            assert_eq!((step.status, code(&step)), (to, code_of), "{status} {verdict:?}");
            assert_eq!(step.waiting_on, (verdict != Clear).then_some(Party::Reviewer));
            // What could not run waits for a list; everything else has concluded.
            assert_eq!(step.check_due_at, (verdict == Unavailable).then(|| at(1)), "{status} {verdict:?}");
            if let Some(reason) = step.reason {
                assert_eq!(reason.staff_note.as_deref(), Some("seen"));
            }
        }
    }
    for verdict in VERDICTS {
        // A reviewer's word stands until they have it run again, and then it is IN_PROGRESS.
        let failed = due(Failed).conclude(verdict, None, Open, at(2)).unwrap();
        assert_eq!(failed.map(|step| step.status), (verdict != Unavailable).then_some(Failed));
        assert_eq!(step_in(SanctionScreening, NotStarted).conclude(verdict, None, Open, at(2)), Ok(None));
    }
}

#[test]
fn what_is_said_already_is_not_said_again() {
    let first = due(NotStarted).conclude(Unavailable, None, Open, at(2)).unwrap().unwrap();
    assert_eq!(first.conclude(Unavailable, None, Open, at(3)), Ok(None));
    let matched = first.conclude(Verdict::Pending, None, Open, at(4)).unwrap().unwrap();
    assert_eq!(code(&matched), Some("SCREENING_MATCH"));
    assert_eq!((matched.tries, matched.started_at), (1, Some(at(2))), "a re-run costs no try");
    assert_eq!(matched.decided(Verdict::Pending, Open, at(5)), Ok(None));
}

#[test]
fn decisions_move_a_step_that_has_been_screened() {
    let matched = due(NotStarted).conclude(Verdict::Pending, None, Open, at(2)).unwrap().unwrap();
    let passed = matched.decided(Clear, Open, at(3)).unwrap().unwrap();
    assert_eq!((passed.status, passed.reason.as_ref()), (Completed, None));
    let again = passed.decided(Verdict::Confirmed, Open, at(4)).unwrap().unwrap();
    assert_eq!((again.status, code(&again)), (RequiresAction, Some("SCREENING_CONFIRMED")));
    assert_eq!((again.waiting_on, again.ended_at), (Some(Party::Reviewer), None));
    // The customer is somebody else by now: first they are screened.
    let renamed = again.details_changed(Open, at(5)).unwrap().unwrap();
    assert_eq!(renamed.decided(Clear, Open, at(6)), Ok(None));
}

#[test]
fn a_new_name_questions_what_was_found() {
    let reopened = step_in(SanctionScreening, Completed).details_changed(Open, at(3)).unwrap().unwrap();
    assert_eq!((reopened.status, code(&reopened)), (RequiresAction, Some("DETAILS_CHANGED")));
    assert_eq!((reopened.waiting_on, reopened.check_due_at), (Some(Party::Reviewer), Some(at(3))));
    assert_eq!(reopened.tries, 1);
    let waiting = step_in(SanctionScreening, RequiresAction);
    let due = waiting.details_changed(Open, at(3)).unwrap().unwrap();
    assert_eq!(due, Step { check_due_at: Some(at(3)), ..waiting });
    for (kind, status) in [(SanctionScreening, NotStarted), (SanctionScreening, Failed), (Pan, Completed)] {
        assert_eq!(step_in(kind, status).details_changed(Open, at(3)), Ok(None), "{kind} {status}");
    }
}

#[test]
fn what_runs_by_itself_is_due_until_it_has() {
    for kind in StepKind::ALL {
        let fresh = Step::new(*kind, 3).beginning_at(at(0));
        assert_eq!(fresh.check_due_at, (*kind == SanctionScreening).then(|| at(0)), "{kind}");
    }
    let by_hand = |step: &Step, to| match step
        .advance(&Move::new(to, Member, at(5)).because(reason("UNDER_REVIEW")), Open)
    {
        Ok(Moved::To(step)) => step,
        other => panic!("{other:?}"),
    };
    let failed = by_hand(&due(RequiresAction), Failed);
    assert_eq!(failed.check_due_at, None);
    assert_eq!(by_hand(&failed, InProgress).check_due_at, Some(at(5)), "the way to have it run again");
    assert_eq!(due(RequiresAction).close().map(|step| step.check_due_at), Some(None));
}

#[test]
fn every_pair_of_decisions() {
    let table =
        [(Pending, [false, true, true]), (Confirmed, [false, false, true]), (Cleared, [false, true, false])];
    for (from, row) in table {
        for (to, may) in [Pending, Confirmed, Cleared].into_iter().zip(row) {
            assert_eq!(may_decide(from, to), may, "{from} {to}");
            let answer = decide(from, to, Open).map_err(|refusal| refusal.code());
            let expected = if to == Pending { Err(RefusalCode::Invalid) } else { Ok(may) };
            assert_eq!(answer, expected, "{from} {to}");
            let ended = decide(from, to, AttemptState::Rejected);
            let refused = Err(Refusal::AttemptEnded { state: AttemptState::Rejected });
            assert_eq!(
                ended,
                if to == Pending {
                    Err(Refusal::DecisionInvalid)
                } else if may {
                    refused
                } else {
                    Ok(false)
                }
            );
        }
    }
}

#[derive(Clone, Debug)]
enum Deed {
    /// The worker runs, and finds so many matches, of which these are remembered.
    Run(Vec<MatchDecision>),
    CannotRun(bool),
    Decide(usize, MatchDecision),
    Rename,
    ByHand(StepStatus, ActorKind),
    Hold,
}

fn deed() -> impl Strategy<Value = Deed> {
    let decision = prop::sample::select(MatchDecision::ALL);
    let by_hand =
        (prop::sample::select(StepStatus::ALL), prop::sample::select(&[Member, ActorKind::ApiKey][..]));
    prop_oneof![
        3 => prop::collection::vec(decision.clone(), 0..3).prop_map(Deed::Run),
        1 => any::<bool>().prop_map(Deed::CannotRun),
        4 => (0usize..3, decision).prop_map(|(index, to)| Deed::Decide(index, to)),
        1 => Just(Deed::Rename),
        2 => by_hand.prop_map(|(to, by)| Deed::ByHand(to, by)),
        1 => Just(Deed::Hold),
    ]
}

struct World {
    attempt: Attempt,
    step: Step,
    /// The newest run's, when it is about the customer as they are.
    matches: Option<Vec<MatchDecision>>,
    now: Time,
}

impl World {
    fn act(&mut self, deed: &Deed) -> Result<(), Refusal> {
        let (state, now) = (self.attempt.state, self.now);
        let (step, by) = match deed {
            Deed::Run(found) => {
                let Some(step) = self.step.conclude(Verdict::of(found.iter().copied()), None, state, now)?
                else {
                    return Ok(());
                };
                self.matches = Some(found.clone());
                (step, System)
            }
            Deed::CannotRun(for_want_of_a_list) => {
                let verdict = if *for_want_of_a_list { Unavailable } else { Unscreenable };
                let Some(step) = self.step.conclude(verdict, None, state, now)? else { return Ok(()) };
                if !for_want_of_a_list {
                    self.matches = None;
                }
                (step, System)
            }
            Deed::Decide(index, to) => {
                let Some(matches) = &mut self.matches else { return Ok(()) };
                let Some(one) = matches.get_mut(*index) else { return Ok(()) };
                if !decide(*one, *to, state)? {
                    return Ok(());
                }
                *one = *to;
                let verdict = Verdict::of(matches.iter().copied());
                let Some(step) = self.step.decided(verdict, state, now)? else { return Ok(()) };
                (step, System)
            }
            Deed::Rename => {
                let Some(step) = self.step.details_changed(state, now)? else { return Ok(()) };
                (step, System)
            }
            Deed::ByHand(to, by) => {
                let wish = Move::new(*to, *by, now).because(reason("UNDER_REVIEW"));
                let Moved::To(step) = self.step.advance(&wish, state)? else { return Ok(()) };
                (step, *by)
            }
            Deed::Hold => {
                self.attempt = self.attempt.hold(std::slice::from_ref(&self.step), now)?.attempt;
                return Ok(());
            }
        };
        self.attempt = self.attempt.settle(std::slice::from_ref(&step), Some(by), now)?.attempt;
        self.step = if self.attempt.state.is_terminal() { step.close().unwrap_or(step) } else { step };
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn nobody_passes_who_has_not_been_cleared(deeds in prop::collection::vec(deed(), 1..40)) {
        let step = Step::new(SanctionScreening, 3).beginning_at(at(0));
        let attempt = Attempt::create(std::slice::from_ref(&step), None, at(0));
        let mut world = World { attempt, step, matches: None, now: at(0) };
        for deed in &deeds {
            world.now += chrono::TimeDelta::seconds(1);
            let _ = world.act(deed);
            prop_assert_eq!(check(&world.attempt, std::slice::from_ref(&world.step)), Vec::<String>::new());
            prop_assert_eq!(wrongly_due(&world.step, world.attempt.state), None);
            let clear = world.matches.as_ref().map(|matches| Verdict::of(matches.iter().copied())) == Some(Clear);
            prop_assert!(world.step.status != Completed || clear, "{:?}", world.matches);
            prop_assert!(world.step.status != Completed || world.step.check_due_at.is_none());
            // And whoever has been cleared waits for nobody's move, unless a reviewer asked or a run is due.
            let asked = world.step.reason.as_ref().is_some_and(|reason| reason.code.starts_with("SCREENING"));
            prop_assert!(!(clear && asked && world.step.check_due_at.is_none()), "{:?}", world.step);
        }
    }
}
