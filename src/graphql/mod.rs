//! The public GraphQL API.

pub mod answer;
pub mod error;
pub mod exec;
pub mod scalar;
