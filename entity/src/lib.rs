//! The tables, one a file, and the words they are written in.
//!
//! | table | one row is |
//! |---|---|
//! | [`merchant`] | a business that runs KYC, with its branding and defaults |
//! | [`member`] | a person of a merchant's team |
//! | [`api_key`] | a bearer key of a merchant's own system |
//! | [`session`] | a member who is signed in |
//! | [`customer`] | a person who is to be verified |
//! | [`attempt`] | one KYC journey of one customer: the aggregate that is locked and versioned |
//! | [`step`] | one check of an attempt |
//! | [`hold`] | a manual stop of an attempt |
//! | [`screening`] | one run of a screening step |
//! | [`screening_match`] | somebody on a sanctions list who may be the customer, and the decision about it |
//! | [`link`] | one issued token of an attempt's link |
//! | [`check_run`] | what a provider is to be asked about a step, and when next |
//! | [`step_result`] | what the check of a step found, masked |
//! | [`callback`] | a callback of a provider that was believed; nobody's |
//! | [`link_session`] | a browser in which a customer walks their journey |
//! | [`unnamed_picture`] | a picture in the store that no row names: on its way, or replaced |
//! | [`event`], [`log_head`] | the append-only log of a merchant, and the number of its newest entry |
//! | [`idempotency`] | the answer of a mutation that carried a key |
//! | [`search_token`] | a word by which a customer is found |
//! | [`secret`] | what the replicas sign with; nobody's, as the next two |
//! | [`sanction_list`] | one imported version of a sanctions list |
//! | [`sanction_person`] | a listed person's record, and the versions it stands in |
//!
//! Every read of a merchant's rows begins in a [`Scope`]; the few that cannot (who is this bearer? which attempts are
//! overdue?) are functions of this crate, so that a search for them finds all of them. `clippy.toml` forbids
//! `Entity::find` and its kin everywhere else.
// The fence of clippy.toml is for the rest of the workspace: this crate is where those functions are called.
#![expect(clippy::disallowed_methods, reason = "the scope is built here")]

pub mod api_key;
pub mod attempt;
pub mod callback;
pub mod check_run;
pub mod class;
pub mod customer;
pub mod event;
pub mod hold;
pub mod id;
pub mod idempotency;
pub mod link;
pub mod link_session;
pub mod log_head;
pub mod member;
pub mod merchant;
pub mod pick;
pub mod sanction_list;
pub mod sanction_person;
mod scope;
pub mod screening;
pub mod screening_match;
pub mod search_token;
pub mod secret;
pub mod session;
mod some;
pub mod step;
pub mod step_result;
pub mod unnamed_picture;
pub mod whole;
mod words;

pub use sanction_list::ListName;
use scope::any_of;
pub use scope::{Scope, Scoped};
pub use words::*;

/// A moment, in UTC, truncated to microseconds before it is stored (PostgreSQL keeps no more).
pub type Time = chrono::DateTime<chrono::Utc>;
