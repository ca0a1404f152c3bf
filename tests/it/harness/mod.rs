//! What every test stands on.

pub(crate) mod database;
pub(crate) mod postgres;
