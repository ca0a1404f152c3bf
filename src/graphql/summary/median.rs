//! Medians. A duration is the difference of two moments that are each cut to whole seconds, and both tables keep it in a
//! column, `seconds`, of what is COMPLETED. Of an even number of durations the median is the lower middle one: a duration
//! that really was.
//!
//! Those of attempts, and of the steps of few attempts, are counted by their seconds, and the counts added up from the shortest
//! on (SQLite has no `percentile_disc`). The steps of many attempts would take seconds to be read; but how many there are of a
//! kind is known by then, and an index has them from the shortest on: half of them is walked past, and the next one is it.

use entity::{attempt, step};
use sea_orm::{
    ColumnTrait, ConnectionTrait, ExprTrait, FromQueryResult,
    sea_query::{Alias, Expr, Order, Query, SelectStatement, SimpleExpr, WindowStatement},
};

use super::{StepFunnel, range::Range};
use crate::error::Result;

/// Attempts whose steps are read one by one. Below it that is faster than to walk past half of what the merchant ever had.
const FEW: i64 = 10_000;

#[derive(FromQueryResult)]
struct Median {
    /// The word that the durations have in common.
    word: String,
    seconds: i64,
}

/// From creation to completion, of COMPLETED attempts; none without any.
///
/// # Errors
/// When the database fails.
pub(super) async fn of_attempts(
    db: &impl ConnectionTrait,
    range: &Range,
    attempts: i64,
    completed: i64,
) -> Result<Option<i64>> {
    if attempts > FEW && completed > 0 {
        return middle(db, range.all_attempts(), range.created(), completed).await;
    }
    let word = Expr::col(attempt::Column::State.as_column_ref());
    Ok(medians(db, range.attempts(), "attempt", word).await?.pop().map(|median| median.seconds))
}

/// From start to end of COMPLETED steps, into the funnel of the same range and the same view of the database.
///
/// # Errors
/// When the database fails.
pub(super) async fn of_steps(
    db: &impl ConnectionTrait,
    range: &Range,
    attempts: i64,
    funnel: &mut [StepFunnel],
) -> Result<()> {
    if attempts > FEW {
        for of_kind in funnel.iter_mut().filter(|of_kind| of_kind.completed > 0) {
            let kind = step::Column::Kind.eq(of_kind.kind);
            let steps = range.all_steps().and_where(kind).take();
            let created = range.attempt_ids(step::Column::AttemptId);
            of_kind.median_seconds = middle(db, steps, created, of_kind.completed).await?;
        }
        return Ok(());
    }
    let word = Expr::col(step::Column::Kind.as_column_ref());
    for median in medians(db, range.steps(), "step", word).await? {
        if let Some(of_kind) = funnel.iter_mut().find(|of_kind| of_kind.kind.as_str() == median.word) {
            of_kind.median_seconds = Some(median.seconds);
        }
    }
    Ok(())
}

/// The middle one of so many that were `created` in the range, by the index that has all of them in order.
async fn middle(
    db: &impl ConnectionTrait,
    mut walk: SelectStatement,
    created: SimpleExpr,
    completed: i64,
) -> Result<Option<i64>> {
    #[derive(FromQueryResult)]
    struct Middle {
        seconds: i64,
    }
    let seconds = || Expr::col(Alias::new("seconds"));
    // Said by a CASE, the range is no reason to begin with it: most of them may be in it.
    let created = Expr::case(created, Expr::cust("TRUE"));
    walk.expr(seconds())
        .and_where(seconds().is_not_null())
        .and_where(created.finally(Expr::cust("FALSE")).into())
        .order_by(Alias::new("seconds"), Order::Asc)
        .offset(u64::try_from((completed - 1) / 2).unwrap_or(0))
        .limit(1);
    let found = Middle::find_by_statement(db.get_database_backend().build(&walk)).one(db).await?;
    Ok(found.map(|middle| middle.seconds))
}

/// The medians of the `seconds` of a table in a select, for each word.
async fn medians(
    db: &impl ConnectionTrait,
    mut durations: SelectStatement,
    table: &str,
    of: Expr,
) -> Result<Vec<Median>> {
    // Names that no table has: a GROUP BY would mean the column.
    let [word, lasted, times, upto, total] = ["word", "lasted", "times", "upto", "total"].map(Alias::new);
    let seconds = || Expr::col((Alias::new(table.to_owned()), Alias::new("seconds")));
    durations
        .expr_as(of, word.clone())
        .expr_as(seconds(), lasted.clone())
        .expr_as(Expr::cust("count(*)"), times)
        .and_where(seconds().is_not_null())
        .group_by_col(word.clone())
        .group_by_col(lasted.clone());
    let added = Query::select()
        .columns([word.clone(), lasted.clone()])
        .expr_window_as(
            Expr::cust("sum(times)"),
            WindowStatement::partition_by(word.clone()).order_by(lasted.clone(), Order::Asc).take(),
            upto,
        )
        .expr_window_as(Expr::cust("sum(times)"), WindowStatement::partition_by(word.clone()), total)
        .from_subquery(durations, Alias::new("counted"))
        .take();
    let middle = Query::select()
        .column(word.clone())
        .expr_as(Expr::cust("min(lasted)"), Alias::new("seconds"))
        .from_subquery(added, Alias::new("added"))
        .and_where(Expr::cust("2 * upto >= total"))
        .group_by_col(word)
        .take();
    Ok(Median::find_by_statement(db.get_database_backend().build(&middle)).all(db).await?)
}
