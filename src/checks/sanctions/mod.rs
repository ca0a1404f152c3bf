//! Sanctions screening inside the binary: lists as published, an index over their names, and matches that say why.
//!
//! `person` is what a list says of somebody, `subject` is who is looked for. The rest knows one or both of them.

pub mod index;
pub mod person;
pub mod shelf;
pub mod subject;

/// The version of how names are compared: it rises with whatever may give another score or another match for the same
/// name and the same lists.
pub const ENGINE: i32 = 1;

/// The least score of a match, where the deployment does not say otherwise.
pub const DEFAULT_THRESHOLD: f64 = 0.80;
