//! What one connection, and all of them together, may ask for.

use std::time::Duration;

/// Limits of live connections. Tests use smaller ones.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From a WebSocket's opening to its `connection_init`.
    pub init: Duration,
    /// Between two pings. A client that answers neither of two in a row is gone.
    pub ping: Duration,
    /// Between two comments on an event stream on which nothing happens: proxies close silent connections.
    pub keep_alive: Duration,
    /// How long a reader may take no byte at all.
    pub write: Duration,
    /// How long a connection that was closed is read on, so that the client sees why.
    pub linger: Duration,
    /// The largest message of a client, in bytes.
    pub message_bytes: usize,
    /// Messages at once from one socket …
    pub message_burst: u32,
    /// … and a second, once these are used up.
    pub messages_per_second: u32,
    /// Subscriptions on one socket.
    pub operations: usize,
    /// WebSockets and event streams of one key or member.
    pub connections_per_actor: usize,
    /// WebSockets and event streams of this process.
    pub connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            init: Duration::from_secs(5),
            ping: Duration::from_secs(20),
            keep_alive: Duration::from_secs(12),
            write: Duration::from_secs(10),
            linger: Duration::from_secs(2),
            message_bytes: 64 * 1024,
            message_burst: 500,
            messages_per_second: 20,
            operations: 100,
            connections_per_actor: 1_000,
            connections: 10_000,
        }
    }
}
