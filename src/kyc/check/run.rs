//! The row of a run: begun, changed, ended.

use chrono::TimeDelta;
use entity::{Scoped, StepStatus, check_run, id::RunId, step, step_result};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::Asking;
use crate::{
    error::Result,
    kyc::{
        Change,
        aggregate::Aggregate,
        rows,
        step::{PERFORMED_BY_API, PERFORMED_BY_REVIEWER},
    },
};

/// How long whoever takes a run has it to themselves: longer than any provider is waited for, three tries at each of the
/// two or three questions that a run may take.
pub(super) const LEASE: TimeDelta = TimeDelta::minutes(5);
/// How soon a run is looked at again whose customer is elsewhere, or whose step may have moved on.
pub(super) const LOOK_AGAIN: TimeDelta = TimeDelta::minutes(1);
/// How long a run is asked about whose step has moved on without it. What comes later than that is not heard.
pub(super) const LONGEST: TimeDelta = TimeDelta::hours(24);

/// Writes down what a step that is IN_PROGRESS now asks its provider, in place of what it asked before. `taken`: the caller asks by
/// themselves; else whoever looks first.
pub(in crate::kyc) async fn begin(
    change: &mut Change<'_>,
    step: &step::Model,
    asking: &Asking,
    taken: bool,
) -> Result<RunId> {
    end_open(change, step).await?;
    step_result::Entity::outlive(change.scope, step.id).exec(change.txn).await?;
    let id = change.entropy.id(change.now);
    let row = check_run::Model {
        id,
        merchant_id: step.merchant_id,
        attempt_id: step.attempt_id,
        step_id: step.id,
        ask: Some(asking.stored()?),
        ask_hash: Some(asking.hash()?),
        reference: None,
        found: None,
        asked: 0,
        due_at: Some(if taken { change.now + LEASE } else { change.now }),
        created_at: change.now,
        ended_at: None,
        sent_at: None,
        answered_at: None,
    };
    check_run::Entity::insert(row.into_active_model()).exec_without_returning(change.txn).await?;
    if !taken {
        change.run_is_due();
    }
    Ok(id)
}

/// Whether the step has an open run of the same input: a form that was sent twice.
pub(in crate::kyc) async fn same_is_open(
    change: &Change<'_>,
    step: &step::Model,
    asking: &Asking,
) -> Result<bool> {
    let open = check_run::Entity::open_of(change.scope, step.id).one(change.txn).await?;
    let hash = Some(asking.hash()?);
    // Once the provider has it, nobody knows any more what it was.
    Ok(open.is_some_and(|run| run.ask_hash.is_none() || run.ask_hash == hash))
}

pub(super) async fn find(change: &Change<'_>, id: RunId) -> Result<Option<check_run::Model>> {
    let runs = check_run::Entity::scoped(change.scope).filter(check_run::Column::Id.eq(id));
    Ok(runs.one(change.txn).await?)
}

/// Ends a run that is to be as it is `after`: nothing personal is left of it. One that has ended before keeps its end.
pub(super) async fn end(
    change: &Change<'_>,
    after: check_run::Model,
    before: check_run::Model,
) -> Result<()> {
    let ended_at = after.ended_at.or(Some(change.now));
    let after = check_run::Model { ask: None, ask_hash: None, found: None, due_at: None, ended_at, ..after };
    rows::update::<check_run::Entity>(change.txn, before, &after).await
}

/// Ends the open run of a step, if there is one.
async fn end_open(change: &Change<'_>, step: &step::Model) -> Result<()> {
    match check_run::Entity::open_of(change.scope, step.id).one(change.txn).await? {
        Some(open) => end(change, open.clone(), open).await,
        None => Ok(()),
    }
}

/// Somebody of the team moves a step `to` another status: nobody waits for its provider any more, and what was found before
/// decides nothing by itself. `step` is as it was before.
pub(in crate::kyc) async fn overruled(change: &Change<'_>, step: &step::Model, to: StepStatus) -> Result<()> {
    // Another try, whoever performs it: what was found before is not of the last one any more. A first try has found nothing.
    let is_tried_again = to == StepStatus::InProgress && step.status != StepStatus::NotStarted;
    if is_performed(step) && is_listened_to(step) {
        end_open(change, step).await?;
    }
    let written = if is_tried_again {
        // Most of those that the team's systems move have none, and then need no transaction.
        if change.saw_no_result_of(step.id) {
            return Ok(());
        }
        step_result::Entity::outlive(change.scope, step.id)
    } else if is_performed(step) {
        step_result::Entity::overrule(change.scope, step.id)
    } else {
        return Ok(());
    };
    written.exec(change.txn).await?;
    Ok(())
}

/// Somebody of the team ends an attempt: nobody waits for the providers of its steps any more.
pub(in crate::kyc) async fn cut_off(change: &Change<'_>, attempt: &Aggregate) -> Result<()> {
    if !attempt.steps.iter().any(is_listened_to) {
        return Ok(());
    }
    let open = check_run::Entity::open_of_attempt(change.scope, attempt.row.id);
    for open in open.all(change.txn).await? {
        end(change, open.clone(), open).await?;
    }
    Ok(())
}

/// Whether a provider performs the step. What the team's people or systems have moved last is theirs already, and has no run that
/// anybody is asked about: their moves are many, and one statement each.
fn is_performed(step: &step::Model) -> bool {
    step.provider
        .as_deref()
        .is_some_and(|provider| ![PERFORMED_BY_API, PERFORMED_BY_REVIEWER].contains(&provider))
}

/// Whether the step may have an open run: one that has timed out is listened to until its provider has answered.
fn is_listened_to(step: &step::Model) -> bool {
    matches!(step.status, StepStatus::InProgress | StepStatus::RequiresAction)
}
