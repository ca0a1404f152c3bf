//! A customer opens their link, and comes back from DigiLocker.

use axum::{
    Json, Router,
    extract::{FromRef, Path, Query, Request, State},
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use entity::merchant;
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    RestState,
    json::{read, refusal},
    picture,
    session::foreign,
};
use crate::{
    auth::{Guess, JOURNEY_LASTS},
    error::{Error, UserError},
    kyc::{
        journey::{self, Inactive, MAX_IMAGE, Open, Opened},
        logo,
    },
};

/// `POST /journey/session`, and the way back from DigiLocker.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    RestState: FromRef<S>,
{
    Router::new().route("/journey/session", post(open)).route("/journey/digilocker/return", get(returned))
}

/// `PUT /journey/steps/{id}/image`, whose body takes longer than others.
pub fn pictures<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    RestState: FromRef<S>,
{
    Router::new().route("/journey/steps/{id}/image", put(image))
}

/// `PUT /journey/steps/{id}/image`: the file as it is. Answers the journey, or why it was not taken.
async fn image(State(state): State<RestState>, Path(step): Path<String>, request: Request) -> Response {
    if let Some(refused) = foreign(&state, &request) {
        return refused;
    }
    let actor = match state.auth.journey_credential(request.headers()) {
        Ok(Some(credential)) => state.auth.actor(&credential).await,
        Ok(None) => Err(Error::Unauthenticated),
        Err(error) => Err(error),
    };
    let actor = match actor {
        Ok(actor) => actor,
        Err(error) => return error.into_response(),
    };
    // Before the first byte is read: a refusal costs nothing, and only so many pictures are in memory.
    let taken = match journey::coming(&state.kyc, &actor, &step).await {
        Ok(coming) => {
            let bytes = match picture::read(request, MAX_IMAGE).await {
                Ok(bytes) => bytes,
                Err(refused) => return refused,
            };
            journey::image(&state.kyc, &actor, coming, bytes).await
        }
        Err(error) => Err(error),
    };
    let errors = match taken {
        Ok(()) => Vec::new(),
        Err(Error::User(errors)) => errors,
        Err(error) => return error.into_response(),
    };
    // As mutations do: null when it was refused.
    let shown = if errors.is_empty() { (state.journey)(actor).await } else { Ok(Value::Null) };
    let journey = match shown {
        Ok(journey) => journey,
        Err(error) => return error.into_response(),
    };
    let told = |error: &UserError| {
        let code = async_graphql::resolver_utils::enum_value(error.code);
        json!({ "field": error.field, "message": error.message, "code": code })
    };
    let body = json!({ "journey": journey, "userErrors": errors.iter().map(told).collect::<Vec<_>>() });
    ([(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}

/// Whatever the URL says, the customer gets back to their journey, which shows what came of it.
async fn returned(State(state): State<RestState>, request: Request) -> Response {
    let (headers, uri) = (request.headers().clone(), request.uri().clone());
    if let Err(error) = note(&state, &headers, &uri).await
        && !matches!(error, Error::Unauthenticated | Error::User(_))
    {
        return error.into_response();
    }
    // Never the query: it is the provider's, and has nothing to do in a history.
    let headers = [(header::LOCATION, "/k"), (header::CACHE_CONTROL, "no-store")];
    (StatusCode::SEE_OTHER, headers).into_response()
}

async fn note(state: &RestState, headers: &HeaderMap, uri: &Uri) -> Result<(), Error> {
    let Some(credential) = state.auth.journey_credential(headers)? else { return Ok(()) };
    let actor = state.auth.actor(&credential).await?;
    // One that cannot be read says nothing.
    let query = Query::<Vec<(String, String)>>::try_from_uri(uri);
    journey::returned(&state.kyc, &actor, query.map(|query| query.0).unwrap_or_default()).await?;
    Ok(())
}

// No Debug: the token opens the journey.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpenBody {
    token: String,
    nonce: String,
}

async fn open(State(state): State<RestState>, request: Request) -> Response {
    if let Some(refused) = foreign(&state, &request) {
        return refused;
    }
    let (address, now) = (state.client_of(&request), state.kyc.clock.now());
    let OpenBody { token, nonce } = match read(request, "an object with the texts token and nonce").await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let opened = match journey::open(&state.kyc, &Open { token, nonce }).await {
        Ok(opened) => opened,
        // One and the same for every text that is no token. It alone counts: whoever has a link gets in, whatever others guess.
        Err(Error::Unauthenticated) => {
            if let Err(error) = state.auth.throttle().guessed(Guess::Link, address, now) {
                return error.into_response();
            }
            let message =
                "This link is not valid. Check that you opened the whole link, or ask for a new one.";
            return refusal(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message);
        }
        Err(error) => return error.into_response(),
    };
    match opened {
        Opened::Session(token) => {
            let Some(cookie) = state.auth.journey_cookie().set(&token, JOURNEY_LASTS) else {
                return Error::internal("a token that is no header").into_response();
            };
            let headers = [(header::SET_COOKIE, cookie)];
            (headers, [(header::CACHE_CONTROL, "no-store")], Json(json!({ "opened": true }))).into_response()
        }
        Opened::Inactive(why, merchant) => inactive(&state, why, &merchant),
    }
}

/// A link that opens nothing any more: its holder is told why, in the merchant's name and colours.
fn inactive(state: &RestState, why: Inactive, merchant: &merchant::Model) -> Response {
    let (link, message) = match why {
        Inactive::Expired => ("EXPIRED", "This link has expired. Ask for a new one."),
        Inactive::Revoked => ("REVOKED", "This link is no longer valid. Ask for a new one."),
        Inactive::Ended => ("ENDED", "This verification is finished. You do not need to do anything."),
        Inactive::Replaced => ("REPLACED", "A newer link was sent to you. Open that one."),
    };
    let body = json!({
        "errors": [{ "message": message, "extensions": { "code": "LINK_INACTIVE", "link": link } }],
        "mode": merchant.mode,
        "branding": {
            "displayName": merchant.display_name,
            "logoUrl": logo::url(&state.kyc.public_url, merchant),
            "primaryColor": merchant.primary_color,
            "backgroundColor": merchant.background_color,
            "surfaceColor": merchant.surface_color,
            "textColor": merchant.text_color,
            "cornerRadius": merchant.corner_radius,
            "supportEmail": merchant.support_email,
            "supportUrl": merchant.support_url,
        },
    });
    (StatusCode::GONE, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
