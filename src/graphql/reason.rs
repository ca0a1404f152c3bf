//! `Reason`: why a step failed or needs action, why an attempt was rejected or held.

use std::sync::LazyLock;

use async_graphql::InputObject;
use entity::Role;

use super::exec::{
    Context,
    object::{Object, Row},
};
use crate::{kyc, lifecycle::reasons};

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

    /// The reason in a row's columns, as far as the actor may know it: below REVIEWER, what is for staff only reads as the customer
    /// reads it. No tipping-off: whoever may talk to the customer must not know what the screening found, or who is suspected.
    pub fn known_to(cx: &Context<'_>, code: &str, message: Option<&str>, note: Option<&str>) -> Self {
        if !is_hidden_from(cx, code) {
            return Self::of(code, message, note);
        }
        let (code, message) = reasons::for_customer(code, "");
        Self::of(code, Some(message), None)
    }

    /// A reason of which only the code is kept, in the catalogue's words.
    pub fn from_code(code: &str) -> Self {
        Self::of(code, reasons::find(code).map(|entry| entry.message), None)
    }
}

/// Whether a code is for staff only, and the actor below REVIEWER.
pub fn is_hidden_from(cx: &Context<'_>, code: &str) -> bool {
    reasons::find(code).is_some_and(|entry| entry.staff_only) && !cx.actor.may(Role::Reviewer)
}

/// Why you fail a step or ask for action, hold or reject an attempt.
#[derive(Clone, InputObject)]
pub struct ReasonInput {
    /// One of `reasonCodes`, or a code of your own: 2 to 64 of A-Z, 0-9 and _, beginning with a letter. A malformed one is
    /// INVALID.
    code: String,
    /// What the customer may read, at most 500 characters. By default the catalogue's words; REQUIRED where it has none, and
    /// with a code of your own. A full Aadhaar number is INVALID.
    message: Option<String>,
    /// A note for the team, at most 2000 characters; it never reaches the customer. A full Aadhaar number is INVALID.
    staff_note: Option<String>,
}

impl From<ReasonInput> for kyc::ReasonInput {
    fn from(input: ReasonInput) -> Self {
        let ReasonInput { code, message, staff_note } = input;
        Self { code, message, staff_note }
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
