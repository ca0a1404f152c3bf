//! Providers call back: who is believed, once, and what comes of it.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{body::Body, http::StatusCode};
use chrono::TimeDelta;
use futures_util::stream;
use kyc_stack::{
    checks::{callback::signature, sandbox::Outcome},
    kyc::check::runs_due,
    workers::cleaners::clean,
};
use serde_json::{Value, json};

use super::{
    Phone, linked,
    runs::{pan, rows_of, step_of},
    seen, told,
};
use crate::harness::{
    app::{CALLBACK_SECRET, Client, House, TestApp},
    dump::dump,
};

/// What the sandbox calls a slow look-up.
const REFERENCE: &str = "sandbox:slow";
const AGREED: &str = "Basic agreed-upon";

fn about(reference: &str) -> String {
    json!({ "event": "BAV_WEBHOOK_NOTIFICATION", "data": { "bav": { "id": reference, "verification": "success" } } })
        .to_string()
}

fn now(app: &TestApp) -> i64 {
    app.kyc().clock.now().timestamp()
}

/// A sender who signs.
fn signing(app: &TestApp, secret: &str, at: i64, body: &str) -> Client {
    let signature = signature(secret.as_bytes(), at, body.as_bytes()).unwrap();
    app.anonymous().with("x-kyc-timestamp", &at.to_string()).with("x-kyc-signature", &signature)
}

async fn call(client: Client, body: &str) -> u16 {
    client.post_text("/callbacks/setu", body.to_owned()).await.status.as_u16()
}

async fn call_signed(app: &TestApp, at: i64, body: &str) -> u16 {
    call(signing(app, CALLBACK_SECRET, at, body), body).await
}

/// An attempt whose PAN is looked up slowly.
async fn waiting(app: &TestApp, house: &House) -> String {
    let (attempt, url) = linked(house, json!(["PAN", "SELFIE"])).await;
    let phone = Phone::enter(app, &url).await;
    phone.pan(&pan(rows_of(Outcome::Slow))).await.data("journeyPanSubmit.journey");
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 0, "not before its time");
    attempt
}

async fn status(house: &House, attempt: &str) -> Value {
    step_of(house, attempt).await["status"].clone()
}

#[tokio::test]
async fn a_callback_that_is_believed_has_its_run_asked_about_once() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    for signs in [true, false] {
        let attempt = waiting(&app, &house).await;
        let (at, body) = (now(&app), about(REFERENCE));
        let send = async || match signs {
            true => call_signed(&app, at, &body).await,
            false => call(app.anonymous().with("authorization", AGREED), &body).await,
        };
        assert_eq!(send().await, 200);
        app.pass(TimeDelta::seconds(1));
        let before = dump(app.kyc().db.library()).await;
        assert_eq!(send().await, 200, "sent again");
        assert_eq!(dump(app.kyc().db.library()).await, before, "and changes nothing");
        assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
        assert_eq!(status(&house, &attempt).await, "COMPLETED");
        let before = dump(app.kyc().db.library()).await;
        assert_eq!(send().await, 200, "and when it is over");
        assert_eq!(dump(app.kyc().db.library()).await, before);
        assert!(!told(&seen(&house, &attempt).await).contains(&"LATE_RESULT_RECORDED"));
        // Too old to be sent again with that signature, it is forgotten.
        app.pass(TimeDelta::minutes(10) + TimeDelta::microseconds(1));
        assert_eq!((clean(app.kyc()).await.unwrap(), app.rows().await["callback"]), (1, 0));
        if signs {
            assert_eq!(send().await, 401);
        }
    }
    app.close().await;
}

#[tokio::test]
async fn one_callback_that_comes_twice_at_once_counts_once() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let attempt = waiting(&app, &house).await;
    let (at, body) = (now(&app), about(REFERENCE));
    let both = futures_util::join!(call_signed(&app, at, &body), call_signed(&app, at, &body));
    assert_eq!(both, (200, 200));
    assert_eq!(app.rows().await["callback"], 1);
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    assert_eq!(status(&house, &attempt).await, "COMPLETED");
    app.close().await;
}

#[tokio::test]
async fn whoever_is_not_believed_changes_nothing() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    waiting(&app, &house).await;
    let before = dump(app.kyc().db.library()).await;
    let (at, body) = (now(&app), about(REFERENCE));
    let other = about("another");
    let with = |name, value: &str| signing(&app, CALLBACK_SECRET, at, &body).with(name, value);
    for (what, client) in [
        ("no header at all", app.anonymous()),
        ("another secret", signing(&app, "somebody-else's-secret-0123456789-0123", at, &body)),
        ("another body", signing(&app, CALLBACK_SECRET, at, &other)),
        ("too old", signing(&app, CALLBACK_SECRET, at - 301, &body)),
        ("a clock that is ahead", signing(&app, CALLBACK_SECRET, at + 301, &body)),
        ("another time", with("x-kyc-timestamp", &(at + 1).to_string())),
        ("no time", signing(&app, CALLBACK_SECRET, at, &body).without("x-kyc-timestamp")),
        ("a time that is none", with("x-kyc-timestamp", "yesterday")),
        ("a signature that is none", with("x-kyc-signature", "v1=nothing")),
        ("a guessed header", app.anonymous().with("authorization", "Basic guessed")),
        (
            "a wrong signature beside the right header",
            with("x-kyc-signature", "v1=00").with("authorization", AGREED),
        ),
        ("a member's or key's bearer", house.admin()),
    ] {
        assert_eq!(call(client, &body).await, 401, "{what}");
    }
    for provider in ["other", "sandbox", "Setu", "%2e%2e"] {
        let client = signing(&app, CALLBACK_SECRET, at, &body).with("authorization", AGREED);
        assert_eq!(
            client.post_text(&format!("/callbacks/{provider}"), body.clone()).await.status.as_u16(),
            401,
            "{provider}"
        );
    }
    let large = " ".repeat((64 << 10) + 1);
    assert_eq!(call_signed(&app, at, &large).await, 413);
    assert_eq!(dump(app.kyc().db.library()).await, before);
    // The window is open on both sides.
    assert_eq!(call_signed(&app, at - 300, &body).await, 200);
    assert_eq!(call_signed(&app, at + 300, &body).await, 200);
    app.close().await;
}

#[tokio::test]
async fn whoever_cannot_be_believed_is_not_read() {
    let agreed = TestApp::open_as(|config| config.setu.callback_secret = None).await;
    let nothing = TestApp::open_as(|config| {
        config.setu.callback_authorization = None;
        config.setu.callback_secret = None;
    })
    .await;
    let both = TestApp::open().await;
    let signs = |app: &TestApp| signing(app, CALLBACK_SECRET, now(app), "another body");
    let guesses = |app: &TestApp| app.anonymous().with("authorization", "Basic guessed");
    for (what, client, is_read) in [
        ("nothing was agreed upon", signs(&nothing).with("authorization", AGREED), false),
        ("no header", agreed.anonymous(), false),
        ("a guessed header", guesses(&agreed), false),
        ("a guessed header where signatures are taken, too", guesses(&both), false),
        ("a signature where none is taken", signs(&agreed), false),
        ("a signature", signs(&both), true),
        ("the header", agreed.anonymous().with("authorization", AGREED), true),
    ] {
        let read = Arc::new(AtomicBool::new(false));
        let reads = Arc::clone(&read);
        let body = stream::once(async move {
            reads.store(true, Ordering::SeqCst);
            Ok::<_, std::io::Error>("{}")
        });
        let answer = client.post_text("/callbacks/setu", Body::from_stream(body)).await;
        assert_eq!(read.load(Ordering::SeqCst), is_read, "{what}: {}", answer.text);
        assert_eq!(answer.status == StatusCode::OK, what == "the header", "{what}: {}", answer.text);
    }
    for app in [agreed, nothing, both] {
        app.close().await;
    }
}

#[tokio::test]
async fn nobody_is_believed_where_nothing_was_agreed_upon() {
    let app = TestApp::open_as(|config| {
        config.setu.callback_authorization = None;
        config.setu.callback_secret = None;
    })
    .await;
    let body = about(REFERENCE);
    for client in [
        app.anonymous(),
        app.anonymous().with("authorization", ""),
        app.anonymous().with("authorization", AGREED),
        signing(&app, CALLBACK_SECRET, now(&app), &body),
    ] {
        assert_eq!(call(client, &body).await, 401);
    }
    app.close().await;
}

#[tokio::test]
async fn garbage_that_is_signed_is_heard_and_does_nothing() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let attempt = waiting(&app, &house).await;
    let of_another_kind = about(REFERENCE).replace("BAV_WEBHOOK_NOTIFICATION", "OTHER");
    let nested = "[".repeat(60_000);
    for body in
        ["", "{}", "null", "not JSON", &nested, &of_another_kind, &about("../status"), &about("another")]
    {
        assert_eq!(call_signed(&app, now(&app), body).await, 200, "{}", &body[..body.len().min(40)]);
    }
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 0);
    assert_eq!(status(&house, &attempt).await, "IN_PROGRESS");
    app.close().await;
}

#[tokio::test]
async fn one_for_a_step_that_somebody_has_moved_is_recorded_once_and_changes_nothing() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let attempt = waiting(&app, &house).await;
    let id = step_of(&house, &attempt).await["id"].clone();
    let failed = json!({ "stepId": id, "status": "FAILED", "reason": { "code": "PAN_INACTIVE" } });
    house.reviewer().done("stepUpdateStatus", "__typename", failed).await;
    let before = step_of(&house, &attempt).await;
    for later in 0..2 {
        // Signed anew each time: another callback about the same.
        assert_eq!(call_signed(&app, now(&app) + later, &about(REFERENCE)).await, 200);
    }
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 0, "nobody is asked");
    assert_eq!(step_of(&house, &attempt).await, before);
    let after = seen(&house, &attempt).await;
    let late = told(&after).iter().filter(|kind| **kind == "LATE_RESULT_RECORDED").count();
    assert_eq!((late, told(&after).last()), (1, Some(&"LATE_RESULT_RECORDED")));
    app.close().await;
}
