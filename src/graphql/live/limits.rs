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
    /// The same of one customer, who has a page or two open.
    pub connections_per_customer: usize,
    /// The same of one merchant, its customers' included: many keys, or many links, leave room for the others.
    pub connections_per_merchant: usize,
    /// WebSockets that have not shown yet whose they are: when a network comes back, all come at once.
    pub connections_unknown: usize,
    /// WebSockets and event streams of this process.
    pub connections: usize,
}

impl Limits {
    /// The same where so many connections may be open, and so many of one key or member.
    #[must_use]
    pub fn of_connections(self, connections: usize, per_actor: usize) -> Self {
        Self {
            connections_per_actor: per_actor,
            // Whoever gives one key so many means it.
            connections_per_merchant: connections.div_ceil(2).max(per_actor),
            connections_unknown: connections.div_ceil(2),
            connections,
            ..self
        }
    }
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
            connections_per_customer: 8,
            connections_per_merchant: 5_000,
            connections_unknown: 5_000,
            connections: 10_000,
        }
    }
}
