//! What fails beside the subscribers: replicas that are killed, a listener that is cut off, a database that restarts. Who
//! comes again after the last event they handled hears everything once.
//!
//! On PostgreSQL alone: SQLite has one process, and the tests of crashes kill it.

use kyc_stack::{clock::Clock, db::Db, ops::verify};
use sea_orm::ConnectionTrait;
use tokio::task::block_in_place;

use super::count::{Progress, Replicas, Sizes, Tenant, count};
use crate::harness::{
    database::{Backend, Database},
    postgres::Cluster,
    process::{Replica, merchant},
};

/// Two replicas of the built program over one database.
struct Pair {
    url: String,
    tenants: Vec<Tenant>,
    both: Vec<Replica>,
    replicas: Replicas,
}

impl Pair {
    fn start(url: &str) -> Self {
        block_in_place(|| {
            let tenants = ["acme", "zeta"].map(|slug| merchant(url, slug));
            let tenants = tenants.into_iter().map(|(id, key)| Tenant { id, key }).collect();
            let both = vec![Replica::start(url), Replica::start(url)];
            let replicas = Replicas::of(both.iter().map(|replica| replica.address));
            Self { url: url.to_owned(), tenants, both, replicas }
        })
    }

    /// Kill -9.
    fn kill(&mut self, index: usize) {
        block_in_place(|| self.both[index].kill());
    }

    fn start_again(&mut self, index: usize) {
        let replica = block_in_place(|| Replica::start(&self.url));
        self.replicas.moved(index, replica.address);
        self.both[index] = replica;
    }
}

fn sizes() -> Sizes {
    Sizes { subscribers: 24, faults: true, ..Sizes::by_default(600) }
}

fn is_on_postgres() -> bool {
    Backend::under_test() == Backend::Postgres
}

async fn verified(url: &str) {
    let db = Db::open(url, 4).await.unwrap();
    let report = verify::run(&db, Clock::System.now(), |_| {}).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    db.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replicas_may_be_killed_one_after_the_other() {
    if !is_on_postgres() {
        return;
    }
    let database = Database::fresh(Backend::Postgres).await;
    let mut pair = Pair::start(&database.url);
    let (replicas, tenants) = (pair.replicas.clone(), pair.tenants.clone());
    let disturb = async |mut progress: Progress| {
        for (percent, index) in [(20, 0), (45, 1), (70, 0)] {
            progress.reaches_percent(percent).await;
            pair.kill(index);
            progress.reaches_percent(percent + 15).await;
            pair.start_again(index);
        }
    };
    count(&sizes(), &replicas, &tenants, &database.url, disturb).await;
    drop(pair);
    verified(&database.url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_listener_that_is_cut_off_listens_again() {
    if !is_on_postgres() {
        return;
    }
    let database = Database::fresh(Backend::Postgres).await;
    let pair = Pair::start(&database.url);
    let disturb = async |mut progress: Progress| {
        let db = database.connect().await;
        for percent in [20, 40, 60, 80] {
            progress.reaches_percent(percent).await;
            // Each replica's, as soon as it listens again.
            let mut cut = 0;
            while cut < 2 {
                let listeners = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND query ILIKE 'LISTEN%'";
                cut += db.execute_unprepared(listeners).await.unwrap().rows_affected();
            }
        }
        db.close().await.unwrap();
    };
    // Nothing else fails: nobody has to come again because of it.
    let sizes = Sizes { faults: false, ..sizes() };
    count(&sizes, &pair.replicas, &pair.tenants, &database.url, disturb).await;
    drop(pair);
    verified(&database.url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_database_may_restart() {
    if !is_on_postgres() {
        return;
    }
    let cluster = block_in_place(Cluster::private);
    let url = cluster.url("postgres");
    let pair = Pair::start(&url);
    let disturb = async |mut progress: Progress| {
        for percent in [30, 65] {
            progress.reaches_percent(percent).await;
            block_in_place(|| cluster.restart());
        }
    };
    count(&sizes(), &pair.replicas, &pair.tenants, &url, disturb).await;
    drop(pair);
    verified(&url).await;
    drop(cluster);
}
