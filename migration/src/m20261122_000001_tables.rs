//! The first tables.

use sea_orm_migration::prelude::*;

use crate::dialect::run;

/// Parents before their children.
const UP: [&str; 4] = [
    include_str!("m20261122_000001_tables/merchant.sql"),
    include_str!("m20261122_000001_tables/customer.sql"),
    include_str!("m20261122_000001_tables/attempt.sql"),
    include_str!("m20261122_000001_tables/log.sql"),
];

/// Children before their parents.
const DOWN: [&str; 13] = [
    "idempotency",
    "event",
    "log_head",
    "link",
    "hold",
    "step",
    "attempt",
    "search_token",
    "customer",
    "session",
    "api_key",
    "member",
    "merchant",
];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        run(manager, &UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in DOWN {
            manager.get_connection().execute_unprepared(&format!("DROP TABLE {table}")).await?;
        }
        Ok(())
    }

    // SQLite too: half a schema is worse than none.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
