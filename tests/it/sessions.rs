//! Signing in, staying signed in, and being thrown out.

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use chrono::TimeDelta;
use entity::{ActorKind, EventType, Role};
use kyc_stack::{
    auth::{Actor, throttle::PER_ADDRESS},
    error::Error,
    kyc::{
        Patch,
        api_key::{self, ApiKeyRevoke},
        member::{self, MemberPasswordReset, MemberUpdate},
        merchant::MerchantCreated,
    },
};
use serde_json::{Value, json};

use crate::harness::server::{Server, cookie_of, read, token_of};

const PASSWORD: &str = "correct horse battery";

/// Acme with its first member, who has set a password.
async fn acme(server: &Server) -> MerchantCreated {
    let mut created = server.merchant("acme").await;
    let token = token_of(created.password_url.take());
    let body = json!({ "token": token, "password": PASSWORD });
    assert_eq!(server.send("POST", "/password", None, &body).await.status(), StatusCode::NO_CONTENT);
    created
}

fn sign_in_as(merchant: &str, email: &str, password: &str) -> Value {
    json!({ "merchant": merchant, "email": email, "password": password })
}

fn asha() -> Value {
    sign_in_as("acme", "asha@example.com", PASSWORD)
}

async fn cookie(server: &Server) -> String {
    let response = server.send("POST", "/session", None, &asha()).await;
    assert_eq!(response.status(), StatusCode::OK);
    cookie_of(&response)
}

async fn actor(server: &Server, cookie: &str) -> Result<Actor, Error> {
    server.auth.session(cookie.split_once('=').unwrap().1).await
}

fn is_nobody(answer: &Result<Actor, Error>) -> bool {
    matches!(answer, Err(Error::Unauthenticated))
}

#[tokio::test]
async fn a_member_signs_in_and_out() {
    let server = Server::open().await;
    acme(&server).await;
    let body = sign_in_as(" ACME ", "Asha@Example.com", PASSWORD);
    let response = server.send("POST", "/session", None, &body).await;
    let set = response.headers()[header::SET_COOKIE].to_str().unwrap().to_owned();
    assert!(set.ends_with("; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax"), "{set}");
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    let cookie = cookie_of(&response);
    let (status, body) = read(response).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!((&body["role"], &body["merchant"]["slug"]), (&json!("ADMIN"), &json!("acme")));
    assert!(body["id"].as_str().unwrap().starts_with("member_"));

    let asha = actor(&server, &cookie).await.unwrap();
    assert_eq!((asha.kind(), asha.role()), (ActorKind::Member, Some(Role::Admin)));
    let response = server.send("DELETE", "/session", Some(&cookie), &Value::Null).await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert!(response.headers()[header::SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    assert!(is_nobody(&actor(&server, &cookie).await));
}

#[tokio::test]
async fn whatever_is_wrong_the_answer_is_the_same() {
    let server = Server::open().await;
    acme(&server).await;
    let mut answers = Vec::new();
    for body in [
        sign_in_as("nobody", "asha@example.com", PASSWORD),
        sign_in_as("acme", "nobody@example.com", PASSWORD),
        sign_in_as("acme", "asha@example.com", "wrong horse battery"),
        sign_in_as("", "", ""),
    ] {
        answers.push(read(server.send("POST", "/session", None, &body).await).await);
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert_eq!(answers[0].1["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
}

#[tokio::test]
async fn a_session_ends_when_idle_and_after_twelve_hours() {
    let server = Server::open().await;
    acme(&server).await;
    let idle = cookie(&server).await;
    server.pass(TimeDelta::minutes(30));
    assert!(is_nobody(&actor(&server, &idle).await));

    let busy = cookie(&server).await;
    for _ in 0..25 {
        server.pass(TimeDelta::minutes(28));
        actor(&server, &busy).await.unwrap();
        // Written now and then, as the worker does; the database is what another process goes by.
        while server.auth.touch_due().await.unwrap() > 0 {}
        server.elsewhere.session(busy.split_once('=').unwrap().1).await.unwrap();
    }
    server.pass(TimeDelta::minutes(20));
    assert!(is_nobody(&actor(&server, &busy).await));
}

#[tokio::test]
async fn signing_in_again_ends_the_session_before() {
    let server = Server::open().await;
    acme(&server).await;
    let first = cookie(&server).await;
    actor(&server, &first).await.unwrap();
    let response = server.send("POST", "/session", Some(&first), &asha()).await;
    let second = cookie_of(&response);
    assert_ne!(first, second);
    assert!(is_nobody(&actor(&server, &first).await));
    actor(&server, &second).await.unwrap();
}

#[tokio::test]
async fn the_eleventh_try_is_told_to_wait() {
    let server = Server::open().await;
    acme(&server).await;
    let wrong = sign_in_as("acme", "asha@example.com", "wrong horse battery");
    for _ in 0..10 {
        let response = server.send("POST", "/session", None, &wrong).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    }
    // Even the right password: otherwise waiting would cost a guesser nothing.
    let response = server.send("POST", "/session", None, &asha()).await;
    assert_eq!(response.headers()[header::RETRY_AFTER], "900");
    let (status, body) = read(response).await;
    assert_eq!(status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(body["errors"][0]["extensions"], json!({ "code": "RATE_LIMITED", "retryAfter": 900 }));
    server.pass(TimeDelta::minutes(15));
    cookie(&server).await;
}

#[tokio::test]
async fn a_one_time_link_works_once_and_for_three_days() {
    let server = Server::open().await;
    let created = server.merchant("acme").await;
    let token = token_of(created.password_url);
    for (password, word) in [("short", "12"), ("asha@example.com", "e-mail"), ("xxxxxxxxxxxxxx", "character")]
    {
        let (status, body) = read(
            server.send("POST", "/password", None, &json!({ "token": token, "password": password })).await,
        )
        .await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(body["errors"][0]["message"].as_str().unwrap().contains(word), "{body}");
    }
    let set = json!({ "token": token, "password": PASSWORD });
    assert_eq!(server.send("POST", "/password", None, &set).await.status(), StatusCode::NO_CONTENT);
    let used = read(server.send("POST", "/password", None, &set).await).await;
    let unknown = json!({ "token": "unknown", "password": PASSWORD });
    assert_eq!(used, read(server.send("POST", "/password", None, &unknown).await).await);
    assert_eq!(used.0, StatusCode::BAD_REQUEST);

    let late = token_of(server.merchant("late").await.password_url);
    server.pass(TimeDelta::hours(72));
    let set = json!({ "token": late, "password": PASSWORD });
    assert_eq!(used, read(server.send("POST", "/password", None, &set).await).await);
}

#[tokio::test]
async fn whoever_has_a_password_link_is_let_in_however_many_others_guess() {
    let server = Server::open().await;
    let token = token_of(server.merchant("acme").await.password_url);
    let set = async |token: &str| {
        server.send("POST", "/password", None, &json!({ "token": token, "password": PASSWORD })).await
    };
    for guess in 0..PER_ADDRESS {
        assert_eq!(set(&format!("guess-{guess}")).await.status(), StatusCode::BAD_REQUEST);
    }
    let refused = set("guess").await;
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(refused.headers()[header::RETRY_AFTER], "900");
    assert_eq!(set(&token).await.status(), StatusCode::NO_CONTENT);
    assert_eq!(set(&token).await.status(), StatusCode::TOO_MANY_REQUESTS, "used, it is none any more");
    cookie(&server).await;
}

#[tokio::test]
async fn a_reset_takes_the_password_and_ends_sessions_at_once() {
    let server = Server::open().await;
    let created = acme(&server).await;
    let first = cookie(&server).await;
    let id = actor(&server, &first).await.unwrap().id().unwrap().into();
    let admin = server.auth.bearer(&created.admin_api_key.unwrap()).await.unwrap();
    let reset = member::password_reset(&server.kyc, &admin, MemberPasswordReset { id }, None).await.unwrap();
    assert!(is_nobody(&actor(&server, &first).await));
    assert_eq!(server.send("POST", "/session", None, &asha()).await.status(), StatusCode::UNAUTHORIZED);

    let set = json!({ "token": token_of(reset.answer.password_url), "password": "another horse battery" });
    assert_eq!(server.send("POST", "/password", None, &set).await.status(), StatusCode::NO_CONTENT);
    let body = sign_in_as("acme", "asha@example.com", "another horse battery");
    let response = server.send("POST", "/session", None, &body).await;
    assert_eq!(response.status(), StatusCode::OK);
    let last = server.events(created.merchant.id).await.pop().unwrap();
    assert_eq!((last.kind, last.actor_kind), (EventType::MemberUpdated, ActorKind::Member));
    assert_eq!(last.data["details"], json!({ "changed": ["password"] }));
}

#[tokio::test]
async fn a_disabled_member_is_out_here_at_once_and_elsewhere_within_four_seconds() {
    let server = Server::open().await;
    let created = acme(&server).await;
    let admin = server.auth.bearer(&created.admin_api_key.unwrap()).await.unwrap();
    let input =
        member::MemberCreate { email: "ravi@example.com".into(), name: "Ravi".into(), role: Role::Admin };
    let ravi = member::create(&server.kyc, &admin, input, None).await.unwrap().answer;
    let set = json!({ "token": token_of(ravi.password_url), "password": PASSWORD });
    server.send("POST", "/password", None, &set).await;
    let response =
        server.send("POST", "/session", None, &sign_in_as("acme", "ravi@example.com", PASSWORD)).await;
    let cookie = cookie_of(&response);
    let token = cookie.split_once('=').unwrap().1;
    server.auth.session(token).await.unwrap();
    server.elsewhere.session(token).await.unwrap();

    let input =
        MemberUpdate { id: ravi.member.id, name: Patch::Keep, role: Patch::Keep, disabled: Patch::Set(true) };
    member::update(&server.kyc, &admin, input, None).await.unwrap();
    assert!(is_nobody(&server.auth.session(token).await));
    server.elsewhere.session(token).await.unwrap();
    server.pass(TimeDelta::seconds(4));
    assert!(is_nobody(&server.elsewhere.session(token).await));
    let response =
        server.send("POST", "/session", None, &sign_in_as("acme", "ravi@example.com", PASSWORD)).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_revoked_key_is_refused_at_once_even_one_that_revoked_itself() {
    let server = Server::open().await;
    let created = server.merchant("acme").await;
    let secret = created.admin_api_key.unwrap();
    let actor = server.auth.bearer(&secret).await.unwrap();
    let id = actor.id().unwrap().into();
    let revoked = api_key::revoke(&server.kyc, &actor, ApiKeyRevoke { id }, None).await.unwrap().answer;
    assert!(revoked.api_key.revoked_at.is_some());
    assert!(is_nobody(&server.auth.bearer(&secret).await));
}

#[tokio::test]
async fn the_bearer_beats_the_cookie_and_a_bad_one_does_not_fall_through() {
    let server = Server::open().await;
    let created = acme(&server).await;
    let cookie = cookie(&server).await;
    let secret = created.admin_api_key.unwrap();
    let ask = async |authorization: Option<&str>, cookie: Option<&str>| {
        let mut request = Request::builder();
        if let Some(value) = authorization {
            request = request.header(header::AUTHORIZATION, value);
        }
        if let Some(value) = cookie {
            request = request.header(header::COOKIE, value);
        }
        let request = request.body(Body::empty()).unwrap();
        server.auth.actor_of(request.headers()).await.map(|actor| actor.map(|actor| actor.kind()))
    };
    assert_eq!(ask(None, None).await.unwrap(), None);
    assert_eq!(ask(None, Some(&cookie)).await.unwrap(), Some(ActorKind::Member));
    let bearer = format!("Bearer {secret}");
    assert_eq!(ask(Some(&bearer), Some(&cookie)).await.unwrap(), Some(ActorKind::ApiKey));
    let platform = format!("bearer {}", crate::harness::server::PLATFORM_KEY);
    assert_eq!(ask(Some(&platform), None).await.unwrap(), Some(ActorKind::Platform));
    let session_as_bearer = format!("Bearer {}", cookie.split_once('=').unwrap().1);
    let key_as_cookie = format!("kyc_session={secret}");
    let platform_as_cookie = format!("kyc_session={}", crate::harness::server::PLATFORM_KEY);
    for (authorization, cookie) in [
        (Some("Bearer "), Some(cookie.as_str())),
        (Some("Bearer nonsense"), Some(&cookie)),
        (Some("Basic YTpi"), Some(&cookie)),
        (Some("Bearer"), Some(&cookie)),
        (Some(&session_as_bearer), None),
        (None, Some(&*key_as_cookie)),
        (None, Some(&platform_as_cookie)),
        (None, Some("kyc_session=")),
    ] {
        let answer = ask(authorization, cookie).await;
        assert!(matches!(answer, Err(Error::Unauthenticated)), "{authorization:?} {cookie:?}");
    }
}

#[tokio::test]
async fn bodies_and_foreign_pages_are_refused() {
    let server = Server::open().await;
    let request = |kind: &str, site: &str, body: String| {
        Request::post("/session")
            .header(header::CONTENT_TYPE, kind)
            .header("sec-fetch-site", site)
            .body(Body::from(body))
            .unwrap()
    };
    let good = asha().to_string();
    for (kind, site, body, status) in [
        ("text/plain", "same-origin", good.clone(), StatusCode::UNSUPPORTED_MEDIA_TYPE),
        ("application/json", "cross-site", good.clone(), StatusCode::FORBIDDEN),
        ("application/json", "same-origin", "{".to_owned(), StatusCode::BAD_REQUEST),
        ("application/json", "same-origin", r#"{"merchant":"acme"}"#.to_owned(), StatusCode::BAD_REQUEST),
        ("application/json", "same-origin", " ".repeat(5_000), StatusCode::PAYLOAD_TOO_LARGE),
        ("application/json; charset=utf-8", "same-origin", good, StatusCode::UNAUTHORIZED),
    ] {
        let (found, body) = read(server.request(request(kind, site, body)).await).await;
        assert_eq!(found, status);
        assert!(
            body["errors"][0]["message"].is_string() && body["errors"][0]["extensions"]["code"].is_string()
        );
    }
}

#[tokio::test]
async fn being_seen_is_written_once_a_minute_and_leaves_no_event() {
    let server = Server::open().await;
    let created = server.merchant("acme").await;
    let secret = created.admin_api_key.unwrap();
    let before = server.events(created.merchant.id).await.len();
    for (seconds, written) in [(0, 1), (30, 0), (30, 1), (59, 0)] {
        server.pass(TimeDelta::seconds(seconds));
        server.auth.bearer(&secret).await.unwrap();
        assert_eq!(server.auth.touch_due().await.unwrap(), written, "after {seconds} s");
    }
    assert_eq!(server.events(created.merchant.id).await.len(), before);
}
