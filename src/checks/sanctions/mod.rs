//! Sanctions screening inside the binary: lists as published, an index over their names, and matches that say why.
//!
//! `person` is what a list says of somebody, `subject` is who is looked for. A name is read (`name`), its words are looked up
//! among the lists' words (`vocabulary`, `similar`), those who share enough are aligned token by token (`align`, `weigh`),
//! what else is known counts for or against (`traits`), and every match says all of that (`explain`).

mod align;
pub mod benchmark;
mod explain;
pub mod index;
mod name;
pub mod person;
pub mod shelf;
mod similar;
pub mod subject;
mod traits;
mod vocabulary;
mod weigh;
