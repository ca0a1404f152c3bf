//! The one error of use cases, and its two faces: what the caller is told, and what only the log is told.

use std::{borrow::Cow, fmt};

use entity::{
    Role,
    id::{AttemptId, CustomerId, StepId},
};

use crate::entropy::Entropy;

/// What went wrong, as a use case says it.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input was refused: answered as `userErrors`, the transaction rolled back, nothing stored.
    #[error("the input was refused: {0:?}")]
    User(Vec<UserError>),
    /// The input was refused because of how an object is now; the answer shows that object.
    #[error("the input does not fit the present {current:?}")]
    Conflict {
        /// Why.
        error: UserError,
        /// What the payload shows.
        current: Current,
    },
    /// The actor's role does not contain the one that is needed. Top-level code FORBIDDEN.
    #[error("the role {0} is needed")]
    Forbidden(Role),
    /// The operation is for another kind of actor. Top-level code FORBIDDEN.
    #[error("{0}")]
    NotForThisActor(&'static str),
    /// Nobody is signed in, or the credentials are not valid any more. Top-level code UNAUTHENTICATED.
    #[error("no valid credentials")]
    Unauthenticated,
    /// The request itself is malformed: an argument, a cursor, a page size. Top-level code BAD_USER_INPUT.
    #[error("{0}")]
    BadInput(String),
    /// Not a cursor of this list or log. Top-level code CURSOR_INVALID.
    #[error("{0}")]
    CursorInvalid(String),
    /// A position that the log does not go back to any more. Top-level code CURSOR_EXPIRED.
    #[error("{0}")]
    CursorExpired(String),
    /// It asks for more than is given at once. Top-level code QUERY_TOO_LARGE.
    #[error("{0}")]
    TooLarge(String),
    /// Too much at once; try again after so many seconds. Top-level code RATE_LIMITED.
    #[error("too many requests; try again in {0} s")]
    RateLimited(u64),
    /// The attempt met is past its expiry, which is not written yet. Never leaves `kyc`: the expiry is written and
    /// committed first, and the use case runs again.
    #[error("an overdue attempt has to be expired first")]
    Overdue(AttemptId),
    /// What was read without a lock has changed before it was written. Never leaves `kyc`: the use case runs again, and locks.
    #[error("what was read has changed meanwhile")]
    Stale,
    /// The database's answer to a commit was lost: it may be done. Nobody undoes anything on it. Logged and masked as
    /// [`Error::Internal`].
    #[error("whether it was done is not known: {0}")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Our own bug, or the database's trouble: logged with a reference, and masked.
    #[error("internal: {0}")]
    Internal(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// The object that a refused mutation shows as it is now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Current {
    Customer(CustomerId),
    Attempt(AttemptId),
    /// A step and its attempt.
    Step(StepId, AttemptId),
}

/// What use cases answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// An internal error that has no other error below it.
    pub fn internal(what: impl fmt::Display) -> Self {
        Self::Internal(what.to_string().into())
    }

    /// One refused field of the input.
    pub fn user(code: UserErrorCode, field: &[&str], message: impl Into<String>) -> Self {
        Self::User(vec![UserError::new(code, field, message)])
    }
}

/// An error as callers are told of it: the same over GraphQL and over the other routes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Public {
    /// What programs branch on: `extensions.code`.
    pub code: &'static str,
    /// An English sentence that says what to do.
    pub message: Cow<'static, str>,
    /// What to look for in the log.
    pub reference: Option<String>,
    /// In how many seconds to try again.
    pub retry_after: Option<u64>,
}

impl Public {
    fn new(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code, message: message.into(), reference: None, retry_after: None }
    }
}

impl Error {
    /// The public face. What comes from below is logged with a reference, and masked.
    pub fn public(&self) -> Public {
        match self {
            Self::Forbidden(role) => Public::new(
                "FORBIDDEN",
                format!("This takes the role {role}. Ask an ADMIN of your team for it."),
            ),
            Self::NotForThisActor(message) => Public::new("FORBIDDEN", *message),
            Self::Unauthenticated => Public::new(
                "UNAUTHENTICATED",
                "Sign in, or send an API key as `Authorization: Bearer …`. Keys that were revoked do not work any more.",
            ),
            Self::BadInput(message) => Public::new("BAD_USER_INPUT", message.clone()),
            Self::CursorInvalid(message) => Public::new("CURSOR_INVALID", message.clone()),
            Self::TooLarge(message) => Public::new("QUERY_TOO_LARGE", message.clone()),
            Self::CursorExpired(message) => Public::new("CURSOR_EXPIRED", message.clone()),
            Self::RateLimited(seconds) => Public {
                retry_after: Some(*seconds),
                ..Public::new("RATE_LIMITED", format!("Too many requests. Try again in {seconds} s."))
            },
            Self::User(errors) if !errors.is_empty() => {
                Public::new("BAD_USER_INPUT", errors[0].message.clone())
            }
            Self::Conflict { error, .. } => Public::new("BAD_USER_INPUT", error.message.clone()),
            Self::Unknown(_) => Public {
                message: "Whether this was done is not known: an answer was lost on the way. Look before you send it again, or \
                    send it again with the same idempotency key."
                    .into(),
                ..self.masked()
            },
            Self::User(_) | Self::Overdue(_) | Self::Stale | Self::Internal(_) => self.masked(),
        }
    }

    fn masked(&self) -> Public {
        // It only has to be found again in the log: it is no secret and no id of ours.
        let reference = Entropy::System.token()[..12].to_owned();
        tracing::error!(%reference, error = self as &dyn std::error::Error, "internal error");
        Public {
            reference: Some(reference),
            ..Public::new(
                "INTERNAL",
                "Something went wrong on our side. Name the reference when you report it.",
            )
        }
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Internal(Box::new(error))
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(Box::new(error))
    }
}

/// Why an input was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserError {
    /// Where in the input, from the `input` argument's own fields; none when it is about the whole.
    pub field: Option<Vec<String>>,
    /// An English sentence that says what to do.
    pub message: String,
    /// What programs branch on.
    pub code: UserErrorCode,
}

impl UserError {
    /// An error of one field.
    pub fn new(code: UserErrorCode, field: &[&str], message: impl Into<String>) -> Self {
        let field = (!field.is_empty()).then(|| field.iter().map(ToString::to_string).collect());
        Self { field, message: message.into(), code }
    }
}

/// What programs branch on when a mutation refuses its input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, async_graphql::Enum)]
#[graphql(rename_items = "SCREAMING_SNAKE_CASE")]
pub enum UserErrorCode {
    /// The value does not have the form that the field asks for.
    Invalid,
    /// Nothing with this id or reference is visible to you.
    NotFound,
    /// The field must be given here.
    Required,
    /// Another object already has this value.
    Taken,
    /// The text is longer than allowed; the message says how long it may be.
    TooLong,
    /// The list has more entries than allowed; the message says how many it may have.
    TooMany,
    /// The step or attempt cannot move from where it is to where you asked.
    InvalidTransition,
    /// The attempt is COMPLETED, REJECTED or EXPIRED: nothing moves it any more.
    AttemptEnded,
    /// The step has no tries left.
    TriesExhausted,
    /// The object has changed since `expectedVersion`; the payload holds it as it is now.
    VersionConflict,
    /// The idempotency key was used before with another input. Use a new key.
    IdempotencyKeyReused,
    /// The customer has an open attempt already; the payload holds it.
    ActiveAttemptExists,
    /// The link is expired, revoked or ended, or the attempt has none.
    LinkInactive,
    /// Two colours that stand on each other are too close to be read.
    LowContrast,
    /// Below ADMIN, the steps of an attempt must contain the merchant's journey.
    ForbiddenSteps,
    /// The merchant would be left without an ADMIN who can sign in.
    LastAdmin,
}
