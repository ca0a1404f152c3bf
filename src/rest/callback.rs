//! Providers call back.

use axum::{
    Router,
    body::to_bytes,
    extract::{FromRef, Path, Request, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};

use super::{RestState, json::refusal};
use crate::kyc::check::called_back;

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
    let authorization = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let authorization = authorization.map(str::to_owned);
    let Ok(body) = to_bytes(request.into_body(), MAX_BODY).await else {
        let message = format!("Send at most {MAX_BODY} bytes.");
        return refusal(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", &message);
    };
    match called_back(&state.kyc, &provider, authorization.as_deref(), &body).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => error.into_response(),
    }
}
