//! The index of states tells when an attempt is due, too: a count of attempts in a state, as they are seen now, is read from
//! it alone.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, "merchant_id, state, created_at, id, due_at").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, "merchant_id, state, created_at, id").await
    }

    // SQLite too: half a schema is worse than none.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn replace(manager: &SchemaManager<'_>, columns: &str) -> Result<(), DbErr> {
    let create = format!("CREATE INDEX attempt_state ON attempt ({columns})");
    run(manager, &["DROP INDEX attempt_state", &create]).await
}
