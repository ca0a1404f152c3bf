//! The messages of `graphql-transport-ws` (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>), and the codes
//! with which a socket is closed.

use async_graphql::{Name, Value, indexmap::IndexMap};
use axum::http::Method;

use crate::graphql::http::{Call, json};

/// The subprotocol's name.
pub const SUBPROTOCOL: &str = "graphql-transport-ws";
/// The longest id of an operation, in bytes: it stands in each of its messages.
const MAX_ID: usize = 256;

pub const ACKNOWLEDGED: &str = r#"{"type":"connection_ack"}"#;
pub const PONG: &str = r#"{"type":"pong"}"#;

/// What a client says.
pub enum Said {
    /// With the `authorization` of its payload.
    Init(Option<String>),
    Ping,
    Pong,
    Subscribe(Box<Subscribe>),
    Complete(String),
}

/// A subscription that is asked for.
pub struct Subscribe {
    pub id: String,
    pub call: Call,
}

/// Why a socket is closed: the code and words that the client gets, and the word that the operator's metrics get.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Close {
    pub code: u16,
    /// At most 123 bytes.
    pub words: &'static str,
    pub metric: &'static str,
}

impl Close {
    const fn new(code: u16, metric: &'static str, words: &'static str) -> Self {
        assert!(words.len() <= 123, "a control frame holds no more");
        Self { code, words, metric }
    }

    pub const NOT_TEXT: Self = Self::new(4400, "bad message", "Messages are JSON texts, not binary frames.");
    pub const NOT_JSON: Self = Self::new(4400, "bad message", "A message is a JSON object.");
    pub const UNKNOWN_TYPE: Self = Self::new(
        4400,
        "bad message",
        "The type is one of connection_init, ping, pong, subscribe, complete.",
    );
    pub const BAD_PAYLOAD: Self = Self::new(
        4400,
        "bad message",
        "The payload does not fit the type of the message. See graphql-transport-ws.",
    );
    pub const BAD_ID: Self =
        Self::new(4400, "bad message", "The id of an operation is a text of 1 to 256 bytes.");
    pub const NOT_UTF8: Self = Self::new(1007, "bad message", "Texts are UTF-8.");
    pub const TOO_BIG: Self = Self::new(1009, "message too big", "A message has at most 65536 bytes.");
    pub const BROKEN: Self = Self::new(1002, "bad frame", "That was no WebSocket frame.");
    pub const NO_ACK: Self =
        Self::new(4401, "unauthorized", "Unauthorized: send connection_init and wait for connection_ack.");
    pub const GONE: Self = Self::new(
        4401,
        "credential ended",
        "The key was revoked, or the session is over. Sign in, or use another key.",
    );
    pub const REFUSED: Self = Self::new(
        4403,
        "refused",
        "Forbidden: send a valid key in connection_init as {\"authorization\": \"Bearer …\"}, or sign in.",
    );
    pub const ROLE_CHANGED: Self =
        Self::new(4403, "role changed", "The role has changed. Connect again with it.");
    pub const NO_SUBPROTOCOL: Self =
        Self::new(4406, "subprotocol", "Subprotocol not acceptable: ask for graphql-transport-ws.");
    pub const INIT_TIMEOUT: Self =
        Self::new(4408, "init timeout", "Connection initialisation timeout: send connection_init at once.");
    pub const TWO_INITS: Self =
        Self::new(4429, "two inits", "Too many initialisation requests: one is enough.");
    pub const TOO_MANY_MESSAGES: Self = Self::new(
        4429,
        "too many messages",
        "Too many messages at once. Open fewer operations, and more slowly.",
    );
    // Not 4429, on which clients give up: after a network has gone, the dead sockets count for a while beside the new ones.
    pub const TOO_MANY_SOCKETS: Self = Self::new(
        1013,
        "too many sockets",
        "Too many open connections of this key, member or customer. Close some.",
    );
    pub const TOO_MANY_OF_MERCHANT: Self = Self::new(
        1013,
        "too many sockets of a merchant",
        "Too many open connections of this merchant. Close some.",
    );
    pub const DRAINING: Self =
        Self::new(1012, "draining", "The server restarts. Connect again, after the last cursor you handled.");
    pub const TRY_LATER: Self =
        Self::new(1013, "failed", "Something went wrong on our side. Try again in a moment.");
    pub const DUPLICATE_ID: Self = Self::new(4409, "duplicate id", "Subscriber for this id already exists.");
}

/// Reads a client's message.
///
/// # Errors
/// With what the socket is closed for it.
pub fn read(text: &str) -> Result<Said, Close> {
    let Ok(Value::Object(mut message)) = json::read(text.as_bytes()) else { return Err(Close::NOT_JSON) };
    let mut take = |name: &str| message.swap_remove(name).filter(|value| *value != Value::Null);
    let (kind, id, payload) = (take("type"), take("id"), take("payload"));
    let Some(Value::String(kind)) = kind else { return Err(Close::UNKNOWN_TYPE) };
    match kind.as_str() {
        "connection_init" => Ok(Said::Init(authorization(object(payload)?)?)),
        "ping" => object(payload).map(|_| Said::Ping),
        "pong" => object(payload).map(|_| Said::Pong),
        "subscribe" => {
            let id = operation_id(id)?;
            let payload = match payload {
                Some(Value::Object(members)) => members,
                _ => return Err(Close::BAD_PAYLOAD),
            };
            let call = Call::of_members(payload, Method::POST).map_err(|_| Close::BAD_PAYLOAD)?;
            Ok(Said::Subscribe(Box::new(Subscribe { id, call })))
        }
        "complete" => operation_id(id).map(Said::Complete),
        _ => Err(Close::UNKNOWN_TYPE),
    }
}

fn object(payload: Option<Value>) -> Result<IndexMap<Name, Value>, Close> {
    match payload {
        None => Ok(IndexMap::new()),
        Some(Value::Object(members)) => Ok(members),
        Some(_) => Err(Close::BAD_PAYLOAD),
    }
}

/// The bearer, under whichever case of the header's name a client writes it.
fn authorization(payload: IndexMap<Name, Value>) -> Result<Option<String>, Close> {
    match payload.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("authorization")) {
        None | Some((_, Value::Null)) => Ok(None),
        Some((_, Value::String(text))) => Ok(Some(text)),
        Some(_) => Err(Close::BAD_PAYLOAD),
    }
}

fn operation_id(id: Option<Value>) -> Result<String, Close> {
    match id {
        Some(Value::String(id)) if !id.is_empty() && id.len() <= MAX_ID => Ok(id),
        _ => Err(Close::BAD_ID),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(text: &str) -> u16 {
        read(text).err().map_or(0, |close| close.code)
    }

    #[test]
    fn messages_are_read_and_everything_else_is_refused() {
        for (text, expected) in [
            (r#"{"type":"connection_init"}"#, 0),
            (r#"{"type":"connection_init","payload":null}"#, 0),
            (r#"{"type":"connection_init","payload":{"x":1}}"#, 0),
            (r#"{"type":"connection_init","payload":"Bearer x"}"#, 4400),
            (r#"{"type":"connection_init","payload":{"authorization":7}}"#, 4400),
            (r#"{"type":"ping","payload":{"at":1}}"#, 0),
            (r#"{"type":"pong","payload":[]}"#, 4400),
            (r#"{"type":"subscribe","id":"1","payload":{"query":"subscription { x }"}}"#, 0),
            (r#"{"type":"subscribe","id":"1","payload":{"query":7}}"#, 4400),
            (r#"{"type":"subscribe","id":"1","payload":{}}"#, 4400),
            (r#"{"type":"subscribe","id":"1"}"#, 4400),
            (r#"{"type":"subscribe","id":"","payload":{"query":"{ x }"}}"#, 4400),
            (r#"{"type":"subscribe","id":1,"payload":{"query":"{ x }"}}"#, 4400),
            (r#"{"type":"subscribe","payload":{"query":"{ x }"}}"#, 4400),
            (r#"{"type":"complete","id":"1"}"#, 0),
            (r#"{"type":"complete"}"#, 4400),
            (r#"{"type":"start","id":"1","payload":{"query":"{ x }"}}"#, 4400),
            (r#"{"type":"next","id":"1"}"#, 4400),
            (r#"{"type":7}"#, 4400),
            (r#"{"id":"1"}"#, 4400),
            ("[]", 4400),
            ("null", 4400),
            ("", 4400),
            ("{", 4400),
            (r#"{"type":"ping"}{"type":"ping"}"#, 4400),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        let long = format!(r#"{{"type":"complete","id":"{}"}}"#, "x".repeat(MAX_ID + 1));
        assert_eq!(code(&long), 4400);
    }

    #[test]
    fn the_bearer_is_found_however_its_name_is_written() {
        for name in ["authorization", "Authorization", "AUTHORIZATION"] {
            let text = format!(r#"{{"type":"connection_init","payload":{{"{name}":"Bearer k"}}}}"#);
            assert!(matches!(read(&text), Ok(Said::Init(Some(bearer))) if bearer == "Bearer k"), "{name}");
        }
    }
}
