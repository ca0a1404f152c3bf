//! The tests of the whole, one file a word. `KYC_TEST_DATABASE` says on which database they run.

mod attempts;
mod expiry;
mod harness;
mod holds;
mod idempotency;
mod indexes;
mod links;
mod migrations;
mod on_postgres;
mod steps;
mod tables;
mod workers;
