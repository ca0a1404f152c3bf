//! Pictures: those that no row names, the secret that their addresses are signed with, and logos.

use sea_orm_migration::prelude::*;

use crate::dialect::render;

const UP: &str = include_str!("m20261124_000030_pictures/up.sql");
const DOWN: [&str; 3] =
    ["ALTER TABLE merchant DROP COLUMN logo", "DROP TABLE secret", "DROP TABLE unnamed_picture"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = render(UP, manager.get_database_backend())?;
        manager.get_connection().execute_unprepared(&sql).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for sql in DOWN {
            manager.get_connection().execute_unprepared(sql).await?;
        }
        Ok(())
    }

    // SQLite too: half a schema is worse than none.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
