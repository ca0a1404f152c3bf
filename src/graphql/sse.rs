//! Subscriptions over Server-Sent Events, in the distinct connections mode of GraphQL over SSE
//! (<https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md>): one request is one operation, its answer a stream.
//!
//! Each event's `id` is its cursor, so that a browser's `EventSource` comes back with `Last-Event-ID` by itself and misses
//! nothing. A stream that ends with `complete` is over; one that just ends is to be asked for again.

use std::time::Duration;

use async_graphql::parser::types::OperationType;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Response, StatusCode, header, request::Parts},
};
use bytes::{Bytes, BytesMut};
use futures_util::{
    FutureExt, StreamExt,
    stream::{self, BoxStream},
};
use tokio::time::{Interval, MissedTickBehavior, interval};

use super::{
    Operation,
    answer::{Answer, GraphError},
    error::public,
    http::{Accept, Call, HttpError, Media, admit, idempotency_key, read, render},
    live::{
        Full, Live, Place, Told,
        metrics::{self, Transport},
        told,
    },
};
use crate::{
    auth::{Credential, Ended, Standing},
    error::Error,
    serve::Patience,
};

/// After how long a browser comes back.
const RETRY: Duration = Duration::from_secs(1);
/// Entries that leave in one write, if they are there at once, have about so many bytes.
const BATCH: usize = 16 * 1024;
const KEEP_ALIVE: &[u8] = b":\n\n";
const COMPLETE: &[u8] = b"event: complete\ndata: \n\n";

/// Answers a request that accepts an event stream: a subscription, or a single answer as a stream of one.
///
/// What HTTP can say, it says: 401 without valid credentials, 429 and 503 where there is no room. What is wrong with the
/// operation comes as its only entry: a browser's `EventSource` shows nothing of an answer that is not 200.
pub async fn respond(live: &Live, request: Request, credential: Result<Credential, Error>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    match answer(live, &parts, read(&parts, body).await, credential).await {
        Ok(response) => response,
        Err(error) => error.render(Media::Json),
    }
}

async fn answer(
    live: &Live,
    request: &Parts,
    call: Result<Call, HttpError>,
    credential: Result<Credential, Error>,
) -> Result<Response<Body>, HttpError> {
    let call = call?;
    let (parts, headers) = (live.parts(), &request.headers);
    let credential = credential.map_err(|error| HttpError::from(public(&error)))?;
    let (document, operation) = match admit(&parts.guard, parts.introspection, &call) {
        Ok(admitted) => admitted,
        Err(HttpError::Request(error)) => return Ok(single(Answer::refused(*error))),
        Err(error) => return Err(error),
    };
    if operation == OperationType::Subscription {
        return follow(live, request, call, &credential).await;
    }
    let actor = parts.auth.actor(&credential).await.map_err(|error| HttpError::from(public(&error)))?;
    let operation = Operation {
        document: &document,
        name: call.operation_name.as_deref(),
        variables: call.variables,
        idempotency_key: idempotency_key(headers),
    };
    let answer = parts.api.execute(&parts.kyc, &actor, operation).await;
    Ok(match Accept::of(headers).media() {
        Some(media) => render(answer, media),
        None => single(answer),
    })
}

async fn follow(
    live: &Live,
    request: &Parts,
    call: Call,
    credential: &Credential,
) -> Result<Response<Body>, HttpError> {
    if live.draining().is_cancelled() {
        return Err(no_room());
    }
    let open = live.open(Transport::EventStream).map_err(|_| no_room())?;
    let standing = live.parts().auth.watch(credential).await;
    let standing = standing.map_err(|error| HttpError::from(public(&error)))?;
    let place = open.of(&standing.actor, live.limits()).map_err(|full| {
        let message = match full {
            Full::Merchant => {
                metrics::closed(Transport::EventStream, "too many streams of a merchant");
                "Too many open connections of this merchant. Close some."
            }
            Full::Actor | Full::Server => {
                metrics::closed(Transport::EventStream, "too many streams");
                "Too many open connections of this key, member or customer. Close some."
            }
        };
        HttpError::full(StatusCode::TOO_MANY_REQUESTS, message, 5)
    })?;
    // An empty one is none: that is what a browser has before the first event.
    let last_event = request.headers.get("last-event-id").filter(|id| !id.is_empty());
    let last_event = last_event.map(|id| id.to_str().unwrap_or("not a cursor"));
    let running = match live.subscribe(&standing.actor, call, last_event, Transport::EventStream).await {
        Ok(running) => running,
        Err(_) if live.draining().is_cancelled() => return Err(no_room()),
        Err(errors) => {
            let refused = Answer { errors, request_error: true, ..Answer::default() };
            return Ok(single(refused));
        }
    };
    let patience = request.extensions.get::<Patience>().cloned();
    if let Some(patience) = &patience {
        // Whoever stops reading a stream is behind for good; whoever comes back goes on where they were.
        patience.set(live.limits().write);
    }
    let mut keep_alive = interval(live.limits().keep_alive);
    keep_alive.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let entries = Entries {
        live: live.clone(),
        told: told(running),
        standing,
        keep_alive,
        end: "client",
        patience,
        _place: place,
    };
    let begin = Bytes::from(format!("retry: {}\n\n", RETRY.as_millis()));
    let entries = stream::unfold(Some(entries), |entries| async {
        let mut entries = entries?;
        let (bytes, goes_on) = entries.next().await?;
        Some((bytes, goes_on.then_some(entries)))
    });
    let body = stream::iter([begin]).chain(entries).map(Ok::<_, std::convert::Infallible>);
    Ok(event_stream(Body::from_stream(body)))
}

/// The entries of a stream.
struct Entries {
    live: Live,
    told: BoxStream<'static, Told>,
    standing: Standing,
    keep_alive: Interval,
    /// Why it ends, for the operator; unless something else happens, because the client has left.
    end: &'static str,
    patience: Option<Patience>,
    _place: Place,
}

impl Drop for Entries {
    fn drop(&mut self) {
        let stalled = self.patience.as_ref().is_some_and(Patience::is_over);
        metrics::closed(Transport::EventStream, if stalled { "stalled" } else { self.end });
    }
}

impl Entries {
    /// What is to be written next, and whether something follows it; none when the stream just ends.
    async fn next(&mut self) -> Option<(Bytes, bool)> {
        tokio::select! {
            biased;
            () = self.live.draining().cancelled() => {
                self.end = "draining";
                None
            }
            ended = self.standing.ended() => {
                self.end = "credential ended";
                let error = match ended {
                    Ended::Gone => public(&Error::Unauthenticated),
                    Ended::RoleChanged => {
                        GraphError::new("FORBIDDEN", "The role has changed. Subscribe again with it.")
                    }
                };
                Some((last(Answer::refused(error)), false))
            }
            told = self.told.next() => self.write(told?),
            _ = self.keep_alive.tick() => Some((Bytes::from_static(KEEP_ALIVE), true)),
        }
    }

    /// Writes what is told, and what else is there at once.
    fn write(&mut self, told: Told) -> Option<(Bytes, bool)> {
        let (mut waiting, mut delivered) = (Some(told), 0);
        let (mut first, mut rest) = (None, BytesMut::new());
        let mut goes_on = true;
        while let Some(told) = waiting.take() {
            let entry = match told {
                Told::Next(delivery) => {
                    delivered += 1;
                    delivery.frames.entry(delivery.cursor)
                }
                // What a server that stops fails in is not its client's: the stream just ends, and another server goes on.
                Told::Failed(_) if self.live.draining().is_cancelled() => {
                    goes_on = false;
                    self.end = "draining";
                    break;
                }
                Told::Failed(errors) => {
                    goes_on = false;
                    self.end = "failed";
                    last(Answer { errors, request_error: true, ..Answer::default() })
                }
            };
            // One alone goes out as it is, shared with all who follow the same.
            if first.is_none() {
                first = Some(entry);
            } else {
                rest.extend_from_slice(&entry);
            }
            if goes_on && rest.len() < BATCH {
                waiting = self.told.next().now_or_never().flatten();
            }
        }
        metrics::delivered(Transport::EventStream, delivered);
        let first = first?;
        if rest.is_empty() {
            return Some((first, goes_on));
        }
        let mut whole = BytesMut::with_capacity(first.len() + rest.len());
        whole.extend_from_slice(&first);
        whole.extend_from_slice(&rest);
        Some((whole.freeze(), goes_on))
    }
}

/// A stream of one answer.
fn single(answer: Answer) -> Response<Body> {
    event_stream(Body::from(last(answer)))
}

/// The last entry of a stream, and its end.
fn last(answer: Answer) -> Bytes {
    let mut entry = b"event: next\ndata: ".to_vec();
    entry.extend_from_slice(&answer.into_json());
    entry.extend_from_slice(b"\n\n");
    entry.extend_from_slice(COMPLETE);
    entry.into()
}

fn event_stream(body: Body) -> Response<Body> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // nginx gathers an answer before it hands it on, unless it is told not to.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

fn no_room() -> HttpError {
    metrics::closed(Transport::EventStream, "no room");
    let message = "This server has no room for another connection. Try again in a moment.";
    HttpError::full(StatusCode::SERVICE_UNAVAILABLE, message, 5)
}
