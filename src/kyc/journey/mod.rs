//! What a customer does: opening their link, consenting, performing their steps. Everything begins in their own journey
//! ([`crate::auth::Walk`]), and no use case of the team's takes a customer.

mod consent;
mod ids;
mod image;
mod open;
mod returned;
mod submit;

use chrono::TimeDelta;
pub use consent::{CONSENT_TEXT_VERSION, Consent, consent};
use entity::{LinkState, Time, link_session};
pub use ids::{journey_id, step_id};
pub use image::{Coming, MAX_IMAGE, coming, image};
pub(super) use open::end_sessions;
pub use open::{Inactive, Open, Opened, open};
pub use returned::returned;
pub use submit::{BankSubmit, DigilockerStarted, PanSubmit, bank, digilocker, pan};

use super::{Change, aggregate::Aggregate};
use crate::{
    error::{Error, Result, UserErrorCode},
    lifecycle::{self, attempt::Attempt},
};

/// How often in an hour a link may be opened by another browser, and DigiLocker be visited. A person does each once or twice; a
/// program that goes on and on writes to the log, and calls the provider.
pub const MOST_IN_AN_HOUR: usize = 10;

/// Says when to come again, if there were as many as there may be. `times` are those of the last hour, in order.
fn few(times: &[Time], now: Time) -> Result<()> {
    let Some(first) = times.len().checked_sub(MOST_IN_AN_HOUR).and_then(|index| times.get(index)) else {
        return Ok(());
    };
    let wait = *first + TimeDelta::hours(1) - now;
    Err(Error::RateLimited(u64::try_from(wait.num_seconds()).unwrap_or(0) + 1))
}

/// Takes the customer's own attempt, if their session goes on and their link is active: they may write.
async fn lock(change: &mut Change<'_>) -> Result<Aggregate> {
    let walk = change.actor.walk()?;
    let row = change.lock_attempt(walk.attempt).await?.ok_or(Error::Unauthenticated)?;
    let aggregate = Aggregate::of(change, row).await?;
    may_write(&aggregate.rules(), change.now)?;
    // A newer browser may have opened the link since this one was recognised.
    let open = link_session::Entity::open_of(walk.scope, walk.attempt).one(change.txn).await?;
    if open.is_none_or(|open| open.id != walk.session) {
        return Err(Error::Unauthenticated);
    }
    Ok(aggregate)
}

/// Whether an attempt's customer may change anything of it at `now`.
fn may_write(attempt: &Attempt, now: Time) -> Result<()> {
    let refused = |code, message| Err(Error::user(code, &[], message));
    if attempt.as_of(now).state.is_terminal() {
        let message = "This verification is over, and nothing can be changed any more.";
        return refused(UserErrorCode::AttemptEnded, message);
    }
    if lifecycle::link::state(attempt, now) != Some(LinkState::Active) {
        let message = "This link is no longer valid. Ask whoever sent it for a new one.";
        return refused(UserErrorCode::LinkInactive, message);
    }
    Ok(())
}
