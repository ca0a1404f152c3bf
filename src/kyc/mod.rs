//! The use cases: one public function is one permission check is one transaction.

mod aggregate;
pub mod attempt;
mod change;
pub mod customer;
pub mod expiry;
pub mod hold;
mod idempotency;
pub mod link;
mod patch;
mod reason;
mod refusal;
pub mod report;
pub mod rows;
pub mod search;
pub mod step;
mod text;

pub use attempt::{AttemptChanged, LinkIssued};
pub use change::{Change, Kyc};
pub use hold::HoldChanged;
pub use idempotency::{Answer, Key, Outcome, REMEMBERED};
pub use patch::Patch;
pub use reason::ReasonInput;
pub use step::StepMoved;
