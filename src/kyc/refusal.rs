//! What the rules refuse, as the API says it; and the refusals that every use case shares.

use crate::{
    error::{Current, Error, Result, UserError, UserErrorCode},
    lifecycle::{Refusal, RefusalCode},
};

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::User(vec![(&refusal).into()])
    }
}

impl From<&Refusal> for UserError {
    fn from(refusal: &Refusal) -> Self {
        Self::new(code(refusal.code()), refusal.field(), refusal.to_string())
    }
}

fn code(code: RefusalCode) -> UserErrorCode {
    match code {
        RefusalCode::Invalid => UserErrorCode::Invalid,
        RefusalCode::NotFound => UserErrorCode::NotFound,
        RefusalCode::Required => UserErrorCode::Required,
        RefusalCode::TooLong => UserErrorCode::TooLong,
        RefusalCode::InvalidTransition => UserErrorCode::InvalidTransition,
        RefusalCode::AttemptEnded => UserErrorCode::AttemptEnded,
        RefusalCode::TriesExhausted => UserErrorCode::TriesExhausted,
        RefusalCode::LinkInactive => UserErrorCode::LinkInactive,
    }
}

/// Nothing in the scope has the id of this field. `what` begins the sentence: "No step".
pub(super) fn not_found(field: &str, what: &str) -> Error {
    Error::user(UserErrorCode::NotFound, &[field], format!("{what} with this id is visible to you."))
}

/// Refuses when the caller has seen another version than `present`. `what` begins the sentence: "The step".
pub(super) fn expect_version(
    expected: Option<i32>,
    present: i32,
    what: &str,
    current: Current,
) -> Result<()> {
    if expected.is_none_or(|expected| expected == present) {
        return Ok(());
    }
    let message =
        format!("{what} has changed: it is at version {present} now. Look at it, then decide again.");
    let error = UserError::new(UserErrorCode::VersionConflict, &["expectedVersion"], message);
    Err(Error::Conflict { error, current })
}
