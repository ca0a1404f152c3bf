//! One run of a screening: what was held against which lists, and when.

use sea_orm::{FromJsonQueryResult, entity::prelude::*};
use serde::{Deserialize, Serialize};

use crate::{
    Scoped, Time,
    id::{AttemptId, MerchantId, ScreeningId, StepId},
};

/// One run. The newest of a step is its result; those before it stay as a record of what was looked at.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "screening")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ScreeningId,
    pub merchant_id: MerchantId,
    pub attempt_id: AttemptId,
    pub step_id: StepId,
    /// Whether it is the step's newest; at most one is.
    pub newest: bool,
    pub screened_at: Time,
    /// The least score of a match, 0.5 to 1.
    pub threshold: f64,
    /// The version of the algorithm that compared.
    pub engine: i32,
    /// SHA-256 of the name, birth date and country as screened, in hex: with the lists' versions, the threshold and the
    /// engine it says whether a run can be repeated.
    pub inputs_hash: String,
    /// SHA-256 of the name and birth date alone, in hex: decisions are remembered by it.
    pub identity_hash: String,
    /// What was screened against.
    pub lists: ScreenedLists,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

impl Entity {
    /// The newest run of a step, which is its result.
    pub fn newest_of(scope: crate::Scope, step: StepId) -> Select<Self> {
        Self::scoped(scope)
            .filter(Column::StepId.eq(step))
            .filter(sea_orm::sea_query::Expr::col(Column::Newest))
    }

    /// The newest run of each of these steps.
    pub fn newest_of_each(
        scope: crate::Scope,
        backend: sea_orm::DbBackend,
        steps: impl IntoIterator<Item = StepId>,
    ) -> Select<Self> {
        // As the index says it.
        Self::among(scope, backend, Column::StepId, steps)
            .filter(sea_orm::sea_query::Expr::col(Column::Newest))
    }
}

/// The lists of a run, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct ScreenedLists(pub Vec<ScreenedList>);

/// One version of one list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ScreenedList {
    pub name: String,
    /// The publisher's mark of the version.
    pub version: String,
    /// The number of the import, from 1.
    pub number: i64,
    pub published_at: Option<chrono::NaiveDate>,
}
