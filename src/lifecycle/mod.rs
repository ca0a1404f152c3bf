//! The rules of the journey, as pure functions: no I/O, no clock (time is an argument), nothing but the words of the
//! entity crate. `kyc` asks here what may happen, writes what the answer says, and appends its events.
//!
//! **Attempts** ([`attempt::may`] is the table):
//!
//! | from → to | when |
//! |---|---|
//! | CREATED → IN_PROGRESS | the customer opens the link, or an actor other than SYSTEM moves a step |
//! | CREATED, IN_PROGRESS → REJECTED | a reviewer rejects, or a step has FAILED with no tries left; a hold does not stop it |
//! | CREATED, IN_PROGRESS → EXPIRED | the link passes its validity, or is revoked, while the customer alone is waited for |
//! | IN_PROGRESS → COMPLETED | every step is COMPLETED and no hold is active |
//!
//! COMPLETED, REJECTED and EXPIRED are terminal. An attempt that SYSTEM alone completed goes through IN_PROGRESS.
//!
//! **Steps** ([`step::Step::advance`] is the table; a blank is INVALID_TRANSITION, `=` a repeat that changes nothing):
//!
//! | from \ to | NOT_STARTED | IN_PROGRESS | COMPLETED | FAILED | REQUIRES_ACTION |
//! |---|---|---|---|---|---|
//! | NOT_STARTED | = | a try | a try | a try | a try |
//! | IN_PROGRESS | | = | yes | yes | yes |
//! | COMPLETED | | | = | | a reviewer or SYSTEM |
//! | FAILED | | a try, while any is left | | = | |
//! | REQUIRES_ACTION | | again, at no cost | a reviewer or SYSTEM | a reviewer or SYSTEM | =, or hand it to the other party |
//!
//! Beyond the table: the customer never completes a step, and moves no screening; only SYSTEM completes a screening; a
//! provider's answer for a step that has moved on is INVALID_TRANSITION (record it as late).
//!
//! **Screenings** ([`screening`] has the tables): a run, or a decision about its matches, completes the step when every
//! match is CLEARED; an undecided or confirmed one keeps it with a reviewer, and so does a run that could not be made.

pub mod aadhaar;
pub mod attempt;
mod check;
mod kind;
pub mod link;
pub mod reasons;
mod refusal;
pub mod screening;
pub mod statuses;
pub mod step;
#[cfg(test)]
mod tests;

pub use refusal::{Refusal, RefusalCode};
