//! A provider calls back: something has come of a run.

use std::sync::Arc;

use entity::{Scope, check_run};

use super::run;
use crate::{
    auth::Actor,
    checks::{callback, setu},
    error::{Error, Result},
    kyc::{Change, Kyc, rows},
};

/// Believes a callback with the header that was agreed upon, and has the run that it names asked about at once. Of its body only
/// the reference is taken: whoever can reach the route, or sends a callback twice, makes us ask once more and nothing else.
///
/// # Errors
/// UNAUTHENTICATED for a provider that none is configured of, and for any other header.
pub async fn called_back(kyc: &Kyc, provider: &str, authorization: Option<&str>, body: &[u8]) -> Result<()> {
    let agreed = kyc.performing.callbacks().filter(|_| provider == "setu").ok_or(Error::Unauthenticated)?;
    callback::shared(agreed, authorization, body).map_err(|_| Error::Unauthenticated)?;
    // One about something else is none of ours.
    let Some(reference) = setu::read::notification(body) else { return Ok(()) };
    let runs = check_run::Entity::by_reference(reference.as_str()).all(kyc.db.reader()).await?;
    for found in runs.into_iter().filter(|run| run.ended_at.is_none()) {
        let found = Arc::new(found);
        kyc.change(&Actor::provider(found.merchant_id), Scope::of(found.merchant_id), move |change| {
            let found = Arc::clone(&found);
            Box::pin(async move { hurry(change, &found).await })
        })
        .await?;
    }
    Ok(())
}

async fn hurry(change: &mut Change<'_>, found: &check_run::Model) -> Result<()> {
    change.lock_attempt(found.attempt_id).await?;
    let Some(before) = run::find(change, found.id).await?.filter(|run| run.ended_at.is_none()) else {
        return Ok(());
    };
    let after = check_run::Model { due_at: Some(change.now), ..before.clone() };
    rows::update::<check_run::Entity>(change.txn, before, &after).await?;
    change.run_is_due();
    Ok(())
}
