//! Errors as the API shows them: a code for programs, a sentence for people, and nothing from below.

use async_graphql::Pos;

use super::answer::GraphError;
use crate::error::{Error, Public};

impl GraphError {
    /// An error with a code.
    pub fn new(code: &'static str, message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            code,
            locations: Vec::new(),
            path: Vec::new(),
            reference: None,
            retry_after: None,
        }
    }

    /// A malformed document, argument or variable.
    pub fn bad_input(message: impl Into<std::borrow::Cow<'static, str>>, at: Pos) -> Self {
        Self { locations: vec![(at.line, at.column)], ..Self::new("BAD_USER_INPUT", message) }
    }

    /// A document or an operation over a limit.
    pub fn too_large(message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::new("QUERY_TOO_LARGE", message)
    }
}

/// An error as GraphQL shows it.
pub fn public(error: &Error) -> GraphError {
    let Public { code, message, reference, retry_after } = error.public();
    GraphError { reference, retry_after, ..GraphError::new(code, message) }
}

/// A page of another site tried to use the member's session.
pub fn foreign_page() -> GraphError {
    GraphError::new(
        "FORBIDDEN",
        "A signed-in session works on this server's own pages only. From elsewhere, send an API key.",
    )
}
