//! Changes of one log, written together.
//!
//! Whoever appends to a log holds its head until the commit is on the disk, so the changes of a merchant commit one after
//! another however many connections there are. Those that come while one is being written wait here rather than in the
//! database, and all of them are written by the next statement: one commit for all. When the database refuses one of them,
//! none is written, and all of them are told.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use sea_orm::{ConnAcquireErr, DbErr, prelude::Uuid};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

use super::{chain::Chain, pool::Pool};

/// Chains of one statement. Beyond a few, one more costs what it costs anyway.
const TOGETHER: usize = 32;
/// Chains that may wait for one log: some seconds of writing. They come no faster than requests, unless the database is stuck.
const WAITING: usize = 4_096;

/// Chains that wait for their log.
#[derive(Clone)]
pub(super) struct Convoy {
    tasks: TaskTracker,
    /// The logs that are being written, and who came meanwhile.
    logs: Arc<Mutex<HashMap<Uuid, VecDeque<Waiting>>>>,
}

struct Waiting {
    chain: Chain,
    written: oneshot::Sender<Result<bool, DbErr>>,
}

impl Convoy {
    pub(super) fn new(tasks: TaskTracker) -> Self {
        Self { tasks, logs: Arc::default() }
    }

    /// Writes a chain, as soon as its log is free: whether it was written. Whoever comes first lends the connections for all
    /// that are written until nobody waits.
    ///
    /// # Errors
    /// When the database fails or refuses, or too many wait already; then nothing of it is written.
    pub(super) async fn write(&self, pool: &Pool, chain: Chain) -> Result<bool, DbErr> {
        let Some(log) = chain.log() else {
            let mut lent = pool.lend().await?;
            return Ok(!pool.write(&mut lent, vec![chain]).await?.is_empty());
        };
        let (written, answer) = oneshot::channel();
        let mine = Waiting { chain, written };
        let is_first = {
            let mut logs = self.logs();
            match logs.get_mut(&log) {
                Some(waiting) if waiting.len() >= WAITING => {
                    return Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout));
                }
                Some(waiting) => {
                    waiting.push_back(mine);
                    false
                }
                None => {
                    logs.insert(log, VecDeque::from([mine]));
                    true
                }
            }
        };
        if is_first {
            let mut lane = Lane { convoy: self.clone(), pool: pool.clone(), log, is_free: false };
            self.tasks.spawn(async move { while lane.write_next().await {} });
        }
        answer.await.unwrap_or_else(|_| Err(DbErr::Custom("whoever wrote the log has gone".to_owned())))
    }

    fn logs(&self) -> MutexGuard<'_, HashMap<Uuid, VecDeque<Waiting>>> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A log that is being written, by one task at a time. When that ends, the next one who comes begins another.
struct Lane {
    convoy: Convoy,
    pool: Pool,
    log: Uuid,
    is_free: bool,
}

impl Lane {
    /// Writes those who wait and can be written together; false when nobody waits.
    async fn write_next(&mut self) -> bool {
        if self.is_over() {
            return false;
        }
        // Before they are taken: when there is no connection, those who come after them would only wait for one as long again.
        let mut lent = match self.pool.lend().await {
            Ok(lent) => lent,
            Err(error) => {
                self.refuse_all(&error);
                return false;
            }
        };
        let (chains, told): (Vec<_>, Vec<_>) =
            self.next().into_iter().map(|Waiting { chain, written }| (chain, written)).unzip();
        let outcome = self.pool.write(&mut lent, chains).await;
        drop(lent);
        for (place, told) in told.into_iter().enumerate() {
            let written = outcome.as_ref().map(|places| places.contains(&place));
            // Whoever has asked may have left meanwhile.
            drop(told.send(written.map_err(DbErr::clone)));
        }
        true
    }

    /// Takes those who wait, the first one first, as long as one statement fits them all.
    fn next(&mut self) -> Vec<Waiting> {
        let mut logs = self.convoy.logs();
        let Some(waiting) = logs.get_mut(&self.log) else { return Vec::new() };
        let mut taken: Vec<Waiting> = Vec::new();
        let mut left = VecDeque::new();
        while let Some(next) = waiting.pop_front() {
            let fits = taken.len() < TOGETHER && taken.iter().all(|one| one.chain.fits(&next.chain));
            if fits { taken.push(next) } else { left.push_back(next) }
        }
        *waiting = left;
        taken
    }

    /// Whether nobody waits any more. The log is free then: from here on the next one who comes is the first.
    fn is_over(&mut self) -> bool {
        let mut logs = self.convoy.logs();
        self.is_free = logs.get(&self.log).is_none_or(VecDeque::is_empty);
        if self.is_free {
            logs.remove(&self.log);
        }
        self.is_free
    }

    /// Tells all who wait that the database was not asked, and frees the log.
    fn refuse_all(&mut self, error: &DbErr) {
        let waiting = self.convoy.logs().remove(&self.log);
        self.is_free = true;
        for Waiting { written, .. } in waiting.into_iter().flatten() {
            drop(written.send(Err(error.clone())));
        }
    }
}

impl Drop for Lane {
    /// After a panic: those who wait are told, and the log is free for the next one.
    fn drop(&mut self) {
        if !self.is_free {
            self.convoy.logs().remove(&self.log);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;
    use tokio::{io::AsyncReadExt, net::UnixListener};

    use super::*;
    use crate::db::connection::Target;

    #[tokio::test]
    async fn when_there_is_no_connection_all_who_wait_are_told_at_once() {
        let directory = tempfile::tempdir().unwrap();
        let listener = UnixListener::bind(directory.path().join(".s.PGSQL.5432")).unwrap();
        let tries = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&tries);
        tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                // Whoever is hung up on before they were heard would try again.
                assert!(client.read(&mut [0; 4096]).await.unwrap() > 0);
                counted.fetch_add(1, Ordering::Relaxed);
            }
        });
        let url = format!("postgres://kyc@localhost/kyc?host={}&sslmode=disable", directory.path().display());
        let pool = Pool::closed(Target::Postgres(Box::new(url.parse().unwrap())), 1).unwrap();
        let convoy = Convoy::new(TaskTracker::new());
        let write = || {
            let mut chain = Chain::default();
            chain.append(("log_head", "merchant_id", Uuid::nil().into()), ("event", []), Vec::new());
            convoy.write(&pool, chain)
        };
        for round in 1..3 {
            let told = join_all((0..4 * TOGETHER).map(|_| write())).await;
            assert!(told.iter().all(|told| matches!(told, Err(DbErr::Conn(_)))), "{told:?}");
            assert_eq!(tries.load(Ordering::Relaxed), round, "one try for all of them");
        }
    }
}
