//! The routes that are not GraphQL. Each parses, calls one use case, and writes the answer.

pub mod error;
pub mod report;
mod json;
pub mod session;
mod state;

pub use state::RestState;
