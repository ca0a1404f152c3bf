//! A bearer key of a merchant's own system. The secret is shown once; only its hash is here.

use sea_orm::{DbBackend, ExprTrait, entity::prelude::*};

use crate::{
    Role, Scoped, Time,
    id::{ApiKeyId, MerchantId},
    scope::any_hash_of,
};

/// One API key.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ApiKeyId,
    pub merchant_id: MerchantId,
    pub name: String,
    pub role: Role,
    /// The first characters of the key, enough to recognise it by.
    pub prefix: String,
    /// SHA-256 of the whole key. The key has 256 random bits, so a slow hash would add nothing.
    #[sea_orm(unique)]
    pub secret_hash: Vec<u8>,
    pub created_at: Time,
    pub last_used_at: Option<Time>,
    pub revoked_at: Option<Time>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

impl Entity {
    /// Whose bearers these are; revoked keys included.
    pub fn by_secret_hashes(backend: DbBackend, hashes: &[[u8; 32]]) -> Select<Self> {
        Self::find().filter(any_hash_of(backend, Column::SecretHash, hashes))
    }

    /// Notes when a key was last used; an earlier moment changes nothing.
    pub fn used(id: ApiKeyId, at: Time) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::LastUsedAt, Expr::value(at))
            .filter(Column::Id.eq(id))
            .filter(Column::LastUsedAt.is_null().or(Column::LastUsedAt.lt(at)))
    }
}
