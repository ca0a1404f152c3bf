//! Errors as the routes answer them: a status, and the body that GraphQL's top-level errors have.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::error::{Error, Public, UserErrorCode};

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        response(&self)
    }
}

fn response(error: &Error) -> Response {
    let Public { code, message, reference, retry_after } = error.public();
    let status = match error {
        Error::User(refused) if !refused.is_empty() => user_status(refused[0].code),
        Error::Conflict { error, .. } => user_status(error.code),
        Error::Forbidden(_) | Error::NotForThisActor(_) => StatusCode::FORBIDDEN,
        Error::Unauthenticated => StatusCode::UNAUTHORIZED,
        Error::BadInput(_) | Error::CursorInvalid(_) | Error::CursorExpired(_) | Error::TooLarge(_) => {
            StatusCode::BAD_REQUEST
        }
        Error::RateLimited(_) => StatusCode::TOO_MANY_REQUESTS,
        Error::User(_) | Error::Overdue(_) | Error::Stale | Error::Unknown(_) | Error::Internal(_) => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
    };
    let mut extensions = json!({ "code": code });
    if let Some(reference) = reference {
        extensions["reference"] = reference.into();
    }
    if let Some(seconds) = retry_after {
        extensions["retryAfter"] = seconds.into();
    }
    let mut response = body(status, &message, &extensions);
    if let Some(seconds) = retry_after {
        response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn user_status(code: UserErrorCode) -> StatusCode {
    match code {
        UserErrorCode::NotFound => StatusCode::NOT_FOUND,
        UserErrorCode::Taken
        | UserErrorCode::InvalidTransition
        | UserErrorCode::AttemptEnded
        | UserErrorCode::TriesExhausted
        | UserErrorCode::VersionConflict
        | UserErrorCode::IdempotencyKeyReused
        | UserErrorCode::ActiveAttemptExists
        | UserErrorCode::LinkInactive
        | UserErrorCode::LastAdmin => StatusCode::CONFLICT,
        UserErrorCode::Invalid
        | UserErrorCode::Required
        | UserErrorCode::TooLong
        | UserErrorCode::TooMany
        | UserErrorCode::LowContrast
        | UserErrorCode::ForbiddenSteps => StatusCode::BAD_REQUEST,
    }
}

/// An error that is not one of ours.
pub fn answer(status: StatusCode, code: &str, message: &str) -> Response {
    body(status, message, &json!({ "code": code }))
}

fn body(status: StatusCode, message: &str, extensions: &serde_json::Value) -> Response {
    let errors = json!({ "errors": [{ "message": message, "extensions": extensions }] });
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (status, headers, Json(errors)).into_response()
}
