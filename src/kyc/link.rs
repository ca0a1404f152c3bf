//! The link of an attempt: sending it again, moving its end, revoking it.

use entity::{Role, Scoped, id::AttemptId, link, merchant};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;

use super::{
    AttemptChanged, Change, Key, Kyc, LinkIssued, Outcome, aggregate::Aggregate, attempt::default_validity,
    check, journey::end_sessions, refusal::not_found, rows,
};
use crate::{
    auth::Actor,
    entropy::token_hash,
    error::{Error, Result},
    events::image::LinkImage,
    lifecycle::link::Validity,
};

/// The input of `kycLinkResend`.
#[derive(Clone, Debug, Serialize)]
pub struct LinkResend {
    pub attempt_id: AttemptId,
}

/// The input of `kycLinkExtend`.
#[derive(Clone, Debug, Serialize)]
pub struct LinkExtend {
    pub attempt_id: AttemptId,
    /// From now, 1 to 8760; it may end sooner than it would have.
    pub validity_hours: i32,
}

/// The input of `kycLinkRevoke`.
#[derive(Clone, Debug, Serialize)]
pub struct LinkRevoke {
    pub attempt_id: AttemptId,
}

/// Issues a new URL; those before, and their sessions, die. An attempt without a link gets its first. An end that has
/// passed is renewed by the merchant's validity. AGENT up.
///
/// # Errors
/// NOT_FOUND; ATTEMPT_ENDED.
pub async fn resend(
    kyc: &Kyc,
    actor: &Actor,
    input: LinkResend,
    key: Option<String>,
) -> Result<Outcome<LinkIssued>> {
    let scope = actor.require(Role::Agent)?;
    let key = key.map(|key| Key::new("kycLinkResend", key, &input)).transpose()?;
    let public_url = std::sync::Arc::clone(&kyc.public_url);
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let (LinkResend { attempt_id }, public_url) = (input.clone(), std::sync::Arc::clone(&public_url));
        Box::pin(async move {
            let mut aggregate = lock(change, attempt_id).await?;
            let merchant = merchant::Entity::of(change.scope).one(change.txn).await?;
            let merchant = merchant.ok_or_else(|| Error::internal("an actor without a merchant"))?;
            let settled = aggregate.rules().issue_link(default_validity(&merchant)?, change.now)?;
            let mut links = replace(change, attempt_id).await?;
            end_sessions(change, attempt_id).await?;
            let (issued, token) = issue(change, attempt_id).await?;
            links.push(issued);
            aggregate.settle(change, settled, links);
            Ok(LinkIssued { attempt: aggregate.row, url: Some(url(&public_url, &token)) })
        })
    })
    .await
}

/// Moves the end of the link's validity. AGENT up.
///
/// # Errors
/// NOT_FOUND; ATTEMPT_ENDED; LINK_INACTIVE without a link or after its revocation; INVALID hours.
pub async fn extend(
    kyc: &Kyc,
    actor: &Actor,
    input: LinkExtend,
    key: Option<String>,
) -> Result<Outcome<AttemptChanged>> {
    let scope = actor.require(Role::Agent)?;
    let key = key.map(|key| Key::new("kycLinkExtend", key, &input)).transpose()?;
    let LinkExtend { attempt_id, validity_hours } = input;
    let validity = Validity::hours(validity_hours)?;
    kyc.change_once_per_key(actor, scope, key, move |change| {
        Box::pin(async move {
            let mut aggregate = lock(change, attempt_id).await?;
            let settled = aggregate.rules().extend_link(validity, change.now)?;
            aggregate.settle(change, settled, Vec::new());
            Ok(AttemptChanged { attempt: aggregate.row })
        })
    })
    .await
}

/// Kills the link, and with it an attempt that waits on the customer alone. Revoking what is revoked is a success that
/// changes nothing. AGENT up.
///
/// # Errors
/// NOT_FOUND; ATTEMPT_ENDED; LINK_INACTIVE without a link.
pub async fn revoke(
    kyc: &Kyc,
    actor: &Actor,
    input: LinkRevoke,
    key: Option<String>,
) -> Result<Outcome<AttemptChanged>> {
    let scope = actor.require(Role::Agent)?;
    let key = key.map(|key| Key::new("kycLinkRevoke", key, &input)).transpose()?;
    let LinkRevoke { attempt_id } = input;
    kyc.change_once_per_key(actor, scope, key, move |change| {
        Box::pin(async move {
            let mut aggregate = lock(change, attempt_id).await?;
            let settled = aggregate.rules().revoke_link(change.now)?;
            if !settled.changes.is_empty() {
                end_sessions(change, attempt_id).await?;
                if settled.attempt.state.is_terminal() {
                    check::cut_off(change, &aggregate).await?;
                }
                aggregate.settle(change, settled, Vec::new());
            }
            Ok(AttemptChanged { attempt: aggregate.row })
        })
    })
    .await
}

/// The URL of a token. It is in the fragment, which no server, proxy or Referer ever sees.
pub(super) fn url(public_url: &str, token: &str) -> String {
    format!("{public_url}/k#{token}")
}

/// Stores a new token's hash; the token itself is only in what this answers.
pub(super) async fn issue(change: &Change<'_>, attempt: AttemptId) -> Result<(LinkImage, String)> {
    let token = change.entropy.token();
    let row = link::Model {
        id: change.entropy.id(change.now),
        merchant_id: change.scope.merchant_id(),
        attempt_id: attempt,
        token_hash: token_hash(&token),
        issued_at: change.now,
        replaced_at: None,
    };
    let image = LinkImage::from(&row);
    link::Entity::insert(row.into_active_model()).exec_without_returning(change.txn).await?;
    Ok((image, token))
}

/// Ends the tokens issued so far.
async fn replace(change: &Change<'_>, attempt: AttemptId) -> Result<Vec<LinkImage>> {
    let working = link::Entity::scoped(change.scope)
        .filter(link::Column::AttemptId.eq(attempt))
        .filter(link::Column::ReplacedAt.is_null())
        .all(change.txn)
        .await?;
    let mut replaced = Vec::new();
    for before in working {
        let after = link::Model { replaced_at: Some(change.now), ..before.clone() };
        rows::update::<link::Entity>(change.txn, before, &after).await?;
        replaced.push(LinkImage::from(&after));
    }
    Ok(replaced)
}

async fn lock(change: &mut Change<'_>, id: AttemptId) -> Result<Aggregate> {
    let row = change.lock_attempt(id).await?.ok_or_else(|| not_found("attemptId", "No attempt"))?;
    Aggregate::of(change, row).await
}
