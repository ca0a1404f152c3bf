//! A selfie or a signature.

use std::sync::{Arc, Mutex, PoisonError};

use entity::{EventType, Scoped, StepKind, id::JourneyStepId, step, step_result};
use sea_orm::{ColumnTrait, QueryFilter};
use serde_json::json;

use super::{ids::step_id, submit::begin};
use crate::{
    auth::{Actor, Walk},
    checks::{
        image::{self, Picture, Purpose},
        store::{Key, Store},
    },
    error::{Error, Result, UserErrorCode},
    kyc::{
        Change, Kyc,
        check::{Asking, Performing},
        told,
    },
};

/// The largest file that is read, in bytes.
pub const MAX_IMAGE: usize = 10 << 20;

/// Takes a picture for a step of the customer's: it is looked at and drawn anew, so that nothing of the file is kept that is not
/// the picture; stored; and the step's check begins. Sent again before that has ended, it takes the place of the one before.
///
/// # Errors
/// NOT_FOUND unless the step is one of the journey's that takes a picture; INVALID with what is wrong with it; RATE_LIMITED when too
/// many are being looked at; as `journey::pan`.
pub async fn image(kyc: &Kyc, actor: &Actor, step: &str, bytes: Vec<u8>) -> Result<()> {
    let walk = actor.walk()?;
    let performing = &kyc.performing;
    let store = performing.store().ok_or_else(|| Error::internal("no place for pictures is set"))?.clone();
    let (kind, purpose) = kind_of(kyc, walk, step).await?;
    let picture = looked_at(performing, purpose, bytes).await?;
    let (width, height) = (picture.width, picture.height);
    let key = Key::new(walk.scope.merchant_id(), purpose, entity_id(kyc));
    store.put(&key, picture.bytes).await.map_err(Error::internal)?;
    let replaced = Arc::new(Mutex::new(None));
    let wish = Arc::new((performing.clone(), key.clone(), Arc::clone(&replaced)));
    let outcome = kyc
        .change(actor, walk.scope, move |change| {
            let wish = Arc::clone(&wish);
            Box::pin(async move {
                let (performing, key, replaced) = (&wish.0, &wish.1, &wish.2);
                let before = keep(change, performing, kind, key, (width, height)).await?;
                *replaced.lock().unwrap_or_else(PoisonError::into_inner) = before;
                Ok(())
            })
        })
        .await;
    let unneeded = match &outcome {
        Ok(()) => replaced.lock().unwrap_or_else(PoisonError::into_inner).take(),
        Err(_) => Some(key),
    };
    if let Some(unneeded) = unneeded {
        forget(&store, &unneeded).await;
    }
    outcome
}

fn entity_id(kyc: &Kyc) -> uuid::Uuid {
    uuid::Builder::from_random_bytes(kyc.entropy.bytes()).into_uuid()
}

/// What the step takes.
async fn kind_of(kyc: &Kyc, walk: Walk, id: &str) -> Result<(StepKind, Purpose)> {
    let unknown = || {
        let message = "This verification has no such step that takes a picture. Load the page again.";
        Error::user(UserErrorCode::NotFound, &[], message)
    };
    let id: JourneyStepId = id.parse().map_err(|_| unknown())?;
    let steps = step::Entity::scoped(walk.scope).filter(step::Column::AttemptId.eq(walk.attempt));
    let steps = steps.all(kyc.db.reader()).await?;
    let found = steps.into_iter().find(|step| step_id(step.id) == id).ok_or_else(unknown)?;
    match found.kind {
        StepKind::Selfie => Ok((found.kind, Purpose::Selfie)),
        StepKind::Signature => Ok((found.kind, Purpose::Signature)),
        StepKind::DigilockerAadhaar
        | StepKind::Pan
        | StepKind::BankPennyDrop
        | StepKind::SanctionScreening => Err(unknown()),
    }
}

/// Decodes it on a thread of its own, a few at a time: each takes a second and a lot of memory.
async fn looked_at(performing: &Performing, purpose: Purpose, bytes: Vec<u8>) -> Result<Picture> {
    let turn = performing.turn_at_pictures().ok_or(Error::RateLimited(2))?;
    let looked = tokio::task::spawn_blocking(move || {
        // The turn ends with the work, not with whoever waits for it: a client may have left long before.
        let _turn = turn;
        image::accept(&bytes, purpose)
    });
    let looked = looked.await;
    looked
        .map_err(Error::internal)?
        .map_err(|fault| Error::user(UserErrorCode::Invalid, &["image"], fault.message(purpose)))
}

/// Begins the step with the picture. The key of the one that it replaces.
async fn keep(
    change: &mut Change<'_>,
    performing: &Performing,
    kind: StepKind,
    key: &Key,
    (width, height): (u32, u32),
) -> Result<Option<Key>> {
    let asking = Asking::Image { width, height };
    let (attempt, step, _) = begin(change, kind, &asking, performing.checks(), false).await?;
    let of = step_result::Entity::scoped(change.scope).filter(step_result::Column::StepId.eq(step));
    let before = of.one(change.txn).await?.and_then(|row| row.image).and_then(|key| Key::parse(&key));
    let pixels = |side: u32| i32::try_from(side).map_err(Error::internal);
    let row = step_result::Model {
        step_id: step,
        merchant_id: change.scope.merchant_id(),
        attempt_id: attempt.id,
        found: None,
        name_match: None,
        image: Some(key.as_str().to_owned()),
        width: Some(pixels(width)?),
        height: Some(pixels(height)?),
        passed: false,
        of_last_try: true,
        at: change.now,
    };
    step_result::Entity::put(row).exec_without_returning(change.txn).await?;
    let mut event = told::about(EventType::ImageCaptured, &attempt);
    event.step_id = Some(step);
    event.data.details = Some(json!({ "width": width, "height": height }));
    change.event(event);
    Ok(before)
}

/// What stays behind is a picture that nothing names.
async fn forget(store: &Store, key: &Key) {
    if let Err(error) = store.delete(key).await {
        tracing::warn!(key = key.as_str(), %error, "a picture that is not needed could not be removed");
    }
}
