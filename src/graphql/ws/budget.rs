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
    pub(super) fn new(burst: u32, per_second: u32) -> Self {
        let burst = f64::from(burst);
        Self { left: burst, burst, per_second: f64::from(per_second), filled: Instant::now() }
    }

    /// Takes one message; false when there is none left.
    pub(super) fn take(&mut self) -> bool {
        let passed = self.filled.elapsed();
        self.filled += passed;
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

    #[tokio::test(start_paused = true)]
    async fn a_burst_is_free_and_then_it_is_so_many_a_second() {
        let mut budget = Budget::new(3, 2);
        assert_eq!([(); 4].map(|()| budget.take()), [true, true, true, false]);
        tokio::time::advance(Duration::from_millis(500)).await;
        assert_eq!([(); 2].map(|()| budget.take()), [true, false]);
        tokio::time::advance(Duration::from_secs(3600)).await;
        assert_eq!([(); 4].map(|()| budget.take()), [true, true, true, false]);
    }
}
