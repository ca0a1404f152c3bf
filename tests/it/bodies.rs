//! Bodies that come a byte at a time: nobody keeps a place by them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::{Method, StatusCode},
};
use futures_util::stream;
use kyc_stack::app::BodyTimes;
use serde_json::json;
use tokio::time::{Interval, interval};

use crate::{
    harness::app::{Client, TestApp},
    journey::{
        Phone, linked,
        pictures::{selfie, step},
    },
};

/// Between two pieces.
const TICK: Duration = Duration::from_millis(10);
const SHORT: Duration = Duration::from_millis(200);
/// No test waits for this long unless it fails.
const LONG: Duration = Duration::from_secs(60);

/// A body whose pieces come one a tick, and how many of them were taken.
fn dripping(pieces: impl IntoIterator<Item = Bytes, IntoIter: Send + 'static>) -> (Body, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let begun = (interval(TICK), pieces.into_iter(), Arc::clone(&taken));
    let body =
        stream::unfold(begun, |(mut ticks, mut pieces, taken): (Interval, _, Arc<AtomicUsize>)| async {
            let piece = Iterator::next(&mut pieces)?;
            ticks.tick().await;
            taken.fetch_add(1, Ordering::SeqCst);
            Some((Ok::<_, std::io::Error>(piece), (ticks, pieces, taken)))
        });
    (Body::from_stream(body), taken)
}

#[tokio::test]
async fn a_body_that_goes_on_and_on_is_not_waited_for() {
    // Within the size that each route takes, so that only time can end it.
    const BYTES: usize = 4_000;
    let app = TestApp::open().await;
    let within = |idle, whole| app.anonymous_within(BodyTimes { idle, whole });
    let signed = |client: Client| client.with("x-kyc-timestamp", "1").with("x-kyc-signature", "v1=00");
    for path in
        ["/session", "/password", "/journey/session", "/graphql", "/journey/graphql", "/callbacks/setu"]
    {
        let (body, taken) = dripping(std::iter::repeat_n(Bytes::from_static(b" "), BYTES));
        let refused = signed(within(LONG, SHORT)).post_text(path, body).await;
        assert!(refused.status.is_client_error(), "{path}: {}", refused.text);
        assert!(taken.load(Ordering::SeqCst) < BYTES, "{path}: it was waited for to its end");
    }
    app.close().await;
}

#[tokio::test]
async fn a_picture_has_more_time_than_other_bodies() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["SELFIE"])).await;
    let phone = Phone::enter(&app, &url).await;
    let picture = Bytes::from(selfie());
    let size = picture.len().div_ceil(3 * 20);
    let pieces: Vec<_> = picture.chunks(size).map(Bytes::copy_from_slice).collect();
    // Longer than any other body has.
    assert!(TICK * u32::try_from(pieces.len()).unwrap() > SHORT * 2);
    let client = app.anonymous_within(BodyTimes { idle: LONG, whole: SHORT });
    let path = format!("/journey/steps/{}/image", step(&phone).await);
    let taken = phone.page_of(client).send(Method::PUT, &path, dripping(pieces).0).await;
    assert_eq!((taken.status, &taken.json["userErrors"]), (StatusCode::OK, &json!([])), "{}", taken.text);
    app.close().await;
}
