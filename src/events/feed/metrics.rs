//! What the feed tells its operator.

use std::sync::OnceLock;

use chrono::TimeDelta;
use metrics::{Counter, Gauge, Histogram, Unit};

/// Events in the logs that have not been handed out yet, as the last look at the heads saw it.
pub const LAG: &str = "feed_lag_events";
/// Seconds from an event's own moment to its being handed out.
pub const DELAY: &str = "feed_delay_seconds";
/// How often somebody went back to the log, by `reason`: `after` (a cursor was given), `lapped` (slower than the feed),
/// `poll` (a wake-up was missed), `listener` (the connection for wake-ups was lost).
pub const REREADS: &str = "feed_rereads_total";

/// Why the log was read again.
#[derive(Clone, Copy)]
pub(super) enum Reread {
    After,
    Lapped,
    Poll,
    Listener,
}

struct Handles {
    lag: Gauge,
    delay: Histogram,
    rereads: [Counter; 4],
}

fn handles() -> &'static Handles {
    static HANDLES: OnceLock<Handles> = OnceLock::new();
    HANDLES.get_or_init(|| {
        metrics::describe_gauge!(LAG, "Events that the feed has not handed out yet.");
        metrics::describe_histogram!(DELAY, Unit::Seconds, "From an event's moment to its being handed out.");
        metrics::describe_counter!(REREADS, "Returns to the log.");
        let reread = |reason| metrics::counter!(REREADS, "reason" => reason);
        Handles {
            lag: metrics::gauge!(LAG),
            delay: metrics::histogram!(DELAY),
            rereads: ["after", "lapped", "poll", "listener"].map(reread),
        }
    })
}

/// Begins to count: once the recorder is installed, and before the first look.
pub fn begin() {
    handles();
}

pub(super) fn handed_out(delay: TimeDelta) {
    handles().delay.record(delay.as_seconds_f64().max(0.0));
}

pub(super) fn lag(events: i64) {
    #[expect(clippy::cast_precision_loss, reason = "a gauge is a float")]
    handles().lag.set(events as f64);
}

pub(super) fn reread(reason: Reread) {
    handles().rereads[reason as usize].increment(1);
}
