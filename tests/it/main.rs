//! The tests of the whole, one file a word. `KYC_TEST_DATABASE` says on which database they run.

mod harness;
mod indexes;
mod migrations;
mod on_postgres;
mod tables;
