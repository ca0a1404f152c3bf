//! Removing what nothing needs any more.

use entity::{idempotency, link_session, session};

use crate::{
    auth::JOURNEY_LASTS,
    error::Result,
    kyc::{Kyc, REMEMBERED},
};

/// Forgets the answers of idempotency keys that are too old to be replayed, and the sessions that are over. How many rows
/// went.
///
/// # Errors
/// When the database fails.
pub async fn clean(kyc: &Kyc) -> Result<usize> {
    let now = kyc.clock.now();
    let removed = kyc
        .db
        .write(move |txn| {
            Box::pin(async move {
                let answers = idempotency::Entity::older_than(now - REMEMBERED).exec(txn).await?;
                let sessions = session::Entity::over_before(now).exec(txn).await?;
                let journeys = link_session::Entity::opened_before(now - JOURNEY_LASTS).exec(txn).await?;
                Ok(answers.rows_affected + sessions.rows_affected + journeys.rows_affected)
            })
        })
        .await?;
    Ok(usize::try_from(removed).unwrap_or(usize::MAX))
}
