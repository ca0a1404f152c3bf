//! The time, from one place. Everything below the edge takes it from a [`Clock`], so that a test can move it.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use entity::Time;

/// Where the time comes from.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that stands still until it is moved; for tests, and for history that is written in one go.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `at`.
    pub fn manual(at: Time) -> Self {
        Self::Manual(Arc::new(AtomicI64::new(at.timestamp_micros())))
    }

    /// Now, truncated to microseconds: PostgreSQL keeps no more, and both databases have to agree.
    pub fn now(&self) -> Time {
        match self {
            #[expect(clippy::disallowed_methods, reason = "this is the clock")]
            Self::System => Utc::now().trunc_subsecs(6),
            Self::Manual(micros) => {
                DateTime::from_timestamp_micros(micros.load(Ordering::SeqCst)).unwrap_or(DateTime::UNIX_EPOCH)
            }
        }
    }

    /// Moves a manual clock; the machine's clock cannot be moved, and stays as it is.
    pub fn advance(&self, by: TimeDelta) {
        if let Self::Manual(micros) = self {
            micros.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::SeqCst);
        }
    }

    /// Sets a manual clock.
    pub fn set(&self, at: Time) {
        if let Self::Manual(micros) = self {
            micros.store(at.timestamp_micros(), Ordering::SeqCst);
        }
    }
}
