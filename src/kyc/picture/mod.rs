//! Pictures in the store, and the rows that name them. A picture is noted before it is stored, and the note goes in the
//! transaction that names the picture; what it replaces is noted there, too. So whoever dies on the way, and whenever, leaves
//! nothing that is not noted, and a picture that is named is never removed.

mod link;
mod show;
mod turns;

use std::{sync::Arc, time::Duration};

use chrono::TimeDelta;
use entity::{Scope, unnamed_picture};
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, QueryTrait};

pub(super) use self::show::open;
pub use self::{
    link::{Address, address},
    show::{Seen, Shown, show},
    turns::{Pictures, Place},
};
use super::{Change, Kyc};
use crate::{
    auth::Actor,
    checks::{
        image::{self, Picture, Purpose},
        store::{Key, Store},
    },
    error::{Error, Result, UserErrorCode},
};

/// How long a picture may be on its way to being named.
const ON_ITS_WAY: TimeDelta = TimeDelta::hours(1);
/// How long storing one may take: far less than that.
const STORING: Duration = Duration::from_secs(120);

/// Looks at a file and draws it anew, on a thread of its own, when it is its turn.
///
/// # Errors
/// INVALID for `field`, with what is wrong with it; RATE_LIMITED when its turn does not come.
pub(super) async fn looked_at(
    kyc: &Kyc,
    purpose: Purpose,
    field: &'static str,
    bytes: Vec<u8>,
) -> Result<Picture> {
    let turn = kyc.performing.pictures().turn().await?;
    let looked = tokio::task::spawn_blocking(move || {
        // The turn ends with the work, not with whoever waits for it: a client may have left long before.
        let _turn = turn;
        image::accept(&bytes, purpose)
    });
    let looked = looked.await.map_err(Error::internal)?;
    looked.map_err(|fault| Error::user(UserErrorCode::Invalid, &[field], fault.message(purpose)))
}

/// Stores a picture, and runs the change that names it, which answers what it replaces. All of it in one task: a client who
/// leaves cancels none of it, and shutdown waits for it.
///
/// # Errors
/// The change's own, and when the store does not answer; then the picture is removed, now or by the cleaner. On
/// [`Error::Unknown`] it stays as long as it is named.
pub(super) async fn keep<T, F>(
    kyc: &Kyc,
    (actor, scope): (&Actor, Scope),
    purpose: Purpose,
    picture: Picture,
    work: F,
) -> Result<T>
where
    T: Send + 'static,
    F: for<'c> Fn(&'c mut Change<'_>, &'c Key, (u32, u32)) -> BoxFuture<'c, Result<(T, Option<Key>)>>
        + Send
        + Sync
        + 'static,
{
    let store = store(kyc)?.clone();
    let (kyc, actor) = (kyc.clone(), actor.clone());
    let tasks = kyc.db.tasks().clone();
    let task = tasks.spawn(async move {
        let id = uuid::Builder::from_random_bytes(kyc.entropy.bytes()).into_uuid();
        let key = Key::new(scope.merchant_id(), purpose, id);
        note(&kyc, scope, &key).await?;
        let size = (picture.width, picture.height);
        let stored = tokio::time::timeout(STORING, store.put(&key, picture.bytes)).await;
        if let Err(error) = stored.map_err(Error::internal).and_then(|put| put.map_err(Error::internal)) {
            remove(&kyc, &store, &key).await;
            return Err(error);
        }
        let wish = Arc::new((key.clone(), work));
        let outcome = kyc
            .change(&actor, scope, move |change| {
                let wish = Arc::clone(&wish);
                Box::pin(async move {
                    let (key, work) = (&wish.0, &wish.1);
                    let (answer, replaced) = work(change, key, size).await?;
                    let replaced = replaced.filter(|replaced| replaced != key);
                    name(change, key, replaced.as_ref()).await?;
                    Ok((answer, replaced))
                })
            })
            .await;
        match outcome {
            Ok((answer, replaced)) => {
                if let Some(replaced) = replaced {
                    remove(&kyc, &store, &replaced).await;
                }
                Ok(answer)
            }
            Err(error) => {
                if !matches!(error, Error::Unknown(_)) {
                    remove(&kyc, &store, &key).await;
                }
                Err(error)
            }
        }
    });
    task.await.map_err(Error::internal)?
}

/// Where pictures are.
fn store(kyc: &Kyc) -> Result<&Store> {
    kyc.performing.store().ok_or_else(|| Error::internal("no place for pictures is set"))
}

async fn note(kyc: &Kyc, scope: Scope, key: &Key) -> Result<()> {
    let row = unnamed_picture::Model {
        key: key.as_str().to_owned(),
        merchant_id: scope.merchant_id(),
        since: kyc.clock.now(),
        going: false,
    };
    by_itself(kyc, &unnamed_picture::Entity::note(row)).await.map(drop)
}

/// One statement, as a write of its own: how many rows it changed.
async fn by_itself(kyc: &Kyc, query: &impl QueryTrait) -> Result<u64> {
    let statement = query.build(kyc.db.backend());
    kyc.db.write(|txn| Box::pin(async move { Ok(txn.execute_raw(statement).await?.rows_affected()) })).await
}

/// The picture is named by this change, and what it replaces is not any more.
async fn name(change: &Change<'_>, key: &Key, replaced: Option<&Key>) -> Result<()> {
    let named = unnamed_picture::Entity::named(change.scope, key.as_str()).exec(change.txn).await?;
    if named.rows_affected != 1 {
        return Err(Error::internal("a picture took too long to be named"));
    }
    match replaced {
        Some(replaced) => let_go(change, replaced).await,
        None => Ok(()),
    }
}

/// A picture that this change leaves without a name.
pub(super) async fn let_go(change: &Change<'_>, key: &Key) -> Result<()> {
    let row = unnamed_picture::Model {
        key: key.as_str().to_owned(),
        merchant_id: change.scope.merchant_id(),
        since: change.now,
        going: true,
    };
    unnamed_picture::Entity::note(row).exec_without_returning(change.txn).await?;
    Ok(())
}

/// Removes a picture, unless it is named. What cannot be removed now is the cleaner's.
async fn remove(kyc: &Kyc, store: &Store, key: &Key) {
    let removed = async {
        if by_itself(kyc, &unnamed_picture::Entity::let_go(key.as_str())).await? == 0 {
            return Ok(());
        }
        store.delete(key).await.map_err(Error::internal)?;
        gone(kyc, vec![key.as_str().to_owned()]).await
    };
    if let Err(error) = removed.await {
        tracing::warn!(key = key.as_str(), %error, "a picture that nobody needs is removed later");
    }
}

/// Removes a picture that a change has let go: at once, as far as that goes.
pub(super) async fn remove_now(kyc: &Kyc, key: &Key) {
    if let Ok(store) = store(kyc) {
        remove(kyc, store, key).await;
    }
}

async fn gone(kyc: &Kyc, keys: Vec<String>) -> Result<()> {
    by_itself(kyc, &unnamed_picture::Entity::gone(keys)).await.map(drop)
}

/// Removes pictures that no row names: replaced, or left behind more than an hour ago by whoever was to name them. How many.
///
/// # Errors
/// When the database fails. A picture that the store does not remove is tried again in the next round.
pub async fn unnamed_due(kyc: &Kyc, limit: u64) -> Result<usize> {
    let Some(store) = kyc.performing.store() else { return Ok(0) };
    let before = kyc.clock.now() - ON_ITS_WAY;
    let going = kyc.db.write(move |txn| {
        Box::pin(async move {
            unnamed_picture::Entity::give_up(before).exec(txn).await?;
            Ok(unnamed_picture::Entity::going(limit).all(txn).await?)
        })
    });
    let mut keys = Vec::new();
    for row in going.await? {
        let Some(key) = Key::parse(&row.key) else {
            tracing::error!("a picture is noted under what is no key");
            continue;
        };
        match store.delete(&key).await {
            Ok(()) => keys.push(row.key),
            Err(error) => tracing::warn!(key = key.as_str(), %error, "a picture could not be removed"),
        }
    }
    let removed = keys.len();
    if removed > 0 {
        gone(kyc, keys).await?;
    }
    Ok(removed)
}
