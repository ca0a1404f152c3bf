//! Medians, by one statement that both databases understand (SQLite has no `percentile_disc`): durations are counted by
//! their seconds, and the counts added up from the shortest on. Nothing is sorted but the different durations.
//!
//! A duration is the difference of two moments that are each cut to whole seconds, so that both databases agree to the
//! second. Of an even number of durations the median is the lower middle one: a duration that really was.

use entity::{AttemptState, StepStatus, attempt, step};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, FromQueryResult,
    sea_query::{Alias, Expr, Order, Query, SelectStatement, SimpleExpr, WindowStatement},
};

use super::range::Range;
use crate::{db::Pool, error::Result};

#[derive(FromQueryResult)]
pub(super) struct Median {
    /// The word that the durations have in common.
    pub word: String,
    pub seconds: i64,
}

/// From creation to completion, of COMPLETED attempts; none without any.
///
/// # Errors
/// When the database fails.
pub(super) async fn of_attempts(db: &Pool, range: &Range) -> Result<Option<i64>> {
    use attempt::Column;
    let mut completed = range.attempts();
    completed
        .expr_as(Expr::col(Column::State.as_column_ref()), Alias::new("word"))
        .expr_as(seconds(db, "attempt.created_at", "attempt.ended_at"), Alias::new("seconds"))
        .and_where(Column::State.eq(AttemptState::Completed));
    Ok(medians(db, completed).await?.pop().map(|median| median.seconds))
}

/// From start to end of COMPLETED steps, by kind; no entry for a kind without any.
///
/// # Errors
/// When the database fails.
pub(super) async fn of_steps(db: &Pool, range: &Range) -> Result<Vec<Median>> {
    use step::Column;
    let mut completed = range.steps();
    completed
        .expr_as(Expr::col(Column::Kind.as_column_ref()), Alias::new("word"))
        .expr_as(seconds(db, "step.started_at", "step.ended_at"), Alias::new("seconds"))
        .and_where(Column::Status.eq(StepStatus::Completed))
        .and_where(Column::StartedAt.is_not_null())
        .and_where(Column::EndedAt.is_not_null());
    medians(db, completed).await
}

fn seconds(db: &Pool, from: &str, until: &str) -> SimpleExpr {
    let whole = |time: &str| match db.get_database_backend() {
        DbBackend::Postgres => format!("CAST(extract(epoch FROM date_trunc('second', {time})) AS bigint)"),
        // Without the fraction: unixepoch would round it.
        _ => format!("unixepoch(substr({time}, 1, 19))"),
    };
    Expr::cust(format!("{} - {}", whole(until), whole(from)))
}

async fn medians(db: &Pool, mut durations: SelectStatement) -> Result<Vec<Median>> {
    let [word, seconds, times, upto, total] = ["word", "seconds", "times", "upto", "total"].map(Alias::new);
    durations.expr_as(Expr::cust("count(*)"), times).group_by_col(word.clone()).group_by_col(seconds.clone());
    let added = Query::select()
        .columns([word.clone(), seconds.clone()])
        .expr_window_as(
            Expr::cust("sum(times)"),
            WindowStatement::partition_by(word.clone()).order_by(seconds.clone(), Order::Asc).take(),
            upto,
        )
        .expr_window_as(Expr::cust("sum(times)"), WindowStatement::partition_by(word.clone()), total)
        .from_subquery(durations, Alias::new("counted"))
        .take();
    let middle = Query::select()
        .column(word.clone())
        .expr_as(Expr::cust("min(seconds)"), seconds)
        .from_subquery(added, Alias::new("added"))
        .and_where(Expr::cust("2 * upto >= total"))
        .group_by_col(word)
        .take();
    Ok(Median::find_by_statement(db.get_database_backend().build(&middle)).all(db).await?)
}
