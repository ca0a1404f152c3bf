//! The answer of a mutation that carried an idempotency key: ids only, no personal data, no secrets. Kept for 24 hours.

use sea_orm::entity::prelude::*;

use crate::{Time, id::MerchantId, some};

/// One remembered answer.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency")]
pub struct Model {
    /// Who asked, as `KIND:id`: two actors may use the same key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub actor: String,
    /// The mutation's name.
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub merchant_id: MerchantId,
    /// SHA-256 of the input without its key.
    pub input_hash: Vec<u8>,
    /// The ids of the objects that the answer showed.
    pub answer: Json,
    pub created_at: Time,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// What was answered to this actor for this key.
    pub fn existing(actor: &str, operation: &str, key: &str) -> Select<Self> {
        Self::find_by_id((actor.to_owned(), operation.to_owned(), key.to_owned()))
    }

    /// Records that are forgotten, so many at most, for the cleaner.
    pub fn older_than(moment: Time, at_most: u64) -> sea_orm::DeleteMany<Self> {
        some::delete(Column::CreatedAt.lt(moment), at_most)
    }
}
