//! What a connection may cost, over real sockets: time, memory, places, and how it ends.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    extract::{ConnectInfo, Request},
    http::StatusCode,
    routing::get,
};
use futures_util::{SinkExt, StreamExt, stream};
use hyper_util::rt::TokioIo;
use kyc_stack::serve::{Limits, Patience, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::Notify,
    task::JoinHandle,
    time::{interval, timeout},
};
use tokio_tungstenite::{
    WebSocketStream, connect_async,
    tungstenite::{self, handshake::derive_accept_key, protocol::Role},
};
use tokio_util::sync::CancellationToken;

/// No test waits for this long unless it fails.
const LONG: Duration = Duration::from_secs(60);
const SHORT: Duration = Duration::from_millis(100);
/// Nothing is cut but by what a test shortens.
const LIMITS: Limits =
    Limits { head: LONG, idle: LONG, stall: LONG, buffer: 16 << 10, max_connections: 100, drain: LONG };
const CHUNK: usize = 16 << 10;
/// Chunks of an answer that is longer than what the kernel would hold of it, 4 MiB by default.
const LONG_ANSWER: usize = 400;

struct Served {
    address: SocketAddr,
    stop: CancellationToken,
    ended: JoinHandle<()>,
    shop: Shop,
}

/// What the routes tell the test.
#[derive(Clone, Default)]
struct Shop {
    /// A request waits for `release`.
    waiting: Arc<Notify>,
    release: Arc<Notify>,
    /// The endless answer has been given up.
    dropped: Arc<Notify>,
    answered: Arc<AtomicUsize>,
}

struct NotifyWhenDropped(Arc<Notify>);

impl Drop for NotifyWhenDropped {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Shop {
    fn router(&self) -> Router {
        let (count, waits, endless, hasty) = (self.clone(), self.clone(), self.clone(), self.clone());
        Router::new()
            .route(
                "/peer",
                get(move |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
                    count.answered.fetch_add(1, Ordering::SeqCst);
                    peer.to_string()
                }),
            )
            .route(
                "/wait",
                get(move || async move {
                    let _dropped = NotifyWhenDropped(waits.dropped);
                    waits.waiting.notify_one();
                    waits.release.notified().await;
                    "released"
                }),
            )
            .route("/endless", get(move || async move { endless.chunks(usize::MAX) }))
            .route(
                "/hasty",
                get(move |Extension(patience): Extension<Patience>| async move {
                    patience.set(SHORT);
                    hasty.chunks(usize::MAX)
                }),
            )
            .route("/long", get(|| async { Shop::default().chunks(LONG_ANSWER) }))
            .route(
                "/echo",
                get(|mut request: Request| async move {
                    let key = derive_accept_key(request.headers()["sec-websocket-key"].as_bytes());
                    let upgrade = hyper::upgrade::on(&mut request);
                    tokio::spawn(async move {
                        let upgraded = TokioIo::new(upgrade.await.unwrap());
                        let mut socket = WebSocketStream::from_raw_socket(upgraded, Role::Server, None).await;
                        while let Some(Ok(message)) = socket.next().await {
                            if message.is_text() {
                                socket.send(message).await.unwrap();
                            }
                        }
                    });
                    let headers =
                        [("connection", "upgrade"), ("upgrade", "websocket"), ("sec-websocket-accept", &key)];
                    (StatusCode::SWITCHING_PROTOCOLS, headers.map(|(name, value)| (name, value.to_owned())))
                }),
            )
    }

    fn chunks(self, count: usize) -> Body {
        let given_up = NotifyWhenDropped(self.dropped);
        let chunks = stream::iter(0..count).map(move |_| {
            let _held = &given_up;
            Ok::<_, std::io::Error>(Bytes::from_static(&[b'x'; CHUNK]))
        });
        Body::from_stream(chunks)
    }
}

async fn open(limits: Limits) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, stop, shop) = (listener.local_addr().unwrap(), CancellationToken::new(), Shop::default());
    let ended = tokio::spawn(serve(listener, shop.router(), limits, stop.clone()));
    Served { address, stop, ended, shop }
}

impl Served {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    async fn ask(&self, path: &str) -> TcpStream {
        let mut client = self.connect().await;
        send(&mut client, path).await;
        client
    }
}

async fn send(client: &mut TcpStream, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
}

/// One answer with a `Content-Length`: its head and its body.
async fn receive(client: &mut TcpStream) -> (String, String) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(client.read_u8().await.unwrap());
    }
    let head = String::from_utf8(head).unwrap().to_lowercase();
    let length = head.split("content-length: ").nth(1).and_then(|rest| rest.lines().next()).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    client.read_exact(&mut body).await.unwrap();
    (head, String::from_utf8(body).unwrap())
}

/// All that comes before the connection ends, by a close or by a reset.
async fn rest(client: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    drop(timeout(LONG, client.read_to_end(&mut bytes)).await.expect("the connection is not cut"));
    bytes
}

/// Sends a byte now and then, until the connection ends. A whole answer would take far longer than the test has.
async fn drip(client: &mut TcpStream) {
    let (mut reader, mut writer) = client.split();
    let drip = async {
        let mut ticks = interval(SHORT / 10);
        while writer.write_all(b"x").await.is_ok() {
            ticks.tick().await;
        }
    };
    let mut bytes = Vec::new();
    let cut = async { drop(reader.read_to_end(&mut bytes).await) };
    timeout(LONG, async { tokio::join!(drip, cut) }).await.expect("the connection is not cut");
    assert!(bytes.is_empty(), "{}", String::from_utf8_lossy(&bytes));
}

#[tokio::test]
async fn a_head_that_comes_a_byte_at_a_time_is_cut_the_first_and_a_later_one() {
    let served = open(Limits { head: SHORT, ..LIMITS }).await;
    let mut client = served.connect().await;
    client.write_all(b"GET /peer HTTP/1.1\r\nx-").await.unwrap();
    drip(&mut client).await;

    let mut silent = served.connect().await;
    assert!(rest(&mut silent).await.is_empty());

    let mut client = served.ask("/peer").await;
    receive(&mut client).await;
    // Between two requests there is more time than for a head.
    let mut byte = [0];
    assert!(timeout(SHORT * 3, client.read(&mut byte)).await.is_err());
    send(&mut client, "/peer").await;
    receive(&mut client).await;
    client.write_all(b"GET /peer HTTP/1.1\r\nx-").await.unwrap();
    drip(&mut client).await;
}

#[tokio::test]
async fn a_connection_that_is_kept_for_nothing_is_closed() {
    let served = open(Limits { idle: SHORT, ..LIMITS }).await;
    let mut client = served.ask("/peer").await;
    receive(&mut client).await;
    assert!(rest(&mut client).await.is_empty());
    // While an answer is being made, nobody is idle.
    let mut client = served.ask("/wait").await;
    let mut byte = [0];
    assert!(timeout(SHORT * 3, client.read(&mut byte)).await.is_err());
    served.shop.release.notify_one();
    assert_eq!(receive(&mut client).await.1, "released");
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let served = open(LIMITS).await;
    let mut client = served.connect().await;
    let request = format!("GET /peer HTTP/1.1\r\nx-long: {}\r\n\r\n", "x".repeat(LIMITS.buffer));
    client.write_all(request.as_bytes()).await.unwrap();
    let answer = rest(&mut client).await;
    assert!(answer.starts_with(b"HTTP/1.1 431 "), "{}", String::from_utf8_lossy(&answer));
}

#[tokio::test]
async fn whoever_stops_reading_is_cut() {
    let served = open(Limits { stall: SHORT, ..LIMITS }).await;
    let mut client = served.ask("/endless").await;
    timeout(LONG, served.shop.dropped.notified()).await.unwrap();
    let held = rest(&mut client).await.len();
    assert!(held < 100 * CHUNK, "{held} bytes were under way");
}

#[tokio::test]
async fn a_handler_lowers_the_patience_of_its_connection() {
    let served = open(LIMITS).await;
    let mut client = served.ask("/hasty").await;
    timeout(LONG, served.shop.dropped.notified()).await.unwrap();
    rest(&mut client).await;
}

#[tokio::test]
async fn whoever_reads_slowly_but_steadily_is_not_cut() {
    let stall = Duration::from_millis(500);
    let served = open(Limits { stall, ..LIMITS }).await;
    let socket = TcpSocket::new_v4().unwrap();
    // What the client's kernel reads ahead would not be slow.
    socket.set_recv_buffer_size(32 << 10).unwrap();
    let mut client = socket.connect(served.address).await.unwrap();
    send(&mut client, "/long").await;
    let (began, mut ticks) = (Instant::now(), interval(Duration::from_millis(10)));
    let (mut bytes, mut piece) = (0, vec![0; CHUNK]);
    let mut last = Vec::new();
    while !last.ends_with(b"\r\n0\r\n\r\n") {
        ticks.tick().await;
        let read = client.read(&mut piece).await.unwrap();
        assert!(read > 0, "it was cut after {bytes} bytes and {:?}", began.elapsed());
        bytes += read;
        last.extend_from_slice(&piece[..read]);
        last.drain(..last.len().saturating_sub(7));
    }
    assert!(bytes > LONG_ANSWER * CHUNK);
    assert!(began.elapsed() > stall * 2, "it was no slow reader: {:?}", began.elapsed());
}

#[tokio::test]
async fn requests_that_come_at_once_are_answered_in_order_on_one_connection() {
    let served = open(LIMITS).await;
    let mut client = served.connect().await;
    let here = client.local_addr().unwrap().to_string();
    let one = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n");
    let request = one("/peer", "") + &one("/nowhere", "") + &one("/peer", "Connection: close\r\n");
    client.write_all(request.as_bytes()).await.unwrap();
    assert_eq!(receive(&mut client).await.1, here);
    assert!(receive(&mut client).await.0.starts_with("http/1.1 404 "));
    let (head, body) = receive(&mut client).await;
    assert!(head.contains("connection: close"), "{head}");
    assert_eq!(body, here);
    assert!(rest(&mut client).await.is_empty());
}

#[tokio::test]
async fn who_finds_no_place_waits_for_one() {
    let served = open(Limits { max_connections: 1, ..LIMITS }).await;
    let mut first = served.ask("/peer").await;
    receive(&mut first).await;
    let mut second = served.ask("/peer").await;
    for _ in 0..50 {
        send(&mut first, "/peer").await;
        receive(&mut first).await;
    }
    assert_eq!(served.shop.answered.load(Ordering::SeqCst), 51);
    drop(first);
    assert_eq!(receive(&mut second).await.1, second.local_addr().unwrap().to_string());
}

#[tokio::test]
async fn a_shutdown_ends_what_runs_closes_what_idles_and_accepts_nobody() {
    let served = open(LIMITS).await;
    let mut idle = served.ask("/peer").await;
    receive(&mut idle).await;
    let mut fresh = served.connect().await;
    let mut running = served.ask("/wait").await;
    served.shop.waiting.notified().await;

    served.stop.cancel();
    assert!(rest(&mut idle).await.is_empty());
    assert!(rest(&mut fresh).await.is_empty());
    // Until the listener is closed, its queue may still take somebody.
    while let Ok(mut late) = TcpStream::connect(served.address).await {
        assert!(rest(&mut late).await.is_empty());
    }
    assert!(!served.ended.is_finished());
    served.shop.release.notify_one();
    let (head, body) = receive(&mut running).await;
    assert!(head.contains("connection: close"), "{head}");
    assert_eq!(body, "released");
    assert!(rest(&mut running).await.is_empty());
    timeout(LONG, served.ended).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_does_not_end_is_cut_at_last() {
    let served = open(Limits { drain: SHORT, ..LIMITS }).await;
    let mut running = served.ask("/wait").await;
    served.shop.waiting.notified().await;
    served.stop.cancel();
    timeout(LONG, served.ended).await.unwrap().unwrap();
    // The handler is gone, not only its connection.
    timeout(LONG, served.shop.dropped.notified()).await.unwrap();
    assert!(rest(&mut running).await.is_empty());
}

#[tokio::test]
async fn an_upgraded_connection_keeps_its_place_and_outlives_the_accept_loop() {
    let served = open(Limits { max_connections: 1, idle: SHORT, ..LIMITS }).await;
    let url = format!("ws://{}/echo", served.address);
    let (mut first, _) = connect_async(&url).await.unwrap();
    let echo = async |socket: &mut tokio_tungstenite::WebSocketStream<_>, text: &str| {
        socket.send(tungstenite::Message::text(text)).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap().into_text().unwrap(), text);
    };
    echo(&mut first, "one").await;
    let mut waiting = served.ask("/peer").await;
    for _ in 0..50 {
        echo(&mut first, "two").await;
    }
    assert_eq!(served.shop.answered.load(Ordering::SeqCst), 0);
    drop(first);
    receive(&mut waiting).await;
    drop(waiting);

    let (mut second, _) = connect_async(&url).await.unwrap();
    served.stop.cancel();
    timeout(LONG, served.ended).await.unwrap().unwrap();
    echo(&mut second, "three").await;
}
