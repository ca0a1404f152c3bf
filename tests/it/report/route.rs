//! The route: its headers, its errors, and what a client sees of a report that fails.

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode},
    routing::get,
};
use entity::Role;
use kyc_stack::{auth::Actor, kyc::report::export, rest};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tower::ServiceExt;

use super::fixture::{Shop, damage, query};

const JANUARY: &str = "/reports/kyc.csv?from=2026-01-01&to=2026-01-31&time_zone=UTC";

fn router(shop: &Shop, actor: Option<Actor>) -> Router {
    let router =
        Router::new().route("/reports/kyc.csv", get(rest::report::kyc_csv)).with_state(shop.kyc.clone());
    match actor {
        Some(actor) => router.layer(Extension(actor)),
        None => router,
    }
}

async fn answer(shop: &Shop, role: Option<Role>, uri: &str) -> Response<Body> {
    let router = router(shop, role.map(|role| shop.key(role)));
    router.oneshot(Request::get(uri).body(Body::empty()).unwrap()).await.unwrap()
}

async fn error(shop: &Shop, role: Option<Role>, uri: &str) -> (StatusCode, String, String) {
    let response = answer(shop, role, uri).await;
    let status = response.status();
    let body = to_bytes(response.into_body(), 10_000).await.unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let error = &body["errors"][0];
    (status, text(&error["extensions"]["code"]), text(&error["message"]))
}

#[tokio::test]
async fn the_report_is_an_attachment_that_nobody_caches_or_guesses_at() {
    let shop = Shop::open().await;
    shop.fill(3).await;
    let response = answer(&shop, Some(Role::Admin), JANUARY).await;
    assert_eq!(response.status(), StatusCode::OK);
    let header = |name| response.headers()[name].to_str().unwrap();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(header("content-disposition"), "attachment; filename=\"kyc-acme-2026-01-01-2026-01-31.csv\"");
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    assert!(
        kyc_stack::events::Cursor::parse(header("kyc-event-cursor")).is_some_and(|cursor| cursor.seq == 1)
    );
    let body = to_bytes(response.into_body(), 1_000_000).await.unwrap();
    assert_eq!(body, shop.csv(&[]).await.unwrap());
}

#[tokio::test]
async fn the_merchants_zone_is_the_default() {
    let shop = Shop::open().await;
    shop.fill(1).await;
    let uri = "/reports/kyc.csv?from=2026-01-01&to=2026-01-01";
    let body = to_bytes(answer(&shop, Some(Role::Admin), uri).await.into_body(), 10_000).await.unwrap();
    assert!(std::str::from_utf8(&body).unwrap().contains(",2026-01-01T05:30:00+05:30,"));
}

#[tokio::test]
async fn errors_say_what_to_do() {
    let shop = Shop::open().await;
    let bad = |parameter: &str| format!("{JANUARY}&{parameter}");
    for (uri, parameter) in [
        (bad("stat=EXPIRED"), "stat: "),
        (bad("state=DONE"), "state: "),
        (bad("from=2026-01-01"), "from: "),
        (bad("layout=tall"), "layout: "),
        ("/reports/kyc.csv?from=2026-02-30&to=2026-03-31".into(), "from: "),
        ("/reports/kyc.csv?from=2026-01-01".into(), "to: "),
        ("/reports/kyc.csv".into(), "from: "),
    ] {
        let (status, code, message) = error(&shop, Some(Role::Admin), &uri).await;
        assert_eq!((status, code.as_str()), (StatusCode::BAD_REQUEST, "BAD_USER_INPUT"));
        assert!(message.starts_with(parameter), "{uri} {message}");
    }
    let (status, code, _) = error(&shop, Some(Role::Reviewer), JANUARY).await;
    assert_eq!((status, code.as_str()), (StatusCode::FORBIDDEN, "FORBIDDEN"));
    let (status, code, _) = error(&shop, None, JANUARY).await;
    assert_eq!((status, code.as_str()), (StatusCode::UNAUTHORIZED, "UNAUTHENTICATED"));
}

#[tokio::test]
async fn too_many_at_once_are_told_when_to_come_again() {
    let shop = Shop::open().await;
    let admin = shop.key(Role::Admin);
    let _two = (
        export(&shop.kyc, &admin, query(&[])).await.unwrap(),
        export(&shop.kyc, &admin, query(&[])).await.unwrap(),
    );
    let response = answer(&shop, Some(Role::Admin), JANUARY).await;
    assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(response.headers()["retry-after"], "10");
}

#[tokio::test]
async fn asking_for_the_headers_alone_exports_nothing() {
    let shop = Shop::open().await;
    let request = Request::head(JANUARY).body(Body::empty()).unwrap();
    let response = router(&shop, Some(shop.key(Role::Admin))).oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(kyc_stack::events::log::head(shop.kyc.db.reader(), shop.scope).await.unwrap(), 0);
}

/// Everything a client reads of the answer, on a connection of its own.
async fn over_the_wire(router: Router, version: &str) -> Vec<u8> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = tokio::spawn(async move { axum::serve(listener, router).await });
    let mut client = TcpStream::connect(address).await.unwrap();
    let request = format!("GET {JANUARY} {version}\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // A cut connection may end in a reset; what came before it counts.
    drop(client.read_to_end(&mut answer).await);
    server.abort();
    answer
}

#[tokio::test]
async fn a_cut_report_is_a_cut_answer() {
    let shop = Shop::open().await;
    let ids = shop.fill(2_000).await;
    let whole = over_the_wire(router(&shop, Some(shop.key(Role::Admin))), "HTTP/1.1").await;
    assert!(whole.starts_with(b"HTTP/1.1 200 "));
    assert!(whole.ends_with(b"\r\n0\r\n\r\n"), "a whole report ends with the last chunk");

    damage(&shop, ids[1_700]).await;
    let cut = over_the_wire(router(&shop, Some(shop.key(Role::Admin))), "HTTP/1.1").await;
    assert!(cut.starts_with(b"HTTP/1.1 200 "));
    assert!(!cut.ends_with(b"0\r\n\r\n"), "a cut report passed for a whole one");
}

#[tokio::test]
async fn over_http_1_0_where_a_cut_answer_looks_whole_there_is_no_report() {
    let shop = Shop::open().await;
    shop.fill(3).await;
    let answer = over_the_wire(router(&shop, Some(shop.key(Role::Admin))), "HTTP/1.0").await;
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 426 ") && head.contains("upgrade: HTTP/1.1"), "{head}");
    let body: serde_json::Value = serde_json::from_str(body).unwrap();
    let error = &body["errors"][0];
    assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT");
    assert!(error["message"].as_str().unwrap().contains("proxy_http_version 1.1"), "{error}");
    assert_eq!(kyc_stack::events::log::head(shop.kyc.db.reader(), shop.scope).await.unwrap(), 0);
}
