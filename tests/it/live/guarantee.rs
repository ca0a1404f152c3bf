//! What is promised: each connection delivers every event after its cursor once, in order, and from a snapshot's cursor on
//! nothing is missed.
#![expect(clippy::disallowed_methods, reason = "the log is cut here, which no actor does")]

use std::collections::HashMap;

use entity::{EventType, Role, event};
use futures_util::future::join_all;
use kyc_stack::{
    events::{Cursor, Images},
    graphql::live::Limits,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};

use super::{EVERYTHING, MOVES, Stage, attempt, cursors, head, log, stir};
use crate::harness::live::{
    Delivery,
    follower::{Follower, News, Transport},
    seq_of,
};

/// Moves of one step, done one after the other by somebody else while a client reads a snapshot.
const RACES: usize = 15;

#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_and_what_follows_its_cursor_make_the_whole() {
    let stage = Stage::open().await;
    let snapshot = "query($id: ID!) { step(id: $id) { version status } eventCursor }";
    let viewer = stage.acme.viewer();
    for transport in Transport::BOTH {
        let race = async {
            for _ in 0..RACES {
                stage.stir().await;
            }
        };
        let read = async {
            let mut seen = Vec::new();
            for _ in 0..RACES {
                seen.push(viewer.graphql(snapshot, json!({ "id": stage.step })).await);
            }
            seen
        };
        let ((), snapshots) = tokio::join!(race, read);
        // The last move, which everybody has to hear of.
        stage.stir().await;
        let last = viewer.graphql(snapshot, json!({ "id": stage.step })).await;
        let last = last.data("step.version").as_i64().unwrap();
        for answer in snapshots {
            let mut version = answer.data("step.version").as_i64().unwrap();
            let variables = json!({ "after": answer.data("eventCursor"), "attempt": stage.attempt });
            let mut follower = stage.follow(transport, MOVES, variables).await;
            let mut before = answer.data("step.status").clone();
            // A move that the snapshot shows already may come, and is known by its version; none is left out.
            while version < last {
                let event = follower.event().await;
                let change = event.root();
                if change["from"] == before {
                    version += 1;
                    before = change["to"].clone();
                }
                assert!(change["step"]["version"].as_i64().unwrap() >= version, "{change}");
            }
        }
    }
    stage.close().await;
}

#[tokio::test]
async fn after_a_cursor_the_log_is_replayed_and_then_goes_on_live() {
    let stage = Stage::open().await;
    for _ in 0..6 {
        stage.stir().await;
    }
    let all = cursors(&stage.log().await, |_| true);
    let origin = Cursor::origin(stage.acme.id).to_string();
    for transport in Transport::BOTH {
        let starts: Vec<_> = [&origin].into_iter().chain(&all).cloned().collect();
        let mut followers = Vec::new();
        for (from, after) in starts.iter().enumerate() {
            let mut follower = stage.follow(transport, EVERYTHING, json!({ "after": after })).await;
            for cursor in &all[from..] {
                assert_eq!(follower.event().await.cursor(), cursor);
            }
            followers.push(follower);
        }
        let known = stage.log().await.len();
        stage.stir().await;
        let new = cursors(&stage.log().await, |event| event.seq > known as i64);
        assert_eq!(new.len(), 1);
        // In the second round what happened in the first has to be caught up with as well.
        for follower in &mut followers {
            let mut last = follower.event().await;
            while last.cursor() != new[0] {
                last = follower.event().await;
            }
        }
    }
    stage.close().await;
}

#[tokio::test]
async fn without_a_cursor_it_begins_now() {
    let stage = Stage::open().await;
    stage.stir().await;
    for transport in Transport::BOTH {
        for nothing in [json!({}), json!({ "after": null })] {
            let before = stage.log().await.len() as i64;
            let mut follower = stage.follow(transport, MOVES, nothing).await;
            // When a subscription without a cursor has begun is nobody's promise: it is stirred until it hears.
            let heard = tokio::select! {
                event = follower.event() => event,
                () = async { loop { stage.stir().await } } => unreachable!("it stirs for ever"),
            };
            assert!(heard.seq() > before);
            let mut last = heard.seq();
            while last < stage.log().await.len() as i64 {
                last += 1;
                assert_eq!(follower.event().await.seq(), last);
            }
        }
    }
    stage.close().await;
}

#[tokio::test]
async fn a_cursor_that_is_no_position_of_this_log_is_refused() {
    let stage = Stage::open().await;
    stage.stir().await;
    let zeta = stage.app.merchant("zeta").await;
    let newest = Cursor::parse(&stage.head().await).unwrap();
    let origin = Cursor::origin(stage.acme.id);
    let text = newest.to_string();
    let bad = [
        ("from the future", Cursor { seq: newest.seq + 1, ..newest }.to_string()),
        ("from the far future", Cursor { seq: i64::MAX, ..newest }.to_string()),
        ("the future's origin", Cursor { check: 1, ..origin }.to_string()),
        ("of another merchant", head(&zeta.viewer()).await),
        ("of another merchant's beginning", Cursor::origin(zeta.id).to_string()),
        ("of another event", Cursor { check: newest.check ^ 1, ..newest }.to_string()),
        ("of another event at that place", Cursor { seq: newest.seq - 1, ..newest }.to_string()),
        ("in capitals", text.to_uppercase()),
        ("cut", text[..text.len() - 1].to_owned()),
        ("too long", format!("{text}A")),
        ("padded", format!("{text}==")),
        ("with a space", format!(" {text}")),
        ("no cursor at all", "0".to_owned()),
        ("enormous", "A".repeat(30_000)),
    ];
    for transport in Transport::BOTH {
        for (what, after) in &bad {
            for document in [MOVES, EVERYTHING] {
                match stage.try_follow(transport, document, json!({ "after": after })).await {
                    Ok(mut follower) => assert_eq!(follower.refusal().await, ["CURSOR_INVALID"], "{what}"),
                    Err(refusal) => {
                        let refusal = format!("{refusal:?}");
                        assert!(refusal.contains("CURSOR_INVALID"), "{what}: {refusal}");
                    }
                }
            }
        }
    }
    stage.close().await;
}

#[tokio::test]
async fn a_position_before_the_log_begins_has_expired() {
    let stage = Stage::open().await;
    for _ in 0..6 {
        stage.stir().await;
    }
    let all = cursors(&stage.log().await, |_| true);
    let origin = Cursor::origin(stage.acme.id).to_string();
    let cut = 5;
    let gone = event::Entity::delete_many().filter(event::Column::Seq.lte(cut as i64));
    gone.exec(stage.app.kyc().db.library()).await.unwrap();
    for transport in Transport::BOTH {
        for after in [&origin, &all[0], &all[cut - 1]] {
            let follower = stage.try_follow(transport, MOVES, json!({ "after": after })).await;
            match follower {
                Ok(mut follower) => assert_eq!(follower.refusal().await, ["CURSOR_EXPIRED"], "{after}"),
                Err(refusal) => assert!(format!("{refusal:?}").contains("CURSOR_EXPIRED"), "{refusal:?}"),
            }
        }
        let mut follower = stage.follow(transport, EVERYTHING, json!({ "after": all[cut] })).await;
        for cursor in &all[cut + 1..] {
            assert_eq!(follower.event().await.cursor(), cursor);
        }
    }
    stage.served.stop().await;
    stage.app.close_broken().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_event_shows_is_never_older_than_the_event() {
    let stage = Stage::open().await;
    let document = "subscription($after: EventCursor) { stepChanged(after: $after) {
        cursor from to step { id version status updatedAt } attempt { id version state steps { id version } holds { id } } } }";
    let tracker = "subscription($after: EventCursor) { trackerEvent(after: $after) {
        cursor type step { id version } attempt { id version progress { completed } } } }";
    let after = json!({ "after": stage.head().await });
    let began = seq_of(after["after"].as_str().unwrap());
    let mut followers = Vec::new();
    for transport in Transport::BOTH {
        for document in [document, tracker] {
            followers.push(stage.follow(transport, document, after.clone()).await);
        }
    }
    let mut steps = vec![stage.step.clone()];
    for _ in 0..3 {
        steps.push(attempt(&stage.acme.agent()).await.2);
    }
    let writers = steps.iter().map(|step| async {
        for _ in 0..12 {
            stir(&stage.acme, step).await;
        }
    });
    join_all(writers).await;
    let log = stage.log().await;
    let images: HashMap<i64, Images> =
        log.iter().map(|event| (event.seq, serde_json::from_value(event.data.clone()).unwrap())).collect();
    let moves = cursors(&log, |event| event.seq > began && event.kind == EventType::StepStatusChanged);
    let everything = cursors(&log, |event| event.seq > began);
    for (number, follower) in followers.iter_mut().enumerate() {
        let expected = if number % 2 == 0 { &moves } else { &everything };
        for cursor in expected {
            let event = follower.event().await;
            assert_eq!(event.cursor(), cursor);
            is_not_older(&event, &log, &images[&event.seq()]);
        }
    }
    stage.close().await;
}

fn is_not_older(event: &Delivery, log: &[event::Model], image: &Images) {
    let (shown, row) = (event.root(), &log[event.seq() as usize - 1]);
    if let Some(attempt) = &image.attempt
        && row.attempt_id.is_some()
    {
        assert!(shown["attempt"]["version"].as_i64() >= Some(attempt.version.into()), "{shown}");
        assert_eq!(shown["attempt"]["id"], json!(attempt.id.to_string()));
    }
    for step in image.steps.iter().filter(|step| row.step_id == Some(step.id)) {
        assert!(shown["step"]["version"].as_i64() >= Some(step.version.into()), "{shown}");
        assert_eq!(shown["step"]["id"], json!(step.id.to_string()));
        // What the event says is the event's own, however much later it is delivered.
        for (field, said) in [("from", &row.from), ("to", &row.to)] {
            assert!(shown.get(field).is_none_or(|shown| *shown == json!(said)), "{shown}");
        }
        let attempts = shown["attempt"]["steps"].as_array().into_iter().flatten();
        for nested in attempts.filter(|nested| nested["id"] == json!(step.id.to_string())) {
            assert!(nested["version"].as_i64() >= Some(step.version.into()), "{shown}");
        }
    }
}

#[tokio::test]
async fn who_stops_reading_for_longer_than_the_ring_gets_everything_all_the_same() {
    // More than any ring holds.
    const MISSED: usize = 1_300;
    // Nobody is dropped for being slow.
    let patient = Limits { write: std::time::Duration::from_secs(600), ..Limits::default() };
    let stage = Stage::open_with(patient).await;
    stage.stir().await;
    let after = stage.head().await;
    let began = seq_of(&after);
    let (address, secret) = (stage.served.address, stage.acme.secret(Role::Viewer));
    // Wide enough that one frame follows another as long as somebody reads, and too narrow for all of them.
    let wide = "subscription($after: EventCursor, $attempt: ID) { stepChanged(after: $after, attemptId: $attempt) { cursor
        attempt { id customer { id name } steps { id kind status startedAt updatedAt } createdAt updatedAt } } }";
    let lapped_before = lapped(&stage).await;
    let mut sleepers = Vec::new();
    for transport in Transport::BOTH {
        for attempt in [Value::Null, json!(stage.attempt)] {
            let variables = json!({ "after": after, "attempt": attempt });
            let follower =
                Follower::follow_slowly(transport, address, secret, wide, variables.clone(), Some(4_096))
                    .await;
            sleepers.push((transport, variables, follower.unwrap()));
        }
    }
    for _ in 0..MISSED / 2 {
        for status in [entity::StepStatus::RequiresAction, entity::StepStatus::InProgress] {
            let input = crate::harness::office::to(stage.step.parse().unwrap(), status);
            kyc_stack::kyc::step::update_status(stage.app.kyc(), stage.acme.actor(), input, None)
                .await
                .unwrap();
        }
    }
    let log = log(stage.app.kyc(), stage.acme.id).await;
    let expected = cursors(&log, |event| event.seq > began);
    assert_eq!(expected.len(), MISSED);
    for (transport, variables, mut follower) in sleepers {
        let mut heard: Vec<String> = Vec::new();
        while heard.len() < expected.len() {
            match follower.hear().await {
                News::Event(event) => heard.push(event.cursor().to_owned()),
                // Too slow for the server: it comes again, after the last that it handled.
                News::Ended(_) => {
                    let mut variables = variables.clone();
                    if let Some(last) = heard.last() {
                        variables["after"] = json!(last);
                    }
                    follower = Follower::follow(transport, address, secret, wide, variables).await.unwrap();
                }
                other => panic!("{other:?}"),
            }
        }
        assert!(heard == expected, "{transport:?} {variables}: not exactly the log's sequence");
    }
    let now = lapped(&stage).await;
    assert!(now >= lapped_before + 4, "not all were lapped: {lapped_before}, {now}");
    stage.close().await;
}

/// How often a follower was lapped, in this process.
async fn lapped(stage: &Stage) -> i64 {
    let metrics = stage.app.anonymous().get("/metrics").await.text;
    let line = metrics.lines().find(|line| line.starts_with("feed_rereads_total{reason=\"lapped\"}"));
    line.and_then(|line| line.rsplit(' ').next()).map_or(0, |count| count.parse().unwrap())
}
