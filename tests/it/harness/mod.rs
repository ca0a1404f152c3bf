//! What every test stands on.

pub(crate) mod database;
pub(crate) mod office;
pub(crate) mod postgres;
pub(crate) mod rows;
pub(crate) mod verify;
