//! One-time links with which a member sets a password.

use chrono::TimeDelta;
use entity::{EventType, Scope, Time, member, session};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, QuerySelect};
use serde_json::json;

use super::{Change, Kyc};
use crate::{
    auth::{Actor, Passwords, password},
    entropy::token_hash,
    error::{Error, Result, UserErrorCode},
    events::Draft,
};

/// How long a one-time link lasts.
pub const LINK_LASTS: TimeDelta = TimeDelta::hours(72);

/// A new one-time link.
pub(super) struct OneTimeLink {
    pub(super) token: String,
    pub(super) hash: Vec<u8>,
    pub(super) expires_at: Time,
}

impl OneTimeLink {
    pub(super) fn new(change: &Change<'_>) -> Self {
        let token = change.entropy.token();
        Self { hash: token_hash(&token), token, expires_at: change.now + LINK_LASTS }
    }
}

/// Where a person goes with it. The token is in the fragment: it never reaches a log, a proxy or a Referer.
pub(super) fn url_of(public_url: &str, token: &str) -> String {
    format!("{public_url}/password#{token}")
}

/// A one-time link that somebody holds. Without `Debug`: whoever it is of is named in it.
pub struct Held {
    hash: Vec<u8>,
    holder: member::Model,
}

/// Looks a one-time link up, so that only its holder has the costly hash of a password made. None when it is unknown, used, replaced
/// or expired, or the member disabled, and nobody learns which.
///
/// # Errors
/// When the database fails.
pub async fn link(kyc: &Kyc, token: &str) -> Result<Option<Held>> {
    // By its hash: how long a look-up takes says nothing of the token.
    let hash = token_hash(token);
    let holder = member::Entity::by_password_token(&hash).one(kyc.db.reader()).await?;
    let holder = holder.filter(|member| is_open(member, kyc.clock.now()));
    Ok(holder.map(|holder| Held { hash, holder }))
}

/// Sets the password of whoever holds the link. It works once, and all sessions of the member end.
///
/// # Errors
/// As [`not_a_link`] when somebody was faster; what is wrong with `password`; [`Error::RateLimited`] when too many passwords are
/// being set.
pub async fn set(kyc: &Kyc, passwords: &Passwords, link: Held, password: &str) -> Result<()> {
    let Held { hash, holder } = link;
    password::check(password, &holder.email).map_err(|refusal| Error::User(vec![refusal]))?;
    let password_hash = passwords.hash(password).await?.into_text();
    let actor = Actor::member(holder.id, holder.name, holder.role, holder.merchant_id);
    kyc.change(&actor, Scope::of(holder.merchant_id), move |change| {
        let (hash, password_hash) = (hash.clone(), password_hash.clone());
        Box::pin(async move {
            let member = member::Entity::by_password_token(&hash).lock_exclusive().one(change.txn).await?;
            let member = member.filter(|member| is_open(member, change.now)).ok_or_else(not_a_link)?;
            let id = member.id;
            let mut row: member::ActiveModel = member.into();
            row.password_hash = Set(Some(password_hash));
            row.password_token_hash = Set(None);
            row.password_token_expires_at = Set(None);
            row.update(change.txn).await?;
            session::Entity::end_all_of(id).exec(change.txn).await?;
            let mut updated = Draft::new(EventType::MemberUpdated).subject(id.0);
            updated.data.details = Some(json!({ "changed": ["password"] }));
            change.event(updated);
            change.changes_rights();
            Ok(())
        })
    })
    .await
}

fn is_open(member: &member::Model, now: Time) -> bool {
    member.disabled_at.is_none() && member.password_token_expires_at.is_some_and(|end| end > now)
}

/// INVALID for `token`: one answer for all that [`link`] does not find.
pub fn not_a_link() -> Error {
    Error::user(
        UserErrorCode::Invalid,
        &["token"],
        "This link was used before, has expired, or is not complete. Ask an administrator for a new one.",
    )
}
