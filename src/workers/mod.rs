//! What runs by itself: steps of work over whatever is due, each in a loop of its own.
//!
//! A step asks the database what is due and does it; nothing is kept between two steps. A crash, a restart or a second
//! replica change only who does the work.

pub mod cleaners;

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    auth::{Auth, FRESH},
    error::Result,
    kyc::{Kyc, check, expiry, screening},
};

/// How much one step takes on. A step that did as much begins again at once.
const BATCH: u64 = 100;
/// Between two searches for what the clock did. Readers see it without them; subscribers wait for the event.
const CLOCK: Duration = Duration::from_secs(5);
/// Between two looks for screenings that became due in another process, or wait for a list. Those of this one are run at once.
const SCREENINGS: Duration = Duration::from_secs(2);
/// Between two looks for runs of checks that became due in another process, or by the clock.
const RUNS: Duration = Duration::from_secs(2);
/// Between two writes of when keys and members were last seen.
const SEEN: Duration = Duration::from_secs(30);
/// Between two looks for a sanctions list that was imported: by this process, by another, by the command line.
const LISTS: Duration = Duration::from_secs(10);
/// Between two rounds of the cleaners.
const CLEANING: Duration = Duration::from_secs(600);
/// Between two looks for connections to the database that nobody needs any more.
const UNUSED: Duration = Duration::from_secs(60);
/// Between two looks at whether those who hold open sockets may go on: as long as an actor is known without a look.
const STANDING: Duration = Duration::from_secs(FRESH.num_seconds().unsigned_abs());
/// The longest pause after steps that failed.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);

type Step = for<'k> fn(&'k Kyc, &'k Auth) -> BoxFuture<'k, Result<usize>>;

/// A step, its name for the log, and the pause between two of it.
struct Worker {
    name: &'static str,
    pause: Duration,
    /// How much one step takes on: as much done, and there may be more.
    batch: u64,
    /// A step that has begun comes to its end at shutdown, within its grace: what it waits for is lost otherwise. Of the other
    /// workers' steps only the transactions do, which run in tasks of their own.
    ends_its_step: bool,
    step: Step,
}

impl Worker {
    const fn new(name: &'static str, pause: Duration, step: Step) -> Self {
        Self { name, pause, batch: BATCH, ends_its_step: false, step }
    }
}

const WORKERS: [Worker; 7] = [
    Worker::new("expiry", CLOCK, |kyc, _| Box::pin(expiry::expire_due(kyc, BATCH))),
    Worker::new("link expiry", CLOCK, |kyc, _| Box::pin(expiry::link_expiries_due(kyc, BATCH))),
    Worker::new("step time-outs", CLOCK, |kyc, _| Box::pin(expiry::step_timeouts_due(kyc, BATCH))),
    Worker::new("sanctions lists", LISTS, |kyc, _| Box::pin(lists_due(kyc))),
    Worker::new("last seen", SEEN, |_, auth| Box::pin(auth.touch_due())),
    Worker::new("unused connections", UNUSED, |kyc, _| Box::pin(async { Ok(kyc.db.retire_unused().await) })),
    Worker::new("cleaners", CLEANING, |kyc, _| Box::pin(cleaners::clean(kyc))),
];

/// Screens customers: woken when somebody becomes due.
const SCREENER: Worker =
    Worker::new("screenings", SCREENINGS, |kyc, _| Box::pin(screening::screenings_due(kyc, BATCH)));

/// Asks providers: woken when a customer has submitted something.
const PERFORMER: Worker = Worker {
    batch: RUNS_AT_A_TIME,
    ends_its_step: true,
    ..Worker::new("checks", RUNS, |kyc, _| Box::pin(check::runs_due(kyc, RUNS_AT_A_TIME)))
};
/// Runs that one step takes: each may wait for its provider.
const RUNS_AT_A_TIME: u64 = 10;

/// Starts every worker, on the tasks that shutdown waits for. They end when `stop` is cancelled; a transaction that has
/// begun is finished.
pub fn start(kyc: &Kyc, auth: &Auth, stop: &CancellationToken) {
    for worker in WORKERS {
        let (kyc, auth, stop) = (kyc.clone(), auth.clone(), stop.clone());
        let tasks = kyc.db.tasks().clone();
        tasks.spawn(async move { worker.run(&kyc, &auth, &Notify::new(), &stop).await });
    }
    {
        let (kyc, auth, stop) = (kyc.clone(), auth.clone(), stop.clone());
        let tasks = kyc.db.tasks().clone();
        tasks.spawn(async move { SCREENER.run(&kyc, &auth, kyc.screening.bell(), &stop).await });
    }
    {
        let (kyc, auth, stop) = (kyc.clone(), auth.clone(), stop.clone());
        let tasks = kyc.db.tasks().clone();
        tasks.spawn(async move { PERFORMER.run(&kyc, &auth, kyc.performing.bell(), &stop).await });
    }
    // No worker like the others: a revocation wakes it, and a failure does not make it wait longer.
    let (auth, stop) = (auth.clone(), stop.clone());
    kyc.db.tasks().spawn(async move { auth.follow_standings(STANDING, stop).await });
}

/// Takes sanctions lists that were imported; how many times the index changed: once or never.
///
/// # Errors
/// When the database fails.
pub async fn lists_due(kyc: &Kyc) -> Result<usize> {
    let changed = kyc.shelf.refresh(&kyc.db).await?;
    if changed {
        tracing::info!(persons = kyc.shelf.current().index.persons(), "sanctions lists loaded");
    }
    Ok(usize::from(changed))
}

impl Worker {
    /// Whether a step did as much as one does, so that more may be due.
    fn was_full(&self, done: usize) -> bool {
        u64::try_from(done).is_ok_and(|done| done >= self.batch)
    }

    /// Does its step again and again until `stop`: after its pause, or as soon as `bell` rings.
    async fn run(&self, kyc: &Kyc, auth: &Auth, bell: &Notify, stop: &CancellationToken) {
        let mut failures = 0;
        while !stop.is_cancelled() {
            let step = (self.step)(kyc, auth);
            let outcome =
                if self.ends_its_step { Some(step.await) } else { stop.run_until_cancelled(step).await };
            let Some(outcome) = outcome else { return };
            match outcome {
                Ok(done) => {
                    failures = 0;
                    if done > 0 {
                        tracing::debug!(worker = self.name, done, "a worker's step");
                    }
                    if self.was_full(done) {
                        tokio::task::yield_now().await;
                        continue;
                    }
                }
                Err(error) => {
                    failures += 1;
                    tracing::error!(worker = self.name, failures, %error, "a worker's step failed");
                }
            }
            let rest = tokio::time::sleep(pause(self.pause, failures));
            tokio::select! {
                () = rest => {}
                // A bell must not hurry a database that does not answer.
                () = bell.notified(), if failures == 0 => {}
                () = stop.cancelled() => {}
            }
        }
    }
}

/// The pause after so many failures in a row: doubled each time, up to a limit.
fn pause(usual: Duration, failures: u32) -> Duration {
    let doubled = usual.saturating_mul(2_u32.saturating_pow(failures));
    if failures == 0 { usual } else { doubled.min(LONGEST_PAUSE.max(usual)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_did_all_that_one_step_does_goes_on_at_once() {
        assert!(PERFORMER.was_full(10) && !PERFORMER.was_full(9));
        assert!(SCREENER.was_full(100) && !SCREENER.was_full(99));
        assert!(WORKERS.iter().all(|worker| !worker.was_full(0)));
    }

    #[test]
    fn who_fails_waits_longer_but_not_for_ever() {
        assert_eq!(pause(CLOCK, 0), CLOCK);
        assert_eq!(pause(CLOCK, 1), CLOCK * 2);
        assert_eq!(pause(CLOCK, 3), CLOCK * 8);
        assert_eq!(pause(CLOCK, u32::MAX), LONGEST_PAUSE);
        assert_eq!(pause(CLEANING, 5), CLEANING, "a rare step does not become more frequent by failing");
    }
}
