//! What an update does to one field: absent is unchanged, null is cleared.

use sea_orm::{ActiveValue, Value};
use serde::Serialize;

use crate::error::{UserError, UserErrorCode};

/// What an update does to one field. (An `Option` of an `Option` says the same, but is `null` in JSON both when it keeps
/// and when it clears: two inputs that differ would pass for one under an idempotency key.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub enum Patch<T> {
    /// The field was absent.
    #[default]
    Keep,
    /// The field was null.
    Clear,
    /// The field had a value.
    Set(T),
}

impl<T> Patch<T> {
    /// The patch with its value checked.
    ///
    /// # Errors
    /// Whatever `check` answers.
    pub fn try_map<U, E>(self, check: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        match self {
            Self::Keep => Ok(Patch::Keep),
            Self::Clear => Ok(Patch::Clear),
            Self::Set(value) => check(value).map(Patch::Set),
        }
    }

    /// The new value of a field that falls back to `default` when it is cleared; none when it stays.
    pub fn or_default(self, default: impl FnOnce() -> T) -> Option<T> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(default()),
            Self::Set(value) => Some(value),
        }
    }

    /// The new value of a field that may be empty; none when it stays.
    pub fn optional(self) -> Option<Option<T>> {
        match self {
            Self::Keep => None,
            Self::Clear => Some(None),
            Self::Set(value) => Some(Some(value)),
        }
    }

    /// The new value of a field that cannot be cleared; none when it stays.
    ///
    /// # Errors
    /// REQUIRED for null.
    pub fn required(self, field: &str) -> Result<Option<T>, UserError> {
        match self {
            Self::Keep => Ok(None),
            Self::Clear => Err(UserError::new(
                UserErrorCode::Required,
                &[field],
                "This cannot be cleared. Leave the field out to keep what it has.",
            )),
            Self::Set(value) => Ok(Some(value)),
        }
    }
}

impl<T: Clone> Patch<T> {
    /// Writes it over a field that may be empty.
    pub fn apply(&self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value.clone()),
        }
    }
}

/// Puts a new value into a column, and its name into `changed` if that makes a difference.
pub(in crate::kyc) fn put<T: Into<Value> + PartialEq>(
    column: &mut ActiveValue<T>,
    value: Option<T>,
    name: &'static str,
    changed: &mut Vec<&'static str>,
) {
    let Some(value) = value else { return };
    column.set_ne(value);
    if column.is_set() {
        changed.push(name);
    }
}
