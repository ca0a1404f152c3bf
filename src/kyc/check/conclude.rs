//! What a provider answered, written: one transaction an answer.

use entity::{
    ActorKind, EventType, Scoped, StepStatus,
    check_run::{self, Asked},
    customer,
    id::{AttemptId, RunId},
    step, step_result,
};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::{
    ask::who,
    run::{self, LOOK_AGAIN},
};
use crate::{
    checks::{Answer, Bands, Found, judge, retry},
    error::{Error, Result},
    kyc::{Change, aggregate::Aggregate, rows},
    lifecycle::{
        reasons::{PROVIDER_ANSWER_LOST, PROVIDER_UNAVAILABLE, known},
        step::{Move, Moved},
    },
};

/// What became of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concluded {
    /// The step has moved, and the run is over.
    Moved,
    /// The provider is still at it, or is asked again later.
    Waits,
    /// The step had moved on, or the attempt was over: the answer is recorded and changes nothing.
    Late,
    /// There was nothing to conclude.
    Nothing,
}

/// An answer on its way into the database.
pub(super) struct Answered {
    pub(super) attempt: AttemptId,
    pub(super) run: RunId,
    /// What the provider was asked.
    pub(super) asked: Option<Asked>,
    pub(super) provider: &'static str,
    pub(super) answer: Answer,
    pub(super) bands: Bands,
    /// Nobody waits for a worker to ask again: what is down now is down.
    pub(super) at_once: bool,
}

pub(super) async fn conclude(change: &mut Change<'_>, answered: &Answered) -> Result<Concluded> {
    let Some(row) = change.lock_attempt(answered.attempt).await? else { return Ok(Concluded::Nothing) };
    let mut aggregate = Aggregate::of(change, row).await?;
    let Some(run) = run::find(change, answered.run).await? else { return Ok(Concluded::Nothing) };
    let index = aggregate.index_of(run.step_id)?;
    let in_progress = aggregate.steps[index].status == StepStatus::InProgress;
    if run.ended_at.is_some() || !in_progress || aggregate.row.state.is_terminal() {
        return late(change, &aggregate, run, &answered.answer).await;
    }
    // Below the attempt's lock, which a change of the name takes, too.
    let customer = customer::Entity::scoped(change.scope)
        .filter(customer::Column::Id.eq(aggregate.row.customer_id))
        .one(change.txn)
        .await?
        .ok_or_else(|| Error::internal("an attempt of nobody"))?;
    let judged = judge(answered.answer.clone(), &who(&customer), answered.bands);
    // The customer may have come back while the provider was asked: what they brought is asked next, and at once.
    let moved_on = run.ask != answered.asked;
    // An order that was taken, and of which nobody tells what became, is not for the customer to repeat.
    let taken = run.sent_at.is_some() && run.ask.is_none();
    let passed = matches!(answered.answer, Answer::Completed { .. });
    let wish = match &judged.answer {
        Answer::Completed { .. } => Move::new(StepStatus::Completed, ActorKind::Provider, change.now),
        Answer::Failed { code, .. } => {
            Move::new(StepStatus::Failed, ActorKind::Provider, change.now).because(known(code))
        }
        Answer::RequiresAction { code, by, .. } => Move {
            action_by: *by,
            ..Move::new(StepStatus::RequiresAction, ActorKind::Provider, change.now).because(known(code))
        },
        Answer::Down { why } => {
            let asked = run.asked + 1;
            let again = retry::later(u32::try_from(asked).unwrap_or(u32::MAX)).filter(|_| !answered.at_once);
            tracing::warn!(provider = answered.provider, run = %run.id, asked, %why, "a provider is down");
            if let Some(again) = again {
                let due_at = if moved_on { run.due_at } else { Some(change.now + again) };
                // Of what may be asked once nothing has left, or it would not be asked again.
                let sent_at = run.sent_at.filter(|_| taken);
                let after = check_run::Model { asked, due_at, sent_at, ..run.clone() };
                return wait(change, run, after).await;
            }
            let code = if taken { PROVIDER_ANSWER_LOST } else { PROVIDER_UNAVAILABLE };
            Move::new(StepStatus::RequiresAction, ActorKind::Provider, change.now).because(known(code))
        }
        Answer::Pending { .. } | Answer::Redirect { .. } if moved_on => return Ok(Concluded::Waits),
        Answer::Pending { reference, found, again_in } => {
            let after = check_run::Model {
                ask: None,
                ask_hash: None,
                reference: Some(reference.as_str().to_owned()),
                found: found.as_ref().map(serde_json::to_value).transpose()?,
                asked: 0,
                due_at: Some(change.now + *again_in),
                ..run.clone()
            };
            return wait(change, run, after).await;
        }
        Answer::Redirect { reference, .. } => {
            let after = check_run::Model {
                ask: None,
                ask_hash: None,
                reference: Some(reference.as_str().to_owned()),
                asked: 0,
                due_at: Some(change.now + LOOK_AGAIN),
                ..run.clone()
            };
            return wait(change, run, after).await;
        }
    };
    let rules = rows::step_rules_of(&aggregate.steps[index]);
    let Moved::To(moved) = rules.advance(&wish, aggregate.row.state)? else {
        return Err(Error::internal("a run's outcome moves nothing"));
    };
    // Of one that is given up, what the order was about.
    let known =
        if taken { run.found.clone().and_then(|found| serde_json::from_value(found).ok()) } else { None };
    if let Some(found) = judged.answer.found().or(known.as_ref()) {
        let score = judged.name_match.as_ref().map(|name_match| name_match.score);
        put(change, &aggregate.steps[index], found, score, passed).await?;
    }
    aggregate.write_step(change, index, moved, Some(answered.provider));
    aggregate.settle_steps(change, ActorKind::Provider)?;
    run::end(change, check_run::Model { answered_at: Some(change.now), ..run.clone() }, run).await?;
    Ok(Concluded::Moved)
}

/// Stores what was found. `passed`: the check itself passed, whatever the names said.
pub(in crate::kyc) async fn put(
    change: &Change<'_>,
    step: &step::Model,
    found: &Found,
    score: Option<u8>,
    passed: bool,
) -> Result<()> {
    let row = step_result::Model {
        step_id: step.id,
        merchant_id: step.merchant_id,
        attempt_id: step.attempt_id,
        found: Some(serde_json::to_value(found)?),
        name_match: score.map(i32::from),
        image: None,
        width: None,
        height: None,
        passed,
        of_last_try: true,
        at: change.now,
    };
    step_result::Entity::put(row).exec_without_returning(change.txn).await?;
    Ok(())
}

async fn wait(change: &Change<'_>, before: check_run::Model, after: check_run::Model) -> Result<Concluded> {
    rows::update::<check_run::Entity>(change.txn, before, &after).await?;
    Ok(Concluded::Waits)
}

/// An answer that nobody waits for any more.
async fn late(
    change: &mut Change<'_>,
    aggregate: &Aggregate,
    run: check_run::Model,
    answer: &Answer,
) -> Result<Concluded> {
    if !answer.is_outcome() {
        // It is heard to its end, as long as there is something to hear.
        if run.ended_at.is_none() {
            again_later(change, run, answer).await?;
        }
        return Ok(Concluded::Nothing);
    }
    let outcome = match answer {
        Answer::Completed { .. } => "COMPLETED",
        Answer::Failed { .. } => "FAILED",
        _ => "REQUIRES_ACTION",
    };
    let mut event = crate::kyc::told::about(EventType::LateResultRecorded, &aggregate.row).subject(run.id.0);
    event.step_id = Some(run.step_id);
    event.data.details = Some(json!({ "outcome": outcome }));
    change.event(event);
    run::end(change, check_run::Model { answered_at: Some(change.now), ..run.clone() }, run).await?;
    Ok(Concluded::Late)
}

async fn again_later(change: &Change<'_>, run: check_run::Model, answer: &Answer) -> Result<()> {
    let (reference, wait) = match answer {
        Answer::Pending { reference, again_in, .. } => (Some(reference), *again_in),
        Answer::Redirect { reference, .. } => (Some(reference), LOOK_AGAIN),
        _ => (None, LOOK_AGAIN),
    };
    let is_over = change.now >= run.created_at + run::LONGEST;
    if is_over || (reference.is_none() && run.reference.is_none()) {
        return run::end(change, run.clone(), run).await;
    }
    let after = check_run::Model {
        ask: None,
        ask_hash: None,
        reference: reference.map(|it| it.as_str().to_owned()).or(run.reference.clone()),
        due_at: Some(change.now + wait),
        ..run.clone()
    };
    rows::update::<check_run::Entity>(change.txn, run, &after).await
}
