//! Times of the report: RFC 3339 in the asked zone.

use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use entity::Time;

/// Microseconds of a minute, an hour, a day.
const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Days that are known at a time; the times of neighbouring attempts lie within a few.
const KNOWN: usize = 64;

/// Writes moments in a zone.
pub(super) struct Times {
    zone: Tz,
    /// A day of UTC, counted from 1970, at the place of its number modulo [`KNOWN`].
    known: [Day; KNOWN],
}

/// A day of UTC, and the zone's offset in it.
#[derive(Clone, Copy)]
struct Day {
    number: i64,
    /// In minutes; none when it is not the same all day.
    offset: Option<i32>,
}

impl Times {
    pub(super) fn in_zone(zone: Tz) -> Self {
        let nowhere = Day { number: i64::MIN, offset: None };
        Self { zone, known: [nowhere; KNOWN] }
    }

    /// Appends a moment with its offset: `2026-01-31T23:59:59.125000+05:30`; whole seconds have no fraction. Nothing is rounded
    /// away: an equal moment of the API is equal here.
    pub(super) fn push(&mut self, out: &mut Vec<u8>, at: Time) {
        let micros = at.timestamp_micros();
        let minutes = self.offset(micros);
        let local = micros + i64::from(minutes) * MINUTE;
        let (year, month, day) = date(local.div_euclid(DAY));
        let rest = local.rem_euclid(DAY);
        // Below 86,400 and a million.
        let (seconds, micros) = ((rest / 1_000_000) as u32, (rest % 1_000_000) as u32);
        let mut text = *b"0000-00-00T00:00:00.000000+00:00";
        let mut two = |at: usize, value: u32| {
            text[at] = b'0' + (value / 10) as u8;
            text[at + 1] = b'0' + (value % 10) as u8;
        };
        two(0, year / 100 % 100);
        two(2, year % 100);
        two(5, month);
        two(8, day);
        two(11, seconds / 3600);
        two(14, seconds / 60 % 60);
        two(17, seconds % 60);
        if micros != 0 {
            two(20, micros / 10_000);
            two(22, micros / 100 % 100);
            two(24, micros % 100);
        }
        let zone = minutes.unsigned_abs();
        two(27, zone / 60);
        two(30, zone % 60);
        if minutes < 0 {
            text[26] = b'-';
        }
        if micros == 0 {
            out.extend_from_slice(&text[..19]);
            out.extend_from_slice(&text[26..]);
        } else {
            out.extend_from_slice(&text);
        }
    }

    /// The zone's offset at a moment, in minutes.
    fn offset(&mut self, micros: i64) -> i32 {
        let number = micros.div_euclid(DAY);
        let place = number.rem_euclid(KNOWN as i64) as usize;
        if self.known[place].number != number {
            let start = number * DAY;
            let first = self.looked_up(start);
            // No zone leaves an offset and comes back to it within an hour.
            let same =
                (1..=24).all(|hour| self.looked_up((start + hour * HOUR).min(start + DAY - 1)) == first);
            self.known[place] = Day { number, offset: same.then_some(first) };
        }
        self.known[place].offset.unwrap_or_else(|| self.looked_up(micros))
    }

    /// The same, from the zone itself. RFC 3339 has offsets of whole minutes; Liberia had 44 minutes 30 until 1972. The instant stays
    /// exact.
    fn looked_up(&self, micros: i64) -> i32 {
        let at = DateTime::from_timestamp_micros(micros).unwrap_or_default();
        self.zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc() / 60
    }
}

/// Year, month and day of a day counted from 1970, from year 0 on, by the calendar's cycle of 400 years that begins in March.
/// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.)
fn date(number: i64) -> (u32, u32, u32) {
    let from_march = number + 719_468;
    let era = from_march.div_euclid(146_097);
    // Below 146,097.
    let of_era = from_march.rem_euclid(146_097) as u32;
    let year = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, after) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    ((era * 400).unsigned_abs() as u32 + year + after, month, day)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same by the calendar and the zone of the library.
    fn plainly(zone: Tz, at: Time) -> String {
        let seconds = at.with_timezone(&zone).offset().fix().local_minus_utc();
        let local = chrono::FixedOffset::east_opt(seconds / 60 * 60).unwrap();
        let form = if at.timestamp_subsec_micros() == 0 { "%FT%T%:z" } else { "%FT%T%.6f%:z" };
        at.with_timezone(&local).format(form).to_string()
    }

    fn written(times: &mut Times, at: Time) -> String {
        let mut out = Vec::new();
        times.push(&mut out, at);
        String::from_utf8(out).unwrap()
    }

    /// The last moment before the zone's offset changes, between two moments at which it is not the same.
    fn change(zone: Tz, mut before: i64, mut after: i64) -> i64 {
        let times = Times::in_zone(zone);
        while after - before > 1 {
            let middle = before + (after - before) / 2;
            if times.looked_up(middle) == times.looked_up(before) { before = middle } else { after = middle }
        }
        before
    }

    proptest! {
        #[test]
        fn times_are_those_of_the_library(
            zone in 0..chrono_tz::TZ_VARIANTS.len(), micros in prop::collection::vec(0i64..200_000_000_000_000_000, 9)
        ) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            let mut times = Times::in_zone(zone);
            for micros in micros {
                for at in [micros, micros / 1_000_000 * 1_000_000, micros / 60] {
                    let at = DateTime::from_timestamp_micros(at).unwrap();
                    prop_assert_eq!(written(&mut times, at), plainly(zone, at));
                }
            }
        }

        #[test]
        fn changes_of_the_clock_are_met_to_the_microsecond(
            zone in 0..chrono_tz::TZ_VARIANTS.len(), week in 0i64..3_600, aside in -2 * DAY..2 * DAY
        ) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            let mut times = Times::in_zone(zone);
            // A change within half a year, if there is one.
            let start = week * 7 * DAY;
            let Some(end) = (1..26).map(|weeks| start + weeks * 7 * DAY)
                .find(|end| times.looked_up(*end) != times.looked_up(start)) else { return Ok(()) };
            let last = change(zone, start, end);
            for micros in [last, last + 1, last - HOUR, last + HOUR, last + aside] {
                let at = DateTime::from_timestamp_micros(micros).unwrap();
                prop_assert_eq!(written(&mut times, at), plainly(zone, at));
            }
        }
    }

    #[test]
    fn a_time_looks_like_this() {
        for (zone, micros, text) in [
            (Tz::Asia__Kolkata, 1_767_205_799_125_000, "2025-12-31T23:59:59.125000+05:30"),
            (Tz::America__St_Johns, 1_767_205_799_000_000, "2025-12-31T14:59:59-03:30"),
            (Tz::Africa__Monrovia, 0, "1969-12-31T23:16:00-00:44"),
            (Tz::UTC, 951_782_400_000_001, "2000-02-29T00:00:00.000001+00:00"),
        ] {
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            assert_eq!(written(&mut Times::in_zone(zone), at), text);
        }
    }
}
