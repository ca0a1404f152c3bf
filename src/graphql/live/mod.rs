//! What every open subscription shares, whichever way it travels: [`ws`](super::ws) or [`sse`](super::sse).

mod door;
mod group;
mod journey;
mod ledger;
mod limits;
pub mod metrics;
mod running;
mod told;

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

pub use self::{
    door::Door,
    group::Frames,
    ledger::{Full, Open, Place},
    limits::Limits,
    running::{Delivery, Running},
    told::{Told, told},
};
use self::{group::Groups, journey::Watching, ledger::Ledger};
use super::{
    Api, Operation,
    answer::GraphError,
    error::public,
    guard::Guard,
    http::{Call, HttpError, admit},
    subscription,
};
use crate::{
    auth::{Actor, Auth},
    error::Error,
    events::{
        Feed,
        feed::{Filter, patiently},
    },
    kyc::Kyc,
};

/// The live side of the API. Clones are one.
#[derive(Clone)]
pub struct Live(Arc<Shared>);

/// What [`Live`] is made of.
pub struct Parts {
    pub api: Api,
    pub kyc: Kyc,
    pub auth: Auth,
    pub feed: Feed,
    pub guard: Arc<Guard>,
    pub introspection: bool,
    /// The origins whose pages may open a WebSocket, as a browser prints them.
    pub origins: Vec<String>,
    pub limits: Limits,
}

struct Shared {
    parts: Parts,
    groups: Groups,
    ledger: Ledger,
    /// Turns at beginning a subscription.
    turns: Semaphore,
    drain: CancellationToken,
}

/// Subscriptions that begin at a time. Thousands begin at once when a replica has gone, and what each takes for a moment, a
/// parsed document and some statements, would stay in the heap's gaps for good (measured: 20 KB a subscriber, not 7).
const TURNS: usize = 8;

impl Live {
    /// A live side on which nobody is yet.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(Shared {
            parts,
            groups: Groups::default(),
            ledger: Ledger::default(),
            turns: Semaphore::new(TURNS),
            drain: CancellationToken::new(),
        }))
    }

    /// Tells every connection to come back to another server.
    pub fn drain(&self) {
        self.0.drain.cancel();
    }

    /// Cancelled once connections have to end.
    pub fn draining(&self) -> &CancellationToken {
        &self.0.drain
    }

    /// The parts.
    pub fn parts(&self) -> &Parts {
        &self.0.parts
    }

    /// The limits.
    pub fn limits(&self) -> &Limits {
        &self.0.parts.limits
    }

    /// Counts a connection in.
    ///
    /// # Errors
    /// [`Full::Server`] when this process has as many as it takes, or as many WebSockets of nobody yet.
    pub fn open(&self, transport: metrics::Transport) -> Result<Open, Full> {
        self.0.ledger.open(self.limits(), transport)
    }

    /// Whether a page of the request's origin may open a WebSocket. Browsers let any page open one anywhere, with the cookie;
    /// other programs send no origin, and no cookie that is not theirs.
    pub fn origin_may(&self, headers: &HeaderMap) -> bool {
        let mut origins = headers.get_all(header::ORIGIN).iter();
        let Some(origin) = origins.next() else { return true };
        origins.next().is_none() && self.parts().origins.iter().any(|known| origin == known.as_str())
    }

    /// Begins a subscription. `last_event` is the position that a reconnecting event stream names; it beats `after`.
    ///
    /// # Errors
    /// What keeps it from running, as GraphQL shows it.
    pub async fn subscribe(
        &self,
        actor: &Actor,
        call: Call,
        last_event: Option<&str>,
        transport: metrics::Transport,
    ) -> Result<Running, Vec<GraphError>> {
        // It is never closed.
        let _turn = self.0.turns.acquire().await;
        Box::pin(self.begin(actor, call, last_event, transport)).await
    }

    async fn begin(
        &self,
        actor: &Actor,
        call: Call,
        last_event: Option<&str>,
        transport: metrics::Transport,
    ) -> Result<Running, Vec<GraphError>> {
        let Parts { api, kyc, feed, guard, introspection, .. } = self.parts();
        let (document, _) = admit(guard, *introspection, &call).map_err(|error| match error {
            HttpError::Http { error, .. } | HttpError::Request(error) => vec![*error],
        })?;
        let operation = Operation {
            document: &document,
            name: call.operation_name.as_deref(),
            variables: call.variables,
            idempotency_key: None,
        };
        let (plan, digest) = api.plan_subscription(actor, operation).await?;
        if let Ok(walk) = actor.walk() {
            let begun = async {
                // From before the journey is read: nothing that changes meanwhile is missed.
                let filter = Filter { attempt: Some(walk.attempt), ..Filter::default() };
                let follower = feed.follow(walk.scope, filter, None).await?;
                let watching = Watching::new(actor.clone(), plan, follower);
                Ok::<_, Error>(Running::journey(kyc.clone(), watching, transport))
            };
            return begun.await.map_err(|error| vec![public(&error)]);
        }
        let begun = async {
            let no_events = Error::NotForThisActor("the platform key sees no merchant's events");
            let scope = actor.scope().ok_or(no_events)?;
            let field =
                plan.fields.first().ok_or_else(|| Error::internal("a subscription without a field"))?;
            let followed = patiently(|| Box::pin(subscription::followed(kyc, scope, field))).await?;
            let after = last_event.or(followed.after.as_deref());
            let follower = feed.follow(scope, followed.filter, after).await?;
            let group = self.0.groups.join(actor, plan, digest)?;
            Ok::<_, Error>(Running::new(kyc.clone(), follower, group, transport))
        };
        begun.await.map_err(|error| vec![public(&error)])
    }
}
