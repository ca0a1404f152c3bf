//! One change: a transaction, its moment, its actor, and the events it will leave behind.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use entity::{
    Scope, Scoped, Time, attempt, hold,
    id::{AttemptId, CustomerId, HoldId, MatchId, StepId},
    screening_match, step,
};
use futures_util::future::BoxFuture;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, ExprTrait, QueryFilter, QuerySelect, QueryTrait, sea_query::SimpleExpr,
};

use crate::{
    auth::{Actor, Known},
    checks::sanctions::shelf::Shelf,
    clock::Clock,
    db::Db,
    entropy::Entropy,
    error::{Error, Result},
    events::{Draft, image::AttemptImage, log},
    kyc::screening::Screening,
};

/// How often an overdue attempt may be met by one change before something is wrong.
const EXPIRIES_PER_CHANGE: usize = 4;

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
}

/// One write transaction of a use case, within one merchant.
pub struct Change<'t> {
    pub txn: &'t DatabaseTransaction,
    pub scope: Scope,
    pub actor: &'t Actor,
    /// The moment of the whole change.
    pub now: Time,
    pub entropy: &'t Entropy,
    events: Vec<Draft>,
    touched: Vec<(AttemptId, AttemptImage)>,
    /// Whether a check of our own has become due.
    due: Arc<AtomicBool>,
}

impl Kyc {
    /// Runs `work` in one transaction of the actor's merchant, appends the events it left, and commits.
    ///
    /// A `work` that meets an overdue attempt answers [`Error::Overdue`]: the expiry is written and committed first, and
    /// `work` runs again, on a database that says what every reader saw already.
    ///
    /// # Errors
    /// Whatever `work` answers; then nothing is stored.
    pub async fn change<T, F>(&self, actor: &Actor, scope: Scope, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Change<'_>) -> BoxFuture<'c, Result<T>> + Send + Sync + 'static,
    {
        let work = Arc::new(work);
        for _ in 0..EXPIRIES_PER_CHANGE {
            let outcome = self.change_once(actor, scope, Arc::clone(&work)).await;
            let Err(Error::Overdue(attempt)) = outcome else { return outcome };
            super::expiry::expire(self, scope, attempt).await?;
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
        self.change_once(&Actor::system(scope.merchant_id()), scope, Arc::new(work)).await
    }

    async fn change_once<T, F>(&self, actor: &Actor, scope: Scope, work: Arc<F>) -> Result<T>
    where
        T: Send + 'static,
        F: for<'c> Fn(&'c mut Change<'_>) -> BoxFuture<'c, Result<T>> + Send + Sync + 'static,
    {
        let (actor, clock, entropy) = (actor.clone(), self.clock.clone(), self.entropy.clone());
        let wake = Arc::clone(&self.wake);
        let due = Arc::new(AtomicBool::new(false));
        let (is_due, screening) = (Arc::clone(&due), self.screening.clone());
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
                            events: Vec::new(),
                            touched: Vec::new(),
                            due,
                        };
                        let answer = work(&mut change).await?;
                        change.append().await?;
                        Ok(answer)
                    })
                },
                move || {
                    wake(scope);
                    if is_due.load(Ordering::Relaxed) {
                        screening.wake();
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

    /// Looks at a step that was written: when a check of it is due, whoever performs it is woken after the commit.
    pub(super) fn check_is_due(&self, step: &step::Model) {
        if step.check_due_at.is_some() {
            self.due.store(true, Ordering::Relaxed);
        }
    }

    /// Locks an attempt of the scope: the aggregate's lock, taken before anything below it is read. Two changes that
    /// each complete one of the last two steps would otherwise both see the other one open, and leave it so for ever.
    ///
    /// # Errors
    /// [`Error::Overdue`] when the clock has expired it and nobody has written that yet.
    pub async fn lock_attempt(&self, id: AttemptId) -> Result<Option<attempt::Model>> {
        self.lock_attempt_where(attempt::Column::Id.eq(id)).await
    }

    /// [`Change::lock_attempt`] for the attempt of a step, in the same one statement: a step never moves to another attempt.
    ///
    /// # Errors
    /// As [`Change::lock_attempt`].
    pub async fn lock_attempt_of_step(&self, id: StepId) -> Result<Option<attempt::Model>> {
        let attempt = step::Entity::scoped(self.scope)
            .filter(step::Column::Id.eq(id))
            .select_only()
            .column(step::Column::AttemptId)
            .into_query();
        self.lock_attempt_where(attempt::Column::Id.in_subquery(attempt)).await
    }

    /// [`Change::lock_attempt`] for the attempt of a match.
    ///
    /// # Errors
    /// As [`Change::lock_attempt`].
    pub async fn lock_attempt_of_match(&self, id: MatchId) -> Result<Option<attempt::Model>> {
        let attempt = screening_match::Entity::scoped(self.scope)
            .filter(screening_match::Column::Id.eq(id))
            .select_only()
            .column(screening_match::Column::AttemptId)
            .into_query();
        self.lock_attempt_where(attempt::Column::Id.in_subquery(attempt)).await
    }

    /// [`Change::lock_attempt`] for the attempt of a hold.
    ///
    /// # Errors
    /// As [`Change::lock_attempt`].
    pub async fn lock_attempt_of_hold(&self, id: HoldId) -> Result<Option<attempt::Model>> {
        let attempt = hold::Entity::scoped(self.scope)
            .filter(hold::Column::Id.eq(id))
            .select_only()
            .column(hold::Column::AttemptId)
            .into_query();
        self.lock_attempt_where(attempt::Column::Id.in_subquery(attempt)).await
    }

    /// Locks the newest attempt of a customer who is locked.
    ///
    /// # Errors
    /// As [`Change::lock_attempt`].
    pub async fn lock_newest_attempt(&self, customer: CustomerId) -> Result<Option<attempt::Model>> {
        let newest = attempt::Column::Newest.eq(true);
        let newest = attempt::Column::CustomerId.eq(customer).and(newest);
        self.lock_attempt_where(newest).await
    }

    async fn lock_attempt_where(&self, which: SimpleExpr) -> Result<Option<attempt::Model>> {
        match self.lock_as_written(which).await? {
            Some(row) if row.due_at.is_some_and(|due| due <= self.now) => Err(Error::Overdue(row.id)),
            row => Ok(row),
        }
    }

    /// Locks an attempt of the scope, overdue or not: for the clock, which writes the expiry.
    pub(super) async fn lock_as_written(&self, which: SimpleExpr) -> Result<Option<attempt::Model>> {
        let attempts = attempt::Entity::scoped(self.scope).filter(which);
        Ok(attempts.lock_exclusive().one(self.txn).await?)
    }

    /// Locks a customer of the scope. Customers are locked before attempts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_customer(&self, id: CustomerId) -> Result<Option<entity::customer::Model>> {
        Ok(entity::customer::Entity::scoped(self.scope)
            .filter(entity::customer::Column::Id.eq(id))
            .lock_exclusive()
            .one(self.txn)
            .await?)
    }

    async fn append(mut self) -> Result<()> {
        for (id, image) in self.touched.drain(..) {
            let last = self.events.iter_mut().rev().find(|event| event.attempt_id == Some(id));
            let last = last.ok_or_else(|| Error::internal("an attempt changed without an event"))?;
            last.data.attempt = Some(Box::new(image));
        }
        let (merchant, author) = (self.scope.merchant_id(), self.actor.author());
        log::append(self.txn, merchant, author, self.now, self.events, self.entropy).await
    }
}
