//! Wake-ups: what tells the tails of this process, and of every other, that a log has grown.
//!
//! None of them is relied on. A wake-up carries the process that sends it and a merchant's id; what happened is read from the log. Behind
//! them all stands a slow look at the heads, which finds what no wake-up told: a lost connection, another process on the
//! same SQLite file.

use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use entity::{Scope, id::MerchantId, log_head};
use sea_orm::{ConnectionTrait, DbBackend, Statement, sea_query::ArrayType, sqlx};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Feed,
    metrics::{self, Reread},
};
use crate::{
    db::answered,
    error::{Error, Result},
};

/// PostgreSQL's name for our wake-ups.
const CHANNEL: &str = "kyc_log";
/// NOTIFY takes a lock on the whole database until its commit: never inside the change's transaction, and at most once in
/// this time, for all merchants together.
const COALESCE: Duration = Duration::from_millis(20);
/// Between two looks at the heads.
const LOOK: Duration = Duration::from_secs(2);
/// Between two attempts to listen.
const RETRY: (Duration, Duration) = (Duration::from_millis(200), Duration::from_secs(5));
/// After so long without a word, whether anybody is there is asked.
const SILENCE: Duration = Duration::from_secs(30);
/// Merchants whose heads one statement reads.
const CHUNK: usize = 500;

/// Which merchants the other processes have to be told of.
#[derive(Default)]
pub(super) struct Bell {
    pending: Mutex<BTreeSet<Uuid>>,
    rung: Notify,
}

impl Bell {
    pub(super) fn ring(&self, merchant: MerchantId) {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).insert(merchant.0);
        self.rung.notify_one();
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
            let heads = async { Ok(log_head::of_merchants(self.db().backend(), merchants).all(db).await?) };
            let heads = answered(heads).await?;
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
                "SELECT pg_notify($1, $2 || ':' || merchant) FROM unnest($3::text[]) AS merchant",
                [
                    CHANNEL.into(),
                    self.name().into(),
                    sea_orm::Value::Array(ArrayType::String, Some(Box::new(merchants))),
                ],
            );
            let rung = async { Ok(self.db().reader().execute_raw(statement).await?) };
            if let Err(error) = answered(rung).await {
                // The others see it at their next look at the heads.
                tracing::warn!(%error, "a wake-up was not sent");
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
            self.wake_all();
            loop {
                let Ok(said) = tokio::time::timeout(SILENCE, listener.try_recv()).await else {
                    // A connection that only listens does not notice that nobody is there any more.
                    let alive =
                        async { sqlx::query("SELECT 1").execute(&mut listener).await.map_err(failed) };
                    answered(alive).await?;
                    continue;
                };
                // None: the connection was lost, and there is another one now.
                let Some(said) = said.map_err(failed)? else { break };
                let Some((process, merchant)) = said.payload().split_once(':') else { continue };
                // Our own tails were woken when it happened.
                if process != self.name()
                    && let Ok(merchant) = merchant.parse()
                {
                    self.wake_tail(Scope::of(MerchantId(merchant)));
                }
            }
        }
    }
}

fn failed(error: sqlx::Error) -> Error {
    Error::Internal(Box::new(error))
}
