//! The connections. Reads go to a pool; every write goes through [`Db::write`], every long read through [`Db::snapshot`].
//!
//! SQLite has one writer by nature: its write pool is one connection and begins IMMEDIATE (a deferred transaction that
//! turns from reading to writing fails at once when another has written, whatever the busy timeout), beside a pool of
//! readers in WAL mode. `synchronous` is FULL: an acknowledged write survives a power cut. On PostgreSQL both are one pool.

mod chain;
mod transaction;

use std::{sync::Arc, time::Duration};

pub use chain::Chain;
pub use transaction::Transaction;

use futures_util::future::BoxFuture;
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr,
    IsolationLevel, RuntimeErr, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
    sqlx::{
        postgres::PgListener,
        sqlite::{SqliteJournalMode, SqliteSynchronous},
    },
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::task::TaskTracker;

use crate::error::{Error, Result};

/// Connections of a long export, apart from the pool that serves requests.
const EXPORT_CONNECTIONS: u32 = 2;
/// A request that waits longer than this for a connection is refused.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a read that runs by itself waits for its answer. A connection that a firewall has dropped in silence gives none,
/// and the system may take a quarter of an hour to notice.
const ANSWER: Duration = Duration::from_secs(10);
/// How long opening a SQLite file tries again while somebody else is opening it, and the pause between two tries.
const OPENING: Duration = Duration::from_secs(10);
const OPENING_PAUSE: Duration = Duration::from_millis(20);
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
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    exporter: DatabaseConnection,
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
            // The writer first: it creates the file and sets WAL, which readers then find.
            let writer = connect_first(&url).await?;
            let reader = Database::connect(sqlite(&url, max_connections.clamp(2, 8))).await?;
            let exporter = Database::connect(sqlite(&url, EXPORT_CONNECTIONS)).await?;
            return Ok(Self { writer, reader, exporter, export_slots, tasks, listen: None });
        }
        let pool = Database::connect(postgres(url, max_connections)).await?;
        let exporter = Database::connect(postgres(url, EXPORT_CONNECTIONS)).await?;
        let listen = Some(url.into());
        Ok(Self { writer: pool.clone(), reader: pool, exporter, export_slots, tasks, listen })
    }

    /// The same database, calling `seen` after every statement, those in transactions included. The statement holds the
    /// bound values: count it or time it, never log it.
    #[must_use]
    pub fn on_statement(
        mut self,
        seen: impl Fn(&sea_orm::metric::Info<'_>) + Clone + Send + Sync + 'static,
    ) -> Self {
        for connection in [&mut self.writer, &mut self.reader, &mut self.exporter] {
            connection.set_metric_callback(seen.clone());
        }
        self
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.reader.get_database_backend()
    }

    /// For reads that see what is committed, statement by statement.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.reader
    }

    /// For migrations, which manage their own transactions.
    pub fn writer(&self) -> &DatabaseConnection {
        &self.writer
    }

    /// Runs `work` in one write transaction: committed when it answers `Ok`, rolled back otherwise.
    ///
    /// # Errors
    /// Whatever `work` answers; then nothing is stored.
    pub async fn write<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        self.write_then(work, || {}).await
    }

    /// [`Db::write`], and once it is committed, `then`: in the same task, so that it is done whoever waits for the answer.
    ///
    /// The task is the transaction's own, tracked until shutdown: a client that goes away drops the future that waits here,
    /// and must not cancel a `begin` half-way (sqlx 0.9.0 would hand the open transaction back to the pool).
    ///
    /// # Errors
    /// Whatever `work` answers; then nothing is stored, and `then` not called.
    pub async fn write_then<T, F>(&self, work: F, then: impl FnOnce() + Send + 'static) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let txn = Transaction::new(self.writer.clone(), options);
        self.in_task(async move {
            let outcome = work(&txn).await;
            let value = txn.end(outcome).await?;
            then();
            Ok(value)
        })
        .await
    }

    /// A place among the exports that may run at a time, as many as have a connection; none when all are taken. Keep it until
    /// the export's last byte is delivered: what waits for delivery takes disk.
    pub fn export_slot(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.export_slots).try_acquire_owned().ok()
    }

    /// Runs `work` on one consistent, read-only view of the database, on a connection of its own.
    pub async fn snapshot<T, F>(&self, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'t> FnOnce(&'t DatabaseTransaction) -> BoxFuture<'t, Result<T>> + Send + 'static,
    {
        let options = reading(self.backend());
        let pool = self.exporter.clone();
        self.in_task(async move {
            let txn = pool.begin_with_options(options).await?;
            let outcome = work(&txn).await;
            transaction::end(txn, outcome).await
        })
        .await
    }

    /// One consistent, read-only view of the database, for a few short statements that have to agree. It ends when it is
    /// dropped.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn view(&self) -> Result<DatabaseTransaction> {
        Ok(self.reader.begin_with_options(reading(self.backend())).await?)
    }

    async fn in_task<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        self.tasks.spawn(work).await.map_err(|panic| Error::Internal(Box::new(panic)))?
    }

    /// Whether the database answers.
    pub async fn ping(&self) -> Result<(), DbErr> {
        self.reader.execute_raw(Statement::from_string(self.backend(), "SELECT 1")).await.map(drop)
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
        self.reader.close().await?;
        self.writer.close().await
    }
}

/// A transaction that sees one moment, and writes nothing.
fn reading(backend: DbBackend) -> TransactionOptions {
    match backend {
        DbBackend::Postgres => TransactionOptions {
            isolation_level: Some(IsolationLevel::RepeatableRead),
            access_mode: Some(sea_orm::AccessMode::ReadOnly),
            ..TransactionOptions::default()
        },
        _ => TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
            ..TransactionOptions::default()
        },
    }
}

/// The first connection to a SQLite file. Turning a new file to WAL needs it alone, and SQLite answers at once, whatever the
/// busy timeout, that it is locked: of several processes that start on one new file, all but one would fail.
async fn connect_first(url: &str) -> Result<DatabaseConnection, DbErr> {
    let started = tokio::time::Instant::now();
    loop {
        match Database::connect(sqlite(url, 1)).await {
            Err(error) if is_busy(&error) && started.elapsed() < OPENING => {
                tokio::time::sleep(OPENING_PAUSE).await
            }
            outcome => return outcome,
        }
    }
}

/// Whether SQLite says that somebody else has the file: SQLITE_BUSY (5), whose extended codes keep it in the low byte.
fn is_busy(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    let code = error.as_database_error().and_then(|error| error.code()?.parse::<u32>().ok());
    code.is_some_and(|code| code & 0xff == 5)
}

fn sqlite(url: &str, connections: u32) -> ConnectOptions {
    let mut options = pool(url, connections);
    options.map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(10))
            .foreign_keys(true)
    });
    options
}

fn postgres(url: &str, connections: u32) -> ConnectOptions {
    let mut options = pool(url, connections);
    options.map_sqlx_postgres_opts(|postgres| {
        postgres.application_name("kyc-stack").options([
            // A hanging statement or a transaction that nobody ends must not hold locks for ever.
            ("statement_timeout", "60s"),
            ("idle_in_transaction_session_timeout", "120s"),
            ("TimeZone", "UTC"),
            // Our statements are few and go by an index whatever their values. Left to itself, PostgreSQL plans anew for
            // each array of keys, since it takes it for shorter than the ten that it assumes: half of the CPU of a read.
            ("plan_cache_mode", "force_generic_plan"),
        ])
    });
    options
}

fn pool(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        // A ping per checkout costs a round trip per request (measured); a broken connection answers with an error once.
        .test_before_acquire(false)
        .sqlx_logging(false);
    options
}
