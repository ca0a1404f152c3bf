//! A word by which a customer is found: each word of the name, and the reference.

use sea_orm::entity::prelude::*;

use crate::{
    Scoped,
    id::{CustomerId, MerchantId},
};

/// One folded word of one customer.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_token")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub merchant_id: MerchantId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub token: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub customer_id: CustomerId,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

impl Entity {
    /// Forgets a customer's words, before new ones are written.
    pub fn forget(customer: CustomerId) -> sea_orm::DeleteMany<Self> {
        Self::delete_many().filter(Column::CustomerId.eq(customer))
    }
}
