//! A reason as a caller gives it.

use serde::Serialize;

use crate::{
    error::Result,
    lifecycle::reasons::{self, Reason},
};

/// Why somebody fails, holds or rejects. Without `Debug`: its texts do not belong into a log.
#[derive(Clone, Serialize)]
pub struct ReasonInput {
    /// A code of the catalogue, or the merchant's own (`^[A-Z][A-Z0-9_]{1,63}$`).
    pub code: String,
    /// What the customer may read; the catalogue's words when absent.
    pub message: Option<String>,
    /// What they never see.
    pub staff_note: Option<String>,
}

impl ReasonInput {
    /// The reason as it may be stored.
    ///
    /// # Errors
    /// What [`reasons::resolve`] refuses, with fields below `reason`.
    pub(super) fn resolve(&self) -> Result<Reason> {
        Ok(reasons::resolve(&self.code, self.message.as_deref(), self.staff_note.as_deref())?)
    }
}
