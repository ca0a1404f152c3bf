//! A field answers the same whether it is asked for alone or beside all others, and wherever its object stands: what is read of
//! a row depends on the question, what is shown of it does not.

use entity::Role;
use serde_json::{Value, json};

use super::a_year;
use crate::harness::{graph::graph, office::Office};

/// What of a type can be asked for without an argument, and without more below it than is written here.
async fn fields(office: &Office, name: &str, below: &[&str]) -> Vec<String> {
    let document =
        format!("{{ __type(name: \"{name}\") {{ fields {{ name type {{ kind ofType {{ kind }} }} }} }} }}");
    let answer = graph(&office.kyc, &office.member(Role::Admin), &document, json!({})).await;
    let is_leaf = |kind: &Value| matches!(kind.as_str(), Some("SCALAR" | "ENUM"));
    let fields = answer["data"]["__type"]["fields"].as_array().unwrap().iter();
    let leaves =
        fields.filter(|field| is_leaf(&field["type"]["kind"]) || is_leaf(&field["type"]["ofType"]["kind"]));
    let names = leaves.map(|field| field["name"].as_str().unwrap().to_owned());
    names.chain(below.iter().map(|below| (*below).to_owned())).collect()
}

/// Every value that stands at the end of a path, lists on the way opened.
fn at<'v>(value: &'v Value, path: &str) -> Vec<&'v Value> {
    path.split('.').filter(|name| !name.is_empty()).fold(vec![value], |values, name| {
        let inner = values.into_iter().map(|value| &value[name]);
        inner
            .flat_map(|value| match value {
                Value::Array(items) => items.iter().collect::<Vec<_>>(),
                Value::Null => Vec::new(),
                other => vec![other],
            })
            .collect()
    })
}

/// Asks for each field alone at a place, and for the same objects by their ids, where whole rows are read.
async fn compare(office: &Office, name: &str, fields: &[String], before: &str, path: &str) {
    let admin = office.member(Role::Admin);
    let ask = async |document: String| {
        let answer = graph(&office.kyc, &admin, &document, json!({})).await;
        assert!(answer["errors"].is_null(), "{document}: {answer}");
        answer
    };
    let open = before.matches('{').count() - before.matches('}').count();
    let after = " }".repeat(open + 2);
    let found = ask(format!("{{ {before} {{ id {after}")).await;
    let ids: Vec<_> = at(&found["data"], path).iter().map(|object| object["id"].clone()).collect();
    assert!(!ids.is_empty(), "nobody stands at {path}");
    for field in fields {
        let alone = ask(format!("{{ {before} {{ {field} {after}")).await;
        let mut whole = Vec::new();
        for ids in ids.chunks(100) {
            let document = format!("{{ nodes(ids: {}) {{ ... on {name} {{ {field} }} }} }}", json!(ids));
            whole.extend(ask(document).await["data"]["nodes"].as_array().unwrap().iter().cloned());
        }
        let whole: Vec<_> = whole.iter().collect();
        assert_eq!(at(&alone["data"], path), whole, "{field} at {before}");
    }
}

#[tokio::test]
async fn a_field_alone_is_what_it_is_beside_all_others() {
    let office = Office::open().await;
    a_year(&office).await;
    let admin = office.member(Role::Admin);
    let newest = graph(
        &office.kyc,
        &admin,
        "{ attempts(first: 1) { nodes { id steps { id } customer { id } } } }",
        json!({}),
    )
    .await;
    let newest = &newest["data"]["attempts"]["nodes"][0];
    let (one, step) = (&newest["id"], &newest["steps"][0]["id"]);
    let customer = &newest["customer"]["id"];

    let below = [
        "progress { completed total }",
        "link { state expiresAt openCount lastOpenedAt issuedCount }",
        "rejection { code message staffNote }",
        "customer { name }",
        "steps { status waitingOn attempt { number } }",
        "step(kind: PAN) { status attempt { mode } }",
        "holds(includeReleased: true) { placedAt attempt { createdAt } }",
        "tracker(first: 2) { nodes { type } }",
    ];
    let attempt = fields(&office, "Attempt", &below).await;
    assert!(attempt.len() > 20, "{attempt:?}");
    for (before, path) in [
        ("attempts(first: 100) { nodes".to_owned(), "attempts.nodes"),
        ("attempts(first: 100) { edges { node".to_owned(), "attempts.edges.node"),
        (
            "attempts(first: 100, sort: {field: WAITING_SINCE, direction: ASC}) { nodes".to_owned(),
            "attempts.nodes",
        ),
        (
            "customers(first: 20) { nodes { attempts(first: 3) { nodes".to_owned(),
            "customers.nodes.attempts.nodes",
        ),
        ("customers(first: 20) { nodes { latestAttempt".to_owned(), "customers.nodes.latestAttempt"),
        (format!("attempt(id: {one})"), "attempt"),
        (format!("attempt(id: {one}) {{ steps {{ attempt"), "attempt.steps.attempt"),
        (format!("step(id: {step}) {{ attempt"), "step.attempt"),
        ("activity(first: 20) { nodes { attempt".to_owned(), "activity.nodes.attempt"),
    ] {
        compare(&office, "Attempt", &attempt, &before, path).await;
    }

    let step_fields =
        fields(&office, "Step", &["reason { code message staffNote }", "attempt { state mode }"]).await;
    assert!(step_fields.len() > 12, "{step_fields:?}");
    for (before, path) in [
        ("attempts(first: 50) { nodes { steps".to_owned(), "attempts.nodes.steps"),
        ("attempts(first: 50) { nodes { step(kind: PAN)".to_owned(), "attempts.nodes.step"),
        (format!("attempt(id: {one}) {{ steps"), "attempt.steps"),
        (format!("step(id: {step})"), "step"),
        ("activity(first: 20) { nodes { step".to_owned(), "activity.nodes.step"),
    ] {
        compare(&office, "Step", &step_fields, &before, path).await;
    }

    let below = ["latestAttempt { number }", "attempts(first: 2) { totalCount nodes { number } }"];
    let customer_fields = fields(&office, "Customer", &below).await;
    assert!(customer_fields.len() > 10, "{customer_fields:?}");
    for (before, path) in [
        ("customers(first: 50) { nodes".to_owned(), "customers.nodes"),
        ("customers(first: 50, sort: {field: NAME, direction: ASC}) { nodes".to_owned(), "customers.nodes"),
        (format!("customer(id: {customer})"), "customer"),
        (format!("attempt(id: {one}) {{ customer"), "attempt.customer"),
        ("attempts(first: 50) { nodes { customer".to_owned(), "attempts.nodes.customer"),
        ("activity(first: 20) { nodes { customer".to_owned(), "activity.nodes.customer"),
    ] {
        compare(&office, "Customer", &customer_fields, &before, path).await;
    }
}
