//! The use cases: one public function is one permission check is one transaction.

mod aggregate;
pub mod api_key;
pub mod attempt;
pub mod branding;
mod change;
pub mod contrast;
pub mod customer;
pub mod expiry;
pub mod hold;
mod idempotency;
pub mod input_errors;
pub mod journey;
pub mod link;
mod lock;
pub mod member;
pub mod merchant;
pub mod password;
mod patch;
mod reason;
mod refusal;
pub mod report;
pub mod rows;
pub mod screening;
pub mod search;
pub mod step;
pub mod text;
pub(crate) mod told;
mod writes;

pub use attempt::{AttemptChanged, LinkIssued};
pub use change::{Change, Kyc};
pub use hold::HoldChanged;
pub use idempotency::{Answer, Key, Outcome, REMEMBERED};
pub use patch::Patch;
pub use reason::ReasonInput;
pub use screening::MatchDecided;
pub use step::StepMoved;
