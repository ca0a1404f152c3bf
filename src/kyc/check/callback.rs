//! A provider calls back: something has come of a run.

use std::{fmt, sync::Arc};

use chrono::TimeDelta;
use entity::{EventType, Scope, Time, attempt, callback as seen, check_run};
use serde_json::json;

use super::run;
use crate::{
    auth::Actor,
    checks::{
        callback::{self, Believed, Fault, WINDOW},
        setu,
    },
    error::{Error, Result},
    kyc::{Change, Kyc, rows, told},
};

/// How long a callback is remembered: a signed one cannot come again later.
pub const FORGOTTEN: TimeDelta = TimeDelta::seconds(2 * WINDOW);

/// Runs of a reference that are looked at: a provider's is one run's, the sandbox's everybody's.
const MOST: u64 = 100;

/// What callbacks are believed by: either is enough, and without both nobody is.
#[derive(Clone, Default)]
pub struct Callbacks {
    /// The whole `Authorization` header that was agreed upon.
    pub authorization: Option<Arc<str>>,
    /// The secret that signs.
    pub secret: Option<Arc<str>>,
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// A callback as it came: its headers, and what was sent.
pub struct CalledBack<'c> {
    pub authorization: Option<&'c str>,
    /// `X-KYC-Timestamp` and `X-KYC-Signature`.
    pub timestamp: Option<&'c str>,
    pub signature: Option<&'c str>,
    pub body: &'c [u8],
}

/// Whether a callback may yet be believed once its body is there; [`CalledBack::body`] may be empty. By the header that was agreed
/// upon that is known at once, and a signature is not known before.
///
/// # Errors
/// UNAUTHENTICATED, as [`called_back`].
pub fn may_be_believed(kyc: &Kyc, provider: &str, came: &CalledBack<'_>) -> Result<()> {
    let by = agreed_with(kyc, provider);
    match (&by.secret, came.signature, &by.authorization) {
        (Some(_), Some(_), _) => Ok(()),
        (_, _, Some(agreed)) => callback::shared(agreed, came.authorization, came.body).map(drop),
        (_, _, None) => Err(Fault::Malformed),
    }
    .map_err(unbelieved)
}

/// Believes a callback by its signature or by the header that was agreed upon, and has the run that it names asked about at
/// once. Of its body only the reference is taken: whoever can reach the route makes us ask once more, and nothing else. The same
/// callback again changes nothing; one for a run that somebody has ended is recorded as late.
///
/// # Errors
/// UNAUTHENTICATED for a provider that none is configured of, and for what is not believed; nobody is told which.
pub async fn called_back(kyc: &Kyc, provider: &str, came: &CalledBack<'_>) -> Result<()> {
    let now = kyc.clock.now();
    let Believed { id } = believe(agreed_with(kyc, provider), came, now).map_err(unbelieved)?;
    let id = id.into_bytes();
    if seen::Entity::seen(&id, now - FORGOTTEN).one(kyc.db.reader()).await?.is_some() {
        return Ok(());
    }
    // One about something else is none of ours.
    if let Some(reference) = setu::read::notification(came.body) {
        for run in check_run::Entity::by_reference(reference.as_str(), MOST).all(kyc.db.reader()).await? {
            heard(kyc, run).await?;
        }
    }
    // Last: a callback that failed half-way may come again.
    kyc.db
        .write(move |txn| {
            Box::pin(async move {
                seen::Entity::remember(seen::Model { id, at: now }).exec_without_returning(txn).await?;
                Ok(())
            })
        })
        .await
}

/// What a provider's callbacks are believed by; nothing where there is no such provider.
fn agreed_with<'k>(kyc: &'k Kyc, provider: &str) -> &'k Callbacks {
    const NOTHING: &Callbacks = &Callbacks { authorization: None, secret: None };
    if provider == "setu" { kyc.performing.callbacks() } else { NOTHING }
}

fn unbelieved(fault: Fault) -> Error {
    tracing::info!(?fault, "a callback is not believed");
    Error::Unauthenticated
}

fn believe(by: &Callbacks, came: &CalledBack<'_>, now: Time) -> Result<Believed, Fault> {
    match (&by.secret, came.signature, &by.authorization) {
        (Some(secret), Some(_), _) => {
            callback::signed(secret.as_bytes(), came.timestamp, came.signature, came.body, now)
        }
        (_, _, Some(agreed)) => callback::shared(agreed, came.authorization, came.body),
        (_, _, None) => Err(Fault::Malformed),
    }
}

async fn heard(kyc: &Kyc, found: check_run::Model) -> Result<()> {
    let scope = Scope::of(found.merchant_id);
    let found = Arc::new(found);
    kyc.change(&Actor::provider(found.merchant_id), scope, move |change| {
        let found = Arc::clone(&found);
        Box::pin(async move {
            let Some(attempt) = change.lock_attempt(found.attempt_id).await? else { return Ok(()) };
            match run::find(change, found.id).await? {
                Some(open) if open.ended_at.is_none() => hurry(change, open).await,
                Some(over) if over.answered_at.is_none() => late(change, &attempt, over).await,
                _ => Ok(()),
            }
        })
    })
    .await
}

/// Has a run asked about at once.
async fn hurry(change: &mut Change<'_>, before: check_run::Model) -> Result<()> {
    let after = check_run::Model { due_at: Some(change.now), ..before.clone() };
    rows::update::<check_run::Entity>(change.txn, before, &after).await?;
    change.run_is_due();
    Ok(())
}

/// Somebody has moved the step and ended its run: that something came of it is recorded, and changes nothing. What came is not:
/// a callback is no source of that, and nobody asks any more.
async fn late(change: &mut Change<'_>, attempt: &attempt::Model, before: check_run::Model) -> Result<()> {
    let mut event = told::about(EventType::LateResultRecorded, attempt).subject(before.id.0);
    event.step_id = Some(before.step_id);
    event.data.details = Some(json!({ "outcome": "UNKNOWN" }));
    change.event(event);
    let after = check_run::Model { answered_at: Some(change.now), ..before.clone() };
    rows::update::<check_run::Entity>(change.txn, before, &after).await
}
