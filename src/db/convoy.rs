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
        let Some(log) = chain.log() else { return Ok(!together(pool, vec![chain]).await?.is_empty()) };
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

async fn together(pool: &Pool, chains: Vec<Chain>) -> Result<Vec<usize>, DbErr> {
    let mut lent = pool.lend().await?;
    pool.write(&mut lent, chains).await
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
        let (chains, told): (Vec<_>, Vec<_>) =
            self.next().into_iter().map(|Waiting { chain, written }| (chain, written)).unzip();
        if chains.is_empty() {
            return false;
        }
        let outcome = together(&self.pool, chains).await;
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
        if taken.is_empty() {
            logs.remove(&self.log);
            self.is_free = true;
        }
        taken
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
