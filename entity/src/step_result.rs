//! What the check of a step found, masked. One row a step: the newest.

use sea_orm::{IntoActiveModel, entity::prelude::*, sea_query::OnConflict};

use crate::{
    Scope, Scoped, Time,
    id::{AttemptId, MerchantId, StepId},
};

/// One result: what a provider found about the person, or a picture.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "step_result")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub step_id: StepId,
    pub merchant_id: MerchantId,
    pub attempt_id: AttemptId,
    /// `checks::Found`: names, and numbers that are masked.
    pub found: Option<Json>,
    /// 0 to 100, against the customer's name as it was last compared.
    pub name_match: Option<i32>,
    /// Where the picture is stored.
    pub image: Option<String>,
    /// Pixels.
    pub width: Option<i32>,
    pub height: Option<i32>,
    /// The check itself passed, and nobody of the team has moved the step since: the names alone decide.
    pub passed: bool,
    /// No other try of the step has begun since.
    pub of_last_try: bool,
    /// When it was found, or the picture was taken.
    pub at: Time,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

impl Entity {
    /// Stores a result in place of the one before.
    pub fn put(row: Model) -> sea_orm::Insert<ActiveModel> {
        let columns = [
            Column::Found,
            Column::NameMatch,
            Column::Image,
            Column::Width,
            Column::Height,
            Column::Passed,
            Column::OfLastTry,
            Column::At,
        ];
        let replace = OnConflict::column(Column::StepId).update_columns(columns).to_owned();
        Self::insert(row.into_active_model()).on_conflict(replace)
    }

    /// The step is tried again: what was found before decides nothing any more.
    pub fn outlive(scope: Scope, step: StepId) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::Passed, Expr::value(false))
            .col_expr(Column::OfLastTry, Expr::value(false))
            .filter(Column::MerchantId.eq(scope.merchant_id()))
            .filter(Column::StepId.eq(step))
    }

    /// Somebody of the team has moved the step: the names alone decide no more.
    pub fn overrule(scope: Scope, step: StepId) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::Passed, Expr::value(false))
            .filter(Column::MerchantId.eq(scope.merchant_id()))
            .filter(Column::StepId.eq(step))
    }
}
