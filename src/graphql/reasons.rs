//! `ReasonCode`: the catalogue of reasons.

use std::sync::{Arc, LazyLock};

use entity::StepKind;

use super::exec::object::{Object, Row};
use crate::lifecycle::reasons::{self, Entry};

/// An entry of the catalogue.
pub struct ReasonCode(&'static Entry);

impl Row for ReasonCode {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<ReasonCode>> = LazyLock::new(|| {
            Object::<ReasonCode>::new("ReasonCode", "A reason that the catalogue knows.")
                .text("code", "What to give as `reason.code`.", |reason| reason.0.code)
                .text(
                    "message",
                    "What the customer reads unless you give a message; empty where you must give one.",
                    |reason| reason.0.message,
                )
                .value(
                    "staffOnly",
                    "Whether the customer never reads it: they read \"under review\".",
                    |reason| reason.0.staff_only,
                )
        });
        &OBJECT
    }
}

/// What is offered for steps of a kind, or all.
pub fn catalogue(kind: Option<StepKind>) -> Vec<Arc<ReasonCode>> {
    reasons::catalogue(kind).map(|entry| Arc::new(ReasonCode(entry))).collect()
}
