//! What a summary counts, by one statement, grouped by the database: what comes back is bounded by the words of the journey and
//! the days of the range, and is some dozens of rows a day, whatever the number of attempts.

use std::{collections::BTreeMap, sync::Arc};

use entity::{AttemptState, StepKind, StepStatus, attempt};
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult,
    sea_query::{Alias, Expr},
};

use super::{AttemptStateCount, DayCount, StepFunnel, range::Range};
use crate::{error::Result, lifecycle::statuses::Statuses};

/// Attempts by day, by state, and by the statuses of their steps.
pub(super) struct Tally(Vec<Counted>);

#[derive(FromQueryResult)]
struct Counted {
    /// Of the day in [`Range::days`]; 0 where days are not told apart.
    place: i32,
    seen: AttemptState,
    /// Of the steps; 0 where they are not told apart.
    statuses: i32,
    attempts: i64,
}

/// Counts a range in one pass, telling `days` and the statuses of `steps` apart where that is asked for. The attempts' own
/// numbers say what statuses their steps have: no step is read, and the index of creation has all that is.
///
/// # Errors
/// When the database fails.
pub(super) async fn tally(
    db: &impl ConnectionTrait,
    range: &Range,
    days: bool,
    steps: bool,
) -> Result<Tally> {
    let [place, seen, statuses] = ["place", "seen", "statuses"].map(Alias::new);
    let mut select = if days {
        range.attempts_by_day(db.get_database_backend()).group_by_col(place).take()
    } else {
        range.attempts().expr_as(Expr::cust("0"), place).take()
    };
    if steps {
        let kept = Expr::col(attempt::Column::StepStatuses.as_column_ref());
        select.expr_as(kept, statuses.clone()).group_by_col(statuses);
    } else {
        select.expr_as(Expr::cust("0"), statuses);
    }
    select
        .expr_as(range.state(), seen.clone())
        .expr_as(Expr::cust("count(*)"), Alias::new("attempts"))
        .group_by_col(seen);
    Ok(Tally(Counted::find_by_statement(db.get_database_backend().build(&select)).all(db).await?))
}

impl Tally {
    /// Attempts in all.
    pub(super) fn attempts(&self) -> i64 {
        self.0.iter().map(|counted| counted.attempts).sum()
    }

    /// COMPLETED attempts.
    pub(super) fn completed(&self) -> i64 {
        let completed = self.0.iter().filter(|counted| counted.seen == AttemptState::Completed);
        completed.map(|counted| counted.attempts).sum()
    }

    /// Attempts by state: every state, in the order of the contract.
    pub(super) fn by_state(&self) -> Vec<Arc<AttemptStateCount>> {
        every_state(&self.0.iter().map(|counted| (counted.seen, counted.attempts)))
    }

    /// Attempts by day and state: what is not zero, by date, then by state in the order of the contract.
    pub(super) fn by_day(&self, range: &Range) -> Vec<Arc<DayCount>> {
        let mut counts = BTreeMap::new();
        for counted in &self.0 {
            *counts.entry((counted.place, counted.seen)).or_insert(0) += counted.attempts;
        }
        let counts = counts.into_iter().filter_map(|((place, state), count)| {
            let (date, _, _) = range.days.get(usize::try_from(place).ok()?)?;
            Some(Arc::new(DayCount { date: *date, state, count }))
        });
        counts.collect()
    }

    /// Steps by kind, status and whether their attempt is over: every kind, in the order of the contract.
    pub(super) fn funnel(&self) -> Vec<StepFunnel> {
        let mut funnel: Vec<_> = StepKind::ALL.iter().map(|kind| StepFunnel::of(*kind)).collect();
        for Counted { seen, statuses, attempts, .. } in &self.0 {
            for (kind, status) in Statuses(*statuses).each() {
                let Some(of_kind) = funnel.iter_mut().find(|funnel| funnel.kind == kind) else { continue };
                *match status {
                    StepStatus::NotStarted => &mut of_kind.not_started,
                    StepStatus::InProgress => &mut of_kind.in_progress,
                    StepStatus::Completed => &mut of_kind.completed,
                    StepStatus::Failed => &mut of_kind.failed,
                    StepStatus::RequiresAction => &mut of_kind.requires_action,
                } += attempts;
                if seen.is_terminal() && status != StepStatus::Completed {
                    of_kind.dropped += attempts;
                }
            }
        }
        funnel
    }
}

fn every_state(counted: &(impl Iterator<Item = (AttemptState, i64)> + Clone)) -> Vec<Arc<AttemptStateCount>> {
    let count = |state| counted.clone().filter(|(of, _)| *of == state).map(|(_, count)| count).sum();
    AttemptState::ALL
        .iter()
        .map(|state| Arc::new(AttemptStateCount { state: *state, count: count(*state) }))
        .collect()
}
