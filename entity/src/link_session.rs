//! A browser in which a customer walks their journey. The cookie holds the token; only its hash is here.

use sea_orm::{DbBackend, JoinType, QuerySelect, SelectTwo, entity::prelude::*};

use crate::{
    Scope, Scoped, Time, attempt,
    id::{AttemptId, LinkId, LinkSessionId, MerchantId},
    scope::any_hash_of,
    some,
};

/// One session of a link.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "link_session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: LinkSessionId,
    pub merchant_id: MerchantId,
    pub attempt_id: AttemptId,
    /// The token it was opened with.
    pub link_id: LinkId,
    #[sea_orm(unique)]
    pub token_hash: Vec<u8>,
    /// SHA-256 of what the browser made up when it opened the link: by it, it may ask for a lost answer again.
    pub nonce_hash: Vec<u8>,
    pub created_at: Time,
    /// Moves at most once a minute.
    pub last_seen_at: Time,
    /// A newer browser has opened the link, or the link was resent or revoked.
    pub ended_at: Option<Time>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

impl Entity {
    /// Whose cookies these are: the sessions that have not ended, and their attempts.
    pub fn by_token_hashes(backend: DbBackend, hashes: &[[u8; 32]]) -> SelectTwo<Self, attempt::Entity> {
        let attempt = Self::belongs_to(attempt::Entity)
            .from((Column::AttemptId, Column::MerchantId))
            .to((attempt::Column::Id, attempt::Column::MerchantId));
        Self::find()
            .join(JoinType::InnerJoin, attempt.into())
            .select_also(attempt::Entity)
            .filter(any_hash_of(backend, Column::TokenHash, hashes))
            .filter(Column::EndedAt.is_null())
    }

    /// The session of an attempt that has not ended; there is one at most.
    pub fn open_of(scope: Scope, attempt: AttemptId) -> Select<Self> {
        Self::scoped(scope).filter(Column::AttemptId.eq(attempt)).filter(Column::EndedAt.is_null())
    }

    /// The sessions that were made of a link since a moment, the oldest first.
    pub fn of_link_since(scope: Scope, link: LinkId, moment: Time) -> Select<Self> {
        use sea_orm::QueryOrder;
        Self::scoped(scope)
            .filter(Column::LinkId.eq(link))
            .filter(Column::CreatedAt.gt(moment))
            .order_by_asc(Column::CreatedAt)
    }

    /// Ends the sessions of an attempt.
    pub fn end_all_of(scope: Scope, attempt: AttemptId, at: Time) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::EndedAt, Expr::value(at))
            .filter(Column::MerchantId.eq(scope.merchant_id()))
            .filter(Column::AttemptId.eq(attempt))
            .filter(Column::EndedAt.is_null())
    }

    /// Notes when a session was last used; an earlier moment changes nothing.
    pub fn seen(id: LinkSessionId, at: Time) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::LastSeenAt, Expr::value(at))
            .filter(Column::Id.eq(id))
            .filter(Column::LastSeenAt.lt(at))
    }

    /// Sessions that were opened before a moment, so many at most, for the cleaner.
    pub fn opened_before(moment: Time, at_most: u64) -> sea_orm::DeleteMany<Self> {
        some::delete(Column::CreatedAt.lt(moment), at_most)
    }
}
