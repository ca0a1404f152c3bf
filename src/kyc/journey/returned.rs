//! The customer comes back from DigiLocker.

use std::sync::Arc;

use entity::{StepKind, check_run, step};
use sea_orm::{ColumnTrait, QueryFilter};

use super::lock;
use crate::{
    auth::Actor,
    checks::Back,
    error::Result,
    kyc::{Change, Kyc, check::Asking, rows},
};

/// Parts of a query that are kept.
const MOST: usize = 20;
/// Characters of a part's value that are kept.
const LONGEST: usize = 200;

/// Notes what DigiLocker's redirect said, and has the provider asked. Anybody can type such a URL: what does not name the visit that
/// this customer was sent on changes nothing, and what passes is the provider's word alone. Whether it was noted.
///
/// # Errors
/// UNAUTHENTICATED; LINK_INACTIVE; ATTEMPT_ENDED.
pub async fn returned(kyc: &Kyc, actor: &Actor, query: Vec<(String, String)>) -> Result<bool> {
    let walk = actor.walk()?;
    let mut query = query;
    query.truncate(MOST);
    query.retain(|(name, value)| name.chars().count() <= LONGEST && value.chars().count() <= LONGEST);
    let query = Arc::new(query);
    kyc.change(actor, walk.scope, move |change| {
        let query = Arc::clone(&query);
        Box::pin(async move { note(change, &query).await })
    })
    .await
}

async fn note(change: &mut Change<'_>, query: &[(String, String)]) -> Result<bool> {
    let aggregate = lock(change).await?;
    let digilocker = |step: &&step::Model| step.kind == StepKind::DigilockerAadhaar;
    let Some(step) = aggregate.steps.iter().find(digilocker) else { return Ok(false) };
    let open = check_run::Entity::open_of(change.scope, step.id)
        .filter(check_run::Column::Reference.is_not_null())
        .one(change.txn)
        .await?;
    let Some(before) = open else { return Ok(false) };
    let back = Back::read(query.iter().map(|(name, value)| (name.as_str(), value.as_str())));
    if back.id.as_ref().map(|id| id.as_str()) != before.reference.as_deref() {
        return Ok(false);
    }
    let asking = Asking::Returned { query: query.to_vec() };
    let after = check_run::Model {
        ask: Some(asking.stored()?),
        asked: 0,
        due_at: Some(change.now),
        ..before.clone()
    };
    rows::update::<check_run::Entity>(change.txn, before, &after).await?;
    change.run_is_due();
    Ok(true)
}
