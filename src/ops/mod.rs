//! The commands beside `serve`.

pub mod report;
