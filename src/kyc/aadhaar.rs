//! Finds full Aadhaar numbers in free text: the regulations under the Aadhaar Act keep whoever is not licensed for it
//! from storing one, so that a text with one is refused before it reaches a table, a log or a search index.
//!
//! An Aadhaar number has twelve digits, does not begin with 0 or 1, and ends in a Verhoeff check digit. One in ten of
//! all other twelve-digit numbers fits this form as well and is refused with it; nothing offline can tell them apart.

/// Digits of an Aadhaar number.
const LENGTH: usize = 12;

/// Where the ten decimal digits of a script begin: ASCII, Arabic, the scripts of India, and full-width forms.
const ZEROS: [char; 13] = [
    '0', '\u{660}', '\u{6F0}', '\u{966}', '\u{9E6}', '\u{A66}', '\u{AE6}', '\u{B66}', '\u{BE6}', '\u{C66}',
    '\u{CE6}', '\u{D66}', '\u{FF10}',
];

/// Whether the text contains a full Aadhaar number: twelve digits that stand for themselves, in one piece or in groups
/// with spaces or dashes between them. An Indian mobile number with its `+91` is none.
pub(crate) fn is_in(text: &str) -> bool {
    let groups = groups(text);
    (0..groups.len()).any(|first| {
        let mut digits: Vec<u8> = Vec::with_capacity(LENGTH);
        for (index, group) in groups[first..].iter().enumerate() {
            if index > 0 && !group.goes_on {
                return false;
            }
            digits.extend(&group.digits);
            if digits.len() >= LENGTH {
                let phone = groups[first].after_plus && matches!(digits[..3], [9, 1, 6..=9]);
                return digits.len() == LENGTH && digits[0] >= 2 && is_verhoeff(&digits) && !phone;
            }
        }
        false
    })
}

/// Digits that touch each other.
struct Group {
    digits: Vec<u8>,
    /// Only spaces and dashes are between the group before and this one.
    goes_on: bool,
    after_plus: bool,
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut before = None;
    let mut goes_on = false;
    for c in text.chars() {
        if let Some(digit) = digit(c) {
            match groups.last_mut() {
                Some(group) if before.is_some_and(|c| self::digit(c).is_some()) => group.digits.push(digit),
                _ => groups.push(Group { digits: vec![digit], goes_on, after_plus: before == Some('+') }),
            }
            goes_on = true;
        } else {
            goes_on &= is_separator(c);
        }
        before = Some(c);
    }
    groups
}

fn digit(c: char) -> Option<u8> {
    ZEROS.iter().find_map(|&zero| {
        let value = u32::from(c).checked_sub(u32::from(zero)).filter(|value| *value < 10)?;
        u8::try_from(value).ok()
    })
}

fn is_separator(c: char) -> bool {
    c.is_whitespace() || c == '-' || matches!(c, '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}')
}

/// Whether the last digit is the check digit of those before it (J. Verhoeff, *Error Detecting Decimal Codes*, 1969).
fn is_verhoeff(digits: &[u8]) -> bool {
    let sum = digits.iter().rev().zip(PERMUTATION.iter().cycle()).fold(0, |sum, (&digit, permutation)| {
        DIHEDRAL[usize::from(sum)][usize::from(permutation[usize::from(digit)])]
    });
    sum == 0
}

/// Multiplication in the dihedral group D5.
const DIHEDRAL: [[u8; 10]; 10] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
    [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
    [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
    [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
    [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
    [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
    [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
    [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
    [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
];

/// What each position does to its digit, from the right; the eighth power is the identity.
const PERMUTATION: [[u8; 10]; 8] = [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
    [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
    [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
    [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
    [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
    [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
    [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
];

#[cfg(test)]
mod tests {
    use super::*;

    /// Made up; the check digit makes it well-formed.
    const WELL_FORMED: &str = "234123412346";

    #[test]
    fn the_check_digit_is_verhoeffs() {
        // The worked examples of the literature: 236 → 3, 12345 → 1.
        assert!(is_verhoeff(&[2, 3, 6, 3]));
        assert!(is_verhoeff(&[1, 2, 3, 4, 5, 1]));
        assert!(!is_verhoeff(&[2, 3, 6, 4]));
    }

    #[test]
    fn a_full_number_is_found_however_it_is_written() {
        for text in [
            WELL_FORMED,
            "2341 2341 2346",
            "2341-2341-2346",
            "2341 - 2341 – 2346",
            "2341\u{A0}2341\u{A0}2346",
            "23 41 23 41 23 46",
            "Asha Rao (2341 2341 2346)",
            "UID234123412346X",
            "7 2341 2341 2346",
            "२३४१ २३४१ २३४६",
            "２３４１２３４１２３４６",
        ] {
            assert!(is_in(text), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "",
            "Asha Rao",
            "234123412345",
            "23412341234",
            "2341234123461",
            "1234 1234 1234",
            "XXXX XXXX 2346",
            "2341/2341/2346",
            "2341 2341 x 2346",
            "+91 98765 43210",
        ] {
            assert!(!is_in(text), "{text}");
        }
    }

    #[test]
    fn a_mobile_number_that_happens_to_fit_is_none() {
        let fits = |last: &u8| is_verhoeff(&[9, 1, 9, 8, 7, 6, 5, 4, 3, 2, 1, *last]);
        let last = (0..10).find(fits).unwrap();
        assert!(is_in(&format!("91987654321{last}")));
        assert!(!is_in(&format!("+91987654321{last}")));
        assert!(!is_in(&format!("+91 98765 4321{last}")));
    }

    #[test]
    fn every_slip_of_one_digit_and_every_swap_of_neighbours_is_noticed() {
        for position in 0..LENGTH {
            let mut digits = WELL_FORMED.as_bytes().to_vec();
            for digit in b'0'..=b'9' {
                digits[position] = digit;
                let text = String::from_utf8(digits.clone()).unwrap();
                assert_eq!(is_in(&text), text == WELL_FORMED, "{text}");
            }
            let mut swapped = WELL_FORMED.as_bytes().to_vec();
            swapped.swap(position, (position + 1) % LENGTH);
            let text = String::from_utf8(swapped).unwrap();
            assert!(position == LENGTH - 1 || !is_in(&text) || text == WELL_FORMED, "{text}");
        }
    }
}
