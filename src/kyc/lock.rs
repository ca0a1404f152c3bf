//! Locks: what a change holds of customers and attempts while it decides.

use entity::{
    Scoped, attempt, customer, hold,
    id::{AttemptId, CustomerId, HoldId, MatchId, StepId},
    pick::{Columns, Picked, beside, no_id, pick, width},
    screening_match, step,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, ExprTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    sea_query::{Expr, JoinType, SelectStatement, SimpleExpr},
};

use super::Change;
use crate::{
    db::Pool,
    error::{Error, Result},
};

/// An attempt that was read without a lock. Its version was raised by whatever has changed below it since.
pub(super) struct Seen {
    pub(super) attempt: AttemptId,
    /// Its steps, until somebody asks for them.
    steps: Vec<step::Model>,
}

impl Change<'_> {
    /// Takes an attempt of the scope for this change: what is read of it and below it is so until the change is written. Two
    /// changes that each complete one of the last two steps would otherwise both see the other one open, and leave it so for
    /// ever.
    ///
    /// That is a lock, taken before anything below it is read; or, as long as nothing is locked, the attempt's version, which
    /// is asked for again when it is written.
    ///
    /// # Errors
    /// [`Error::Overdue`] when the clock has expired it and nobody has written that yet.
    pub async fn lock_attempt(&mut self, id: AttemptId) -> Result<Option<attempt::Model>> {
        self.lock_attempt_with(Expr::val(id)).await
    }

    /// [`Change::lock_attempt`] for the attempt of a step, in the same one statement: a step never moves to another attempt.
    ///
    /// # Errors
    /// As [`Change::lock_attempt`].
    pub async fn lock_attempt_of_step(&mut self, id: StepId) -> Result<Option<attempt::Model>> {
        let attempt = step::Entity::scoped(self.scope)
            .filter(step::Column::Id.eq(id))
            .select_only()
            .column(step::Column::AttemptId)
            .into_query();
        self.lock_attempt_with(the_one(attempt)).await
    }

    /// [`Change::lock_attempt`] for the attempt of a match.
    ///
    /// # Errors
    /// As [`Change::lock_attempt`].
    pub async fn lock_attempt_of_match(&mut self, id: MatchId) -> Result<Option<attempt::Model>> {
        let attempt = screening_match::Entity::scoped(self.scope)
            .filter(screening_match::Column::Id.eq(id))
            .select_only()
            .column(screening_match::Column::AttemptId)
            .into_query();
        self.lock_attempt_with(the_one(attempt)).await
    }

    /// [`Change::lock_attempt`] for the attempt of a hold.
    ///
    /// # Errors
    /// As [`Change::lock_attempt`].
    pub async fn lock_attempt_of_hold(&mut self, id: HoldId) -> Result<Option<attempt::Model>> {
        let attempt = hold::Entity::scoped(self.scope)
            .filter(hold::Column::Id.eq(id))
            .select_only()
            .column(hold::Column::AttemptId)
            .into_query();
        self.lock_attempt_with(the_one(attempt)).await
    }

    /// Locks the newest attempt of a customer who is locked.
    ///
    /// # Errors
    /// As [`Change::lock_attempt`].
    pub async fn lock_newest_attempt(&self, customer: CustomerId) -> Result<Option<attempt::Model>> {
        let newest = attempt::Column::Newest.eq(true);
        let newest = attempt::Column::CustomerId.eq(customer).and(newest);
        self.unless_overdue(self.lock_as_written(newest).await?)
    }

    async fn lock_attempt_with(&mut self, id: SimpleExpr) -> Result<Option<attempt::Model>> {
        let row = match self.txn.around().filter(|_| self.is_free() && self.seen.is_none()) {
            Some(db) => self.see_attempt(db, id).await?,
            None => self.lock_as_written(attempt::Column::Id.into_expr().eq(id)).await?,
        };
        self.unless_overdue(row)
    }

    fn unless_overdue(&self, row: Option<attempt::Model>) -> Result<Option<attempt::Model>> {
        match row {
            Some(row) if row.due_at.is_some_and(|due| due <= self.now) => Err(Error::Overdue(row.id)),
            row => Ok(row),
        }
    }

    /// Reads an attempt and its steps as they were at one moment.
    async fn see_attempt(&mut self, db: &Pool, id: SimpleExpr) -> Result<Option<attempt::Model>> {
        let steps = step::Entity::scoped(self.scope)
            .filter(step::Column::AttemptId.into_expr().eq(id))
            .order_by_asc(step::Column::Position);
        let mut query = pick(steps, Columns::ALL).into_query();
        // With its first step alone: it is much wider than they are.
        let first =
            attempt::Column::Id.into_expr().equals(step::Column::AttemptId).and(step::Column::Position.eq(1));
        query.join(JoinType::LeftJoin, attempt::Entity, first);
        let at = width::<step::Entity>(Columns::ALL);
        beside::<attempt::Entity>(&mut query, Columns::ALL);
        let mut attempt: Option<attempt::Model> = None;
        let mut steps = Vec::new();
        for row in db.query_all(&query).await? {
            if attempt.is_none() && !no_id(&row, at)? {
                attempt = Some(attempt::Entity::read(&row, Columns::ALL, at)?);
            }
            steps.push(step::Entity::read(&row, Columns::ALL, 0)?);
        }
        if let Some(attempt) = &attempt {
            // A transaction locks it first, as it has to before it writes anything below it.
            let lock = attempt::Entity::scoped(self.scope)
                .filter(attempt::Column::Id.eq(attempt.id))
                .filter(attempt::Column::Version.eq(attempt.version))
                .select_only()
                .column(attempt::Column::Id)
                .lock_exclusive();
            self.txn.begin_with(lock.build(DbBackend::Postgres));
            self.seen = Some(Seen { attempt: attempt.id, steps });
        }
        Ok(attempt)
    }

    /// The steps that were read together with this attempt; none when it is locked, or somebody has them.
    pub(super) fn steps_seen_with(&mut self, attempt: AttemptId) -> Option<Vec<step::Model>> {
        let seen = self.seen.as_mut().filter(|seen| seen.attempt == attempt && !seen.steps.is_empty())?;
        Some(std::mem::take(&mut seen.steps))
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
    pub async fn lock_customer(&mut self, id: CustomerId) -> Result<Option<customer::Model>> {
        Ok(customer::Entity::scoped(self.scope)
            .filter(customer::Column::Id.eq(id))
            .lock_exclusive()
            .one(self.txn)
            .await?)
    }
}

/// What the only row of a query has in its only column.
fn the_one(query: SelectStatement) -> SimpleExpr {
    SimpleExpr::SubQuery(None, Box::new(query.into()))
}
