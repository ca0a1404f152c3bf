//! How many rows lists have.

use std::collections::HashMap;

use entity::{Scope, Scoped};
use sea_orm::{
    ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use crate::{db, error::Result};

/// How many rows are in these parts, as a value.
pub(super) fn total<E: EntityTrait>(parts: Vec<Select<E>>) -> SimpleExpr {
    // Of nothing but what the filter names: an index that has it all is then enough.
    let counted =
        |part: Select<E>| db::value_of(part.select_only().expr(Expr::cust("count(*)")).into_query());
    parts.into_iter().map(counted).reduce(ExprTrait::add).unwrap_or_else(|| Expr::value(0_i64))
}

/// Counts what is in these parts, by one statement.
///
/// # Errors
/// When the database fails.
pub async fn count<E: EntityTrait>(db: &impl ConnectionTrait, parts: Vec<Select<E>>) -> Result<i64> {
    Ok(db::numbers(db, vec![total(parts)]).await?.into_iter().sum())
}

/// Counts the rows of each parent, by one statement. Parents without rows are left out.
///
/// # Errors
/// When the database fails.
pub async fn count_each<E: Scoped>(
    db: &impl ConnectionTrait,
    scope: Scope,
    parent: E::Column,
    parents: &[Uuid],
) -> Result<HashMap<Uuid, i64>> {
    #[derive(FromQueryResult)]
    struct Counted {
        parent: Uuid,
        rows: i64,
    }
    let counted = E::among(scope, db.get_database_backend(), parent, parents.iter().copied())
        .select_only()
        .column_as(parent, "parent")
        .column_as(Expr::cust("count(*)"), "rows")
        .group_by(parent)
        .into_model::<Counted>()
        .all(db)
        .await?;
    Ok(counted.into_iter().map(|row| (row.parent, row.rows)).collect())
}
