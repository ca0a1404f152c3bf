//! What a screening, or a decision about its matches, does to its step.
//!
//! | the newest run | its step |
//! |---|---|
//! | found nobody, or every match is CLEARED | COMPLETED |
//! | has a PENDING match | REQUIRES_ACTION of a REVIEWER, SCREENING_MATCH |
//! | has a CONFIRMED match | REQUIRES_ACTION of a REVIEWER, SCREENING_CONFIRMED |
//! | could not be made: no complete list | REQUIRES_ACTION of a REVIEWER, SCREENING_UNAVAILABLE, and the check stays due |
//! | could not be made: the name is none | REQUIRES_ACTION of a REVIEWER, UNDER_REVIEW |
//!
//! Nothing else completes it. A step that a reviewer has FAILED stays so until they put it IN_PROGRESS, which has it run
//! again; while a run is due, decisions are kept and move nothing.

use entity::{ActorKind, AttemptState, MatchDecision, StepStatus, Time};

use super::{
    Refusal,
    kind::runs_by_itself,
    reasons::{self, Reason},
    step::{Move, Moved, Step},
};

/// What a run came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody on a list is the customer: no match, or all of them CLEARED.
    Clear,
    /// A match is undecided, and none is confirmed.
    Pending,
    /// A match is confirmed.
    Confirmed,
    /// There was nothing complete to screen against.
    Unavailable,
    /// The name cannot be screened.
    Unscreenable,
}

impl Verdict {
    /// What the decisions about every match of a run come to.
    pub fn of(decisions: impl IntoIterator<Item = MatchDecision>) -> Self {
        decisions.into_iter().fold(Self::Clear, |so_far, decision| match (so_far, decision) {
            (Self::Confirmed, _) | (_, MatchDecision::Confirmed) => Self::Confirmed,
            (Self::Pending, MatchDecision::Cleared) | (_, MatchDecision::Pending) => Self::Pending,
            (other, MatchDecision::Cleared) => other,
        })
    }

    /// Why the step waits on a reviewer; none when it does not.
    fn reason(self) -> Option<&'static str> {
        match self {
            Self::Clear => None,
            Self::Pending => Some(reasons::SCREENING_MATCH),
            Self::Confirmed => Some(reasons::SCREENING_CONFIRMED),
            Self::Unavailable => Some(reasons::SCREENING_UNAVAILABLE),
            Self::Unscreenable => Some(reasons::UNDER_REVIEW),
        }
    }
}

/// Whether a decision may take the place of another: the table of every pair.
pub fn may_decide(from: MatchDecision, to: MatchDecision) -> bool {
    use MatchDecision::{Cleared, Confirmed, Pending};
    match (from, to) {
        (Pending, Pending) => false,
        (Pending, Confirmed) => true,
        (Pending, Cleared) => true,
        (Confirmed, Pending) => false,
        (Confirmed, Confirmed) => false,
        (Confirmed, Cleared) => true,
        (Cleared, Pending) => false,
        (Cleared, Confirmed) => true,
        (Cleared, Cleared) => false,
    }
}

/// Checks a decision about a match of the newest run. Whether it changes anything: the same decision again does not.
///
/// # Errors
/// The attempt is over (unless nothing would change); PENDING, to which nothing goes back.
pub fn decide(from: MatchDecision, to: MatchDecision, attempt: AttemptState) -> Result<bool, Refusal> {
    if to == MatchDecision::Pending {
        return Err(Refusal::DecisionInvalid);
    }
    if !may_decide(from, to) {
        return Ok(false);
    }
    if attempt.is_terminal() { Err(Refusal::AttemptEnded { state: attempt }) } else { Ok(true) }
}

/// What is wrong with when a step's check is due, in a sentence; none when nothing is.
pub fn wrongly_due(step: &Step, attempt: AttemptState) -> Option<&'static str> {
    let waits = match step.status {
        StepStatus::NotStarted | StepStatus::InProgress | StepStatus::RequiresAction => true,
        StepStatus::Completed | StepStatus::Failed => false,
    };
    let may = runs_by_itself(step.kind) && waits && !attempt.is_terminal();
    let must = may && step.status != StepStatus::RequiresAction;
    match step.check_due_at {
        Some(_) if !may => Some(
            "a check is due only in an open attempt, of a step that runs by itself and has not concluded",
        ),
        None if must => Some("a step that runs by itself is due until it has run"),
        Some(_) | None => None,
    }
}

/// Where a verdict brings a step: the table of every pair. None where it leaves the step as it is.
fn target(from: StepStatus, verdict: Verdict) -> Option<StepStatus> {
    use StepStatus::{Completed, Failed, InProgress, NotStarted, RequiresAction};
    use Verdict::{Clear, Confirmed, Pending, Unavailable, Unscreenable};
    match (from, verdict) {
        (NotStarted, Clear) => Some(Completed),
        (NotStarted, Pending | Confirmed | Unavailable | Unscreenable) => Some(RequiresAction),
        (InProgress, Clear) => Some(Completed),
        (InProgress, Pending | Confirmed | Unavailable | Unscreenable) => Some(RequiresAction),
        (RequiresAction, Clear) => Some(Completed),
        (RequiresAction, Pending | Confirmed | Unavailable | Unscreenable) => Some(RequiresAction),
        (Completed, Clear) => None,
        (Completed, Pending | Confirmed | Unavailable | Unscreenable) => Some(RequiresAction),
        (Failed, Clear | Pending | Confirmed | Unavailable | Unscreenable) => None,
    }
}

impl Step {
    /// The step after a run that was due. `note` is for the team, beside the reason. None when no run is due, or when
    /// there was nothing to run against and the step says so already.
    ///
    /// # Errors
    /// The attempt is over.
    pub fn conclude(
        &self,
        verdict: Verdict,
        note: Option<&str>,
        attempt: AttemptState,
        at: Time,
    ) -> Result<Option<Self>, Refusal> {
        if self.check_due_at.is_none() {
            return Ok(None);
        }
        let judged = self.judged(verdict, note, attempt, at)?;
        let due = self.check_due_at.filter(|_| verdict == Verdict::Unavailable);
        Ok(match judged {
            Some(step) => Some(Self { check_due_at: due, ..step }),
            None if due.is_some() => None,
            None => Some(Self { check_due_at: None, ..self.clone() }),
        })
    }

    /// The step after a decision about a match. None when it stays where it is, as it does while a run is due.
    ///
    /// # Errors
    /// The attempt is over.
    pub fn decided(
        &self,
        verdict: Verdict,
        attempt: AttemptState,
        at: Time,
    ) -> Result<Option<Self>, Refusal> {
        if self.check_due_at.is_some() { Ok(None) } else { self.judged(verdict, None, attempt, at) }
    }

    /// The step once its check has to run again although nothing about the customer has changed. None where it is due already,
    /// or it does not wait on a reviewer.
    pub fn check_again(&self, attempt: AttemptState, at: Time) -> Option<Self> {
        let waits = self.status == StepStatus::RequiresAction && self.check_due_at.is_none();
        (waits && !attempt.is_terminal()).then(|| Self { check_due_at: Some(at), ..self.clone() })
    }

    /// The step after a verdict; none when that leaves it where it is, for the same reason.
    fn judged(
        &self,
        verdict: Verdict,
        note: Option<&str>,
        attempt: AttemptState,
        at: Time,
    ) -> Result<Option<Self>, Refusal> {
        let Some(to) = target(self.status, verdict) else { return Ok(None) };
        let reason = verdict
            .reason()
            .map(|code| Reason { staff_note: note.map(str::to_owned), ..reasons::known(code) });
        let wish = Move { reason: reason.clone(), ..Move::new(to, ActorKind::System, at) };
        match self.advance(&wish, attempt)? {
            Moved::To(step) => Ok(Some(step)),
            // It waits on a reviewer already, who has something else to decide now.
            Moved::Same if to == StepStatus::RequiresAction && reason != self.reason => {
                if attempt.is_terminal() {
                    return Err(Refusal::AttemptEnded { state: attempt });
                }
                Ok(Some(Self { reason, ..self.clone() }))
            }
            Moved::Same => Ok(None),
        }
    }

    /// The step after the customer's name or birth date has changed: what was found about somebody else counts no more. None
    /// when that changes nothing: it is of another kind, has FAILED, or runs at once in any case.
    ///
    /// # Errors
    /// The attempt is over.
    pub fn details_changed(&self, attempt: AttemptState, at: Time) -> Result<Option<Self>, Refusal> {
        if !runs_by_itself(self.kind) {
            return Ok(None);
        }
        match self.status {
            StepStatus::Completed => {
                let wish = Move::new(StepStatus::RequiresAction, ActorKind::System, at)
                    .because(reasons::known(reasons::DETAILS_CHANGED));
                match self.advance(&wish, attempt)? {
                    Moved::To(step) => Ok(Some(Self { check_due_at: Some(at), ..step })),
                    Moved::Same => Ok(None),
                }
            }
            StepStatus::RequiresAction if self.check_due_at.is_none() => {
                Ok(Some(Self { check_due_at: Some(at), ..self.clone() }))
            }
            StepStatus::NotStarted
            | StepStatus::InProgress
            | StepStatus::Failed
            | StepStatus::RequiresAction => Ok(None),
        }
    }
}
