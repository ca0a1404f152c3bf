//! What the clock does: attempts that expire, links that run out, steps that take too long.
//!
//! The `*_due` functions are the steps of the workers. Each attempt is a transaction of its own: two merchants' log heads
//! are never taken together, and one that fails does not hold up the rest. What the search found is looked at again
//! under the attempt's lock, so that several replicas may search at once.

use std::collections::BTreeSet;

use entity::{ActorKind, Scope, attempt, id::AttemptId, step};
use sea_orm::ColumnTrait;

use super::{Change, Kyc, aggregate::Aggregate, rows};
use crate::{
    auth::Actor,
    error::{Error, Result},
    lifecycle::step::{Move, Moved},
};

/// Writes down that an attempt has expired, as every reader sees it already. Whether there was something to write: nothing
/// when it is not due, any more or at all.
///
/// # Errors
/// When the database fails.
pub async fn expire(kyc: &Kyc, scope: Scope, attempt: AttemptId) -> Result<bool> {
    kyc.change_by_clock(scope, move |change| Box::pin(write_expiry(change, attempt))).await
}

async fn write_expiry(change: &mut Change<'_>, id: AttemptId) -> Result<bool> {
    let Some(row) = change.lock_as_written(attempt::Column::Id.eq(id)).await? else { return Ok(false) };
    let Some(settled) = rows::rules_of(&row).expire(change.now) else { return Ok(false) };
    Aggregate::of(change, row).await?.settle(change, settled, Vec::new());
    Ok(true)
}

/// Writes down that a link ran out while a provider or a reviewer had the attempt. Whether there was something to write.
///
/// # Errors
/// When the database fails.
pub async fn expire_link(kyc: &Kyc, scope: Scope, attempt: AttemptId) -> Result<bool> {
    let system = Actor::system(scope.merchant_id());
    kyc.change(&system, scope, move |change| Box::pin(write_link_expiry(change, attempt))).await
}

async fn write_link_expiry(change: &mut Change<'_>, id: AttemptId) -> Result<bool> {
    let Some(row) = change.lock_attempt(id).await? else { return Ok(false) };
    let Some(settled) = rows::rules_of(&row).record_link_expiry(change.now) else { return Ok(false) };
    Aggregate::of(change, row).await?.settle(change, settled, Vec::new());
    Ok(true)
}

/// Hands the steps of an attempt that have been IN_PROGRESS for too long to a reviewer. Whether there were any.
///
/// # Errors
/// When the database fails.
pub async fn time_out_steps(kyc: &Kyc, scope: Scope, attempt: AttemptId) -> Result<bool> {
    let system = Actor::system(scope.merchant_id());
    kyc.change(&system, scope, move |change| Box::pin(write_time_outs(change, attempt))).await
}

async fn write_time_outs(change: &mut Change<'_>, id: AttemptId) -> Result<bool> {
    let Some(row) = change.lock_attempt(id).await? else { return Ok(false) };
    if row.state.is_terminal() {
        return Ok(false);
    }
    let mut aggregate = Aggregate::of(change, row).await?;
    let mut any = false;
    for index in 0..aggregate.steps.len() {
        let rules = rows::step_rules_of(&aggregate.steps[index]);
        if !rules.is_past_deadline(change.now) {
            continue;
        }
        let moved = rules.advance(&Move::time_out(change.now), aggregate.row.state)?;
        if let Moved::To(moved) = moved {
            aggregate.write_step(change, index, moved, None);
            any = true;
        }
    }
    if any {
        aggregate.settle_steps(change, ActorKind::System)?;
    }
    Ok(any)
}

/// Writes the expiry of at most `limit` overdue attempts, of every merchant, most overdue first. How many it wrote.
///
/// # Errors
/// When the search fails, or everything that it found.
pub async fn expire_due(kyc: &Kyc, limit: u64) -> Result<usize> {
    let due = attempt::Entity::due(kyc.clock.now(), limit).all(kyc.db.reader()).await?;
    let mut tally = Tally::of("writing an expiry");
    for row in due {
        let scope = Scope::of(row.merchant_id);
        tally.count(scope, row.id, expire(kyc, scope, row.id).await);
    }
    tally.answer()
}

/// Writes LINK_EXPIRED of at most `limit` attempts. How many it wrote.
///
/// # Errors
/// As [`expire_due`].
pub async fn link_expiries_due(kyc: &Kyc, limit: u64) -> Result<usize> {
    let due = attempt::Entity::link_expiry_due(kyc.clock.now(), limit).all(kyc.db.reader()).await?;
    let mut tally = Tally::of("writing a link's expiry");
    for row in due {
        let scope = Scope::of(row.merchant_id);
        tally.count(scope, row.id, expire_link(kyc, scope, row.id).await);
    }
    tally.answer()
}

/// Hands at most `limit` steps that take too long to a reviewer. How many attempts had some.
///
/// # Errors
/// As [`expire_due`].
pub async fn step_timeouts_due(kyc: &Kyc, limit: u64) -> Result<usize> {
    let late = step::Entity::past_deadline(kyc.clock.now(), limit).all(kyc.db.reader()).await?;
    let attempts: BTreeSet<_> = late.iter().map(|step| (step.merchant_id, step.attempt_id)).collect();
    let mut tally = Tally::of("timing a step out");
    for (merchant, attempt) in attempts {
        let scope = Scope::of(merchant);
        tally.count(scope, attempt, time_out_steps(kyc, scope, attempt).await);
    }
    tally.answer()
}

/// What came of a worker's step.
struct Tally {
    what: &'static str,
    done: usize,
    failure: Option<Error>,
}

impl Tally {
    fn of(what: &'static str) -> Self {
        Self { what, done: 0, failure: None }
    }

    fn count(&mut self, scope: Scope, attempt: AttemptId, outcome: Result<bool>) {
        match outcome {
            Ok(done) => self.done += usize::from(done),
            Err(error) => {
                let merchant = scope.merchant_id();
                tracing::warn!(%merchant, %attempt, %error, "{} failed", self.what);
                self.failure = Some(error);
            }
        }
    }

    /// A failure is told only when nothing else succeeded: whoever calls again waits longer then.
    fn answer(self) -> Result<usize> {
        match self.failure {
            Some(error) if self.done == 0 => Err(error),
            _ => Ok(self.done),
        }
    }
}
