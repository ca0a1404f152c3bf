//! Wake-ups: what tells the tails of this process, and of every other, that a log has grown.
//!
//! None of them is relied on. A wake-up carries a merchant's id and nothing else; what happened is read from the log. Behind
//! them all stands a slow look at the heads, which finds what no wake-up told: a lost connection, another process on the
//! same SQLite file.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use entity::{Scope, id::MerchantId, log_head};
use sea_orm::{ConnectionTrait, DbBackend, Statement, sea_query::ArrayType};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Feed,
    metrics::{self, Reread},
};
use crate::error::{Error, Result};

/// PostgreSQL's name for our wake-ups.
const CHANNEL: &str = "kyc_log";
/// NOTIFY takes a lock on the whole database until its commit: never inside the change's transaction, and at most once in
/// this time, for all merchants together.
const COALESCE: Duration = Duration::from_millis(20);
/// Between two looks at the heads.
const LOOK: Duration = Duration::from_secs(2);
/// Between two attempts to listen.
const RETRY: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));
/// Merchants whose heads one statement reads.
const CHUNK: usize = 500;

/// Which merchants the other processes have to be told of.
#[derive(Default)]
pub(super) struct Bell {
    pending: Mutex<BTreeSet<Uuid>>,
    rung: Notify,
    /// PostgreSQL's numbers of the connections on which we have rung: what comes from them is our own.
    own: Mutex<BTreeSet<u32>>,
}

/// More connections than this are not remembered. The worst that forgetting does is a look at the log for nothing.
const OWN: usize = 256;

impl Bell {
    pub(super) fn ring(&self, merchant: MerchantId) {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(merchant.0);
        self.rung.notify_one();
    }

    fn rang_on(&self, connection: u32) {
        let mut own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        if own.len() >= OWN {
            own.clear();
        }
        own.insert(connection);
    }

    fn forget_own(&self) {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    fn is_own(&self, connection: u32) -> bool {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).contains(&connection)
    }

    fn take(&self) -> BTreeSet<Uuid> {
        std::mem::take(&mut self.pending.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Feed {
    /// Hears the other processes, is heard by them, and looks at the heads, until `stop`.
    pub fn start(&self, stop: &CancellationToken) {
        let tasks = self.db().tasks();
        let (feed, until) = (self.clone(), stop.clone());
        tasks.spawn(async move { until.run_until_cancelled(feed.look_at_heads()).await });
        if self.db().backend() == DbBackend::Postgres {
            let (feed, until) = (self.clone(), stop.clone());
            tasks.spawn(async move { until.run_until_cancelled(feed.notify()).await });
            let (feed, until) = (self.clone(), stop.clone());
            tasks.spawn(async move { until.run_until_cancelled(feed.listen()).await });
        }
    }

    /// One look at the heads of the merchants who are tailed; answers how many events have not been handed out.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn look_once(&self) -> Result<i64> {
        let db = self.db().reader();
        let tails = self.tails_in_use();
        let mut lag = 0;
        for chunk in tails.chunks(CHUNK) {
            // Before the log is asked: while the answer is on its way, a tail goes on, and a log that has not shrunk would seem to.
            let chunk: Vec<_> = chunk.iter().map(|(merchant, tail)| (*merchant, tail, tail.head())).collect();
            let merchants = chunk.iter().map(|(merchant, ..)| *merchant);
            let heads = log_head::of_merchants(self.db().backend(), merchants).all(db).await?;
            for head in heads {
                let of_head = chunk.iter().find(|(merchant, ..)| *merchant == head.merchant_id);
                let Some((_, tail, handed_out)) = of_head else { continue };
                let behind = head.seq - handed_out;
                if behind < 0 {
                    tracing::warn!(
                        "a log is shorter than it was: was the database restored under a running server?"
                    );
                    self.forget(head.merchant_id);
                } else if behind > 0 {
                    metrics::reread(Reread::Poll);
                    tail.wake();
                    lag += behind;
                }
            }
        }
        metrics::lag(lag);
        Ok(lag)
    }

    async fn look_at_heads(&self) {
        loop {
            tokio::time::sleep(LOOK).await;
            if let Err(error) = self.look_once().await {
                tracing::warn!(%error, "the heads of the logs cannot be read; trying again");
            }
        }
    }

    async fn notify(&self) {
        loop {
            self.bell().rung.notified().await;
            let merchants: Vec<sea_orm::Value> =
                self.bell().take().into_iter().map(|merchant| merchant.to_string().into()).collect();
            if merchants.is_empty() {
                continue;
            }
            let statement = Statement::from_sql_and_values(
                DbBackend::Postgres,
                "SELECT pg_backend_pid(), pg_notify($1, merchant) FROM unnest($2::text[]) AS merchant",
                [CHANNEL.into(), sea_orm::Value::Array(ArrayType::String, Some(Box::new(merchants)))],
            );
            let rung = self.db().reader().query_one_raw(statement).await;
            match rung.and_then(|row| row.map(|row| row.try_get_by_index::<i32>(0)).transpose()) {
                Ok(connection) => {
                    if let Some(connection) = connection.and_then(|number| u32::try_from(number).ok()) {
                        self.bell().rang_on(connection);
                    }
                }
                // The others see it at their next look at the heads.
                Err(error) => tracing::warn!(%error, "a wake-up was not sent"),
            }
            tokio::time::sleep(COALESCE).await;
        }
    }

    async fn listen(&self) {
        let mut pause = RETRY.0;
        loop {
            match self.hear(&mut pause).await {
                Ok(()) => return,
                Err(error) => {
                    tracing::warn!(%error, "wake-ups cannot be heard; the heads are looked at meanwhile")
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(RETRY.1);
        }
    }

    async fn hear(&self, pause: &mut Duration) -> Result<()> {
        let Some(mut listener) = self.db().listener(CHANNEL).await? else { return Ok(()) };
        *pause = RETRY.0;
        loop {
            // What was said before we listened, or while the connection was lost, nobody will say again.
            metrics::reread(Reread::Listener);
            // PostgreSQL may have restarted, and others' connections have numbers that were ours.
            self.bell().forget_own();
            self.wake_all();
            // None: the connection was lost, and there is another one now.
            while let Some(said) =
                listener.try_recv().await.map_err(|error| Error::Internal(Box::new(error)))?
            {
                // Our own tails were woken when it happened.
                if let Ok(merchant) = said.payload().parse()
                    && !self.bell().is_own(said.process_id())
                {
                    self.wake_tail(Scope::of(MerchantId(merchant)));
                }
            }
        }
    }
}
