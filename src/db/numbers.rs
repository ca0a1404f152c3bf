//! Numbers by one statement: how many rows there are of this and of that.

use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, Query, SelectStatement, SimpleExpr},
};

use crate::error::Result;

/// A select of one value, as a value.
pub fn value_of(select: SelectStatement) -> SimpleExpr {
    SimpleExpr::SubQuery(None, Box::new(select.into()))
}

/// How many rows a select has, its limit included.
pub fn rows_of(select: SelectStatement) -> SimpleExpr {
    value_of(Query::select().expr(Expr::cust("count(*)")).from_subquery(select, "counted").take())
}

/// What these numbers are, each a whole number of 64 bits, by one statement; by none where there are none.
///
/// # Errors
/// When the database fails, or one of them is no such number.
pub async fn numbers(db: &impl ConnectionTrait, numbers: Vec<SimpleExpr>) -> Result<Vec<i64>> {
    let count = numbers.len();
    if count == 0 {
        return Ok(Vec::new());
    }
    let row = db.query_one(Query::select().exprs(numbers)).await?;
    let number = |at| row.as_ref().map_or(Ok(0), |row| row.try_get_by_index::<i64>(at));
    Ok((0..count).map(number).collect::<Result<_, _>>()?)
}
