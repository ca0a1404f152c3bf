//! Connections that are kept open and lent for a statement or a transaction.
//!
//! The driver's own pool asks a connection for a sign of life each time it comes back, from a task that it spawns for that: a
//! round trip, and a tenth of what a small read costs. Here a connection says itself whether its last statement
//! ended well ([`Connection::state`]), and is asked only when it did not, or has long been idle.

use std::{io::ErrorKind, time::Duration};

use deadpool::{
    Runtime,
    managed::{
        Manager, Metrics, Object, PoolError, QueueMode, RecycleError, RecycleResult, TimeoutType, Timeouts,
    },
};
use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement,
    metric::Info,
    prelude::async_trait::async_trait,
    sqlx::{self, error::DatabaseError, sqlite::SqliteError},
};
use tokio::time::Instant;

use super::{
    chain::{self, Chain},
    connection::{Connection, Doubt, Seen, State, Target, not_connected},
};

/// A request that waits longer than this for a connection, or a connection for its database, is refused.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// The pause between two tries to connect.
const PAUSE: Duration = Duration::from_millis(50);
/// A connection that was idle for longer is asked for a sign of life: firewalls and proxies drop them in silence.
const IDLE: Duration = Duration::from_secs(60);
/// How long a connection to PostgreSQL may take over what somebody has left in the middle. Another one is sooner there than the end of a
/// long read that nobody waits for, which ends within a second, too, once its connection is closed.
const LEFT: Duration = Duration::from_secs(1);
/// A connection that is older is closed: the database's side of it grows with what it has cached.
const OLDEST: Duration = Duration::from_secs(30 * 60);
/// A connection that nobody took for so long was for a load that has passed: it is closed, and costs the database nothing.
const UNUSED: Duration = Duration::from_secs(10 * 60);

/// Connections to one database. A statement runs on any of them, by itself.
#[derive(Clone)]
pub struct Pool {
    connections: deadpool::managed::Pool<Maker>,
    backend: DbBackend,
    seen: Option<Seen>,
}

/// A database that shows the rows of a statement one by one. A page has a thousand: kept until the last has come, they hold on to
/// what they were received in.
pub trait EachRow: ConnectionTrait {
    /// Runs a statement, and shows `visit` each of its rows as it comes, none of which is kept. Fails with the database's error, or
    /// with the first of `visit`.
    fn each(
        &self,
        statement: Statement,
        visit: impl FnMut(&QueryResult) -> Result<(), DbErr> + Send,
    ) -> impl Future<Output = Result<(), DbErr>> + Send;
}

/// A connection that is lent.
pub(super) type Lent = Object<Maker>;

/// How connections are made, and fit for the next one.
pub(super) struct Maker {
    target: Target,
    doubt: Doubt,
}

impl Pool {
    /// As many connections as `size`, at least one, the first of them open.
    ///
    /// # Errors
    /// When the database cannot be reached within five seconds.
    pub(super) async fn open(target: Target, size: u32) -> Result<Self, DbErr> {
        let pool = Self::closed(target, size)?;
        drop(pool.lend().await?);
        Ok(pool)
    }

    /// As many connections as `size`, at least one, none of them open before somebody needs it.
    ///
    /// # Errors
    /// None that depends on the database.
    pub(super) fn closed(target: Target, size: u32) -> Result<Self, DbErr> {
        let backend = target.backend();
        let connections = deadpool::managed::Pool::builder(Maker { target, doubt: Doubt::default() })
            .max_size(size.max(1) as usize)
            .timeouts(Timeouts { wait: Some(PATIENCE), create: None, recycle: None })
            // The last one back has its statements and its pages at hand; those that are not needed grow old.
            .queue_mode(QueueMode::Lifo)
            .runtime(Runtime::Tokio1)
            .build()
            .map_err(|error| DbErr::Custom(error.to_string()))?;
        Ok(Self { connections, backend, seen: None })
    }

    /// Tells `seen` of every statement from now on.
    pub(super) fn on_statement(&mut self, seen: Seen) {
        self.seen = Some(seen);
    }

    /// Lends a connection; it comes back when it is dropped.
    ///
    /// # Errors
    /// When none comes free, or none can be made, within five seconds.
    pub(super) async fn lend(&self) -> Result<Lent, DbErr> {
        // The pool's own time limit is for a free place; finding some dead connections in it may take as long again, each.
        let lent = tokio::time::timeout(2 * PATIENCE, self.connections.get()).await;
        let lent = lent.unwrap_or(Err(PoolError::Timeout(TimeoutType::Wait)));
        lent.map_err(|error| match error {
            PoolError::Timeout(_) => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
            PoolError::Backend(error) => not_connected(error),
            _ => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        })
    }

    /// Runs a statement with `run`, and tells whoever wants to know.
    pub(super) async fn watched<T>(
        &self,
        statement: Statement,
        run: impl AsyncFnOnce(Statement) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        let Some(seen) = &self.seen else { return run(statement).await };
        let (started, text) = (Instant::now(), statement.clone());
        let outcome = run(statement).await;
        seen(&Info { elapsed: started.elapsed(), statement: &text, failed: outcome.is_err() });
        outcome
    }

    /// Writes chains of one shape and one log with one statement. Answers the places of those that were written.
    ///
    /// # Errors
    /// When the database fails or refuses; then none is written.
    pub(super) async fn write(&self, lent: &mut Lent, chains: Vec<Chain>) -> Result<Vec<usize>, DbErr> {
        let (text, bound) = chain::statement(chains)?;
        let rows = self
            .watched(Statement::from_string(self.backend, text), async |statement| {
                lent.query_arrays(statement.sql, bound).await
            })
            .await?;
        rows.iter()
            .map(|row| {
                usize::try_from(row.try_get_by_index::<i32>(0)?)
                    .map_err(|error| DbErr::Custom(error.to_string()))
            })
            .collect()
    }

    /// Closes the connections that wait to be lent and that nobody took for ten minutes, or that are older than half an hour. How
    /// many: those that are lent are judged when they are taken the next time.
    pub(super) async fn retire(&self) -> usize {
        self.retire_after(UNUSED, OLDEST).await
    }

    async fn retire_after(&self, unused: Duration, oldest: Duration) -> usize {
        let stays =
            |_: &Connection, metrics: Metrics| metrics.last_used() <= unused && metrics.age() <= oldest;
        let retired = self.connections.retain(stays).removed;
        let number = retired.len();
        for connection in retired {
            // One that does not say goodbye is gone all the same, and so is one that takes its time over it.
            let closed = tokio::time::timeout(PATIENCE, connection.close()).await;
            if !matches!(closed, Ok(Ok(()))) {
                tracing::debug!("an unused connection did not close in good order");
            }
        }
        number
    }

    /// Closes the connections that are not lent, and lends none any more.
    ///
    /// # Errors
    /// When one does not close in good order.
    pub(super) async fn close(&self) -> Result<(), DbErr> {
        let mut outcome = Ok(());
        let at_once = Timeouts { wait: Some(Duration::ZERO), ..self.connections.timeouts() };
        while self.connections.status().available > 0
            && let Ok(idle) = self.connections.timeout_get(&at_once).await
        {
            outcome = outcome.and(Object::take(idle).close().await);
        }
        self.connections.close();
        outcome
    }
}

#[async_trait]
impl ConnectionTrait for Pool {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let mut lent = self.lend().await?;
        self.watched(statement, async |statement| lent.execute(statement).await).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.lend().await?.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let mut lent = self.lend().await?;
        self.watched(statement, async |statement| lent.query_one(statement).await).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let mut lent = self.lend().await?;
        self.watched(statement, async |statement| lent.query_all(statement).await).await
    }
}

impl EachRow for Pool {
    async fn each(
        &self,
        statement: Statement,
        visit: impl FnMut(&QueryResult) -> Result<(), DbErr> + Send,
    ) -> Result<(), DbErr> {
        let mut lent = self.lend().await?;
        self.watched(statement, async |statement| lent.each(statement, visit).await).await
    }
}

impl Manager for Maker {
    type Type = Connection;
    type Error = sqlx::Error;

    /// Tries for a while: a database that is starting refuses at first, and a new SQLite file is locked while another process
    /// turns it to WAL, whatever the busy timeout.
    async fn create(&self) -> Result<Connection, sqlx::Error> {
        let until = Instant::now() + PATIENCE;
        loop {
            match tokio::time::timeout_at(until, self.target.connect(&self.doubt)).await {
                Ok(Err(error)) if is_passing(&error) && Instant::now() + PAUSE < until => {
                    tokio::time::sleep(PAUSE).await;
                }
                Ok(outcome) => return outcome,
                Err(_) => return Err(sqlx::Error::PoolTimedOut),
            }
        }
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<sqlx::Error> {
        let patience = match connection.state() {
            // Dropped in the middle, by a panic: the database takes it back when the connection closes.
            State::InTransaction => return Err(RecycleError::message("a transaction was left open")),
            State::Broken => return Err(RecycleError::message("it is broken")),
            State::Unknown => Some(match self.target {
                Target::Postgres(_) => LEFT,
                // Another one would not be sooner there, and the read goes on to its next row whatever becomes of its connection.
                Target::Sqlite(_) => PATIENCE,
            }),
            State::Ready => (connection.is_doubted() || metrics.last_used() > IDLE).then_some(PATIENCE),
        };
        if metrics.age() > OLDEST {
            return Err(RecycleError::message("too old"));
        }
        if let Some(patience) = patience {
            let answer = tokio::time::timeout(patience, connection.ping()).await;
            answer.map_err(|_| RecycleError::message("no sign of life"))??;
        }
        Ok(())
    }
}

/// Whether a try to connect failed for something that passes by itself.
fn is_passing(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => matches!(
            error.kind(),
            ErrorKind::ConnectionRefused | ErrorKind::ConnectionAborted | ErrorKind::ConnectionReset
        ),
        sqlx::Error::Database(error) => is_busy(error.as_ref()),
        _ => false,
    }
}

fn is_busy(error: &dyn DatabaseError) -> bool {
    let Some(code) = error.code() else { return false };
    if error.try_downcast_ref::<SqliteError>().is_some() {
        // SQLITE_BUSY is 5, and its extended codes keep that in the low byte.
        return code.parse::<u32>().is_ok_and(|code| code & 0xff == 5);
    }
    // Starting up, shutting down, too many connections: https://www.postgresql.org/docs/current/errcodes-appendix.html
    ["57P03", "57P01", "53300"].contains(&code.as_ref())
}

#[cfg(test)]
mod tests {
    use sea_orm::sqlx::sqlite::SqliteConnectOptions;

    use super::*;

    /// A pool with so many connections that wait to be lent.
    async fn pool(folder: &tempfile::TempDir, size: u32) -> Pool {
        let options =
            SqliteConnectOptions::new().filename(folder.path().join("kyc.db")).create_if_missing(true);
        let pool = Pool::open(Target::Sqlite(Box::new(options)), size).await.unwrap();
        let mut lent = Vec::new();
        for _ in 0..size {
            lent.push(pool.lend().await.unwrap());
        }
        drop(lent);
        assert_eq!(pool.connections.status().size, size as usize);
        pool
    }

    #[tokio::test]
    async fn what_nobody_takes_is_closed_and_made_anew_when_it_is_needed() {
        let folder = tempfile::tempdir().unwrap();
        for (unused, oldest) in [(Duration::ZERO, Duration::MAX), (Duration::MAX, Duration::ZERO)] {
            let pool = pool(&folder, 3).await;
            assert_eq!(pool.retire_after(Duration::MAX, Duration::MAX).await, 0);
            assert_eq!(pool.retire().await, 0, "ten minutes have not passed");
            // One is at work, and stays.
            let mut busy = pool.lend().await.unwrap();
            assert_eq!(pool.retire_after(unused, oldest).await, 2);
            assert_eq!(pool.connections.status().size, 1);
            busy.execute_unprepared("SELECT 1").await.unwrap();
            drop(busy);
            assert_eq!(pool.retire_after(unused, oldest).await, 1);
            assert_eq!(pool.connections.status().size, 0);
            pool.execute_unprepared("SELECT 1").await.unwrap();
            assert_eq!(pool.connections.status().size, 1);
        }
    }
}
