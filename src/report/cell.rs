//! The text of one cell: defused where a spreadsheet would take it for a formula, and times in the asked zone.
//!
//! # Formulas
//! A cell that begins with `=`, `+`, `-`, `@` (or their full-width forms), a tab or a line break is run as a formula by
//! Excel, LibreOffice or Google Sheets; the customer's own name would do (OWASP, "CSV Injection"). Such a cell gets a
//! leading apostrophe, which spreadsheets read as "this is text". So a phone number stands as `'+919812345678`.
//!
//! Spaces, control and invisible characters before the sign do not hide it (Excel drops a NUL). And a spreadsheet of a
//! country that parts cells by semicolons opens `a;=1` as two cells, quotes or not, so the same holds after each `;`, tab
//! and line break inside a cell. Ids, words, numbers and times of ours never begin so.
//!
//! A reader gets the stored text back by dropping one apostrophe wherever one was added: from each run of apostrophes at
//! those places that a formula sign follows.

use std::borrow::Cow;

use chrono::{Datelike, Offset, TimeZone, Timelike};
use chrono_tz::Tz;
use entity::Time;

/// The text of a cell that cannot be taken for a formula; borrowed when it was harmless.
pub fn defused(text: &str) -> Cow<'_, str> {
    // Nearly every cell: begins with an ASCII letter or digit and has no break inside.
    let plain_start = text.bytes().next().is_none_or(|byte| byte.is_ascii_alphanumeric());
    if plain_start && !text.bytes().any(is_break) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::new();
    let mut copied = 0;
    for place in places(text) {
        if is_formula(text, place) {
            safe.push_str(&text[copied..place]);
            safe.push('\'');
            copied = place;
        }
    }
    if safe.is_empty() {
        return Cow::Borrowed(text);
    }
    safe.push_str(&text[copied..]);
    Cow::Owned(safe)
}

/// Where some spreadsheet might begin a cell: at the start, and after each break.
fn places(text: &str) -> impl Iterator<Item = usize> {
    let after_breaks = text.bytes().enumerate().filter(|(_, byte)| is_break(*byte)).map(|(at, _)| at + 1);
    std::iter::once(0).chain(after_breaks)
}

fn is_break(byte: u8) -> bool {
    matches!(byte, b';' | b'\t' | b'\n' | b'\r')
}

/// Whether a cell that began at `place` would be a formula. Apostrophes are looked through, so that adding one changes no
/// answer, and dropping it is exact.
fn is_formula(text: &str, place: usize) -> bool {
    let rest = text[place..].trim_start_matches('\'');
    let starts_with_break = place == 0 && rest.starts_with(['\t', '\n', '\r']);
    starts_with_break
        || rest
            .trim_start_matches(|c: char| c == '\'' || c.is_whitespace() || c.is_control() || is_invisible(c))
            .starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

/// Format characters without a width: soft hyphen, zero-width spaces and joiners, direction marks, the byte order mark.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Appends a moment as RFC 3339 in a zone, with its offset: `2026-01-31T23:59:59.125000+05:30`; whole seconds have no
/// fraction. Nothing is rounded away: an equal moment of the API is equal here.
pub fn push_time(out: &mut Vec<u8>, zone: Tz, at: Time) {
    let offset = zone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc();
    // RFC 3339 has offsets of whole minutes; Liberia had 44 minutes 30 until 1972. The instant stays exact.
    let minutes = offset / 60;
    let local = at.naive_utc() + chrono::TimeDelta::minutes(minutes.into());
    let year = local.year().unsigned_abs();
    push_two(out, year / 100);
    push_two(out, year % 100);
    for (mark, value) in [
        (b'-', local.month()),
        (b'-', local.day()),
        (b'T', local.hour()),
        (b':', local.minute()),
        (b':', local.second()),
    ] {
        out.push(mark);
        push_two(out, value);
    }
    let micros = local.nanosecond() / 1_000;
    if micros != 0 {
        out.push(b'.');
        push_two(out, micros / 10_000);
        push_two(out, micros / 100 % 100);
        push_two(out, micros % 100);
    }
    out.push(if minutes < 0 { b'-' } else { b'+' });
    push_two(out, minutes.unsigned_abs() / 60);
    out.push(b':');
    push_two(out, minutes.unsigned_abs() % 60);
}

fn push_two(out: &mut Vec<u8>, value: u32) {
    out.extend([b'0' + (value / 10 % 10) as u8, b'0' + (value % 10) as u8]);
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;

    /// What a reader does to have the stored text back; see the module's words.
    fn restored(cell: &str) -> String {
        let mut text = String::new();
        let mut copied = 0;
        for place in places(cell) {
            if cell[place..].starts_with('\'') && is_formula(cell, place) {
                text.push_str(&cell[copied..place]);
                copied = place + 1;
            }
        }
        text.push_str(&cell[copied..]);
        text
    }

    #[test]
    fn formulas_are_defused() {
        for (text, cell) in [
            ("=1+1", "'=1+1"),
            ("+919812345678", "'+919812345678"),
            ("-2", "'-2"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("＝1", "'＝1"),
            ("＠x", "'＠x"),
            ("\tx", "'\tx"),
            ("\r\nx", "'\r\nx"),
            ("  =1", "'  =1"),
            ("\0=1", "'\0=1"),
            ("\u{feff}=1", "'\u{feff}=1"),
            ("'=1", "''=1"),
            ("a;=1", "a;'=1"),
            ("a\n=1", "a\n'=1"),
            ("\u{a0}\u{200b}-1", "'\u{a0}\u{200b}-1"),
        ] {
            assert_eq!(defused(text), cell);
            assert_eq!(restored(cell), text);
        }
    }

    #[test]
    fn names_stay_as_they_are() {
        for text in
            ["", "Asha Rao", "'Abd al-Rahman", "O'Brien", "a; b", "1-2", "रमेश", " x", "a@b.in", "\"q\", r"]
        {
            assert!(matches!(defused(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_cell_is_a_formula_and_every_text_comes_back(
            text in "([=+@＝'a;\t\r\n\0\u{200b} -]{0,12}|\\PC{0,20})"
        ) {
            let cell = defused(&text);
            for part in cell.split([';', '\t', '\r', '\n']) {
                let seen = part.trim_start_matches(|c: char| c.is_whitespace() || c.is_control() || is_invisible(c));
                prop_assert!(!seen.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']), "{cell:?}");
            }
            prop_assert!(!cell.starts_with(['\t', '\r', '\n']));
            prop_assert_eq!(restored(&cell), text);
        }

        #[test]
        fn a_time_is_the_same_moment_in_the_zone(
            zone in 0..chrono_tz::TZ_VARIANTS.len(), micros in 0i64..4_000_000_000_000_000
        ) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            let at = DateTime::from_timestamp_micros(micros).unwrap();
            let mut out = Vec::new();
            push_time(&mut out, zone, at);
            let read = DateTime::parse_from_rfc3339(std::str::from_utf8(&out).unwrap()).unwrap();
            prop_assert_eq!(read, at);
            let zone_offset = at.with_timezone(&zone).offset().fix().local_minus_utc();
            prop_assert_eq!(read.offset().local_minus_utc() / 60, zone_offset / 60);
        }
    }

    #[test]
    fn a_time_looks_like_this() {
        let mut out = Vec::new();
        push_time(
            &mut out,
            Tz::Asia__Kolkata,
            DateTime::from_timestamp_micros(1_767_205_799_125_000).unwrap(),
        );
        out.push(b' ');
        push_time(&mut out, Tz::America__St_Johns, DateTime::from_timestamp(1_767_205_799, 0).unwrap());
        assert_eq!(out, b"2025-12-31T23:59:59.125000+05:30 2025-12-31T14:59:59-03:30");
    }
}
