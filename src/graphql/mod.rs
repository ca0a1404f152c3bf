//! The GraphQL edge: what is asked ([`guard`]), how it travels ([`http`]), and what is answered ([`answer`]).

pub mod answer;
pub mod guard;
pub mod http;
