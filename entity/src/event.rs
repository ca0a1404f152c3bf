//! One entry of a merchant's log: the tracker, the audit and (through them) every live update. Append-only.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::{
    ActorKind, EventType, Scoped, Time,
    id::{AttemptId, CustomerId, EventId, MerchantId, StepId},
};

/// One event. Free text and personal values are never here.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub merchant_id: MerchantId,
    /// 1, 2, 3 … without a gap, in commit order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub seq: i64,
    #[sea_orm(unique)]
    pub id: EventId,
    #[sea_orm(column_name = "type")]
    pub kind: EventType,
    pub at: Time,
    pub actor_kind: ActorKind,
    pub actor_id: Option<Uuid>,
    pub customer_id: Option<CustomerId>,
    pub attempt_id: Option<AttemptId>,
    pub step_id: Option<StepId>,
    /// What else it is about: a hold, a member, an API key.
    pub subject_id: Option<Uuid>,
    /// The state or status before.
    pub from: Option<String>,
    /// The state or status after.
    pub to: Option<String>,
    pub reason_code: Option<String>,
    /// The after-image of what changed, without personal values: enough to rebuild the tables by replay.
    pub data: Json,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}
