//! The history of the tables: frozen once released, and the same for SQLite and PostgreSQL.
//!
//! A migration imports nothing of ours, so that an old one still means today what it meant when it ran; it spells every
//! word and type itself. Why the indexes are what they are stands in `docs/decisions/0004-indexes.md`.
//!
//! [`run`] is the way in: it lets one process migrate at a time, and answers whether anything is left to do.

use sea_orm_migration::prelude::*;

mod dialect;
mod m20261122_000001_tables;
mod m20261123_000001_sanction_lists;
mod m20261123_000002_screenings;
mod m20261123_000003_attempt_state;
mod m20261123_000004_summary;
mod m20261123_000010_journey;
mod m20261123_000020_runs;
mod m20261124_000030_pictures;
mod m20261125_000040_reads;
pub mod run;

/// Every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_tables::Migration),
            Box::new(m20261123_000001_sanction_lists::Migration),
            Box::new(m20261123_000002_screenings::Migration),
            Box::new(m20261123_000003_attempt_state::Migration),
            Box::new(m20261123_000004_summary::Migration),
            Box::new(m20261123_000010_journey::Migration),
            Box::new(m20261123_000020_runs::Migration),
            Box::new(m20261124_000030_pictures::Migration),
            Box::new(m20261125_000040_reads::Migration),
        ]
    }
}
