//! What a customer does: opening their link, consenting, performing their steps. Everything begins in their own journey
//! ([`crate::auth::Walk`]), and no use case of the team's takes a customer.

mod consent;
mod ids;
mod image;
mod open;
mod returned;
mod submit;

pub use consent::{CONSENT_TEXT_VERSION, Consent, consent};
use entity::{LinkState, link_session};
pub use ids::{journey_id, step_id};
pub use image::{MAX_IMAGE, image};
pub(super) use open::end_sessions;
pub use open::{Inactive, Open, Opened, open};
pub use returned::returned;
pub use submit::{BankSubmit, DigilockerStarted, PanSubmit, bank, digilocker, pan};

use super::{Change, aggregate::Aggregate};
use crate::{
    error::{Error, Result, UserErrorCode},
    lifecycle,
};

/// Takes the customer's own attempt, if their session goes on and their link is active: they may write.
async fn lock(change: &mut Change<'_>) -> Result<Aggregate> {
    let walk = change.actor.walk()?;
    let row = change.lock_attempt(walk.attempt).await?.ok_or(Error::Unauthenticated)?;
    let aggregate = Aggregate::of(change, row).await?;
    let refused = |code, message| Err(Error::user(code, &[], message));
    if aggregate.row.state.is_terminal() {
        let message = "This verification is over, and nothing can be changed any more.";
        return refused(UserErrorCode::AttemptEnded, message);
    }
    if lifecycle::link::state(&aggregate.rules(), change.now) != Some(LinkState::Active) {
        let message = "This link is no longer valid. Ask whoever sent it for a new one.";
        return refused(UserErrorCode::LinkInactive, message);
    }
    // A newer browser may have opened the link since this one was recognised.
    let open = link_session::Entity::open_of(walk.scope, walk.attempt).one(change.txn).await?;
    if open.is_none_or(|open| open.id != walk.session) {
        return Err(Error::Unauthenticated);
    }
    Ok(aggregate)
}
