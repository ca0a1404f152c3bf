//! Showing a picture to whoever has its address.

use entity::{Scope, Scoped, step_result};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{link, store};
use crate::{
    checks::store::{Key, Reading, StoreError},
    error::{Error, Result, UserErrorCode},
    kyc::Kyc,
};

/// A picture on its way out.
pub struct Shown {
    pub content_type: &'static str,
    /// What it is called when somebody keeps it.
    pub file_name: &'static str,
    pub reading: Reading,
}

/// What comes of an address.
pub enum Seen {
    Shown(Shown),
    /// It was one, and its time is over.
    Expired,
}

/// The picture of an address, while that lasts and the step still has it.
///
/// # Errors
/// NOT_FOUND for what is no address, and for a picture that is gone or was replaced; when the database or the store fails.
pub async fn show(kyc: &Kyc, address: &str) -> Result<Seen> {
    let address = link::read(kyc, address).await?;
    if address.until <= kyc.clock.now() {
        return Ok(Seen::Expired);
    }
    let of = step_result::Entity::scoped(Scope::of(address.merchant))
        .filter(step_result::Column::StepId.eq(address.step));
    let row = of.one(kyc.db.reader()).await?;
    let key = row.and_then(|row| row.image).and_then(|key| Key::parse(&key));
    let key = key.filter(|key| key.id() == address.picture).ok_or_else(nothing)?;
    Ok(Seen::Shown(open(kyc, &key).await?))
}

/// A picture, by its key.
///
/// # Errors
/// NOT_FOUND when it is gone; when the store fails.
pub(in crate::kyc) async fn open(kyc: &Kyc, key: &Key) -> Result<Shown> {
    let reading = store(kyc)?.read(key).await.map_err(|error| match error {
        StoreError::Missing => nothing(),
        error => Error::internal(error),
    })?;
    let purpose = key.purpose();
    Ok(Shown { content_type: purpose.content_type(), file_name: purpose.file_name(), reading })
}

pub(super) fn nothing() -> Error {
    let message = "There is no such picture. Ask for the step's `result` again: it has the present one.";
    Error::user(UserErrorCode::NotFound, &[], message)
}
