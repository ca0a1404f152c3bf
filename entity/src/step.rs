//! One check of an attempt.

use sea_orm::entity::prelude::*;

use crate::{
    Party, Scoped, StepKind, StepStatus, Time,
    id::{AttemptId, MerchantId, StepId},
};

/// One step.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "step")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: StepId,
    pub merchant_id: MerchantId,
    pub attempt_id: AttemptId,
    pub kind: StepKind,
    /// From 1.
    pub position: i32,
    pub status: StepStatus,
    /// Whose move this step is; none when it needs nobody.
    pub waiting_on: Option<Party>,
    pub reason_code: Option<String>,
    /// What the customer may read.
    pub reason_message: Option<String>,
    /// What they never see.
    pub reason_staff_note: Option<String>,
    pub tries: i32,
    pub max_tries: i32,
    /// Who performed it: `sandbox`, `setu`, `embedded`, `reviewer`, `api`.
    pub provider: Option<String>,
    pub started_at: Option<Time>,
    pub ended_at: Option<Time>,
    /// When IN_PROGRESS has lasted too long.
    pub deadline_at: Option<Time>,
    pub updated_at: Time,
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}

crate::pick::picked! {
    id: Id,
    merchant_id: MerchantId,
    attempt_id: AttemptId,
    kind: Kind,
    position: Position,
    status: Status,
    waiting_on: WaitingOn,
    reason_code: ReasonCode,
    reason_message: ReasonMessage,
    reason_staff_note: ReasonStaffNote,
    tries: Tries,
    max_tries: MaxTries,
    provider: Provider,
    started_at: StartedAt,
    ended_at: EndedAt,
    deadline_at: DeadlineAt,
    updated_at: UpdatedAt,
    version: Version,
}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

impl Entity {
    /// Steps of every merchant that have been IN_PROGRESS for too long, oldest first.
    pub fn past_deadline(now: Time, limit: u64) -> Select<Self> {
        use sea_orm::{QueryOrder, QuerySelect};
        Self::find().filter(Column::DeadlineAt.lte(now)).order_by_asc(Column::DeadlineAt).limit(limit)
    }
}
