//! A customer's own journey, as it is and whenever it changes: told to them alone.

use bytes::Bytes;

use super::group::Frames;
use crate::{
    auth::Actor,
    error::{Error, Result},
    events::feed::{Follower, patiently},
    graphql::{
        exec::{Context, plan::Plan},
        execute,
        subscription::Subscription,
    },
    kyc::Kyc,
};

/// A journey that is followed.
pub(super) struct Watching {
    actor: Actor,
    plan: Plan,
    follower: Follower,
    /// What was told last. An event that changes nothing for the customer is not told: that it happened may be the secret.
    last: Option<Bytes>,
}

impl Watching {
    /// `follower` follows the attempt's events from before now on.
    pub(super) fn new(actor: Actor, plan: Plan, follower: Follower) -> Self {
        Self { actor, plan, follower, last: None }
    }

    /// The journey: at once, and then when it has changed.
    ///
    /// # Errors
    /// As [`Follower::next`]; INTERNAL when it cannot be read for two minutes.
    pub(super) async fn next(&mut self, kyc: &Kyc) -> Result<Frames> {
        loop {
            if self.last.is_some() {
                self.follower.next().await?;
            }
            let payload = patiently(|| Box::pin(render(kyc, &self.actor, &self.plan))).await?;
            if self.last.as_ref() != Some(&payload) {
                self.last = Some(payload.clone());
                return Ok(Frames::of(payload));
            }
        }
    }
}

async fn render(kyc: &Kyc, actor: &Actor, plan: &Plan) -> Result<Bytes> {
    let cx = Context { kyc, actor, now: kyc.clock.now(), idempotency_key: None, moment: None };
    let answer = execute::answer(&cx, Subscription::Now, plan).await;
    if answer.errors.iter().any(|error| error.code == "INTERNAL") {
        // It has been logged with what caused it.
        return Err(Error::internal("a journey could not be told"));
    }
    Ok(answer.into_json().into())
}
