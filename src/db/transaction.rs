//! A write transaction that begins with its first statement.

use std::sync::{Mutex, PoisonError};

use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult, QueryResult,
    Statement, TransactionOptions, TransactionTrait, prelude::async_trait::async_trait,
};
use tokio::sync::OnceCell;

use super::chain::Chain;
use crate::error::Result;

/// What the work of a write has. Its first statement begins the transaction, which is committed or rolled back when the work
/// is done.
///
/// On PostgreSQL, work that needs no statement but one read and one write is spared the transaction: it reads what is
/// committed and writes, both by [`Transaction::around`], in one statement that asks whether what it has read is still so.
pub struct Transaction {
    pool: DatabaseConnection,
    options: TransactionOptions,
    begun: OnceCell<DatabaseTransaction>,
    first: Mutex<Vec<Statement>>,
}

impl Transaction {
    pub(super) fn new(pool: DatabaseConnection, options: TransactionOptions) -> Self {
        Self { pool, options, begun: OnceCell::new(), first: Mutex::new(Vec::new()) }
    }

    /// The database around a transaction that has not begun; none once it has. Each statement there is its own transaction.
    pub fn around(&self) -> Option<&DatabaseConnection> {
        if self.begun.initialized() { None } else { Some(&self.pool) }
    }

    /// Should it begin, then with this, after what else was asked for. When one of them finds nothing to insert, update or lock,
    /// no other statement of the transaction is run.
    pub fn begin_with(&self, statement: Statement) {
        self.first.lock().unwrap_or_else(PoisonError::into_inner).push(statement);
    }

    /// Runs a chain: as a transaction of its own as long as none has begun.
    ///
    /// # Errors
    /// As [`Chain::run`].
    pub async fn run(&self, chain: Chain) -> Result<bool, DbErr> {
        match self.around() {
            Some(pool) => chain.run(pool).await,
            None => chain.run(self).await,
        }
    }

    /// Commits what has begun when the outcome of the work is `Ok`, and takes it back otherwise.
    pub(super) async fn end<T>(self, outcome: Result<T>) -> Result<T> {
        match self.begun.into_inner() {
            Some(begun) => end(begun, outcome).await,
            None => outcome,
        }
    }

    async fn begun(&self) -> Result<&DatabaseTransaction, DbErr> {
        let begin = || async {
            let begun = self.pool.begin_with_options(self.options).await?;
            let first = std::mem::take(&mut *self.first.lock().unwrap_or_else(PoisonError::into_inner));
            for statement in first {
                if begun.execute_raw(statement).await?.rows_affected() == 0 {
                    begun.rollback().await?;
                    return Err(DbErr::RecordNotFound("what the transaction was to begin with".to_owned()));
                }
            }
            Ok(begun)
        };
        self.begun.get_or_try_init(begin).await
    }
}

/// Commits when the outcome of the work is `Ok`, and rolls back otherwise.
pub(super) async fn end<T>(txn: DatabaseTransaction, outcome: Result<T>) -> Result<T> {
    if outcome.is_ok() {
        txn.commit().await?;
    } else if let Err(error) = txn.rollback().await {
        // The work's own error is the one that matters; a rollback that fails closes the connection.
        tracing::warn!(%error, "a rollback failed");
    }
    outcome
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.begun().await?.execute_raw(statement).await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        self.begun().await?.execute_unprepared(sql).await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.begun().await?.query_one_raw(statement).await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.begun().await?.query_all_raw(statement).await
    }
}
