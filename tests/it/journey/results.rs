//! What checks found, as the team reads and reports it.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use kyc_stack::kyc::check::runs_due;
use serde_json::{Value, json};

use super::{Phone, linked};
use crate::harness::app::{Client, House, TestApp};

const RESULT: &str = "query($id: ID!) { attempt(id: $id) { steps { id result { __typename
    ... on IdentityResult { maskedAadhaar identity: name nameMatch }
    ... on PanResult { maskedPan pan: registeredName nameMatch }
    ... on BankResult { maskedAccount ifsc bankName bank: registeredName nameMatch } } } } }";

async fn steps(house: &House, attempt: &str) -> Value {
    house.viewer().graphql(RESULT, json!({ "id": attempt })).await.data("attempt.steps").clone()
}

#[tokio::test]
async fn what_the_sandbox_found_is_read_masked() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN", "BANK_PENNY_DROP", "SELFIE"])).await;
    let phone = Phone::enter(&app, &url).await;
    phone.pan("ABCPE4321F").await.data("journeyPanSubmit.journey");
    phone.bank("123456789012345").await.data("journeyBankSubmit.journey");
    assert_eq!(steps(&house, &attempt).await[0]["result"], Value::Null, "nothing before the answer");
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 2);
    let found = steps(&house, &attempt).await;
    assert_eq!(
        found[0]["result"],
        json!({ "__typename": "PanResult", "maskedPan": "ABxxxxxx1F", "pan": "Asha Rao", "nameMatch": 100 })
    );
    assert!(found[1]["result"]["maskedAccount"].as_str().unwrap().eq_ignore_ascii_case("xxxxxxxxxxx2345"));
    assert_eq!(found[1]["result"]["nameMatch"], 100);
    app.close().await;
}

#[tokio::test]
async fn a_merchants_own_system_reports_masked_results_only() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, _) =
        linked(&house, json!(["DIGILOCKER_AADHAAR", "PAN", "BANK_PENNY_DROP", "SELFIE"])).await;
    let ids: Vec<String> = steps(&house, &attempt)
        .await
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["id"].as_str().unwrap().to_owned())
        .collect();
    let reviewer: Client = house.reviewer();
    let report = async |step: usize, result: Value| {
        let input = json!({ "stepId": ids[step], "status": "COMPLETED", "result": result });
        let answer = reviewer.mutate("stepUpdateStatus", "__typename", input).await;
        let errors = answer.user_errors("stepUpdateStatus");
        errors.into_iter().map(|(code, field)| (code.to_owned(), field)).collect::<Vec<_>>()
    };
    let invalid = |field: &str| vec![("INVALID".to_owned(), field.to_owned())];
    let identity = |number: &str| json!({ "identity": { "name": "Asha Rao", "maskedAadhaar": number } });
    assert_eq!(report(0, identity("2341 2341 2346")).await, invalid("result.identity.maskedAadhaar"));
    assert_eq!(report(0, identity("234123412340")).await, invalid("result.identity.maskedAadhaar"));
    assert_eq!(
        report(1, json!({ "pan": { "maskedPan": "ABCPE1234F" } })).await,
        invalid("result.pan.maskedPan")
    );
    assert_eq!(report(1, json!({})).await, invalid("result"));
    assert_eq!(report(1, identity("xxxx xxxx 1234")).await, invalid("result"), "of another kind of step");
    let bank = |account: &str| json!({ "bank": { "maskedAccount": account, "ifsc": "HDFC0001234" } });
    assert_eq!(report(2, bank("123456789012")).await, invalid("result.bank.maskedAccount"));
    assert!(!crate::harness::dump::dump(app.kyc().db.library()).await.contains("2341"));

    assert_eq!(report(0, identity("xxxx xxxx 1234")).await, []);
    assert_eq!(report(2, bank("xxxxxxxx9012")).await, []);
    let found = steps(&house, &attempt).await;
    assert_eq!(found[0]["result"]["nameMatch"], 100);
    assert_eq!(found[2]["result"]["ifsc"], "HDFC0001234");
    app.close().await;
}

const IMAGE: &str = "query($id: ID!) { attempt(id: $id) { steps { result { ... on ImageResult { url width height capturedAt } } } } }";

#[tokio::test]
async fn a_picture_is_shown_to_reviewers_for_five_minutes() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["SELFIE", "PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    let step = super::pictures::step(&phone).await;
    let send = async || {
        let path = format!("/journey/steps/{step}/image");
        let sent = phone.page().send(Method::PUT, &path, Body::from(super::pictures::selfie())).await;
        assert_eq!(sent.json["userErrors"], json!([]), "{}", sent.text);
        sent
    };
    // The route answers the journey as its query does.
    let sent = send().await;
    assert_eq!(sent.json["journey"]["steps"][0]["status"], "IN_PROGRESS");
    let asked = phone.page().graphql(kyc_stack::app::journey::DOCUMENT, json!({})).await;
    assert_eq!(&sent.json["journey"], asked.data("journey"));

    let seen = house.viewer().graphql(IMAGE, json!({ "id": attempt })).await;
    let refused = ("FORBIDDEN", "attempt.steps.0.result.url".to_owned());
    assert_eq!(seen.errors(), [refused], "{}", seen.text);
    let image = &seen.json["data"]["attempt"]["steps"][0]["result"];
    assert_eq!(image["url"], Value::Null);
    assert_eq!((&image["width"], &image["height"]), (&json!(320), &json!(400)));
    let ask = async |client: Client| {
        let answer = client.graphql(IMAGE, json!({ "id": attempt })).await;
        answer.text_at("attempt.steps.0.result.url").split_once("/pictures/").unwrap().1.to_owned()
    };
    let address = ask(house.reviewer()).await;

    // Whoever has the address looks at it; a browser takes it for nothing but a picture, and keeps none.
    let shown = app.anonymous().bytes(&format!("/pictures/{address}")).await;
    assert_eq!(shown.0, StatusCode::OK);
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("cache-control", "private, no-store"),
        ("content-disposition", "inline; filename=\"selfie.jpg\""),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
    ] {
        assert_eq!(shown.1[name], value);
    }
    assert!(image::load_from_memory(&shown.2).is_ok());
    // The replica beside it has the same secret.
    let twin = app.twin().await;
    assert_eq!(twin.anonymous().bytes(&format!("/pictures/{address}")).await.2, shown.2);

    let status = async |address: &str| app.anonymous().get(&format!("/pictures/{address}")).await.status;
    let mut tampered = address.clone().into_bytes();
    tampered[3] = if tampered[3] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();
    for other in [tampered.as_str(), &address[1..], "x", "../logos/x"] {
        assert_eq!(status(other).await, StatusCode::NOT_FOUND, "{other}");
    }
    app.pass(chrono::TimeDelta::minutes(5));
    assert_eq!(status(&address).await, StatusCode::GONE);

    // An address of a picture that was replaced shows neither.
    let before = ask(house.reviewer()).await;
    send().await;
    assert_eq!(status(&before).await, StatusCode::NOT_FOUND);
    assert_eq!(status(&ask(house.reviewer()).await).await, StatusCode::OK);

    // Another merchant is not told that there is one.
    let other = app.merchant("other").await.admin().graphql(IMAGE, json!({ "id": attempt })).await;
    assert_eq!(other.data("attempt"), &Value::Null, "{}", other.text);
    let rows = crate::harness::dump::dump(app.kyc().db.library()).await;
    assert!(!rows.contains(&before), "an address is stored nowhere");
    app.close().await;
}
