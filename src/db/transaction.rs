//! A write transaction that begins with its first statement.

use std::sync::{
    Mutex as SyncMutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use sea_orm::{
    ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
    prelude::async_trait::async_trait,
    sqlx::{self, sqlite::SqliteError},
};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard};

use super::{
    chain::Chain,
    connection::Begin,
    convoy::Convoy,
    pool::{EachRow, Lent, Pool},
};
use crate::error::{Error, Result};

/// What the work of a write has. Its first statement begins the transaction, which is committed or rolled back when the work
/// is done.
///
/// On PostgreSQL, work that needs no statement but one read and one write is spared the transaction: it reads what is
/// committed and writes, both by [`Transaction::around`], in one statement that asks whether what it has read is still so.
pub struct Transaction {
    pool: Pool,
    convoy: Convoy,
    how: Begin,
    begun: Mutex<Option<Lent>>,
    has_begun: AtomicBool,
    first: SyncMutex<Vec<Statement>>,
}

impl Transaction {
    pub(super) fn new(pool: Pool, convoy: Convoy, how: Begin) -> Self {
        let (has_begun, first) = (AtomicBool::new(false), SyncMutex::default());
        Self { pool, convoy, how, begun: Mutex::default(), has_begun, first }
    }

    /// The database around a transaction that has not begun; none once it has. Each statement there is its own transaction.
    pub fn around(&self) -> Option<&Pool> {
        if self.has_begun.load(Ordering::Relaxed) { None } else { Some(&self.pool) }
    }

    /// Should it begin, then with this, after what else was asked for. When one of them finds nothing to insert, update or lock,
    /// no other statement of the transaction is run.
    pub fn begin_with(&self, statement: Statement) {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).push(statement);
    }

    /// Writes a chain: as long as no transaction has begun, together with others of its log, as one of their own. Answers whether
    /// it was written; it is not when the first of its rows was not found, or is in its way.
    ///
    /// # Errors
    /// When the database fails or refuses; then nothing of it is written. [`Error::Unknown`] when it was a transaction of its own,
    /// and its answer was lost.
    pub async fn run(&self, chain: Chain) -> Result<bool> {
        if chain.is_empty() {
            return Ok(true);
        }
        if self.around().is_some() {
            let written = self.convoy.write(&self.pool, chain).await;
            return written
                .map_err(|error| if was_cancelled(&error) { error.into() } else { of_commit(error) });
        }
        let mut lent = self.begun().await?;
        Ok(!self.pool.write(&mut lent, vec![chain]).await?.is_empty())
    }

    /// Commits what has begun when the outcome of the work is `Ok`, and takes it back otherwise.
    ///
    /// # Errors
    /// The work's own; [`Error::Unknown`] when the answer to the commit of a write was lost.
    pub(super) async fn end<T>(self, outcome: Result<T>) -> Result<T> {
        let Some(mut begun) = self.begun.into_inner() else { return outcome };
        if outcome.is_ok() {
            begun.end("COMMIT").await.map_err(|error| match self.how {
                Begin::Write => of_commit(error),
                Begin::View => error.into(),
            })?;
        } else if let Err(error) = begun.end("ROLLBACK").await {
            // The work's own error is the one that matters; a connection that is not rolled back is closed.
            tracing::warn!(%error, "a rollback failed");
        }
        outcome
    }

    /// Its connection, for one statement.
    async fn begun(&self) -> Result<MappedMutexGuard<'_, Lent>, DbErr> {
        let mut begun = self.begun.lock().await;
        if begun.is_none() {
            let lent = self.begin().await?;
            self.has_begun.store(true, Ordering::Relaxed);
            *begun = Some(lent);
        }
        let gone = |_| DbErr::Custom("a transaction without a connection".to_owned());
        MutexGuard::try_map(begun, Option::as_mut).map_err(gone)
    }

    async fn begin(&self) -> Result<Lent, DbErr> {
        let mut lent = self.pool.lend().await?;
        lent.begin(self.how).await?;
        let first = std::mem::take(&mut *self.first.lock().unwrap_or_else(PoisonError::into_inner));
        for statement in first {
            let done = self.pool.watched(statement, async |statement| lent.execute(statement).await).await?;
            if done.rows_affected() == 0 {
                lent.end("ROLLBACK").await?;
                return Err(DbErr::RecordNotFound("what the transaction was to begin with".to_owned()));
            }
        }
        Ok(lent)
    }
}

impl EachRow for Transaction {
    async fn each(
        &self,
        statement: Statement,
        visit: impl FnMut(&QueryResult) -> Result<(), DbErr> + Send,
    ) -> Result<(), DbErr> {
        let mut lent = self.begun().await?;
        self.pool.watched(statement, async |statement| lent.each(statement, visit).await).await
    }
}

/// What a commit that failed means: it was refused, or nobody knows.
fn of_commit(error: DbErr) -> Error {
    if is_refusal(&error) { error.into() } else { Error::Unknown(Box::new(error)) }
}

/// What kept a use case from asking the database: no connection came free, or none could be made. None when it was asked.
pub fn unasked(error: &Error) -> Option<&DbErr> {
    let Error::Internal(cause) = error else { return None };
    cause.downcast_ref().filter(|cause| is_unasked(cause))
}

fn is_unasked(error: &DbErr) -> bool {
    matches!(error, DbErr::ConnectionAcquire(_) | DbErr::Conn(_))
}

/// Whether PostgreSQL has ended a statement for the time that it took, or because somebody asked it to. It was taken back then; the
/// same said of a COMMIT would tell nothing. https://www.postgresql.org/docs/current/errcodes-appendix.html
fn was_cancelled(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    matches!(error.as_ref(), sqlx::Error::Database(error) if error.code().as_deref() == Some("57014"))
}

/// Whether the database has said that it did not do it.
fn is_refusal(error: &DbErr) -> bool {
    let error = match error {
        error if is_unasked(error) => return true,
        DbErr::Exec(RuntimeErr::SqlxError(error)) | DbErr::Query(RuntimeErr::SqlxError(error)) => error,
        _ => return false,
    };
    let sqlx::Error::Database(error) = error.as_ref() else { return false };
    let Some(code) = error.code() else { return false };
    if error.try_downcast_ref::<SqliteError>().is_some() {
        // SQLITE_BUSY, SQLITE_FULL, SQLITE_CONSTRAINT, in the low byte: https://www.sqlite.org/rescode.html. An error of the
        // disk (SQLITE_IOERR) says nothing of what is on it.
        return code.parse::<u32>().is_ok_and(|code| [5, 13, 19].contains(&(code & 0xff)));
    }
    // Those of connections, of the operator who ends one, of the system and of PostgreSQL itself may come after the deed:
    // https://www.postgresql.org/docs/current/errcodes-appendix.html
    !["08", "57", "58", "XX"].iter().any(|class| code.starts_with(class))
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let mut lent = self.begun().await?;
        self.pool.watched(statement, async |statement| lent.execute(statement).await).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.begun().await?.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let mut lent = self.begun().await?;
        self.pool.watched(statement, async |statement| lent.query_one(statement).await).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut lent = self.begun().await?;
        self.pool.watched(statement, async |statement| lent.query_all(statement).await).await
    }
}
