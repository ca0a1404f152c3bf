//! How long to wait for a provider that is down.

use chrono::TimeDelta;

/// When to ask again after the `asked`-th time in a row (from 1) that a provider was down: 15 s, 1, 4, 15 and 30 minutes. None
/// after that: the customer is told PROVIDER_UNAVAILABLE, and may begin again at no cost. The calls of one question, with their own
/// short pauses, count once.
pub fn later(asked: u32) -> Option<TimeDelta> {
    const AFTER: [TimeDelta; 5] = [
        TimeDelta::seconds(15),
        TimeDelta::minutes(1),
        TimeDelta::minutes(4),
        TimeDelta::minutes(15),
        TimeDelta::minutes(30),
    ];
    let place = usize::try_from(asked.checked_sub(1)?).ok()?;
    AFTER.get(place).copied()
}

#[cfg(test)]
mod tests {
    use entity::StepKind;

    use super::*;
    use crate::lifecycle::step::time_limit;

    #[test]
    fn it_waits_longer_each_time_and_gives_up_before_the_steps_time_is_over() {
        let waits: Vec<_> = (1..).map_while(later).collect();
        assert!(waits.len() > 3 && waits.is_sorted());
        let whole: TimeDelta = waits.iter().sum();
        assert!(whole < time_limit(StepKind::Pan) && whole < time_limit(StepKind::BankPennyDrop));
        assert_eq!((later(0), later(u32::MAX)), (None, None));
    }
}
