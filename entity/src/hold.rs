//! A manual stop of an attempt: it blocks completion until a reviewer releases it.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{
    ActorKind, Scoped, Time,
    id::{AttemptId, HoldId, MerchantId},
};

/// One hold, active until `released_at` is set.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "hold")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: HoldId,
    pub merchant_id: MerchantId,
    pub attempt_id: AttemptId,
    pub reason_code: String,
    pub reason_message: String,
    pub reason_staff_note: Option<String>,
    pub release_note: Option<String>,
    pub placed_by_kind: ActorKind,
    pub placed_by_id: Option<Uuid>,
    pub placed_at: Time,
    pub released_by_kind: Option<ActorKind>,
    pub released_by_id: Option<Uuid>,
    pub released_at: Option<Time>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}
