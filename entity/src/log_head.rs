//! The number of the newest event of a merchant. Its row lock makes the order of the log the order of commits.

use sea_orm::{DbBackend, QueryFilter, Select, entity::prelude::*};

use crate::{Scoped, any_of, id::MerchantId};

/// One merchant's head; created with the merchant.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "log_head")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub merchant_id: MerchantId,
    pub seq: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

/// The heads of several merchants' logs: for the feed, which serves them all and hands each only its own.
pub fn of_merchants(backend: DbBackend, merchants: impl IntoIterator<Item = MerchantId>) -> Select<Entity> {
    Entity::find().filter(any_of(backend, Column::MerchantId, merchants))
}
