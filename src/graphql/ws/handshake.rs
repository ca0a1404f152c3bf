//! From an HTTP request to a WebSocket (RFC 6455, section 4.2).

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header},
};
use hyper_util::rt::TokioIo;
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        handshake::derive_accept_key,
        protocol::{Role, WebSocketConfig},
    },
};

use super::{protocol::SUBPROTOCOL, socket::Socket};
use crate::graphql::{
    http::{HttpError, Media},
    live::{
        Door, Limits, Live,
        metrics::{self, Transport},
    },
};

/// Bytes read at once. A `connection_init` and a `subscribe` fit; thousands of sockets each keep such a buffer.
const READ_BUFFER: usize = 1024;
/// Bytes gathered before a write: several events that are there at once leave in one.
const WRITE_BUFFER: usize = 4096;

/// Whether a request wants a WebSocket.
pub fn is_asked_for(headers: &HeaderMap) -> bool {
    lists(headers, &header::UPGRADE, "websocket")
}

/// Opens a WebSocket at this door, or says why not.
pub fn accept(live: &Live, mut request: Request, door: Door) -> Response<Body> {
    let headers = request.headers();
    if !live.origin_may(headers) {
        metrics::closed(Transport::WebSocket, "foreign origin");
        return HttpError::foreign_origin().render(Media::Json);
    }
    let well_formed = lists(headers, &header::CONNECTION, "upgrade")
        && headers.get(header::SEC_WEBSOCKET_VERSION).is_some_and(|version| version == "13");
    let key = headers.get(header::SEC_WEBSOCKET_KEY).filter(|_| well_formed);
    let Some(answer) = key.map(|key| derive_accept_key(key.as_bytes())) else {
        return HttpError::bad_upgrade().render(Media::Json);
    };
    let full = || {
        metrics::closed(Transport::WebSocket, "no room");
        let message = "This server has no room for another connection. Try again in a moment.";
        HttpError::full(StatusCode::SERVICE_UNAVAILABLE, message, 5).render(Media::Json)
    };
    if live.draining().is_cancelled() {
        return full();
    }
    let Ok(open) = live.open(Transport::WebSocket) else { return full() };
    let spoken = lists(headers, &header::SEC_WEBSOCKET_PROTOCOL, SUBPROTOCOL);
    let brought = door.credential(&live.parts().auth, headers);
    let upgrade = hyper::upgrade::on(&mut request);
    // Shutdown waits for it: the client is told to come back.
    let task = live.parts().kyc.db.tasks().token();
    let live = live.clone();
    tokio::spawn(async move {
        let _task = task;
        let limits = *live.limits();
        let Ok(Ok(upgraded)) = Box::pin(tokio::time::timeout(limits.init, upgrade)).await else { return };
        let stream =
            WebSocketStream::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config(&limits)));
        Socket::new(live, stream.await, open).run(spoken, brought, door).await;
    });

    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = response.headers_mut();
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
    if let Ok(answer) = HeaderValue::from_str(&answer) {
        headers.insert(header::SEC_WEBSOCKET_ACCEPT, answer);
    }
    if spoken {
        headers.insert(header::SEC_WEBSOCKET_PROTOCOL, HeaderValue::from_static(SUBPROTOCOL));
    }
    response
}

fn config(limits: &Limits) -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(WRITE_BUFFER)
        .max_message_size(Some(limits.message_bytes))
        .max_frame_size(Some(limits.message_bytes))
}

/// Whether a header, a list, has this entry.
fn lists(headers: &HeaderMap, name: &HeaderName, entry: &str) -> bool {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).any(|listed| listed.trim().eq_ignore_ascii_case(entry))
}
