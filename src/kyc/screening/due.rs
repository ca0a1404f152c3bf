//! The worker's step: whatever screening is due.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{
    Scope, Scoped, attempt, customer,
    id::StepId,
    step::{self, CheckDue},
};
use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait};

use super::{
    conclude::{Run, conclude},
    inputs::{Hashes, subject},
};
use crate::{
    auth::Actor,
    checks::sanctions::shelf::Loaded,
    error::{Error, Result},
    kyc::{Kyc, rows},
};

/// How long a step is left alone that could not be screened because of an error of ours.
const AFTER_A_FAILURE: TimeDelta = TimeDelta::minutes(1);

/// Screens at most `limit` customers, of every merchant in turn. How many screenings it concluded. One that fails is logged
/// and left for a minute; the others go on.
///
/// While no complete list is there, only those are looked at whose step does not say so yet. As soon as one is, all of them
/// run.
///
/// # Errors
/// When the search fails, or everything that it found.
pub async fn screenings_due(kyc: &Kyc, limit: u64) -> Result<usize> {
    let loaded = kyc.shelf.current();
    let found = step::checks_due(kyc.db.reader(), kyc.clock.now(), loaded.is_complete(), limit).await?;
    let (mut done, mut failure) = (0, None);
    for due in found {
        match screen(kyc, &loaded, &due).await {
            Ok(concluded) => done += usize::from(concluded),
            Err(error) => {
                tracing::warn!(merchant = %due.merchant_id, step = %due.id, %error, "a screening failed");
                if let Err(error) = postpone(kyc, &due).await {
                    tracing::warn!(step = %due.id, %error, "a screening that failed could not be put off");
                }
                failure = Some(error);
            }
        }
    }
    match failure {
        Some(error) if done == 0 => Err(error),
        _ => Ok(done),
    }
}

/// Screens one customer and concludes their step. Whether it is concluded.
async fn screen(kyc: &Kyc, loaded: &Arc<Loaded>, due: &CheckDue) -> Result<bool> {
    let scope = Scope::of(due.merchant_id);
    let Some(customer) = customer_of(kyc, scope, due).await? else { return Ok(false) };
    let hashes = Hashes::of(&customer)?;
    let run = if loaded.is_complete() {
        let (loaded, subject, threshold) = (Arc::clone(loaded), subject(&customer), kyc.screening.threshold);
        // A name takes a millisecond, and an odd one longer: none of it on the threads that answer requests.
        let task = tokio::task::spawn_blocking(move || Run::over(&loaded.index, &subject, threshold));
        task.await.map_err(Error::internal)??
    } else {
        Run::Unavailable
    };
    let step = due.id;
    let concluding = Arc::new((hashes, run));
    let system = Actor::system(due.merchant_id);
    kyc.change(&system, scope, move |change| {
        let concluding = Arc::clone(&concluding);
        Box::pin(async move { conclude(change, step, &concluding.0, &concluding.1).await })
    })
    .await
}

async fn customer_of(kyc: &Kyc, scope: Scope, due: &CheckDue) -> Result<Option<customer::Model>> {
    let of = attempt::Entity::scoped(scope)
        .filter(attempt::Column::Id.eq(due.attempt_id))
        .select_only()
        .column(attempt::Column::CustomerId)
        .into_query();
    let customers = customer::Entity::scoped(scope).filter(customer::Column::Id.in_subquery(of));
    Ok(customers.one(kyc.db.reader()).await?)
}

/// Puts a step off, so that one that fails again and again does not take the place of those that would not.
async fn postpone(kyc: &Kyc, due: &CheckDue) -> Result<()> {
    let (scope, id) = (Scope::of(due.merchant_id), due.id);
    kyc.change_by_clock(scope, move |change| Box::pin(put_off(change, id))).await
}

async fn put_off(change: &mut crate::kyc::Change<'_>, id: StepId) -> Result<()> {
    let attempt = step::Entity::scoped(change.scope)
        .filter(step::Column::Id.eq(id))
        .select_only()
        .column(step::Column::AttemptId)
        .into_query();
    let locked = change.lock_as_written(attempt::Column::Id.in_subquery(attempt)).await?;
    let found = step::Entity::scoped(change.scope).filter(step::Column::Id.eq(id)).one(change.txn).await?;
    let Some(before) = found.filter(|step| locked.is_some() && step.check_due_at.is_some()) else {
        return Ok(());
    };
    let after = step::Model { check_due_at: Some(change.now + AFTER_A_FAILURE), ..before.clone() };
    rows::update::<step::Entity>(change.txn, before, &after).await
}
