//! What live connections tell the operator.

use std::sync::OnceLock;

use metrics::{Counter, Gauge};

/// Open connections, by `transport`: `ws`, `sse`.
pub const CONNECTIONS: &str = "live_connections";
/// Subscriptions that run, by `transport`.
pub const SUBSCRIBERS: &str = "live_subscribers";
/// Events delivered, by `transport`.
pub const DELIVERIES: &str = "live_deliveries_total";
/// Answers made for events; deliveries beyond them were shared.
pub const RENDERINGS: &str = "live_renderings_total";
/// Connections that ended or were not let in, by `transport` and `reason`.
pub const CLOSED: &str = "live_closed_total";

/// How a subscription travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport {
    WebSocket,
    EventStream,
}

struct Handles {
    connections: [Gauge; 2],
    subscribers: [Gauge; 2],
    deliveries: [Counter; 2],
    renderings: Counter,
}

impl Transport {
    const ALL: [Self; 2] = [Self::WebSocket, Self::EventStream];

    fn label(self) -> &'static str {
        match self {
            Self::WebSocket => "ws",
            Self::EventStream => "sse",
        }
    }
}

fn handles() -> &'static Handles {
    static HANDLES: OnceLock<Handles> = OnceLock::new();
    HANDLES.get_or_init(|| {
        metrics::describe_gauge!(CONNECTIONS, "Open WebSockets and event streams.");
        metrics::describe_gauge!(SUBSCRIBERS, "Subscriptions that run.");
        metrics::describe_counter!(DELIVERIES, "Events delivered.");
        metrics::describe_counter!(
            RENDERINGS,
            "Answers made for events; deliveries beyond them were shared."
        );
        metrics::describe_counter!(CLOSED, "WebSockets and event streams that ended, or were not let in.");
        Handles {
            connections: Transport::ALL.map(|way| metrics::gauge!(CONNECTIONS, "transport" => way.label())),
            subscribers: Transport::ALL.map(|way| metrics::gauge!(SUBSCRIBERS, "transport" => way.label())),
            deliveries: Transport::ALL.map(|way| metrics::counter!(DELIVERIES, "transport" => way.label())),
            renderings: metrics::counter!(RENDERINGS),
        }
    })
}

/// Begins to count: once the recorder is installed, and before the first look.
pub fn begin() {
    handles();
}

pub(super) fn connected(transport: Transport, change: f64) {
    handles().connections[transport as usize].increment(change);
}

pub(super) fn subscribed(transport: Transport, change: f64) {
    handles().subscribers[transport as usize].increment(change);
}

pub(super) fn rendered() {
    handles().renderings.increment(1);
}

/// Counts deliveries.
pub fn delivered(transport: Transport, count: u64) {
    handles().deliveries[transport as usize].increment(count);
}

/// Counts a connection that ended.
pub fn closed(transport: Transport, reason: &'static str) {
    metrics::counter!(CLOSED, "transport" => transport.label(), "reason" => reason).increment(1);
}
