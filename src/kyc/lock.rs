//! Locks: what a change holds of customers and attempts while it decides.

use entity::{
    Scoped, attempt, customer, hold,
    id::{AttemptId, CustomerId, HoldId, MatchId, StepId},
    pick::{Columns, Picked, beside, no_id, pick, width},
    screening_match, step, step_result,
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
    /// A step of it that has no result.
    without_result: Option<StepId>,
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
        self.lock_attempt_with(Expr::val(id), None).await
    }

    /// [`Change::lock_attempt`] for the attempt of a step, in the same one statement: a step never moves to another attempt. What
    /// is read without a lock also tells whether the step has a result.
    ///
    /// # Errors
    /// As [`Change::lock_attempt`].
    pub async fn lock_attempt_of_step(&mut self, id: StepId) -> Result<Option<attempt::Model>> {
        let attempt = step::Entity::scoped(self.scope)
            .filter(step::Column::Id.eq(id))
            .select_only()
            .column(step::Column::AttemptId)
            .into_query();
        self.lock_attempt_with(the_one(attempt), Some(id)).await
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
        self.lock_attempt_with(the_one(attempt), None).await
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
        self.lock_attempt_with(the_one(attempt), None).await
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

    async fn lock_attempt_with(
        &mut self,
        id: SimpleExpr,
        of_step: Option<StepId>,
    ) -> Result<Option<attempt::Model>> {
        let row = match self.txn.around().filter(|_| self.is_free() && self.seen.is_none()) {
            Some(db) => self.see_attempt(db, id, of_step).await?,
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

    /// Reads an attempt and its steps as they were at one moment, and whether one of them had a result then.
    async fn see_attempt(
        &mut self,
        db: &Pool,
        id: SimpleExpr,
        of_step: Option<StepId>,
    ) -> Result<Option<attempt::Model>> {
        let steps = step::Entity::scoped(self.scope)
            .filter(step::Column::AttemptId.into_expr().eq(id))
            .order_by_asc(step::Column::Position);
        let mut query = pick(steps, Columns::ALL).into_query();
        // With its first step alone: it is much wider than they are.
        let first =
            attempt::Column::Id.into_expr().equals(step::Column::AttemptId).and(step::Column::Position.eq(1));
        query.join(JoinType::LeftJoin, attempt::Entity, first);
        let at = width::<step::Entity>(Columns::ALL);
        let has_result = at + beside::<attempt::Entity>(&mut query, Columns::ALL);
        if let Some(step) = of_step {
            let results =
                step_result::Entity::scoped(self.scope).filter(step_result::Column::StepId.eq(step));
            query.expr(Expr::exists(results.select_only().column(step_result::Column::StepId).into_query()));
        }
        let mut attempt: Option<attempt::Model> = None;
        let mut without_result = None;
        let mut steps = Vec::new();
        for row in db.query_all(&query).await? {
            if attempt.is_none() && !no_id(&row, at)? {
                attempt = Some(attempt::Entity::read(&row, Columns::ALL, at)?);
                if let Some(step) = of_step
                    && !row.try_get_by_index::<bool>(has_result)?
                {
                    without_result = Some(step);
                }
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
            self.seen = Some(Seen { attempt: attempt.id, steps, without_result });
        }
        Ok(attempt)
    }

    /// The steps that were read together with this attempt; none when it is locked, or somebody has them.
    pub(super) fn steps_seen_with(&mut self, attempt: AttemptId) -> Option<Vec<step::Model>> {
        let seen = self.seen.as_mut().filter(|seen| seen.attempt == attempt && !seen.steps.is_empty())?;
        Some(std::mem::take(&mut seen.steps))
    }

    /// Whether the step was read without a lock, and had no result then. One that comes to a step which is not IN_PROGRESS moves
    /// it, and with it the attempt's version: what is decided here is not written then.
    pub(super) fn saw_no_result_of(&self, step: StepId) -> bool {
        self.is_free() && self.seen.as_ref().is_some_and(|seen| seen.without_result == Some(step))
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
