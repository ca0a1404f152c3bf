//! kyc-stack: a self-hosted KYC back office in one binary. `ARCHITECTURE.md` has the map and the walkthroughs.

pub mod app;
pub mod auth;
pub mod checks;
pub mod clock;
pub mod config;
pub mod days;
pub mod db;
pub mod entropy;
pub mod error;
pub mod events;
pub mod graphql;
pub mod kyc;
pub mod lifecycle;
pub mod ops;
pub mod pages;
pub mod report;
pub mod rest;
pub mod serve;
pub mod telemetry;
pub mod workers;
