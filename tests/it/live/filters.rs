//! Who hears what.

use entity::{EventType, Role, event};
use serde_json::{Value, json};

use super::{MOVES, Stage, attempt, cursors, stir};
use crate::harness::live::{follower::Transport, seq_of};

#[tokio::test]
async fn each_hears_what_they_asked_for_and_nothing_else() {
    let stage = Stage::open().await;
    let start = stage.head().await;
    let others = [attempt(&stage.acme.agent()).await, attempt(&stage.acme.agent()).await];
    let events = "subscription($attempt: ID, $customer: ID, $types: [EventType!], $after: EventCursor) {
        trackerEvent(attemptId: $attempt, customerId: $customer, types: $types, after: $after) { cursor type } }";
    let of = |id: &str| id.parse::<entity::id::AttemptId>().unwrap();
    let of_customer = |id: &str| id.parse::<entity::id::CustomerId>().unwrap();
    let (mine, theirs) = (of(&stage.attempt), of(&others[0].0));
    let (my_customer, their_customer) = (of_customer(&stage.customer), of_customer(&others[0].1));
    type Wanted = Box<dyn Fn(&event::Model) -> bool>;
    let moved = |event: &event::Model| event.kind == EventType::StepStatusChanged;
    let cases: Vec<(&str, Value, Wanted)> = vec![
        (MOVES, json!({}), Box::new(move |event| moved(event))),
        (
            MOVES,
            json!({ "attempt": stage.attempt }),
            Box::new(move |e| moved(e) && e.attempt_id == Some(mine)),
        ),
        (
            MOVES,
            json!({ "customer": others[0].1 }),
            Box::new(move |e| moved(e) && e.customer_id == Some(their_customer)),
        ),
        (
            MOVES,
            json!({ "attempt": stage.attempt, "customer": stage.customer }),
            Box::new(move |e| moved(e) && e.attempt_id == Some(mine) && e.customer_id == Some(my_customer)),
        ),
        (events, json!({}), Box::new(|_| true)),
        (events, json!({ "attempt": others[0].0 }), Box::new(move |e| e.attempt_id == Some(theirs))),
        (
            events,
            json!({ "customer": stage.customer }),
            Box::new(move |e| e.customer_id == Some(my_customer)),
        ),
        (events, json!({ "types": ["HOLD_PLACED"] }), Box::new(|e| e.kind == EventType::HoldPlaced)),
        (
            events,
            json!({ "types": ["HOLD_PLACED", "CUSTOMER_UPDATED", "HOLD_PLACED"], "customer": others[0].1 }),
            Box::new(move |e| {
                matches!(e.kind, EventType::HoldPlaced | EventType::CustomerUpdated)
                    && e.customer_id == Some(their_customer)
            }),
        ),
    ];
    let mut followers = Vec::new();
    for transport in Transport::BOTH {
        for (document, variables, _) in &cases {
            let mut variables = variables.clone();
            variables["after"] = json!(start);
            followers.push(stage.follow(transport, document, variables).await);
        }
    }
    let reviewer = stage.acme.reviewer();
    for (attempt, customer, step) in [
        &(stage.attempt.clone(), stage.customer.clone(), stage.step.clone()),
        &others[0],
        &others[1],
        &others[0],
    ] {
        stir(&stage.acme, step).await;
        let on = json!({ "attemptId": attempt, "reason": { "code": "UNDER_REVIEW" } });
        reviewer.done("holdPlace", "hold { id }", on).await;
        let renamed = json!({ "id": customer, "email": format!("{}@example.com", attempt) });
        stage.acme.agent().done("customerUpdate", "customer { version }", renamed).await;
        stir(&stage.acme, step).await;
    }
    let log = stage.log().await;
    let began = seq_of(&start);
    for (number, follower) in followers.iter_mut().enumerate() {
        let (document, variables, wanted) = &cases[number % cases.len()];
        let expected = cursors(&log, |event| event.seq > began && wanted(event));
        assert!(!expected.is_empty(), "{document} {variables}");
        let heard: Vec<_> =
            follower.events(expected.len()).await.iter().map(|event| event.cursor().to_owned()).collect();
        assert_eq!(heard, expected, "{document} {variables}");
    }
    // And nothing stands behind that: the next thing each of them hears is new.
    for step in [&stage.step, &others[0].2] {
        stir(&stage.acme, step).await;
    }
    let reason = json!({ "code": "UNDER_REVIEW" });
    for id in [&stage.attempt, &others[0].0] {
        reviewer.done("holdPlace", "hold { id }", json!({ "attemptId": id, "reason": reason })).await;
    }
    for (number, follower) in followers.iter_mut().enumerate() {
        assert!(follower.event().await.seq() > log.len() as i64, "{}", cases[number % cases.len()].1);
    }
    stage.close().await;
}

#[tokio::test]
async fn no_types_at_all_are_no_events() {
    let stage = Stage::open().await;
    let document = "subscription($types: [EventType!], $after: EventCursor) {
        trackerEvent(types: $types, after: $after) { cursor } }";
    let after = stage.head().await;
    stage.stir().await;
    // As in `activity`: one word, one meaning.
    let listed = "query($types: [EventType!]) { activity(types: $types) { nodes { id } } }";
    let listed = stage.acme.viewer().graphql(listed, json!({ "types": [] })).await;
    assert_eq!(listed.data("activity.nodes"), &json!([]));
    let mut socket = stage.socket(Role::Viewer).await;
    socket.subscribe("none", document, json!({ "types": [], "after": after })).await;
    socket.subscribe("all", document, json!({ "types": null, "after": after })).await;
    for _ in 0..5 {
        stage.stir().await;
        socket.expect("all", "next").await;
    }
    stage.close().await;
}
