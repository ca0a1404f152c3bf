//! Sanction lists: their versions, and the persons of each.

use sea_orm_migration::prelude::*;

use crate::dialect::render;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sql = include_str!("m20261123_000001_sanction_lists/up.sql");
        let sql = render(sql, manager.get_database_backend())?;
        manager.get_connection().execute_unprepared(&sql).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["sanction_person", "sanction_list"] {
            manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
        }
        Ok(())
    }

    // SQLite too: half a schema is worse than none.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
