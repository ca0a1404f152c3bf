//! Rejecting an attempt.

use std::sync::Arc;

use entity::{Role, id::AttemptId};
use serde::Serialize;

use super::AttemptChanged;
use crate::{
    auth::Actor,
    error::{Current, Result},
    kyc::{
        Change, Key, Kyc, Outcome, ReasonInput,
        aggregate::Aggregate,
        check,
        refusal::{expect_version, not_found},
    },
    lifecycle::reasons::Reason,
};

/// The input of `attemptReject`. Without `Debug`: a reason's texts do not belong into a log.
#[derive(Clone, Serialize)]
pub struct AttemptReject {
    pub attempt_id: AttemptId,
    pub reason: ReasonInput,
    /// The version of the attempt that the caller has seen; nothing changes when it is another one.
    pub expected_version: Option<i32>,
}

/// Rejects an open attempt for good; a hold does not stop it. REVIEWER up.
///
/// # Errors
/// NOT_FOUND; VERSION_CONFLICT with the attempt; ATTEMPT_ENDED; whatever the reason is refused for.
pub async fn reject(
    kyc: &Kyc,
    actor: &Actor,
    input: AttemptReject,
    key: Option<String>,
) -> Result<Outcome<AttemptChanged>> {
    let scope = actor.require(Role::Reviewer)?;
    let key = key.map(|key| Key::new("attemptReject", key, &input)).transpose()?;
    let AttemptReject { attempt_id, reason, expected_version } = input;
    let reason = Arc::new(reason.resolve()?);
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let reason = Arc::clone(&reason);
        Box::pin(async move { apply(change, attempt_id, &reason, expected_version).await })
    })
    .await
}

async fn apply(
    change: &mut Change<'_>,
    id: AttemptId,
    reason: &Reason,
    expected_version: Option<i32>,
) -> Result<AttemptChanged> {
    let row = change.lock_attempt(id).await?.ok_or_else(|| not_found("attemptId", "No attempt"))?;
    expect_version(expected_version, row.version, "The attempt", Current::Attempt(id))?;
    let mut aggregate = Aggregate::of(change, row).await?;
    let settled = aggregate.rules().reject(reason.clone(), change.now)?;
    check::cut_off(change, &aggregate).await?;
    aggregate.settle(change, settled, Vec::new());
    Ok(AttemptChanged { attempt: aggregate.row })
}
