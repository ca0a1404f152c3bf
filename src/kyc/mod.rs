//! The use cases: one public function is one permission check is one transaction.

mod change;
pub mod customer;
mod expiry;
mod idempotency;
pub mod report;
mod patch;
pub mod rows;
pub mod search;
mod text;

pub use change::{Change, Kyc};
pub use idempotency::{Answer, Key, Outcome};
pub use patch::Patch;
