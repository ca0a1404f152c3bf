//! A member who is signed in. The cookie holds the token; only its hash is here.

use sea_orm::{DbBackend, JoinType, QuerySelect, SelectTwo, entity::prelude::*};

use crate::{
    Scoped, Time,
    id::{MemberId, MerchantId, SessionId},
    member,
    scope::any_hash_of,
    some,
};

/// One signed-in session.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: SessionId,
    pub merchant_id: MerchantId,
    pub member_id: MemberId,
    #[sea_orm(unique)]
    pub token_hash: Vec<u8>,
    pub created_at: Time,
    /// Moves at most once a minute; a session idle for too long is over.
    pub last_seen_at: Time,
    /// The end, however busy it is.
    pub expires_at: Time,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

impl Entity {
    /// Whose cookies these are: the sessions, and the members who are signed in by them.
    pub fn by_token_hashes(backend: DbBackend, hashes: &[[u8; 32]]) -> SelectTwo<Self, member::Entity> {
        let member = Self::belongs_to(member::Entity)
            .from((Column::MemberId, Column::MerchantId))
            .to((member::Column::Id, member::Column::MerchantId));
        Self::find().join(JoinType::InnerJoin, member.into()).select_also(member::Entity).filter(any_hash_of(
            backend,
            Column::TokenHash,
            hashes,
        ))
    }

    /// Sessions that are over, so many at most, for the cleaner.
    pub fn over_before(moment: Time, at_most: u64) -> sea_orm::DeleteMany<Self> {
        some::delete(Column::ExpiresAt.lt(moment), at_most)
    }

    /// Every session of a member, to end them at once.
    pub fn end_all_of(member: MemberId) -> sea_orm::DeleteMany<Self> {
        Self::delete_many().filter(Column::MemberId.eq(member))
    }

    /// Notes when a session was last used; an earlier moment changes nothing.
    pub fn seen(id: SessionId, at: Time) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::LastSeenAt, Expr::value(at))
            .filter(Column::Id.eq(id))
            .filter(Column::LastSeenAt.lt(at))
    }

    /// The session of this token, to end it.
    pub fn end(token_hash: &[u8]) -> sea_orm::DeleteMany<Self> {
        Self::delete_many().filter(Column::TokenHash.eq(token_hash))
    }
}
