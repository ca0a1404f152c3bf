//! One connection to either database: runs statements, and knows whether somebody else may have it next.

use std::{
    io::{self, ErrorKind},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::TryStreamExt;
use sea_orm::{
    DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement, Values,
    metric::Info,
    sqlx::{
        self, AssertSqlSafe, Connection as _, Executor, PgConnection, SqliteConnection,
        postgres::{PgArguments, PgConnectOptions},
        sqlite::SqliteConnectOptions,
    },
};
use sea_query_sqlx::SqlxValues;

/// How long PostgreSQL may take to answer: longer than it gives a statement itself (`statement_timeout`). A host that dies, or a firewall
/// that drops a connection, says nothing, and the system may wait for ever for what was sent to them: whoever waits here has
/// a connection that others need, and the log's turn.
const ANSWER: Duration = Duration::from_secs(75);

/// Told of every statement that was run.
pub(super) type Seen = Arc<dyn Fn(&Info<'_>) + Send + Sync>;

/// Where to connect to, and how.
pub(super) enum Target {
    Postgres(Box<PgConnectOptions>),
    Sqlite(Box<SqliteConnectOptions>),
}

/// A connection.
pub(super) struct Connection {
    driver: Driver,
    state: State,
    doubt: Doubt,
    /// How often there was doubt when it was made, or last gave a sign of life. The answers in between do not count: a connection
    /// that the database has ended may still hold one.
    trusted_at: u64,
    /// How long it may take to answer.
    answer: Duration,
}

/// How often a connection of a pool was found broken. A database that starts anew breaks all of them at once.
#[derive(Clone, Default)]
pub(super) struct Doubt(Arc<AtomicU64>);

enum Driver {
    Postgres(PgConnection),
    Sqlite(SqliteConnection),
}

/// What is known of a connection that nobody is using.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// Its last statement ended well.
    Ready,
    /// Its last statement failed, or whoever waited for it has left: what it answered may still be under way.
    Unknown,
    /// A transaction is open.
    InTransaction,
    /// It has given no answer, or none that could be heard, and will give none: nothing is sent to it any more.
    Broken,
}

/// What a transaction is for.
#[derive(Clone, Copy)]
pub(super) enum Begin {
    /// To write, and to read what is committed.
    Write,
    /// To read one moment.
    View,
}

/// The same of both kinds of connection; only one of them is far away.
macro_rules! either {
    ($answer:expr, $driver:expr, $connection:ident => $run:expr) => {
        match $driver {
            Driver::Postgres($connection) => within($answer, async { $run }).await,
            Driver::Sqlite($connection) => $run,
        }
    };
}

/// Binds what a statement holds.
macro_rules! bound {
    ($statement:expr) => {{
        // The texts are ours or sea-query's: values are bound, never written into them.
        let values = $statement.values.unwrap_or_else(|| Values(Vec::new()));
        sqlx::query_with(AssertSqlSafe($statement.sql), SqlxValues(values))
    }};
}

impl Target {
    /// Which database it is.
    pub(super) fn backend(&self) -> DbBackend {
        match self {
            Self::Postgres(_) => DbBackend::Postgres,
            Self::Sqlite(_) => DbBackend::Sqlite,
        }
    }

    /// Connects.
    ///
    /// # Errors
    /// The driver's own.
    pub(super) async fn connect(&self, doubt: &Doubt) -> Result<Connection, sqlx::Error> {
        let trusted_at = doubt.so_often();
        let driver = match self {
            Self::Postgres(options) => {
                let mut connection = PgConnection::connect_with(options).await?;
                have_it_look(&mut connection).await?;
                Driver::Postgres(connection)
            }
            Self::Sqlite(options) => Driver::Sqlite(SqliteConnection::connect_with(options).await?),
        };
        Ok(Connection { driver, state: State::Ready, doubt: doubt.clone(), trusted_at, answer: ANSWER })
    }
}

impl Doubt {
    fn so_often(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Notes what a failure says of the other connections.
    fn learn(&self, error: &sqlx::Error) {
        let is_broken = match error {
            sqlx::Error::Io(_) => true,
            // The operator has ended it, or a crash has.
            // https://www.postgresql.org/docs/current/errcodes-appendix.html
            sqlx::Error::Database(error) => {
                error.code().is_some_and(|code| ["57P01", "57P02", "57P03"].contains(&code.as_ref()))
            }
            _ => false,
        };
        if is_broken {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl Connection {
    /// What is known of it.
    pub(super) fn state(&self) -> State {
        self.state
    }

    /// Whether another connection was found broken since this one was made, or last gave a sign of life.
    pub(super) fn is_doubted(&self) -> bool {
        self.trusted_at != self.doubt.so_often()
    }

    /// Waits for whatever is under way, and sees whether it still answers.
    ///
    /// # Errors
    /// When it does not.
    pub(super) async fn ping(&mut self) -> Result<(), sqlx::Error> {
        let asked_at = self.doubt.so_often();
        either!(self.answer, &mut self.driver, connection => connection.ping().await)?;
        (self.state, self.trusted_at) = (State::Ready, asked_at);
        Ok(())
    }

    /// Begins a transaction. From here on [`Connection::end`] alone makes it fit for others.
    ///
    /// # Errors
    /// The driver's own.
    pub(super) async fn begin(&mut self, how: Begin) -> Result<(), DbErr> {
        self.state = State::InTransaction;
        let begin = match (&self.driver, how) {
            (Driver::Postgres(_), Begin::Write) => "BEGIN",
            (Driver::Postgres(_), Begin::View) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            // A transaction that turns from reading to writing fails at once when another has written meanwhile.
            (Driver::Sqlite(_), Begin::Write) => "BEGIN IMMEDIATE",
            (Driver::Sqlite(_), Begin::View) => "BEGIN",
        };
        let begun =
            either!(self.answer, &mut self.driver, connection => connection.execute(begin).await.map(drop));
        begun.map_err(|error| self.failed(error, not_executed))
    }

    /// Ends the transaction with `COMMIT` or `ROLLBACK`. One whose connection is broken ends when that is closed: it would be waited
    /// for as long again, to hear nothing.
    ///
    /// # Errors
    /// The driver's own: what a failed commit has done is not known then.
    pub(super) async fn end(&mut self, how: &'static str) -> Result<(), DbErr> {
        if self.state == State::Broken {
            return Err(not_executed(
                io::Error::new(ErrorKind::NotConnected, "the connection is broken").into(),
            ));
        }
        let ended =
            either!(self.answer, &mut self.driver, connection => connection.execute(how).await.map(drop));
        ended.map_err(|error| self.failed(error, not_executed))?;
        self.state = State::Ready;
        Ok(())
    }

    /// Runs a statement for what it does.
    ///
    /// # Errors
    /// The driver's own.
    pub(super) async fn execute(&mut self, statement: Statement) -> Result<ExecResult, DbErr> {
        let before = self.use_it();
        let outcome = either!(self.answer, &mut self.driver, connection => {
            bound!(statement).execute(connection).await.map(ExecResult::from)
        });
        self.was_used(before, outcome, not_executed)
    }

    /// Runs texts without values, as many as there are.
    ///
    /// # Errors
    /// The driver's own.
    pub(super) async fn execute_unprepared(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let before = self.use_it();
        let outcome = either!(self.answer, &mut self.driver, connection => {
            connection.execute(AssertSqlSafe(sql)).await.map(ExecResult::from)
        });
        self.was_used(before, outcome, not_executed)
    }

    /// Runs a statement for its first row.
    ///
    /// # Errors
    /// The driver's own.
    pub(super) async fn query_one(&mut self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let before = self.use_it();
        let outcome = either!(self.answer, &mut self.driver, connection => {
            bound!(statement).fetch_optional(connection).await.map(|row| row.map(QueryResult::from))
        });
        self.was_used(before, outcome, not_queried)
    }

    /// Runs a statement for all its rows.
    ///
    /// # Errors
    /// The driver's own.
    pub(super) async fn query_all(&mut self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let before = self.use_it();
        let outcome = either!(self.answer, &mut self.driver, connection => {
            let rows = bound!(statement).fetch_all(connection).await;
            rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
        });
        self.was_used(before, outcome, not_queried)
    }

    /// Runs a statement, and shows `visit` each of its rows as it comes. None of them is kept, so that it may have any number.
    ///
    /// # Errors
    /// The driver's own, and the first of `visit`.
    pub(super) async fn each(
        &mut self,
        statement: Statement,
        mut visit: impl FnMut(&QueryResult) -> Result<(), DbErr> + Send,
    ) -> Result<(), DbErr> {
        let before = self.use_it();
        let outcome = either!(self.answer, &mut self.driver, connection => {
            // `fetch` is a stream around this one, and each costs a row its share.
            let mut rows = connection.fetch_many(bound!(statement));
            loop {
                match rows.try_next().await {
                    Ok(Some(sqlx::Either::Right(row))) => {
                        if let Err(error) = visit(&row.into()) {
                            break Ok(Err(error));
                        }
                    }
                    Ok(Some(sqlx::Either::Left(_))) => {}
                    Ok(None) => break Ok(Ok(())),
                    Err(error) => break Err(error),
                }
            }
        });
        // Rows that nobody wants any more may still be under way.
        let visited = outcome.map_err(|error| self.failed(error, not_queried))?;
        visited?;
        self.state = before;
        Ok(())
    }

    /// Runs a statement whose parameters PostgreSQL alone has.
    ///
    /// # Errors
    /// The driver's own, and when this is not PostgreSQL.
    pub(super) async fn query_arrays(
        &mut self,
        sql: String,
        bound: PgArguments,
    ) -> Result<Vec<QueryResult>, DbErr> {
        let before = self.use_it();
        let Driver::Postgres(connection) = &mut self.driver else {
            return Err(DbErr::Custom("arrays are for PostgreSQL".to_owned()));
        };
        let rows =
            within(self.answer, sqlx::query_with(AssertSqlSafe(sql), bound).fetch_all(connection)).await;
        self.was_used(before, rows.map(|rows| rows.into_iter().map(QueryResult::from).collect()), not_queried)
    }

    /// Closes it in good order.
    ///
    /// # Errors
    /// The driver's own.
    pub(super) async fn close(self) -> Result<(), DbErr> {
        either!(self.answer, self.driver, connection => connection.close().await).map_err(not_connected)
    }

    /// Nothing is known of it while a statement runs: whoever waits for it may leave before it ends.
    fn use_it(&mut self) -> State {
        let before = self.state;
        if before == State::Ready {
            self.state = State::Unknown;
        }
        before
    }

    fn was_used<T>(
        &mut self,
        before: State,
        outcome: Result<T, sqlx::Error>,
        error: impl FnOnce(sqlx::Error) -> DbErr,
    ) -> Result<T, DbErr> {
        if outcome.is_ok() {
            self.state = before;
        }
        outcome.map_err(|failure| self.failed(failure, error))
    }

    fn failed(&mut self, failure: sqlx::Error, error: impl FnOnce(sqlx::Error) -> DbErr) -> DbErr {
        if matches!(failure, sqlx::Error::Io(_)) {
            self.state = State::Broken;
        }
        self.doubt.learn(&failure);
        error(failure)
    }
}

/// Has PostgreSQL look once a second, in the middle of a statement, whether we are still there. What nobody waits for any more would
/// otherwise go on for up to a minute, beside the connection that takes its place, and take a place among those that the server has.
///
/// It is asked here rather than when connecting, where a server that does not know of it would refuse the connection: those before 14
/// do not, and not every system tells the server that a client has gone.
async fn have_it_look(connection: &mut PgConnection) -> Result<(), sqlx::Error> {
    const ASK: &str = "SELECT set_config('client_connection_check_interval', '1s', false) \
        WHERE current_setting('client_connection_check_interval', true) IS NOT NULL";
    match connection.execute(ASK).await {
        // It does not do that; should it have ended the connection instead, whoever uses it next learns of it.
        Err(sqlx::Error::Database(error)) => {
            tracing::debug!(%error, "statements go on when nobody waits for them");
            Ok(())
        }
        asked => asked.map(drop),
    }
}

/// Gives up on what takes longer than the limit. What it has done by then is not known.
async fn within<T>(
    limit: Duration,
    answer: impl Future<Output = Result<T, sqlx::Error>>,
) -> Result<T, sqlx::Error> {
    let late = |_| Err(io::Error::new(ErrorKind::TimedOut, "the database gives no answer").into());
    tokio::time::timeout(limit, answer).await.unwrap_or_else(late)
}

/// The database cannot be reached.
pub(super) fn not_connected(error: sqlx::Error) -> DbErr {
    DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error)))
}

fn not_executed(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(Arc::new(error)))
}

fn not_queried(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(Arc::new(error)))
}

#[cfg(test)]
mod tests;
