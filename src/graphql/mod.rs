//! The public GraphQL API: what is asked ([`guard`]), how it travels ([`http`]), how it is read ([`exec`]), and what is
//! answered ([`answer`]). Besides these, one file a word.

mod actor;
pub mod answer;
mod api_key;
mod attempt;
#[cfg(feature = "bench")]
pub mod bench;
mod customer;
pub mod error;
pub mod exec;
mod execute;
pub mod guard;
mod hold;
pub mod http;
mod input;
mod inputs;
mod journey;
mod keyset;
mod link;
pub mod live;
mod member;
mod merchant;
mod mutation;
mod node;
mod query;
mod reason;
mod reasons;
pub mod scalar;
mod screening;
mod screening_list;
mod sort;
pub mod sse;
mod step;
mod subscription;
mod summary;
mod tracker;
mod user_error;
mod viewer;
mod words;
pub mod ws;

pub use execute::{Api, Operation};
