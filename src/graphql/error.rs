//! Errors as the API shows them: a code for programs, a sentence for people, and nothing from below.

use async_graphql::Pos;

use super::answer::GraphError;
use crate::error::Error;

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

/// The public face of an error. What comes from below is logged with a reference, and masked.
pub fn public(error: Error) -> GraphError {
    match error {
        Error::Forbidden(role) => GraphError::new(
            "FORBIDDEN",
            format!("This takes the role {role}. Ask an ADMIN of your team for it."),
        ),
        Error::NotForThisActor(message) => GraphError::new("FORBIDDEN", message),
        Error::Unauthenticated => GraphError::new(
            "UNAUTHENTICATED",
            "Sign in, or send an API key as `Authorization: Bearer …`. Keys that were revoked do not work any more.",
        ),
        Error::BadInput(message) => GraphError::new("BAD_USER_INPUT", message),
        Error::CursorInvalid(message) => GraphError::new("CURSOR_INVALID", message),
        Error::RateLimited(seconds) => GraphError {
            retry_after: Some(seconds),
            ..GraphError::new("RATE_LIMITED", format!("Too many requests. Try again in {seconds} s."))
        },
        // These never reach the top level: mutations answer them as user errors, `kyc` handles the last.
        Error::User(_) | Error::Conflict { .. } | Error::Overdue(_) | Error::Internal(_) => masked(&error),
    }
}

fn masked(error: &Error) -> GraphError {
    // A reference only has to be found again in the log: it is no secret and no id of ours.
    let reference = crate::entropy::Entropy::System.token()[..12].to_owned();
    tracing::error!(%reference, error = error as &dyn std::error::Error, "internal error");
    GraphError {
        reference: Some(reference),
        ..GraphError::new(
            "INTERNAL",
            "Something went wrong on our side. Name the reference when you report it.",
        )
    }
}
