//! Opening a link: a token becomes a session.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{
    LinkState, Scope, Scoped, attempt,
    id::{AttemptId, CustomerId, LinkId, LinkSessionId},
    link, link_session, merchant,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};

use super::few;
use crate::{
    auth::{Actor, JOURNEY_LASTS, JOURNEY_READS_ON, Walk},
    entropy::{derived_token, token_hash},
    error::{Error, Result, UserErrorCode},
    kyc::{Change, Kyc, aggregate::Aggregate},
    lifecycle,
};

/// Characters of a nonce.
const NONCE: std::ops::RangeInclusive<usize> = 16..=128;
/// The longest text that is looked at as a token, in bytes.
const MAX_TOKEN: usize = 512;

/// What a browser brings to open a link. Without `Debug`: it is all that a journey is opened with.
#[derive(Clone)]
pub struct Open {
    pub token: String,
    /// What the browser has made up and keeps: the same again gives the same session, when the answer was lost.
    pub nonce: String,
}

/// What comes of a real token.
pub enum Opened {
    /// The session's token, which goes into the cookie and is nowhere else.
    Session(String),
    /// The link opens nothing any more.
    Inactive(Inactive, Box<merchant::Model>),
}

/// Why a link opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inactive {
    /// It passed its validity.
    Expired,
    /// The team killed it.
    Revoked,
    /// The attempt is over.
    Ended,
    /// The team has sent another one.
    Replaced,
}

/// What one change found.
enum Found {
    Session(LinkSessionId),
    Inactive(Inactive),
}

/// Opens a link, which begins the attempt, and ends the session of the browser that had it open before. The same browser
/// asking again gets its session again, and nothing happens.
///
/// # Errors
/// [`Error::Unauthenticated`] for any text that is no token, whatever it looks like; INVALID for a nonce without the form of
/// one, which is looked at first; RATE_LIMITED for the eleventh browser within an hour, and the one that has it open keeps it.
pub async fn open(kyc: &Kyc, ask: &Open) -> Result<Opened> {
    check_nonce(&ask.nonce)?;
    if ask.token.len() > MAX_TOKEN {
        return Err(Error::Unauthenticated);
    }
    // By its hash: how long a look-up takes says nothing of the token.
    let found = link::Entity::by_token_hash(&token_hash(&ask.token)).one(kyc.db.reader()).await?;
    let link = found.ok_or(Error::Unauthenticated)?;
    let scope = Scope::of(link.merchant_id);
    let customer = customer_of(kyc, scope, link.attempt_id).await?;
    let session = kyc.entropy.id(kyc.clock.now());
    let actor = Actor::customer(customer, Walk { scope, attempt: link.attempt_id, session });
    let asked = Arc::new((ask.clone(), (link.id, link.attempt_id)));
    let found = kyc
        .change(&actor, scope, move |change| {
            let asked = Arc::clone(&asked);
            Box::pin(async move { enter(change, &asked.0, asked.1, session).await })
        })
        .await?;
    match found {
        Found::Session(id) => Ok(Opened::Session(session_token(ask, id))),
        Found::Inactive(why) => {
            let merchant = merchant::Entity::of(scope).one(kyc.db.reader()).await?;
            let merchant = merchant.ok_or_else(|| Error::internal("a link of no merchant"))?;
            Ok(Opened::Inactive(why, Box::new(merchant)))
        }
    }
}

async fn enter(
    change: &mut Change<'_>,
    ask: &Open,
    (link, attempt): (LinkId, AttemptId),
    session: LinkSessionId,
) -> Result<Found> {
    let row = change.lock_attempt(attempt).await?;
    let row = row.ok_or_else(|| Error::internal("a link of no attempt"))?;
    let mut aggregate = Aggregate::of(change, row).await?;
    // Below the lock, which whoever replaces a token takes, too.
    let Some(link) = find(change, link).await? else { return Err(Error::Unauthenticated) };
    if link.replaced_at.is_some() {
        return Ok(Found::Inactive(Inactive::Replaced));
    }
    let nonce_hash = token_hash(&ask.nonce);
    let rules = aggregate.rules();
    let state = lifecycle::link::state(&rules, change.now);
    let open = link_session::Entity::open_of(change.scope, link.attempt_id).one(change.txn).await?;
    let again = open.as_ref().filter(|open| open.link_id == link.id && open.nonce_hash == nonce_hash);
    if let Some(again) = again.filter(|again| reads_on(again, &aggregate.row, change)) {
        return Ok(Found::Session(again.id));
    }
    match state {
        Some(LinkState::Active) => {}
        Some(LinkState::Expired) => return Ok(Found::Inactive(Inactive::Expired)),
        Some(LinkState::Revoked) => return Ok(Found::Inactive(Inactive::Revoked)),
        Some(LinkState::Ended) => return Ok(Found::Inactive(Inactive::Ended)),
        None => return Err(Error::internal("an attempt with a token has no link")),
    }
    let since = change.now - TimeDelta::hours(1);
    let lately = link_session::Entity::of_link_since(change.scope, link.id, since).all(change.txn).await?;
    let times: Vec<_> = lately.iter().map(|session| session.created_at).collect();
    few(&times, change.now)?;
    if open.is_some() {
        end_sessions(change, link.attempt_id).await?;
    }
    let row = link_session::Model {
        id: session,
        merchant_id: change.scope.merchant_id(),
        attempt_id: link.attempt_id,
        link_id: link.id,
        token_hash: token_hash(&session_token(ask, session)),
        nonce_hash,
        created_at: change.now,
        last_seen_at: change.now,
        ended_at: None,
    };
    link_session::Entity::insert(row.into_active_model()).exec_without_returning(change.txn).await?;
    aggregate.settle(change, rules.open_link(change.now)?, Vec::new());
    Ok(Found::Session(session))
}

/// Ends the session of an attempt, whose lock the change has. Sockets that hold it end after the commit.
pub(in crate::kyc) async fn end_sessions(change: &mut Change<'_>, attempt: AttemptId) -> Result<()> {
    // One at most: the table holds that.
    let Some(open) = link_session::Entity::open_of(change.scope, attempt).one(change.txn).await? else {
        return Ok(());
    };
    link_session::Entity::end_all_of(change.scope, attempt, change.now).exec(change.txn).await?;
    let hash = open.token_hash.try_into().map_err(|_| Error::internal("a stored hash is no SHA-256"))?;
    change.ends_session(hash);
    Ok(())
}

/// Whether a session that has not ended may still read.
fn reads_on(session: &link_session::Model, attempt: &attempt::Model, change: &Change<'_>) -> bool {
    let read_until = attempt.ended_at.map(|ended| ended + JOURNEY_READS_ON);
    session.created_at + JOURNEY_LASTS > change.now && read_until.is_none_or(|until| until > change.now)
}

async fn find(change: &Change<'_>, id: LinkId) -> Result<Option<link::Model>> {
    Ok(link::Entity::scoped(change.scope).filter(link::Column::Id.eq(id)).one(change.txn).await?)
}

async fn customer_of(kyc: &Kyc, scope: Scope, attempt: AttemptId) -> Result<CustomerId> {
    let found = attempt::Entity::scoped(scope)
        .filter(attempt::Column::Id.eq(attempt))
        .select_only()
        .column(attempt::Column::CustomerId)
        .into_tuple()
        .one(kyc.db.reader())
        .await?;
    found.ok_or_else(|| Error::internal("a link of no attempt"))
}

/// Made of what only this browser has, so that it can be made again when the answer was lost, and is stored nowhere.
fn session_token(ask: &Open, id: LinkSessionId) -> String {
    derived_token("kyc-stack link session", &[id.0.as_bytes(), ask.token.as_bytes(), ask.nonce.as_bytes()])
}

fn check_nonce(nonce: &str) -> Result<()> {
    let fits = NONCE.contains(&nonce.len())
        && nonce.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if fits {
        return Ok(());
    }
    Err(Error::user(
        UserErrorCode::Invalid,
        &["nonce"],
        "A nonce is 16 to 128 of A-Z, a-z, 0-9, - and _, made up at random by the browser.",
    ))
}
