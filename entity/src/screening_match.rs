//! Somebody on a list who may be the customer, and what the team decided about it.

use sea_orm::{DbBackend, FromJsonQueryResult, QueryOrder, QuerySelect, entity::prelude::*};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    ActorKind, MatchDecision, Scope, Scoped, Time,
    id::{AttemptId, CustomerId, MatchId, MerchantId, ScreeningId, StepId},
};

/// One match of one run. What the list said then is kept with it: the list moves on, the decision has to be understood
/// later.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "screening_match")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: MatchId,
    pub merchant_id: MerchantId,
    pub customer_id: CustomerId,
    pub attempt_id: AttemptId,
    pub step_id: StepId,
    pub screening_id: ScreeningId,
    /// Its place among the matches of the run, from 1: the best score first.
    pub position: i32,
    /// The list's name.
    pub list: String,
    /// The list's own id of the person.
    pub entity_id: String,
    /// SHA-256 of all that the list says of the person, in hex.
    pub record_hash: String,
    /// The name that matched best.
    pub listed_name: String,
    /// 0 to 1.
    pub score: f64,
    pub explanation: Texts,
    pub listed_names: Texts,
    pub listed_birth_dates: Texts,
    /// ISO 3166-1 alpha-2.
    pub listed_countries: Texts,
    pub programs: Texts,
    /// Of the run, again: decisions are remembered by it.
    pub identity_hash: String,
    pub decision: MatchDecision,
    pub note: Option<String>,
    pub decided_by_kind: Option<ActorKind>,
    pub decided_by_id: Option<Uuid>,
    pub decided_at: Option<Time>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

/// Sentences or names, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Texts(pub Vec<String>);

impl Entity {
    /// What was decided about a customer while they had this name and birth date, of list entries as they were then: newest
    /// decision first.
    pub fn decided(scope: Scope, customer: CustomerId, identity_hash: &str, limit: u64) -> Select<Self> {
        Self::scoped(scope)
            .filter(Column::CustomerId.eq(customer))
            .filter(Column::IdentityHash.eq(identity_hash))
            // As the index says it.
            .filter(sea_orm::sea_query::Expr::cust("decision <> 'PENDING'"))
            .order_by_desc(Column::DecidedAt)
            .order_by_desc(Column::Id)
            .limit(limit)
    }

    /// The matches of these runs, each run's best first.
    pub fn of_screenings(
        scope: Scope,
        backend: DbBackend,
        screenings: impl IntoIterator<Item = ScreeningId>,
    ) -> Select<Self> {
        Self::among(scope, backend, Column::ScreeningId, screenings)
            .order_by_asc(Column::ScreeningId)
            .order_by_asc(Column::Position)
    }
}
