//! One change: a transaction, its moment, its actor, and the events it will leave behind.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicBool, Ordering},
};

use entity::{Scope, Time, attempt, id::AttemptId, step};
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DbBackend, DbErr};

use super::{idempotency::Claim, lock::Seen, writes::Writes};
use crate::{
    auth::{Actor, Known},
    checks::sanctions::shelf::Shelf,
    clock::Clock,
    db::{Chain, Db, Transaction, unasked},
    entropy::Entropy,
    error::{Error, Result},
    events::{Draft, image::AttemptImage, log},
    kyc::{check::Performing, screening::Screening},
};

/// How often an overdue attempt may be met by one change before something is wrong.
const EXPIRIES_PER_CHANGE: usize = 4;
/// When to come back, in seconds, for who found no connection free: as long again as they have waited.
const COME_BACK: u64 = 5;

/// What use cases work with.
#[derive(Clone)]
pub struct Kyc {
    pub db: Db,
    pub clock: Clock,
    pub entropy: Entropy,
    /// Who was recognised lately: emptied by whatever takes rights away.
    pub known: Known,
    /// Told after each commit, with nothing but the merchant: whoever follows the log reads it.
    pub wake: Arc<dyn Fn(Scope) + Send + Sync>,
    /// Where links point to, without a slash at the end.
    pub public_url: Arc<str>,
    /// The sanctions lists that are screened against.
    pub shelf: Arc<Shelf>,
    /// How customers are screened against them.
    pub screening: Screening,
    /// Who performs the steps that a customer submits.
    pub performing: Performing,
}

/// One write transaction of a use case, within one merchant.
pub struct Change<'t> {
    /// It begins with its first statement. What takes an attempt's lock and moves it may never need one.
    pub txn: &'t Transaction,
    pub scope: Scope,
    pub actor: &'t Actor,
    /// The moment of the whole change.
    pub now: Time,
    pub entropy: &'t Entropy,
    way: Way,
    /// What it has read without a lock.
    pub(super) seen: Option<Seen>,
    /// The key that it is to take with the first of its writes.
    pub(super) claim: Option<Claim>,
    writes: Writes,
    events: Vec<Draft>,
    touched: Vec<(AttemptId, AttemptImage)>,
    /// Whether a check of our own has become due.
    due: Arc<AtomicBool>,
    /// Whether a run of a check has become due.
    run_due: Arc<AtomicBool>,
    /// Who is not to be recognised by what was looked up before.
    outdated: Arc<Mutex<Outdated>>,
}

/// What a change has made of those who were recognised lately.
#[derive(Default)]
struct Outdated {
    /// Somebody has other rights than before.
    rights: bool,
    /// The hashes of the tokens whose sessions have ended.
    ended: Vec<[u8; 32]>,
}

/// How a change keeps others from what it has read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// It reads an attempt without a lock, as long as its transaction has not begun, and writes it if it still has that
    /// version. Otherwise nothing is written: [`Error::Stale`], and all of it runs again with locks.
    Free,
    /// It locks what it reads.
    Locked,
}

impl Kyc {
    /// Runs `work` in one transaction of the actor's merchant, appends the events it left, and commits.
    ///
    /// A `work` that meets an overdue attempt answers [`Error::Overdue`]: the expiry is written and committed first, and
    /// `work` runs again, on a database that says what every reader saw already.
    ///
    /// # Errors
    /// Whatever `work` answers; then nothing is stored. [`Error::RateLimited`] when too many wait for the database.
    pub async fn change<T, F>(&self, actor: &Actor, scope: Scope, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Change<'_>) -> BoxFuture<'c, Result<T>> + Send + Sync + 'static,
    {
        self.change_until_known(actor, scope, false, work).await
    }

    /// [`Kyc::change`]. When `work` begins with a key (`is_keyed`) it may run again although it may be done: it finds the answer then.
    ///
    /// # Errors
    /// As [`Kyc::change`].
    pub(super) async fn change_until_known<T, F>(
        &self,
        actor: &Actor,
        scope: Scope,
        is_keyed: bool,
        work: F,
    ) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Change<'_>) -> BoxFuture<'c, Result<T>> + Send + Sync + 'static,
    {
        let work = Arc::new(work);
        let way = match self.db.backend() {
            DbBackend::Postgres => Way::Free,
            // Its writer is alone, and a round trip costs nothing.
            _ => Way::Locked,
        };
        let outcome = match self.change_by(actor, scope, way, &work).await {
            Err(unknown @ Error::Unknown(_)) if is_keyed && way == Way::Free => {
                match self.change_by(actor, scope, Way::Locked, &work).await {
                    Err(error @ (Error::Internal(_) | Error::Stale)) => {
                        tracing::warn!(%error, "whether a change was done could not be found out");
                        Err(unknown)
                    }
                    outcome => outcome,
                }
            }
            outcome => outcome,
        };
        outcome.map_err(|error| match unasked(&error) {
            Some(DbErr::ConnectionAcquire(_)) => {
                tracing::warn!(%error, "a change was refused");
                Error::RateLimited(COME_BACK)
            }
            _ => error,
        })
    }

    async fn change_by<T, F>(&self, actor: &Actor, scope: Scope, mut way: Way, work: &Arc<F>) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Change<'_>) -> BoxFuture<'c, Result<T>> + Send + Sync + 'static,
    {
        for _ in 0..EXPIRIES_PER_CHANGE {
            match self.change_once(actor, scope, way, Arc::clone(work)).await {
                Err(Error::Stale) if way == Way::Free => way = Way::Locked,
                Err(Error::Overdue(attempt)) => drop(super::expiry::expire(self, scope, attempt).await?),
                outcome => return outcome,
            }
        }
        Err(Error::internal("an attempt stays overdue"))
    }

    /// [`Kyc::change`] for work that writes expiries itself, and so never answers [`Error::Overdue`].
    ///
    /// # Errors
    /// Whatever `work` answers; then nothing is stored.
    pub(super) async fn change_by_clock<T, F>(&self, scope: Scope, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Change<'_>) -> BoxFuture<'c, Result<T>> + Send + Sync + 'static,
    {
        let clock = Actor::system(scope.merchant_id());
        self.change_once(&clock, scope, Way::Locked, Arc::new(work)).await
    }

    async fn change_once<T, F>(&self, actor: &Actor, scope: Scope, way: Way, work: Arc<F>) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Change<'_>) -> BoxFuture<'c, Result<T>> + Send + Sync + 'static,
    {
        let (actor, clock, entropy) = (actor.clone(), self.clock.clone(), self.entropy.clone());
        let wake = Arc::clone(&self.wake);
        let due = Arc::new(AtomicBool::new(false));
        let (is_due, screening) = (Arc::clone(&due), self.screening.clone());
        let run_due = Arc::new(AtomicBool::new(false));
        let (is_run_due, performing) = (Arc::clone(&run_due), self.performing.clone());
        let outdated = Arc::<Mutex<Outdated>>::default();
        let (are_outdated, known) = (Arc::clone(&outdated), self.known.clone());
        self.db
            .write_then(
                move |txn| {
                    Box::pin(async move {
                        let mut change = Change {
                            txn,
                            scope,
                            actor: &actor,
                            now: clock.now(),
                            entropy: &entropy,
                            way,
                            seen: None,
                            claim: None,
                            writes: Writes::default(),
                            events: Vec::new(),
                            touched: Vec::new(),
                            due,
                            run_due,
                            outdated,
                        };
                        let outcome = work(&mut change).await;
                        // Whether the key was free is not known yet: nothing may be refused to who has used it before.
                        let claimed = change.claim.is_some();
                        let again = |error| match error {
                            // There is no connection: another try would be one more that waits for it.
                            error if unasked(&error).is_some() => error,
                            // It may be done: it is told, and what goes with it happens.
                            Error::Unknown(_) => error,
                            // What was read may have changed under the statement that failed.
                            Error::Internal(_) if way == Way::Free => Error::Stale,
                            _ if claimed => Error::Stale,
                            error => error,
                        };
                        let outcome = match outcome {
                            Ok(answer) => change.finish().await.map(|()| answer),
                            Err(error) => Err(error),
                        };
                        outcome.map_err(again)
                    })
                },
                move || {
                    let outdated = are_outdated.lock().unwrap_or_else(PoisonError::into_inner);
                    if outdated.rights {
                        known.forget_all();
                    } else if !outdated.ended.is_empty() {
                        known.forget_ended(&outdated.ended);
                    }
                    drop(outdated);
                    wake(scope);
                    if is_due.load(Ordering::Relaxed) {
                        screening.wake();
                    }
                    if is_run_due.load(Ordering::Relaxed) {
                        performing.wake();
                    }
                },
            )
            .await
    }
}

impl Change<'_> {
    /// Leaves an event. It is appended when the change is done, in the order of the calls.
    pub fn event(&mut self, draft: Draft) {
        self.events.push(draft);
    }

    /// Says how an attempt is after this change; its last event will carry it.
    pub fn touched(&mut self, attempt: &attempt::Model) {
        self.touched.retain(|(id, _)| *id != attempt.id);
        self.touched.push((attempt.id, attempt.into()));
    }

    /// This token's session has ended: it is forgotten after the commit, and its open sockets are rechecked.
    pub(super) fn ends_session(&self, token_hash: [u8; 32]) {
        self.outdated.lock().unwrap_or_else(PoisonError::into_inner).ended.push(token_hash);
    }

    /// It takes rights away, or gives others: everybody is looked up anew after the commit, and open sockets are rechecked. Whoever
    /// asked for it may have left by then.
    pub(super) fn changes_rights(&self) {
        self.outdated.lock().unwrap_or_else(PoisonError::into_inner).rights = true;
    }

    /// A run of a check is due: whoever performs it is woken after the commit.
    pub(super) fn run_is_due(&self) {
        self.run_due.store(true, Ordering::Relaxed);
    }

    /// Looks at a step that is written: when a check of it is due, whoever performs it is woken after the commit.
    pub(super) fn check_is_due(&self, step: &step::Model) {
        if step.check_due_at.is_some() {
            self.due.store(true, Ordering::Relaxed);
        }
    }

    /// A step is written as it is `after`, when the change is done.
    pub(super) fn write_step(&mut self, before: step::Model, after: step::Model) {
        self.check_is_due(&after);
        self.writes.step(before, after);
    }

    /// An attempt is written as it is `after`, when the change is done.
    pub(super) fn write_attempt(&mut self, before: attempt::Model, after: attempt::Model) {
        self.writes.attempt(before, after);
    }

    /// Whether nothing is locked so far, and nothing written.
    pub(super) fn is_free(&self) -> bool {
        self.way == Way::Free && self.txn.around().is_some()
    }

    /// Writes what was collected, and the events.
    async fn finish(mut self) -> Result<()> {
        for (id, image) in self.touched.drain(..) {
            let last = self.events.iter_mut().rev().find(|event| event.attempt_id == Some(id));
            let last = last.ok_or_else(|| Error::internal("an attempt changed without an event"))?;
            last.data.attempt = Some(Box::new(image));
        }
        let (merchant, author) = (self.scope.merchant_id(), self.actor.author());
        if self.txn.get_database_backend() != DbBackend::Postgres {
            self.writes.run(self.txn).await?;
            return log::append(self.txn, merchant, author, self.now, self.events, self.entropy).await;
        }

        let asks_nobody = |seen: &Seen| !self.writes.covers(seen.attempt);
        let is_written = !(self.events.is_empty() && self.writes.is_empty());
        if is_written && self.is_free() && self.seen.as_ref().is_some_and(asks_nobody) {
            return Err(Error::Stale);
        }
        let mut chain = Chain::default();
        if let Some(claim) = self.claim.filter(|_| self.txn.around().is_some()) {
            claim.add_to(&mut chain);
        }
        self.writes.add_to(&mut chain);
        log::append_to(&mut chain, merchant, author, self.now, self.events, self.entropy)?;
        if self.txn.run(chain).await? { Ok(()) } else { Err(Error::Stale) }
    }
}
