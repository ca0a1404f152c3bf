//! The rules of `graphql-transport-ws`, kept and broken: each breach has its code, and is nobody else's business.

use entity::Role;
use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::{
    Message,
    protocol::frame::{
        Frame,
        coding::{Data, OpCode},
    },
};

use super::{EVERYTHING, MOVES, Stage};
use crate::harness::{
    app::SECRET,
    live::{
        bearer,
        socket::{Heard, PROTOCOL, Socket},
    },
};

/// Longest message that the server reads.
const LONGEST: usize = 64 << 10;

fn text(message: &Value) -> Message {
    Message::text(message.to_string())
}

fn subscribe(id: &Value, query: &Value) -> Value {
    json!({ "type": "subscribe", "id": id, "payload": { "query": query } })
}

#[tokio::test]
async fn who_breaks_the_protocol_is_closed_with_the_reason_and_nobody_else_is() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    let padded = |size: usize| {
        let ping = json!({ "type": "ping", "payload": { "padding": "x".repeat(size) } });
        text(&ping)
    };
    let unreadable = [
        ("no JSON", Message::text("{\"type\":\"ping\"")),
        ("nothing", Message::text("")),
        ("a list", Message::text("[]")),
        ("a word", Message::text("\"ping\"")),
        ("null", Message::text("null")),
        ("two messages", Message::text("{\"type\":\"ping\"}{\"type\":\"ping\"}")),
        ("no type", text(&json!({ "id": "1" }))),
        ("a number for a type", text(&json!({ "type": 1 }))),
        ("an unknown type", text(&json!({ "type": SECRET }))),
        ("a long unknown type", text(&json!({ "type": "ż".repeat(200) }))),
        ("the old protocol's type", text(&json!({ "type": "start", "id": "1", "payload": {} }))),
        ("a server's type", text(&json!({ "type": "connection_ack" }))),
        ("no id", text(&json!({ "type": "subscribe", "payload": { "query": EVERYTHING } }))),
        ("a number for an id", text(&subscribe(&json!(1), &json!(EVERYTHING)))),
        ("null for an id", text(&subscribe(&Value::Null, &json!(EVERYTHING)))),
        ("no payload", text(&json!({ "type": "subscribe", "id": "1" }))),
        ("a list for a payload", text(&json!({ "type": "subscribe", "id": "1", "payload": [] }))),
        ("no query", text(&json!({ "type": "subscribe", "id": "1", "payload": {} }))),
        ("a number for a query", text(&subscribe(&json!("1"), &json!(1)))),
        ("a list for the init's payload", text(&json!({ "type": "connection_init", "payload": [] }))),
        (
            "a number to be let in",
            text(&json!({ "type": "connection_init", "payload": { "authorization": 7 } })),
        ),
        ("nothing to complete", text(&json!({ "type": "complete" }))),
        ("bytes", Message::binary(json!({ "type": "ping" }).to_string().into_bytes())),
        ("no bytes", Message::binary(Vec::new())),
        ("deep nesting", Message::text("[".repeat(20_000))),
    ];
    for (what, broken) in unreadable {
        for open in [true, false] {
            let mut socket = match open {
                true => stage.socket(Role::Admin).await,
                false => Socket::silent(stage.served.address).await,
            };
            socket.send_frame(broken.clone()).await;
            assert_eq!(socket.closed().await, 4400, "{what}, let in: {open}");
        }
        witness.goes_on(&stage).await;
    }

    let mut early = Socket::silent(stage.served.address).await;
    early.subscribe("1", EVERYTHING, json!({})).await;
    assert_eq!(early.closed().await, 4401);

    let mut twice = stage.socket(Role::Admin).await;
    twice.send(json!({ "type": "connection_init" })).await;
    assert_eq!(twice.closed().await, 4429);
    let mut at_once = Socket::silent(stage.served.address).await;
    let payload = json!({ "authorization": bearer(stage.acme.secret(Role::Admin)) });
    for _ in 0..2 {
        at_once.send(json!({ "type": "connection_init", "payload": payload })).await;
    }
    assert_eq!(at_once.closed().await, 4429);

    let mut again = stage.socket(Role::Viewer).await;
    again.subscribe("same", EVERYTHING, json!({})).await;
    again.subscribe("same", MOVES, json!({})).await;
    assert_eq!(again.closed().await, 4409);
    witness.goes_on(&stage).await;

    let mut long = stage.socket(Role::Viewer).await;
    long.send_frame(padded(LONGEST - 100)).await;
    assert_eq!(long.message().await["type"], "pong");
    long.send_frame(padded(LONGEST)).await;
    assert_eq!(long.closed().await, 1009);
    witness.goes_on(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn a_socket_without_the_subprotocol_is_told_so() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    let name = PROTOCOL.0;
    for offered in [&[][..], &[(name, "graphql-ws")], &[(name, "graphql-transport-ws2, mqtt")]] {
        let mut socket = Socket::upgrade(stage.served.address, offered, None).await.unwrap();
        assert_eq!(socket.protocol, None, "{offered:?}");
        assert_eq!(socket.closed().await, 4406, "{offered:?}");
    }
    for offered in ["mqtt, graphql-transport-ws", "graphql-transport-ws,graphql-ws"] {
        let mut socket =
            Socket::upgrade(stage.served.address, &[(name, offered)], None).await.expect("an upgrade");
        assert_eq!(socket.protocol.as_deref(), Some("graphql-transport-ws"), "{offered}");
        socket.init(json!({ "authorization": bearer(stage.acme.secret(Role::Viewer)) })).await.unwrap();
    }
    witness.goes_on(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn broken_frames_end_the_socket_that_sends_them() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    let invalid = Frame::message(vec![b'"', 0xff, 0xfe, b'"'], OpCode::Data(Data::Text), true);
    let cut = Frame::message(b"{\"type\":\"pi".to_vec(), OpCode::Data(Data::Text), false);
    let strays = [
        ("a text that is no UTF-8", vec![invalid]),
        ("the rest of nothing", vec![Frame::message(b"ng\"}".to_vec(), OpCode::Data(Data::Continue), true)]),
        ("a text within a text", vec![cut.clone(), cut]),
    ];
    for (what, frames) in strays {
        let mut socket = stage.socket(Role::Viewer).await;
        for frame in frames {
            socket.send_frame(Message::Frame(frame)).await;
        }
        let code = socket.closed().await;
        assert!([0, 1002, 1007, 4400].contains(&code), "{what}: {code}");
        witness.goes_on(&stage).await;
    }
    // Without a mask; of a reserved kind; a ping of more bytes than one may have; a length that nobody could send.
    let long_ping = [&b"\x89\xfe\x01\x00\0\0\0\0"[..], &[b'x'; 256]].concat();
    for bytes in [
        &b"\x81\x02{}"[..],
        b"\x83\x80\0\0\0\0",
        &long_ping,
        b"\x81\xff\x7f\xff\xff\xff\xff\xff\xff\xff\0\0\0\0",
        b"GET / HTTP/1.1\r\n\r\n",
    ] {
        let mut socket = stage.socket(Role::Viewer).await;
        assert!(socket.send_bytes(bytes).await);
        let code = socket.closed().await;
        assert!([0, 1002, 1007, 1009, 4400].contains(&code), "{bytes:?}: {code}");
        witness.goes_on(&stage).await;
    }
    stage.close().await;
}

#[tokio::test]
async fn fifteen_megabytes_are_not_read() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    for open in [true, false] {
        let mut socket = match open {
            true => stage.socket(Role::Viewer).await,
            false => Socket::silent(stage.served.address).await,
        };
        socket.send_text("x".repeat(15 << 20)).await;
        let code = socket.closed().await;
        // Who still writes may lose the server's last word.
        assert!([0, 1009].contains(&code), "{code}");
        witness.goes_on(&stage).await;
    }
    stage.close().await;
}

#[tokio::test]
async fn ten_thousand_messages_at_once_end_the_socket_and_disturb_nobody() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    let mut flood = stage.socket(Role::Viewer).await;
    for number in 0..10_000 {
        flood.subscribe(&number.to_string(), EVERYTHING, json!({})).await;
    }
    let code = flood.closed().await;
    assert!([0, 4429].contains(&code), "{code}");
    witness.goes_on(&stage).await;

    // So many fit on their way, so that the last word is heard.
    for message in [json!({ "type": "ping" }), json!({ "type": "complete", "id": "nobody's" })] {
        let mut flood = stage.socket(Role::Viewer).await;
        for _ in 0..700 {
            flood.send(message.clone()).await;
        }
        assert_eq!(flood.closed().await, 4429, "{message}");
    }
    witness.goes_on(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn pings_are_answered_before_and_after_the_init() {
    let stage = Stage::open().await;
    let mut socket = Socket::silent(stage.served.address).await;
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await["type"], "pong");
    socket.init(json!({ "authorization": bearer(stage.acme.secret(Role::Viewer)) })).await.unwrap();
    socket.send(json!({ "type": "ping", "payload": { "at": 1 } })).await;
    assert_eq!(socket.message().await["type"], "pong");
    // Nobody asked for it, and nobody minds.
    socket.send(json!({ "type": "pong" })).await;
    socket.send_frame(Message::Ping(b"are you there".to_vec().into())).await;
    assert_eq!(socket.hear_all().await, Heard::Pong(b"are you there".to_vec()));
    socket.subscribe("1", MOVES, json!({ "attempt": stage.attempt })).await;
    stage.stir().await;
    assert_eq!(socket.expect("1", "next").await["data"]["stepChanged"]["to"], "IN_PROGRESS");
    stage.close().await;
}

#[tokio::test]
async fn an_operation_ends_alone_and_its_id_is_free_again() {
    let stage = Stage::open().await;
    stage.stir().await;
    let mut socket = stage.socket(Role::Viewer).await;
    let after = stage.head().await;
    for id in ["stays", "goes", "too"] {
        socket.subscribe(id, MOVES, json!({ "after": after })).await;
    }
    let mut last = 0;
    let mut heard_by = async |socket: &mut Socket, ids: &[&str]| {
        stage.stir().await;
        let mut heard = Vec::new();
        while heard.len() < ids.len() {
            let message = socket.message().await;
            assert_eq!(message["type"], "next", "{message}");
            heard.push((
                message["id"].as_str().unwrap().to_owned(),
                message["payload"]["data"]["stepChanged"]["step"]["version"].as_i64().unwrap(),
            ));
        }
        let version = heard[0].1;
        assert!(version > last, "{heard:?}");
        last = version;
        heard.sort();
        let mut ids: Vec<_> = ids.iter().map(|id| ((*id).to_owned(), version)).collect();
        ids.sort();
        assert_eq!(heard, ids);
    };
    heard_by(&mut socket, &["stays", "goes", "too"]).await;
    socket.complete("goes").await;
    socket.complete("too").await;
    // Unknown, or over: no reason to end a socket.
    socket.complete("goes").await;
    socket.complete("never was").await;
    // Its answer says that everything before it was read.
    socket.send(json!({ "type": "ping" })).await;
    assert_eq!(socket.message().await["type"], "pong");
    heard_by(&mut socket, &["stays"]).await;

    let after = stage.head().await;
    socket.subscribe("goes", MOVES, json!({ "after": after })).await;
    heard_by(&mut socket, &["stays", "goes"]).await;
    // An id whose operation the server ended is free as well.
    socket.subscribe("refused", "subscription { nothing }", json!({})).await;
    socket.expect("refused", "error").await;
    socket.subscribe("refused", MOVES, json!({ "after": stage.head().await })).await;
    heard_by(&mut socket, &["stays", "goes", "refused"]).await;
    socket.close().await;
    stage.close().await;
}

#[tokio::test]
async fn many_come_and_go_and_one_stays() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    for round in 0..10 {
        let after = stage.head().await;
        let sockets = join_all((0..20).map(|_| async {
            let mut socket = stage.socket(Role::Viewer).await;
            socket.subscribe("1", EVERYTHING, json!({ "after": after })).await;
            socket
        }))
        .await;
        witness.goes_on(&stage).await;
        for (number, mut socket) in sockets.into_iter().enumerate() {
            socket.expect("1", "next").await;
            // Some say goodbye, some do not.
            if (number + round) % 2 == 0 {
                socket.close().await;
            }
        }
        witness.goes_on(&stage).await;
    }
    stage.close().await;
}
