//! A selfie or a signature.

use entity::{EventType, Scoped, StepKind, attempt, id::JourneyStepId, step, step_result};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use serde_json::json;

use super::{
    ids::step_id,
    may_write,
    submit::{begin, turn},
};
use crate::{
    auth::{Actor, Walk},
    checks::{image::Purpose, store::Key},
    error::{Error, Result, UserErrorCode},
    kyc::{
        Change, Kyc,
        check::{Asking, Performing},
        picture::{self, Place},
        rows, told,
    },
};

/// The largest file that is read, in bytes.
pub const MAX_IMAGE: usize = 10 << 20;

/// A picture that is about to come, for a step that takes one.
pub struct Coming {
    walk: Walk,
    kind: StepKind,
    purpose: Purpose,
    // From before its first byte is read, so that only so many are in memory.
    _place: Place,
}

/// Asks whether a picture for a step of the customer's would be taken, before it is read, and finds a place for it. Nothing is locked:
/// [`image()`] asks again.
///
/// # Errors
/// NOT_FOUND unless the step is one of the journey's that takes a picture; as `journey::pan`; RATE_LIMITED while another one of the
/// customer's is on its way, or too many are.
pub async fn coming(kyc: &Kyc, actor: &Actor, step: &str) -> Result<Coming> {
    let walk = actor.walk()?;
    let attempt = attempt::Entity::scoped(walk.scope).filter(attempt::Column::Id.eq(walk.attempt));
    let attempt = attempt.one(kyc.db.reader()).await?.ok_or(Error::Unauthenticated)?;
    let steps = step::Entity::scoped(walk.scope)
        .filter(step::Column::AttemptId.eq(walk.attempt))
        .order_by_asc(step::Column::Position)
        .all(kyc.db.reader())
        .await?;
    let (kind, purpose) = kind_of(&steps, step)?;
    let now = kyc.clock.now();
    may_write(&rows::rules_of(&attempt), now)?;
    turn(&attempt, &steps, kind, now)?;
    let place = kyc.performing.pictures().place(walk.session.0).await?;
    Ok(Coming { walk, kind, purpose, _place: place })
}

/// Takes a picture for a step of the customer's: it is looked at and drawn anew, so that nothing of the file is kept that is not
/// the picture; stored; and the step's check begins. Sent again before that has ended, it takes the place of the one before.
///
/// # Errors
/// INVALID with what is wrong with it; RATE_LIMITED when too many are being looked at; as `journey::pan`.
pub async fn image(kyc: &Kyc, actor: &Actor, coming: Coming, bytes: Vec<u8>) -> Result<()> {
    let Coming { walk, kind, purpose, .. } = coming;
    let picture = picture::looked_at(kyc, purpose, "image", bytes).await?;
    let performing = kyc.performing.clone();
    picture::keep(kyc, (actor, walk.scope), purpose, picture, move |change, key, size| {
        let performing = performing.clone();
        Box::pin(async move { Ok(((), keep(change, &performing, kind, key, size).await?)) })
    })
    .await
}

/// What the step takes.
fn kind_of(steps: &[step::Model], id: &str) -> Result<(StepKind, Purpose)> {
    let unknown = || {
        let message = "This verification has no such step that takes a picture. Load the page again.";
        Error::user(UserErrorCode::NotFound, &[], message)
    };
    let id: JourneyStepId = id.parse().map_err(|_| unknown())?;
    let found = steps.iter().find(|step| step_id(step.id) == id).ok_or_else(unknown)?;
    match found.kind {
        StepKind::Selfie => Ok((found.kind, Purpose::Selfie)),
        StepKind::Signature => Ok((found.kind, Purpose::Signature)),
        StepKind::DigilockerAadhaar
        | StepKind::Pan
        | StepKind::BankPennyDrop
        | StepKind::SanctionScreening => Err(unknown()),
    }
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
