//! Birth dates as people write them: "14 Jun 1975", "Apr 1963", "1967", "circa 1956", "1968 to 1969".

use chrono::NaiveDate;

use crate::checks::sanctions::person::Birth;

/// The years in which a listed person may have been born. What is outside is another calendar, or a slip.
const YEARS: std::ops::RangeInclusive<i32> = 1850..=2100;
const MONTHS: [&str; 12] =
    ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
/// The words that say that the list is not sure.
const UNSURE: [&str; 6] = ["circa ", "approximately ", "approx. ", "about ", "ca. ", "c. "];

/// Reads YYYY, YYYY-MM or YYYY-MM-DD. None for anything else, and for years before 1850 or after 2100.
pub fn iso(text: &str) -> Option<Birth> {
    let digits = |part: &str, count: usize| {
        (part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit())).then(|| part.parse().ok())?
    };
    let mut parts = text.split('-');
    let year = i32::try_from(digits(parts.next()?, 4)?).ok().filter(|year| YEARS.contains(year))?;
    let Some(month) = parts.next() else { return Birth::in_years(year, year) };
    let month = digits(month, 2)?;
    let Some(day) = parts.next() else { return Birth::in_month(year, month) };
    let day = digits(day, 2)?;
    parts.next().is_none().then(|| NaiveDate::from_ymd_opt(year, month, day).map(Birth::on))?
}

/// Reads what a list may write. None for what is no date.
pub(super) fn read(text: &str) -> Option<Birth> {
    let lower = text.trim().trim_end_matches('.').to_lowercase();
    let sure = UNSURE.iter().find_map(|word| lower.strip_prefix(word));
    let birth = span(sure.unwrap_or(&lower).trim())?;
    Some(if sure.is_some() { birth.circa() } else { birth })
}

/// The only year that a note names, not quite sure: "Between Aug. and Sep. 1977".
pub(super) fn in_note(text: &str) -> Option<Birth> {
    if let Some(birth) = read(text) {
        return Some(birth);
    }
    let mut years = text
        .split(|c: char| !c.is_ascii_digit())
        .filter(|digits| digits.len() == 4)
        .filter_map(|digits| digits.parse().ok())
        .filter(|year| YEARS.contains(year));
    let year = years.next()?;
    years.next().is_none().then(|| Birth::in_years(year, year).map(Birth::circa))?
}

/// The years of a range that the list gives in two fields.
pub(super) fn years(from: &str, to: &str) -> Option<Birth> {
    let (from, to) = (iso(from)?, iso(to)?);
    (from.from <= to.to).then_some(Birth { to: to.to, ..from })
}

fn span(text: &str) -> Option<Birth> {
    if let Some(one) = single(text) {
        return Some(one);
    }
    let (from, to) = text.split_once(" to ").or_else(|| text.split_once('-'))?;
    let (from, to) = (single(from.trim())?, single(to.trim())?);
    (from.from <= to.to).then_some(Birth { to: to.to, ..from })
}

fn single(text: &str) -> Option<Birth> {
    if let Some(birth) = iso(text) {
        return Some(birth);
    }
    let words: Vec<_> = text.split_whitespace().collect();
    let year = |word: &str| word.parse().ok().filter(|year| YEARS.contains(year));
    match words[..] {
        [name, y] => Birth::in_month(year(y)?, month(name)?),
        [day, name, y] => NaiveDate::from_ymd_opt(year(y)?, month(name)?, day.parse().ok()?).map(Birth::on),
        _ => None,
    }
}

/// January is "jan", "jan." or "january".
fn month(name: &str) -> Option<u32> {
    let name = name.trim_end_matches('.');
    let known = name.chars().all(|c| c.is_ascii_alphabetic());
    let place = MONTHS.iter().position(|short| known && name.starts_with(short))?;
    u32::try_from(place + 1).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lists_write_is_read() {
        for (text, expected) in [
            ("14 Jun 1975", "1975-06-14"),
            ("02 Dec 1956.", "1956-12-02"),
            ("Apr 1963", "1963-04"),
            ("Nov. 1973 ", "1973-11"),
            ("August 1961", "1961-08"),
            ("1967", "1967"),
            ("circa 1956", "circa 1956"),
            ("circa 01 Jan 1961", "circa 1961-01-01"),
            ("circa 1979-1982", "circa 1979-1982"),
            ("1968 to 1969", "1968-1969"),
            ("01 Jan 1946 to 31 Dec 1948", "1946-1948"),
            ("01 Mar 1965 to 31 Mar 1965", "1965-03"),
            ("1984-01-01", "1984-01-01"),
        ] {
            assert_eq!(read(text).map(|birth| birth.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in [
            "",
            "30 Feb 1970",
            "1970 to 1960",
            "Smarch 1970",
            "24/06/1402",
            "19",
            "1402",
            "unknown",
            "é 1970",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn a_note_gives_its_only_year() {
        let told = |text| in_note(text).map(|birth| birth.to_string());
        assert_eq!(told("Between Aug. and Sep. 1977").as_deref(), Some("circa 1977"));
        assert_eq!(told("Nov. 1973 ").as_deref(), Some("1973-11"));
        assert_eq!(told("24/06/1402 (Hijri Calendar)"), None);
        assert_eq!(told("1960 or 1965"), None);
    }

    #[test]
    fn only_the_three_forms_are_iso() {
        assert_eq!(iso("1970-02").map(|birth| birth.to_string()).as_deref(), Some("1970-02"));
        for text in ["70", "1970-2", "1970-13", "1970-02-30", "1970-02-03-04", "1970-02-", "+970", " 1970"] {
            assert_eq!(iso(text), None, "{text}");
        }
    }
}
