//! What an update says of one field.

use serde::Serialize;

/// Keep the field as it is, empty it, or set it. (An `Option` of an `Option` says the same, but is written to JSON as
/// `null` both when it keeps and when it clears: two inputs that differ would pass for one under an idempotency key.)
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub enum Patch<T> {
    /// The input does not name the field.
    #[default]
    Keep,
    /// The input says `null`.
    Clear,
    /// The input gives a value.
    Set(T),
}

impl<T> Patch<T> {
    /// The same, with the value checked.
    ///
    /// # Errors
    /// Whatever `check` answers.
    pub fn try_map<U, E>(self, check: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Keep => Patch::Keep,
            Self::Clear => Patch::Clear,
            Self::Set(value) => Patch::Set(check(value)?),
        })
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
