//! `Reason`: why a step failed or needs action, why an attempt was rejected or held.

use std::sync::LazyLock;

use super::exec::object::{Object, Row};

/// A reason with its texts.
pub struct Reason {
    code: String,
    message: String,
    staff_note: Option<String>,
}

impl Reason {
    /// The reason in a row's columns.
    pub fn of(code: &str, message: Option<&str>, note: Option<&str>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.unwrap_or_default().to_owned(),
            staff_note: note.map(str::to_owned),
        }
    }

    /// A reason of which only the code is kept, in the catalogue's words.
    pub fn from_code(code: &str) -> Self {
        let message = crate::lifecycle::reasons::find(code).map_or("", |entry| entry.message);
        Self { code: code.to_owned(), message: message.to_owned(), staff_note: None }
    }
}

impl Row for Reason {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Reason>> = LazyLock::new(|| {
            Object::<Reason>::new(
                "Reason",
                "Why a step failed or needs action, why an attempt was rejected or held.",
            )
            .text("code", "What programs branch on: one of `reasonCodes`, or the merchant's own.", |reason| {
                &reason.code
            })
            .text("message", "What the customer may read, unless the code is for staff only.", |reason| {
                &reason.message
            })
            .optional_text(
                "staffNote",
                "A note for the team. It never reaches the customer.",
                |reason| reason.staff_note.as_deref(),
            )
        });
        &OBJECT
    }
}
