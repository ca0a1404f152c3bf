//! Lists of attempts that a filter leaves few of, in any order: each class of attempts has an index for each sort.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::dialect::run;

const UP: &str = include_str!("m20261125_000040_reads/up.sql");
const DOWN: [&str; 11] = [
    "DROP INDEX attempt_class_waiting",
    "DROP INDEX attempt_class_expires",
    "DROP INDEX attempt_class_updated",
    "DROP INDEX attempt_class_created",
    "ALTER TABLE attempt DROP COLUMN class",
    "CREATE INDEX attempt_waiting_on ON attempt (merchant_id, waiting_on, created_at, id) WHERE waiting_on IS NOT NULL",
    "CREATE INDEX attempt_needs_provider ON attempt (merchant_id, created_at, id) WHERE needs_provider",
    "CREATE INDEX attempt_needs_reviewer ON attempt (merchant_id, created_at, id) WHERE needs_reviewer",
    "CREATE INDEX attempt_on_hold ON attempt (merchant_id, created_at, id) WHERE active_holds > 0",
    "CREATE INDEX attempt_expires ON attempt (merchant_id, coalesce(expires_at, '9999-12-31T00:00:00+00:00'), id)",
    "CREATE INDEX attempt_waiting ON attempt (merchant_id, coalesce(waiting_since, '9999-12-31T00:00:00+00:00'), id)",
];

/// 1 to 5 is what has ended, and how; from 32 on what is open: 1 when it has begun, 2 when the customer has something to do,
/// 4 when a provider has, and 8 when a reviewer has, or 16 when that is to release a hold.
const CLASS: &str = "CASE state WHEN 'COMPLETED' THEN 1 WHEN 'REJECTED' THEN 2 WHEN 'EXPIRED' THEN \
    CASE expiry_reason WHEN 'NEVER_OPENED' THEN 3 WHEN 'ABANDONED' THEN 4 ELSE 5 END \
    ELSE 32 + CASE WHEN state = 'IN_PROGRESS' THEN 1 ELSE 0 END + CASE WHEN needs_customer THEN 2 ELSE 0 END \
    + CASE WHEN needs_provider THEN 4 ELSE 0 END \
    + CASE WHEN active_holds > 0 THEN 16 WHEN needs_reviewer THEN 8 ELSE 0 END END";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // PostgreSQL writes the table anew for it.
        let kept = if manager.get_database_backend() == DbBackend::Postgres { "STORED" } else { "VIRTUAL" };
        let sql = UP.replace("{class}", &format!("GENERATED ALWAYS AS ({CLASS}) {kept}"));
        run(manager, &[&sql]).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &DOWN).await
    }

    // SQLite too: half a schema is worse than none.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
