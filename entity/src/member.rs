//! A person of a merchant's team, who signs in with e-mail and password.

use sea_orm::{ExprTrait, entity::prelude::*};

use crate::{
    Role, Scope, Scoped, Time,
    id::{MemberId, MerchantId},
};

/// One member.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MemberId,
    pub merchant_id: MerchantId,
    /// In lower case; unique in the merchant.
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Argon2id, in PHC form; none until the one-time link was used.
    pub password_hash: Option<String>,
    /// SHA-256 of the outstanding one-time password link's token.
    pub password_token_hash: Option<Vec<u8>>,
    pub password_token_expires_at: Option<Time>,
    pub created_at: Time,
    pub last_seen_at: Option<Time>,
    pub disabled_at: Option<Time>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

impl Entity {
    /// Whoever holds this one-time password link; the token is the only thing they bring.
    pub fn by_password_token(hash: &[u8]) -> Select<Self> {
        Self::find().filter(Column::PasswordTokenHash.eq(hash))
    }

    /// Until when the one-time password links of a merchant's members last.
    pub fn password_links_last(scope: Scope, until: Time) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::PasswordTokenExpiresAt, Expr::value(until))
            .filter(Column::MerchantId.eq(scope.merchant_id()))
            .filter(Column::PasswordTokenHash.is_not_null())
    }

    /// Notes when a member was last seen; an earlier moment changes nothing.
    pub fn seen(id: MemberId, at: Time) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::LastSeenAt, Expr::value(at))
            .filter(Column::Id.eq(id))
            .filter(Column::LastSeenAt.is_null().or(Column::LastSeenAt.lt(at)))
    }
}
