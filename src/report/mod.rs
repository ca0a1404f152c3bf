//! The CSV report: which attempts, how they are written, and how they reach a slow reader from one snapshot.
//!
//! No HTTP and no permissions here: `rest` and `ops` ask `kyc::report`, which checks the actor, leaves the event, and
//! starts the [`export`]. What a row holds is said by [`sheet`], which rows there are by [`query`].

#[cfg(feature = "bench")]
pub mod bench;
pub mod cell;
pub mod export;
mod page;
pub mod query;
mod record;
mod rows;
pub mod sheet;
mod spool;
mod times;

pub use export::Export;
pub use query::{Date, Layout, Params, Plan, Query};
