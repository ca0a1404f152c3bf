//! A server on a port of the loopback, and those who follow what happens at it: by WebSocket, by server-sent events.
//!
//! Nothing here waits by the clock: whoever waits, waits for a message, a close or an end, and fails the test when none
//! comes in time.

pub(crate) mod follower;
pub(crate) mod socket;
pub(crate) mod sse;
pub(crate) mod wire;

use std::{net::SocketAddr, time::Duration};

use kyc_stack::{app::App, events::Cursor};
use serde_json::Value;
use tokio::{net::TcpSocket, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// How long anything may take before the test has failed. Far more than it takes, on machines with much else to do.
pub(crate) const DEADLINE: Duration = Duration::from_secs(60);

/// How much the system takes from a server for one connection.
const SEND_BUFFER: u32 = 8 << 10;

/// What comes of it, before the test's patience ends.
///
/// # Panics
///
/// When it does not come; `what` says what was waited for.
pub(crate) async fn within<T>(what: &str, wait: impl Future<Output = T>) -> T {
    match tokio::time::timeout(DEADLINE, wait).await {
        Ok(came) => came,
        Err(_) => panic!("{what}: did not come within {DEADLINE:?}"),
    }
}

/// A server that listens.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    stop: CancellationToken,
    serving: Option<JoinHandle<()>>,
}

impl Served {
    pub(crate) async fn of(app: &App) -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        // Its connections inherit it. The system would take megabytes from the server before it noticed that nobody reads.
        socket.set_send_buffer_size(SEND_BUFFER).unwrap();
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let listener = socket.listen(1_024).unwrap();
        let address = listener.local_addr().unwrap();
        let (app, stop) = (app.clone(), CancellationToken::new());
        let until = stop.clone();
        let serving = tokio::spawn(async move { app.serve(listener, until).await });
        Self { address, stop, serving: Some(serving) }
    }

    /// Asks it to end, as a signal would.
    pub(crate) fn ask_to_stop(&self) {
        self.stop.cancel();
    }

    /// Ends it, and waits until everybody was let go.
    pub(crate) async fn stop(mut self) {
        self.ask_to_stop();
        let serving = self.serving.take().unwrap();
        within("the end of the server", serving).await.unwrap();
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// An event as it was delivered.
#[derive(Clone, Debug)]
pub(crate) struct Delivery {
    /// The whole payload: `data`, and `errors` where a field failed.
    pub(crate) payload: Value,
}

impl Delivery {
    /// The one root field.
    pub(crate) fn root(&self) -> &Value {
        let mut fields = self.payload["data"].as_object().into_iter().flatten();
        match (fields.next(), fields.next()) {
            (Some((_, root)), None) => root,
            _ => panic!("not one root field: {}", self.payload),
        }
    }

    /// Its cursor, which the document has to ask for.
    pub(crate) fn cursor(&self) -> &str {
        self.root()["cursor"].as_str().expect("the document asks for the cursor")
    }

    /// Its number in the merchant's log.
    pub(crate) fn seq(&self) -> i64 {
        seq_of(self.cursor())
    }
}

/// The number in a cursor.
pub(crate) fn seq_of(cursor: &str) -> i64 {
    Cursor::parse(cursor).expect("an event's cursor").seq
}

/// How a connection did not come about, or ended before it was of use.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refusal {
    /// Nobody there, or no longer.
    Gone,
    /// Refused before anything else: the status, and the body.
    Status(u16, String),
    /// Closed: the code, and the reason.
    Closed(u16, String),
}

/// How credentials travel.
pub(crate) fn bearer(secret: &str) -> String {
    format!("Bearer {secret}")
}
