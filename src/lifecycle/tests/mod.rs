//! The rules, as tables, as stories, and as what random journeys never break.

mod attempt;
mod journeys;
mod link;
mod reasons;
mod screening;
mod step;

use chrono::{DateTime, TimeDelta};
use entity::{ActorKind, AttemptState, Party, StepKind, StepStatus, Time};

use super::{
    attempt::{Attempt, Settled},
    link::Validity,
    reasons::{Reason, find},
    step::{Move, Moved, Step},
};

/// The moment `hours` after the beginning of a test.
fn at(hours: i64) -> Time {
    DateTime::from_timestamp(1_800_000_000, 0).expect("a moment") + TimeDelta::hours(hours)
}

fn reason(code: &str) -> Reason {
    Reason::of(find(code).expect("a code of the catalogue"))
}

fn validity(hours: i32) -> Validity {
    Validity::hours(hours).expect("a valid validity")
}

/// The step after a move of an open attempt that must be allowed and change something.
fn moved(step: &Step, wish: &Move) -> Step {
    match step.advance(wish, AttemptState::InProgress) {
        Ok(Moved::To(step)) => step,
        other => panic!("{} → {} gave {other:?}", step.status, wish.to),
    }
}

/// A step of this kind that was brought to this status by the shortest way.
fn step_in(kind: StepKind, status: StepStatus) -> Step {
    let fresh = Step::new(kind, 3);
    let by_system = Move::new(status, ActorKind::System, at(0));
    match status {
        StepStatus::NotStarted => fresh,
        StepStatus::InProgress | StepStatus::Completed => moved(&fresh, &by_system),
        StepStatus::Failed => moved(&fresh, &by_system.because(reason("OTHER"))),
        StepStatus::RequiresAction => {
            moved(&fresh, &by_system.because(reason("OTHER")).action_by(Party::Reviewer))
        }
    }
}

/// An attempt and its steps, as a use case would move them.
struct Journey {
    attempt: Attempt,
    steps: Vec<Step>,
}

impl Journey {
    fn new(kinds: &[StepKind], hours: Option<i32>) -> Self {
        let steps: Vec<Step> = kinds.iter().map(|kind| Step::new(*kind, 3).beginning_at(at(0))).collect();
        let attempt = Attempt::create(&steps, hours.map(validity), at(0));
        Self { attempt, steps }
    }

    /// Moves a step and settles the attempt.
    fn go(&mut self, index: usize, wish: &Move) -> Settled {
        self.steps[index] = moved(&self.steps[index], wish);
        let settled = self.attempt.settle(&self.steps, Some(wish.by), wish.at).expect("an open attempt");
        self.write(&settled);
        settled
    }

    fn write(&mut self, settled: &Settled) {
        self.attempt = settled.attempt.clone();
        if self.attempt.state.is_terminal() {
            for step in &mut self.steps {
                *step = step.close().unwrap_or_else(|| step.clone());
            }
        }
        assert_eq!(super::attempt::check(&self.attempt, &self.steps), Vec::<String>::new());
    }
}
