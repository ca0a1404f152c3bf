//! Opening a link: once, again, elsewhere, too late, and without one.

use axum::http::{StatusCode, header};
use chrono::TimeDelta;
use entity::Role;
use kyc_stack::{
    auth::throttle::PER_ADDRESS,
    kyc::{expiry, journey::MOST_IN_AN_HOUR},
    workers::cleaners,
};
use serde_json::json;

use super::{Phone, linked, seen, told};
use crate::harness::app::{Answer, TestApp};

fn inactive(answer: &Answer) -> &str {
    assert_eq!(answer.status, StatusCode::GONE, "{}", answer.text);
    assert_eq!(answer.headers.get(header::SET_COOKIE), None);
    assert_eq!(answer.json["branding"]["displayName"], "house", "the page has the merchant's look");
    assert_eq!(answer.json["mode"], "SANDBOX", "the page says that nothing of it counts");
    assert_eq!(answer.json["errors"][0]["extensions"]["code"], "LINK_INACTIVE");
    answer.json["errors"][0]["extensions"]["link"].as_str().unwrap()
}

#[tokio::test]
async fn a_link_is_opened_and_a_lost_answer_is_asked_for_again() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    let mut phone = Phone::of(&app, "a");
    let opened = phone.open(&url).await;
    assert_eq!(opened.status, StatusCode::OK, "{}", opened.text);
    assert_eq!(opened.headers[header::CACHE_CONTROL], "no-store");
    let cookie = opened.headers[header::SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("kyc_journey=")
            && cookie.ends_with("; Path=/journey; Max-Age=2592000; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    assert!(phone.is_in(&app).await);
    let after = seen(&house, &attempt).await;
    assert_eq!(after["state"], "IN_PROGRESS");
    assert_eq!(after["link"], json!({ "state": "ACTIVE", "openCount": 1 }));
    assert_eq!(told(&after)[2..], ["LINK_OPENED", "ATTEMPT_STATE_CHANGED"]);
    assert_eq!(after["tracker"]["nodes"][2]["actor"]["kind"], "CUSTOMER");

    // The answer was lost; so was the cookie.
    let again = phone.open(&url).await;
    assert_eq!(again.headers[header::SET_COOKIE], opened.headers[header::SET_COOKIE]);
    assert_eq!(seen(&house, &attempt).await, after, "nothing happened");
    // Nothing that is stored opens the journey.
    let rows = crate::harness::dump::dump(app.kyc().db.library()).await;
    let token = cookie.split_once('=').unwrap().1.split(';').next().unwrap();
    for secret in [token, url.split_once('#').unwrap().1, "a-made-up-by-the-tests"] {
        assert!(!rows.contains(secret), "{secret} is stored");
    }
    app.close().await;
}

#[tokio::test]
async fn the_newest_browser_wins() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    let (mut first, mut second) = (Phone::of(&app, "first"), Phone::of(&app, "second"));
    first.open(&url).await;
    assert!(first.is_in(&app).await);
    second.open(&url).await;
    assert!(!first.is_in(&app).await && second.is_in(&app).await);
    assert_eq!(seen(&house, &attempt).await["link"]["openCount"], 2);
    // And back: the first opens it anew, with the nonce that it has kept.
    first.open(&url).await;
    assert!(first.is_in(&app).await && !second.is_in(&app).await);
    assert_eq!(seen(&house, &attempt).await["link"]["openCount"], 3);
    app.close().await;
}

#[tokio::test]
async fn two_browsers_that_open_it_at_once_leave_one() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    let mut phones: Vec<_> = (0..6).map(|n| Phone::of(&app, &format!("phone-{}", n / 2))).collect();
    let opened = phones.iter_mut().map(|phone| phone.open(&url));
    let opened = futures_util::future::join_all(opened).await;
    assert!(opened.iter().all(|answer| answer.status == StatusCode::OK), "{opened:?}");
    let mut inside = Vec::new();
    for (n, phone) in phones.iter().enumerate() {
        if phone.is_in(&app).await {
            inside.push(n / 2);
        }
    }
    // Two of each nonce: the same browser, which asked twice.
    assert!(inside.len() == 1 || (inside.len() == 2 && inside[0] == inside[1]), "{inside:?}");
    assert!(seen(&house, &attempt).await["link"]["openCount"].as_i64().unwrap() >= 3);
    app.close().await;
}

#[tokio::test]
async fn whatever_is_no_token_has_one_answer() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["PAN"])).await;
    let token = url.split_once('#').unwrap().1;
    let typo = format!("{}A", &token[..token.len() - 1]);
    let mut phone = Phone::of(&app, "a");
    let mut answers = Vec::new();
    for guess in
        [&typo, "", "x", &"A".repeat(43), &"A".repeat(2_000), "'; DROP TABLE link", "\u{0}", &token[1..]]
    {
        let answer = phone.open(guess).await;
        assert_eq!(answer.headers.get(header::SET_COOKIE), None);
        answers.push((answer.status, answer.text));
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");

    // A nonce has a form, whatever the token is.
    for nonce in ["", "short", "with a space in it", &"n".repeat(129)] {
        for token in [token, "x"] {
            let body = json!({ "token": token, "nonce": nonce });
            let answer = app.anonymous().post("/journey/session", body).await;
            assert_eq!(answer.status, StatusCode::BAD_REQUEST, "{nonce}: {}", answer.text);
        }
    }
    // A foreign page cannot put its victim into somebody's journey.
    let foreign = app.anonymous().with("sec-fetch-site", "cross-site");
    let body = json!({ "token": token, "nonce": "n".repeat(20) });
    assert_eq!(foreign.post("/journey/session", body).await.status, StatusCode::FORBIDDEN);
    app.close().await;
}

#[tokio::test]
async fn guesses_are_throttled_and_customers_are_not() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["PAN"])).await;
    let mut phone = Phone::of(&app, "a");
    for _ in 0..PER_ADDRESS * 2 {
        assert_eq!(phone.open(&url).await.status, StatusCode::OK);
    }
    for guess in 0..PER_ADDRESS {
        assert_eq!(phone.open(&format!("guess-{guess}")).await.status, StatusCode::UNAUTHORIZED);
    }
    let refused = phone.open("guess").await;
    assert_eq!(refused.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(refused.headers.contains_key(header::RETRY_AFTER));
    // From the very same address: who has a link opens it, and the team sets passwords and signs in.
    assert_eq!(phone.open(&url).await.status, StatusCode::OK);
    let (_, another) = linked(&house, json!(["PAN"])).await;
    assert_eq!(Phone::of(&app, "b").open(&another).await.status, StatusCode::OK);
    house.member(Role::Viewer).await;
    assert_eq!(phone.open("guess").await.status, StatusCode::TOO_MANY_REQUESTS, "and guesses stay guesses");
    app.close().await;
}

#[tokio::test]
async fn a_real_token_is_told_why_it_opens_nothing() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let admin = house.admin();

    // Resent: the old one is replaced, and its session is over.
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    let mut phone = Phone::of(&app, "a");
    phone.open(&url).await;
    let id = json!({ "attemptId": attempt });
    let resent = admin.done("kycLinkResend", "url", id.clone()).await["url"].as_str().unwrap().to_owned();
    assert!(!phone.is_in(&app).await, "its session dies with it");
    assert_eq!(inactive(&phone.open(&url).await), "REPLACED");
    phone.open(&resent).await;
    assert!(phone.is_in(&app).await);

    // Revoked: the attempt waited on the customer alone, and is over.
    admin.done("kycLinkRevoke", "__typename", id).await;
    assert!(!phone.is_in(&app).await);
    assert_eq!(inactive(&phone.open(&resent).await), "REVOKED");
    assert_eq!(inactive(&phone.open(&url).await), "REPLACED");

    // Run out, written or not; the browser that had it open reads on for a day.
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    phone.open(&url).await;
    app.pass(TimeDelta::hours(24));
    let mut other = Phone::of(&app, "b");
    assert_eq!(inactive(&other.open(&url).await), "EXPIRED");
    let after = seen(&house, &attempt).await;
    assert_eq!((&after["state"], &after["expiryReason"]), (&json!("EXPIRED"), &json!("ABANDONED")));
    assert!(phone.is_in(&app).await);
    assert_eq!(phone.open(&url).await.status, StatusCode::OK);
    app.pass(TimeDelta::hours(24));
    assert!(!phone.is_in(&app).await);
    assert_eq!(inactive(&phone.open(&url).await), "EXPIRED");

    // Finished.
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    phone.open(&url).await;
    let document = "query($id: ID!) { attempt(id: $id) { steps { id } } }";
    let step = admin.graphql(document, json!({ "id": attempt })).await.text_at("attempt.steps.0.id");
    admin.done("stepUpdateStatus", "__typename", json!({ "stepId": step, "status": "COMPLETED" })).await;
    assert!(phone.is_in(&app).await, "it reads how it ended");
    assert_eq!(phone.open(&url).await.status, StatusCode::OK);
    assert_eq!(inactive(&other.open(&url).await), "ENDED");
    app.close().await;
}

#[tokio::test]
async fn a_link_that_ran_out_while_a_reviewer_had_it_works_again_once_handed_back() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["SELFIE"])).await;
    let mut phone = Phone::of(&app, "a");
    phone.open(&url).await;
    let document = "query($id: ID!) { attempt(id: $id) { steps { id } } }";
    let step = house.viewer().graphql(document, json!({ "id": attempt })).await.text_at("attempt.steps.0.id");
    let asks = |by: &str| json!({ "stepId": step, "status": "REQUIRES_ACTION", "actionBy": by, "reason": { "code": "IMAGE_BLURRED" } });
    house.reviewer().done("stepUpdateStatus", "__typename", asks("REVIEWER")).await;
    app.pass(TimeDelta::hours(30));
    assert_eq!(expiry::link_expiries_due(app.kyc(), 100).await.unwrap(), 1);
    assert!(phone.is_in(&app).await, "it sees that somebody looks at it");
    assert_eq!(inactive(&Phone::of(&app, "b").open(&url).await), "EXPIRED");
    house.reviewer().done("stepUpdateStatus", "__typename", asks("CUSTOMER")).await;
    assert_eq!(Phone::of(&app, "b").open(&url).await.status, StatusCode::OK);
    app.close().await;
}

#[tokio::test]
async fn sessions_are_forgotten_after_a_month() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["SELFIE"])).await;
    let mut phone = Phone::of(&app, "a");
    phone.open(&url).await;
    app.pass(TimeDelta::days(29));
    cleaners::clean(app.kyc()).await.unwrap();
    assert_eq!(app.rows().await["link_session"], 1);
    app.pass(TimeDelta::days(1) + TimeDelta::seconds(1));
    assert_eq!(cleaners::clean(app.kyc()).await.unwrap(), 1);
    assert_eq!(app.rows().await["link_session"], 0);
    app.close().await;
}

#[tokio::test]
async fn a_link_is_opened_ten_times_an_hour_and_whoever_has_it_keeps_it() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["PAN"])).await;
    for number in 0..MOST_IN_AN_HOUR {
        let opened = Phone::of(&app, &format!("browser-{number}")).open(&url).await;
        assert_eq!(opened.status, StatusCode::OK, "{}", opened.text);
        app.pass(TimeDelta::minutes(1));
    }
    let mut last = Phone::of(&app, "browser-9");
    assert_eq!(last.open(&url).await.status, StatusCode::OK, "the one that has it asks again");
    let mut next = Phone::of(&app, "one-more");
    let refused = next.open(&url).await;
    assert_eq!((refused.status, refused.errors()[0].0), (StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED"));
    // The first of the ten was ten minutes ago.
    assert_eq!(refused.headers[header::RETRY_AFTER], "3001");
    assert!(last.is_in(&app).await, "nothing is lost");
    app.pass(TimeDelta::seconds(3001));
    assert_eq!(next.open(&url).await.status, StatusCode::OK);
    assert!(!last.is_in(&app).await);
    app.close().await;
}

#[tokio::test]
async fn digilocker_is_visited_ten_times_an_hour() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["DIGILOCKER_AADHAAR"])).await;
    let phone = Phone::enter(&app, &url).await;
    let start = async || phone.page().mutate("journeyDigilockerStart", "authorizeUrl", json!({})).await;
    for _ in 0..MOST_IN_AN_HOUR {
        let answer = start().await;
        assert!(answer.data("journeyDigilockerStart.authorizeUrl").is_string(), "{}", answer.text);
    }
    let before = (phone.first_step().await, app.rows().await);
    let refused = start().await;
    assert_eq!(refused.errors()[0].0, "RATE_LIMITED", "{}", refused.text);
    assert_eq!((phone.first_step().await, app.rows().await), before, "nothing is lost");
    app.pass(TimeDelta::minutes(61));
    assert!(start().await.data("journeyDigilockerStart.authorizeUrl").is_string());
    app.close().await;
}
