//! Who is asking, and what they may do.
//!
//! A request brings a bearer (the platform's key, or an API key) or the cookie of a session, a member's or a customer's;
//! [`Auth`] makes an [`Actor`] of it. Of every secret only a hash is stored, and only its hash is looked up.

mod actor;
pub mod address;
mod cookie;
pub mod csrf;
mod held;
pub mod key;
mod known;
mod lookup;
pub mod password;
mod resolve;
mod sign_in;
mod standing;
pub mod throttle;
mod touch;

pub use actor::{Actor, NOT_FOR_CUSTOMERS, Walk};
pub use cookie::SessionCookie;
pub use known::{FRESH, Known};
pub use password::Passwords;
pub use resolve::{Auth, Credential, JOURNEY_LASTS, JOURNEY_READS_ON, SESSION_IDLE, SESSION_LASTS};
pub use sign_in::{SignIn, SignedIn};
pub use standing::{Ended, Standing};
pub use throttle::{Guess, Throttle};
