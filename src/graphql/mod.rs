//! The public GraphQL API: one file a word, over the one read path of [`exec`].

mod actor;
pub mod answer;
mod attempt;
mod customer;
pub mod error;
pub mod exec;
mod execute;
mod hold;
mod keyset;
mod merchant;
mod mutation;
mod node;
mod query;
mod reason;
mod reasons;
mod scalar;
mod settings;
mod sort;
mod step;
mod summary;
mod tracker;
mod user_error;

pub use execute::{Api, Operation, choose};
