//! Screening a customer against the sanctions lists: the run, and the team's decisions about what it found.
//!
//! A run has two halves. Outside any transaction the name is held against the lists, which takes a millisecond of a
//! processor; then one transaction makes sure that the customer is still who was screened, remembers what the team decided
//! about the same person before, and writes what follows for the step. Several replicas may find the same step due: the
//! second sees under the attempt's lock that it is not any more.

mod conclude;
mod decide;
mod due;
mod inputs;
mod memory;

use std::sync::Arc;

use tokio::sync::Notify;

pub use self::{
    decide::{MatchDecide, MatchDecided, decide},
    due::screenings_due,
};
use crate::checks::sanctions::DEFAULT_THRESHOLD;

/// `Step.provider` of a screening.
pub const PERFORMED_BY_US: &str = "embedded";
/// The most matches that are kept of a run. More than these nobody reads; those that need a decision come first, and when
/// all are cleared, the screening runs again and brings the next.
pub const MOST_MATCHES: usize = 50;

/// How customers are screened, and the bell that tells the worker of a screening that has become due. Clones are one.
#[derive(Clone, Debug)]
pub struct Screening {
    threshold: f64,
    bell: Arc<Notify>,
}

impl Screening {
    /// `threshold`: the least score of a match, 0.5 to 1.
    pub fn new(threshold: f64) -> Self {
        Self { threshold, bell: Arc::default() }
    }

    /// Tells the worker of this process that a screening is due.
    pub fn wake(&self) {
        self.bell.notify_one();
    }

    /// Rung when a screening has become due in this process; other processes' come to light at the next look.
    pub fn bell(&self) -> &Notify {
        &self.bell
    }
}

impl Default for Screening {
    fn default() -> Self {
        Self::new(DEFAULT_THRESHOLD)
    }
}
