//! Counts: writers change things at several replicas, subscribers come, go, stall and come again, and in the end each of
//! them has to have heard exactly what the table of events holds for it: no gap, no repeat, in order.

mod subscriber;
mod topic;
mod town;
mod writer;

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Instant,
};

use entity::{Scope, event, id::MerchantId};
use futures_util::future::join_all;
use kyc_stack::{db::Db, entropy::Entropy, events::log};
use tokio::sync::watch;

use subscriber::{Subscriber, Told};
use town::Town;
use writer::Writer;

/// How much of everything.
#[derive(Clone, Debug)]
pub(super) struct Sizes {
    /// Changes, each of one or two events.
    pub(super) changes: usize,
    pub(super) writers: usize,
    pub(super) subscribers: usize,
    /// Attempts of each merchant.
    pub(super) attempts: usize,
    pub(super) seed: u64,
    /// Whether servers may fail meanwhile: what cannot be done is then tried again.
    pub(super) faults: bool,
}

impl Sizes {
    /// What a test takes by default. `KYC_LIVE_CHANGES` says another number of changes, for runs by hand; `KYC_LIVE_SEED`
    /// another course of events.
    pub(super) fn by_default(changes: usize) -> Self {
        Self {
            changes: number("KYC_LIVE_CHANGES").unwrap_or(changes),
            writers: 6,
            subscribers: 40,
            attempts: 3,
            seed: number("KYC_LIVE_SEED").unwrap_or(7) as u64,
            faults: false,
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the tests' own switches, which no setting of the program is")]
fn number(name: &str) -> Option<usize> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}: write a number")))
}

/// Where the replicas are; they may move.
#[derive(Clone)]
pub(super) struct Replicas(Arc<Mutex<Vec<SocketAddr>>>);

impl Replicas {
    pub(super) fn of(addresses: impl IntoIterator<Item = SocketAddr>) -> Self {
        Self(Arc::new(Mutex::new(addresses.into_iter().collect())))
    }

    /// One has started again elsewhere.
    pub(super) fn moved(&self, index: usize, address: SocketAddr) {
        self.0.lock().unwrap()[index] = address;
    }

    fn all(&self) -> Vec<SocketAddr> {
        self.0.lock().unwrap().clone()
    }

    fn any(&self, dice: &Dice) -> SocketAddr {
        let addresses = self.0.lock().unwrap();
        addresses[dice.below(addresses.len())]
    }
}

/// Chance that repeats itself.
#[derive(Clone)]
struct Dice(Entropy);

impl Dice {
    fn new(seed: u64, whose: u64) -> Self {
        Self(Entropy::seeded(seed.wrapping_mul(1_000_003).wrapping_add(whose)))
    }

    fn below(&self, limit: usize) -> usize {
        usize::try_from(u32::from_le_bytes(self.0.bytes())).unwrap() % limit
    }

    fn pick<'t, T>(&self, from: &'t [T]) -> &'t T {
        &from[self.below(from.len())]
    }
}

/// How far the writers are.
#[derive(Clone)]
pub(super) struct Progress {
    done: watch::Receiver<usize>,
    all: usize,
}

impl Progress {
    fn now(&self) -> usize {
        *self.done.borrow()
    }

    /// Waits until so many changes are done, or all.
    async fn reaches(&mut self, changes: usize) {
        let enough = changes.min(self.all);
        // It fails when the writers have gone, and then they are done.
        let _ = self.done.wait_for(|done| *done >= enough).await;
    }

    /// Waits until this share of the changes is done.
    pub(super) async fn reaches_percent(&mut self, percent: usize) {
        self.reaches(self.all * percent / 100).await;
    }
}

/// A merchant and a key of its.
#[derive(Clone)]
pub(super) struct Tenant {
    pub(super) id: MerchantId,
    pub(super) key: String,
}

/// Every merchant's log, once all is done.
type Logs = Arc<Vec<Vec<event::Model>>>;

/// Has it all happen, with `disturb` beside it, and compares.
///
/// # Panics
///
/// When a subscriber has not heard exactly what the table holds for it.
pub(super) async fn count(
    sizes: &Sizes,
    replicas: &Replicas,
    tenants: &[Tenant],
    url: &str,
    disturb: impl AsyncFnOnce(Progress),
) {
    let began = Instant::now();
    let town = Arc::new(Town::build(sizes, replicas, tenants).await);
    let (done, progress) = watch::channel(0);
    let progress = Progress { done: progress, all: sizes.changes };
    let (end, ended) = watch::channel::<Option<Logs>>(None);

    let subscribers: Vec<_> = (0..sizes.subscribers)
        .map(|number| {
            let subscriber = Subscriber::new(number, sizes, &town, replicas.clone());
            tokio::spawn(subscriber.live(progress.clone(), ended.clone()))
        })
        .collect();
    let done = Arc::new(done);
    let writers: Vec<_> = (0..sizes.writers)
        .map(|number| {
            let writer = Writer::new(number, sizes, &town, replicas.clone());
            tokio::spawn(writer.write(Arc::clone(&done)))
        })
        .collect();
    let (written, ()) = tokio::join!(join_all(writers), disturb(progress.clone()));
    for writer in written {
        writer.unwrap();
    }
    let took = began.elapsed();

    let db = Db::open(url, 2).await.unwrap();
    let mut logs = Vec::new();
    for tenant in tenants {
        let scope = Scope::of(tenant.id);
        logs.push(log::read_after(db.reader(), scope, 0, i64::MAX.unsigned_abs()).await.unwrap());
    }
    db.close().await.unwrap();
    let events: usize = logs.iter().map(Vec::len).sum();
    assert!(events >= sizes.changes, "{events} events of {} changes", sizes.changes);
    end.send_replace(Some(Arc::new(logs)));

    let mut all = Told::default();
    for told in join_all(subscribers).await {
        all += told.unwrap();
    }
    // Seen with --nocapture, when it is run by hand.
    let heard = began.elapsed();
    let rereads = town::rereads(replicas).await;
    eprintln!("{sizes:?}: {events} events in {took:.1?}, all heard after {heard:.1?}: {all:?}; {rereads}");
    assert!(
        all.deliveries > sizes.changes && all.resumed > sizes.subscribers,
        "too little happened: {all:?}"
    );
}
