//! Holds: a reviewer's manual stop of an attempt. It blocks completion, and neither the customer nor a rejection.

use std::sync::Arc;

use entity::{
    EventType, Role, Scoped, attempt, hold,
    id::{AttemptId, HoldId},
};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::Serialize;

use super::{
    Answer, Change, Key, Kyc, Outcome, ReasonInput, aggregate::Aggregate, attempt::find as find_attempt,
    refusal::not_found, rows, told,
};
use crate::{
    auth::Actor,
    error::{Error, Result},
    lifecycle::reasons::{self, Reason},
};

/// The input of `holdPlace`. Without `Debug`: a reason's texts do not belong into a log.
#[derive(Clone, Serialize)]
pub struct HoldPlace {
    pub attempt_id: AttemptId,
    pub reason: ReasonInput,
}

/// The input of `holdRelease`.
#[derive(Clone, Serialize)]
pub struct HoldRelease {
    pub hold_id: HoldId,
    /// For the team.
    pub note: Option<String>,
}

/// A hold, and its attempt with what followed for it.
#[derive(Clone, Debug)]
pub struct HoldChanged {
    pub hold: hold::Model,
    pub attempt: attempt::Model,
}

/// Places a hold. REVIEWER up.
///
/// # Errors
/// NOT_FOUND; ATTEMPT_ENDED; whatever the reason is refused for.
pub async fn place(
    kyc: &Kyc,
    actor: &Actor,
    input: HoldPlace,
    key: Option<String>,
) -> Result<Outcome<HoldChanged>> {
    let scope = actor.require(Role::Reviewer)?;
    let key = key.map(|key| Key::new("holdPlace", key, &input)).transpose()?;
    let HoldPlace { attempt_id, reason } = input;
    let reason = Arc::new(reason.resolve()?);
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let reason = Arc::clone(&reason);
        Box::pin(async move { apply_place(change, attempt_id, &reason).await })
    })
    .await
}

async fn apply_place(change: &mut Change<'_>, id: AttemptId, reason: &Reason) -> Result<HoldChanged> {
    let row = change.lock_attempt(id).await?.ok_or_else(|| not_found("attemptId", "No attempt"))?;
    let mut aggregate = Aggregate::of(change, row).await?;
    let settled = aggregate.rules().hold(&aggregate.step_rules(), change.now)?;
    let Reason { code, message, staff_note } = reason.clone();
    let hold = hold::Model {
        id: change.entropy.id(change.now),
        merchant_id: change.scope.merchant_id(),
        attempt_id: id,
        reason_code: code,
        reason_message: message,
        reason_staff_note: staff_note,
        release_note: None,
        placed_by_kind: change.actor.kind(),
        placed_by_id: change.actor.id(),
        placed_at: change.now,
        released_by_kind: None,
        released_by_id: None,
        released_at: None,
    };
    hold::Entity::insert(hold.clone().into_active_model()).exec_without_returning(change.txn).await?;
    change.event(told::hold(EventType::HoldPlaced, &hold, &aggregate.row));
    aggregate.settle(change, settled, Vec::new());
    Ok(HoldChanged { hold, attempt: aggregate.row })
}

/// Releases a hold; the last one completes an attempt whose steps are all completed. Releasing what is released is a
/// success that changes nothing. REVIEWER up.
///
/// # Errors
/// NOT_FOUND; ATTEMPT_ENDED when the attempt ended with the hold on it; whatever the note is refused for.
pub async fn release(
    kyc: &Kyc,
    actor: &Actor,
    input: HoldRelease,
    key: Option<String>,
) -> Result<Outcome<HoldChanged>> {
    let scope = actor.require(Role::Reviewer)?;
    let key = key.map(|key| Key::new("holdRelease", key, &input)).transpose()?;
    let HoldRelease { hold_id, note } = input;
    let note = Arc::new(reasons::free_text(note.as_deref(), &["note"], reasons::MAX_NOTE)?);
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let note = Arc::clone(&note);
        Box::pin(async move { apply_release(change, hold_id, &note).await })
    })
    .await
}

async fn apply_release(change: &mut Change<'_>, id: HoldId, note: &Option<String>) -> Result<HoldChanged> {
    let row = change.lock_attempt_of_hold(id).await?.ok_or_else(|| not_found("holdId", "No hold"))?;
    let before = find(change, id).await?;
    if before.released_at.is_some() {
        return Ok(HoldChanged { hold: before, attempt: row });
    }
    let mut aggregate = Aggregate::of(change, row).await?;
    let settled = aggregate.rules().release(&aggregate.step_rules(), change.now)?;
    let hold = hold::Model {
        release_note: note.clone(),
        released_by_kind: Some(change.actor.kind()),
        released_by_id: change.actor.id(),
        released_at: Some(change.now),
        ..before.clone()
    };
    rows::update::<hold::Entity>(change.txn, before, &hold).await?;
    change.event(told::hold(EventType::HoldReleased, &hold, &aggregate.row));
    aggregate.settle(change, settled, Vec::new());
    Ok(HoldChanged { hold, attempt: aggregate.row })
}

/// A hold that the change knows to exist.
async fn find(change: &Change<'_>, id: HoldId) -> Result<hold::Model> {
    let row = hold::Entity::scoped(change.scope).filter(hold::Column::Id.eq(id)).one(change.txn).await?;
    row.ok_or_else(|| Error::internal("a hold is gone"))
}

impl Answer for HoldChanged {
    type Ids = (HoldId, AttemptId);

    fn ids(&self) -> (HoldId, AttemptId) {
        (self.hold.id, self.attempt.id)
    }

    fn reload<'c>(
        change: &'c Change<'_>,
        (hold, attempt): (HoldId, AttemptId),
    ) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move {
            Ok(Self { hold: find(change, hold).await?, attempt: find_attempt(change, attempt).await? })
        })
    }
}
