//! How a step moves, what a try costs, and whose move it is next.

use entity::{ActorKind, AttemptState, Party, StepKind, StepStatus, Time};

pub use super::kind::time_limit;
use super::{
    Refusal,
    kind::{beginner, is_reviewer, runs_by_itself, worker},
    reasons::{self, Reason},
};

/// How often a customer may try a step, unless the merchant says otherwise.
pub const DEFAULT_MAX_TRIES: i32 = 3;

/// What the rules know of a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    pub kind: StepKind,
    pub status: StepStatus,
    /// Whose move it is; none when it needs nobody. Show it through [`waits_on`].
    pub waiting_on: Option<Party>,
    /// Why the last move happened. FAILED and REQUIRES_ACTION always have one; other moves may bring one (a reviewer's
    /// override), which is for the team.
    pub reason: Option<Reason>,
    /// Runs that counted, 0 to `max_tries`.
    pub tries: i32,
    /// From 1.
    pub max_tries: i32,
    /// When it first left NOT_STARTED.
    pub started_at: Option<Time>,
    /// When it became COMPLETED or FAILED; none again once it is reopened.
    pub ended_at: Option<Time>,
    /// When IN_PROGRESS has lasted too long; set in that status only, and no more once the attempt is over.
    pub deadline_at: Option<Time>,
    /// When a check of our own has to run (again): set from the beginning of a screening until it has concluded. Not an
    /// image of any event: it is a note to the worker, and follows from what the log tells.
    pub check_due_at: Option<Time>,
}

/// A wish to move a step.
#[derive(Clone, Debug)]
pub struct Move {
    pub to: StepStatus,
    /// MEMBER and API_KEY stand for a reviewer: the permission check came before.
    pub by: ActorKind,
    pub reason: Option<Reason>,
    /// Whose action REQUIRES_ACTION means. It beats the reason code's own entry: who decides knows best.
    pub action_by: Option<Party>,
    pub at: Time,
}

impl Move {
    /// A move without a reason.
    pub fn new(to: StepStatus, by: ActorKind, at: Time) -> Self {
        Self { to, by, reason: None, action_by: None, at }
    }

    /// The same move, with its reason.
    pub fn because(self, reason: Reason) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// The same move, with whose action it means.
    pub fn action_by(self, party: Party) -> Self {
        Self { action_by: Some(party), ..self }
    }

    /// What the clock does to a step that is [`Step::is_past_deadline`].
    pub fn time_out(at: Time) -> Self {
        Self::new(StepStatus::RequiresAction, ActorKind::System, at)
            .because(reasons::known(reasons::STEP_TIMED_OUT))
    }
}

/// What came of a move.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moved {
    /// It stood there already: a success that changes nothing and writes no event.
    Same,
    /// The step as it is now.
    To(Step),
}

/// What a pair of statuses means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rule {
    /// A repeat.
    Same,
    /// This never follows that.
    Never(&'static str),
    /// The first run begins.
    Begin,
    /// The first run is reported with its outcome.
    Report,
    /// A run ends.
    Finish,
    /// A new run after a failure.
    Retry,
    /// A new run because somebody asked for it.
    Again,
    /// A reviewer decides.
    Decide,
    /// What passed is questioned.
    Reopen,
    /// A repeat, unless it names the other party.
    HandOver,
}

const NOT_BACK: &str = "A step that has begun cannot be unbegun: use REQUIRES_ACTION to ask for it again.";
const PASSED: &str = "It passed already: use REQUIRES_ACTION with a reason to question it.";
const BEGIN_AGAIN: &str = "Put it IN_PROGRESS first, then report the outcome of that run.";

/// The table of every pair.
fn rule(from: StepStatus, to: StepStatus) -> Rule {
    use StepStatus::{Completed, Failed, InProgress, NotStarted, RequiresAction};
    match (from, to) {
        (NotStarted, NotStarted) => Rule::Same,
        (NotStarted, InProgress) => Rule::Begin,
        (NotStarted, Completed) => Rule::Report,
        (NotStarted, Failed) => Rule::Report,
        (NotStarted, RequiresAction) => Rule::Report,

        (InProgress, NotStarted) => Rule::Never(NOT_BACK),
        (InProgress, InProgress) => Rule::Same,
        (InProgress, Completed) => Rule::Finish,
        (InProgress, Failed) => Rule::Finish,
        (InProgress, RequiresAction) => Rule::Finish,

        (Completed, NotStarted) => Rule::Never(NOT_BACK),
        (Completed, InProgress) => Rule::Never(PASSED),
        (Completed, Completed) => Rule::Same,
        (Completed, Failed) => Rule::Never(PASSED),
        (Completed, RequiresAction) => Rule::Reopen,

        (Failed, NotStarted) => Rule::Never(NOT_BACK),
        (Failed, InProgress) => Rule::Retry,
        (Failed, Completed) => Rule::Never(BEGIN_AGAIN),
        (Failed, Failed) => Rule::Same,
        (Failed, RequiresAction) => Rule::Never(BEGIN_AGAIN),

        (RequiresAction, NotStarted) => Rule::Never(NOT_BACK),
        (RequiresAction, InProgress) => Rule::Again,
        (RequiresAction, Completed) => Rule::Decide,
        (RequiresAction, Failed) => Rule::Decide,
        (RequiresAction, RequiresAction) => Rule::HandOver,
    }
}

/// Whether a step that stood at `from` may be told to stand at `to`, whoever moved it. A repeat is not told; handing
/// REQUIRES_ACTION to the other party is.
pub fn may(from: StepStatus, to: StepStatus) -> bool {
    match rule(from, to) {
        Rule::Same | Rule::Never(_) => false,
        Rule::Begin
        | Rule::Report
        | Rule::Finish
        | Rule::Retry
        | Rule::Again
        | Rule::Decide
        | Rule::Reopen
        | Rule::HandOver => true,
    }
}

impl Step {
    /// A step that nobody has begun. `max_tries` below 1 counts as 1.
    pub fn new(kind: StepKind, max_tries: i32) -> Self {
        Self {
            kind,
            status: StepStatus::NotStarted,
            waiting_on: Some(beginner(kind)),
            reason: None,
            tries: 0,
            max_tries: max_tries.max(1),
            started_at: None,
            ended_at: None,
            deadline_at: None,
            check_due_at: None,
        }
    }

    /// The same step in a new attempt: a check that runs by itself is due from the beginning.
    pub fn beginning_at(self, at: Time) -> Self {
        Self { check_due_at: runs_by_itself(self.kind).then_some(at), ..self }
    }

    /// Moves the step. `attempt` is the attempt's state as seen at the time of the move (`Attempt::as_of`). The
    /// caller then writes the step, an event, and the attempt that `Attempt::settle` gives.
    ///
    /// # Errors
    /// In this order: the attempt is over; the pair or the actor is not allowed; no tries are left; a reason, or whose
    /// action, is missing or wrong.
    pub fn advance(&self, wish: &Move, attempt: AttemptState) -> Result<Moved, Refusal> {
        let rule = rule(self.status, wish.to);
        // Before the rest: who repeats the call that ended the attempt is told that it worked.
        if self.is_repeat(rule, wish) {
            return Ok(Moved::Same);
        }
        if attempt.is_terminal() {
            return Err(Refusal::AttemptEnded { state: attempt });
        }
        self.permit(rule, wish)?;
        let tries = self.tries_after(rule, wish)?;
        // COMPLETED needs none, even out of REQUIRES_ACTION: the contract asks for a reason with these two only, and
        // a pass needs no explanation to the customer.
        let to_explain = matches!(wish.to, StepStatus::Failed | StepStatus::RequiresAction);
        if to_explain && wish.reason.is_none() {
            return Err(Refusal::ReasonRequired { to: wish.to });
        }
        let ended = matches!(wish.to, StepStatus::Completed | StepStatus::Failed);
        let running = wish.to == StepStatus::InProgress;
        Ok(Moved::To(Self {
            kind: self.kind,
            status: wish.to,
            waiting_on: self.waiting_on_after(wish, tries)?,
            reason: wish.reason.clone(),
            tries,
            max_tries: self.max_tries,
            started_at: self.started_at.or(Some(wish.at)),
            ended_at: ended.then_some(wish.at),
            deadline_at: running.then(|| wish.at + time_limit(self.kind)),
            check_due_at: match wish.to {
                // Nobody but the check itself can bring such a step to its end.
                StepStatus::InProgress if runs_by_itself(self.kind) => Some(wish.at),
                StepStatus::NotStarted | StepStatus::InProgress | StepStatus::RequiresAction => {
                    self.check_due_at
                }
                StepStatus::Completed | StepStatus::Failed => None,
            },
        }))
    }

    /// Whether the step stands where the move would bring it. Asking for the same action of the *other* party is no
    /// repeat: answering it with a success that does nothing would be a lie.
    fn is_repeat(&self, rule: Rule, wish: &Move) -> bool {
        match rule {
            Rule::Same => true,
            Rule::HandOver => {
                let other = wish.action_by.is_some() && wish.action_by != self.waiting_on;
                !(other && self.may_decide(wish.by))
            }
            Rule::Never(_)
            | Rule::Begin
            | Rule::Report
            | Rule::Finish
            | Rule::Retry
            | Rule::Again
            | Rule::Decide
            | Rule::Reopen => false,
        }
    }

    fn may_decide(&self, by: ActorKind) -> bool {
        is_reviewer(by) || by == ActorKind::System
    }

    /// Whether this actor may do this.
    fn permit(&self, rule: Rule, wish: &Move) -> Result<(), Refusal> {
        let refuse = |help| Err(Refusal::InvalidTransition { from: self.status, to: wish.to, help });
        if let Rule::Never(help) = rule {
            return refuse(help);
        }
        let screening = self.kind == StepKind::SanctionScreening;
        if screening && wish.by == ActorKind::Customer {
            return refuse("The screening is not the customer's.");
        }
        if screening && wish.to == StepStatus::Completed && wish.by != ActorKind::System {
            return refuse(
                "A screening completes by itself once every match is CLEARED: decide its matches.",
            );
        }
        if wish.to == StepStatus::Completed && wish.by == ActorKind::Customer {
            return refuse("The customer performs a step; a check or a reviewer completes it.");
        }
        let allowed = match rule {
            Rule::Same | Rule::Begin | Rule::Report | Rule::Finish => true,
            Rule::Never(_) => false,
            Rule::Retry => wish.by != ActorKind::Provider,
            Rule::Again => {
                let theirs = wish.by == ActorKind::Customer && self.waiting_on == Some(Party::Customer);
                theirs || self.may_decide(wish.by)
            }
            Rule::Decide | Rule::Reopen | Rule::HandOver => self.may_decide(wish.by),
        };
        if allowed { Ok(()) } else { refuse("The step has moved on: this needs a reviewer.") }
    }

    /// The count of tries after the move. A run that the provider's outage spoiled is given back; when that run was
    /// free already (a redo), the customer gains one try, which is the side to err on.
    fn tries_after(&self, rule: Rule, wish: &Move) -> Result<i32, Refusal> {
        let to_blame = matches!(wish.to, StepStatus::Failed | StepStatus::RequiresAction);
        let outage =
            to_blame && wish.reason.as_ref().and_then(Reason::entry).is_some_and(|entry| entry.costs_no_try);
        match rule {
            Rule::Begin => Ok(self.tries + 1),
            Rule::Report => Ok(self.tries + i32::from(!outage)),
            Rule::Finish => Ok(if outage { (self.tries - 1).max(0) } else { self.tries }),
            Rule::Retry if self.tries >= self.max_tries => {
                Err(Refusal::TriesExhausted { max_tries: self.max_tries })
            }
            Rule::Retry => Ok(self.tries + i32::from(wish.by != ActorKind::System)),
            Rule::Same | Rule::Never(_) | Rule::Again | Rule::Decide | Rule::Reopen | Rule::HandOver => {
                Ok(self.tries)
            }
        }
    }

    /// Whose move it is after the move.
    fn waiting_on_after(&self, wish: &Move, tries: i32) -> Result<Option<Party>, Refusal> {
        if wish.action_by.is_some() && wish.to != StepStatus::RequiresAction {
            return Err(Refusal::ActionByInvalid { help: "Pass `actionBy` with REQUIRES_ACTION only." });
        }
        Ok(match wish.to {
            StepStatus::NotStarted => Some(beginner(self.kind)),
            StepStatus::InProgress => Some(worker(self.kind)),
            StepStatus::Completed => None,
            StepStatus::Failed if tries >= self.max_tries => None,
            // Nobody but a reviewer can do anything about a screening.
            StepStatus::Failed if self.kind == StepKind::SanctionScreening => Some(Party::Reviewer),
            StepStatus::Failed => Some(Party::Customer),
            StepStatus::RequiresAction => Some(self.action_party(wish)?),
        })
    }

    /// Whose action REQUIRES_ACTION means.
    fn action_party(&self, wish: &Move) -> Result<Party, Refusal> {
        let entry = wish.reason.as_ref().and_then(Reason::entry);
        let screening = self.kind == StepKind::SanctionScreening;
        let staff_only = entry.is_some_and(|entry| entry.staff_only);
        match wish.action_by {
            Some(Party::Provider) => Err(Refusal::ActionByInvalid {
                help: "A provider cannot be asked to act: pass CUSTOMER (do it again) or REVIEWER (decide).",
            }),
            Some(Party::Customer) if screening || staff_only => {
                Err(Refusal::ActionByInvalid { help: "The customer must not learn of this: pass REVIEWER." })
            }
            Some(party) => Ok(party),
            None if screening => Ok(Party::Reviewer),
            None => entry.and_then(|entry| entry.action_by).ok_or(Refusal::ActionByRequired),
        }
    }

    /// How many more runs the customer may begin.
    pub fn tries_left(&self) -> i32 {
        (self.max_tries - self.tries).max(0)
    }

    /// Whether it has FAILED for good, which rejects the attempt.
    pub fn is_exhausted(&self) -> bool {
        self.status == StepStatus::Failed && self.tries_left() == 0
    }

    /// Whether IN_PROGRESS has lasted too long at `now`: move it by [`Move::time_out`].
    pub fn is_past_deadline(&self, now: Time) -> bool {
        self.deadline_at.is_some_and(|deadline| deadline <= now)
    }

    /// The step of an attempt that has just ended: no deadline and no check calls for it any more. None when there was none.
    /// Nothing that a client sees changes, so its version stays. Write this for every step, and its image, in the
    /// change that ends the attempt: else the search for late steps finds it for ever.
    pub fn close(&self) -> Option<Self> {
        let watched = self.deadline_at.is_some() || self.check_due_at.is_some();
        watched.then(|| Self { deadline_at: None, check_due_at: None, ..self.clone() })
    }
}

/// Whose move a step is, as seen by a reader: nobody's once the attempt is over. `attempt` is its state as seen now.
pub fn waits_on(stored: Option<Party>, attempt: AttemptState) -> Option<Party> {
    stored.filter(|_| !attempt.is_terminal())
}

/// The index of the step that the customer is to do now, of steps in the order of their positions: the first that
/// waits on them. Order binds the customer only: they may begin this one and no other, and a step that waits on a
/// provider or a reviewer does not block the next one.
pub fn current(steps: &[Step]) -> Option<usize> {
    steps.iter().position(|step| step.waiting_on == Some(Party::Customer))
}
