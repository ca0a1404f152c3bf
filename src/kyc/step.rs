//! Moving a step.

use std::sync::Arc;

use entity::{
    ActorKind, Party, Role, Scoped, StepStatus, attempt, customer,
    id::{AttemptId, StepId},
    step,
};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, QueryFilter};
use serde::Serialize;

use super::{
    Answer, Change, Key, Kyc, Outcome, ReasonInput,
    aggregate::{Aggregate, find_step},
    attempt::find as find_attempt,
    check,
    refusal::{expect_version, not_found},
    result::{ResultInput, must_be_of},
    rows,
};
use crate::{
    auth::Actor,
    checks::{Found, name_match::compare},
    error::{Current, Error, Result},
    lifecycle::{
        reasons::Reason,
        step::{Move, Moved},
    },
};

/// `Step.provider` of a step that the merchant's own system reported.
pub const PERFORMED_BY_API: &str = "api";
/// `Step.provider` of a step that a member of the team decided.
pub const PERFORMED_BY_REVIEWER: &str = "reviewer";

/// The input of `stepUpdateStatus`. Without `Debug`: a reason's texts do not belong into a log.
#[derive(Clone, Serialize)]
pub struct StepUpdateStatus {
    pub step_id: StepId,
    pub status: StepStatus,
    /// Needed with FAILED and REQUIRES_ACTION.
    pub reason: Option<ReasonInput>,
    /// Whose action REQUIRES_ACTION means; needed when the reason's code does not say.
    pub action_by: Option<Party>,
    /// What an outside check found, masked.
    pub result: Option<ResultInput>,
    /// The version of the step that the caller has seen; nothing changes when it is another one.
    pub expected_version: Option<i32>,
}

/// A step, and its attempt with what followed for it.
#[derive(Clone, Debug)]
pub struct StepMoved {
    pub step: step::Model,
    pub attempt: attempt::Model,
}

/// Moves a step. REVIEWER up. Same status again is a success that changes nothing.
///
/// # Errors
/// NOT_FOUND; VERSION_CONFLICT with the step; whatever the rules refuse.
pub async fn update_status(
    kyc: &Kyc,
    actor: &Actor,
    input: StepUpdateStatus,
    key: Option<String>,
) -> Result<Outcome<StepMoved>> {
    let scope = actor.require(Role::Reviewer)?;
    let key = key.map(|key| Key::new("stepUpdateStatus", key, &input)).transpose()?;
    let reason = input.reason.as_ref().map(ReasonInput::resolve).transpose()?;
    let found = input.result.as_ref().map(ResultInput::resolve).transpose()?;
    let wish = Arc::new((input, reason, found));
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let wish = Arc::clone(&wish);
        Box::pin(async move { apply(change, &wish.0, wish.1.clone(), wish.2.as_ref()).await })
    })
    .await
}

async fn apply(
    change: &mut Change<'_>,
    input: &StepUpdateStatus,
    reason: Option<Reason>,
    found: Option<&Found>,
) -> Result<StepMoved> {
    let &StepUpdateStatus { step_id, status, reason: _, action_by, result: _, expected_version } = input;
    let row = change.lock_attempt_of_step(step_id).await?.ok_or_else(|| not_found("stepId", "No step"))?;
    let mut aggregate = Aggregate::of(change, row).await?;
    let index = aggregate.index_of(step_id)?;
    let before = &aggregate.steps[index];
    let current = Current::Step(step_id, aggregate.row.id);
    expect_version(expected_version, before.version, "The step", current)?;
    if let Some(found) = found {
        must_be_of(found, before.kind)?;
    }
    let by = change.actor.kind();
    let wish = Move { to: status, by, reason, action_by, at: change.now };
    if let Moved::To(moved) = rows::step_rules_of(before).advance(&wish, aggregate.row.state)? {
        check::overruled(change, before, status).await?;
        let provider = performer(by).filter(|_| !is_question(before.status, status));
        aggregate.write_step(change, index, moved, provider);
        aggregate.settle_steps(change, by)?;
        if let Some(found) = found {
            // Who reports an outcome has judged it. How well the name matches is told all the same.
            let customer = customer_of(change, &aggregate.row).await?;
            let score = found.name().map(|name| compare(&customer.name, name).score);
            check::put(change, &aggregate.steps[index], found, score, false).await?;
        }
    }
    Ok(StepMoved { step: aggregate.steps.swap_remove(index), attempt: aggregate.row })
}

async fn customer_of(change: &Change<'_>, attempt: &attempt::Model) -> Result<customer::Model> {
    let customers =
        customer::Entity::scoped(change.scope).filter(customer::Column::Id.eq(attempt.customer_id));
    customers.one(change.txn).await?.ok_or_else(|| Error::internal("an attempt of nobody"))
}

/// Who performs a step that this kind of actor moves; none when it only moves what another performs.
fn performer(by: ActorKind) -> Option<&'static str> {
    match by {
        ActorKind::ApiKey => Some(PERFORMED_BY_API),
        ActorKind::Member => Some(PERFORMED_BY_REVIEWER),
        ActorKind::Customer | ActorKind::Provider | ActorKind::System | ActorKind::Platform => None,
    }
}

/// Whether a move only asks again for what somebody has performed: who questions a step has not performed it.
fn is_question(from: StepStatus, to: StepStatus) -> bool {
    to == StepStatus::RequiresAction && matches!(from, StepStatus::Completed | StepStatus::RequiresAction)
}

impl Answer for StepMoved {
    type Ids = (StepId, AttemptId);

    fn ids(&self) -> (StepId, AttemptId) {
        (self.step.id, self.attempt.id)
    }

    fn reload<'c>(
        change: &'c Change<'_>,
        (step, attempt): (StepId, AttemptId),
    ) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move {
            Ok(Self { step: find_step(change, step).await?, attempt: find_attempt(change, attempt).await? })
        })
    }
}
