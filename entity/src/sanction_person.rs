//! What a version of a sanctions list says of a person. A version writes what changed and closes what left, so that every
//! old one can be read back as it was, and a day on which nothing changed costs one row.

use sea_orm::{ExprTrait, QueryOrder, QuerySelect, Select, UpdateMany, entity::prelude::*, sea_query::Expr};

use crate::ListName;

/// One record of one person, in the versions from `first_number` to `last_number`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sanction_person")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub list: ListName,
    /// The list's own id of the person.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entity_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub first_number: i64,
    /// None in the current version.
    pub last_number: Option<i64>,
    /// SHA-256 of `record`, in hexadecimal: another record of the same person has another one.
    pub record_hash: String,
    /// The person, as JSON. Text and not JSON to the database: what was hashed is what is stored.
    pub record: String,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The records of one version, by entity id.
    pub fn of_version(list: ListName, number: i64) -> Select<Self> {
        Self::find()
            .filter(Column::List.eq(list))
            .filter(Column::FirstNumber.lte(number))
            .filter(Column::LastNumber.is_null().or(Column::LastNumber.gte(number)))
            .order_by_asc(Column::EntityId)
    }

    /// Entity id and record hash of the current version.
    pub fn present(list: ListName) -> Select<Self> {
        Self::find()
            .select_only()
            .column(Column::EntityId)
            .column(Column::RecordHash)
            .filter(Column::List.eq(list))
            .filter(Column::LastNumber.is_null())
    }

    /// Ends the present records of these persons with the version `last`.
    pub fn close(
        list: ListName,
        last: i64,
        entity_ids: impl IntoIterator<Item = String>,
    ) -> UpdateMany<Self> {
        Self::update_many()
            .col_expr(Column::LastNumber, Expr::value(last))
            .filter(Column::List.eq(list))
            .filter(Column::LastNumber.is_null())
            .filter(Column::EntityId.is_in(entity_ids))
    }
}
