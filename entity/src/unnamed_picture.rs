//! A picture in the store that no row names: on its way to being named, or replaced. Written before the picture is, so that
//! none is ever lost sight of.

use sea_orm::{IntoActiveModel, QueryOrder, QuerySelect, entity::prelude::*, sea_query::OnConflict};

use crate::{Scope, Scoped, Time, id::MerchantId};

/// One picture.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "unnamed_picture")]
pub struct Model {
    /// Where it is stored.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub merchant_id: MerchantId,
    pub since: Time,
    /// Whether it may be removed: nobody can name it any more.
    pub going: bool,
}

impl ActiveModelBehavior for ActiveModel {}

impl Scoped for Entity {
    const MERCHANT: Column = Column::MerchantId;
}

impl Entity {
    /// Notes a picture, or that a noted one is going.
    pub fn note(row: Model) -> sea_orm::Insert<ActiveModel> {
        let going = OnConflict::column(Column::Key).update_column(Column::Going).to_owned();
        Self::insert(row.into_active_model()).on_conflict(going)
    }

    /// The picture is named from now on; one row, unless it is going already.
    pub fn named(scope: Scope, key: &str) -> sea_orm::DeleteMany<Self> {
        Self::delete_many()
            .filter(Column::Key.eq(key))
            .filter(Column::MerchantId.eq(scope.merchant_id()))
            .filter(Column::Going.eq(false))
    }

    /// Lets one go; no row, if it is named.
    pub fn let_go(key: &str) -> sea_orm::UpdateMany<Self> {
        Self::update_many().col_expr(Column::Going, Expr::value(true)).filter(Column::Key.eq(key))
    }

    /// Lets those go that have been on their way since before a moment: whoever was to name them has died.
    pub fn give_up(before: Time) -> sea_orm::UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::Going, Expr::value(true))
            .filter(Column::Going.eq(false))
            .filter(Column::Since.lt(before))
    }

    /// Pictures that may be removed, of every merchant, the oldest first.
    pub fn going(limit: u64) -> Select<Self> {
        Self::find().filter(Column::Going.eq(true)).order_by_asc(Column::Since).limit(limit)
    }

    /// These are removed.
    pub fn gone(keys: Vec<String>) -> sea_orm::DeleteMany<Self> {
        Self::delete_many().filter(Column::Key.is_in(keys)).filter(Column::Going.eq(true))
    }

    /// Rows of pictures that are named all the same, for `verify`: they would be removed.
    pub fn named_all_the_same() -> Select<Self> {
        use sea_orm::{Condition, QueryTrait};
        let steps = crate::step_result::Entity::find()
            .select_only()
            .column(crate::step_result::Column::Image)
            .filter(crate::step_result::Column::Image.is_not_null());
        let merchants = crate::merchant::Entity::find()
            .select_only()
            .column(crate::merchant::Column::Logo)
            .filter(crate::merchant::Column::Logo.is_not_null());
        let named = Condition::any()
            .add(Column::Key.in_subquery(steps.into_query()))
            .add(Column::Key.in_subquery(merchants.into_query()));
        Self::find().filter(named)
    }
}
