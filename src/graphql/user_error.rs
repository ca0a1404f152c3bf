//! `UserError`: why a mutation refused its input.

use std::sync::LazyLock;

use super::exec::object::{Object, Row};
use crate::error::UserError;

/// Why a mutation refused its input.
pub struct UserErrorRow(pub UserError);

impl Row for UserErrorRow {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<UserErrorRow>> = LazyLock::new(|| {
            Object::<UserErrorRow>::new("UserError", "Why a mutation refused its input.")
                .value::<Option<Vec<String>>>(
                    "field",
                    "The path of the field at fault, below `input`; null when it is none in particular.",
                    |error| error.0.field.clone(),
                )
                .text("message", "What is wrong and what to do, in English.", |error| &error.0.message)
                .value("code", "What programs branch on.", |error| error.0.code)
        });
        &OBJECT
    }
}
