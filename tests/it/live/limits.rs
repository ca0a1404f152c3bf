//! What a connection may cost: time, places, and what waits for it.

use std::time::Duration;

use entity::{Role, StepStatus};
use kyc_stack::graphql::live::Limits;
use serde_json::json;
use tokio::io::AsyncReadExt;

use super::{EVERYTHING, Stage, cursors};
use crate::{
    harness::{
        live::{
            Refusal, bearer,
            follower::{Follower, News, Transport, codes},
            seq_of,
            socket::{Heard, PROTOCOL, Socket},
            sse::{Ask, Events, Sent},
            within,
        },
        office::to,
    },
    journey::{Phone, linked},
};

/// What a customer's page follows.
const JOURNEY: &str = "subscription { journeyChanged { state } }";

/// Long enough to be kept by whoever behaves, and short enough to wait for.
const SOON: Duration = Duration::from_millis(600);

#[tokio::test]
async fn who_does_not_say_who_they_are_in_time_is_closed() {
    let stage = Stage::open_with(Limits { init: SOON, message_burst: 1_000_000, ..Limits::default() }).await;
    let mut witness = stage.witness().await;
    let mut silent = Socket::silent(stage.served.address).await;
    let mut talking = Socket::silent(stage.served.address).await;
    assert_eq!(silent.closed().await, 4408);
    loop {
        // Whatever is said instead wins no time.
        talking.send(json!({ "type": "ping" })).await;
        match talking.hear().await {
            Heard::Message(message) => assert_eq!(message["type"], "pong"),
            other => {
                assert!(matches!(other, Heard::Closed(4408, _)), "{other:?}");
                break;
            }
        }
    }
    witness.goes_on(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn who_answers_no_ping_is_gone_and_who_only_listens_stays() {
    let stage = Stage::open_with(Limits { ping: SOON / 2, ..Limits::default() }).await;
    let mut witness = stage.witness().await;
    let mut listener = stage.socket(Role::Viewer).await;
    listener.subscribe("1", EVERYTHING, json!({ "after": stage.head().await })).await;
    // It reads what comes, and never answers: as a machine does that has lost its network.
    let mut half_open = stage.socket(Role::Viewer).await.into_stream();
    let gone = async {
        let mut bytes = [0; 1024];
        while matches!(half_open.read(&mut bytes).await, Ok(1..)) {}
    };
    let listened = async {
        for _ in 0..8 {
            assert_eq!(listener.hear_all().await, Heard::Ping);
        }
    };
    tokio::join!(within("the end of the half-open socket", gone), listened);
    witness.goes_on(&stage).await;
    listener.expect("1", "next").await;
    stage.close().await;
}

#[tokio::test]
async fn a_silent_stream_is_kept_open_by_comments() {
    let stage = Stage::open_with(Limits { keep_alive: SOON / 6, ..Limits::default() }).await;
    let authorization = bearer(stage.acme.secret(Role::Viewer));
    let headers = [("Authorization", authorization.as_str())];
    let variables = json!({ "after": stage.head().await });
    let ask = Ask { document: EVERYTHING, variables, headers: &headers, window: None };
    let mut events = Events::post(stage.served.address, ask).await.unwrap();
    for _ in 0..3 {
        assert!(matches!(events.hear().await, Sent::Comment(_)));
    }
    stage.stir().await;
    while matches!(events.hear().await, Sent::Comment(_)) {}
    stage.close().await;
}

/// Waits until there is a place again for a VIEWER's only connection.
async fn place_is_free(stage: &Stage) {
    let again = async {
        loop {
            let secret = stage.acme.secret(Role::Viewer);
            match Socket::enter(stage.served.address, secret, None).await {
                Ok(socket) => return socket.close().await,
                Err(Refusal::Closed(1013, _)) => tokio::task::yield_now().await,
                Err(other) => panic!("{other:?}"),
            }
        }
    };
    within("the end of the one who reads nothing", again).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_never_reads_is_dropped_and_loses_nothing_by_it() {
    const MOVES: usize = 400;
    let limits = Limits { connections_per_actor: 1, write: SOON, ..Limits::default() };
    let stage = Stage::open_with(limits).await;
    stage.stir().await;
    let mut witness = stage.witness().await;
    let wide = "subscription($after: EventCursor) { stepChanged(after: $after) { cursor attempt { id createdAt updatedAt
        customer { id name createdAt } steps { id kind status waitingOn startedAt updatedAt } progress { total } } } }";
    let (address, secret) = (stage.served.address, stage.acme.secret(Role::Viewer));
    for transport in Transport::BOTH {
        let after = stage.head().await;
        let variables = json!({ "after": after });
        let asleep =
            Follower::follow_slowly(transport, address, secret, wide, variables.clone(), Some(4_096)).await;
        let mut asleep = asleep.unwrap();
        for _ in 0..MOVES / 2 {
            for status in [StepStatus::RequiresAction, StepStatus::InProgress] {
                let input = to(stage.step.parse().unwrap(), status);
                let moved =
                    kyc_stack::kyc::step::update_status(stage.app.kyc(), stage.acme.actor(), input, None);
                moved.await.unwrap();
            }
        }
        place_is_free(&stage).await;
        // The others have not noticed.
        witness.hears(&stage).await;
        witness.goes_on(&stage).await;

        // Awake again, it finds what was on its way, and an end.
        let mut heard = Vec::new();
        loop {
            match asleep.hear().await {
                News::Event(event) => heard.push(event.cursor().to_owned()),
                News::Ended(None) => break,
                other => panic!("{other:?}"),
            }
        }
        assert!(heard.len() < MOVES, "{transport:?}: nothing was held back");
        let after = heard.last().map_or(variables, |last| json!({ "after": last }));
        let mut again = Follower::follow(transport, address, secret, wide, after.clone()).await.unwrap();
        let began = seq_of(after["after"].as_str().unwrap());
        for cursor in cursors(&stage.log().await, |event| event.seq > began) {
            assert_eq!(again.event().await.cursor(), cursor);
        }
        again.leave().await;
        place_is_free(&stage).await;
    }
    stage.close().await;
}

#[tokio::test]
async fn a_key_has_so_many_connections_and_a_server_too() {
    let limits = Limits { connections_per_actor: 2, connections: 6, ..Limits::default() };
    let stage = Stage::open_with(limits).await;
    // The first of the six.
    let mut witness = stage.witness().await;
    let (address, secret) = (stage.served.address, stage.acme.secret(Role::Viewer));
    let enter = || Socket::enter(address, secret, None);
    let stream = || Follower::follow(Transport::ServerSentEvents, address, secret, EVERYTHING, json!({}));
    let first = enter().await.unwrap();
    let _second = stream().await.unwrap();
    for _ in 0..3 {
        assert!(matches!(enter().await.err(), Some(Refusal::Closed(1013, _))));
        match stream().await.err() {
            Some(Refusal::Status(429, body)) => {
                let body: serde_json::Value = serde_json::from_str(&body).unwrap();
                assert_eq!(codes(&body["errors"]), ["RATE_LIMITED"]);
            }
            other => panic!("{other:?}"),
        }
    }
    // Another key is not concerned, until the server is full.
    let others =
        [stage.socket(Role::Agent).await, stage.socket(Role::Agent).await, stage.socket(Role::Admin).await];
    assert!(matches!(Socket::upgrade(address, &[PROTOCOL], None).await.err(), Some(Refusal::Status(503, _))));
    assert!(matches!(stream().await.err(), Some(Refusal::Status(503, _))));
    witness.goes_on(&stage).await;
    // Queries go on.
    assert_eq!(stage.acme.viewer().graphql("{ viewer { name } }", json!({})).await.status, 200);

    first.close().await;
    let freed = async {
        while enter().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    within("the place of the one who left", freed).await;
    drop(others);
    witness.goes_on(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn a_merchant_leaves_room_for_others_however_many_keys_it_has() {
    let stage = Stage::open_with(Limits { connections_per_merchant: 3, ..Limits::default() }).await;
    // The first of the three; the others are another key's, and a customer's.
    let mut witness = stage.witness().await;
    let agent = stage.socket(Role::Agent).await;
    let (_, url) = linked(&stage.acme, json!(["PAN"])).await;
    let phone = Phone::enter(&stage.app, &url).await;
    let customer = phone.page().follow(JOURNEY, json!({})).await;
    assert_eq!(customer.status(), 200);

    let (address, zeta) = (stage.served.address, stage.app.merchant("zeta").await);
    let enter = async |secret| Socket::enter(address, secret, None).await;
    let admin = stage.acme.secret(Role::Admin);
    assert!(matches!(enter(admin).await.err(), Some(Refusal::Closed(1013, _))));
    let stream = Follower::follow(Transport::ServerSentEvents, address, admin, EVERYTHING, json!({})).await;
    assert!(matches!(stream.err(), Some(Refusal::Status(429, _))));
    let other = enter(zeta.secret(Role::Admin)).await.unwrap();
    witness.goes_on(&stage).await;

    drop(customer);
    agent.close().await;
    let freed = async {
        while enter(admin).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    within("the places of those who left", freed).await;
    drop(other);
    witness.goes_on(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn a_customer_has_a_few_pages_open() {
    let stage = Stage::open_with(Limits { connections_per_customer: 2, ..Limits::default() }).await;
    let (_, url) = linked(&stage.acme, json!(["PAN"])).await;
    let phone = Phone::enter(&stage.app, &url).await;
    let page = async || phone.page().follow(JOURNEY, json!({})).await;
    let first = page().await;
    let second = page().await;
    let refused = page().await;
    assert_eq!(
        [first.status(), second.status(), refused.status()].map(|status| status.as_u16()),
        [200, 200, 429]
    );
    // Neither another customer nor the team is concerned.
    let (_, url) = linked(&stage.acme, json!(["PAN"])).await;
    let another = Phone::enter(&stage.app, &url).await;
    assert_eq!(another.page().follow(JOURNEY, json!({})).await.status(), 200);
    let viewers = (stage.socket(Role::Viewer).await, stage.socket(Role::Viewer).await);
    let _third = stage.socket(Role::Viewer).await;
    drop(first);
    assert_eq!(page().await.status(), 200);
    drop(viewers);
    stage.close().await;
}

#[tokio::test]
async fn who_does_not_say_who_they_are_takes_few_places() {
    let stage = Stage::open_with(Limits { connections_unknown: 2, ..Limits::default() }).await;
    let mut witness = stage.witness().await;
    let address = stage.served.address;
    let mut silent = [Socket::silent(address).await, Socket::silent(address).await];
    for _ in 0..3 {
        let next = Socket::upgrade(address, &[PROTOCOL], None).await;
        assert!(matches!(next.err(), Some(Refusal::Status(503, _))));
    }
    // Those who are let in go on, and an event stream says at once whose it is.
    witness.goes_on(&stage).await;
    let secret = stage.acme.secret(Role::Viewer);
    Follower::follow(Transport::ServerSentEvents, address, secret, EVERYTHING, json!({})).await.unwrap();
    // One says who they are: there is a place for the next.
    silent[0].init(json!({ "authorization": bearer(secret) })).await.unwrap();
    let next = Socket::silent(address).await;
    let [_, second] = silent;
    drop((second, next));
    let freed = async {
        while Socket::enter(address, secret, None).await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    within("the places of those who left without a word", freed).await;
    stage.close().await;
}
