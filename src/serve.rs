//! The accept loop: who may connect, and what one connection may cost in time, in memory and in places.
//!
//! It stands in the place of `axum::serve`, which lets nobody limit a connection: a client that sends its head a byte at a
//! time, or never reads its answer, would keep a socket, a task and buffers for as long as it likes.

mod head;
mod wire;

use std::{
    io,
    net::SocketAddr,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use axum::{Router, extract::ConnectInfo};
use hyper::{Request, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::{OwnedSemaphorePermit, Semaphore},
    task::JoinSet,
};
use tokio_util::sync::CancellationToken;
use tower::Service;

use self::{head::HeadTimer, wire::Wire};

/// How long the accept loop rests when the machine has no more to give, as file descriptors.
const EXHAUSTED: Duration = Duration::from_secs(1);

/// What a connection may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first byte of a request's head to its last; of a connection's first request, from the connection on.
    pub head: Duration,
    /// Between two requests. Longer than the minute for which load balancers keep a connection: whoever closes first must be
    /// the one who sends requests, or some of them meet a closed door.
    pub idle: Duration,
    /// How long a peer that has to read may take no byte. [`Patience`] changes it for one connection.
    pub stall: Duration,
    /// Bytes that are buffered for reading, and as many for writing; 8 KiB or more. A longer head is answered with 431.
    pub buffer: usize,
    /// Connections open at a time, upgraded ones included. Who comes then waits in the listener's queue.
    pub max_connections: usize,
    /// How long shutdown waits for requests that have begun.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            stall: Duration::from_secs(120),
            buffer: 64 << 10,
            max_connections: 20_000,
            drain: Duration::from_secs(25),
        }
    }
}

/// How long this connection waits for a peer that takes no byte. It comes to handlers as an extension of the request; clones
/// are of the same connection.
#[derive(Clone, Debug)]
pub struct Patience(Arc<Shared>);

impl Patience {
    /// Changes it, for all that is written from now on: for the rest of the connection. Counted in milliseconds.
    pub fn set(&self, stall: Duration) {
        self.0.stall.store(millis(stall), Ordering::Relaxed);
    }

    /// Whether it has come to its end: the peer took no byte for so long.
    pub fn is_over(&self) -> bool {
        self.0.stalled.load(Ordering::Relaxed)
    }
}

/// What the parts of one connection know of each other.
#[derive(Debug)]
struct Shared {
    /// In milliseconds.
    stall: AtomicU64,
    /// Whether the peer has stopped reading.
    stalled: AtomicBool,
    /// Whether the peer has sent anything since the head that is waited for was waited for.
    heard: AtomicBool,
    /// Whether a head has been waited for.
    begun: AtomicBool,
}

impl Shared {
    fn has_stalled(&self) {
        self.stalled.store(true, Ordering::Relaxed);
    }

    fn stall(&self) -> Duration {
        Duration::from_millis(self.stall.load(Ordering::Relaxed))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// Serves until `stop` is cancelled. Then nobody is accepted, idle connections are closed, and requests that have begun have
/// `limits.drain` to end; what is left is cut off. Connections that were upgraded are not waited for: their tasks are others'.
///
/// Handlers find the peer as [`ConnectInfo<SocketAddr>`] and its [`Patience`]. Dropping the future cuts every connection.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: CancellationToken) {
    // Routes are put together here, once, and not for each request.
    let router = router.with_state(());
    let door = Door {
        places: Arc::new(Semaphore::new(limits.max_connections)),
        is_full: AtomicBool::new(false),
        listener,
    };
    let mut connections = JoinSet::new();
    while let Some((stream, peer, place)) = next(&door, &mut connections, &stop).await {
        let shared = Shared {
            stall: AtomicU64::new(millis(limits.stall)),
            stalled: AtomicBool::new(false),
            heard: AtomicBool::new(false),
            begun: AtomicBool::new(false),
        };
        let patience = Patience(Arc::new(shared));
        let wire = Wire::new(stream, Arc::clone(&patience.0), place);
        connections.spawn(converse(wire, peer, patience, router.clone(), limits, stop.clone()));
    }
    drop(door);
    let drained = async {
        while let Some(ended) = connections.join_next().await {
            log_panic(ended);
        }
    };
    if tokio::time::timeout(limits.drain, drained).await.is_err() {
        tracing::warn!(left = connections.len(), "some requests did not end in time and were cut off");
        connections.shutdown().await;
    }
}

/// The next connection; none once nobody is to be accepted any more. Meanwhile those that have ended are put away.
async fn next(door: &Door, connections: &mut JoinSet<()>, stop: &CancellationToken) -> Option<Accepted> {
    let mut accepted = pin!(door.accept());
    loop {
        tokio::select! {
            () = stop.cancelled() => return None,
            Some(ended) = connections.join_next() => log_panic(ended),
            accepted = accepted.as_mut() => return Some(accepted),
        }
    }
}

/// One connection, until it ends or is upgraded.
async fn converse(
    wire: Wire,
    peer: SocketAddr,
    patience: Patience,
    router: Router,
    limits: Limits,
    stop: CancellationToken,
) {
    let timer = HeadTimer::new(Arc::clone(&patience.0), &limits);
    let service = service_fn(move |mut request: Request<Incoming>| {
        // An event stream before it on this connection may have had less.
        patience.set(limits.stall);
        let extensions = request.extensions_mut();
        extensions.insert(ConnectInfo(peer));
        extensions.insert(patience.clone());
        // A router is always ready.
        router.clone().call(request)
    });
    let connection = http1::Builder::new()
        .timer(timer)
        .header_read_timeout(limits.head)
        .max_buf_size(limits.buffer)
        .serve_connection(TokioIo::new(wire), service)
        .with_upgrades();
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stop.cancelled() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        // Peers go away in many ways, and none is our trouble.
        tracing::debug!(%error, "a connection ended early");
    }
}

type Accepted = (TcpStream, SocketAddr, OwnedSemaphorePermit);

/// Where connections come in.
struct Door {
    listener: TcpListener,
    places: Arc<Semaphore>,
    /// Whether the last one found no place; said once, not for each.
    is_full: AtomicBool,
}

impl Door {
    /// The next connection, once there is a place for it. Dropping the future loses nobody.
    async fn accept(&self) -> Accepted {
        loop {
            let place = self.place().await;
            match self.listener.accept().await {
                Ok((stream, peer)) => return (stream, peer, place),
                Err(error) if is_the_peers(&error) => {
                    tracing::debug!(%error, "a connection ended before it was accepted");
                }
                Err(error) => {
                    tracing::error!(%error, "no connection can be accepted; trying again");
                    tokio::time::sleep(EXHAUSTED).await;
                }
            }
        }
    }

    async fn place(&self) -> OwnedSemaphorePermit {
        if let Ok(place) = Arc::clone(&self.places).try_acquire_owned() {
            self.is_full.store(false, Ordering::Relaxed);
            return place;
        }
        if !self.is_full.swap(true, Ordering::Relaxed) {
            tracing::warn!("as many connections are open as may be; whoever comes waits for a place");
        }
        match Arc::clone(&self.places).acquire_owned().await {
            Ok(place) => place,
            // Nobody closes the semaphore.
            Err(_) => std::future::pending().await,
        }
    }
}

/// Whether an error of `accept` is that of one connection, so that the next one may be accepted at once.
fn is_the_peers(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

fn log_panic(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended
        && error.is_panic()
    {
        tracing::error!("a connection's task panicked");
    }
}
