//! kyc-stack: a self-hosted KYC back office in one binary.

pub mod graphql;
pub mod pages;
