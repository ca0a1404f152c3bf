//! Requests that are no GraphQL request, or not one that is served.

use axum::{
    body::Body,
    http::{Method, header},
};
use serde_json::json;

use super::{attempts, refused};
use crate::harness::app::{SECRET, TestApp};

const VIEWER: &str = "{ viewer { name } }";

#[tokio::test]
async fn bodies_that_are_no_request() {
    let app = TestApp::open().await;
    let admin = app.merchant("acme").await.admin();
    let before = app.rows().await;
    let bodies = [
        String::new(),
        "null".to_owned(),
        "7".to_owned(),
        format!("\"{SECRET}\""),
        "{".to_owned(),
        "{\"query\": \"{ viewer { name } }\"".to_owned(),
        format!("{{\"query\": {SECRET}}}"),
        format!("{{'query': '{SECRET}'}}"),
        "{\"query\": \"{ viewer { name } }\"} {}".to_owned(),
        "{}".to_owned(),
        json!({ "query": null }).to_string(),
        json!({ "query": 7 }).to_string(),
        json!({ "query": [SECRET] }).to_string(),
        json!({ "query": VIEWER, "variables": [SECRET] }).to_string(),
        json!({ "query": VIEWER, "variables": SECRET }).to_string(),
        json!({ "query": VIEWER, "operationName": { "name": SECRET } }).to_string(),
        json!({ "query": VIEWER, "extensions": SECRET }).to_string(),
        format!("{{\"query\": \"{VIEWER}\", \"query\": \"{VIEWER}\"}}"),
        // A batch, of one and of many.
        json!([{ "query": VIEWER }]).to_string(),
        json!(vec![json!({ "query": VIEWER }); 1_000]).to_string(),
        // NUL and lone surrogates, which no text of ours holds.
        format!("{{\"query\": \"{VIEWER}\", \"variables\": {{\"a\": \"{SECRET}\\u0000\"}}}}"),
        format!("{{\"query\": \"{VIEWER}\", \"variables\": {{\"a\": \"{SECRET}\\ud800\"}}}}"),
        format!("{{\"query\": \"{VIEWER}\", \"variables\": {{\"a\": \"{SECRET}\\udc00\\ud800\"}}}}"),
        format!("{{\"query\": \"{VIEWER}\", \"variables\": {}{}}}", "[".repeat(50_000), "]".repeat(50_000)),
    ];
    for body in bodies {
        refused(&admin.post_text("/graphql", body).await, 400, "BAD_USER_INPUT");
    }
    let latin = b"{\"query\": \"{ viewer { name } } # \xe9\"}".to_vec();
    refused(&admin.post_text("/graphql", latin).await, 400, "BAD_USER_INPUT");
    assert_eq!(app.rows().await, before);
    app.close().await;
}

#[tokio::test]
async fn documents_that_cannot_run() {
    let app = TestApp::open().await;
    let admin = app.merchant("acme").await.admin();
    let strict = admin.clone().with("accept", "application/graphql-response+json");
    let before = app.rows().await;
    // A name of the document may be named in the answer; a value may not.
    let documents = [
        String::new(),
        SECRET.to_owned(),
        format!("{{ {SECRET}"),
        "{ nam }".to_owned(),
        "{ viewer { nam } }".to_owned(),
        format!("{{ viewer(name: \"{SECRET}\") {{ name }} }}"),
        format!("query {{ attempt(id: \"{SECRET}\") {{ id }} }} query {{ viewer {{ name }} }}"),
        format!("fragment F on Query {{ viewer {{ name }} }} # {SECRET}"),
        "{ ...F }".to_owned(),
        "query($a: T) { viewer { name } }".to_owned(),
        "{ viewer }".to_owned(),
        "{ viewer { name { first } } }".to_owned(),
        "{ attempt { id } }".to_owned(),
        "{ attempt(id: null) { id } }".to_owned(),
        format!("{{ attempts(first: \"{SECRET}\") {{ totalCount }} }}"),
        "{ attempts(first: 1.5) { totalCount } }".to_owned(),
        "{ attempts(first: 2147483648) { totalCount } }".to_owned(),
        "{ attempts(first: -99999999999999999999999999) { totalCount } }".to_owned(),
        attempts(&format!("filter: {{ state: [{SECRET}] }}")),
        attempts("filter: { nam: 1 }"),
        attempts(&format!("sort: {{ field: {SECRET}, direction: ASC }}")),
        attempts("sort: { field: CREATED_AT }"),
        format!(
            "mutation {{ attemptCreate(input: {{ customer: {{ name: [\"{SECRET}\"] }} }}) {{ attempt {{ id }} }} }}"
        ),
        format!("mutation {{ attemptCreate(input: {{ steps: [{SECRET}] }}) {{ attempt {{ id }} }} }}"),
        "mutation { attemptCreate { attempt { id } } }".to_owned(),
    ];
    for document in documents {
        let answer = strict.graphql(&document, json!({})).await;
        assert_eq!(answer.status, 400, "{document}: {}", answer.text);
        refused(&answer, 400, "BAD_USER_INPUT");
        // Some clients take every status but 200 for a broken network.
        refused(&admin.graphql(&document, json!({})).await, 200, "BAD_USER_INPUT");
    }
    let unknown = json!({ "query": "query A { viewer { name } }", "operationName": SECRET });
    refused(&strict.post("/graphql", unknown).await, 400, "BAD_USER_INPUT");
    assert_eq!(app.rows().await, before);
    app.close().await;
}

#[tokio::test]
async fn variables_of_another_type() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    let (admin, before) = (house.admin(), app.rows().await);
    let page = "query($first: Int, $filter: AttemptFilter, $sort: AttemptSort) {
        attempts(first: $first, filter: $filter, sort: $sort) { totalCount } }";
    let create =
        "mutation($input: CustomerCreateInput!) { customerCreate(input: $input) { customer { id } } }";
    let customer = |field: &str, value| {
        let mut customer = json!({ "name": "Asha" });
        customer[field] = value;
        json!({ "input": { "customer": customer } })
    };
    for (document, variables) in [
        (page, json!({ "first": SECRET })),
        (page, json!({ "first": 1.5 })),
        (page, json!({ "first": 4_294_967_297_i64 })),
        (page, json!({ "first": [1] })),
        (page, json!({ "filter": SECRET })),
        (page, json!({ "filter": { "state": [SECRET] } })),
        (page, json!({ "filter": { "state": [null] } })),
        (page, json!({ "filter": { "onHold": SECRET } })),
        (page, json!({ "filter": { "createdFrom": SECRET } })),
        (page, json!({ "filter": { "createdFrom": 1_700_000_000 } })),
        (page, json!({ "filter": { "createdFrom": "2026-02-30T00:00:00Z" } })),
        (page, json!({ "filter": { "createdFrom": "2026-02-03" } })),
        (page, json!({ "filter": { "createdFrom": "2026-02-03T00:00:00" } })),
        (page, json!({ "filter": { "nam": SECRET } })),
        (page, json!({ "sort": { "field": SECRET, "direction": "ASC" } })),
        (page, json!({ "sort": { "field": "CREATED_AT", "direction": null } })),
        (create, json!({})),
        (create, json!({ "input": null })),
        (create, json!({ "input": {} })),
        (create, json!({ "input": { "customer": {} } })),
        (create, json!({ "input": { "customer": { "name": null } } })),
        (create, json!({ "input": { "customer": { "name": SECRET, "aadhaar": SECRET } } })),
        (create, customer("name", json!(7))),
        (create, customer("name", json!({ "first": SECRET }))),
        (create, customer("email", json!([SECRET]))),
        (create, customer("dateOfBirth", json!("2026-02-30"))),
        (create, customer("dateOfBirth", json!("1990-2-3"))),
        (create, customer("dateOfBirth", json!(SECRET))),
        (create, customer("dateOfBirth", json!(19900203))),
    ] {
        let answer = admin.graphql(document, variables.clone()).await;
        let codes: Vec<_> = answer.errors().into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, ["BAD_USER_INPUT"], "{variables}: {}", answer.text);
        assert!(answer.json["data"].is_null(), "{variables}: {}", answer.text);
    }
    assert_eq!(app.rows().await, before);
    app.close().await;
}

#[tokio::test]
async fn requests_that_are_too_large() {
    let app = TestApp::open().await;
    let admin = app.merchant("acme").await.admin();
    let ten = 10 << 20;

    // Announced or not.
    let announced = admin.clone().with("content-length", "10485760");
    let body = json!({ "query": VIEWER, "variables": { "a": "x".repeat(ten) } });
    refused(&announced.post("/graphql", body.clone()).await, 413, "QUERY_TOO_LARGE");
    refused(&admin.post("/graphql", body).await, 413, "QUERY_TOO_LARGE");
    for path in ["/session", "/password"] {
        let answer = app.anonymous().post(path, json!({ "password": "x".repeat(ten) })).await;
        assert_eq!(answer.status, 413, "{}", answer.text);
    }
    let long = format!("/graphql?query={}", "a".repeat(60_000));
    assert!(admin.get(&long).await.json["errors"][0]["extensions"]["code"].is_string());

    let many = |one: &str, count: usize| (0..count).map(|n| format!("a{n}: {one} ")).collect::<String>();
    let nested =
        |open: &str, close: &str, count: usize| format!("{}{}", open.repeat(count), close.repeat(count));
    for document in [
        format!("{{ {} }}", many("viewer { name }", 50_000)),
        format!("{{ {} }}", many("__typename", 31)),
        format!("{{ viewer {{ {} }} }}", many("name", 500)),
        format!("{{ {} }}", nested("attempt(id: 1) { ", "}", 50)),
        format!(
            "{{ customers {{ nodes {{ {} id {} }} }} }}",
            "latestAttempt { customer { ".repeat(8),
            "} }".repeat(8)
        ),
        format!("{{ attempts(filter: {{ state: {} }}) {{ totalCount }} }}", nested("[", "]", 2_000)),
        format!("{{ attempts(filter: {{ state: {} }}) {{ totalCount }} }}", nested("[", "]", 20)),
        format!("query($a: {}Int{}) {{ viewer {{ name }} }}", "[".repeat(1_000), "]".repeat(1_000)),
        format!("{{ viewer {{ name {} }} }}", "@include(if: true) ".repeat(100)),
        format!("{{ viewer {{ name }} }} # {}", "x".repeat(17_000)),
        (0..25).map(|n| format!("fragment F{n} on Query {{ ...F{0} ...F{0} }} ", n + 1)).collect::<String>()
            + "fragment F25 on Query { viewer { name } } { ...F0 }",
    ] {
        let answer = admin.graphql(&document, json!({})).await;
        assert!(matches!(answer.status.as_u16(), 200 | 413), "{}", answer.text);
        assert_eq!(answer.errors(), [("QUERY_TOO_LARGE", String::new())], "{}", &document[..60]);
        assert!(answer.text.len() < 500, "{}", answer.text);
    }
    let answer = admin.graphql(VIEWER, json!({})).await;
    assert_eq!(answer.data("viewer.name"), "First key");
    app.close().await;
}

#[tokio::test]
async fn methods_and_media_types() {
    let app = TestApp::open().await;
    let admin = app.merchant("acme").await.admin();
    let before = app.rows().await;

    let mutation =
        "mutation%7BattemptCreate(input:%7Bcustomer:%7Bname:%22Asha%22%7D%7D)%7Battempt%7Bid%7D%7D%7D";
    let answer = admin.get(&format!("/graphql?query={mutation}")).await;
    refused(&answer, 405, "BAD_USER_INPUT");
    assert_eq!(answer.headers[header::ALLOW], "POST");
    // Not by the name of a query beside it, either.
    let both = format!("query+Q%7Bviewer%7Bname%7D%7D{}", mutation.replace("mutation", "mutation+M"));
    refused(&admin.get(&format!("/graphql?query={both}&operationName=M")).await, 405, "BAD_USER_INPUT");
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let answer = admin.send(method.clone(), "/graphql", Body::empty()).await;
        assert_eq!(answer.status, 405, "{method}");
        assert!(answer.headers.contains_key(header::ALLOW), "{method}");
    }

    let document = "mutation { attemptCreate(input: { customer: { name: \"Asha\" } }) { attempt { id } } }";
    let body = json!({ "query": document });
    for media in [
        "text/plain",
        "text/plain; charset=application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/graphql",
        "application/json; charset=utf-16",
    ] {
        refused(
            &admin.clone().with("content-type", media).post("/graphql", body.clone()).await,
            415,
            "BAD_USER_INPUT",
        );
    }
    refused(
        &admin.clone().without("content-type").post("/graphql", body.clone()).await,
        415,
        "BAD_USER_INPUT",
    );
    let packed = admin.clone().with("content-encoding", "gzip");
    refused(&packed.post("/graphql", body.clone()).await, 415, "BAD_USER_INPUT");
    refused(
        &admin.clone().with("accept", "text/html").post("/graphql", body.clone()).await,
        406,
        "BAD_USER_INPUT",
    );
    assert_eq!(app.rows().await, before);

    // What is left of it is taken.
    let charset = admin.with("content-type", "Application/JSON;charset=\"UTF-8\"");
    assert!(charset.post("/graphql", body).await.data("attemptCreate.attempt.id").is_string());
    app.close().await;
}

#[tokio::test]
async fn the_schema_is_public_and_introspection_is_off() {
    let app = TestApp::open().await;
    let admin = app.merchant("acme").await.admin();
    for document in [
        "{ __schema { types { name } } }",
        "{ __type(name: \"Query\") { name } }",
        "{ viewer { name } __schema { description } }",
    ] {
        refused(&admin.graphql(document, json!({})).await, 200, "BAD_USER_INPUT");
    }
    assert_eq!(admin.graphql("{ __typename }", json!({})).await.data("__typename"), "Query");
    let schema = app.anonymous().get("/schema.graphql").await;
    assert_eq!(schema.status, 200);
    assert!(schema.text.contains("type Mutation"));
    app.close().await;
}

#[tokio::test]
async fn routes_that_are_not_there() {
    let app = TestApp::open().await;
    let admin = app.merchant("acme").await.admin();
    for path in [
        format!("/{SECRET}"),
        "/graphql/".to_owned(),
        "/reports/kyc.xls".to_owned(),
        "/..%2fetc%2fpasswd".to_owned(),
    ] {
        let answer = admin.get(&path).await;
        assert_eq!(answer.status, 404, "{path}");
    }
    let reports = [
        "",
        "?from=2026-02-30&to=2026-03-01",
        "?from=2026-03-02&to=2026-03-01",
        "?from=2026-03-01&to=2026-03-02&time_zone=Mars/Olympus_Qx7Hidden",
        "?from=2026-03-01&to=2026-03-02&layout=Qx7Hidden",
        "?from=2026-03-01&to=2026-03-02&state=Qx7Hidden",
        "?from=Qx7Hidden&to=2026-03-02",
        "?from=2026-03-01&to=2026-03-02&zone=Qx7Hidden",
    ];
    let before = app.rows().await;
    for query in reports {
        let answer = admin.get(&format!("/reports/kyc.csv{query}")).await;
        refused(&answer, 400, "BAD_USER_INPUT");
    }
    assert_eq!(app.rows().await, before);
    app.close().await;
}
