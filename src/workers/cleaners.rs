//! Removing what nothing needs any more.

use entity::{callback, idempotency, link_session, session};
use sea_orm::{DeleteMany, EntityTrait};

use crate::{
    auth::JOURNEY_LASTS,
    error::Result,
    kyc::{Kyc, REMEMBERED, check::FORGOTTEN, picture},
};

/// Pictures that one round removes.
const PICTURES: u64 = 100;
/// Rows that one transaction removes: it has the only writer of SQLite meanwhile, and PostgreSQL ends what takes a minute.
const ROWS: u64 = 1_000;

/// Forgets the answers of idempotency keys that are too old to be replayed, the sessions that are over, the callbacks that
/// cannot come again, and pictures that nothing names. How many went.
///
/// # Errors
/// When the database fails; what was removed before stays removed.
pub async fn clean(kyc: &Kyc) -> Result<usize> {
    let now = kyc.clock.now();
    let mut removed = all(kyc, || idempotency::Entity::older_than(now - REMEMBERED, ROWS)).await?;
    removed += all(kyc, || session::Entity::over_before(now, ROWS)).await?;
    removed += all(kyc, || link_session::Entity::opened_before(now - JOURNEY_LASTS, ROWS)).await?;
    removed += all(kyc, || callback::Entity::older_than(now - FORGOTTEN, ROWS)).await?;
    let pictures = picture::unnamed_due(kyc, PICTURES).await?;
    Ok(usize::try_from(removed).unwrap_or(usize::MAX).saturating_add(pictures))
}

/// Removes as many of them at a time as a transaction should, until there are fewer.
async fn all<E: EntityTrait>(kyc: &Kyc, some: impl Fn() -> DeleteMany<E>) -> Result<u64> {
    let mut all = 0;
    loop {
        let some = some();
        let removed =
            kyc.db.write(|txn| Box::pin(async move { Ok(some.exec(txn).await?.rows_affected) })).await?;
        all += removed;
        if removed < ROWS {
            return Ok(all);
        }
    }
}
