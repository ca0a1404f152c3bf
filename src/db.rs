//! The connections. Reads go to a pool; every write goes through [`Db::write`], every long read through [`Db::snapshot`].
//!
//! SQLite has one writer by nature: its write pool is one connection and begins IMMEDIATE (a deferred transaction that
//! turns from reading to writing fails at once when another has written, whatever the busy timeout), beside a pool of
//! readers in WAL mode. `synchronous` is FULL: an acknowledged write survives a power cut. On PostgreSQL both are one pool.

mod chain;
mod connection;
mod convoy;
mod file;
mod numbers;
mod pool;
mod transaction;

use std::{sync::Arc, time::Duration};

pub use chain::Chain;
pub use numbers::{numbers, rows_of, value_of};
pub use pool::{EachRow, Pool};
pub use transaction::{Transaction, unasked};

use futures_util::future::BoxFuture;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr,
    sqlx::{
        ConnectOptions as _,
        postgres::{PgConnectOptions, PgListener},
        sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
    },
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use self::{
    connection::{Begin, Seen, Target, not_connected},
    convoy::Convoy,
};
use crate::error::{Error, Result};

/// Connections of a long export, apart from the pool that serves requests.
const EXPORT_CONNECTIONS: u32 = 2;
/// Connections of the library's own pool.
const LIBRARY_CONNECTIONS: u32 = 2;

/// How long a read that runs by itself waits for its answer. A connection that a firewall has dropped in silence gives none,
/// and the system may take a quarter of an hour to notice.
const ANSWER: Duration = Duration::from_secs(10);
/// Rows that SQLite's thread may be ahead of ours. With the driver's 50 the two wait for each other twenty times a page of a thousand
/// rows, which takes a fifth more of the CPU; with 2,000 nothing more is won.
const ROWS_AHEAD: usize = 500;

/// How long closing waits for work that has begun.
const CLOSING: Duration = Duration::from_secs(30);

/// A read that nobody stands behind to give up on it: one without an answer fails.
///
/// # Errors
/// The read's own, and INTERNAL when there is no answer in ten seconds.
pub async fn answered<T>(read: impl Future<Output = Result<T>>) -> Result<T> {
    match tokio::time::timeout(ANSWER, read).await {
        Ok(answer) => answer,
        Err(_) => Err(Error::internal("the database gives no answer")),
    }
}

/// The database.
#[derive(Clone)]
pub struct Db {
    writer: Pool,
    reader: Pool,
    convoy: Convoy,
    /// For long reads.
    exporter: Pool,
    /// The library's own pool, which can migrate.
    library: DatabaseConnection,
    export_slots: Arc<Semaphore>,
    tasks: TaskTracker,
    /// Where to listen for notifications; none on SQLite. It may hold a password.
    listen: Option<Arc<str>>,
}

impl Db {
    /// Connects to `sqlite://path`, `sqlite:path` or `postgres://…`. A missing SQLite file is created.
    ///
    /// # Errors
    /// When the database cannot be reached or the URL is of neither kind.
    pub async fn open(url: &str, max_connections: u32) -> Result<Self, DbErr> {
        let tasks = TaskTracker::new();
        let export_slots = Arc::new(Semaphore::new(EXPORT_CONNECTIONS as usize));
        if url.starts_with("sqlite:") {
            let url = if url.contains('?') { url.to_owned() } else { format!("{url}?mode=rwc") };
            let target = || -> Result<Target, DbErr> {
                let options: SqliteConnectOptions = url.parse().map_err(not_connected)?;
                Ok(Target::Sqlite(Box::new(sqlite(options).disable_statement_logging())))
            };
            file::keep_to_owner(&url, &url.parse().map_err(not_connected)?);
            // The writer first: it creates what the file holds and sets WAL, which readers then find.
            let writer = Pool::open(target()?, 1).await?;
            let reader = Pool::open(target()?, max_connections.clamp(2, 8)).await?;
            let exporter = Pool::closed(target()?, EXPORT_CONNECTIONS)?;
            let library = Database::connect(library(&url)).await?;
            let convoy = Convoy::new(tasks.clone());
            return Ok(Self { writer, reader, convoy, exporter, library, export_slots, tasks, listen: None });
        }
        let options: PgConnectOptions = url.parse().map_err(not_connected)?;
        let options = postgres(options).disable_statement_logging();
        let target = || Target::Postgres(Box::new(options.clone()));
        let pool = Pool::open(target(), max_connections).await?;
        let exporter = Pool::closed(target(), EXPORT_CONNECTIONS)?;
        let library = Database::connect(library(url)).await?;
        let listen = Some(url.into());
        let convoy = Convoy::new(tasks.clone());
        Ok(Self {
            writer: pool.clone(),
            reader: pool,
            convoy,
            exporter,
            library,
            export_slots,
            tasks,
            listen,
        })
    }

    /// The same database, calling `seen` after every statement, those in transactions included. The statement holds the
    /// bound values: count it or time it, never log it.
    #[must_use]
    pub fn on_statement(
        mut self,
        seen: impl Fn(&sea_orm::metric::Info<'_>) + Clone + Send + Sync + 'static,
    ) -> Self {
        let told: Seen = Arc::new(seen.clone());
        self.writer.on_statement(Arc::clone(&told));
        self.reader.on_statement(Arc::clone(&told));
        self.exporter.on_statement(told);
        self.library.set_metric_callback(seen);
        self
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// For reads that see what is committed, statement by statement.
    pub fn reader(&self) -> &Pool {
        &self.reader
    }

    /// For migrations, which manage their own transactions.
    pub fn library(&self) -> &DatabaseConnection {
        &self.library
    }

    /// Runs `work` in one write transaction: committed when it answers `Ok`, rolled back otherwise.
    ///
    /// # Errors
    /// As [`Db::write_then`].
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.write_then(work, || {}).await
    }

    /// [`Db::write`], and once it is committed, or may be, `then`: in the same task, so that it is done whoever waits for the answer.
    ///
    /// The task is the transaction's own, tracked until shutdown: a client that goes away drops the future that waits here,
    /// and must not cancel a `begin` half-way (sqlx 0.9.0 would hand the open transaction back to the pool).
    ///
    /// # Errors
    /// Whatever `work` answers; then nothing is stored, and `then` not called. [`Error::Unknown`] when the answer to the commit was
    /// lost: then it may be stored, `then` is called, and whoever is told must not undo what goes with it.
    pub async fn write_then<T, F>(&self, work: F, then: impl FnOnce() + Send + 'static) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let txn = Transaction::new(self.writer.clone(), self.convoy.clone(), Begin::Write);
        self.in_task(async move {
            let outcome = work(&txn).await;
            let outcome = txn.end(outcome).await;
            if matches!(outcome, Ok(_) | Err(Error::Unknown(_))) {
                then();
            }
            outcome
        })
        .await
    }

    /// A place among the exports that may run at a time, as many as have a connection; none when all are taken. Keep it until
    /// the export's last byte is delivered: what waits for delivery takes disk.
    pub fn export_slot(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.export_slots).try_acquire_owned().ok()
    }

    /// Runs `work` on one consistent, read-only view of the database, on a connection of its own. The view is that of its first
    /// statement.
    ///
    /// # Errors
    /// Whatever `work` answers.
    pub async fn snapshot<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let txn = Transaction::new(self.exporter.clone(), self.convoy.clone(), Begin::View);
        self.in_task(async move {
            let outcome = work(&txn).await;
            txn.end(outcome).await
        })
        .await
    }

    /// Runs `work` on one consistent, read-only view of the database: for a few short statements that have to agree.
    ///
    /// # Errors
    /// Whatever `work` answers.
    pub async fn view<T>(&self, work: impl AsyncFnOnce(&Transaction) -> Result<T>) -> Result<T> {
        let view = Transaction::new(self.reader.clone(), self.convoy.clone(), Begin::View);
        let outcome = work(&view).await;
        view.end(outcome).await
    }

    async fn in_task<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.tasks.spawn(work).await.map_err(|panic| Error::Internal(Box::new(panic)))?
    }

    /// Listens to a PostgreSQL channel on a connection of its own, which the pool's limits do not count; none on SQLite.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn listener(&self, channel: &str) -> Result<Option<PgListener>> {
        let Some(url) = &self.listen else { return Ok(None) };
        let failed = |error| Error::Internal(Box::new(error));
        let mut listener = PgListener::connect(url).await.map_err(failed)?;
        listener.listen(channel).await.map_err(failed)?;
        Ok(Some(listener))
    }

    /// Where work goes that shutdown has to wait for.
    pub fn tasks(&self) -> &TaskTracker {
        &self.tasks
    }

    /// Closes connections that nobody has needed for ten minutes, and idle ones that are older than half an hour. How many.
    pub async fn retire_unused(&self) -> usize {
        let mut retired = self.reader.retire().await + self.exporter.retire().await;
        // On PostgreSQL both are one pool.
        if self.backend() == DbBackend::Sqlite {
            retired += self.writer.retire().await;
        }
        retired
    }

    /// Waits for running transactions, then closes the pools.
    ///
    /// # Errors
    /// When a pool does not close.
    pub async fn close(self) -> Result<(), DbErr> {
        self.tasks.close();
        if tokio::time::timeout(CLOSING, self.tasks.wait()).await.is_err() {
            tracing::warn!("some work did not end in time and is cut off");
        }
        self.exporter.close().await?;
        self.library.close().await?;
        self.reader.close().await?;
        self.writer.close().await
    }
}

fn sqlite(options: SqliteConnectOptions) -> SqliteConnectOptions {
    options
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true)
        .row_buffer_size(ROWS_AHEAD)
}

fn postgres(options: PgConnectOptions) -> PgConnectOptions {
    options.application_name("kyc-stack").options([
        // A hanging statement or a transaction that nobody ends must not hold locks for ever.
        ("statement_timeout", "60s"),
        ("idle_in_transaction_session_timeout", "60s"),
        // Whoever waits for a merchant's log has a connection that other merchants need.
        ("lock_timeout", "10s"),
        ("TimeZone", "UTC"),
        // Our statements are few and go by an index whatever their values. Left to itself, PostgreSQL plans anew for
        // each array of keys, since it takes it for shorter than the ten that it assumes: half of the CPU of a read.
        ("plan_cache_mode", "force_generic_plan"),
    ])
}

/// For what is rare.
fn library(url: &str) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(LIBRARY_CONNECTIONS)
        .acquire_timeout(pool::PATIENCE)
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(sqlite)
        .map_sqlx_postgres_opts(postgres);
    options
}
