//! What runs of checks have to know to ask once, to be late, and to be judged again; which callbacks have come.

use sea_orm_migration::prelude::*;

use crate::dialect::render;

const UP: &str = include_str!("m20261123_000020_runs/up.sql");
const DOWN: [&str; 5] = [
    "DROP TABLE callback",
    "ALTER TABLE step_result DROP COLUMN of_last_try",
    "ALTER TABLE step_result DROP COLUMN passed",
    "ALTER TABLE check_run DROP COLUMN answered_at",
    "ALTER TABLE check_run DROP COLUMN sent_at",
];

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
