//! The use cases: one public function is one permission check is one transaction.

mod change;
mod expiry;
mod idempotency;
pub mod report;
pub mod rows;

pub use change::{Change, Kyc};
pub use idempotency::{Answer, Key, Outcome};
