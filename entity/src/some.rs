//! Removing many rows a few at a time: whoever writes meanwhile waits for a few, and one round that fails leaves what those before it
//! have done.

use sea_orm::{
    DeleteMany, EntityTrait, Iterable, PrimaryKeyToColumn, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{Expr, ExprTrait, SimpleExpr},
};

/// Deletes some of the rows that are `meant`, at most so many.
///
/// They are asked twice. One that somebody holds is waited for, and PostgreSQL then asks anew only what is asked of the row itself, not
/// what had found it: a row that is not meant any more would go all the same.
pub(crate) fn delete<E: EntityTrait>(meant: SimpleExpr, at_most: u64) -> DeleteMany<E> {
    let key = || E::PrimaryKey::iter().map(PrimaryKeyToColumn::into_column);
    let some = E::find().filter(meant.clone()).select_only().columns(key()).limit(at_most).into_query();
    E::delete_many().filter(Expr::tuple(key().map(Expr::col)).in_subquery(some)).filter(meant)
}
