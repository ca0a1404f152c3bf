//! Providers call back.

use axum::{
    Router,
    body::to_bytes,
    extract::{FromRef, Path, Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::post,
};

use super::{RestState, json::refusal};
use crate::kyc::check::{CalledBack, called_back, may_be_believed};

/// Bytes of a callback.
const MAX_BODY: usize = 64 * 1024;

/// `POST /callbacks/{provider}`.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    RestState: FromRef<S>,
{
    Router::new().route("/callbacks/{provider}", post(callback))
}

async fn callback(
    State(state): State<RestState>,
    Path(provider): Path<String>,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let header = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok());
    let came = CalledBack {
        authorization: header("authorization"),
        timestamp: header("x-kyc-timestamp"),
        signature: header("x-kyc-signature"),
        body: &[],
    };
    // Before the first byte is read: whoever brings nothing to be believed by is not listened to.
    if let Err(error) = may_be_believed(&state.kyc, &provider, &came) {
        return error.into_response();
    }
    let Ok(body) = to_bytes(body, MAX_BODY).await else {
        let message = format!("Send at most {MAX_BODY} bytes.");
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", &message);
    };
    match called_back(&state.kyc, &provider, &CalledBack { body: &body, ..came }).await {
        // What Setu waits for: with any other status, it sends the same again.
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => error.into_response(),
    }
}
