//! Sanctions screening inside the binary: lists as published, an index over their names, and matches that say why.
//!
//! `person` is what a list says of somebody, `subject` is who is looked for. The rest knows one or both of them.

pub mod import;
pub mod index;
pub mod ledger;
pub mod lists;
pub mod person;
pub mod read;
pub mod shelf;
pub mod subject;

/// The least score of a match, where the deployment does not say otherwise.
pub const DEFAULT_THRESHOLD: f64 = 0.80;
