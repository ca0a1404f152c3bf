//! How many messages a client may send.

use tokio::time::Instant;

/// A bucket of messages that fills up by itself.
pub(super) struct Budget {
    left: f64,
    burst: f64,
    per_second: f64,
    filled: Instant,
}

impl Budget {
    pub(super) fn new(burst: u32, per_second: u32, now: Instant) -> Self {
        let burst = f64::from(burst);
        Self { left: burst, burst, per_second: f64::from(per_second), filled: now }
    }

    /// Takes one message; false when there is none left.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.filled);
        self.filled = now;
        self.left = (self.left + passed.as_secs_f64() * self.per_second).min(self.burst);
        if self.left < 1.0 {
            return false;
        }
        self.left -= 1.0;
        true
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_burst_is_free_and_then_it_is_so_many_a_second() {
        let begin = Instant::now();
        let mut budget = Budget::new(3, 2, begin);
        let mut take = |millis| budget.take(begin + Duration::from_millis(millis));
        assert_eq!([0; 4].map(&mut take), [true, true, true, false]);
        assert_eq!([500; 2].map(&mut take), [true, false]);
        assert_eq!([3_600_000; 4].map(&mut take), [true, true, true, false]);
    }
}
