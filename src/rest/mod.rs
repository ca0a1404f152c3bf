//! The routes that are not GraphQL. Each parses, calls one use case, and writes the answer.

pub mod callback;
pub mod error;
pub mod health;
pub mod journey;
mod json;
pub mod picture;
pub mod report;
pub mod session;
mod state;

use axum::{http::StatusCode, response::Response};

pub use state::{JourneyReader, RestState};

/// What no route matches.
pub async fn not_found() -> Response {
    error::answer(StatusCode::NOT_FOUND, "NOT_FOUND", "Nothing is here. README.md names the routes.")
}
