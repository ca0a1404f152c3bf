//! Who was recognised a moment ago: the cache between a token and the database.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::TimeDelta;
use entity::Time;
use moka::sync::Cache;
use tokio::sync::Notify;

use super::{Actor, lookup::Age, touch::Subject};

/// How long an actor may go on after a revocation that ran in another process.
pub const FRESH: TimeDelta = TimeDelta::seconds(4);
/// Tokens that are remembered.
const CAPACITY: u64 = 10_000;
/// How long it is remembered that one ended: longer than a look-up that began before may take, and [`FRESH`] after it.
const ENDED: Duration = Duration::from_secs(60);

/// The actors recognised lately, by the SHA-256 of their token. Clones are one cache.
#[derive(Clone, Debug)]
pub struct Known {
    cache: Cache<[u8; 32], Entry>,
    /// Rises with every revocation: what was looked up before it does not count any more, not even what was read before and
    /// is put in after.
    generation: Arc<AtomicU64>,
    /// Those that ended one by one, each with a number of its own: the same as a generation, of one token.
    ended: Cache<[u8; 32], u64>,
    endings: Arc<AtomicU64>,
    /// For the one who rechecks open sockets.
    revoked: Arc<Notify>,
}

/// One who was recognised.
#[derive(Clone, Debug)]
pub(super) struct Recognised {
    pub(super) actor: Actor,
    pub(super) subject: Subject,
    /// When its row last said that it was used.
    pub(super) seen_at: Option<Time>,
    /// When it ends by itself.
    pub(super) ends_at: Option<Time>,
}

#[derive(Clone, Debug)]
struct Entry {
    recognised: Arc<Recognised>,
    age: Age,
}

/// The generation in which a look-up began, everybody's and the token's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Ticket(u64, u64);

impl Default for Known {
    fn default() -> Self {
        let cache = Cache::builder()
            .max_capacity(CAPACITY)
            .time_to_live(Duration::from_secs(FRESH.num_seconds().unsigned_abs()))
            .build();
        let ended = Cache::builder().max_capacity(CAPACITY).time_to_live(ENDED).build();
        Self { cache, generation: Arc::default(), ended, endings: Arc::default(), revoked: Arc::default() }
    }
}

impl Known {
    /// Forgets everybody: called once a revocation, a change of role, a password or the end of a session has been committed. Everybody
    /// else costs one look-up more. Open sockets are rechecked.
    pub fn forget_all(&self) {
        self.outdate();
        self.revoked.notify_one();
    }

    /// Forgets some, by the SHA-256 of their token: called once the end of their sessions has been committed. Open sockets are
    /// rechecked, and nobody else is looked up anew.
    pub fn forget_ended<'h>(&self, hashes: impl IntoIterator<Item = &'h [u8; 32]>) {
        hashes.into_iter().for_each(|hash| self.outdate_one(hash));
        self.revoked.notify_one();
    }

    /// What was looked up of one does not count any more, not even what was read before and is put in after.
    pub(super) fn outdate_one(&self, hash: &[u8; 32]) {
        let number = self.endings.fetch_add(1, Ordering::SeqCst) + 1;
        self.ended.insert(*hash, number);
        self.cache.invalidate(hash);
    }

    /// The same for what a recheck of open sockets has found, which needs none after it.
    pub(super) fn outdate(&self) {
        self.generation.fetch_add(1, Ordering::SeqCst);
        self.cache.invalidate_all();
    }

    /// Forgets one.
    pub(super) fn forget(&self, hash: &[u8; 32]) {
        self.cache.invalidate(hash);
    }

    /// Waits until somebody may have been revoked in this process, since it was last asked. One may wait.
    pub(super) async fn revoked(&self) {
        self.revoked.notified().await;
    }

    /// Taken before the database is asked about one.
    pub(super) fn ticket(&self, hash: &[u8; 32]) -> Ticket {
        Ticket(self.generation.load(Ordering::SeqCst), self.ended.get(hash).unwrap_or(0))
    }

    pub(super) fn get(&self, hash: &[u8; 32], now: Time) -> Option<Arc<Recognised>> {
        let entry = self.cache.get(hash)?;
        let is_current = entry.age.ticket == self.ticket(hash)
            && entry.age.read_at + FRESH > now
            && entry.recognised.ends_at.is_none_or(|end| end > now);
        is_current.then_some(entry.recognised)
    }

    pub(super) fn put(&self, hash: [u8; 32], recognised: Arc<Recognised>, age: Age) {
        self.cache.insert(hash, Entry { recognised, age });
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use entity::{
        Role,
        id::{ApiKeyId, MerchantId},
    };
    use uuid::Uuid;

    use super::*;

    fn age(known: &Known, hash: u8, read_at: Time) -> Age {
        Age { read_at, ticket: known.ticket(&[hash; 32]) }
    }

    fn recognised(ends_at: Option<Time>) -> Arc<Recognised> {
        let id = ApiKeyId(Uuid::nil());
        let actor = Actor::api_key(id, "key".into(), Role::Viewer, MerchantId(Uuid::nil()));
        Arc::new(Recognised { actor, subject: Subject::ApiKey(id), seen_at: None, ends_at })
    }

    #[test]
    fn it_is_known_for_four_seconds_and_not_past_its_end() {
        let (known, now) = (Known::default(), DateTime::UNIX_EPOCH);
        known.put([1; 32], recognised(None), age(&known, 1, now));
        known.put([2; 32], recognised(Some(now + TimeDelta::seconds(1))), age(&known, 2, now));
        assert!(known.get(&[1; 32], now + TimeDelta::milliseconds(3_999)).is_some());
        assert!(known.get(&[1; 32], now + FRESH).is_none());
        assert!(known.get(&[2; 32], now).is_some());
        assert!(known.get(&[2; 32], now + TimeDelta::seconds(1)).is_none());
        assert!(known.get(&[3; 32], now).is_none());
    }

    #[test]
    fn what_was_read_before_a_revocation_does_not_count_after_it() {
        let (known, now) = (Known::default(), DateTime::UNIX_EPOCH);
        known.put([1; 32], recognised(None), age(&known, 1, now));
        let before = age(&known, 2, now);
        // Clones are one: the use cases hold another one than those who look up.
        let held_by_use_cases = known.clone();
        held_by_use_cases.forget_all();
        assert!(known.get(&[1; 32], now).is_none());
        known.put([2; 32], recognised(None), before);
        assert!(known.get(&[2; 32], now).is_none());
        known.put([2; 32], recognised(None), age(&known, 2, now));
        assert!(known.get(&[2; 32], now).is_some());
    }

    #[test]
    fn the_end_of_one_is_nothing_to_the_others() {
        let (known, now) = (Known::default(), DateTime::UNIX_EPOCH);
        known.put([1; 32], recognised(None), age(&known, 1, now));
        known.put([2; 32], recognised(None), age(&known, 2, now));
        let before = age(&known, 1, now);
        known.forget_ended([&[1; 32]]);
        assert!(known.get(&[1; 32], now).is_none());
        // A look-up that began before the end.
        known.put([1; 32], recognised(None), before);
        assert!(known.get(&[1; 32], now).is_none());
        assert!(known.get(&[2; 32], now).is_some());
    }
}
