//! One issued token of an attempt's link. Old tokens stay, so that their holders can be told that they were replaced.

use sea_orm::entity::prelude::*;

use crate::{
    Scoped, Time,
    id::{AttemptId, LinkId, MerchantId},
};

/// One issued token.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LinkId,
    pub merchant_id: MerchantId,
    pub attempt_id: AttemptId,
    /// SHA-256 of the token.
    #[sea_orm(unique)]
    pub token_hash: Vec<u8>,
    pub issued_at: Time,
    /// A newer link took its place.
    pub replaced_at: Option<Time>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

impl Entity {
    /// Whose token this is; the token is the only thing the customer brings.
    pub fn by_token_hash(hash: &[u8]) -> Select<Self> {
        Self::find().filter(Column::TokenHash.eq(hash))
    }
}
