//! One check of an attempt.

use sea_orm::{FromQueryResult, Statement, entity::prelude::*};

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
    /// When a check of our own has to run (again): set on a screening of an open attempt until it has concluded.
    pub check_due_at: Option<Time>,
    pub updated_at: Time,
    pub version: i32,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

/// A step whose check is due.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct CheckDue {
    pub id: StepId,
    pub merchant_id: MerchantId,
    pub attempt_id: AttemptId,
}

/// Steps whose check is due, of every merchant in turn: each one's longest due, then each one's next. A merchant that creates
/// thousands of attempts at once makes nobody else wait for them.
///
/// Unless the check is `ready` to find something, those are left out that say so already.
///
/// # Errors
/// When the database fails.
pub async fn checks_due(
    db: &impl ConnectionTrait,
    now: Time,
    ready: bool,
    limit: u64,
) -> Result<Vec<CheckDue>, DbErr> {
    let fresh = if ready {
        ""
    } else {
        "AND (status IN ('NOT_STARTED', 'IN_PROGRESS') OR reason_code = 'DETAILS_CHANGED')"
    };
    let sql = format!(
        "SELECT id, merchant_id, attempt_id FROM (\
             SELECT id, merchant_id, attempt_id, check_due_at, \
                 row_number() OVER (PARTITION BY merchant_id ORDER BY check_due_at, id) AS turn \
             FROM step WHERE check_due_at <= $1 {fresh}\
         ) AS due WHERE turn <= $2 ORDER BY turn, check_due_at, id LIMIT $2"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let statement =
        Statement::from_sql_and_values(db.get_database_backend(), sql, [now.into(), limit.into()]);
    CheckDue::find_by_statement(statement).all(db).await
}

impl Entity {
    /// Steps of every merchant that have been IN_PROGRESS for too long, oldest first.
    pub fn past_deadline(now: Time, limit: u64) -> Select<Self> {
        use sea_orm::{QueryOrder, QuerySelect};
        Self::find().filter(Column::DeadlineAt.lte(now)).order_by_asc(Column::DeadlineAt).limit(limit)
    }
}
