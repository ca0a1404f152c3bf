//! Subscriptions over a WebSocket, in the words of `graphql-transport-ws`.
//!
//! It is ours because the library's answers most faults with the wrong code, one of them with a frame that no client can
//! read, sends no pings, silently replaces a stream whose id comes again, and drops what a slow reader missed.
//!
//! | what happened | code | graphql-ws |
//! |---|---|---|
//! | a message that is not one: binary, no JSON, unknown type | 4400 | gives up |
//! | `subscribe` before the acknowledgement; the key was revoked or the session is over | 4401 | gives up |
//! | no valid credentials in `connection_init`; the role has changed | 4403 | tries again |
//! | the subprotocol was not asked for | 4406 | gives up |
//! | no `connection_init` in time | 4408 | tries again |
//! | the id of an operation that runs | 4409 | gives up |
//! | a second `connection_init`; too many messages | 4429 | gives up |
//! | a message over the limit | 1009 | gives up |
//! | the server stops | 1012 | tries again |
//! | our own trouble; too many sockets of one actor | 1013 | tries again |
//!
//! What is wrong with one operation is an `error` message of that operation, and the socket goes on.

mod budget;
mod handshake;
mod operation;
pub mod protocol;
mod socket;

pub use handshake::{accept, is_asked_for};
