//! Following the log: what came after a position, then what comes.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use entity::Scope;
use futures_util::future::BoxFuture;
use sea_orm::ConnectionTrait;
use tokio::time::Instant;

use super::{
    Feed, Filter, Moment,
    metrics::{self, Reread},
    moment::moments,
    tail::{Seat, Unseated},
};
use crate::{
    db::{Pool, answered},
    error::{Error, Result},
};

/// Events of one page of the log. It is what a follower holds at most while it catches up.
const PAGE: u64 = 32;
/// How long a database that does not answer is waited for before a follower gives up: a failover fits.
const PATIENCE: Duration = Duration::from_secs(120);

/// Somebody who follows a merchant's log: every event that the filter wants, once, in the order of the log.
pub struct Follower {
    feed: Feed,
    scope: Scope,
    filter: Filter,
    seat: Seat,
    /// Everything up to here was given out, lies in `page`, or is not wanted.
    read_to: i64,
    /// Up to here the log is read; what comes after it comes to the seat.
    replay_to: i64,
    page: VecDeque<Arc<Moment>>,
}

impl Follower {
    pub(super) fn new(feed: Feed, scope: Scope, filter: Filter, seat: Seat, after: i64, head: i64) -> Self {
        Self { feed, scope, filter, seat, read_to: after, replay_to: head, page: VecDeque::new() }
    }

    /// The next event. Cancel-safe: an event is given out or still to come.
    ///
    /// # Errors
    /// INTERNAL when the database does not answer for two minutes; CURSOR_INVALID when the log was replaced by a backup
    /// while it was followed. The follower is of no use then; go on after the last event with another.
    pub async fn next(&mut self) -> Result<Arc<Moment>> {
        loop {
            if let Some(moment) = self.page.pop_front() {
                return Ok(moment);
            }
            if self.read_to < self.replay_to {
                // In a box: thousands of followers wait at the seat, and few read the log.
                Box::pin(self.read_page()).await?;
                continue;
            }
            match self.seat.next().await {
                Ok(moment) => {
                    // An event that the log gave already, or that was committed before a follower without a cursor came.
                    if moment.event.seq <= self.read_to {
                        continue;
                    }
                    self.read_to = moment.event.seq;
                    if self.filter.wants(&moment.event) {
                        return Ok(moment);
                    }
                }
                Err(Unseated::Lapped) => {
                    metrics::reread(Reread::Lapped);
                    self.replay_to = self.seat.skip_to_head().ok_or_else(replaced)?;
                }
                Err(Unseated::Closed) => return Err(replaced()),
            }
        }
    }

    async fn read_page(&mut self) -> Result<()> {
        let db = self.feed.db().reader();
        let (moments, whole) = {
            // However many come back at once, the database serves a few at a time.
            let _turn = self.feed.turn().await;
            let (filter, after, until) = (&self.filter, self.read_to, self.replay_to);
            patiently(|| Box::pin(page(db, self.scope, filter, after, until))).await?
        };
        self.read_to = match moments.last() {
            Some(last) if !whole => last.event.seq,
            _ => self.replay_to,
        };
        self.page = moments.into();
        Ok(())
    }
}

fn replaced() -> Error {
    let message = "The log was replaced while you followed it. Read a snapshot again together with `eventCursor`, and go on \
                   from there.";
    Error::CursorInvalid(message.into())
}

/// A page of the log, and whether it is all there is.
async fn page(
    db: &Pool,
    scope: Scope,
    filter: &Filter,
    after: i64,
    until: i64,
) -> Result<(Vec<Arc<Moment>>, bool)> {
    let moments = moments(db, filter.page(scope, db.get_database_backend(), after, until, PAGE)).await?;
    let whole = (moments.len() as u64) < PAGE;
    Ok((moments, whole))
}

/// Does what fails while a database restarts again, for a while.
///
/// # Errors
/// The last one, once the patience is at its end; any but INTERNAL at once.
pub async fn patiently<'w, T>(work: impl Fn() -> BoxFuture<'w, Result<T>>) -> Result<T> {
    let (begun, mut pause) = (Instant::now(), Duration::from_millis(50));
    loop {
        match answered(work()).await {
            Err(error @ Error::Internal(_)) if begun.elapsed() < PATIENCE => {
                tracing::warn!(%error, "a subscription cannot read; trying again");
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(Duration::from_secs(2));
            }
            outcome => return outcome,
        }
    }
}
