//! The routes that are not GraphQL. Each parses, calls one use case, and writes the answer.

pub mod error;
mod json;
pub mod session;
mod state;

pub use state::RestState;
