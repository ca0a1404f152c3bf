//! The number of the newest event of a merchant. Its row lock makes the order of the log the order of commits.

use sea_orm::entity::prelude::*;

use crate::{Scoped, id::MerchantId};

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
