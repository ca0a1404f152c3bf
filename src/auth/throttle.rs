//! How often a sign-in may be tried, and a link be guessed. A try to sign in is counted before the password is looked at, so that
//! tries in parallel count too. A link's token is 256 random bits: what is one is let in, whoever has guessed before, and only what
//! is none counts. Each has counters of its own: who sends wrong links keeps nobody from signing in.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use chrono::TimeDelta;
use entity::Time;
use sha2::{Digest, Sha256};

use super::address::network;
use crate::error::{Error, Result};

/// Failed tries of one account (merchant and e-mail) within [`WINDOW`], from wherever they come.
///
/// Whoever knows an e-mail can so keep its owner from signing in anew; sessions that exist are not touched.
pub const PER_ACCOUNT: usize = 10;
/// Failed tries from one address within [`WINDOW`], of whatever accounts; and as many of each kind of link.
pub const PER_ADDRESS: usize = 50;
/// How long a try counts.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// Accounts, and addresses, that each counter remembers: at most about 8 MB.
const REMEMBERED: usize = 10_000;

/// The counters of one process. (Behind several replicas an attacker has as many times the tries; still few enough.)
#[derive(Debug)]
pub struct Throttle {
    accounts: Mutex<Tries<[u8; 32]>>,
    addresses: Mutex<Tries<Option<IpAddr>>>,
    links: Mutex<Tries<Option<IpAddr>>>,
    password_links: Mutex<Tries<Option<IpAddr>>>,
}

/// What somebody brought that is no token of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guess {
    /// Of a customer's link.
    Link,
    /// Of a link with which a member sets a password.
    PasswordLink,
}

/// A try that was counted; say when it succeeded.
#[derive(Clone, Copy, Debug)]
pub struct Try {
    account: [u8; 32],
    address: Option<IpAddr>,
    at: Time,
}

impl Default for Throttle {
    fn default() -> Self {
        Self {
            accounts: Mutex::new(Tries::new(PER_ACCOUNT, REMEMBERED)),
            addresses: Mutex::new(Tries::new(PER_ADDRESS, REMEMBERED)),
            links: Mutex::new(Tries::new(PER_ADDRESS, REMEMBERED)),
            password_links: Mutex::new(Tries::new(PER_ADDRESS, REMEMBERED)),
        }
    }
}

impl Throttle {
    /// Counts a try to sign in. Requests without a known address count together.
    ///
    /// # Errors
    /// [`Error::RateLimited`] with the seconds until the next try; such a refusal does not count as a try.
    pub fn sign_in(&self, merchant: &str, email: &str, address: Option<IpAddr>, now: Time) -> Result<Try> {
        // Hashed: an account's name is personal, and may be as long as a request.
        let account = Sha256::new().chain_update(merchant).chain_update([0]).chain_update(email).finalize();
        let tried = Try { account: account.into(), address: address.map(network), at: now };
        lock(&self.addresses).count(tried.address, now)?;
        let counted = lock(&self.accounts).count(tried.account, now);
        counted.inspect_err(|_| lock(&self.addresses).take_back(&tried.address, now))?;
        Ok(tried)
    }

    /// Counts a text that is no token. Look it up first: a token is never refused for what others have guessed.
    ///
    /// # Errors
    /// [`Error::RateLimited`] with the seconds until the next guess is answered.
    pub fn guessed(&self, what: Guess, address: Option<IpAddr>, now: Time) -> Result<()> {
        let guesses = match what {
            Guess::Link => &self.links,
            Guess::PasswordLink => &self.password_links,
        };
        lock(guesses).count(address.map(network), now)
    }

    /// The try succeeded: the account's failures are forgotten, and the address's try does not count.
    pub fn succeeded(&self, tried: &Try) {
        lock(&self.accounts).forget(&tried.account);
        lock(&self.addresses).take_back(&tried.address, tried.at);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// When each key was tried within the window: exact, and at most `limit` moments a key.
#[derive(Debug)]
struct Tries<K> {
    limit: usize,
    capacity: usize,
    tries: HashMap<K, VecDeque<Time>>,
}

impl<K: Eq + Hash + Clone> Tries<K> {
    fn new(limit: usize, capacity: usize) -> Self {
        Self { limit, capacity, tries: HashMap::new() }
    }

    fn count(&mut self, key: K, now: Time) -> Result<()> {
        if !self.tries.contains_key(&key) && self.tries.len() >= self.capacity {
            self.make_room(now);
        }
        let tries = self.tries.entry(key).or_default();
        while tries.front().is_some_and(|at| *at + WINDOW <= now) {
            tries.pop_front();
        }
        if tries.len() >= self.limit {
            let wait = tries.front().map_or(WINDOW, |oldest| *oldest + WINDOW - now);
            // Rounded up: whoever waits as long is let in.
            let seconds = (wait + TimeDelta::milliseconds(999)).num_seconds().max(1);
            return Err(Error::RateLimited(seconds.unsigned_abs()));
        }
        tries.push_back(now);
        Ok(())
    }

    fn forget(&mut self, key: &K) {
        self.tries.remove(key);
    }

    fn take_back(&mut self, key: &K, at: Time) {
        let Some(tries) = self.tries.get_mut(key) else { return };
        if let Some(place) = tries.iter().rposition(|tried| *tried == at) {
            tries.remove(place);
        }
        if tries.is_empty() {
            self.tries.remove(key);
        }
    }

    /// Drops what the window has passed; if nothing, a tenth of the keys, those with the fewest tries first: to have a
    /// counter forgotten, an attacker has to bring ten thousand others higher than it.
    fn make_room(&mut self, now: Time) {
        self.tries.retain(|_, tries| tries.back().is_some_and(|at| *at + WINDOW > now));
        if self.tries.len() < self.capacity {
            return;
        }
        let mut counts: Vec<(usize, K)> =
            self.tries.iter().map(|(key, tries)| (tries.len(), key.clone())).collect();
        counts.sort_by_key(|(count, _)| *count);
        for (_, key) in counts.iter().take((self.capacity / 10).max(1)) {
            self.tries.remove(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn at(seconds: i64) -> Time {
        DateTime::from_timestamp(1_800_000_000 + seconds, 0).unwrap()
    }

    fn wait<T: std::fmt::Debug>(answer: Result<T>) -> u64 {
        match answer {
            Err(Error::RateLimited(seconds)) => seconds,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_account_has_ten_tries_in_any_quarter_of_an_hour() {
        let throttle = Throttle::default();
        for n in 0..10 {
            let address = Some([192, 0, 2, n].into());
            throttle.sign_in("acme", "a@example.com", address, at(i64::from(n) * 60)).unwrap();
        }
        // The first try was at 0, and stops counting at 900.
        assert_eq!(wait(throttle.sign_in("acme", "a@example.com", None, at(600))), 300);
        assert_eq!(wait(throttle.sign_in("acme", "a@example.com", None, at(899))), 1);
        throttle.sign_in("acme", "a@example.com", None, at(900)).unwrap();
        assert_eq!(wait(throttle.sign_in("acme", "a@example.com", None, at(900))), 60);
        // Others are not in it, not even those whose names run together to the same text.
        throttle.sign_in("acme", "b@example.com", None, at(900)).unwrap();
        throttle.sign_in("acmea", "@example.com", None, at(900)).unwrap();
    }

    #[test]
    fn an_address_has_fifty_tries_over_all_accounts() {
        let throttle = Throttle::default();
        let address = Some("2001:db8::1".parse().unwrap());
        for n in 0..50 {
            throttle.sign_in("acme", &format!("{n}@example.com"), address, at(0)).unwrap();
        }
        assert_eq!(wait(throttle.sign_in("acme", "x@example.com", address, at(1))), 899);
        let neighbour = Some("2001:db8::2".parse().unwrap());
        assert_eq!(wait(throttle.sign_in("acme", "y@example.com", neighbour, at(1))), 899);
        throttle.sign_in("acme", "x@example.com", Some([192, 0, 2, 1].into()), at(1)).unwrap();
    }

    #[test]
    fn guesses_of_links_count_by_themselves() {
        let throttle = Throttle::default();
        for what in [Guess::Link, Guess::PasswordLink] {
            for _ in 0..PER_ADDRESS {
                throttle.guessed(what, None, at(0)).unwrap();
            }
            assert_eq!(wait(throttle.guessed(what, None, at(1))), 899);
            throttle.guessed(what, Some([192, 0, 2, 1].into()), at(1)).unwrap();
        }
        throttle.sign_in("acme", "a@example.com", None, at(1)).unwrap();
    }

    #[test]
    fn success_forgets_the_accounts_failures_and_costs_the_address_nothing() {
        let throttle = Throttle::default();
        for _ in 0..9 {
            throttle.sign_in("acme", "a@example.com", None, at(0)).unwrap();
        }
        let tried = throttle.sign_in("acme", "a@example.com", None, at(0)).unwrap();
        throttle.succeeded(&tried);
        for _ in 0..10 {
            throttle.sign_in("acme", "a@example.com", None, at(1)).unwrap();
        }
        assert_eq!(lock(&throttle.addresses).tries[&None].len(), 19);
        assert_eq!(wait(throttle.sign_in("acme", "a@example.com", None, at(2))), 899);
        // The refusal did not count against the address.
        assert_eq!(lock(&throttle.addresses).tries[&None].len(), 19);
    }

    #[test]
    fn memory_is_bounded_and_the_busiest_counters_stay() {
        let mut tries = Tries::new(3, 100);
        for _ in 0..3 {
            tries.count(0, at(0)).unwrap();
        }
        for key in 1..1_000 {
            tries.count(key, at(1)).unwrap();
        }
        assert!(tries.tries.len() <= 100);
        assert_eq!(wait(tries.count(0, at(2))), 898);
        // When all of them are old, they make room first.
        for key in (1_000..).take(100 - tries.tries.len()) {
            tries.count(key, at(2)).unwrap();
        }
        tries.count(5_000, at(1_000)).unwrap();
        assert_eq!(tries.tries.len(), 1);
    }
}
