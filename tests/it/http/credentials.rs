//! Who somebody says they are.

use axum::http::header;
use chrono::TimeDelta;
use entity::Role;
use serde_json::json;

use super::refused;
use crate::harness::app::{Client, SECRET, TestApp};

const VIEWER: &str = "{ viewer { name } }";
const ADD: &str = "mutation { customerCreate(input: { customer: { name: \"Asha\" } }) { customer { id } userErrors { code } } }";

async fn is_known(client: &Client) -> bool {
    let answer = client.graphql(VIEWER, json!({})).await;
    if answer.status == 401 {
        refused(&answer, 401, "UNAUTHENTICATED");
        assert_eq!(answer.headers[header::WWW_AUTHENTICATE], "Bearer");
        return false;
    }
    answer.data("viewer.name");
    true
}

#[tokio::test]
async fn without_valid_credentials_nothing_is_answered() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let secret = acme.secret(Role::Admin).to_owned();
    let before = app.rows().await;
    let nobody = app.anonymous();
    assert!(!is_known(&nobody).await);
    let (head, tail) = secret.split_at(secret.len() - 1);
    for authorization in [
        String::new(),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        secret.clone(),
        format!("Basic {secret}"),
        format!("Bearer {SECRET}"),
        format!("Bearer {head}"),
        format!("Bearer {secret}{tail}"),
        format!("Bearer {}", secret.to_uppercase()),
        format!("Bearer {secret} {secret}"),
        format!("Bearer {}", secret.replace("kyc_test_", "kyc_live_")),
        format!("Bearer {}", "A".repeat(20_000)),
    ] {
        let client = nobody.clone().with("authorization", &authorization);
        assert!(!is_known(&client).await, "{}", authorization.len());
        let answer = client.get("/reports/kyc.csv?from=2026-11-01&to=2026-11-02").await;
        refused(&answer, 401, "UNAUTHENTICATED");
        assert_eq!(client.graphql(ADD, json!({})).await.status, 401);
    }
    for cookie in ["kyc_session=", "kyc_session=garbage", "kyc_journey=x", &format!("kyc_session={secret}")] {
        assert!(
            !is_known(&nobody.clone().with("cookie", cookie).with("sec-fetch-site", "same-origin")).await,
            "{cookie}"
        );
    }
    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert!(is_known(&nobody.clone().with("authorization", &format!("{scheme} {secret}"))).await);
    }
    assert_eq!(app.rows().await, before);
    app.close().await;
}

#[tokio::test]
async fn a_key_that_is_revoked_while_in_use_is_out_at_once_here_and_in_four_seconds_elsewhere() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let elsewhere = app.twin().await;
    let agent = acme.agent();
    let agent_elsewhere = elsewhere.anonymous().bearer(acme.secret(Role::Agent));
    assert!(is_known(&agent).await && is_known(&agent_elsewhere).await);

    let keys = acme.admin().graphql("{ merchant { apiKeys { id role } } }", json!({})).await;
    let keys = keys.data("merchant.apiKeys").as_array().unwrap();
    let id = &keys.iter().find(|key| key["role"] == "AGENT").unwrap()["id"];
    acme.admin().done("apiKeyRevoke", "apiKey { revokedAt }", json!({ "id": id })).await;
    assert!(!is_known(&agent).await);
    assert_eq!(agent.graphql(ADD, json!({})).await.status, 401);
    // The other process has seen the key a moment ago.
    app.pass(TimeDelta::milliseconds(3_999));
    assert!(is_known(&agent_elsewhere).await);
    app.pass(TimeDelta::milliseconds(1));
    assert!(!is_known(&agent_elsewhere).await);
    assert_eq!(app.rows().await["customer"], 0);

    // A key that revokes itself is answered, and that was its last word.
    let own = &keys.iter().find(|key| key["role"] == "ADMIN").unwrap()["id"];
    acme.admin().done("apiKeyRevoke", "apiKey { revokedAt }", json!({ "id": own })).await;
    assert!(!is_known(&acme.admin()).await);
    app.close().await;
}

#[tokio::test]
async fn a_session_works_on_our_own_pages_only() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let page = acme.member(Role::Agent).await;
    assert!(is_known(&page).await);
    let before = app.rows().await;
    let bare = page.clone().without("sec-fetch-site");
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("sec-fetch-site", ""),
        ("origin", "https://evil.example"),
        ("origin", "null"),
        ("x-requested-with", "XMLHttpRequest"),
    ] {
        let foreign = bare.clone().with(name, value);
        refused(&foreign.graphql(ADD, json!({})).await, 403, "FORBIDDEN");
        refused(&foreign.graphql(VIEWER, json!({})).await, 403, "FORBIDDEN");
        let out = foreign.send(axum::http::Method::DELETE, "/session", axum::body::Body::empty()).await;
        assert_eq!(out.status, 403);
    }
    assert_eq!(app.rows().await, before);
    // A link to a query from elsewhere is harmless; a bearer is nobody's ambient right.
    let read =
        bare.clone().with("sec-fetch-site", "cross-site").get("/graphql?query=%7Bviewer%7Bname%7D%7D").await;
    assert_eq!(read.data("viewer.name"), "Meera");
    let key = bare.bearer(acme.secret(Role::Agent)).with("origin", "https://app.example");
    assert_eq!(key.graphql(VIEWER, json!({})).await.data("viewer.name"), "AGENT");
    // The page itself goes on, until it signs out.
    assert!(page.graphql(ADD, json!({})).await.data("customerCreate.customer.id").is_string());
    let out = page.send(axum::http::Method::DELETE, "/session", axum::body::Body::empty()).await;
    assert_eq!(out.status, 204);
    assert!(!is_known(&page).await);
    app.close().await;
}

#[tokio::test]
async fn a_bad_bearer_is_not_saved_by_a_good_cookie() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let page = acme.member(Role::Viewer).await;
    assert!(!is_known(&page.clone().bearer("kyc_test_unknown")).await);
    assert!(is_known(&page).await);
    app.close().await;
}

#[tokio::test]
async fn the_platform_has_no_merchant() {
    let app = TestApp::open().await;
    let platform = app.platform();
    let answer = platform.graphql("{ viewer { kind } merchant { id } }", json!({})).await;
    assert_eq!(answer.json["data"], json!({ "viewer": { "kind": "PLATFORM" }, "merchant": null }));
    let input = json!({ "name": "Acme", "slug": "acme", "adminEmail": "A@acme.example" });
    let made =
        platform.done("merchantCreate", "merchant { id slug } adminApiKey passwordUrl", input.clone()).await;
    let admin = app.anonymous().bearer(made["adminApiKey"].as_str().unwrap());
    assert_eq!(admin.graphql("{ merchant { slug } }", json!({})).await.data("merchant.slug"), "acme");

    let before = app.rows().await;
    let again = platform.mutate("merchantCreate", "merchant { id } adminApiKey", input).await;
    assert_eq!(again.user_errors("merchantCreate"), [("TAKEN", "slug".to_owned())]);
    for document in ["{ attempts { totalCount } }", "{ customers { totalCount } }", "{ eventCursor }", ADD] {
        let answer = platform.graphql(document, json!({})).await;
        assert_eq!(answer.errors()[0].0, "FORBIDDEN", "{document}: {}", answer.text);
    }
    assert_eq!(app.rows().await, before);
    app.close().await;
}
