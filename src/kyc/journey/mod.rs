//! What a customer does: opening their link, consenting, performing their steps. Everything begins in their own journey
//! ([`crate::auth::Walk`]), and no use case of the team's takes a customer.

mod open;

pub(super) use open::end_sessions;
pub use open::{Inactive, Open, Opened, open};
