//! The commands beside `serve`.

pub mod report;
pub mod verify;
