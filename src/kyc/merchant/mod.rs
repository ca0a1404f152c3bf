//! A merchant: its creation and its settings.

mod create;
mod update;

use std::str::FromStr;

use chrono_tz::Tz;
use entity::{Scope, StepKind, id::MerchantId, merchant};
use futures_util::future::BoxFuture;
use sea_orm::{QuerySelect, sea_query::LockType};
use serde::{Deserialize, Serialize};

pub use self::{
    create::{MerchantCreate, MerchantCreated, create},
    update::{MerchantUpdate, update},
};
use super::{Answer, Change};
use crate::error::{Error, Result, UserError, UserErrorCode};

/// Characters of a merchant's name, and of the name that customers see.
pub const MAX_NAME: usize = 100;
/// The zone of a merchant that names none: the checks are those of India.
pub const DEFAULT_TIME_ZONE: &str = "Asia/Kolkata";
/// How long a new link lasts, in hours, where the merchant says nothing else.
pub const DEFAULT_LINK_VALIDITY_HOURS: i32 = 72;
/// The steps of a new attempt where the merchant says nothing else.
pub const DEFAULT_JOURNEY: [StepKind; 5] = [
    StepKind::DigilockerAadhaar,
    StepKind::Pan,
    StepKind::BankPennyDrop,
    StepKind::Selfie,
    StepKind::Signature,
];
/// A year: the longest validity of a link, in hours.
pub const MAX_LINK_VALIDITY_HOURS: i32 = 8_760;
/// Origins that a merchant may list.
pub const MAX_ORIGINS: usize = 20;
/// The answer of [`update`] and of `branding::update`.
pub struct MerchantAnswer {
    pub merchant: merchant::Model,
}

/// What is remembered of an answer that shows a merchant.
#[derive(Serialize, Deserialize)]
pub struct MerchantIds {
    merchant: MerchantId,
}

/// Locks the merchant's row: changes of its settings, its members and its keys take turns.
///
/// NO KEY UPDATE, since every row that is inserted with a foreign key to the merchant takes KEY SHARE on it: the plain lock
/// would stop those, and with them every journey of the merchant.
pub(in crate::kyc) async fn lock(change: &Change<'_>) -> Result<merchant::Model> {
    merchant::Entity::of(change.scope)
        .lock(LockType::NoKeyUpdate)
        .one(change.txn)
        .await?
        .ok_or_else(|| Error::internal("an actor without a merchant"))
}

async fn reload(change: &Change<'_>, merchant: MerchantId) -> Result<merchant::Model> {
    merchant::Entity::of(Scope::of(merchant))
        .one(change.txn)
        .await?
        .ok_or_else(|| Error::internal("a merchant of a remembered answer is gone"))
}

impl Answer for MerchantAnswer {
    type Ids = MerchantIds;

    fn ids(&self) -> MerchantIds {
        MerchantIds { merchant: self.merchant.id }
    }

    fn reload<'c>(change: &'c Change<'_>, ids: MerchantIds) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move { Ok(Self { merchant: reload(change, ids.merchant).await? }) })
    }
}

fn check_time_zone(name: &str) -> Result<String, UserError> {
    match Tz::from_str(name.trim()) {
        Ok(zone) => Ok(zone.name().to_owned()),
        Err(_) => Err(UserError::new(
            UserErrorCode::Invalid,
            &["timeZone"],
            "Enter a time zone by its IANA name, as in Asia/Kolkata.",
        )),
    }
}

/// The steps of an attempt: unique, one to six.
///
/// # Errors
/// REQUIRED for none, INVALID for one that comes twice.
pub fn check_journey(field: &str, steps: Vec<StepKind>) -> Result<Vec<StepKind>, UserError> {
    if steps.is_empty() {
        return Err(UserError::new(UserErrorCode::Required, &[field], "Name at least one step."));
    }
    // There are six kinds: a list without a twin has at most six.
    let twin = steps.iter().enumerate().find(|(place, step)| steps[..*place].contains(step));
    if let Some((_, step)) = twin {
        return Err(UserError::new(
            UserErrorCode::Invalid,
            &[field],
            format!("Name each step once; {step} comes twice."),
        ));
    }
    Ok(steps)
}

/// The validity of a link, in hours.
///
/// # Errors
/// INVALID outside of 1 to [`MAX_LINK_VALIDITY_HOURS`].
pub fn check_validity(field: &str, hours: i32) -> Result<i32, UserError> {
    if (1..=MAX_LINK_VALIDITY_HOURS).contains(&hours) {
        return Ok(hours);
    }
    let message = format!("Choose 1 to {MAX_LINK_VALIDITY_HOURS} hours.");
    Err(UserError::new(UserErrorCode::Invalid, &[field], message))
}
