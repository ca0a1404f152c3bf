//! Sanctions screening inside the binary: lists as published, an index over their names, and matches that say why.
//!
//! `person` is what a list says of somebody, `subject` is who is looked for. A name is read (`name`), its words are looked up
//! among the lists' words (`vocabulary`, `similar`), those who share enough are aligned token by token (`align`, `weigh`),
//! what else is known counts for or against (`traits`), and every match says all of that (`explain`). `lists` and `read`
//! know the published formats, `import` and `ledger` keep their versions, `shelf` has what is screened against now.

mod align;
pub mod benchmark;
mod explain;
pub mod import;
pub mod index;
pub mod ledger;
pub mod lists;
#[cfg(test)]
mod made_up;
pub(super) mod name;
pub mod person;
pub mod read;
pub mod shelf;
pub(super) mod similar;
pub mod subject;
mod traits;
mod vocabulary;
mod weigh;

/// The version of how names are compared: it rises with whatever may give another score or another match for the same
/// name and the same lists.
pub const ENGINE: i32 = 1;

/// The least score of a match, where the deployment does not say otherwise: in the middle of where the benchmark's recall
/// is whole and its false positives are none.
pub const DEFAULT_THRESHOLD: f64 = 0.85;
