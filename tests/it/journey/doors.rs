//! `/graphql` and `/journey/graphql`: neither takes what opens the other, and behind the second there is one journey.

use axum::body::Body;
use axum::http::{Method, StatusCode};
use entity::Role;
use serde_json::{Value, json};

use super::{Phone, linked};
use crate::harness::app::TestApp;

const JOURNEY: &str = "{ journey { id state } }";

#[tokio::test]
async fn what_opens_one_door_is_nothing_at_the_other() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    let cookie = phone.page().header("cookie").unwrap();
    let token = cookie.split_once('=').unwrap().1.to_owned();
    let page = || app.anonymous().with("sec-fetch-site", "same-origin");
    let member = house.member(Role::Admin).await;
    let member_token = member.header("cookie").unwrap().split_once('=').unwrap().1.to_owned();
    let strangers = [
        // The customer's cookie, and its token in every other place, at the team's door.
        phone.page().at("/graphql"),
        page().with("cookie", &format!("kyc_session={token}")),
        page().bearer(&token),
        // The team's at the customers'.
        house.admin().at("/journey/graphql"),
        member.clone().at("/journey/graphql"),
        page().with("cookie", &format!("kyc_journey={member_token}")).at("/journey/graphql"),
        page().with("cookie", &format!("kyc_journey={}", house.secret(Role::Admin))).at("/journey/graphql"),
        // Both together: who sends a bearer is no customer.
        phone.page().bearer(house.secret(Role::Admin)),
        page().at("/journey/graphql"),
    ];
    for (n, stranger) in strangers.iter().enumerate() {
        for document in [JOURNEY, "{ merchant { name } }", "{ viewer { name } }"] {
            let answer = stranger.graphql(document, json!({})).await;
            assert_eq!(answer.errors(), [("UNAUTHENTICATED", String::new())], "{n}: {}", answer.text);
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED);
        }
    }
    // Foreign pages send the cookie along, and nothing comes of it.
    let foreign = phone.page().with("sec-fetch-site", "cross-site");
    assert_eq!(foreign.graphql(JOURNEY, json!({})).await.status, StatusCode::FORBIDDEN);
    // The team has no journey, and its documents say so.
    let answer = house.admin().graphql(JOURNEY, json!({})).await;
    assert_eq!(answer.errors(), [("FORBIDDEN", "journey".to_owned())]);
    let answer = house.admin().told("subscription { journeyChanged { id } }", json!({})).await;
    assert_eq!(answer.errors(), [("FORBIDDEN", String::new())]);
    app.close().await;
}

#[tokio::test]
async fn a_get_reads_and_does_not_write() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    let page = phone.page().with("accept", "application/json");
    let read = page.get("/journey/graphql?query=%7Bjourney%7Bstate%7D%7D").await;
    assert_eq!(read.data("journey.state"), "IN_PROGRESS");
    let write =
        "/journey/graphql?query=mutation%7BjourneyDigilockerStart(input%3A%7B%7D)%7BauthorizeUrl%7D%7D";
    assert_eq!(page.get(write).await.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        page.send(Method::PUT, "/journey/graphql", Body::empty()).await.status,
        StatusCode::METHOD_NOT_ALLOWED
    );
    app.close().await;
}

#[tokio::test]
async fn every_field_of_the_roots_but_the_journeys_is_forbidden_to_a_customer() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    let id = json!({ "id": attempt });
    for (field, document) in [
        ("node", "query($id: ID!) { node(id: $id) { id } }"),
        ("nodes", "query($id: ID!) { nodes(ids: [$id]) { id } }"),
        ("viewer", "query { viewer { kind name } }"),
        ("merchant", "query { merchant { name } }"),
        ("attempt", "query($id: ID!) { attempt(id: $id) { id } }"),
        ("attempts", "query { attempts { totalCount } }"),
        ("customers", "query { customers { totalCount } }"),
        ("activity", "query { activity { nodes { id } } }"),
        ("eventCursor", "query { eventCursor }"),
        ("reasonCodes", "query { reasonCodes { code } }"),
        ("screeningLists", "query { screeningLists { name } }"),
        ("brandingCheck", "query { brandingCheck(input: {}) { userErrors { code } } }"),
        (
            "summary",
            "query { summary(from: \"2026-01-01\", to: \"2026-12-31\") { medianSecondsToComplete } }",
        ),
    ] {
        let variables = if document.contains("$id") { id.clone() } else { json!({}) };
        let answer = phone.page().graphql(document, variables).await;
        assert_eq!(answer.errors(), [("FORBIDDEN", field.to_owned())], "{}", answer.text);
        assert!(answer.json["data"].is_null() || answer.json["data"][field].is_null(), "{}", answer.text);
    }
    // One refused field does not take the journey with it, whatever it is called.
    let answer =
        phone.page().graphql("{ mine: journey { state } journey: merchant { name } }", json!({})).await;
    assert_eq!(answer.errors(), [("FORBIDDEN", "journey".to_owned())]);
    assert_eq!(answer.json["data"]["mine"]["state"], "IN_PROGRESS");
    assert_eq!(answer.json["data"]["journey"], Value::Null);
    for document in ["subscription { stepChanged { cursor } }", "subscription { trackerEvent { cursor } }"] {
        let answer = phone.page().told(document, json!({})).await;
        assert_eq!(answer.errors(), [("FORBIDDEN", String::new())], "{}", answer.text);
    }
    app.close().await;
}

#[tokio::test]
async fn a_journey_tells_nothing_of_the_teams() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["SANCTION_SCREENING", "PAN", "SELFIE"])).await;
    let phone = Phone::enter(&app, &url).await;
    let document = "query($id: ID!) { attempt(id: $id) { customer { id } steps { id kind } } }";
    let seen = house.reviewer().graphql(document, json!({ "id": attempt })).await;
    let fields =
        "id merchantName mode branding { displayName } customerName state underReview expiresAt redirectUrl
        consentTextVersion consentedAt currentStep { kind }
        steps { id kind position status reasonCode message canRetry triesLeft }";
    let before = phone.journey(fields).await;
    let shown: Vec<_> =
        before["steps"].as_array().unwrap().iter().map(|step| (&step["kind"], &step["position"])).collect();
    assert_eq!(
        shown,
        [(&json!("PAN"), &json!(1)), (&json!("SELFIE"), &json!(2))],
        "no gap tells of a screening"
    );
    assert_eq!(before["currentStep"]["kind"], "PAN");
    assert_eq!(before["underReview"], false);

    // A secret reason is an open one for the customer, and a note stays with the staff.
    let steps = seen.data("attempt.steps").clone();
    let of = |kind: &str| {
        steps.as_array().unwrap().iter().find(|step| step["kind"] == kind).unwrap()["id"].clone()
    };
    let input = json!({
        "stepId": of("PAN"), "status": "REQUIRES_ACTION", "actionBy": "REVIEWER",
        "reason": { "code": "SUSPECTED_FRAUD", "message": "stolen-card", "staffNote": "note-of-staff" },
    });
    house.reviewer().done("stepUpdateStatus", "__typename", input).await;
    let after = phone.journey(fields).await;
    assert_eq!(after["steps"][0]["reasonCode"], "UNDER_REVIEW");
    assert_eq!((&after["underReview"], &after["steps"][0]["canRetry"]), (&json!(true), &json!(false)));
    assert_eq!(
        after["currentStep"]["kind"], "SELFIE",
        "what waits on a reviewer does not block the next step"
    );
    // A reason that came with a pass is the team's.
    let input = json!({ "stepId": of("PAN"), "status": "COMPLETED", "reason": { "code": "OTHER", "message": "by-the-team" } });
    house.reviewer().done("stepUpdateStatus", "__typename", input).await;
    let text = format!("{after} {}", phone.journey(fields).await);
    let ids = [attempt, seen.text_at("attempt.customer.id")];
    let ids = ids
        .into_iter()
        .chain(steps.as_array().unwrap().iter().map(|step| step["id"].as_str().unwrap().to_owned()));
    for secret in
        ids.chain(["SUSPECTED", "stolen", "note-of", "by-the-team", "SANCTION", "OTHER"].map(str::to_owned))
    {
        assert!(!text.contains(&secret), "{secret} is told: {text}");
    }
    app.close().await;
}
