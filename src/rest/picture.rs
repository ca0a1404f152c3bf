//! Pictures: logos come and are shown to everybody, what customers sent is shown to whoever has a signed address.

use std::time::Duration;

use axum::{
    Json, Router,
    body::{Body, to_bytes},
    extract::{FromRef, Path, RawQuery, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, put},
};
use serde_json::json;

use super::{RestState, json::refusal, session::foreign};
use crate::{
    auth::Actor,
    error::Error,
    kyc::{
        logo::{self, MAX_LOGO},
        picture::{self, Seen, Shown},
    },
};

/// How long all of a picture may take to come: 10 MB at 1 Mbit a second.
const COMING: Duration = Duration::from_secs(120);
/// Nothing of a picture is a page, whatever a browser takes it for.
const POLICY: &str = "default-src 'none'; sandbox; frame-ancestors 'none'";
/// What is asked for by its version never changes.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Kept, but asked for again each time.
const REVALIDATE: &str = "public, no-cache";

/// `PUT` and `DELETE /merchant/logo`, `GET /logos/{merchant}`, `GET /pictures/{address}`.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    RestState: FromRef<S>,
{
    Router::new()
        .route("/merchant/logo", put(put_logo).delete(delete_logo))
        .route("/logos/{merchant}", get(get_logo))
        .route("/pictures/{address}", get(get_picture))
}

/// Reads the bytes of a picture. By its bytes, not by what it is called, is a picture told: the type that is sent says nothing.
///
/// # Errors
/// 413 for too many, 408 for one that does not come to its end.
pub(super) async fn read(request: Request, most: usize) -> Result<Vec<u8>, Response> {
    match tokio::time::timeout(COMING, to_bytes(request.into_body(), most)).await {
        Ok(Ok(bytes)) => Ok(bytes.into()),
        Ok(Err(_)) => {
            let message = format!("Send a picture of at most {} MB.", most >> 20);
            Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", &message))
        }
        Err(_) => {
            let message = "The picture took too long to come. Send a smaller one.";
            Err(refusal(StatusCode::REQUEST_TIMEOUT, "BAD_USER_INPUT", message))
        }
    }
}

async fn actor_of(state: &RestState, headers: &HeaderMap) -> Result<Actor, Response> {
    let actor = state.auth.actor_of(headers).await;
    actor.and_then(|actor| actor.ok_or(Error::Unauthenticated)).map_err(Error::into_response)
}

async fn put_logo(State(state): State<RestState>, request: Request) -> Response {
    if let Some(refused) = foreign(&state, &request) {
        return refused;
    }
    let actor = match actor_of(&state, &request.headers().clone()).await {
        Ok(actor) => actor,
        Err(refused) => return refused,
    };
    let coming = match logo::coming(&state.kyc, &actor).await {
        Ok(coming) => coming,
        Err(error) => return error.into_response(),
    };
    let bytes = match read(request, MAX_LOGO).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused,
    };
    match logo::set(&state.kyc, &actor, coming, bytes).await {
        Ok(merchant) => {
            let body = json!({ "logoUrl": logo::url(&state.kyc.public_url, &merchant) });
            ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
        }
        Err(error) => error.into_response(),
    }
}

async fn delete_logo(State(state): State<RestState>, request: Request) -> Response {
    if let Some(refused) = foreign(&state, &request) {
        return refused;
    }
    let actor = match actor_of(&state, &request.headers().clone()).await {
        Ok(actor) => actor,
        Err(refused) => return refused,
    };
    match logo::clear(&state.kyc, &actor).await {
        Ok(()) => (StatusCode::NO_CONTENT, [(header::CACHE_CONTROL, "no-store")]).into_response(),
        Err(error) => error.into_response(),
    }
}

async fn get_logo(
    State(state): State<RestState>,
    Path(merchant): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let logo = match logo::find(&state.kyc, &merchant).await {
        Ok(logo) => logo,
        Err(error) => return error.into_response(),
    };
    let version = logo.version();
    let asked = query.as_deref().and_then(|query| query.strip_prefix("v="));
    let cache = if asked == Some(version.as_str()) { FOREVER } else { REVALIDATE };
    let tag = format!("\"{version}\"");
    let known = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    let known = known.flat_map(|line| line.split(',')).map(|tag| tag.trim().trim_start_matches("W/"));
    let mut answer = if known.into_iter().any(|known| known == "*" || known == tag) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        match logo::open(&state.kyc, &logo).await {
            Ok(shown) => shown_as(shown),
            Err(error) => return error.into_response(),
        }
    };
    let headers = answer.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    answer
}

async fn get_picture(State(state): State<RestState>, Path(address): Path<String>) -> Response {
    match picture::show(&state.kyc, &address).await {
        Ok(Seen::Shown(shown)) => {
            let mut answer = shown_as(shown);
            let kept_nowhere = HeaderValue::from_static("private, no-store");
            answer.headers_mut().insert(header::CACHE_CONTROL, kept_nowhere);
            answer
        }
        Ok(Seen::Expired) => {
            let message =
                "This address of a picture has expired. Ask for the step's `result` again: it has a new one.";
            refusal(StatusCode::GONE, "BAD_USER_INPUT", message)
        }
        Err(error) => error.into_response(),
    }
}

/// Piece by piece, as fast as it is taken. A store that stops aborts the answer: a cut picture never passes for a whole one.
fn shown_as(shown: Shown) -> Response {
    let headers = [
        (header::CONTENT_TYPE, shown.content_type.to_owned()),
        (header::CONTENT_LENGTH, shown.reading.length.to_string()),
        (header::CONTENT_DISPOSITION, format!("inline; filename=\"{}\"", shown.file_name)),
        (header::CONTENT_SECURITY_POLICY, POLICY.to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (header::REFERRER_POLICY, "no-referrer".to_owned()),
        // A merchant's own dashboard, of another origin, shows it, too; who may is said by the address.
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin".to_owned()),
    ];
    (headers, Body::from_stream(shown.reading.pieces)).into_response()
}
