//! The text of one cell, defused where a spreadsheet would take it for a formula.
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

#[cfg(test)]
mod tests {
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
    }
}
