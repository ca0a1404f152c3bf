//! Runs the history: one process at a time, however many start at once.
//!
//! `up` and `down` are one transaction each, which also holds the lock: all or nothing, and a process that dies lets go of the
//! lock with its connection. Do not cancel them (no timeout around them, no `select!`): a cancelled `begin` leaves an
//! open transaction in the pool (sqlx 0.9.0).

use std::collections::HashSet;

use sea_orm_migration::{
    IntoSchemaManagerConnection, MigratorTrait, SchemaManager,
    sea_orm::{
        ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, RuntimeErr,
        SqliteTransactionMode, TransactionOptions, TransactionTrait, sqlx,
    },
    sea_query::{Alias, Query},
};

use crate::Migrator;

/// What PostgreSQL's advisory lock is taken on: any number, as long as nothing else in the database uses it.
const LOCK: i64 = 0x6b79_635f_6d69_6772;
/// How often to wait for SQLite's writer; each wait lasts the connection's busy timeout (5 s unless it was set).
const SQLITE_WAITS: u32 = 60;
/// Where the library keeps what it has applied.
const HISTORY: &str = "seaql_migrations";

/// One migration, and whether the database has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Its name, which begins with its date.
    pub name: String,
    /// The database has it.
    pub applied: bool,
    /// This program has it. A newer program's migrations are applied and not known.
    pub known: bool,
}

/// Applies what is pending and returns the names of it, oldest first; nothing is left to do when it is empty. Waits
/// while another process migrates.
///
/// # Errors
///
/// A failing statement (nothing was changed then), a role without the right to create tables, or a database
/// that a newer program has migrated.
pub async fn up(db: &DatabaseConnection) -> Result<Vec<String>, DbErr> {
    let txn = lock(db).await?;
    let pending = names(status(&txn).await?, |one| !one.applied);
    // Also with nothing pending: it refuses a database of the future.
    Migrator::up(&txn, None).await?;
    txn.commit().await?;
    Ok(pending)
}

/// Takes back the newest `steps` applied migrations, **with the data in their tables**, and returns their names, newest first.
///
/// # Errors
///
/// As [`up`].
pub async fn down(db: &DatabaseConnection, steps: u32) -> Result<Vec<String>, DbErr> {
    let txn = lock(db).await?;
    let mut applied = names(status(&txn).await?, |one| one.applied);
    applied.reverse();
    applied.truncate(steps as usize);
    Migrator::down(&txn, Some(steps)).await?;
    txn.commit().await?;
    Ok(applied)
}

/// Every migration that this program or the database knows, oldest first. Reads only, takes no lock.
///
/// # Errors
///
/// A database that cannot be read.
pub async fn status<'c>(db: impl IntoSchemaManagerConnection<'c>) -> Result<Vec<Status>, DbErr> {
    let mut applied = applied(db).await?;
    let mut all: Vec<Status> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .map(|name| Status { applied: applied.remove(&name), known: true, name })
        .collect();
    all.extend(applied.into_iter().map(|name| Status { name, applied: true, known: false }));
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// Whether this program needs a migration that the database does not have. Reads only: for a readiness probe, whose role
/// may not create tables. A newer program's migrations do not count, so that the old replicas of a rolling update
/// stay ready.
///
/// # Errors
///
/// A database that cannot be read.
pub async fn pending(db: &DatabaseConnection) -> Result<bool, DbErr> {
    Ok(status(db).await?.iter().any(|one| !one.applied))
}

fn names(all: Vec<Status>, keep: fn(&Status) -> bool) -> Vec<String> {
    all.into_iter().filter(keep).map(|one| one.name).collect()
}

// The library's own read of it first creates the table.
async fn applied<'c>(db: impl IntoSchemaManagerConnection<'c>) -> Result<HashSet<String>, DbErr> {
    let manager = SchemaManager::new(db);
    if !manager.has_table(HISTORY).await? {
        return Ok(HashSet::new());
    }
    let all = Query::select().column(Alias::new("version")).from(Alias::new(HISTORY)).take();
    let rows = manager.get_connection().query_all(&all).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// A transaction that no second one of this kind stands beside.
async fn lock(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    match db.get_database_backend() {
        DbBackend::Sqlite => begin_immediate(db).await,
        DbBackend::Postgres => {
            // Held by the transaction and not by the session: what a pool hands out next may be another session.
            let txn = db.begin_with_options(TransactionOptions::default()).await?;
            // A pool's time limits are for requests; a migration waits for its turn and then takes its time.
            txn.execute_unprepared(&format!(
                "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
                 SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"
            ))
            .await?;
            Ok(txn)
        }
        other => Err(DbErr::BackendNotSupported { db: other.as_str(), ctx: "migration" }),
    }
}

/// The writer's place from the first statement on: a deferred transaction that has read fails when it turns to writing
/// after another one wrote, and no timeout helps it.
async fn begin_immediate(db: &DatabaseConnection) -> Result<DatabaseTransaction, DbErr> {
    let mut waits = 0;
    loop {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        match db.begin_with_options(options).await {
            Err(err) if is_busy(&err) && waits < SQLITE_WAITS => waits += 1,
            other => return other,
        }
    }
}

fn is_busy(err: &DbErr) -> bool {
    let (DbErr::Conn(err) | DbErr::Exec(err) | DbErr::Query(err)) = err else { return false };
    let RuntimeErr::SqlxError(err) = err else { return false };
    let sqlx::Error::Database(err) = err.as_ref() else { return false };
    // The low byte of an extended code is the code: 5 is SQLITE_BUSY.
    err.code().and_then(|code| code.parse::<u32>().ok()).is_some_and(|code| code & 0xff == 5)
}
