//! What runs of checks have to know to ask once, to be late, and to be judged again; which callbacks have come.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

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
