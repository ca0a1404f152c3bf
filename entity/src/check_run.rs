//! A run of a check: what a provider is to be asked, and when next.

use sea_orm::{DbBackend, FromQueryResult, QuerySelect, Statement, entity::prelude::*};

use crate::{
    Scope, Scoped, Time,
    id::{AttemptId, MerchantId, RunId, StepId},
};

/// One run. Without `Debug` of what it asks: that may be a PAN or an account number.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "check_run")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: RunId,
    pub merchant_id: MerchantId,
    pub attempt_id: AttemptId,
    pub step_id: StepId,
    /// What is to be asked; none once the provider has it, and when the run has ended.
    pub ask: Option<Asked>,
    /// By which the same input is recognised while the run is open.
    pub ask_hash: Option<Vec<u8>>,
    /// The provider's own id of it.
    pub reference: Option<String>,
    /// What is known while the provider works on the rest, masked.
    pub found: Option<Json>,
    /// How often in a row the provider was asked and was down.
    pub asked: i32,
    /// When it is to be looked at next: later than now, too, while somebody is at it. None once it has ended.
    pub due_at: Option<Time>,
    pub created_at: Time,
    pub ended_at: Option<Time>,
    /// When a question that may be sent once only went out; none again when it certainly did not arrive.
    pub sent_at: Option<Time>,
    /// When its outcome was heard. None of one that has ended: somebody has moved the step meanwhile.
    pub answered_at: Option<Time>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

/// JSON that nobody prints.
#[derive(Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize, sea_orm::FromJsonQueryResult)]
#[serde(transparent)]
pub struct Asked(pub serde_json::Value);

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A run that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Due {
    pub id: RunId,
    pub merchant_id: MerchantId,
    pub attempt_id: AttemptId,
}

/// Takes runs that are due, of every merchant in turn: nobody else finds them due before `until`. Who takes one and dies
/// leaves it to the next who looks after that.
///
/// # Errors
/// When the database fails.
pub async fn take_due(
    db: &impl ConnectionTrait,
    now: Time,
    until: Time,
    limit: u64,
) -> Result<Vec<Due>, DbErr> {
    Due::find_by_statement(taking(db.get_database_backend(), now, until, limit)).all(db).await
}

/// The statement of [`take_due`].
pub fn taking(backend: DbBackend, now: Time, until: Time, limit: u64) -> Statement {
    // Several replicas look at once, and each passes over what another is taking. SQLite has one writer.
    let lock = if backend == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "UPDATE check_run SET due_at = $2 WHERE id IN (\
             SELECT id FROM check_run WHERE id IN (\
                 SELECT id FROM (\
                     SELECT id, due_at, row_number() OVER (PARTITION BY merchant_id ORDER BY due_at, id) AS turn \
                     FROM check_run WHERE due_at <= $1\
                 ) AS due WHERE turn <= $3 ORDER BY turn, due_at, id LIMIT $3\
             ) AND due_at <= $1 {lock}\
         ) RETURNING id, merchant_id, attempt_id"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let values = [now.into(), until.into(), limit.into()];
    Statement::from_sql_and_values(backend, sql, values)
}

impl Entity {
    /// The runs of a step that began since a moment, the oldest first.
    pub fn of_step_since(scope: Scope, step: StepId, moment: Time) -> Select<Self> {
        use sea_orm::QueryOrder;
        Self::scoped(scope)
            .filter(Column::StepId.eq(step))
            .filter(Column::CreatedAt.gt(moment))
            .order_by_asc(Column::CreatedAt)
    }

    /// The run of a step that has not ended; there is one at most.
    pub fn open_of(scope: Scope, step: StepId) -> Select<Self> {
        Self::scoped(scope).filter(Column::StepId.eq(step)).filter(Column::EndedAt.is_null())
    }

    /// Notes that a run's question goes out, unless it has before, or the run is over.
    pub fn send(scope: Scope, id: RunId, at: Time) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::SentAt, Expr::value(at))
            .filter(Column::MerchantId.eq(scope.merchant_id()))
            .filter(Column::Id.eq(id))
            .filter(Column::SentAt.is_null())
            .filter(Column::EndedAt.is_null())
    }

    /// The open runs of an attempt.
    pub fn open_of_attempt(scope: Scope, attempt: AttemptId) -> Select<Self> {
        Self::scoped(scope).filter(Column::AttemptId.eq(attempt)).filter(Column::EndedAt.is_null())
    }

    /// Runs that a provider knows by this reference and whose outcome nobody has heard, of every merchant: the reference is all
    /// that its answer names. It is one run's, but for the sandbox's, of which any will do.
    pub fn by_reference(reference: &str, limit: u64) -> Select<Self> {
        Self::find().filter(Column::Reference.eq(reference)).filter(Column::AnsweredAt.is_null()).limit(limit)
    }
}
