//! What is wrong with one operation is told to that operation: the socket and its other operations go on.

use entity::Role;
use kyc_stack::events::Cursor;
use serde_json::{Value, json};

use super::{EVERYTHING, MOVES, Stage, attempt};
use crate::harness::{
    app::SECRET,
    live::{
        bearer,
        follower::codes,
        socket::{PROTOCOL, Socket},
    },
};

/// How many operations a socket may have.
const OPERATIONS: usize = 100;

#[tokio::test]
async fn a_refused_operation_leaves_the_socket_alive() {
    let stage = Stage::open().await;
    stage.stir().await;
    let mut witness = stage.witness().await;
    let mut socket = stage.socket(Role::Admin).await;
    socket.subscribe("good", MOVES, json!({ "after": stage.head().await })).await;
    let two_in_fragments = "subscription { ...A ...B }
        fragment A on Subscription { a: trackerEvent { cursor } } fragment B on Subscription { ...C }
        fragment C on Subscription { ... on Subscription { b: stepChanged { cursor } } }";
    let by_variable = "subscription($yes: Boolean!) { a: trackerEvent { cursor }
        ... on Subscription @include(if: $yes) { b: trackerEvent { cursor } } }";
    let two = "query A { viewer { name } } subscription B { trackerEvent { cursor } }";
    let deep = format!("subscription {{ {}", "a {".repeat(500));
    let moves = |name: &str, value: Value| (MOVES, json!({ name: value }));
    let refused = [
        ("nothing", "", json!({})),
        ("no document", "subscription", json!({})),
        ("cut short", "subscription { trackerEvent {", json!({})),
        ("nested too deep", deep.as_str(), json!({})),
        ("an unknown field", "subscription { nothing { cursor } }", json!({})),
        ("no fields of an object", "subscription { trackerEvent }", json!({})),
        ("an unknown argument", "subscription { trackerEvent(before: \"x\") { cursor } }", json!({})),
        ("the wrong type", "subscription { trackerEvent(attemptId: [1]) { cursor } }", json!({})),
        (
            "two root fields",
            "subscription { a: trackerEvent { cursor } b: trackerEvent { cursor } }",
            json!({}),
        ),
        ("two by fragments", two_in_fragments, json!({})),
        ("two by a directive", by_variable, json!({ "yes": true })),
        ("only the name of the type", "subscription { __typename }", json!({})),
        ("a query", "{ viewer { name } }", json!({})),
        (
            "a mutation",
            "mutation { customerCreate(input: {customer: {name: \"A\"}}) { customer { id } } }",
            json!({}),
        ),
        ("two operations and no name", two, json!({})),
        ("the schema", "subscription { __schema { types { name } } }", json!({})),
    ];
    let refused =
        refused.into_iter().map(|(what, document, variables)| (what, document, variables, "BAD_USER_INPUT"));
    let mut values = Vec::new();
    for (what, (document, variables), code) in [
        ("a number for an id", moves("attempt", json!([])), "BAD_USER_INPUT"),
        ("a cursor of no text", moves("after", json!(7)), "BAD_USER_INPUT"),
        ("no cursor", moves("after", json!("")), "CURSOR_INVALID"),
        ("nonsense for a cursor", moves("after", json!(SECRET)), "CURSOR_INVALID"),
    ] {
        values.push((what, document, variables, code));
    }
    for (number, (what, document, variables, code)) in refused.chain(values).enumerate() {
        let id = number.to_string();
        socket.subscribe(&id, document, variables).await;
        let errors = socket.expect(&id, "error").await;
        let found = codes(&errors);
        let too_large = what == "nested too deep" && found == ["QUERY_TOO_LARGE"];
        assert!(
            !found.is_empty() && (too_large || found.iter().all(|found| found == code)),
            "{what}: {errors}"
        );
        stage.stir().await;
        socket.expect("good", "next").await;
    }
    witness.goes_on(&stage).await;
    assert_eq!(stage.app.rows().await["customer"], 1, "no mutation ran");
    stage.close().await;
}

#[tokio::test]
async fn the_named_operation_is_the_one_that_runs() {
    let stage = Stage::open().await;
    let mut socket = stage.socket(Role::Viewer).await;
    let document = "query Who { viewer { name } }
        subscription Moves($after: EventCursor) { stepChanged(after: $after) { cursor } }
        subscription Events($after: EventCursor) { trackerEvent(after: $after) { type } }";
    let after = json!({ "after": stage.head().await });
    for (id, name) in [("1", json!("Events")), ("2", json!("Who")), ("3", json!("Nobody")), ("4", json!(""))]
    {
        let payload =
            json!({ "query": document, "operationName": name, "variables": after, "extensions": {} });
        socket.send(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
        if id != "1" {
            assert_eq!(codes(&socket.expect(id, "error").await), ["BAD_USER_INPUT"], "{name}");
        }
    }
    stage.stir().await;
    assert_eq!(socket.expect("1", "next").await["data"]["trackerEvent"]["type"], "STEP_STATUS_CHANGED");
    stage.close().await;
}

#[tokio::test]
async fn an_id_of_another_merchant_is_as_unknown_as_any() {
    let stage = Stage::open().await;
    let zeta = stage.app.merchant("zeta").await;
    let (foreign_attempt, foreign_customer, foreign_step) = attempt(&zeta.agent()).await;
    let unknown = "00000000-0000-7000-8000-00000000abcd";
    let mut socket = stage.socket(Role::Admin).await;
    let of = |field: &str, argument: &str| {
        format!("subscription($id: ID!) {{ {field}({argument}: $id) {{ cursor }} }}")
    };
    let mut number = 0;
    for field in ["stepChanged", "trackerEvent"] {
        for (argument, own, ids) in [
            (
                "attemptId",
                &stage.attempt,
                [&foreign_attempt, &foreign_customer, &foreign_step, &stage.customer],
            ),
            (
                "customerId",
                &stage.customer,
                [&foreign_customer, &foreign_attempt, &foreign_step, &stage.attempt],
            ),
        ] {
            let document = of(field, argument);
            let mut answer = async |id: &str| {
                number += 1;
                let operation = number.to_string();
                socket.subscribe(&operation, &document, json!({ "id": id })).await;
                socket.expect(&operation, "error").await
            };
            let to_unknown = answer(unknown).await;
            assert!(!codes(&to_unknown).is_empty());
            for id in ids.into_iter().map(String::as_str).chain(["", "x", SECRET]) {
                assert_eq!(answer(id).await, to_unknown, "{argument}: {id}");
            }
            assert!(!to_unknown.to_string().contains(own.as_str()));
        }
    }
    // The other merchant's own cursor is no position here, however real it is.
    let foreign = super::head(&zeta.viewer()).await;
    for (id, after) in [("foreign", json!(foreign)), ("nonsense", json!("AAAA"))] {
        socket.subscribe(id, EVERYTHING, json!({ "after": after })).await;
        assert_eq!(codes(&socket.expect(id, "error").await), ["CURSOR_INVALID"]);
    }
    stage.close().await;
}

#[tokio::test]
async fn nobody_hears_of_another_merchant() {
    let stage = Stage::open().await;
    let zeta = stage.app.merchant("zeta").await;
    let (_, _, foreign_step) = attempt(&zeta.agent()).await;
    let mut witness = stage.witness().await;
    let (mut acmes, mut zetas) =
        (stage.socket(Role::Admin).await, Socket::open(stage.served.address, zeta.secret(Role::Admin)).await);
    let document = "subscription($after: EventCursor) {
        trackerEvent(after: $after) { cursor attempt { id customer { name } } subject { id } } }";
    acmes.subscribe("1", document, json!({ "after": stage.head().await })).await;
    zetas.subscribe("1", document, json!({ "after": super::head(&zeta.viewer()).await })).await;
    for _ in 0..5 {
        super::stir(&zeta, &foreign_step).await;
        let event = zetas.expect("1", "next").await;
        assert_ne!(event["data"]["trackerEvent"]["attempt"]["id"], json!(stage.attempt));
        witness.goes_on(&stage).await;
    }
    // Every event of the one log, and of no other.
    let mut last = 0;
    while last < stage.log().await.len() as i64 {
        let event = acmes.expect("1", "next").await["data"]["trackerEvent"].take();
        assert_eq!(event["attempt"]["id"], json!(stage.attempt));
        let cursor = Cursor::parse(event["cursor"].as_str().unwrap()).unwrap();
        assert_eq!(cursor.merchant, stage.acme.id);
        last = cursor.seq;
    }
    stage.close().await;
}

#[tokio::test]
async fn a_socket_has_so_many_operations_and_no_more() {
    let stage = Stage::open().await;
    stage.stir().await;
    let mut witness = stage.witness().await;
    let mut socket = stage.socket(Role::Viewer).await;
    let after = json!({ "after": stage.head().await });
    for number in 0..OPERATIONS {
        socket.subscribe(&number.to_string(), MOVES, after.clone()).await;
    }
    socket.subscribe("one too many", MOVES, after.clone()).await;
    let errors = socket.expect("one too many", "error").await;
    assert_eq!(codes(&errors).len(), 1, "{errors}");
    stage.stir().await;
    let mut heard = Vec::new();
    for _ in 0..OPERATIONS {
        let message = socket.message().await;
        assert_eq!(message["type"], "next");
        heard.push(message["id"].as_str().unwrap().parse::<usize>().unwrap());
    }
    heard.sort_unstable();
    assert_eq!(heard, (0..OPERATIONS).collect::<Vec<_>>());

    // One that goes makes room for one.
    socket.complete("7").await;
    socket.subscribe("in its place", MOVES, json!({ "after": stage.head().await })).await;
    socket.subscribe("one too many", MOVES, after).await;
    socket.expect("one too many", "error").await;
    witness.goes_on(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn the_operator_follows_no_merchant() {
    let stage = Stage::open().await;
    let mut socket = Socket::silent(stage.served.address).await;
    let key = stage.app.platform().header("authorization").unwrap();
    socket.init(json!({ "authorization": key })).await.unwrap();
    for (id, document) in [("1", EVERYTHING), ("2", MOVES)] {
        socket.subscribe(id, document, json!({})).await;
        assert_eq!(codes(&socket.expect(id, "error").await), ["FORBIDDEN"]);
    }
    stage.close().await;
}

#[tokio::test]
async fn partial_answers_carry_their_errors() {
    let stage = Stage::open().await;
    let headers = [PROTOCOL];
    let mut socket = Socket::upgrade(stage.served.address, &headers, None).await.unwrap();
    socket.init(json!({ "authorization": bearer(stage.acme.secret(Role::Viewer)) })).await.unwrap();
    // Below ADMIN a merchant's keys are null, with an error beside the event.
    let document = "subscription($after: EventCursor) { trackerEvent(after: $after) {
        cursor subject { ... on Merchant { name apiKeys { name } } } } }";
    socket.subscribe("1", document, json!({ "after": stage.head().await })).await;
    let renamed = json!({ "name": "Acme Lending" });
    stage.acme.admin().done("merchantUpdate", "merchant { name }", renamed).await;
    let payload = socket.expect("1", "next").await;
    assert_eq!(
        payload["data"]["trackerEvent"]["subject"],
        json!({ "name": "Acme Lending", "apiKeys": null })
    );
    assert_eq!(codes(&payload["errors"]), ["FORBIDDEN"]);
    assert_eq!(payload["errors"][0]["path"], json!(["trackerEvent", "subject", "apiKeys"]));
    stage.close().await;
}
