//! How an attempt follows from its steps, its holds and its link, and when the clock ends it.
//!
//! Every function takes the attempt as written and refuses to move one that is over *as seen now*: a caller that
//! meets an overdue attempt writes [`Attempt::expire`] and commits it first.

use chrono::TimeDelta;
use entity::{ActorKind, AttemptState, EventType, ExpiryReason, Party, StepKind, StepStatus, Time};

pub use super::check::check;
use super::{
    Refusal,
    link::{Link, Validity},
    reasons::{self, Reason},
    statuses::Statuses,
    step::Step,
};

/// A customer who gets an attempt back has at least this long, although their link ran out or was revoked meanwhile.
pub const HAND_BACK_GRACE: TimeDelta = TimeDelta::hours(72);

/// What the rules know of an attempt, as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub state: AttemptState,
    /// Whose move it is; none once terminal.
    pub waiting_on: Option<Party>,
    /// Since when `waiting_on` has been who it is.
    pub waiting_since: Option<Time>,
    pub needs: Needs,
    /// Holds that nobody has released, also those that outlived the attempt.
    pub active_holds: i32,
    pub completed_steps: i32,
    pub total_steps: i32,
    /// Of all its steps.
    pub statuses: Statuses,
    pub started_at: Option<Time>,
    pub ended_at: Option<Time>,
    /// When the clock expires it: the end of the link's validity, while the attempt is open and waits on the customer
    /// alone. (It is also the later of that end and the moment the waiting began: a hand-back renews an end that has
    /// passed.)
    pub due_at: Option<Time>,
    /// None when it was created without one, and nobody has sent one since.
    pub link: Option<Link>,
    pub expiry_reason: Option<ExpiryReason>,
    pub rejection: Option<Reason>,
}

/// Who has something to do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Needs {
    pub customer: bool,
    pub provider: bool,
    /// A step or a hold.
    pub reviewer: bool,
}

impl Needs {
    /// Who has something to do, given the steps and how many holds are active.
    pub fn of(steps: &[Step], active_holds: i32) -> Self {
        let any = |party| steps.iter().any(|step| step.waiting_on == Some(party));
        Self {
            customer: any(Party::Customer),
            provider: any(Party::Provider),
            reviewer: any(Party::Reviewer) || active_holds > 0,
        }
    }

    /// Whose move the attempt is: the customer's before a provider's before a reviewer's.
    pub fn first(self) -> Option<Party> {
        if self.customer {
            Some(Party::Customer)
        } else if self.provider {
            Some(Party::Provider)
        } else if self.reviewer {
            Some(Party::Reviewer)
        } else {
            None
        }
    }

    /// Whether the customer alone keeps the attempt waiting: it is theirs to lose.
    pub fn customer_alone(self) -> bool {
        self.customer && !self.provider && !self.reviewer
    }
}

/// What a move did to an attempt, one entry an event, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The reason is the attempt's `rejection` or `expiry_reason`.
    State {
        from: AttemptState,
        to: AttemptState,
    },
    /// A new token; the first of the attempt, or one that takes the place of those before.
    LinkIssued {
        first: bool,
    },
    LinkOpened,
    /// The team moved the end of the validity.
    LinkExtended,
    /// The attempt was handed back to the customer after the link had died: SYSTEM moved the end of the validity.
    LinkRenewed,
    LinkRevoked,
    LinkExpired,
}

impl Change {
    /// The tracker's word for it.
    pub fn event(self) -> EventType {
        match self {
            Self::State { .. } => EventType::AttemptStateChanged,
            Self::LinkIssued { first: true } => EventType::LinkGenerated,
            Self::LinkIssued { first: false } => EventType::LinkResent,
            Self::LinkOpened => EventType::LinkOpened,
            Self::LinkExtended | Self::LinkRenewed => EventType::LinkExtended,
            Self::LinkRevoked => EventType::LinkRevoked,
            Self::LinkExpired => EventType::LinkExpired,
        }
    }
}

/// An attempt after a move, and what is to be told of it. When the attempt is over now, write [`Step::close`] for its
/// steps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    pub attempt: Attempt,
    pub changes: Vec<Change>,
}

/// That the clock has ended an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    pub reason: ExpiryReason,
    pub ended_at: Time,
}

/// Whether the clock has ended an attempt at `now`, written or not: the columns `due_at` and `link_open_count` are
/// all it takes, so that a read of many rows need not build an [`Attempt`] for each. The SQL half is
/// `entity::attempt::overdue`.
pub fn overdue(due_at: Option<Time>, link_open_count: i32, now: Time) -> Option<Overdue> {
    let ended_at = due_at.filter(|due| *due <= now)?;
    let reason = if link_open_count == 0 { ExpiryReason::NeverOpened } else { ExpiryReason::Abandoned };
    Some(Overdue { reason, ended_at })
}

/// Whether an attempt may go from one state to another: the table of every pair.
pub fn may(from: AttemptState, to: AttemptState) -> bool {
    use AttemptState::{Completed, Created, Expired, InProgress, Rejected};
    match (from, to) {
        (Created, Created) => false,
        (Created, InProgress) => true,
        (Created, Completed) => false,
        (Created, Rejected) => true,
        (Created, Expired) => true,

        (InProgress, Created) => false,
        (InProgress, InProgress) => false,
        (InProgress, Completed) => true,
        (InProgress, Rejected) => true,
        (InProgress, Expired) => true,

        (Completed, Created) => false,
        (Completed, InProgress) => false,
        (Completed, Completed) => false,
        (Completed, Rejected) => false,
        (Completed, Expired) => false,

        (Rejected, Created) => false,
        (Rejected, InProgress) => false,
        (Rejected, Completed) => false,
        (Rejected, Rejected) => false,
        (Rejected, Expired) => false,

        (Expired, Created) => false,
        (Expired, InProgress) => false,
        (Expired, Completed) => false,
        (Expired, Rejected) => false,
        (Expired, Expired) => false,
    }
}

impl Attempt {
    /// A new attempt over these steps (at least one), with a link of that validity or without one.
    pub fn create(steps: &[Step], link: Option<Validity>, now: Time) -> Self {
        let needs = Needs::of(steps, 0);
        Self {
            state: AttemptState::Created,
            waiting_on: needs.first(),
            waiting_since: Some(now),
            needs,
            active_holds: 0,
            completed_steps: 0,
            total_steps: count(steps.len()),
            statuses: Statuses::of(steps),
            started_at: None,
            ended_at: None,
            due_at: None,
            link: link.map(|validity| Link::first(validity, now)),
            expiry_reason: None,
            rejection: None,
        }
        .with_due()
    }

    /// The attempt as anybody sees it at `now`, written or not: EXPIRED once it is overdue. What is seen is what
    /// [`Attempt::expire`] writes.
    pub fn as_of(&self, now: Time) -> Self {
        self.expire(now).map_or_else(|| self.clone(), |expired| expired.attempt)
    }

    /// Writes down what the clock did; none when it has done nothing.
    pub fn expire(&self, now: Time) -> Option<Settled> {
        let overdue = overdue(self.due_at, self.link.map_or(0, |link| link.opened), now)?;
        let mut draft = self.draft();
        draft.attempt.expiry_reason = Some(overdue.reason);
        draft.end(AttemptState::Expired, overdue.ended_at);
        Some(draft)
    }

    /// Derives everything anew after a step has moved, or holds have. `moved_by` is who moved a step; none when no
    /// step moved.
    ///
    /// # Errors
    /// The attempt is over.
    pub fn settle(&self, steps: &[Step], moved_by: Option<ActorKind>, now: Time) -> Result<Settled, Refusal> {
        self.must_be_open(now)?;
        let mut draft = self.draft();
        if moved_by.is_some_and(|by| by != ActorKind::System) {
            draft.begin(now);
        }
        draft.derive(steps, now);
        Ok(draft)
    }

    /// Places one more hold.
    ///
    /// # Errors
    /// The attempt is over.
    pub fn hold(&self, steps: &[Step], now: Time) -> Result<Settled, Refusal> {
        self.must_be_open(now)?;
        let mut draft = self.draft();
        draft.attempt.active_holds += 1;
        draft.derive(steps, now);
        Ok(draft)
    }

    /// Releases one hold; the last one completes an attempt whose steps are all completed.
    ///
    /// # Errors
    /// The attempt is over, or no hold is active.
    pub fn release(&self, steps: &[Step], now: Time) -> Result<Settled, Refusal> {
        self.must_be_open(now)?;
        if self.active_holds < 1 {
            return Err(Refusal::NoActiveHold);
        }
        let mut draft = self.draft();
        draft.attempt.active_holds -= 1;
        draft.derive(steps, now);
        Ok(draft)
    }

    /// A reviewer's rejection. A hold does not stop it.
    ///
    /// # Errors
    /// The attempt is over.
    pub fn reject(&self, reason: Reason, now: Time) -> Result<Settled, Refusal> {
        self.must_be_open(now)?;
        let mut draft = self.draft();
        draft.attempt.rejection = Some(reason);
        draft.end(AttemptState::Rejected, now);
        Ok(draft)
    }

    /// # Errors
    /// The attempt is over as seen at `now`.
    pub(super) fn must_be_open(&self, now: Time) -> Result<(), Refusal> {
        let overdue = self.due_at.is_some_and(|due| due <= now);
        let state = if overdue { AttemptState::Expired } else { self.state };
        if state.is_terminal() { Err(Refusal::AttemptEnded { state }) } else { Ok(()) }
    }

    pub(super) fn draft(&self) -> Settled {
        Settled { attempt: self.clone(), changes: Vec::new() }
    }

    /// When the clock would end it, given the rest of the row.
    pub(super) fn due(&self) -> Option<Time> {
        let theirs = !self.state.is_terminal() && self.needs.customer_alone();
        self.link.filter(|_| theirs).map(|link| link.expires_at)
    }

    fn with_due(self) -> Self {
        Self { due_at: self.due(), ..self }
    }
}

impl Settled {
    /// CREATED → IN_PROGRESS; nothing in any other state.
    pub(super) fn begin(&mut self, now: Time) {
        if self.attempt.state == AttemptState::Created {
            self.attempt.started_at = Some(now);
            self.enter(AttemptState::InProgress);
        }
    }

    /// Ends the attempt: nobody has to move any more.
    pub(super) fn end(&mut self, state: AttemptState, at: Time) {
        self.enter(state);
        let attempt = &mut self.attempt;
        attempt.ended_at = Some(at);
        attempt.waiting_on = None;
        attempt.waiting_since = None;
        attempt.needs = Needs::default();
        attempt.due_at = None;
    }

    fn enter(&mut self, to: AttemptState) {
        let from = self.attempt.state;
        debug_assert!(may(from, to), "an attempt never goes from {from} to {to}");
        self.attempt.state = to;
        self.changes.push(Change::State { from, to });
    }

    /// Everything that follows from the steps and the holds.
    fn derive(&mut self, steps: &[Step], now: Time) {
        let completed = steps.iter().filter(|step| step.status == StepStatus::Completed).count();
        self.attempt.completed_steps = count(completed);
        self.attempt.total_steps = count(steps.len());
        self.attempt.statuses = Statuses::of(steps);
        if let Some(failed) = steps.iter().find(|step| step.is_exhausted()) {
            self.attempt.rejection = Some(rejection_by(failed));
            self.end(AttemptState::Rejected, now);
        } else if completed == steps.len() && self.attempt.active_holds == 0 {
            // SYSTEM alone may have done it all, in an attempt of a screening and nothing else.
            self.begin(now);
            self.end(AttemptState::Completed, now);
        } else {
            self.wait(Needs::of(steps, self.attempt.active_holds), now);
        }
    }

    /// Whose move it is now, and since when.
    fn wait(&mut self, needs: Needs, now: Time) {
        let before = self.attempt.clone();
        self.attempt.needs = needs;
        if needs.first() != before.waiting_on {
            self.attempt.waiting_on = needs.first();
            self.attempt.waiting_since = Some(now);
        }
        if let Some(link) = self.attempt.link.filter(|link| is_hand_back(&before, needs, link, now)) {
            let renewed = link.lasting_until(now + HAND_BACK_GRACE);
            if renewed != link {
                self.attempt.link = Some(renewed);
                self.changes.push(Change::LinkRenewed);
            }
        }
        self.attempt.due_at = self.attempt.due();
    }
}

/// Whether the customer gets the attempt back in a way that must not cost them their time: their link died while
/// somebody else had the attempt, or a reviewer had it all to themselves. An ordinary provider's answer is no such
/// case: it must not make three days of a link that was made for one hour.
fn is_hand_back(before: &Attempt, needs: Needs, link: &Link, now: Time) -> bool {
    let given = needs.customer && !before.needs.customer;
    let left_alone = needs.customer_alone() && !before.needs.customer_alone();
    let by_reviewer = given && before.waiting_on == Some(Party::Reviewer);
    by_reviewer || ((given || left_alone) && link.is_dead(now))
}

/// Why a step that failed for good rejects the attempt. A screening's own reason says more than the count of its
/// runs, and stays with the staff.
fn rejection_by(failed: &Step) -> Reason {
    let own = failed.reason.clone().filter(|_| failed.kind == StepKind::SanctionScreening);
    own.unwrap_or_else(|| reasons::known(reasons::TRIES_EXHAUSTED))
}

/// A count of steps as its column holds it. A journey has at most one step of each kind, so it always fits.
pub(super) fn count(steps: usize) -> i32 {
    i32::try_from(steps).unwrap_or(i32::MAX)
}
