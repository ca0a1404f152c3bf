//! The customer's consent, and their refusal.

use std::sync::Arc;

use entity::{EventType, Scoped, attempt, event};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::json;

use super::lock;
use crate::{
    auth::Actor,
    error::{Error, Result, UserErrorCode},
    kyc::{AttemptChanged, Change, Key, Kyc, Outcome, told},
};

/// The version of the text that customers consent to now. The pages' catalogues hold it in every language.
pub const CONSENT_TEXT_VERSION: &str = "2026-11-23";
/// `to` of JOURNEY_CONSENTED.
const ACCEPTED: &str = "ACCEPTED";
const REFUSED: &str = "REFUSED";
/// Answers that are recorded of one attempt: a person changes their mind once or twice.
const MOST: usize = 20;

/// The input of `journeyConsent`.
#[derive(Clone, Debug, Serialize)]
pub struct Consent {
    pub accepted: bool,
    /// [`CONSENT_TEXT_VERSION`], or the text has changed since it was shown.
    pub text_version: String,
    /// The language that it was shown in, as a BCP 47 tag.
    pub language: String,
}

/// Records whether the customer consents, with the text's version and the language. Until they do, no step begins. The same answer
/// again changes nothing; a refusal after a consent takes it back.
///
/// # Errors
/// INVALID for an old text or a language that is none; TOO_MANY; ATTEMPT_ENDED; LINK_INACTIVE.
pub async fn consent(
    kyc: &Kyc,
    actor: &Actor,
    input: Consent,
    key: Option<String>,
) -> Result<Outcome<AttemptChanged>> {
    let walk = actor.walk()?;
    let key = key.map(|key| Key::new("journeyConsent", key, &(walk.attempt, &input))).transpose()?;
    check(&input)?;
    let input = Arc::new(input);
    kyc.change_once_per_key(actor, walk.scope, key, move |change| {
        let input = Arc::clone(&input);
        Box::pin(async move { apply(change, &input).await })
    })
    .await
}

fn check(input: &Consent) -> Result<()> {
    if input.text_version != CONSENT_TEXT_VERSION {
        let message =
            "The text has changed since it was shown. Load the page again and read the present one.";
        return Err(Error::user(UserErrorCode::Invalid, &["textVersion"], message));
    }
    let is_tag = (2..=35).contains(&input.language.len())
        && input.language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_tag {
        return Ok(());
    }
    let message = "Say in which language the text was shown, as in `en` or `hi`.";
    Err(Error::user(UserErrorCode::Invalid, &["language"], message))
}

async fn apply(change: &mut Change<'_>, input: &Consent) -> Result<AttemptChanged> {
    let aggregate = lock(change).await?;
    let before = aggregate.row;
    let said: Vec<Option<String>> = event::Entity::scoped(change.scope)
        .filter(event::Column::AttemptId.eq(before.id))
        .filter(event::Column::Kind.eq(EventType::JourneyConsented))
        .order_by_desc(event::Column::Seq)
        .select_only()
        .column(event::Column::To)
        .limit(MOST as u64)
        .into_tuple()
        .all(change.txn)
        .await?;
    let to = if input.accepted { ACCEPTED } else { REFUSED };
    if said.first().is_some_and(|last| last.as_deref() == Some(to)) {
        return Ok(AttemptChanged { attempt: before });
    }
    if said.len() >= MOST {
        let message = "The answer has changed too often. Ask whoever sent you the link.";
        return Err(Error::user(UserErrorCode::TooMany, &["accepted"], message));
    }
    let after = attempt::Model {
        consented_at: input.accepted.then_some(change.now),
        version: before.version + 1,
        updated_at: change.now,
        ..before.clone()
    };
    let mut event = told::about(EventType::JourneyConsented, &after);
    event.to = Some(to);
    event.data.details = Some(json!({ "textVersion": input.text_version, "language": input.language }));
    change.event(event);
    change.touched(&after);
    change.write_attempt(before, after.clone());
    Ok(AttemptChanged { attempt: after })
}
