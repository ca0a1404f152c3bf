//! The attempt as one thing: read below its lock, moved by the rules, written with its steps and its events.

use entity::{ActorKind, Scoped, attempt, customer, id::StepId, screening, step};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::{Change, check::judge_again, rows, screening::PERFORMED_BY_US, told};
use crate::{
    checks::Bands,
    error::{Error, Result},
    events::{
        Draft,
        image::{LinkImage, ScreeningImage, StepImage},
    },
    lifecycle::{
        attempt::{Attempt, Settled},
        step::Step,
    },
};

/// An attempt that the change has locked, with its steps in order.
pub(super) struct Aggregate {
    pub(super) row: attempt::Model,
    pub(super) steps: Vec<step::Model>,
}

impl Aggregate {
    /// Reads the steps of an attempt that is locked. Not before: READ COMMITTED shows a statement what was committed when it
    /// began, so that steps read together with the lock may be those from before the wait for it.
    pub(super) async fn of(change: &mut Change<'_>, row: attempt::Model) -> Result<Self> {
        if let Some(steps) = change.steps_seen_with(row.id) {
            return Ok(Self { row, steps });
        }
        let steps = step::Entity::scoped(change.scope)
            .filter(step::Column::AttemptId.eq(row.id))
            .order_by_asc(step::Column::Position)
            .all(change.txn)
            .await?;
        Ok(Self { row, steps })
    }

    /// What the rules know of the attempt.
    pub(super) fn rules(&self) -> Attempt {
        rows::rules_of(&self.row)
    }

    /// What the rules know of its steps.
    pub(super) fn step_rules(&self) -> Vec<Step> {
        self.steps.iter().map(rows::step_rules_of).collect()
    }

    /// Where a step of it stands in the order.
    pub(super) fn index_of(&self, id: StepId) -> Result<usize> {
        self.steps
            .iter()
            .position(|step| step.id == id)
            .ok_or_else(|| Error::internal("a step is not among those of its attempt"))
    }

    /// Writes a step that has moved and leaves STEP_STATUS_CHANGED. `provider` is who performs it from now on; none when
    /// that stays. [`Aggregate::settle`] comes after.
    pub(super) fn write_step(
        &mut self,
        change: &mut Change<'_>,
        index: usize,
        moved: Step,
        provider: Option<&str>,
    ) {
        self.write_step_without(change, index, moved, provider, None);
    }

    /// [`Aggregate::write_step`] that takes a screening back, which is the step's result no more.
    pub(super) fn write_step_without(
        &mut self,
        change: &mut Change<'_>,
        index: usize,
        moved: Step,
        provider: Option<&str>,
        retired: Option<&screening::Model>,
    ) {
        let before = self.steps[index].clone();
        let mut after = rows::step_after(&before, moved, change.now);
        if let Some(provider) = provider {
            after.provider = Some(provider.to_owned());
        }
        let mut event = told::step_moved(&self.row, &before, &after);
        event.data.screening = retired.map(|run| Box::new(ScreeningImage::from(run)));
        change.event(event);
        change.write_step(before, after.clone());
        self.steps[index] = after;
    }

    /// Derives the attempt anew after `by` has moved a step of it, and writes it.
    pub(super) fn settle_steps(&mut self, change: &mut Change<'_>, by: ActorKind) -> Result<()> {
        let settled = self.rules().settle(&self.step_rules(), Some(by), change.now)?;
        self.settle(change, settled, Vec::new());
        Ok(())
    }

    /// [`Aggregate::settle_steps`] after a verdict of a screening, whoever brought it about: it does not begin the attempt.
    pub(super) fn settle_screening(&mut self, change: &mut Change<'_>) -> Result<()> {
        self.settle_steps(change, ActorKind::System)
    }

    /// Writes a screening's step after a verdict, with what `event` tells of it. A step that stays where it is shows another
    /// result all the same: its version rises.
    pub(super) fn write_judged(
        &mut self,
        change: &mut Change<'_>,
        index: usize,
        judged: Step,
        mut event: Draft,
    ) -> Result<()> {
        let before = self.steps[index].clone();
        let rules = rows::step_rules_of(&before);
        if (judged.status, &judged.reason) == (rules.status, &rules.reason) {
            let after = step::Model {
                provider: Some(PERFORMED_BY_US.to_owned()),
                ..rows::step_after(&before, judged, change.now)
            };
            event.data.steps = vec![StepImage::from(&after)];
            change.event(event);
            change.write_step(before, after.clone());
            self.steps[index] = after;
        } else {
            change.event(event);
            self.write_step(change, index, judged, Some(PERFORMED_BY_US));
        }
        self.settle_screening(change)
    }

    /// The customer has another name or birth date: what was found about who they were is looked for again. The attempt is about
    /// somebody else now than a reviewer with its last version has seen: that rises in any case.
    pub(super) async fn question_identity(
        mut self,
        change: &mut Change<'_>,
        customer: &customer::Model,
        bands: Bands,
    ) -> Result<()> {
        let mut moved = judge_again(change, &mut self, customer, bands).await?;
        for index in 0..self.steps.len() {
            let before = self.steps[index].clone();
            let rules = rows::step_rules_of(&before);
            let Some(after) = rules.details_changed(self.row.state, change.now)? else { continue };
            if after.status == rules.status {
                // Nothing that anybody sees: the worker is told, and whoever waits on it waits on.
                let after = rows::with_step_rules(before.clone(), after);
                change.write_step(before, after.clone());
                self.steps[index] = after;
            } else {
                self.write_step(change, index, after, None);
                moved = true;
            }
        }
        if moved {
            return self.settle_screening(change);
        }
        let after =
            attempt::Model { version: self.row.version + 1, updated_at: change.now, ..self.row.clone() };
        change.touched(&after);
        change.write_attempt(self.row, after);
        Ok(())
    }

    /// Writes what a move did to the attempt and leaves its events, after those of whatever moved. `links` are the tokens
    /// that were issued or replaced. When the attempt ends, nothing keeps watching its steps.
    pub(super) fn settle(&mut self, change: &mut Change<'_>, settled: Settled, links: Vec<LinkImage>) {
        let Settled { attempt, changes } = settled;
        let closed = if attempt.state.is_terminal() { self.close_steps(change) } else { Vec::new() };
        let after = rows::attempt_after(&self.row, attempt, change.now);
        for event in told::attempt_moved(&after, changes, closed, links) {
            change.event(event);
        }
        change.touched(&after);
        let before = std::mem::replace(&mut self.row, after);
        change.write_attempt(before, self.row.clone());
    }

    fn close_steps(&mut self, change: &mut Change<'_>) -> Vec<StepImage> {
        let mut closed = Vec::new();
        for row in &mut self.steps {
            let Some(rules) = rows::step_rules_of(row).close() else { continue };
            let before = row.clone();
            *row = rows::with_step_rules(before.clone(), rules);
            change.write_step(before, row.clone());
            closed.push(StepImage::from(&*row));
        }
        closed
    }
}

/// A step that the change knows to exist.
pub(super) async fn find_step(change: &Change<'_>, id: StepId) -> Result<step::Model> {
    let row = step::Entity::scoped(change.scope).filter(step::Column::Id.eq(id)).one(change.txn).await?;
    row.ok_or_else(|| Error::internal("a remembered step is gone"))
}
