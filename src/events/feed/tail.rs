//! One merchant's log, read after its head as it grows, and handed to whoever follows.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use entity::Scope;
use sea_orm::ConnectionTrait;
use tokio::{
    sync::{Notify, broadcast},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use super::{
    filter::Topic,
    metrics,
    moment::{Moment, moments},
};
use crate::{
    clock::Clock,
    db::{Db, answered},
    error::Result,
    events::log,
};

/// Events read at once. A topic of the whole merchant keeps four times as many, so that one reading laps nobody.
const BATCH: u64 = 256;
/// Events that a topic keeps for those who have not read them yet. Whoever falls further behind reads the log.
const MERCHANT_RING: usize = 1024;
/// As [`MERCHANT_RING`], of one attempt or one customer: thousands of them are followed at a time.
const NARROW_RING: usize = 32;
/// A merchant whom nobody follows is read for so long: a page that reloads comes back to a warm tail.
const LINGER: Duration = Duration::from_secs(30);
/// Between two attempts to read from a database that does not answer.
const RETRY: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

pub(super) struct Tail {
    scope: Scope,
    wake: Notify,
    ended: CancellationToken,
    state: Mutex<State>,
}

struct State {
    /// The newest event that was handed out. Whoever registers gets everything after it, and nothing before.
    head: i64,
    topics: HashMap<Topic, broadcast::Sender<Arc<Moment>>>,
    followers: usize,
    idle_since: Option<Instant>,
}

struct EndOnDrop<'t>(&'t Tail);

impl Drop for EndOnDrop<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// A place among those who follow a topic.
pub(super) struct Seat {
    tail: Arc<Tail>,
    topic: Topic,
    receiver: broadcast::Receiver<Arc<Moment>>,
}

impl Tail {
    /// A tail that hands out what comes after `head`.
    pub(super) fn new(scope: Scope, head: i64, ended: CancellationToken) -> Self {
        let idle_since = Some(Instant::now());
        let state = State { head, topics: HashMap::new(), followers: 0, idle_since };
        Self { scope, wake: Notify::new(), ended, state: Mutex::new(state) }
    }

    /// There may be something new in the log.
    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// The newest event that was handed out.
    pub(super) fn head(&self) -> i64 {
        self.state().head
    }

    /// Ends it if nobody has followed it for long; answers whether it has ended.
    pub(super) fn end_if_deserted(&self) -> bool {
        let state = self.state();
        if state.idle_since.is_some_and(|since| since.elapsed() >= LINGER) {
            // Below the lock: nobody sits down meanwhile.
            self.ended.cancel();
        }
        self.ended.is_cancelled()
    }

    /// Whether it has ended.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.is_cancelled()
    }

    /// Ends it; those who follow see their seat closed.
    pub(super) fn end(&self) {
        let mut state = self.state();
        self.ended.cancel();
        state.topics.clear();
    }

    /// Takes a seat, and the head that was handed out before it was taken. None when the tail has ended.
    pub(super) fn sit(self: &Arc<Self>, topic: Topic) -> Option<(Seat, i64)> {
        let mut state = self.state();
        if self.ended.is_cancelled() {
            return None;
        }
        state.followers += 1;
        state.idle_since = None;
        let receiver = state.topic(topic).subscribe();
        let head = state.head;
        drop(state);
        Some((Seat { tail: Arc::clone(self), topic, receiver }, head))
    }

    /// Reads and hands out until it is ended.
    pub(super) async fn run(self: Arc<Self>, db: Db, clock: Clock) {
        // A tail whose task is gone must not be sat down at.
        let _end = EndOnDrop(&self);
        let mut pause = RETRY.0;
        loop {
            let advanced = self.ended.run_until_cancelled(answered(self.advance(db.reader(), &clock))).await;
            match advanced {
                None => return,
                Some(Ok(more)) => {
                    pause = RETRY.0;
                    let woken = async {
                        if !more {
                            self.wake.notified().await
                        }
                    };
                    if self.ended.run_until_cancelled(woken).await.is_none() {
                        return;
                    }
                }
                Some(Err(error)) => {
                    // Nobody loses anything: the head stays where it is, and the log is read again.
                    tracing::warn!(%error, "the log cannot be read; trying again");
                    if self.ended.run_until_cancelled(tokio::time::sleep(pause)).await.is_none() {
                        return;
                    }
                    pause = (pause * 2).min(RETRY.1);
                }
            }
        }
    }

    /// Hands out what came after the head; answers whether there may be more.
    async fn advance(&self, db: &impl ConnectionTrait, clock: &Clock) -> Result<bool> {
        let after = self.head();
        let moments = moments(db, log::after(self.scope, after, BATCH)).await?;
        let Some(last) = moments.last().map(|moment| &moment.event) else { return Ok(false) };
        let more = moments.len() as u64 == BATCH;
        if last.seq != after + moments.len() as i64 {
            tracing::error!(after, last = last.seq, read = moments.len(), "the log has a gap");
        }
        {
            let mut state = self.state();
            moments.iter().for_each(|moment| state.hand_out(moment));
            state.head = last.seq;
        }
        let now = clock.now();
        moments.iter().for_each(|moment| metrics::handed_out(now - moment.event.at));
        Ok(more)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic elsewhere leaves numbers and senders that are each in order.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn topic(&mut self, topic: Topic) -> &broadcast::Sender<Arc<Moment>> {
        let ring = if topic == Topic::Merchant { MERCHANT_RING } else { NARROW_RING };
        self.topics.entry(topic).or_insert_with(|| broadcast::Sender::new(ring))
    }

    fn hand_out(&self, moment: &Arc<Moment>) {
        for topic in Topic::of(&moment.event) {
            if let Some(sender) = self.topics.get(&topic) {
                // It fails when the last follower is leaving just now.
                let _ = sender.send(Arc::clone(moment));
            }
        }
    }
}

/// Why a seat has nothing more to give.
pub(super) enum Unseated {
    /// Its follower was slower than the ring is long.
    Lapped,
    /// The tail has ended.
    Closed,
}

impl Seat {
    /// The next event of the topic. Cancel-safe.
    pub(super) async fn next(&mut self) -> Result<Arc<Moment>, Unseated> {
        self.receiver.recv().await.map_err(|error| match error {
            broadcast::error::RecvError::Lagged(_) => Unseated::Lapped,
            broadcast::error::RecvError::Closed => Unseated::Closed,
        })
    }

    /// Forgets what waits here and goes on after the head, which it answers; none when the tail has ended.
    pub(super) fn skip_to_head(&mut self) -> Option<i64> {
        let mut state = self.tail.state();
        if self.tail.ended.is_cancelled() {
            return None;
        }
        self.receiver = state.topic(self.topic).subscribe();
        Some(state.head)
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut state = self.tail.state();
        state.followers -= 1;
        if state.followers == 0 {
            state.idle_since = Some(Instant::now());
        }
        // This seat's own receiver is still there.
        if state.topics.get(&self.topic).is_some_and(|sender| sender.receiver_count() <= 1) {
            state.topics.remove(&self.topic);
        }
    }
}
