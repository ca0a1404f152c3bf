//! Turns: who writes next to a log that many want to write to.

use tokio::sync::{Semaphore, SemaphorePermit};
use uuid::Uuid;

/// Queues. Two logs may share one, which costs a little patience.
const QUEUES: usize = 64;
/// Writers of a queue at a time: one commits while the other one is on its way.
const AT_A_TIME: usize = 2;

/// Whoever appends to a log waits for its head, which belongs to one transaction until that is committed. PostgreSQL queues
/// them well, but every one of them is a process that is woken, looks, and sleeps again: with sixteen of them the waiting
/// costs more than the writing. Here they wait for nothing.
///
/// Only who holds no lock may wait for a turn: those who have theirs may be waiting for that lock.
pub(super) struct Turns([Semaphore; QUEUES]);

impl Turns {
    pub(super) fn new() -> Self {
        Self(std::array::from_fn(|_| Semaphore::new(AT_A_TIME)))
    }

    /// Waits for a turn at this log, first come, first served. It is over when the answer is dropped.
    pub(super) async fn take(&self, log: Uuid) -> Option<SemaphorePermit<'_>> {
        let [.., last] = log.into_bytes();
        // It is never closed.
        self.0[usize::from(last) % QUEUES].acquire().await.ok()
    }
}
