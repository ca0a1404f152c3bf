//! The worker's step: whatever run is due.

use std::sync::Arc;

use entity::{
    MerchantMode, Scope, Scoped, StepKind, StepStatus, attempt, check_run, customer,
    id::{AttemptId, MerchantId, RunId},
    step,
};
use futures_util::future::join_all;
use sea_orm::{ColumnTrait, QueryFilter};

use super::{
    Concluded, ask,
    conclude::{Answered, conclude},
    run::{self, LEASE},
};
use crate::{
    auth::Actor,
    checks::{Answer, Request, retry},
    error::{Error, Result},
    kyc::Kyc,
};

/// Takes at most `limit` runs that are due, of every merchant in turn, and asks their providers. How many it took. One
/// that fails is logged and due again after its lease; the others go on.
///
/// # Errors
/// When the search fails, or everything that it found.
pub async fn runs_due(kyc: &Kyc, limit: u64) -> Result<usize> {
    let now = kyc.clock.now();
    let due = kyc
        .db
        .write(move |txn| {
            Box::pin(async move { Ok(check_run::take_due(txn, now, now + LEASE, limit).await?) })
        })
        .await?;
    let (mut any, mut failure) = (due.is_empty(), None);
    // All at once: one slow provider would keep the others waiting until their leases have run out.
    let performed = due.iter().map(|due| perform(kyc, due.merchant_id, due.attempt_id, due.id, false));
    for (due, performed) in due.iter().zip(join_all(performed).await) {
        match performed {
            Ok(_) => any = true,
            Err(error) => {
                tracing::warn!(merchant = %due.merchant_id, run = %due.id, %error, "a run of a check failed");
                failure = Some(error);
            }
        }
    }
    match failure {
        Some(error) if !any => Err(error),
        _ => Ok(due.len()),
    }
}

/// What a run is about, read before its provider is asked.
struct About {
    run: check_run::Model,
    kind: StepKind,
    mode: MerchantMode,
    customer: customer::Model,
    goes_on: bool,
}

/// Asks the provider of a run that the caller has taken, and writes what it answered. Where the customer has to go on elsewhere,
/// the URL for them. `at_once`: a provider that is down now is not asked again later.
///
/// # Errors
/// When the database fails; the run is due again after its lease.
pub async fn perform(
    kyc: &Kyc,
    merchant: MerchantId,
    attempt: AttemptId,
    id: RunId,
    at_once: bool,
) -> Result<(Concluded, Option<String>)> {
    let scope = Scope::of(merchant);
    let Some(About { run, kind, mode, customer, goes_on }) = about(kyc, scope, attempt, id).await? else {
        return Ok((Concluded::Nothing, None));
    };
    if !goes_on && run.reference.is_none() {
        // Its step has moved on, and nobody has been asked: nobody is.
        return give_up(kyc, scope, attempt, id).await;
    }
    let request = ask::request(&run, kind, &customer, &kyc.public_url)?;
    let check = kyc.performing.checks().of(mode, kind);
    let replies = match leave_to_ask(kyc, scope, &run, &request).await? {
        // No transaction is open: a provider may take its time.
        Leave::Go => check.ask(&request).await,
        Leave::Gone => {
            tracing::warn!(run = %id, "what became of an order is not known: a process died with the answer");
            retry::lost(&request).into()
        }
        Leave::Stay => return Ok((Concluded::Nothing, None)),
    };
    let url = match replies.first() {
        Answer::Redirect { url, .. } => Some(url.clone()),
        _ => None,
    };
    let asked = run.ask;
    let mut first = None;
    for answer in replies {
        let answer = retry::once(&request, answer);
        let (provider, bands) = (check.provider(), kyc.performing.bands());
        let answered =
            Arc::new(Answered { attempt, run: id, asked: asked.clone(), provider, answer, bands, at_once });
        let concluded = kyc
            .change(&Actor::provider(merchant), scope, move |change| {
                let answered = Arc::clone(&answered);
                Box::pin(async move { conclude(change, &answered).await })
            })
            .await?;
        first = first.or(Some(concluded));
    }
    let concluded = first.unwrap_or(Concluded::Nothing);
    // A step that has moved on meanwhile waits for no customer at the provider's.
    Ok((concluded, url.filter(|_| concluded == Concluded::Waits)))
}

/// Whether a provider may be asked.
enum Leave {
    Go,
    /// It was an order, and went out before: whoever sent it has died, and what became of it nobody knows.
    Gone,
    /// The run is over.
    Stay,
}

/// Notes that an order goes out, before it does: a process that dies with the answer would send it a second time.
async fn leave_to_ask(kyc: &Kyc, scope: Scope, run: &check_run::Model, request: &Request) -> Result<Leave> {
    if !request.ask.is_order() {
        return Ok(Leave::Go);
    }
    if run.sent_at.is_some() {
        return Ok(Leave::Gone);
    }
    let (id, now) = (run.id, kyc.clock.now());
    let noted = kyc
        .db
        .write(move |txn| {
            Box::pin(async move { Ok(check_run::Entity::send(scope, id, now).exec(txn).await?) })
        })
        .await?;
    Ok(if noted.rows_affected == 1 { Leave::Go } else { Leave::Stay })
}

async fn about(kyc: &Kyc, scope: Scope, attempt: AttemptId, id: RunId) -> Result<Option<About>> {
    let db = kyc.db.reader();
    let run = check_run::Entity::scoped(scope).filter(check_run::Column::Id.eq(id)).one(db).await?;
    let Some(run) = run.filter(|run| run.ended_at.is_none()) else { return Ok(None) };
    let lost = || Error::internal("a run of nothing");
    let step = step::Entity::scoped(scope).filter(step::Column::Id.eq(run.step_id)).one(db).await?;
    let step = step.ok_or_else(lost)?;
    let attempt = attempt::Entity::scoped(scope).filter(attempt::Column::Id.eq(attempt)).one(db).await?;
    let attempt = attempt.ok_or_else(lost)?;
    let customer = customer::Entity::scoped(scope)
        .filter(customer::Column::Id.eq(attempt.customer_id))
        .one(db)
        .await?
        .ok_or_else(lost)?;
    let goes_on = step.status == StepStatus::InProgress && !attempt.state.is_terminal();
    Ok(Some(About { run, kind: step.kind, mode: attempt.mode, customer, goes_on }))
}

async fn give_up(
    kyc: &Kyc,
    scope: Scope,
    attempt: AttemptId,
    id: RunId,
) -> Result<(Concluded, Option<String>)> {
    kyc.change(&Actor::system(scope.merchant_id()), scope, move |change| {
        Box::pin(async move {
            change.lock_attempt(attempt).await?;
            if let Some(open) = run::find(change, id).await?.filter(|run| run.ended_at.is_none()) {
                run::end(change, open.clone(), open).await?;
            }
            Ok(())
        })
    })
    .await?;
    Ok((Concluded::Nothing, None))
}
