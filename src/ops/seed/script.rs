//! What becomes of an attempt: the stories that are told of made-up customers.

use chrono::TimeDelta;
use entity::{
    ActorKind::{Customer, Member, Provider},
    Party, StepKind, StepStatus, Time,
};

use super::walk::Walk;
use crate::{
    entropy::dice::Dice,
    error::{Error, Result},
    kyc::step::PERFORMED_BY_REVIEWER,
    lifecycle::{
        link::Validity,
        reasons::{self, Entry, Reason},
        step::Move,
    },
};

/// How an attempt ends, or where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Story {
    Completed,
    NeverOpened,
    Abandoned,
    Revoked,
    /// A step fails until no tries are left.
    FailedForGood,
    /// A reviewer rejects it.
    TurnedDown,
    /// Open: the customer has not come yet.
    Unopened,
    /// Open: the customer is on their way.
    Midway,
    /// Open: a reviewer has to decide a step.
    Reviewing,
    /// Open: a reviewer holds it.
    Held,
}

impl Story {
    /// One of those that end, in these parts of 82: 55 completed, 15 expired, 12 rejected.
    pub(super) fn ended(dice: &mut Dice) -> Self {
        match dice.below(820) {
            0..550 => Self::Completed,
            550..620 => Self::NeverOpened,
            620..690 => Self::Abandoned,
            690..700 => Self::Revoked,
            700..760 => Self::FailedForGood,
            _ => Self::TurnedDown,
        }
    }

    /// One of those that go on.
    pub(super) fn open(dice: &mut Dice) -> Self {
        match dice.below(100) {
            0..30 => Self::Unopened,
            30..70 => Self::Midway,
            70..88 => Self::Reviewing,
            _ => Self::Held,
        }
    }

    /// Whether it is the clock's as soon as the link runs out.
    pub(super) fn waits_on_customer(self) -> bool {
        matches!(self, Self::Unopened | Self::Midway)
    }
}

/// How fast a story goes, and where it stops.
pub(super) struct Pace {
    /// All delays are parts of it. A customer on their own takes less than 0.8 of it.
    pub(super) unit: TimeDelta,
    /// The validity that is given to a link that would run out on the way.
    pub(super) validity: Validity,
    /// The last moment of the history.
    pub(super) until: Time,
    /// Links of open attempts are extended until a year after this.
    pub(super) lasting: Option<Time>,
}

/// Lets a story happen to a new attempt.
pub(super) fn play(walk: &mut Walk<'_>, story: Story, pace: &Pace, dice: &mut Dice) -> Result<()> {
    let mut play = Play { walk, pace, dice, calm: matches!(story, Story::Abandoned | Story::Midway) };
    play.act(story)
}

/// A year: the longest validity.
const YEAR: i32 = 8760;
/// No provider takes longer for an answer.
const LONGEST_CHECK: TimeDelta = TimeDelta::minutes(50);
/// Who answers in a sandbox.
const SANDBOX: &str = "sandbox";

struct Play<'p, 's> {
    walk: &'p mut Walk<'s>,
    pace: &'p Pace,
    dice: &'p mut Dice,
    /// No reviewer is needed on the way.
    calm: bool,
}

impl Play<'_, '_> {
    fn act(&mut self, story: Story) -> Result<()> {
        let last = self.walk.steps.len().saturating_sub(1);
        // A story that stops somewhere stops at this step, or before it.
        let stop = self.dice.below(last + 1);
        match story {
            Story::Unopened => {}
            Story::NeverOpened => return self.walk.expire(),
            Story::Revoked => {
                self.pause(100, 600);
                return self.walk.revoke();
            }
            Story::Completed => {
                self.open()?;
                self.pass_until(last)?;
                let held = self.dice.permille(60);
                if held {
                    self.hold()?;
                }
                self.pass(last)?;
                if held {
                    self.pause(20, 120);
                    self.walk.release()?;
                }
            }
            Story::Abandoned => {
                self.open()?;
                self.pass_until(stop)?;
                if self.dice.permille(300) {
                    self.fail(stop)?;
                }
                return self.walk.expire();
            }
            Story::FailedForGood => {
                self.open()?;
                self.pass_until(stop)?;
                while !self.walk.attempt.state.is_terminal() {
                    self.fail(stop)?;
                }
            }
            Story::TurnedDown => {
                self.open()?;
                self.pass_until(stop)?;
                self.question(stop)?;
                if self.dice.permille(300) {
                    self.hold()?;
                }
                self.pause(20, 200);
                let reason = self.rejection(self.walk.steps[stop].kind)?;
                self.walk.reject(reason)?;
            }
            Story::Midway => {
                self.open()?;
                self.pass_until(stop)?;
                if self.dice.permille(300) {
                    self.fail(stop)?;
                }
            }
            Story::Reviewing => {
                self.open()?;
                self.pass_until(stop)?;
                self.question(stop)?;
                // Order binds the customer only: what comes after it may be done already.
                if self.dice.permille(500) {
                    for next in stop + 1..=last {
                        self.pass(next)?;
                    }
                }
            }
            Story::Held => {
                self.open()?;
                self.pass_until(stop)?;
                self.hold()?;
                for next in stop..=last {
                    if self.dice.permille(700) {
                        self.pass(next)?;
                    } else {
                        break;
                    }
                }
            }
        }
        if !self.walk.attempt.state.is_terminal() {
            self.go_on()?;
        }
        Ok(())
    }

    /// An open attempt until the end of the history.
    fn go_on(&mut self) -> Result<()> {
        if let Some(moment) = self.pace.lasting {
            let validity = Validity::hours(YEAR)?;
            let horizon = validity.from(moment);
            while let Some(end) = self.walk.attempt.expires_at.filter(|end| *end < horizon) {
                self.walk.wait_until(moment.min(end - self.pace.unit / 20));
                self.walk.extend(validity)?;
            }
        }
        self.walk.wait_until(self.pace.until);
        Ok(())
    }

    fn pause(&mut self, from: usize, to: usize) {
        let time = self.dice.part(self.pace.unit, from, to);
        self.walk.wait(time);
    }

    fn open(&mut self) -> Result<()> {
        self.pause(5, 250);
        self.walk.open()
    }

    fn hold(&mut self) -> Result<()> {
        self.pause(1, 10);
        let reason = self.reason(|entry| entry.holds && entry.code != "OTHER", None)?;
        let note = self.dice.permille(500).then(|| "Two records look alike.".to_owned());
        self.walk.hold(Reason { staff_note: note, ..reason })
    }

    /// The steps before this one pass.
    fn pass_until(&mut self, end: usize) -> Result<()> {
        (0..end).try_for_each(|index| self.pass(index))
    }

    /// A step passes, sooner or later.
    fn pass(&mut self, index: usize) -> Result<()> {
        for round in 0.. {
            // Two rounds may go wrong: the third is the last that a customer has.
            let luck = if round < 2 { self.dice.below(100) } else { 100 };
            match luck {
                0..9 => self.fail(index)?,
                9..12 => {
                    self.run(index)?;
                    let wish = self.answer(StepStatus::RequiresAction);
                    let wish = wish.because(reasons::known(reasons::PROVIDER_UNAVAILABLE));
                    self.walk.step(index, &wish, None)?;
                }
                12..18 if !self.calm => {
                    self.question(index)?;
                    self.pause(10, 120);
                    let decided = Move::new(StepStatus::Completed, Member, self.walk.now);
                    return self.walk.step(index, &decided, Some(PERFORMED_BY_REVIEWER));
                }
                _ => {
                    self.run(index)?;
                    let passed = self.answer(StepStatus::Completed);
                    return self.walk.step(index, &passed, None);
                }
            }
        }
        Ok(())
    }

    /// A round of a step fails for a reason that the customer can put right.
    fn fail(&mut self, index: usize) -> Result<()> {
        self.run(index)?;
        let reason = self.reason(is_put_right_by_customer, Some(self.walk.steps[index].kind))?;
        let failed = self.answer(StepStatus::Failed).because(reason);
        self.walk.step(index, &failed, None)
    }

    /// A round of a step ends with a question to a reviewer.
    fn question(&mut self, index: usize) -> Result<()> {
        self.run(index)?;
        let reason = self.reason(is_decided_by_reviewer, Some(self.walk.steps[index].kind))?;
        let asked = self.answer(StepStatus::RequiresAction).because(reason);
        self.walk.step(index, &asked, None)
    }

    /// The customer begins a round of a step, and the check takes its time.
    fn run(&mut self, index: usize) -> Result<()> {
        self.pause(1, 20);
        let soon = self.walk.now + self.pace.unit / 10;
        if self.walk.attempt.due_at.is_some_and(|due| due <= soon) {
            self.walk.extend(self.pace.validity)?;
        }
        let begun = Move::new(StepStatus::InProgress, Customer, self.walk.now);
        self.walk.step(index, &begun, Some(SANDBOX))?;
        let time = self.dice.part(self.pace.unit, 1, 15).min(LONGEST_CHECK);
        self.walk.wait(time);
        Ok(())
    }

    fn answer(&self, to: StepStatus) -> Move {
        Move::new(to, Provider, self.walk.now)
    }

    /// Why a reviewer rejects an attempt over a step of this kind.
    fn rejection(&mut self, kind: StepKind) -> Result<Reason> {
        let reason = self.reason(|entry| entry.rejects && entry.code != "OTHER", Some(kind))?;
        let note = self.dice.permille(500).then(|| "Compared with the documents on file.".to_owned());
        Ok(Reason { staff_note: note, ..reason })
    }

    /// One of the catalogue's reasons.
    fn reason(&mut self, fits: fn(&Entry) -> bool, kind: Option<StepKind>) -> Result<Reason> {
        let fitting: Vec<&Entry> = reasons::catalogue(kind).filter(|entry| fits(entry)).collect();
        let entry = self.dice.pick(&fitting).ok_or_else(|| Error::internal("the catalogue has no reason"))?;
        Ok(Reason::of(entry))
    }
}

/// Whether a check fails so because of something that the customer can put right.
pub(in crate::ops) fn is_put_right_by_customer(entry: &Entry) -> bool {
    entry.action_by == Some(Party::Customer) && !entry.costs_no_try && entry.code != "REDO_REQUESTED"
}

/// Whether a check asks a reviewer so. Not what the rules say by themselves.
pub(in crate::ops) fn is_decided_by_reviewer(entry: &Entry) -> bool {
    let own = [reasons::STEP_TIMED_OUT, reasons::DETAILS_CHANGED].contains(&entry.code);
    entry.action_by == Some(Party::Reviewer) && !entry.staff_only && !own
}
