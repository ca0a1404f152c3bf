//! Everything that is wrong with an input, said in one answer.

use crate::error::{Error, Result, UserError};

/// Collects what is wrong.
#[derive(Debug, Default)]
pub struct InputErrors(Vec<UserError>);

impl InputErrors {
    /// Nothing is wrong yet.
    pub fn none() -> Self {
        Self::default()
    }

    /// The checked value, or none and its refusal is kept.
    pub fn keep<T>(&mut self, checked: Result<T, UserError>) -> Option<T> {
        checked.map_err(|refusal| self.0.push(refusal)).ok()
    }

    /// One more.
    pub fn add(&mut self, refusal: UserError) {
        self.0.push(refusal);
    }

    /// Goes on only if nothing was wrong.
    ///
    /// # Errors
    /// [`Error::User`] with everything that was.
    pub fn done(self) -> Result<()> {
        if self.0.is_empty() { Ok(()) } else { Err(Error::User(self.0)) }
    }

    /// For whoever could not go on: what was wrong.
    pub fn into_error(self) -> Error {
        if self.0.is_empty() {
            return Error::internal("an input was refused without a reason");
        }
        Error::User(self.0)
    }
}
