//! The public GraphQL API: what is asked ([`guard`]), how it travels ([`http`]), how it is read ([`exec`]), and what is
//! answered ([`answer`]).

pub mod answer;
pub mod error;
pub mod exec;
pub mod guard;
pub mod http;
pub mod scalar;
