//! Where a day begins, in zones that move their clocks.

use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use entity::Time;

/// The first instant of a local day. Days follow each other without a gap and without an overlap:
/// `[day_start(d), day_start(d + 1))` is day `d`, so every instant is in exactly one day.
///
/// - Midnight that does not exist (São Paulo sprang from 00:00 to 01:00; Apia left out a whole day in 2011): the day
///   begins where the clock arrived in it or beyond it.
/// - Midnight that exists twice (Havana falls from 01:00 back to 00:00): the day begins at the first one.
///
/// None outside the years that chrono can hold.
pub fn day_start(zone: Tz, day: NaiveDate) -> Option<Time> {
    let midnight = day.and_time(NaiveTime::MIN);
    if let Some(start) = zone.from_local_datetime(&midnight).earliest() {
        return Some(start.to_utc());
    }
    // Midnight was skipped: find the second in which the local date arrives at `day` or beyond. No zone is further
    // than a day from UTC, and no clock goes back within two days of going forward over midnight.
    let is_reached = |second: i64| {
        DateTime::<Utc>::from_timestamp(second, 0)
            .is_some_and(|at| at.with_timezone(&zone).date_naive() >= day)
    };
    let guess = midnight.and_utc();
    let mut before = guess.checked_sub_signed(TimeDelta::days(1))?.timestamp();
    let mut reached = guess.checked_add_signed(TimeDelta::days(1))?.timestamp();
    while reached - before > 1 {
        let middle = before.midpoint(reached);
        if is_reached(middle) { reached = middle } else { before = middle }
    }
    DateTime::from_timestamp(reached, 0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn start(zone: Tz, day: &str) -> String {
        day_start(zone, day.parse().unwrap()).unwrap().to_rfc3339()
    }

    #[test]
    fn a_day_begins_at_local_midnight() {
        assert_eq!(start(Tz::Asia__Kolkata, "2026-01-01"), "2025-12-31T18:30:00+00:00");
        assert_eq!(start(Tz::UTC, "2026-01-01"), "2026-01-01T00:00:00+00:00");
    }

    #[test]
    fn a_skipped_midnight_begins_where_the_clock_arrives() {
        // 00:00 became 01:00.
        assert_eq!(start(Tz::America__Sao_Paulo, "2018-11-04"), "2018-11-04T03:00:00+00:00");
        assert_eq!(start(Tz::Asia__Beirut, "2022-03-27"), "2022-03-26T22:00:00+00:00");
        // The 30th did not happen: it is an empty day before the 31st.
        assert_eq!(start(Tz::Pacific__Apia, "2011-12-30"), "2011-12-30T10:00:00+00:00");
        assert_eq!(start(Tz::Pacific__Apia, "2011-12-31"), "2011-12-30T10:00:00+00:00");
    }

    #[test]
    fn a_midnight_that_comes_twice_begins_the_day_once() {
        // 01:00 became 00:00.
        assert_eq!(start(Tz::America__Havana, "2025-11-02"), "2025-11-02T04:00:00+00:00");
        // 00:01 became 23:01 of the day before.
        assert_eq!(start(Tz::America__St_Johns, "2010-11-07"), "2010-11-07T02:30:00+00:00");
    }

    proptest! {
        #[test]
        fn days_follow_each_other(zone in 0..chrono_tz::TZ_VARIANTS.len(), day in 0i64..22_000) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            let day = NaiveDate::from_ymd_opt(1970, 1, 2).unwrap() + TimeDelta::days(day);
            let (start, end) = (day_start(zone, day).unwrap(), day_start(zone, day.succ_opt().unwrap()).unwrap());
            prop_assert!(start <= end);
            let length = end - start;
            prop_assert!(length.is_zero() || (TimeDelta::hours(20)..=TimeDelta::hours(28)).contains(&length)
                // Kwajalein and Manila's like moved over the date line.
                || length >= TimeDelta::hours(44), "{zone} {day} {length}");
            // The second before belongs to an earlier day, unless the clock fell back over midnight.
            let eve = (start - TimeDelta::seconds(1)).with_timezone(&zone).date_naive();
            prop_assert!(eve < day, "{zone} {day} {eve}");
        }
    }
}
