//! Who is looked for.

use super::person::{Birth, Gender};

/// Somebody whose name is held against the lists. Without `Debug`: a person's name does not belong into a log.
#[derive(Clone, PartialEq, Eq)]
pub struct Subject {
    /// The whole name, any script, any order.
    pub name: String,
    pub born: Option<Birth>,
    /// ISO 3166-1 alpha-2, any case. What is no such code counts as unknown.
    pub country: Option<String>,
    pub gender: Option<Gender>,
}

impl Subject {
    /// Somebody of whom only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), born: None, country: None, gender: None }
    }
}
