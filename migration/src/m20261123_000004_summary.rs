//! What a summary of many attempts reads, in few indexes.
//!
//! `attempt.step_statuses` says what statuses the steps of an attempt have, so that a funnel reads attempts alone; the index of
//! creation has it, and whatever else is counted. `seconds` is how long what is COMPLETED took, and an index each has it in
//! order, for medians. The database makes `seconds` of its neighbours; nobody writes it.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::dialect::run;

const UP: &str = include_str!("m20261123_000004_summary/up.sql");
const DOWN: [&str; 7] = [
    "DROP INDEX step_seconds",
    "DROP INDEX attempt_seconds",
    "DROP INDEX attempt_created",
    "ALTER TABLE step DROP COLUMN seconds",
    "ALTER TABLE attempt DROP COLUMN seconds",
    "ALTER TABLE attempt DROP COLUMN step_statuses",
    "CREATE INDEX attempt_created ON attempt (merchant_id, created_at, id)",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let backend = manager.get_database_backend();
        let sql = UP
            .replace("{attempt_seconds}", &seconds(backend, "state", "created_at"))
            .replace("{step_seconds}", &seconds(backend, "status", "started_at"))
            // Not to be looked for: PostgreSQL would take a state for a reason to walk this index. SQLite has no INCLUDE.
            .replace("{behind}", if backend == DbBackend::Postgres { ") INCLUDE (" } else { ", " });
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

/// A column that the database fills: from one moment to the end, each cut to whole seconds; NULL for what is not COMPLETED.
fn seconds(backend: DbBackend, word: &str, begun: &str) -> String {
    let (whole, kept): (fn(&str) -> String, _) = match backend {
        // In UTC, said aloud: what depends on the session's zone is no constant.
        DbBackend::Postgres => {
            (|time| format!("floor(extract(epoch FROM {time} AT TIME ZONE 'UTC'))::bigint"), "STORED")
        }
        // Without the fraction: unixepoch would round it.
        _ => (|time| format!("unixepoch(substr({time}, 1, 19))"), "VIRTUAL"),
    };
    let (from, until) = (whole(begun), whole("ended_at"));
    format!("GENERATED ALWAYS AS (CASE WHEN {word} = 'COMPLETED' THEN {until} - {from} END) {kept}")
}
