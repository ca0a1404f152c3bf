//! The customer's own side: sessions of links, runs of checks, and what these found.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &str = include_str!("m20261123_000010_journey/up.sql");
const DOWN: [&str; 3] = ["DROP TABLE step_result", "DROP TABLE check_run", "DROP TABLE link_session"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &[UP]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &DOWN).await
    }

    // SQLite too: half a schema is worse than none.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
