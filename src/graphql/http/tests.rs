//! The handler over a small schema of the library's own. `tests/node/audits.test.mjs` runs the public audits of
//! GraphQL over HTTP against the real server.

use std::convert::Infallible;

use async_graphql::{EmptySubscription, Object, Pos, Schema, ServerError};
use axum::{Router, routing::any};
use tower::ServiceExt;

use super::*;
use crate::graphql::{answer::PathSegment, guard::Limits};

struct Query;

#[Object]
impl Query {
    async fn echo(&self, text: String) -> String {
        text
    }

    async fn fails(&self) -> async_graphql::Result<Option<i32>> {
        Err("no luck".into())
    }
}

struct Mutation;

#[Object]
impl Mutation {
    async fn touch(&self) -> bool {
        true
    }
}

/// What the executor will do, by the library.
async fn execute(call: Call, document: Arc<Document>) -> Answer {
    let mut request = async_graphql::Request::new(call.query).variables(call.variables);
    request.operation_name = call.operation_name;
    request.set_parsed_query(document.parsed.clone());
    let response = Schema::new(Query, Mutation, EmptySubscription).execute(request).await;
    let request_error = response.is_err() && response.errors.iter().all(|error| error.path.is_empty());
    let segment = |segment: &async_graphql::PathSegment| match segment {
        async_graphql::PathSegment::Field(name) => PathSegment::Field(name.as_str().into()),
        async_graphql::PathSegment::Index(index) => PathSegment::Index(*index),
    };
    let graph_error = |error: ServerError| GraphError {
        path: error.path.iter().map(segment).collect(),
        locations: error.locations.iter().map(|Pos { line, column }| (*line, *column)).collect(),
        ..GraphError::new("BAD_USER_INPUT", error.message)
    };
    Answer {
        data: Some(serde_json::to_vec(&response.data).unwrap()),
        errors: response.errors.into_iter().map(graph_error).collect(),
        request_error,
        ..Answer::default()
    }
}

struct Reply {
    status: u16,
    headers: axum::http::HeaderMap,
    body: serde_json::Value,
}

impl Reply {
    #[track_caller]
    fn refused(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.body);
        assert_eq!(self.body["errors"][0]["extensions"]["code"], code, "{}", self.body);
        assert!(self.body.get("data").is_none(), "{}", self.body);
        assert_eq!(self.headers["cache-control"], "no-store");
        assert_eq!(self.headers["x-content-type-options"], "nosniff");
        assert!(!self.body.to_string().contains("SECRET"), "{}", self.body);
    }

    fn message(&self) -> &str {
        self.body["errors"][0]["message"].as_str().unwrap()
    }
}

async fn send(request: axum::http::Request<Body>) -> Reply {
    send_with(request, true).await
}

async fn send_with(request: axum::http::Request<Body>, introspection: bool) -> Reply {
    let guard = Arc::new(Guard::new(Limits::default()));
    let app = Router::new().route(
        "/graphql",
        any(move |request: Request| {
            let guard = Arc::clone(&guard);
            async move { respond(&guard, introspection, request, execute).await }
        }),
    );
    let (parts, body) = app.oneshot(request).await.unwrap().into_parts();
    let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    Reply {
        status: parts.status.as_u16(),
        headers: parts.headers,
        body: serde_json::from_slice(&bytes).unwrap(),
    }
}

const RESPONSE: &str = "application/graphql-response+json";
const JSON: &str = "application/json";

fn post_as(accept: &str, body: impl Into<Body>) -> axum::http::Request<Body> {
    let request = axum::http::Request::post("/graphql").header("content-type", JSON).header("accept", accept);
    request.body(body.into()).unwrap()
}

fn post(body: impl Into<Body>) -> axum::http::Request<Body> {
    post_as(JSON, body)
}

fn get(parameters: &[(&str, &str)]) -> axum::http::Request<Body> {
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    axum::http::Request::get(format!("/graphql?{query}"))
        .header("accept", RESPONSE)
        .body(Body::empty())
        .unwrap()
}

#[tokio::test]
async fn a_query_is_answered_in_the_type_that_was_asked_for() {
    for accept in [JSON, RESPONSE] {
        let body = r#"{"query":"query($t:String!){echo(text:$t)}","variables":{"t":"é"},"operationName":null,"extra":1}"#;
        let reply = send(post_as(accept, body)).await;
        assert_eq!((reply.status, reply.body.to_string()), (200, r#"{"data":{"echo":"é"}}"#.into()));
        assert_eq!(reply.headers["content-type"], format!("{accept}; charset=utf-8"));
        assert_eq!(reply.headers["cache-control"], "no-store");
        assert_eq!(reply.headers["x-content-type-options"], "nosniff");
    }
}

#[tokio::test]
async fn a_get_runs_queries_and_never_mutations() {
    let variables = ("variables", r#"{"t":"a b&c"}"#);
    let reply =
        send(get(&[("query", "query($t:String!){echo(text:$t)}"), variables, ("operationName", "")])).await;
    // An empty name is a name.
    reply.refused(400, "BAD_USER_INPUT");
    let reply = send(get(&[("query", "query($t:String!){echo(text:$t)}"), variables, ("utm", "x")])).await;
    assert_eq!((reply.status, reply.body.to_string()), (200, r#"{"data":{"echo":"a b&c"}}"#.into()));

    let reply = send(get(&[("query", "mutation{touch}")])).await;
    reply.refused(405, "BAD_USER_INPUT");
    assert_eq!(reply.headers["allow"], "POST");
    // By the operation that runs, not by the first one.
    let both = "query A{__typename} mutation B{touch}";
    assert_eq!(send(get(&[("query", both), ("operationName", "A")])).await.status, 200);
    assert_eq!(send(get(&[("query", both), ("operationName", "B")])).await.status, 405);
    assert_eq!(send(post(r#"{"query":"mutation{touch}"}"#)).await.body["data"]["touch"], true);
}

#[tokio::test]
async fn a_get_is_read_strictly() {
    for parameters in [
        &[][..],
        &[("query", "{a}"), ("query", "{a}")],
        &[("query", "{a}"), ("variables", "[\"SECRET\"]")],
        &[("query", "{a}"), ("variables", "{\"SECRET\"")],
        &[("query", "{a}"), ("extensions", "1")],
    ] {
        send(get(parameters)).await.refused(400, "BAD_USER_INPUT");
    }
    let raw = |uri: &str| axum::http::Request::get(uri).body(Body::empty()).unwrap();
    send(raw("/graphql?query=%7Ba(x:%22%FFSECRET%22)%7D")).await.refused(400, "BAD_USER_INPUT");
    send(raw(&format!("/graphql?query={}", "a".repeat(60_000)))).await;
    let long = format!("/graphql?x={}", "a".repeat(MAX_REQUEST_BYTES));
    assert!(matches!(parse_get(&long), Err(HttpError::Http { status: StatusCode::URI_TOO_LONG, .. })));
}

#[tokio::test]
async fn only_json_in_utf8_is_read() {
    let body = r#"{"query":"{__typename}"}"#;
    let with = |name: &'static str, value: &str| {
        axum::http::Request::post("/graphql").header(name, value).body(Body::from(body)).unwrap()
    };
    for request in [
        axum::http::Request::post("/graphql").body(Body::from(body)).unwrap(),
        with("content-type", "text/plain"),
        with("content-type", "application/x-www-form-urlencoded"),
        with("content-type", "multipart/form-data; boundary=x"),
        with("content-type", "application/graphql"),
        with("content-type", "application/jsonx"),
        with("content-type", "application/json; charset=utf-16"),
        with("content-type", "text/plain, application/json"),
    ] {
        let reply = send(request).await;
        reply.refused(415, "BAD_USER_INPUT");
        assert_eq!(reply.headers["accept-post"], "application/json");
    }
    let mut twice = with("content-type", JSON);
    twice.headers_mut().append("content-type", HeaderValue::from_static("text/plain"));
    send(twice).await.refused(415, "BAD_USER_INPUT");
    let mut compressed = with("content-type", JSON);
    compressed.headers_mut().insert("content-encoding", HeaderValue::from_static("gzip"));
    send(compressed).await.refused(415, "BAD_USER_INPUT");
    assert_eq!(send(with("content-type", "Application/JSON ; charset=\"UTF-8\"")).await.status, 200);
}

#[tokio::test]
async fn a_body_that_is_no_request_is_refused_without_showing_it() {
    for accept in [JSON, RESPONSE] {
        for body in [
            "",
            "SECRET",
            "\"SECRET\"",
            "null",
            "{}",
            r#"{"query":null}"#,
            r#"{"query":{"SECRET":1}}"#,
            r#"{"query":0}"#,
            r#"{"query":"{a}","operationName":["SECRET"]}"#,
            r#"{"query":"{a}","variables":"SECRET"}"#,
            r#"{"query":"{a}","variables":["SECRET"]}"#,
            r#"{"query":"{a}","extensions":false}"#,
            r#"{"query":"{a}","query":"{SECRET}"}"#,
            r#"{"query":"{a}","variables":{"SECRET":1,"SECRET":2}}"#,
            r#"{"query":"{a}","variables":{"a":"SECRET\ud800"}}"#,
            r#"{"query":"{a}","variables":{"a":"SECRET\u0000"}}"#,
            r#"{"query":"SECRET\u0000"}"#,
            r#"{"query":"{a}"} SECRET"#,
        ] {
            send(post_as(accept, body)).await.refused(400, "BAD_USER_INPUT");
        }
        let deep = format!(r#"{{"query":"{{a}}","variables":{}"#, r#"{"a":"#.repeat(100_000 / 5));
        send(post_as(accept, deep)).await.refused(400, "BAD_USER_INPUT");
        send(post_as(accept, &b"{\"query\":\"\xff\"}"[..])).await.refused(400, "BAD_USER_INPUT");
    }
}

#[tokio::test]
async fn a_batch_is_refused() {
    for body in ["[]", r#"[{"query":"{__typename}"}]"#] {
        let reply = send(post(body)).await;
        reply.refused(400, "BAD_USER_INPUT");
        assert!(reply.message().contains("Batches"));
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_refused_before_it_is_kept() {
    let padded = |bytes: usize| {
        let rest = r#"{"query":"{__typename}"}"#;
        format!("{rest}{}", " ".repeat(bytes - rest.len()))
    };
    assert_eq!(send(post(padded(MAX_REQUEST_BYTES))).await.status, 200);
    send(post(padded(MAX_REQUEST_BYTES + 1))).await.refused(413, "QUERY_TOO_LARGE");
    // Without a length, and without an end: refused where it passes the limit.
    let endless = futures_util::stream::repeat_with(|| Ok::<_, Infallible>(vec![b' '; 4096]));
    send(post(Body::from_stream(endless))).await.refused(413, "QUERY_TOO_LARGE");
    let broken = futures_util::stream::iter([Ok(vec![b'{']), Err(std::io::Error::other("SECRET"))]);
    send(post(Body::from_stream(broken))).await.refused(400, "BAD_USER_INPUT");
    let mut announced = post("{}");
    announced.headers_mut().insert("content-length", HeaderValue::from_static("99999999"));
    send(announced).await.refused(413, "QUERY_TOO_LARGE");
}

#[tokio::test]
async fn a_request_error_has_the_status_of_its_media_type() {
    for query in ["{", "{nope}", "{echo}", "query($t:String!){__typename}", "{a(x:\\\"SECRET}"] {
        let body = format!(r#"{{"query":"{query}"}}"#);
        send(post_as(RESPONSE, body.clone())).await.refused(400, "BAD_USER_INPUT");
        send(post_as(JSON, body)).await.refused(200, "BAD_USER_INPUT");
    }
    let bomb = format!(r#"{{"query":"{{{}}}"}}"#, "a ".repeat(11));
    send(post_as(RESPONSE, bomb.clone())).await.refused(400, "QUERY_TOO_LARGE");
    let reply = send(post_as(JSON, bomb)).await;
    reply.refused(200, "QUERY_TOO_LARGE");
    assert_eq!(reply.body["errors"][0]["locations"][0]["line"], 1);
}

#[tokio::test]
async fn a_field_error_does_not_change_the_status() {
    for accept in [JSON, RESPONSE] {
        let reply = send(post_as(accept, r#"{"query":"{fails}"}"#)).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.body.get("data"), Some(&serde_json::Value::Null));
        assert_eq!(reply.body["errors"][0]["message"], "no luck");
    }
}

#[tokio::test]
async fn a_client_that_reads_neither_type_is_told_so() {
    send(post_as("text/html", r#"{"query":"{__typename}"}"#)).await.refused(406, "BAD_USER_INPUT");
}

#[tokio::test]
async fn other_methods_are_refused() {
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS"] {
        let request =
            axum::http::Request::builder().method(method).uri("/graphql").body(Body::empty()).unwrap();
        let reply = send(request).await;
        reply.refused(405, "BAD_USER_INPUT");
        assert_eq!(reply.headers["allow"], "GET, POST");
    }
}

#[tokio::test]
async fn introspection_can_be_off() {
    let query = r#"{"query":"{__schema{queryType{name}}}"}"#;
    assert_eq!(send_with(post(query), true).await.body["data"]["__schema"]["queryType"]["name"], "Query");
    send_with(post_as(RESPONSE, query), false).await.refused(400, "BAD_USER_INPUT");
    assert_eq!(
        send_with(post(r#"{"query":"{__typename}"}"#), false).await.body["data"]["__typename"],
        "Query"
    );
}

#[tokio::test]
async fn a_subscription_needs_a_stream() {
    let reply = send(post_as(RESPONSE, r#"{"query":"subscription{a}"}"#)).await;
    reply.refused(400, "BAD_USER_INPUT");
    assert!(reply.message().contains("text/event-stream"));
}

#[test]
fn what_is_decided_before_graphql_keeps_its_status_under_both_types() {
    for media in [Media::Json, Media::GraphqlResponse] {
        let status = |code| render(Answer::refused(GraphError::new(code, "No.")), media).status().as_u16();
        assert_eq!(status("UNAUTHENTICATED"), 401);
        assert_eq!(status("FORBIDDEN"), 403);
        assert_eq!(status("RATE_LIMITED"), 429);
        assert_eq!(status("INTERNAL"), 500);
    }
    let unauthenticated = render(Answer::refused(GraphError::new("UNAUTHENTICATED", "Who?")), Media::Json);
    assert_eq!(unauthenticated.headers()["www-authenticate"], "Bearer");
    let retry_after = Some(2);
    let limited = GraphError { retry_after, ..GraphError::new("RATE_LIMITED", "Wait.") };
    assert_eq!(render(Answer::refused(limited), Media::Json).headers()["retry-after"], "2");
    // One refused field among others: the operation ran.
    let field = Answer { errors: vec![GraphError::new("FORBIDDEN", "No.")], ..Answer::default() };
    assert_eq!(render(field, Media::GraphqlResponse).status(), 200);
}
