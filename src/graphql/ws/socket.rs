//! One WebSocket: what comes in, what goes out, and when it ends. All of it in one task.

use std::{collections::HashMap, sync::Arc, time::Duration};

use futures_util::{
    FutureExt, SinkExt, StreamExt,
    stream::{AbortHandle, Abortable, BoxStream, SelectAll},
};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use tokio::{
    io::AsyncReadExt,
    time::{Instant, Interval, MissedTickBehavior, interval_at, timeout},
};
use tokio_tungstenite::{
    WebSocketStream,
    tungstenite::{
        self, Message, Utf8Bytes,
        protocol::{CloseFrame, frame::coding::CloseCode},
    },
};

use super::{
    budget::Budget,
    operation,
    protocol::{self, ACKNOWLEDGED, Close, PONG, Said, Subscribe},
};
use crate::{
    auth::{Actor, Credential, Ended, Standing},
    error::{Error, Result},
    graphql::{
        answer::GraphError,
        live::{
            Door, Full, Live, Open, Place, Told,
            metrics::{self, Transport},
        },
    },
};

/// Events that leave in one write, if they are there at once.
const BATCH: u64 = 64;
/// Pings in a row that a client may leave without an answer.
const UNANSWERED: u8 = 2;

/// Why a socket ends.
enum End {
    /// We close it, with a code.
    Close(Close),
    /// The client has closed it or is gone; the word is for metrics.
    Gone(&'static str),
}

type Flow<T = ()> = std::result::Result<T, End>;
type Operations = SelectAll<BoxStream<'static, (Arc<str>, Told)>>;

pub(super) struct Socket {
    live: Live,
    stream: WebSocketStream<TokioIo<Upgraded>>,
    open: Option<Open>,
    operations: Operations,
    /// The operations that run, by the ids as JSON strings.
    running: HashMap<Arc<str>, AbortHandle>,
    budget: Budget,
    ping: Interval,
    unanswered: u8,
}

impl Socket {
    pub(super) fn new(live: Live, stream: WebSocketStream<TokioIo<Upgraded>>, open: Open) -> Self {
        let limits = live.limits();
        let budget = Budget::new(limits.message_burst, limits.messages_per_second, Instant::now());
        let mut ping = interval_at(Instant::now() + limits.ping, limits.ping);
        ping.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let (operations, running) = (SelectAll::new(), HashMap::new());
        Self { live, stream, open: Some(open), operations, running, budget, ping, unanswered: 0 }
    }

    /// Serves the socket to its end. `spoken` is whether the client asked for our subprotocol, `brought` what its request
    /// would be recognised by.
    pub(super) async fn run(mut self, spoken: bool, brought: Result<Option<Credential>>, door: Door) {
        // What happens once in a socket's life is in boxes: thousands of sockets wait in `serve`.
        let Err(end) = self.serve(spoken, brought, door).await;
        // The subscriptions end here, whatever the client does with the rest of its life.
        self.operations.clear();
        let metric = match end {
            End::Gone(metric) => metric,
            End::Close(close) => {
                Box::pin(self.close(close)).await;
                close.metric
            }
        };
        metrics::closed(Transport::WebSocket, metric);
    }

    async fn serve(
        &mut self,
        spoken: bool,
        brought: Result<Option<Credential>>,
        door: Door,
    ) -> Flow<std::convert::Infallible> {
        if !spoken {
            return Err(End::Close(Close::NO_SUBPROTOCOL));
        }
        let draining = self.live.draining().clone();
        let limit = self.live.limits().init;
        let given = tokio::select! {
            given = timeout(limit, Box::pin(self.initialisation())) => given.map_err(|_| End::Close(Close::INIT_TIMEOUT))??,
            () = draining.cancelled() => return Err(End::Close(Close::DRAINING)),
        };
        let credential = match given {
            Some(text) if door == Door::Team => Credential::authorization(&text).map(Some),
            // A customer has a cookie and nothing else.
            Some(_) => Err(Error::Unauthenticated),
            None => brought,
        };
        let (mut standing, _place) = tokio::select! {
            admitted = Box::pin(self.admit(credential)) => admitted?,
            () = draining.cancelled() => return Err(End::Close(Close::DRAINING)),
        };
        let actor = Arc::new(standing.actor.clone());
        self.say(ACKNOWLEDGED.into()).await?;
        self.flush().await?;
        loop {
            tokio::select! {
                biased;
                () = draining.cancelled() => return Err(End::Close(Close::DRAINING)),
                ended = standing.ended() => {
                    return Err(End::Close(match ended {
                        Ended::Gone => Close::GONE,
                        Ended::RoleChanged => Close::ROLE_CHANGED,
                    }));
                }
                message = self.stream.next() => {
                    if let Some(said) = self.understand(message)? {
                        Box::pin(self.answer(said, &actor)).await?;
                    }
                }
                Some((id, told)) = self.operations.next(), if !self.operations.is_empty() => {
                    Box::pin(self.tell(id, told)).await?;
                }
                _ = self.ping.tick() => Box::pin(self.check_alive()).await?,
            }
        }
    }

    /// Waits for `connection_init`.
    async fn initialisation(&mut self) -> Flow<Option<String>> {
        loop {
            let message = self.stream.next().await;
            match self.understand(message)? {
                Some(Said::Init(authorization)) => return Ok(authorization),
                Some(Said::Ping) => {
                    self.say(PONG.into()).await?;
                    self.flush().await?;
                }
                Some(Said::Subscribe(_) | Said::Complete(_)) => return Err(End::Close(Close::NO_ACK)),
                Some(Said::Pong) | None => {}
            }
        }
    }

    async fn admit(&mut self, credential: Result<Option<Credential>>) -> Flow<(Standing, Option<Place>)> {
        let credential = match credential {
            Ok(Some(credential)) => credential,
            Ok(None) | Err(_) => return Err(End::Close(Close::REFUSED)),
        };
        let standing = self.live.parts().auth.watch(&credential).await.map_err(|error| {
            End::Close(match error {
                Error::Internal(_) => {
                    tracing::warn!(%error, "a credential could not be looked up");
                    Close::TRY_LATER
                }
                _ => Close::REFUSED,
            })
        })?;
        let limits = self.live.limits();
        let place = self.open.take().map(|open| open.of(&standing.actor, limits)).transpose();
        let place = place.map_err(|full| {
            End::Close(match full {
                Full::Merchant => Close::TOO_MANY_OF_MERCHANT,
                Full::Actor | Full::Server => Close::TOO_MANY_SOCKETS,
            })
        })?;
        Ok((standing, place))
    }

    /// What a frame says; none when it says nothing to us.
    fn understand(
        &mut self,
        message: Option<std::result::Result<Message, tungstenite::Error>>,
    ) -> Flow<Option<Said>> {
        let message = message.ok_or(End::Gone("client"))?.map_err(|error| fault(&error))?;
        self.unanswered = 0;
        // Pings cost us an answer, and everything costs a look.
        if !self.budget.take(Instant::now()) {
            return Err(End::Close(Close::TOO_MANY_MESSAGES));
        }
        match message {
            Message::Text(text) => protocol::read(&text).map(Some).map_err(End::Close),
            Message::Binary(_) => Err(End::Close(Close::NOT_TEXT)),
            // The library answers pings, and a close, when it reads or writes next.
            Message::Ping(_) | Message::Pong(_) | Message::Close(_) | Message::Frame(_) => Ok(None),
        }
    }

    async fn answer(&mut self, said: Said, actor: &Arc<Actor>) -> Flow {
        match said {
            Said::Init(_) => Err(End::Close(Close::TWO_INITS)),
            Said::Ping => {
                self.say(PONG.into()).await?;
                self.flush().await
            }
            Said::Pong => Ok(()),
            Said::Subscribe(asked) => self.subscribe(*asked, actor).await,
            Said::Complete(id) => {
                // One that has ended meanwhile is no fault: the messages crossed.
                if let Some(operation) = self.running.remove(as_json(&id).as_str()) {
                    operation.abort();
                }
                Ok(())
            }
        }
    }

    async fn subscribe(&mut self, Subscribe { id, call }: Subscribe, actor: &Arc<Actor>) -> Flow {
        let id: Arc<str> = as_json(&id).into();
        if self.running.contains_key(&id) {
            return Err(End::Close(Close::DUPLICATE_ID));
        }
        if self.running.len() >= self.live.limits().operations {
            let message = "Too many subscriptions on one socket. Complete one, or ask for a wider one: by customer, or all.";
            self.fail(&id, &[GraphError::new("RATE_LIMITED", message)]).await?;
            return self.flush().await;
        }
        let (handle, registration) = AbortHandle::new_pair();
        let operation = operation::run(self.live.clone(), Arc::clone(actor), call);
        let named = Arc::clone(&id);
        let operation = operation.map(move |told| (Arc::clone(&named), told));
        self.operations.push(Abortable::new(operation, registration).boxed());
        self.running.insert(id, handle);
        Ok(())
    }

    /// Says what there is to say about operations: this, and what else is there at once.
    async fn tell(&mut self, id: Arc<str>, told: Told) -> Flow {
        let (mut waiting, mut delivered) = (Some((id, told)), 0);
        while let Some((id, told)) = waiting.take() {
            match told {
                Told::Next(delivery) => {
                    self.say(delivery.frames.message(&id)).await?;
                    delivered += 1;
                }
                // Whatever has failed: the client is to come back, and go on elsewhere.
                Told::Failed(_) if self.live.draining().is_cancelled() => {
                    return Err(End::Close(Close::DRAINING));
                }
                Told::Failed(errors) => {
                    self.running.remove(&id);
                    self.fail(&id, &errors).await?;
                }
            }
            if delivered < BATCH && !self.operations.is_empty() {
                waiting = self.operations.next().now_or_never().flatten();
            }
        }
        metrics::delivered(Transport::WebSocket, delivered);
        self.flush().await
    }

    async fn fail(&mut self, id: &str, errors: &[GraphError]) -> Flow {
        let payload = serde_json::to_string(errors).unwrap_or_else(|_| "[]".to_owned());
        self.say(format!(r#"{{"id":{id},"type":"error","payload":{payload}}}"#).into()).await
    }

    async fn check_alive(&mut self) -> Flow {
        if self.unanswered >= UNANSWERED {
            return Err(End::Gone("silent"));
        }
        self.unanswered += 1;
        self.send(|stream| stream.send(Message::Ping(Vec::new().into()))).await
    }

    async fn say(&mut self, text: Utf8Bytes) -> Flow {
        self.send(|stream| stream.feed(Message::Text(text))).await
    }

    async fn flush(&mut self) -> Flow {
        self.send(SinkExt::flush).await
    }

    /// Writes, as long as the client reads.
    async fn send<'s, W, F>(&'s mut self, write: W) -> Flow
    where
        W: FnOnce(&'s mut WebSocketStream<TokioIo<Upgraded>>) -> F,
        F: Future<Output = std::result::Result<(), tungstenite::Error>>,
    {
        let limit = self.live.limits().write;
        match timeout(limit, write(&mut self.stream)).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(End::Gone("client")),
            Err(_) => Err(End::Gone("stalled")),
        }
    }

    /// Closes, and reads on for a moment what the client has sent already: a connection that ends with unread bytes is reset,
    /// and the client would never see why.
    async fn close(&mut self, close: Close) {
        let linger = self.live.limits().linger;
        let frame = CloseFrame { code: CloseCode::from(close.code), reason: close.words.into() };
        let closed = async {
            if self.stream.close(Some(frame)).await.is_err() {
                return;
            }
            loop {
                match self.stream.next().await {
                    Some(Ok(_)) => {}
                    // The client has seen it, and waits for our end of the connection.
                    None => return,
                    // The rest is no frame that we would read.
                    Some(Err(_)) => break,
                }
            }
            let mut unread = [0; 1024];
            while matches!(self.stream.get_mut().read(&mut unread).await, Ok(1..)) {}
        };
        // Whoever reads nothing is left.
        let _ = timeout(linger.max(Duration::from_millis(1)), closed).await;
    }
}

fn fault(error: &tungstenite::Error) -> End {
    End::Close(match error {
        tungstenite::Error::Capacity(_) => Close::TOO_BIG,
        tungstenite::Error::Utf8(_) => Close::NOT_UTF8,
        tungstenite::Error::Protocol(tungstenite::error::ProtocolError::ResetWithoutClosingHandshake) => {
            return End::Gone("client");
        }
        tungstenite::Error::Protocol(_) | tungstenite::Error::AttackAttempt => Close::BROKEN,
        _ => return End::Gone("client"),
    })
}

fn as_json(id: &str) -> String {
    // A text always has a JSON form.
    serde_json::to_string(id).unwrap_or_default()
}
