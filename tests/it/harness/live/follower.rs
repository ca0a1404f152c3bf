//! Who follows one subscription, over either transport.

use std::net::SocketAddr;

use serde_json::Value;

use super::{
    super::told::told_too_much,
    Delivery, Refusal, bearer,
    socket::{Heard, Socket},
    sse::{Ask, Events, Sent},
    within,
};

/// How events travel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transport {
    WebSocket,
    ServerSentEvents,
}

impl Transport {
    pub(crate) const BOTH: [Self; 2] = [Self::WebSocket, Self::ServerSentEvents];
}

/// What a follower learns.
#[derive(Clone, Debug)]
pub(crate) enum News {
    Event(Delivery),
    /// The subscription was refused or broken off: its errors.
    Refused(Value),
    /// The subscription is over.
    Complete,
    /// The connection is: closed with a code, or without one.
    Ended(Option<u16>),
}

/// One who follows.
pub(crate) struct Follower {
    wire: Wire,
}

enum Wire {
    Socket(Box<Socket>),
    Events(Box<Events>),
}

/// The only operation of a follower's socket.
const ID: &str = "1";

impl Follower {
    /// Subscribes with a key.
    pub(crate) async fn follow(
        transport: Transport,
        address: SocketAddr,
        secret: &str,
        document: &str,
        variables: Value,
    ) -> Result<Self, Refusal> {
        Self::follow_slowly(transport, address, secret, document, variables, None).await
    }

    /// The same with at most `window` bytes on their way.
    pub(crate) async fn follow_slowly(
        transport: Transport,
        address: SocketAddr,
        secret: &str,
        document: &str,
        variables: Value,
        window: Option<u32>,
    ) -> Result<Self, Refusal> {
        let wire = match transport {
            Transport::WebSocket => {
                let mut socket = Socket::enter(address, secret, window).await?;
                socket.subscribe(ID, document, variables).await;
                Wire::Socket(Box::new(socket))
            }
            Transport::ServerSentEvents => {
                let authorization = bearer(secret);
                let headers = [("Authorization", authorization.as_str())];
                let ask = Ask { document, variables, headers: &headers, window };
                Wire::Events(Box::new(Events::post(address, ask).await?))
            }
        };
        Ok(Self { wire })
    }

    /// Subscribes by server-sent events, with these headers.
    pub(crate) async fn stream(
        address: SocketAddr,
        headers: &[(&str, &str)],
        document: &str,
        variables: Value,
    ) -> Result<Self, Refusal> {
        let ask = Ask { document, variables, headers, window: None };
        Ok(Self { wire: Wire::Events(Box::new(Events::post(address, ask).await?)) })
    }

    /// What comes next.
    pub(crate) async fn hear(&mut self) -> News {
        within("news", self.next()).await
    }

    /// The next event.
    ///
    /// # Panics
    ///
    /// When something else comes.
    pub(crate) async fn event(&mut self) -> Delivery {
        match self.hear().await {
            News::Event(delivery) => delivery,
            other => panic!("an event was to come, not {other:?}"),
        }
    }

    /// So many events.
    pub(crate) async fn events(&mut self, count: usize) -> Vec<Delivery> {
        let mut events = Vec::with_capacity(count);
        while events.len() < count {
            events.push(self.event().await);
        }
        events
    }

    /// The codes of the errors with which the subscription is refused.
    pub(crate) async fn refusal(&mut self) -> Vec<String> {
        match self.hear().await {
            News::Refused(errors) => codes(&errors),
            other => panic!("an error was to come, not {other:?}"),
        }
    }

    /// What comes next, however long it takes.
    pub(crate) async fn next(&mut self) -> News {
        match &mut self.wire {
            Wire::Socket(socket) => loop {
                let mut message = match socket.next().await {
                    Heard::Message(message) => message,
                    Heard::Ping | Heard::Pong(_) => continue,
                    Heard::Closed(code, _) => return News::Ended(Some(code)),
                    Heard::Gone => return News::Ended(None),
                };
                assert_eq!(message["id"], ID, "{message}");
                let payload = message["payload"].take();
                return match message["type"].as_str() {
                    Some("next") => News::Event(Delivery { payload }),
                    Some("error") => News::Refused(payload),
                    Some("complete") => News::Complete,
                    _ => panic!("{message}"),
                };
            },
            Wire::Events(events) => loop {
                let (name, id, data) = match events.next().await {
                    Sent::Event { name, id, data } => (name, id, data),
                    Sent::Comment(_) => continue,
                    Sent::End | Sent::Cut => return News::Ended(None),
                };
                match name.as_str() {
                    "next" => {}
                    "complete" => return News::Complete,
                    _ => panic!("an event of no known name: {name}"),
                }
                let mut payload: Value = serde_json::from_str(&data).expect("data is JSON");
                if payload["data"].is_null() {
                    let errors = payload["errors"].take();
                    assert_eq!(told_too_much(&errors.to_string()), None, "{errors}");
                    return News::Refused(errors);
                }
                let delivery = Delivery { payload };
                assert_eq!(id.as_deref(), Some(delivery.cursor()), "an event's id is its cursor");
                return News::Event(delivery);
            },
        }
    }

    /// Says goodbye, as well as its transport can.
    pub(crate) async fn leave(self) {
        if let Wire::Socket(mut socket) = self.wire {
            socket.complete(ID).await;
            socket.close().await;
        }
    }
}

/// The codes of GraphQL errors.
pub(crate) fn codes(errors: &Value) -> Vec<String> {
    let errors = errors.as_array().expect("errors are a list");
    errors
        .iter()
        .map(|error| error["extensions"]["code"].as_str().expect("an error has a code").to_owned())
        .collect()
}
