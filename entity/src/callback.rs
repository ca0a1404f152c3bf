//! A callback that was believed: the same one, sent again, changes nothing.

use sea_orm::{IntoActiveModel, entity::prelude::*, sea_query::OnConflict};

use crate::{Time, some};

/// One callback. It is nobody's: only the run that it names is a merchant's.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "callback")]
pub struct Model {
    /// SHA-256 of what was sent.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Vec<u8>,
    /// When it came first.
    pub at: Time,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The callback with this digest, if it came since then.
    pub fn seen(id: &[u8], since: Time) -> Select<Self> {
        Self::find_by_id(id.to_owned()).filter(Column::At.gte(since))
    }

    /// Remembers one; the newest time counts.
    pub fn remember(row: Model) -> sea_orm::Insert<ActiveModel> {
        let replace = OnConflict::column(Column::Id).update_column(Column::At).to_owned();
        Self::insert(row.into_active_model()).on_conflict(replace)
    }

    /// Callbacks that are forgotten, so many at most, for the cleaner.
    pub fn older_than(moment: Time, at_most: u64) -> sea_orm::DeleteMany<Self> {
        some::delete(Column::At.lt(moment), at_most)
    }
}
