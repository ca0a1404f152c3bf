//! Server-sent events: one subscription a request, resumable by the browser itself.

use entity::Role;
use serde_json::{Value, json};

use super::{EVERYTHING, MOVES, Stage, cursors};
use crate::harness::{
    app::SECRET,
    live::{
        Refusal, bearer,
        follower::{Follower, News, Transport, codes},
        sse::{Ask, Events, Sent},
    },
};

/// The next event; keep-alives are heard past.
async fn next(events: &mut Events) -> (String, Option<String>, Value) {
    loop {
        match events.hear().await {
            Sent::Event { name, id, data } => {
                return (name, id, serde_json::from_str(&data).unwrap_or_default());
            }
            Sent::Comment(_) => {}
            Sent::End | Sent::Cut => panic!("the stream ended"),
        }
    }
}

fn ask<'a>(document: &'a str, variables: Value, headers: &'a [(&'a str, &'a str)]) -> Ask<'a> {
    Ask { document, variables, headers, window: None }
}

#[tokio::test]
async fn each_event_is_a_next_with_its_cursor_for_an_id() {
    let stage = Stage::open().await;
    let authorization = bearer(stage.acme.secret(Role::Viewer));
    let headers = [("Authorization", authorization.as_str())];
    let after = json!({ "after": stage.head().await });
    let mut posted =
        Events::post(stage.served.address, ask(EVERYTHING, after.clone(), &headers)).await.unwrap();
    let mut got = Events::get(stage.served.address, ask(EVERYTHING, after, &headers)).await.unwrap();
    for _ in 0..3 {
        stage.stir().await;
    }
    let log = stage.log().await;
    let expected = cursors(&log, |event| event.seq > 1);
    for events in [&mut posted, &mut got] {
        assert_eq!(events.head.headers["cache-control"], "no-store");
        let first = expected.len() - 4;
        for cursor in &expected[first..] {
            let (name, id, data) = next(events).await;
            assert_eq!((name.as_str(), id.as_ref()), ("next", Some(cursor)));
            assert_eq!(data["data"]["trackerEvent"]["cursor"], json!(cursor));
        }
    }
    stage.close().await;
}

#[tokio::test]
async fn the_last_event_id_beats_after() {
    let stage = Stage::open().await;
    for _ in 0..4 {
        stage.stir().await;
    }
    let all = cursors(&stage.log().await, |_| true);
    let authorization = bearer(stage.acme.secret(Role::Viewer));
    let from = |last: usize| [("Authorization", authorization.clone()), ("Last-Event-ID", all[last].clone())];
    for last in [0, all.len() - 3] {
        let headers = from(last);
        let headers = [(headers[0].0, headers[0].1.as_str()), (headers[1].0, headers[1].1.as_str())];
        for after in [json!({}), json!({ "after": all[all.len() - 2] }), json!({ "after": all[0] })] {
            let ways = [
                Events::get(stage.served.address, ask(EVERYTHING, after.clone(), &headers)).await,
                Events::post(stage.served.address, ask(EVERYTHING, after, &headers)).await,
            ];
            for events in ways {
                let mut events = events.unwrap();
                for cursor in &all[last + 1..] {
                    assert_eq!(next(&mut events).await.1.as_ref(), Some(cursor));
                }
            }
        }
    }
    for bad in ["x", SECRET, &all[0][1..]] {
        let headers = [("Authorization", authorization.as_str()), ("Last-Event-ID", bad)];
        let after = json!({ "after": all[0] });
        let found = refusal(Events::get(stage.served.address, ask(EVERYTHING, after, &headers)).await).await;
        assert_eq!(found, ["CURSOR_INVALID"]);
    }
    stage.close().await;
}

/// The codes with which a stream is refused, before it begins or as its only event.
async fn refusal(events: Result<Events, Refusal>) -> Vec<String> {
    match events {
        Err(Refusal::Status(status, body)) => {
            assert!((400..500).contains(&status), "{status}: {body}");
            codes(&serde_json::from_str::<Value>(&body).unwrap()["errors"])
        }
        Err(other) => panic!("{other:?}"),
        Ok(mut events) => {
            let (name, id, data) = next(&mut events).await;
            assert_eq!((name.as_str(), id, data.get("data")), ("next", None, None), "{data}");
            assert_eq!(next(&mut events).await.0, "complete");
            assert_eq!(events.hear().await, Sent::End);
            codes(&data["errors"])
        }
    }
}

#[tokio::test]
async fn what_is_wrong_is_said_and_ends_the_stream() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    let address = stage.served.address;
    let authorization = bearer(stage.acme.secret(Role::Admin));
    let known = [("Authorization", authorization.as_str())];
    let two = "subscription { a: trackerEvent { cursor } b: trackerEvent { cursor } }";
    for (document, variables, code) in [
        ("subscription {", json!({}), "BAD_USER_INPUT"),
        ("subscription { nothing }", json!({}), "BAD_USER_INPUT"),
        (two, json!({}), "BAD_USER_INPUT"),
        (MOVES, json!({ "after": "x" }), "CURSOR_INVALID"),
        (MOVES, json!({ "attempt": {} }), "BAD_USER_INPUT"),
    ] {
        assert_eq!(
            refusal(Events::post(address, ask(document, variables.clone(), &known)).await).await,
            [code]
        );
        assert_eq!(refusal(Events::get(address, ask(document, variables, &known)).await).await, [code]);
    }
    let unknown = bearer("kyc_test_unknown");
    for headers in [&[][..], &[("Authorization", unknown.as_str())], &[("Authorization", "Basic eA==")]] {
        for refused in [
            Events::post(address, ask(EVERYTHING, json!({}), headers)).await,
            Events::get(address, ask(EVERYTHING, json!({}), headers)).await,
        ] {
            assert!(matches!(&refused, Err(Refusal::Status(401, _))));
            assert_eq!(refusal(refused).await, ["UNAUTHENTICATED"]);
        }
    }
    // Without the right Accept it is no stream, and a GET changes nothing whatever it accepts.
    for accept in ["application/json", "*/*", "text/html"] {
        let headers = [known[0], ("Accept", accept)];
        let answer = Events::post(address, ask(EVERYTHING, json!({}), &headers)).await;
        assert!(matches!(answer, Err(Refusal::Status(_, _))), "{accept}");
    }
    let add = "mutation { customerCreate(input: {customer: {name: \"Asha\"}}) { customer { id } } }";
    assert_eq!(refusal(Events::get(address, ask(add, json!({}), &known)).await).await.len(), 1);
    assert_eq!(stage.app.rows().await["customer"], 1);
    witness.goes_on(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn a_foreign_page_cannot_stream_with_a_session() {
    let stage = Stage::open().await;
    let page = stage.acme.member(Role::Viewer).await;
    let (cookie, own) = (page.header("cookie").unwrap(), stage.app.kyc().public_url.to_string());
    let address = stage.served.address;
    for foreign in [("Origin", "https://evil.example"), ("Sec-Fetch-Site", "cross-site")] {
        let headers = [("Cookie", cookie.as_str()), foreign];
        let refused = Events::post(address, ask(EVERYTHING, json!({}), &headers)).await;
        assert!(matches!(&refused, Err(Refusal::Status(403, _))), "{:?}", refused.err());
    }
    let after = json!({ "after": stage.head().await });
    let headers = [("Cookie", cookie.as_str()), ("Origin", own.as_str())];
    let mut events = Events::post(address, ask(EVERYTHING, after, &headers)).await.unwrap();
    stage.stir().await;
    assert_eq!(next(&mut events).await.0, "next");
    stage.close().await;
}

#[tokio::test]
async fn a_server_that_ends_lets_everybody_go() {
    let stage = Stage::open().await;
    let mut sockets = Vec::new();
    for role in [Role::Viewer, Role::Admin] {
        sockets.push(stage.socket(role).await);
    }
    sockets[0].subscribe("1", EVERYTHING, json!({})).await;
    let mut follower = stage.follow(Transport::ServerSentEvents, EVERYTHING, json!({})).await;
    let silent = crate::harness::live::socket::Socket::silent(stage.served.address).await;
    sockets.push(silent);
    stage.served.ask_to_stop();
    for mut socket in sockets {
        assert_eq!(socket.closed().await, 1012);
    }
    // Not complete: the browser comes again, and goes on where it was.
    match follower.hear().await {
        News::Ended(None) => {}
        other => panic!("{other:?}"),
    }
    let refused = Follower::follow(
        Transport::WebSocket,
        stage.served.address,
        stage.acme.secret(Role::Viewer),
        EVERYTHING,
        json!({}),
    );
    assert!(refused.await.is_err());
    stage.close().await;
}
