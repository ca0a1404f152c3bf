//! What a change writes of attempts and steps: collected while it decides, written when it is done.

use entity::{attempt, id::AttemptId, step};
use sea_orm::{ConnectionTrait, EntityTrait, IdenStatic, Iterable, ModelTrait, Value};

use super::rows;
use crate::{db::Chain, error::Result};

/// Rows before and after a change.
#[derive(Default)]
pub(super) struct Writes {
    attempts: Vec<Moved<attempt::Model>>,
    steps: Vec<Moved<step::Model>>,
}

struct Moved<M> {
    before: M,
    after: M,
}

impl Writes {
    /// An attempt is written as it is `after`.
    pub(super) fn attempt(&mut self, before: attempt::Model, after: attempt::Model) {
        match self.attempts.iter_mut().find(|moved| moved.after.id == after.id) {
            Some(moved) => moved.after = after,
            None => self.attempts.push(Moved { before, after }),
        }
    }

    /// A step is written as it is `after`.
    pub(super) fn step(&mut self, before: step::Model, after: step::Model) {
        match self.steps.iter_mut().find(|moved| moved.after.id == after.id) {
            Some(moved) => moved.after = after,
            None => self.steps.push(Moved { before, after }),
        }
    }

    /// Whether nothing is written.
    pub(super) fn is_empty(&self) -> bool {
        self.attempts.is_empty() && self.steps.is_empty()
    }

    /// Whether this attempt is written, and with it asked for the version that was read.
    pub(super) fn covers(&self, attempt: AttemptId) -> bool {
        self.attempts.iter().any(|moved| moved.after.id == attempt)
    }

    /// Writes them one by one, attempts before steps: only the columns that have changed.
    pub(super) async fn run(self, txn: &impl ConnectionTrait) -> Result<()> {
        for Moved { before, after } in self.attempts {
            rows::update::<attempt::Entity>(txn, before, &after).await?;
        }
        for Moved { before, after } in self.steps {
            rows::update::<step::Entity>(txn, before, &after).await?;
        }
        Ok(())
    }

    /// Adds them to a chain, attempts before steps, an attempt only as long as it has the version that was read.
    ///
    /// Every column is set that may change, so that the statement's text, and with it the prepared statement, is the same
    /// whatever has changed. An index whose columns keep their values is not touched. The keys are left out: who sets one
    /// waits for those who have locked the row's key.
    pub(super) fn add_to(self, chain: &mut Chain) {
        let own = |column: &attempt::Column| {
            use attempt::Column::{CustomerId, Id, MerchantId, Number};
            !matches!(column, Id | MerchantId | CustomerId | Number)
        };
        for Moved { before, after } in self.attempts {
            let seen = [("id", before.id.into()), ("version", before.version.into())];
            chain.update("attempt", values::<attempt::Entity>(&after, own), seen);
        }
        let own = |column: &step::Column| {
            use step::Column::{AttemptId, Id, Kind, MerchantId, Position};
            !matches!(column, Id | MerchantId | AttemptId | Kind | Position)
        };
        for Moved { before, after } in self.steps {
            // That a check is due, or put off, is written without a version of the attempt.
            let seen = [("id", before.id.into()), ("check_due_at", before.check_due_at.into())];
            chain.update("step", values::<step::Entity>(&after, own), seen);
        }
    }
}

/// The columns of a row that are `wanted`, and their values.
fn values<E: EntityTrait>(
    row: &E::Model,
    wanted: impl Fn(&E::Column) -> bool,
) -> impl Iterator<Item = (&'static str, Value)> {
    E::Column::iter().filter(wanted).map(|column| (column.as_str(), row.get(column)))
}
