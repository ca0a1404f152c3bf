//! Whether a search finds few, and whom.
//!
//! A list is read in its order until a page is full. Where one customer in ten thousand is found, that is most of the list: so
//! the few are looked up first, and the list begins with them.

use entity::{Scope, id::CustomerId};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, FromQueryResult,
    sea_query::{SelectStatement, UnionType},
};

use super::{Terms, beginning_with, matching, terms};
use crate::error::Result;

/// The most that are few. More are found soon by reading the list.
const FEW: usize = 500;

/// What a search finds.
#[derive(Clone, Debug)]
pub enum Found {
    /// It asks for nothing, and restricts nothing.
    Everybody,
    /// These customers and no others: at most 1,000.
    Few(Vec<CustomerId>),
    /// More than a few: those of this condition.
    Many(Condition),
}

/// Looks for customers of the scope; `customer` is the column that the condition is about: `customer::Column::Id`,
/// `attempt::Column::CustomerId`.
///
/// # Errors
/// As [`terms`], and when the database fails.
pub async fn find(
    db: &impl ConnectionTrait,
    customer: impl ColumnTrait,
    scope: Scope,
    query: &str,
) -> Result<Found> {
    let Some(Terms { words, reference }) = terms(query)? else { return Ok(Found::Everybody) };
    let mut few = Vec::new();
    if let Some(beginning) = &reference {
        let Some(found) = at_most(db, beginning_with(scope, beginning)).await? else {
            return Ok(Found::Many(matching(customer, scope, query)?));
        };
        few.extend(found);
    }
    // Whoever has every word. Of one word alone the database reads no more than is asked for.
    let every = words.iter().map(|word| beginning_with(scope, word)).reduce(|mut all, word| {
        all.union(UnionType::Intersect, word);
        all
    });
    if let Some(every) = every {
        let Some(found) = at_most(db, every).await? else {
            return Ok(Found::Many(matching(customer, scope, query)?));
        };
        few.extend(found);
    }
    few.sort_unstable();
    few.dedup();
    Ok(Found::Few(few))
}

/// All rows of a select; none when there are more than [`FEW`].
async fn at_most(db: &impl ConnectionTrait, mut select: SelectStatement) -> Result<Option<Vec<CustomerId>>> {
    #[derive(FromQueryResult)]
    struct Row {
        customer_id: CustomerId,
    }
    select.limit(FEW as u64 + 1);
    let rows = Row::find_by_statement(db.get_database_backend().build(&select)).all(db).await?;
    Ok((rows.len() <= FEW).then(|| rows.into_iter().map(|row| row.customer_id).collect()))
}
