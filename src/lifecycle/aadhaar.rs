//! Full Aadhaar numbers in free text. UIDAI and RBI rules: only the last four digits may be kept, so a text that
//! holds a whole number is refused before it is stored.

/// Whether `text` contains something that can be a full Aadhaar number: 12 digits, together or as three groups of
/// four, that do not begin with 0 or 1 and whose last is their Verhoeff check digit. One in ten other numbers of that
/// shape passes the check too; refusing those is the lesser evil.
pub fn contains_full_number(text: &str) -> bool {
    let groups = digit_groups(text);
    let together = groups.iter().any(|group| is_full_number(&group.digits));
    together
        || groups.windows(3).any(|three| {
            let close = three[1].follows && three[2].follows;
            let fours = three.iter().all(|group| group.digits.len() == 4);
            close && fours && is_full_number(&three.iter().flat_map(|g| g.digits.clone()).collect::<Vec<_>>())
        })
}

/// Whether these digits are a possible Aadhaar number.
fn is_full_number(digits: &[u8]) -> bool {
    digits.len() == 12 && digits[0] >= 2 && verhoeff(digits)
}

/// Digits that stand together.
struct Group {
    digits: Vec<u8>,
    /// Nothing but separators lies between it and the group before.
    follows: bool,
}

/// The groups of digits in `text`, in order. Digits of the scripts of India and full-width ones count as what they
/// mean.
fn digit_groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut gap = Some(0); // how many separators since the last digit; none after anything else
    let mut inside = false;
    for c in text.chars() {
        if let Some(digit) = digit(c) {
            match groups.last_mut() {
                Some(group) if inside => group.digits.push(digit),
                before => {
                    let follows = before.is_some() && gap.is_some();
                    groups.push(Group { digits: vec![digit], follows });
                }
            }
            (inside, gap) = (true, Some(0));
        } else {
            inside = false;
            gap = gap.filter(|n| *n < MAX_SEPARATORS && is_separator(c)).map(|n| n + 1);
        }
    }
    groups
}

/// "1234 - 5678" has three.
const MAX_SEPARATORS: u32 = 3;

fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(c, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '.' | '_' | '/' | '\u{200b}')
}

fn digit(c: char) -> Option<u8> {
    /// The zeros of ASCII, full-width, Devanagari, Bengali, Gurmukhi, Gujarati, Oriya, Tamil, Telugu, Kannada,
    /// Malayalam and Arabic (both) digits; nine more follow each.
    const ZEROS: [char; 13] = [
        '0', '\u{ff10}', '\u{966}', '\u{9e6}', '\u{a66}', '\u{ae6}', '\u{b66}', '\u{be6}', '\u{c66}',
        '\u{ce6}', '\u{d66}', '\u{660}', '\u{6f0}',
    ];
    ZEROS.iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(*zero))?;
        u8::try_from(value).ok().filter(|value| *value < 10)
    })
}

/// Whether the last digit is the Verhoeff check digit of those before it (J. Verhoeff, 1969): the digits, each
/// permuted by its place, multiply to 0 in the dihedral group of order ten.
fn verhoeff(digits: &[u8]) -> bool {
    const TIMES: [[u8; 10]; 10] = [
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
    const PLACE: [[u8; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    let product = digits.iter().rev().enumerate().fold(0, |so_far, (place, digit)| {
        TIMES[usize::from(so_far)][usize::from(PLACE[place % 8][usize::from(*digit)])]
    });
    product == 0
}
