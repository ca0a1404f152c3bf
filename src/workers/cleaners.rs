//! Removing what nothing needs any more.

use entity::{callback, idempotency, link_session, session};

use crate::{
    auth::JOURNEY_LASTS,
    error::Result,
    kyc::{Kyc, REMEMBERED, check::FORGOTTEN, picture},
};

/// Pictures that one round removes.
const PICTURES: u64 = 100;

/// Forgets the answers of idempotency keys that are too old to be replayed, the sessions that are over, the callbacks that
/// cannot come again, and pictures that nothing names. How many went.
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
                let callbacks = callback::Entity::older_than(now - FORGOTTEN).exec(txn).await?;
                let removed = [answers, sessions, journeys, callbacks].map(|removed| removed.rows_affected);
                Ok(removed.into_iter().sum::<u64>())
            })
        })
        .await?;
    let pictures = picture::unnamed_due(kyc, PICTURES).await?;
    Ok(usize::try_from(removed).unwrap_or(usize::MAX).saturating_add(pictures))
}
