//! Customers: adding one, changing one, finding one.

mod create;
mod input;
mod update;

pub use create::{create, insert};
pub(crate) use create::{row, tokens};
use entity::{Scope, Scoped, customer, id::CustomerId};
use futures_util::future::BoxFuture;
pub use input::{CustomerInput, ValidCustomer, draft};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QuerySelect, Select};
pub use update::{CustomerUpdate, update};

use super::{Answer, Change};
use crate::error::{Error, Result};

/// How a caller names a customer.
pub enum CustomerKey {
    /// By our id.
    Id(CustomerId),
    /// By the merchant's own id.
    Reference(String),
}

/// Reads a customer of the scope.
///
/// # Errors
/// When the database fails.
pub async fn find(
    db: &impl ConnectionTrait,
    scope: Scope,
    key: &CustomerKey,
) -> Result<Option<customer::Model>> {
    match select(scope, key) {
        Some(select) => Ok(select.one(db).await?),
        None => Ok(None),
    }
}

/// Reads a customer of the change's scope and locks it, as whatever makes or changes an attempt of it has to: only one
/// attempt of a customer is open, and their numbers have no gap. Customers are locked before attempts.
///
/// # Errors
/// When the database fails.
pub async fn lock(change: &Change<'_>, key: &CustomerKey) -> Result<Option<customer::Model>> {
    match select(change.scope, key) {
        Some(select) => Ok(select.lock_exclusive().one(change.txn).await?),
        None => Ok(None),
    }
}

/// None when no customer can have such a key.
fn select(scope: Scope, key: &CustomerKey) -> Option<Select<customer::Entity>> {
    let customers = customer::Entity::scoped(scope);
    Some(match key {
        CustomerKey::Id(id) => customers.filter(customer::Column::Id.eq(*id)),
        // Made regular as it was before it was stored. What cannot have been stored is not asked for: PostgreSQL
        // answers a NUL with an error.
        CustomerKey::Reference(text) => {
            customers.filter(customer::Column::Reference.eq(input::reference(&[], text).ok()?))
        }
    })
}

impl Answer for customer::Model {
    type Ids = CustomerId;

    fn ids(&self) -> CustomerId {
        self.id
    }

    fn reload<'c>(change: &'c Change<'_>, id: CustomerId) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move {
            let row = find(change.txn, change.scope, &CustomerKey::Id(id)).await?;
            row.ok_or_else(|| Error::internal("a remembered customer is gone"))
        })
    }
}
