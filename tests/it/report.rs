//! The report, from its rows to the bytes that a client gets.

mod delivery;
mod fixture;
mod route;
mod rows;
