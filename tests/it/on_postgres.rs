//! One `cargo test` runs everything on both databases: this test is all the others, on PostgreSQL.

use std::{io::Write, process::Command};

use crate::harness::{database::Backend, postgres};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "every CI sets this variable; no setting of the program is called so"
)]
fn every_test_passes_on_postgresql_too() {
    // This is the second run already, or was asked to be the only one.
    if Backend::under_test() == Backend::Postgres {
        return;
    }
    if postgres::programs().is_none() {
        assert!(std::env::var("CI").is_err(), "CI leaves nothing out: install PostgreSQL's server programs");
        // Not by eprintln!, which the test runner keeps to itself when a test passes.
        writeln!(
            std::io::stderr(),
            "\nLEFT OUT: no test ran on PostgreSQL, its server programs are not installed.\n"
        )
        .unwrap();
        return;
    }
    let again =
        Command::new(std::env::current_exe().unwrap()).env("KYC_TEST_DATABASE", "postgres").output().unwrap();
    assert!(
        again.status.success(),
        "on PostgreSQL:\n{}{}",
        String::from_utf8_lossy(&again.stdout),
        String::from_utf8_lossy(&again.stderr)
    );
}
