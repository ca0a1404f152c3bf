//! What a summary counts. Every count is one statement, grouped by the database: what comes back is bounded by the words of
//! the journey and the days of the range, whatever the number of attempts.

use std::sync::Arc;

use entity::{AttemptState, StepKind, StepStatus, attempt};
use sea_orm::{
    ColumnTrait, ConnectionTrait, FromQueryResult,
    sea_query::{Alias, Expr},
};

use super::{AttemptStateCount, DayCount, StepFunnel, range::Range};
use crate::{error::Result, lifecycle::statuses::Statuses};

/// Attempts by state and by the statuses of their steps.
pub(super) struct Tally(Vec<(AttemptState, Statuses, i64)>);

/// Counts a range. The attempts' own numbers say what statuses their steps have: no step is read, and the index of
/// creation has all that is.
///
/// # Errors
/// When the database fails.
pub(super) async fn tally(db: &impl ConnectionTrait, range: &Range) -> Result<Tally> {
    #[derive(FromQueryResult)]
    struct Counted {
        seen: AttemptState,
        statuses: i32,
        attempts: i64,
    }
    let mut select = range.attempts();
    select
        .expr_as(range.state(), Alias::new("seen"))
        .expr_as(Expr::col(attempt::Column::StepStatuses.as_column_ref()), Alias::new("statuses"))
        .expr_as(Expr::cust("count(*)"), Alias::new("attempts"))
        .group_by_col(Alias::new("seen"))
        .group_by_col(Alias::new("statuses"));
    let counted = Counted::find_by_statement(db.get_database_backend().build(&select)).all(db).await?;
    Ok(Tally(counted.into_iter().map(|row| (row.seen, Statuses(row.statuses), row.attempts)).collect()))
}

impl Tally {
    /// Attempts in all.
    pub(super) fn attempts(&self) -> i64 {
        self.0.iter().map(|(.., attempts)| attempts).sum()
    }

    /// Attempts by state: every state, in the order of the contract.
    pub(super) fn by_state(&self) -> Vec<Arc<AttemptStateCount>> {
        every_state(&self.0.iter().map(|(state, _, attempts)| (*state, *attempts)))
    }

    /// Steps by kind, status and whether their attempt is over: every kind, in the order of the contract.
    pub(super) fn funnel(&self) -> Vec<StepFunnel> {
        let mut funnel: Vec<_> = StepKind::ALL.iter().map(|kind| StepFunnel::of(*kind)).collect();
        for (state, statuses, attempts) in &self.0 {
            for (kind, status) in statuses.each() {
                let Some(of_kind) = funnel.iter_mut().find(|funnel| funnel.kind == kind) else { continue };
                *match status {
                    StepStatus::NotStarted => &mut of_kind.not_started,
                    StepStatus::InProgress => &mut of_kind.in_progress,
                    StepStatus::Completed => &mut of_kind.completed,
                    StepStatus::Failed => &mut of_kind.failed,
                    StepStatus::RequiresAction => &mut of_kind.requires_action,
                } += attempts;
                if state.is_terminal() && status != StepStatus::Completed {
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

/// Attempts by day and state: what is not zero, by date, then by state in the order of the contract.
///
/// # Errors
/// When the database fails.
pub(super) async fn by_day(db: &impl ConnectionTrait, range: &Range) -> Result<Vec<Arc<DayCount>>> {
    #[derive(FromQueryResult)]
    struct Counted {
        place: i32,
        seen: AttemptState,
        attempts: i64,
    }
    let mut select = range.attempts_by_day(db.get_database_backend());
    select
        .expr_as(range.state(), Alias::new("seen"))
        .expr_as(Expr::cust("count(*)"), Alias::new("attempts"))
        .group_by_col(Alias::new("place"))
        .group_by_col(Alias::new("seen"));
    let mut counted = Counted::find_by_statement(db.get_database_backend().build(&select)).all(db).await?;
    counted.sort_by_key(|row| (row.place, row.seen));
    let counts = counted.into_iter().filter_map(|row| {
        let (date, _, _) = range.days.get(usize::try_from(row.place).ok()?)?;
        Some(Arc::new(DayCount { date: *date, state: row.seen, count: row.attempts }))
    });
    Ok(counts.collect())
}
