//! The use cases: one public function is one permission check is one transaction.

pub mod api_key;
pub mod branding;
mod change;
pub mod contrast;
pub mod customer;
mod expiry;
mod idempotency;
pub mod member;
pub mod merchant;
pub mod password;
mod patch;
pub mod refusals;
pub mod rows;
pub mod search;
pub mod text;

pub use change::{Change, Kyc};
pub use idempotency::{Answer, Key, Outcome};
pub use patch::Patch;
