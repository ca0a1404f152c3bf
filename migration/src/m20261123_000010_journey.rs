//! The customer's own side: sessions of links, runs of checks, and what these found.

use sea_orm_migration::prelude::*;

use crate::dialect::render;

const UP: &str = include_str!("m20261123_000010_journey/up.sql");
const DOWN: [&str; 3] = ["DROP TABLE step_result", "DROP TABLE check_run", "DROP TABLE link_session"];

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
