//! The event log of each merchant: what happened, in commit order, without a gap.
//!
//! The tracker, the audit, `verify` and every live update read it; nothing else is told of a change.

pub mod cursor;
pub mod feed;
pub mod image;
pub mod log;

pub use cursor::Cursor;
pub use feed::Feed;
pub use image::Images;
pub use log::Draft;
