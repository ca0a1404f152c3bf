//! Somebody who has the log's head, so that others who want it wait in the database.

use futures_util::future::BoxFuture;
use kyc_stack::{
    db::{Db, Transaction},
    error::Result,
};
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tokio::{sync::oneshot, task::JoinHandle};

/// A transaction that has the head.
pub(crate) struct Held {
    task: JoinHandle<Result<()>>,
    go: oneshot::Sender<()>,
}

impl Held {
    /// Takes the head of PostgreSQL's only log. Once it is told to go on, does `then`, and commits.
    pub(crate) async fn take<F>(db: Db, then: F) -> Self
    where
        F: for<'t> FnOnce(&'t Transaction) -> BoxFuture<'t, Result<()>> + Send + 'static,
    {
        let (has_it, is_held) = oneshot::channel();
        let (go, told) = oneshot::channel();
        let task = tokio::spawn(async move {
            db.write(move |txn| {
                Box::pin(async move {
                    txn.execute_unprepared("SELECT seq FROM log_head FOR UPDATE").await?;
                    has_it.send(()).unwrap();
                    told.await.unwrap();
                    then(txn).await
                })
            })
            .await
        });
        is_held.await.unwrap();
        Self { task, go }
    }

    /// Once `is_time`, goes on; answers when it has committed.
    pub(crate) async fn let_go_when(self, is_time: impl Fn() -> bool) {
        while !is_time() {
            tokio::task::yield_now().await;
        }
        self.go.send(()).unwrap();
        self.task.await.unwrap().unwrap();
    }
}

/// Waits until somebody waits for a lock.
pub(crate) async fn until_one_waits(db: &Db) {
    until_so_many_wait(db, 1).await;
}

/// Waits until so many wait for a lock.
pub(crate) async fn until_so_many_wait(db: &Db, many: i64) {
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting = Statement::from_string(DbBackend::Postgres, waiting);
    let count = async || {
        let row = db.library().query_one_raw(waiting.clone()).await.unwrap().unwrap();
        row.try_get_by_index::<i64>(0).unwrap()
    };
    while count().await < many {}
}
