//! What the replicas of a deployment sign with: theirs, and no merchant's.

use sea_orm::{IntoActiveModel, entity::prelude::*};

/// One secret.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "secret")]
pub struct Model {
    /// What it is for.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    pub value: Hidden,
}

impl ActiveModelBehavior for ActiveModel {}

/// Bytes that nobody prints.
#[derive(Clone, PartialEq, Eq, DeriveValueType)]
pub struct Hidden(pub Vec<u8>);

impl std::fmt::Debug for Hidden {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Entity {
    /// The secret of this name.
    pub fn of(name: &str) -> Select<Self> {
        Self::find_by_id(name.to_owned())
    }

    /// Keeps a secret, unless another replica was first.
    pub fn offer(row: Model) -> sea_orm::TryInsert<ActiveModel> {
        Self::insert(row.into_active_model()).on_conflict_do_nothing_on([Column::Name])
    }
}
