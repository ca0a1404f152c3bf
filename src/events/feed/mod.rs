//! The feed: every event of a merchant, to everybody who follows it, as it commits.
//!
//! A merchant is tailed while somebody in this process follows it, and half a minute longer. The tail ([`tail`]) is woken
//! after each commit ([`bell`]), reads the log after its head, reads what the events are about once for everybody
//! ([`moment`]), and hands each to the topics it belongs to: the merchant's, the attempt's, the customer's. A follower
//! ([`follow`]) first takes a seat at its topic and learns the head that was handed out before; then it reads the log up to
//! that head, and then what comes to its seat. So nothing lies between the two, and nothing comes twice.
//!
//! What waits for a slow follower is bounded: a topic keeps a ring of events, shared by all who follow it. Whoever is lapped
//! takes a new seat and reads what it missed from the log, a page at a time.

mod bell;
mod filter;
mod follow;
pub mod metrics;
mod moment;
mod tail;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use entity::{Scope, id::MerchantId};
use sea_orm::DbBackend;
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio_util::sync::CancellationToken;

use self::{bell::Bell, metrics::Reread, tail::Tail};
pub use self::{
    filter::Filter,
    follow::{Follower, patiently},
    moment::Moment,
};
use super::{cursor, log};
use crate::{
    clock::Clock,
    db::Db,
    error::{Error, Result},
};

/// Followers who read the log at a time.
const TURNS: usize = 8;

/// The feed of one process. Clones are one.
#[derive(Clone)]
pub struct Feed(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    tails: Mutex<HashMap<MerchantId, Arc<Tail>>>,
    turns: Semaphore,
    bell: Bell,
    /// This feed among those of other processes.
    name: String,
    ended: CancellationToken,
}

impl Feed {
    /// A feed that follows nobody yet. `name` tells it from those of other processes on the same database.
    pub fn new(db: Db, clock: Clock, name: String) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            tails: Mutex::default(),
            turns: Semaphore::new(TURNS),
            bell: Bell::default(),
            name,
            ended: CancellationToken::new(),
        }))
    }

    /// Called after a commit: the merchant's log has grown.
    pub fn wake(&self, scope: Scope) {
        self.wake_tail(scope);
        if self.0.db.backend() == DbBackend::Postgres {
            self.0.bell.ring(scope.merchant_id());
        }
    }

    /// Follows a merchant's log after a cursor that a client gave as `after`, or from now on.
    ///
    /// # Errors
    /// CURSOR_INVALID and CURSOR_EXPIRED as [`cursor::locate`]; RATE_LIMITED while the server stops; INTERNAL when the database
    /// does not answer for two minutes.
    pub async fn follow(&self, scope: Scope, filter: Filter, after: Option<&str>) -> Result<Follower> {
        let (seat, head) = loop {
            if self.0.ended.is_cancelled() {
                return Err(Error::RateLimited(1));
            }
            let tail = patiently(|| Box::pin(self.tail(scope))).await?;
            if let Some(taken) = tail.sit(filter.topic()) {
                break taken;
            }
            // It has ended meanwhile: another takes its place.
            self.tails().retain(|_, tail| !tail.has_ended());
        };
        let db = self.0.db.reader();
        let after = match after {
            Some(text) => {
                metrics::reread(Reread::After);
                patiently(|| Box::pin(cursor::locate(db, scope, text, "after"))).await?
            }
            // What was committed before now and not handed out yet is not new.
            None => patiently(|| Box::pin(log::head(db, scope))).await?.max(head),
        };
        Ok(Follower::new(self.clone(), scope, filter, seat, after, head))
    }

    /// Ends every tail, so that what follows ends, too.
    pub fn close(&self) {
        self.0.ended.cancel();
        let tails: Vec<_> = self.tails().drain().collect();
        for (_, tail) in tails {
            tail.end();
        }
    }

    async fn tail(&self, scope: Scope) -> Result<Arc<Tail>> {
        if let Some(tail) = self.tails().get(&scope.merchant_id()) {
            return Ok(Arc::clone(tail));
        }
        let head = log::head(self.0.db.reader(), scope).await?;
        let mut tails = self.tails();
        let tail = tails.entry(scope.merchant_id()).or_insert_with(|| {
            let tail = Arc::new(Tail::new(scope, head, self.0.ended.child_token()));
            self.0.db.tasks().spawn(Arc::clone(&tail).run(self.0.db.clone(), self.0.clock.clone()));
            tail
        });
        Ok(Arc::clone(tail))
    }

    fn wake_tail(&self, scope: Scope) {
        if let Some(tail) = self.tails().get(&scope.merchant_id()) {
            tail.wake();
        }
    }

    fn wake_all(&self) {
        self.tails().values().for_each(|tail| tail.wake());
    }

    /// The tails, those aside that nobody has followed for long: they end here.
    fn tails_in_use(&self) -> Vec<(MerchantId, Arc<Tail>)> {
        let mut tails = self.tails();
        tails.retain(|_, tail| !tail.end_if_deserted());
        tails.iter().map(|(merchant, tail)| (*merchant, Arc::clone(tail))).collect()
    }

    fn forget(&self, merchant: MerchantId) {
        let tail = self.tails().remove(&merchant);
        if let Some(tail) = tail {
            tail.end();
        }
    }

    fn db(&self) -> &Db {
        &self.0.db
    }

    fn name(&self) -> &str {
        &self.0.name
    }

    fn bell(&self) -> &Bell {
        &self.0.bell
    }

    /// A turn at reading the log.
    async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        // None when it is closed, which it never is.
        self.0.turns.acquire().await.ok()
    }

    fn tails(&self) -> MutexGuard<'_, HashMap<MerchantId, Arc<Tail>>> {
        self.0.tails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
