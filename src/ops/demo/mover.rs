//! Somebody who keeps the demo moving: through the use cases, like any client.

use std::time::Duration;

use entity::{
    AttemptState, MatchDecision, Scoped, StepKind, StepStatus, attempt, hold,
    id::{AttemptId, StepId},
    screening, screening_match, step,
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio_util::sync::CancellationToken;

use crate::{
    auth::Actor,
    entropy::dice::Dice,
    error::{Error, Result},
    kyc::{
        Kyc, ReasonInput,
        attempt::{LinkGenerate, generate},
        hold::{HoldPlace, HoldRelease, place, release},
        screening::{MatchDecide, decide},
        step::{StepUpdateStatus, update_status},
    },
    lifecycle::reasons::{self, Entry},
    ops::seed::{is_decided_by_reviewer, is_put_right_by_customer, somebody},
};

/// After so many moves it rests: half a day, and some 50 MB of database. A demo that was forgotten must not fill a disk.
const MOST_MOVES: u64 = 30_000;
/// Attempts that are looked at for the next move: those that moved last, so that a person sees one go on.
const IN_HAND: u64 = 12;
/// A link is generated when fewer attempts are open.
const FEWEST_OPEN: usize = 8;

/// An API key that plays the customers, the checks and the reviewers.
pub struct Mover {
    actor: Actor,
    /// The attempt that is left alone: its link is there to be walked.
    spare: AttemptId,
    /// The customers so far.
    customers: u64,
    dice: Dice,
}

impl Mover {
    pub(super) fn new(actor: Actor, spare: AttemptId, customers: u64) -> Self {
        Self { actor, spare, customers, dice: Dice::new(customers, 0) }
    }

    /// Moves something every second or two, until `stop` or it has moved enough.
    pub async fn run(mut self, kyc: Kyc, stop: CancellationToken) {
        for _ in 0..MOST_MOVES {
            let pause = Duration::from_millis(700 + self.dice.below(1400) as u64);
            if stop.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                return;
            }
            // A person at the same attempt may have been faster.
            if let Err(error) = self.once(&kyc).await {
                tracing::debug!(%error, "a move of the demo was refused");
            }
        }
        tracing::info!("the demo has moved enough: from here on it stands still");
    }

    /// One move.
    ///
    /// # Errors
    /// Whatever its use case refuses.
    pub async fn once(&mut self, kyc: &Kyc) -> Result<()> {
        let scope = self.actor.scope().ok_or_else(|| Error::internal("the demo is of no merchant"))?;
        let open = [AttemptState::Created, AttemptState::InProgress];
        let open = attempt::Entity::scoped(scope)
            .filter(attempt::in_state(&open, kyc.clock.now()))
            .filter(attempt::Column::Id.ne(self.spare))
            .order_by_desc(attempt::Column::UpdatedAt)
            .limit(IN_HAND)
            .all(kyc.db.reader())
            .await?;
        let next = self.dice.pick(&open).filter(|_| open.len() >= FEWEST_OPEN);
        let Some(next) = next.filter(|_| !self.dice.permille(60)) else { return self.invite(kyc).await };
        if next.active_holds > 0 && self.dice.permille(400) {
            return self.release(kyc, next.id).await;
        }
        if next.active_holds == 0 && self.dice.permille(30) {
            let reason = because(self.pick(None, |entry| entry.holds && entry.code != "OTHER")?);
            place(kyc, &self.actor, HoldPlace { attempt_id: next.id, reason }, None).await?;
            return Ok(());
        }
        let steps = step::Entity::scoped(scope)
            .filter(step::Column::AttemptId.eq(next.id))
            .filter(step::Column::Status.ne(StepStatus::Completed))
            .order_by_asc(step::Column::Position)
            .all(kyc.db.reader())
            .await?;
        // A screening runs by itself: what is left to do about it are decisions.
        let theirs = steps.iter().find(|step| step.kind != StepKind::SanctionScreening);
        match (theirs, steps.first()) {
            (Some(step), _) => self.advance(kyc, step).await,
            (None, Some(screening)) => self.clear(kyc, screening).await,
            (None, None) => self.release(kyc, next.id).await,
        }
    }

    /// Clears the first match of a screening that nobody has decided; nothing where there is none.
    async fn clear(&self, kyc: &Kyc, step: &step::Model) -> Result<()> {
        let scope = self.actor.scope().ok_or_else(|| Error::internal("the demo is of no merchant"))?;
        let newest = screening::Entity::newest_of(scope, step.id).one(kyc.db.reader()).await?;
        let Some(newest) = newest else { return Ok(()) };
        let found = screening_match::Entity::of_screenings(scope, kyc.db.backend(), [newest.id])
            .filter(screening_match::Column::Decision.eq(MatchDecision::Pending))
            .one(kyc.db.reader())
            .await?;
        if let Some(found) = found {
            let note = "Another birth date, and another country.".to_owned();
            let input = MatchDecide { match_id: found.id, decision: MatchDecision::Cleared, note };
            decide(kyc, &self.actor, input, None).await?;
        }
        Ok(())
    }

    async fn invite(&mut self, kyc: &Kyc) -> Result<()> {
        self.customers += 1;
        let input = LinkGenerate {
            customer_id: None,
            customer_reference: None,
            customer: Some(somebody(self.customers, &mut self.dice)),
            steps: None,
            validity_hours: None,
            redirect_url: None,
        };
        generate(kyc, &self.actor, input, None).await?;
        Ok(())
    }

    async fn release(&self, kyc: &Kyc, attempt: AttemptId) -> Result<()> {
        let scope = self.actor.scope().ok_or_else(|| Error::internal("the demo is of no merchant"))?;
        let held = hold::Entity::scoped(scope)
            .filter(hold::Column::AttemptId.eq(attempt))
            .filter(hold::Column::ReleasedAt.is_null())
            .one(kyc.db.reader())
            .await?;
        if let Some(held) = held {
            release(kyc, &self.actor, HoldRelease { hold_id: held.id, note: None }, None).await?;
        }
        Ok(())
    }

    async fn advance(&mut self, kyc: &Kyc, step: &step::Model) -> Result<()> {
        let (status, reason) = match step.status {
            StepStatus::NotStarted | StepStatus::Failed => (StepStatus::InProgress, None),
            StepStatus::InProgress => match self.dice.below(100) {
                0..12 => (StepStatus::Failed, Some(self.pick(Some(step), is_put_right_by_customer)?)),
                12..22 => (StepStatus::RequiresAction, Some(self.pick(Some(step), is_decided_by_reviewer)?)),
                _ => (StepStatus::Completed, None),
            },
            StepStatus::RequiresAction | StepStatus::Completed => (StepStatus::Completed, None),
        };
        let reason = reason.map(because);
        update_status(kyc, &self.actor, to(step.id, status, reason), None).await?;
        Ok(())
    }

    fn pick(&mut self, step: Option<&step::Model>, fits: fn(&Entry) -> bool) -> Result<&'static Entry> {
        let kind = step.map(|step| step.kind);
        let fitting: Vec<_> = reasons::catalogue(kind).filter(|entry| fits(entry)).collect();
        self.dice.pick(&fitting).copied().ok_or_else(|| Error::internal("the catalogue has no reason"))
    }
}

fn because(entry: &Entry) -> ReasonInput {
    ReasonInput { code: entry.code.to_owned(), message: None, staff_note: None }
}

fn to(step_id: StepId, status: StepStatus, reason: Option<ReasonInput>) -> StepUpdateStatus {
    StepUpdateStatus { step_id, status, reason, action_by: None, result: None, expected_version: None }
}
