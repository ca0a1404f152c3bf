//! A client of `graphql-transport-ws` that may break every rule of it.

use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{io::AsyncWriteExt, net::TcpStream};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message,
        protocol::{Role, WebSocketConfig, frame::coding::CloseCode},
    },
};

use super::{
    super::told::told_too_much,
    Refusal, bearer,
    wire::{self, Body},
    within,
};

/// The subprotocol.
pub(crate) const PROTOCOL: (&str, &str) = ("Sec-WebSocket-Protocol", "graphql-transport-ws");
/// A key of the handshake, and what the specification makes of it.
const KEY: (&str, &str) = ("dGhlIHNhbXBsZSBub25jZQ==", "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
/// How much a client reads ahead: little, so that what it has not asked for stays with the server.
const READ: usize = 8 << 10;

/// What a server says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Heard {
    /// A message of the protocol.
    Message(Value),
    /// A ping of the WebSocket itself; the answer goes out with the next thing that is sent or read.
    Ping,
    /// The answer to one.
    Pong(Vec<u8>),
    /// It closed: the code, and the reason.
    Closed(u16, String),
    /// The connection is gone without a word.
    Gone,
}

/// A client's end.
pub(crate) struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// The subprotocol that the server chose.
    pub(crate) protocol: Option<String>,
}

impl Socket {
    /// The handshake of the WebSocket, with the subprotocol only where `headers` have it.
    pub(crate) async fn upgrade(
        address: SocketAddr,
        headers: &[(&str, &str)],
        window: Option<u32>,
    ) -> Result<Self, Refusal> {
        let stream = wire::connect(address, window).await.map_err(|_| Refusal::Gone)?;
        let mut all = vec![
            ("Connection", "Upgrade"),
            ("Upgrade", "websocket"),
            ("Sec-WebSocket-Version", "13"),
            ("Sec-WebSocket-Key", KEY.0),
        ];
        all.extend_from_slice(headers);
        let answer = wire::ask(stream, "GET /graphql", &all, None).await.map_err(|_| Refusal::Gone)?;
        if answer.head.status != 101 {
            let (head, body) = Body::of(answer);
            return Err(Refusal::Status(head.status, body.text().await.ok_or(Refusal::Gone)?));
        }
        assert_eq!(answer.head.headers.get("sec-websocket-accept").map(String::as_str), Some(KEY.1));
        let protocol = answer.head.headers.get("sec-websocket-protocol").cloned();
        let config = WebSocketConfig::default().read_buffer_size(READ).write_buffer_size(0);
        let stream =
            WebSocketStream::from_partially_read(answer.stream, answer.rest, Role::Client, Some(config));
        Ok(Self { stream: stream.await, protocol })
    }

    /// The handshake with the subprotocol, and nothing said yet.
    pub(crate) async fn silent(address: SocketAddr) -> Self {
        Self::upgrade(address, &[PROTOCOL], None).await.expect("the server upgrades")
    }

    /// A socket that was let in with a key.
    pub(crate) async fn open(address: SocketAddr, secret: &str) -> Self {
        Self::enter(address, secret, None).await.expect("the server lets it in")
    }

    /// The same, where it may be refused.
    pub(crate) async fn enter(
        address: SocketAddr,
        secret: &str,
        window: Option<u32>,
    ) -> Result<Self, Refusal> {
        let mut socket = Self::upgrade(address, &[PROTOCOL], window).await?;
        socket.init(json!({ "authorization": bearer(secret) })).await?;
        Ok(socket)
    }

    /// `connection_init`, and the server's answer to it.
    pub(crate) async fn init(&mut self, payload: Value) -> Result<(), Refusal> {
        self.send(json!({ "type": "connection_init", "payload": payload })).await;
        match self.hear().await {
            Heard::Message(message) if message["type"] == "connection_ack" => Ok(()),
            Heard::Closed(code, reason) => Err(Refusal::Closed(code, reason)),
            Heard::Gone => Err(Refusal::Gone),
            other => panic!("no answer to connection_init: {other:?}"),
        }
    }

    /// Sends a message, to a server that may be gone.
    pub(crate) async fn send(&mut self, message: Value) {
        self.send_text(message.to_string()).await;
    }

    pub(crate) async fn send_text(&mut self, text: String) {
        self.send_frame(Message::text(text)).await;
    }

    pub(crate) async fn send_frame(&mut self, message: Message) {
        // Who is gone is found out by listening.
        let _ = within("room for a message", self.stream.send(message)).await;
    }

    /// Sends bytes below the WebSocket; answers whether they went out.
    pub(crate) async fn send_bytes(&mut self, bytes: &[u8]) -> bool {
        let sent = within("room for bytes", self.stream.get_mut().write_all(bytes)).await;
        sent.is_ok()
    }

    pub(crate) async fn subscribe(&mut self, id: &str, document: &str, variables: Value) {
        let payload = json!({ "query": document, "variables": variables });
        self.send(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    pub(crate) async fn complete(&mut self, id: &str) {
        self.send(json!({ "type": "complete", "id": id })).await;
    }

    /// Says goodbye; what comes until the server's answer is dropped.
    pub(crate) async fn close(mut self) {
        let frame = tungstenite::protocol::CloseFrame { code: CloseCode::Normal, reason: "".into() };
        self.send_frame(Message::Close(Some(frame))).await;
        while !matches!(self.hear_all().await, Heard::Closed(..) | Heard::Gone) {}
    }

    /// What the server says next, pings aside.
    pub(crate) async fn hear(&mut self) -> Heard {
        let word = async {
            loop {
                match self.next().await {
                    Heard::Ping | Heard::Pong(_) => {}
                    heard => return heard,
                }
            }
        };
        within("a word of the server", word).await
    }

    /// What the server says next.
    pub(crate) async fn hear_all(&mut self) -> Heard {
        within("a word of the server", self.next()).await
    }

    /// The next message.
    ///
    /// # Panics
    ///
    /// When the connection ends instead.
    pub(crate) async fn message(&mut self) -> Value {
        match self.hear().await {
            Heard::Message(message) => message,
            other => panic!("a message was to come, not {other:?}"),
        }
    }

    /// The next message, which is of this operation and of this type: its payload.
    pub(crate) async fn expect(&mut self, id: &str, kind: &str) -> Value {
        let mut message = self.message().await;
        assert_eq!((&message["id"], &message["type"]), (&json!(id), &json!(kind)), "{message}");
        message["payload"].take()
    }

    /// The code with which the server closes; messages before it are dropped.
    pub(crate) async fn closed(&mut self) -> u16 {
        loop {
            match self.hear().await {
                Heard::Message(_) => {}
                Heard::Closed(code, reason) => {
                    assert!(!reason.is_empty(), "{code} does not say what to do");
                    return code;
                }
                Heard::Gone => return 0,
                Heard::Ping | Heard::Pong(_) => unreachable!("they were heard past"),
            }
        }
    }

    /// What the server says next, however long it takes.
    pub(crate) async fn next(&mut self) -> Heard {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => {
                let message: Value = serde_json::from_str(&text).expect("messages are JSON");
                if message["type"] == "error" {
                    let payload = message["payload"].to_string();
                    assert_eq!(told_too_much(&payload), None, "{payload}");
                }
                Heard::Message(message)
            }
            Some(Ok(Message::Ping(_))) => Heard::Ping,
            Some(Ok(Message::Pong(bytes))) => Heard::Pong(bytes.to_vec()),
            Some(Ok(Message::Close(Some(frame)))) => {
                assert_eq!(told_too_much(&frame.reason), None, "{}", frame.reason);
                Heard::Closed(frame.code.into(), frame.reason.to_string())
            }
            Some(Ok(Message::Close(None))) => Heard::Closed(1005, "no reason".to_owned()),
            Some(Ok(other @ (Message::Binary(_) | Message::Frame(_)))) => {
                panic!("not to a client: {other:?}")
            }
            Some(Err(error @ tungstenite::Error::Protocol(_))) => match error {
                tungstenite::Error::Protocol(
                    tungstenite::error::ProtocolError::ResetWithoutClosingHandshake
                    | tungstenite::error::ProtocolError::SendAfterClosing
                    | tungstenite::error::ProtocolError::ReceivedAfterClosing,
                ) => Heard::Gone,
                error => panic!("the server broke the WebSocket: {error}"),
            },
            Some(Err(_)) | None => Heard::Gone,
        }
    }

    /// The connection below, for those who do not even answer pings.
    pub(crate) fn into_stream(self) -> TcpStream {
        self.stream.into_inner()
    }
}
