//! Errors as the routes answer them: a status, and the body that GraphQL's top-level errors have.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use crate::{
    entropy::Entropy,
    error::{Error, UserErrorCode},
};

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        response(&self)
    }
}

/// The public face of an error. What comes from below is logged with a reference, and masked.
fn response(error: &Error) -> Response {
    match error {
        Error::User(refused) => refused.first().map_or_else(
            || masked(error),
            |first| answer(user_status(first.code), "BAD_USER_INPUT", &first.message),
        ),
        Error::Conflict { error, .. } => answer(user_status(error.code), "BAD_USER_INPUT", &error.message),
        Error::Forbidden(role) => answer(
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
            &format!("This takes the role {role}. Ask an ADMIN of your team for it."),
        ),
        Error::NotForThisActor(message) => answer(StatusCode::FORBIDDEN, "FORBIDDEN", message),
        Error::Unauthenticated => {
            let mut response = answer(
                StatusCode::UNAUTHORIZED,
                "UNAUTHENTICATED",
                "Sign in, or send an API key as `Authorization: Bearer …`. Keys that were revoked do not work any more.",
            );
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            response
        }
        Error::BadInput(message) => answer(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message),
        Error::CursorInvalid(message) => answer(StatusCode::BAD_REQUEST, "CURSOR_INVALID", message),
        Error::RateLimited(seconds) => {
            let message = format!("Too much at once. Try again in {seconds} s.");
            let extensions = json!({ "code": "RATE_LIMITED", "retryAfter": seconds });
            let mut response = body(StatusCode::TOO_MANY_REQUESTS, &message, &extensions);
            response.headers_mut().insert(header::RETRY_AFTER, (*seconds).into());
            response
        }
        Error::Overdue(_) | Error::Internal(_) => masked(error),
    }
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

fn masked(error: &Error) -> Response {
    // A reference only has to be found again in the log: it is no secret and no id of ours.
    let reference = Entropy::System.token()[..12].to_owned();
    tracing::error!(%reference, error = error as &dyn std::error::Error, "internal error");
    body(
        StatusCode::INTERNAL_SERVER_ERROR,
        "Something went wrong on our side. Name the reference when you report it.",
        &json!({ "code": "INTERNAL", "reference": reference }),
    )
}

fn answer(status: StatusCode, code: &str, message: &str) -> Response {
    body(status, message, &json!({ "code": code }))
}

fn body(status: StatusCode, message: &str, extensions: &serde_json::Value) -> Response {
    let errors = json!({ "errors": [{ "message": message, "extensions": extensions }] });
    let headers = [(header::CACHE_CONTROL, "no-store"), (header::X_CONTENT_TYPE_OPTIONS, "nosniff")];
    (status, headers, Json(errors)).into_response()
}
