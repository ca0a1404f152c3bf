//! Runs of screenings, their matches, and when a check of our own is due.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

const UP: &str = include_str!("m20261123_000002_screenings/up.sql");
const DOWN: [&str; 4] = [
    "DROP TABLE screening_match",
    "DROP TABLE screening",
    "DROP INDEX step_check_due",
    "ALTER TABLE step DROP COLUMN check_due_at",
];

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
