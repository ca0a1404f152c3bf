//! Small bodies of JSON.

use axum::{
    Json,
    body::to_bytes,
    extract::Request,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;
use serde_json::json;

/// Bytes of a body: e-mail, password or token, and their names.
const MAX_BODY: usize = 4 * 1024;

/// Reads a body. What it says of a bad one names `expected`, and never what was sent: that may be a password.
///
/// # Errors
/// 415 for another type, 413 for too much, 400 for what is not `expected`.
pub(super) async fn read<T: DeserializeOwned>(request: Request, expected: &str) -> Result<T, Response> {
    if !is_json(request.headers()) {
        return Err(refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "BAD_USER_INPUT",
            "Send JSON, with `Content-Type: application/json`.",
        ));
    }
    // A body that breaks off is not told from one that is too large; in both cases nobody is there, or has themselves to blame.
    let body = to_bytes(request.into_body(), MAX_BODY).await.map_err(|_| {
        let message = format!("Send at most {MAX_BODY} bytes.");
        refusal(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", &message)
    })?;
    serde_json::from_slice(&body).map_err(|_| {
        let message = format!("Send {expected} and nothing else.");
        refusal(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", &message)
    })
}

/// A refusal in the form of GraphQL's errors.
pub(super) fn refusal(status: StatusCode, code: &str, message: &str) -> Response {
    let errors = json!({ "errors": [{ "message": message, "extensions": { "code": code } }] });
    (status, [(header::CACHE_CONTROL, "no-store")], Json(errors)).into_response()
}

/// Nothing but JSON: a form or plain text could be sent by any page without the browser asking first.
fn is_json(headers: &HeaderMap) -> bool {
    let essence = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split(';').next());
    essence.is_some_and(|essence| essence.trim().eq_ignore_ascii_case("application/json"))
}
