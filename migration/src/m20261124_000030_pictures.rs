//! Pictures: those that no row names, the secret that their addresses are signed with, and logos.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &str = include_str!("m20261124_000030_pictures/up.sql");
const DOWN: [&str; 3] =
    ["ALTER TABLE merchant DROP COLUMN logo", "DROP TABLE secret", "DROP TABLE unnamed_picture"];

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
