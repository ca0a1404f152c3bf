//! The tests of the whole, one file a word. `KYC_TEST_DATABASE` says on which database they run.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod attempts;
mod canary;
mod connections;
mod crash;
mod customers;
mod expiry;
mod filters;
mod growth;
mod harness;
mod holds;
mod http;
mod idempotency;
mod idempotency_http;
mod images;
mod indexes;
mod journey;
mod layers;
mod links;
mod live;
mod logos;
mod migrations;
mod mutations;
mod on_postgres;
mod pages;
mod random_walk;
mod read_path;
mod readme;
mod report;
mod sanction_lists;
mod sanctions_benchmark;
mod screenings;
mod searching;
mod seed;
mod serving;
mod sessions;
mod settings;
mod setu;
mod standing;
mod steps;
mod summary;
mod tables;
mod tenancy;
mod verify;
mod workers;
