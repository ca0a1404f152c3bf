//! Idempotency keys as clients send them: in the header, or in the input.

use chrono::TimeDelta;
use entity::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::harness::app::{Client, SECRET, TestApp};

const SHOWN: &str = "url replayed attempt { id version }";

fn keyed(client: &Client, key: &str) -> Client {
    client.clone().with("idempotency-key", key)
}

fn link(key: Option<&str>) -> Value {
    json!({ "customer": { "name": "Asha Rao" }, "steps": ["PAN"], "idempotencyKey": key })
}

fn reused() -> [(&'static str, String); 1] {
    [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey".to_owned())]
}

#[tokio::test]
async fn the_header_and_the_input_are_one_key() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let agent = acme.agent();
    let first = keyed(&agent, "k-1").done("kycLinkGenerate", SHOWN, link(None)).await;
    assert!(first["url"].is_string());
    assert_eq!(first["replayed"], false);
    let before = app.rows().await;

    // A replay shows the same attempt as it is now, and no secret.
    for (client, input) in [
        (keyed(&agent, "k-1"), link(None)),
        (agent.clone(), link(Some("k-1"))),
        // The input's own key is the nearer one.
        (keyed(&agent, "k-2"), link(Some("k-1"))),
    ] {
        let replay = client.done("kycLinkGenerate", SHOWN, input).await;
        let shown = json!({ "url": null, "replayed": true, "attempt": first["attempt"], "userErrors": [] });
        assert_eq!(replay, shown);
    }
    assert_eq!(app.rows().await, before);

    // Another input, or another actor's, is no replay.
    let mut other = link(Some("k-1"));
    other["validityHours"] = json!(5);
    let answer = agent.mutate("kycLinkGenerate", SHOWN, other).await;
    assert_eq!(answer.user_errors("kycLinkGenerate"), reused());
    assert_eq!(answer.data("kycLinkGenerate.attempt"), &Value::Null);
    assert_eq!(app.rows().await, before);
    let colleague = keyed(&acme.reviewer(), "k-1").done("kycLinkGenerate", SHOWN, link(None)).await;
    assert_ne!(colleague["attempt"]["id"], first["attempt"]["id"]);
    let stranger = app.merchant("bolt").await.agent();
    let theirs = keyed(&stranger, "k-1").done("kycLinkGenerate", SHOWN, link(None)).await;
    assert_eq!(theirs["replayed"], false);

    app.pass(TimeDelta::hours(24));
    let tomorrow = keyed(&agent, "k-1").done("kycLinkGenerate", SHOWN, link(None)).await;
    assert_ne!(tomorrow["attempt"]["id"], first["attempt"]["id"]);
    app.close().await;
}

#[tokio::test]
async fn a_replay_renders_what_it_is_asked_for_now() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let (agent, reviewer) = (acme.agent(), acme.reviewer());
    let made = agent.done("attemptCreate", "attempt { id steps { id } }", link(Some("k"))).await;
    let input =
        json!({ "stepId": made["attempt"]["steps"][0]["id"], "status": "COMPLETED", "idempotencyKey": "s" });
    reviewer.done("stepUpdateStatus", "step { version }", input.clone()).await;
    let replay = agent
        .done(
            "attemptCreate",
            "attempt { id state number customer { name } steps { status } }",
            link(Some("k")),
        )
        .await;
    let attempt = json!({
        "id": made["attempt"]["id"], "state": "COMPLETED", "number": 1, "customer": { "name": "Asha Rao" },
        "steps": [{ "status": "COMPLETED" }],
    });
    assert_eq!(replay["attempt"], attempt);
    // It is over, but this was done before.
    let again = reviewer.done("stepUpdateStatus", "step { status } attempt { state }", input).await;
    assert_eq!(again["attempt"]["state"], "COMPLETED");
    app.close().await;
}

#[tokio::test]
async fn what_is_refused_is_not_remembered() {
    let app = TestApp::open().await;
    let agent = app.merchant("acme").await.agent();
    let before = app.rows().await;
    let customer = |name: &str| json!({ "customer": { "name": name }, "idempotencyKey": "k" });
    let answer = agent.mutate("customerCreate", "customer { id }", customer("")).await;
    assert_eq!(answer.user_errors("customerCreate"), [("REQUIRED", "customer.name".to_owned())]);
    assert_eq!(app.rows().await, before);
    agent.done("customerCreate", "customer { id }", customer("Asha")).await;

    for (key, header) in [("", false), ("", true), (&*"x".repeat(256), false), (&*"x".repeat(256), true)] {
        let client = if header { keyed(&agent, key) } else { agent.clone() };
        let key = (!header).then_some(key);
        let before = app.rows().await;
        let input = json!({ "customer": { "name": SECRET }, "idempotencyKey": key });
        let answer = client.mutate("customerCreate", "customer { id }", input).await;
        let errors = answer.user_errors("customerCreate");
        assert_eq!(errors, [("INVALID", "idempotencyKey".to_owned())], "{header}");
        assert_eq!(app.rows().await, before);
    }
    app.close().await;
}

#[tokio::test]
async fn a_header_is_for_one_mutation() {
    let app = TestApp::open().await;
    let agent = app.merchant("acme").await.agent();
    let before = app.rows().await;
    let two = "mutation {
        a: customerCreate(input: { customer: { name: \"A\" } }) { customer { id } userErrors { code } }
        b: customerCreate(input: { customer: { name: \"B\" } }) { customer { id } userErrors { code } } }";
    let answer = keyed(&agent, "k").graphql(two, json!({})).await;
    assert_eq!(answer.errors(), [("BAD_USER_INPUT", String::new())]);
    assert_eq!(app.rows().await, before);
    // The same field merged from two places is one mutation.
    let one = "mutation { customerCreate(input: { customer: { name: \"A\" } }) { customer { id } } ...F }
        fragment F on Mutation { __typename customerCreate(input: { customer: { name: \"A\" } }) { customer { name } } }";
    let answer = keyed(&agent, "k").graphql(one, json!({})).await;
    assert_eq!(answer.data("customerCreate.customer.name"), "A");
    assert_eq!(app.rows().await["customer"], 1);
    // Of two with keys of their own, each is its own.
    let keys = two
        .replace("\"A\" }", "\"A\" } idempotencyKey: \"a\"")
        .replace("\"B\" }", "\"B\" } idempotencyKey: \"b\"");
    let first = agent.graphql(&keys, json!({})).await;
    let second = agent.graphql(&keys, json!({})).await;
    assert_eq!(first.json, second.json);
    assert_eq!(app.rows().await["customer"], 3);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_twins_act_once_and_show_the_link_once() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let elsewhere = app.twin().await.anonymous().bearer(acme.secret(Role::Agent));
    let agent = acme.agent();
    let before = app.rows().await;
    let twins = (0..16).map(|n| keyed(if n % 2 == 0 { &agent } else { &elsewhere }, "twin"));
    let twins =
        join_all(twins.map(|client| async move { client.done("kycLinkGenerate", SHOWN, link(None)).await }))
            .await;
    assert_eq!(twins.iter().filter(|twin| twin["url"].is_string()).count(), 1);
    assert_eq!(twins.iter().filter(|twin| twin["replayed"] == false).count(), 1);
    assert!(twins.iter().all(|twin| twin["attempt"] == twins[0]["attempt"]));
    let after = app.rows().await;
    assert_eq!((after["attempt"], after["customer"], after["link"]), (1, 1, 1));
    assert_eq!(after["event"], before["event"] + 3);

    // Of twins with different inputs, one is done and the others are told.
    let rivals = (0..8).map(|n| {
        let (agent, input) = (
            agent.clone(),
            json!({ "customer": { "name": format!("Asha {n}") }, "idempotencyKey": "rival" }),
        );
        async move { agent.mutate("customerCreate", "customer { id }", input).await }
    });
    let rivals = join_all(rivals).await;
    let told = rivals.iter().filter(|rival| rival.user_errors("customerCreate") == reused()).count();
    assert_eq!(told, 7);
    assert_eq!(app.rows().await["customer"], 2);
    app.close().await;
}

#[tokio::test]
async fn a_secret_is_shown_once_whatever_made_it() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let admin = acme.admin();
    for (mutation, shown, input) in [
        ("apiKeyCreate", "secret", json!({ "name": "CI", "role": "VIEWER" })),
        (
            "memberCreate",
            "passwordUrl",
            json!({ "name": "Ravi", "email": "ravi@acme.example", "role": "VIEWER" }),
        ),
    ] {
        let client = keyed(&admin, mutation);
        let first = client.done(mutation, shown, input.clone()).await;
        assert!(first[shown].is_string(), "{mutation}");
        let replay = client.done(mutation, shown, input).await;
        assert_eq!(replay[shown], Value::Null, "{mutation}");
    }
    app.close().await;
}
