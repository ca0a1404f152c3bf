//! Random journeys: whatever anybody does in whatever order, no invariant breaks and nothing leaves a terminal state.

use chrono::TimeDelta;
use entity::{ActorKind, AttemptState, Party, StepKind, StepStatus, Time};
use proptest::prelude::*;

use super::{at, reason, validity};
use crate::lifecycle::{
    Refusal,
    attempt::{Attempt, Change, Settled, check, may, overdue},
    link,
    screening::wrongly_due,
    step::{Move, Moved, Step},
};

const CODES: [&str; 6] =
    ["OTHER", "IMAGE_BLURRED", "NAME_MISMATCH", "PROVIDER_UNAVAILABLE", "SCREENING_MATCH", "REDO_REQUESTED"];

#[derive(Clone, Debug)]
enum Deed {
    Step { index: usize, to: StepStatus, by: ActorKind, code: Option<usize>, party: Option<Party> },
    Hold,
    Release,
    Reject,
    Issue(i32),
    Extend(i32),
    Revoke,
    Open,
    Wait(i64),
    Sweep,
}

fn one_of<T: Copy + std::fmt::Debug + 'static>(all: &'static [T]) -> impl Strategy<Value = T> + Clone {
    prop::sample::select(all)
}

fn deed() -> impl Strategy<Value = Deed> {
    let step = (
        0usize..6,
        one_of(StepStatus::ALL),
        one_of(ActorKind::ALL),
        prop::option::weighted(0.9, 0..CODES.len()),
        prop::option::of(one_of(Party::ALL)),
    )
        .prop_map(|(index, to, by, code, party)| Deed::Step { index, to, by, code, party });
    prop_oneof![
        12 => step,
        1 => Just(Deed::Hold),
        2 => Just(Deed::Release),
        1 => (0..20).prop_map(|n| if n == 0 { Deed::Reject } else { Deed::Wait(1) }),
        1 => (1..100).prop_map(Deed::Issue),
        1 => (1..100).prop_map(Deed::Extend),
        1 => (0..8).prop_map(|n| if n == 0 { Deed::Revoke } else { Deed::Open }),
        2 => (0i64..40).prop_map(Deed::Wait),
        2 => Just(Deed::Sweep),
    ]
}

struct World {
    attempt: Attempt,
    steps: Vec<Step>,
    now: Time,
}

impl World {
    fn new(kinds: &[StepKind], hours: Option<i32>, max_tries: i32) -> Self {
        let steps: Vec<_> =
            kinds.iter().map(|kind| Step::new(*kind, max_tries).beginning_at(at(0))).collect();
        let attempt = Attempt::create(&steps, hours.map(validity), at(0));
        Self { attempt, steps, now: at(0) }
    }

    fn act(&mut self, deed: &Deed) -> Result<(), Refusal> {
        let now = self.now;
        let (attempt, steps) = (&self.attempt, &self.steps);
        let settled = match *deed {
            Deed::Step { index, to, by, code, party } => {
                let index = index % steps.len();
                let reason = code.map(|code| reason(CODES[code]));
                let wish = Move { to, by, reason, action_by: party, at: now };
                let Moved::To(step) = steps[index].advance(&wish, attempt.as_of(now).state)? else {
                    return Ok(());
                };
                let mut steps = steps.clone();
                steps[index] = step;
                let settled = attempt.settle(&steps, Some(by), now)?;
                self.steps = steps;
                settled
            }
            Deed::Hold => attempt.hold(steps, now)?,
            Deed::Release => attempt.release(steps, now)?,
            Deed::Reject => attempt.reject(reason("OTHER"), now)?,
            Deed::Issue(hours) => attempt.issue_link(validity(hours), now)?,
            Deed::Extend(hours) => attempt.extend_link(validity(hours), now)?,
            Deed::Revoke => attempt.revoke_link(now)?,
            Deed::Open => attempt.open_link(now)?,
            Deed::Wait(hours) => {
                self.now += TimeDelta::hours(hours);
                return Ok(());
            }
            Deed::Sweep => return self.sweep(),
        };
        self.write(settled);
        Ok(())
    }

    /// The workers: the clock's expiry, links that ran out, steps that took too long.
    fn sweep(&mut self) -> Result<(), Refusal> {
        if let Some(settled) = self.attempt.expire(self.now) {
            self.write(settled);
        }
        if let Some(settled) = self.attempt.record_link_expiry(self.now) {
            self.write(settled);
        }
        let late: Vec<_> =
            (0..self.steps.len()).filter(|i| self.steps[*i].is_past_deadline(self.now)).collect();
        for index in late {
            let moved = self.steps[index].advance(&Move::time_out(self.now), self.attempt.state)?;
            let Moved::To(step) = moved else { panic!("a late step is in progress") };
            self.steps[index] = step;
            let settled = self.attempt.settle(&self.steps, Some(ActorKind::System), self.now)?;
            self.write(settled);
        }
        Ok(())
    }

    fn write(&mut self, settled: Settled) {
        for change in &settled.changes {
            if let Change::State { from, to } = change {
                assert!(may(*from, *to), "{from} → {to}");
            }
        }
        self.attempt = settled.attempt;
        if self.attempt.state.is_terminal() {
            for step in &mut self.steps {
                *step = step.close().unwrap_or_else(|| step.clone());
            }
        }
    }

    /// What holds besides `check`, because it is about time and about what readers see.
    fn assert_sound(&self) {
        assert_eq!(check(&self.attempt, &self.steps), Vec::<String>::new());
        for step in &self.steps {
            assert_eq!(wrongly_due(step, self.attempt.state), None);
        }
        let seen = self.attempt.as_of(self.now);
        assert_eq!(seen.as_of(self.now), seen, "what is seen stays seen");
        let closed: Vec<_> = if seen.state.is_terminal() {
            self.steps.iter().map(|step| step.close().unwrap_or_else(|| step.clone())).collect()
        } else {
            self.steps.clone()
        };
        assert_eq!(check(&seen, &closed), Vec::<String>::new(), "as seen");
        let opened = self.attempt.link.map_or(0, |link| link.opened);
        let overdue = overdue(self.attempt.due_at, opened, self.now);
        assert_eq!(overdue.is_some(), seen != self.attempt);
        let alive = link::state(&self.attempt, self.now) == Some(entity::LinkState::Active);
        assert!(!(alive && seen.state.is_terminal()), "no link is walked after the end");
    }
}

fn kinds() -> impl Strategy<Value = Vec<StepKind>> {
    prop::sample::subsequence(StepKind::ALL, 1..=StepKind::ALL.len())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn nothing_breaks_an_invariant(
        kinds in kinds(),
        hours in prop::option::weighted(0.8, 1..100),
        max_tries in 1..4,
        deeds in prop::collection::vec(deed(), 1..60),
    ) {
        let mut world = World::new(&kinds, hours, max_tries);
        world.assert_sound();
        for deed in &deeds {
            let before = (world.attempt.clone(), world.steps.clone());
            let over = world.attempt.as_of(world.now).state;
            let answer = world.act(deed);
            if before.0.state.is_terminal() {
                prop_assert_eq!(&(world.attempt.clone(), world.steps.clone()), &before, "terminal is terminal");
            } else if over.is_terminal() && !matches!(deed, Deed::Sweep) {
                prop_assert_eq!(&world.attempt, &before.0, "only the expiry moves what is overdue");
            } else if answer.is_ok() && !matches!(deed, Deed::Wait(_)) {
                // A move never leaves behind an attempt that is overdue already: the customer has some time.
                prop_assert!(overdue(world.attempt.due_at, 0, world.now).is_none());
            }
            world.assert_sound();
        }
    }

    /// Doing the same thing twice at once is doing it once.
    #[test]
    fn a_repeated_move_is_the_same(kinds in kinds(), deeds in prop::collection::vec(deed(), 1..30)) {
        let mut world = World::new(&kinds, Some(50), 3);
        for deed in &deeds {
            let is_step = matches!(deed, Deed::Step { .. });
            if world.act(deed).is_ok() && is_step {
                let before = (world.attempt.clone(), world.steps.clone());
                prop_assert_eq!(world.act(deed), Ok(()));
                prop_assert_eq!((world.attempt.clone(), world.steps.clone()), before);
            }
        }
    }

    /// An attempt whose steps all pass completes, in whatever order they do.
    #[test]
    fn all_steps_passed_is_completed(kinds in kinds(), order in any::<prop::sample::Index>()) {
        let mut world = World::new(&kinds, Some(50), 3);
        let first = order.index(kinds.len());
        for offset in 0..kinds.len() {
            prop_assert!(!world.attempt.state.is_terminal());
            let index = (first + offset) % kinds.len();
            let by = ActorKind::System;
            let deed = Deed::Step { index, to: StepStatus::Completed, by, code: None, party: None };
            prop_assert_eq!(world.act(&deed), Ok(()));
        }
        prop_assert_eq!(world.attempt.state, AttemptState::Completed);
    }
}
