//! Signing in and out, and setting a password.

use axum::{
    Json, Router,
    extract::{FromRef, Request, State},
    http::{Method, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use entity::{MerchantMode, Role, id::MemberId, id::MerchantId};
use serde::{Deserialize, Serialize};

use super::{
    RestState,
    json::{read, refusal},
};
use crate::{
    auth::{Guess, SESSION_LASTS, SignIn, SignedIn, csrf},
    error::Error,
    kyc::password,
};

/// `POST` and `DELETE /session`, `POST /password`.
pub fn router<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    RestState: FromRef<S>,
{
    Router::new().route("/session", post(sign_in).delete(sign_out)).route("/password", post(set_password))
}

// No Debug: a password in it must not reach a log by accident.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignInBody {
    merchant: String,
    email: String,
    password: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PasswordBody {
    token: String,
    password: String,
}

/// The member who is signed in now.
#[derive(Serialize)]
struct MemberBody {
    id: MemberId,
    name: String,
    role: Role,
    merchant: MerchantBody,
}

#[derive(Serialize)]
struct MerchantBody {
    id: MerchantId,
    name: String,
    slug: String,
    mode: MerchantMode,
}

impl From<SignedIn> for MemberBody {
    fn from(signed_in: SignedIn) -> Self {
        let SignedIn { token: _, member, merchant } = signed_in;
        let merchant =
            MerchantBody { id: merchant.id, name: merchant.name, slug: merchant.slug, mode: merchant.mode };
        Self { id: member.id, name: member.name, role: member.role, merchant }
    }
}

async fn sign_in(State(state): State<RestState>, request: Request) -> Response {
    if let Some(refused) = foreign(&state, &request) {
        return refused;
    }
    let address = state.client_of(&request);
    let cookie = state.auth.cookie();
    let previous = cookie.token(request.headers()).map(str::to_owned);
    let expected = "an object with the texts merchant, email and password";
    let SignInBody { merchant, email, password } = match read(request, expected).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    match state.auth.sign_in(SignIn { merchant, email, password, address, previous }).await {
        Ok(signed_in) => {
            let Some(cookie) = cookie.set(&signed_in.token, SESSION_LASTS) else {
                return Error::internal("a token that is no header").into_response();
            };
            let headers = [(header::SET_COOKIE, cookie)];
            (headers, [(header::CACHE_CONTROL, "no-store")], Json(MemberBody::from(signed_in)))
                .into_response()
        }
        Err(Error::Unauthenticated) => {
            let message = "The merchant, the e-mail or the password is not right.";
            refusal(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", message)
        }
        Err(error) => error.into_response(),
    }
}

/// Signing out twice is no error: whoever asks for it is signed out.
async fn sign_out(State(state): State<RestState>, request: Request) -> Response {
    if let Some(refused) = foreign(&state, &request) {
        return refused;
    }
    let cookie = state.auth.cookie();
    if let Some(token) = cookie.token(request.headers())
        && let Err(error) = state.auth.sign_out(token).await
    {
        return error.into_response();
    }
    let Some(clear) = cookie.clear() else {
        return Error::internal("a cookie that is no header").into_response();
    };
    (StatusCode::NO_CONTENT, [(header::SET_COOKIE, clear)]).into_response()
}

async fn set_password(State(state): State<RestState>, request: Request) -> Response {
    if let Some(refused) = foreign(&state, &request) {
        return refused;
    }
    let (address, now) = (state.client_of(&request), state.kyc.clock.now());
    let expected = "an object with the texts token and password";
    let PasswordBody { token, password } = match read(request, expected).await {
        Ok(body) => body,
        Err(refused) => return refused,
    };
    let link = match password::link(&state.kyc, &token).await {
        Ok(Some(link)) => link,
        Ok(None) => {
            let refused = state.auth.throttle().guessed(Guess::PasswordLink, address, now);
            return refused.err().unwrap_or_else(password::not_a_link).into_response();
        }
        Err(error) => return error.into_response(),
    };
    match password::set(&state.kyc, state.auth.passwords(), link, &password).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(error) => error.into_response(),
    }
}

/// The answer to a request that a foreign page may have sent.
pub(super) fn foreign(state: &RestState, request: &Request) -> Option<Response> {
    let method: &Method = request.method();
    csrf::check(method, request.headers(), &state.origin).err().map(|csrf::ForeignPage| {
        let message = "This has to come from a page of this server: send its `Origin` along with a cookie.";
        refusal(StatusCode::FORBIDDEN, "FORBIDDEN", message)
    })
}
