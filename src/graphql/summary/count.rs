//! What a summary counts. Every count is one statement, grouped by the database: what comes back is bounded by the words of
//! the journey and the days of the range, whatever the number of attempts.

use std::sync::Arc;

use entity::{AttemptState, StepKind, StepStatus, attempt, step};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, FromQueryResult,
    sea_query::{Alias, Expr},
};

use super::{AttemptStateCount, DayCount, StepFunnel, range::Range};
use crate::{db::Pool, error::Result};

/// Attempts by state: every state, in the order of the contract.
///
/// # Errors
/// When the database fails.
pub(super) async fn by_state(db: &Pool, range: &Range) -> Result<Vec<Arc<AttemptStateCount>>> {
    #[derive(FromQueryResult)]
    struct Counted {
        seen: AttemptState,
        attempts: i64,
    }
    let mut select = range.attempts();
    select
        .expr_as(range.state(), Alias::new("seen"))
        .expr_as(Expr::cust("count(*)"), Alias::new("attempts"))
        .group_by_col(Alias::new("seen"));
    let counted = Counted::find_by_statement(db.get_database_backend().build(&select)).all(db).await?;
    Ok(every_state(&counted.iter().map(|row| (row.seen, row.attempts))))
}

/// The counts of days, added up: so that an answer that has both never contradicts itself.
pub(super) fn total(days: &[Arc<DayCount>]) -> Vec<Arc<AttemptStateCount>> {
    every_state(&days.iter().map(|day| (day.state, day.count)))
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
pub(super) async fn by_day(db: &Pool, range: &Range) -> Result<Vec<Arc<DayCount>>> {
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

/// Steps by kind, status and whether their attempt is over: every kind, in the order of the contract.
///
/// # Errors
/// When the database fails.
pub(super) async fn funnel(db: &Pool, range: &Range) -> Result<Vec<StepFunnel>> {
    #[derive(FromQueryResult)]
    struct Counted {
        of_kind: StepKind,
        in_status: StepStatus,
        ended: i32,
        steps: i64,
    }
    let ended = Condition::any().add(attempt::Column::EndedAt.is_not_null()).add(attempt::overdue(range.now));
    let mut select = range.steps();
    select
        .expr_as(Expr::col(step::Column::Kind.as_column_ref()), Alias::new("of_kind"))
        .expr_as(Expr::col(step::Column::Status.as_column_ref()), Alias::new("in_status"))
        .expr_as(Expr::case(ended, Expr::cust("1")).finally(Expr::cust("0")), Alias::new("ended"))
        .expr_as(Expr::cust("count(*)"), Alias::new("steps"))
        .group_by_col(Alias::new("of_kind"))
        .group_by_col(Alias::new("in_status"))
        .group_by_col(Alias::new("ended"));
    let counted = Counted::find_by_statement(db.get_database_backend().build(&select)).all(db).await?;
    let mut funnel: Vec<_> = StepKind::ALL.iter().map(|kind| StepFunnel::of(*kind)).collect();
    for row in counted {
        let Some(kind) = funnel.iter_mut().find(|funnel| funnel.kind == row.of_kind) else { continue };
        *match row.in_status {
            StepStatus::NotStarted => &mut kind.not_started,
            StepStatus::InProgress => &mut kind.in_progress,
            StepStatus::Completed => &mut kind.completed,
            StepStatus::Failed => &mut kind.failed,
            StepStatus::RequiresAction => &mut kind.requires_action,
        } += row.steps;
        if row.ended == 1 && row.in_status != StepStatus::Completed {
            kind.dropped += row.steps;
        }
    }
    Ok(funnel)
}
