//! Importing a list: all of it in one transaction, or nothing. The ledger's row is its trace; it is no merchant's, so no merchant's
//! log tells of it.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{ListName, Time, sanction_list, sanction_person};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, DbErr, EntityTrait, IntoActiveModel, Statement};

use super::read::{Edition, Record, Unreadable};
use crate::{
    db::{Db, Transaction},
    error::{Error, Result},
};

/// A list with fewer persons than this share of the current one is refused: the file was cut, or is another one.
pub const SMALLEST_PERCENT: i64 = 80;
/// Rows of one INSERT, ids of one UPDATE: six values a row are far below what either database takes.
const BATCH: usize = 500;
/// What PostgreSQL's advisory lock is taken on, with a number for each list behind it.
const LOCK: i32 = 0x6b79_6c69;

/// What may be out of the ordinary, because somebody who looked says so.
#[derive(Clone, Copy, Debug, Default)]
pub struct Allow {
    /// Fewer than [`SMALLEST_PERCENT`] of the persons, or of the names.
    pub shrink: bool,
    /// Published before the current one.
    pub older: bool,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The version that is current now.
    pub version: sanction_list::Model,
    /// None when the same files were current already, and nothing was written.
    pub change: Option<Change>,
}

/// What a new version changed, in persons. All of them are new in a first one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change {
    pub added: usize,
    pub changed: usize,
    pub removed: usize,
}

/// Why a list was not imported. The current version stays.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    #[error(
        "{list}: {found} {what}, where the current version has {current}: {percent} %, and fewer than {SMALLEST_PERCENT} % \
         look like a cut file. The current version stays. If the list did become so short, import it with --allow-shrink"
    )]
    Shrunk { list: ListName, what: &'static str, found: i64, current: i64, percent: i64 },
    #[error(
        "{list}: published on {found}, before the current version ({current}). The current version stays. To go back to \
         the older one, import it with --allow-older"
    )]
    Older { list: ListName, found: NaiveDate, current: NaiveDate },
    #[error("another import is writing: wait until it has ended, and try again. Nothing was changed")]
    Busy,
    #[error("{0}")]
    Failed(Error),
}

impl Refused {
    /// Whether other files have to be named, whatever is in these.
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::Unreadable(Unreadable::Files(_)))
    }
}

/// Makes this edition the current version of its list. An import that runs at the same time is waited for; of two with the same
/// files the later one finds them current. Screenings go on with the version before until the shelf is refreshed.
///
/// # Errors
/// When it looks like a mistake that `allow` does not name, or the database fails; nothing was changed then.
pub async fn import(db: &Db, now: Time, edition: Edition, allow: Allow) -> Result<Imported, Refused> {
    let written = db.write(move |txn| Box::pin(write(txn, now, edition, allow))).await;
    written.unwrap_or_else(|error| Err(if is_busy(&error) { Refused::Busy } else { Refused::Failed(error) }))
}

/// A refusal is an answer like another: nothing was written when it is given, so nothing has to be rolled back.
async fn write(
    txn: &Transaction,
    now: Time,
    edition: Edition,
    allow: Allow,
) -> Result<Result<Imported, Refused>> {
    let list = edition.list;
    lock(txn, list).await?;
    let current = sanction_list::Entity::newest(list, 1).one(txn).await?;
    if let Some(current) = current.as_ref().filter(|current| current.sha256 == edition.sha256) {
        return Ok(Ok(Imported { version: current.clone(), change: None }));
    }
    let version = version(&edition, current.as_ref(), now)?;
    if let Some(current) = &current
        && let Err(refused) = check(&version, current, allow)
    {
        return Ok(Err(refused));
    }
    // Before its records, which refer to it.
    sanction_list::Entity::insert(version.clone().into_active_model()).exec_without_returning(txn).await?;
    let change = records(txn, list, version.number, edition.records).await?;
    Ok(Ok(Imported { version, change: Some(change) }))
}

/// SQLite has one writer, and this transaction is it. On PostgreSQL another import of the list waits here; it then sees what
/// this one wrote, since each of its statements looks anew.
async fn lock(txn: &Transaction, list: ListName) -> Result<()> {
    if txn.get_database_backend() == DbBackend::Postgres {
        let which =
            ListName::ALL.into_iter().zip(1..).find(|(name, _)| *name == list).map_or(0, |(_, which)| which);
        // An import takes longer than anybody waits for a row: as long as a statement may.
        txn.execute_unprepared("SET LOCAL lock_timeout = 0").await?;
        let values = [LOCK.into(), which.into()];
        let sql = "SELECT pg_advisory_xact_lock($1, $2)";
        txn.query_one_raw(Statement::from_sql_and_values(DbBackend::Postgres, sql, values)).await?;
    }
    Ok(())
}

fn version(
    edition: &Edition,
    current: Option<&sanction_list::Model>,
    imported_at: Time,
) -> Result<sanction_list::Model> {
    let count = |number| i64::try_from(number).map_err(Error::internal);
    Ok(sanction_list::Model {
        list: edition.list,
        number: current.map_or(0, |current| current.number) + 1,
        version: edition.version.clone(),
        published_at: edition.published_at,
        imported_at,
        sha256: edition.sha256.clone(),
        persons: count(edition.records.len())?,
        names: count(edition.names)?,
        skipped: edition.skipped.try_into().map_err(Error::internal)?,
    })
}

/// Whether the next version may follow the current one.
fn check(next: &sanction_list::Model, current: &sanction_list::Model, allow: Allow) -> Result<(), Refused> {
    let list = next.list;
    // Names too: without the file of the aliases every person is still there, and few of them are found.
    for (what, found, current) in
        [("persons", next.persons, current.persons), ("names", next.names, current.names)]
    {
        let percent = found.saturating_mul(100) / current.max(1);
        if percent < SMALLEST_PERCENT && !allow.shrink {
            return Err(Refused::Shrunk { list, what, found, current, percent });
        }
    }
    match (next.published_at, current.published_at) {
        (Some(found), Some(current)) if found < current && !allow.older => {
            Err(Refused::Older { list, found, current })
        }
        _ => Ok(()),
    }
}

/// Writes what the version changes: records that are new or different, and the end of those that are gone or different.
async fn records(txn: &Transaction, list: ListName, number: i64, all: Vec<Record>) -> Result<Change> {
    let present: Vec<(String, String)> = sanction_person::Entity::present(list).into_tuple().all(txn).await?;
    let mut present: HashMap<String, String> = present.into_iter().collect();
    let (mut fresh, mut over, mut changed) = (Vec::new(), Vec::new(), 0);
    for record in all {
        match present.remove(&record.entity_id) {
            Some(hash) if hash == record.hash => {}
            before => {
                if before.is_some() {
                    changed += 1;
                    over.push(record.entity_id.clone());
                }
                fresh.push(record);
            }
        }
    }
    let change = Change { added: fresh.len() - changed, changed, removed: present.len() };
    over.extend(present.into_keys());
    // Closed before the next ones open: of each person one record is the present one.
    for ids in over.chunks(BATCH) {
        sanction_person::Entity::close(list, number - 1, ids.iter().cloned()).exec(txn).await?;
    }
    let mut fresh = fresh.into_iter().peekable();
    while fresh.peek().is_some() {
        let rows = fresh.by_ref().take(BATCH).map(|record| sanction_person::ActiveModel {
            list: Set(list),
            entity_id: Set(record.entity_id),
            first_number: Set(number),
            last_number: Set(None),
            record_hash: Set(record.hash),
            record: Set(record.json),
        });
        sanction_person::Entity::insert_many(rows).exec_without_returning(txn).await?;
    }
    Ok(change)
}

/// Whether the database was busy for longer than is waited: SQLite's writer, our own connection to it, PostgreSQL's lock.
fn is_busy(error: &Error) -> bool {
    let Error::Internal(cause) = error else { return false };
    match cause.downcast_ref::<DbErr>() {
        Some(DbErr::ConnectionAcquire(_)) => true,
        Some(other) => {
            let text = other.to_string();
            text.contains("database is locked") || text.contains("due to statement timeout")
        }
        None => false,
    }
}
