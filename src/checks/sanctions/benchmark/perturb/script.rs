//! Letters that look like others, marks on letters, and characters that cannot be seen.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::entropy::dice::Dice;

/// Cyrillic and Greek letters that cannot be told from Latin ones (Unicode Technical Standard 39, confusables).
const LOOK_ALIKES: [(char, &str); 32] = [
    ('a', "а"),
    ('c', "с"),
    ('d', "ԁ"),
    ('e', "е"),
    ('h', "һ"),
    ('i', "і"),
    ('j', "ј"),
    ('o', "оο"),
    ('p', "р"),
    ('q', "ԛ"),
    ('s', "ѕ"),
    ('v', "ν"),
    ('w', "ԝ"),
    ('x', "х"),
    ('y', "у"),
    ('A', "АΑ"),
    ('B', "ВΒ"),
    ('C', "С"),
    ('E', "ЕΕ"),
    ('H', "НΗ"),
    ('I', "ІΙ"),
    ('J', "Ј"),
    ('K', "КΚ"),
    ('M', "МΜ"),
    ('N', "Ν"),
    ('O', "ОΟ"),
    ('P', "РΡ"),
    ('S', "Ѕ"),
    ('T', "ТΤ"),
    ('X', "ХΧ"),
    ('Y', "ΥҮ"),
    ('Z', "Ζ"),
];

/// Combining marks as scholars and keyboards put them on letters.
const MARKS: [(char, &str); 14] = [
    ('a', "\u{301}\u{300}\u{302}\u{308}\u{304}"),
    ('e', "\u{301}\u{300}\u{302}\u{308}"),
    ('i', "\u{301}\u{302}\u{304}"),
    ('o', "\u{301}\u{302}\u{308}\u{303}"),
    ('u', "\u{301}\u{302}\u{308}\u{304}"),
    ('c', "\u{327}\u{30c}"),
    ('n', "\u{303}"),
    ('s', "\u{30c}\u{323}\u{327}"),
    ('z', "\u{30c}\u{323}"),
    ('g', "\u{306}"),
    ('d', "\u{323}"),
    ('h', "\u{323}"),
    ('t', "\u{323}"),
    ('y', "\u{301}"),
];

/// Zero-width space, non-joiner and joiner, both direction marks, soft hyphen, word joiner, byte order mark.
const INVISIBLE: [char; 8] =
    ['\u{200b}', '\u{200c}', '\u{200d}', '\u{200e}', '\u{200f}', '\u{ad}', '\u{2060}', '\u{feff}'];

/// One to three letters replaced by Cyrillic or Greek ones that look the same.
pub(super) fn homoglyph(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let like = |char| LOOK_ALIKES.iter().find(|(latin, _)| *latin == char).map(|(_, like)| *like);
    replaced(tokens, dice, |char, dice| {
        let like: Vec<char> = like(char)?.chars().collect();
        Some(dice.pick(&like)?.to_string())
    })
}

/// Marks left out where there are some, or by chance put on one to three letters, as one character or as two.
pub(super) fn diacritics(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let name = tokens.join(" ");
    let bare: String = name.nfd().filter(|char| !is_combining_mark(*char)).nfc().collect();
    if bare != name && dice.permille(500) {
        return Some(bare);
    }
    let composed = dice.permille(800);
    let marked = replaced(tokens, dice, |char, dice| {
        let small = char.to_ascii_lowercase();
        let (_, marks) = MARKS.iter().find(|(letter, _)| *letter == small)?;
        let marks: Vec<char> = marks.chars().collect();
        Some(format!("{char}{}", dice.pick(&marks)?))
    })?;
    Some(if composed { marked.nfc().collect() } else { marked })
}

/// One to three characters that cannot be seen, inside tokens.
pub(super) fn invisible(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    replaced(tokens, dice, |char, dice| {
        char.is_alphabetic().then_some(())?;
        Some(format!("{char}{}", dice.pick(&INVISIBLE)?))
    })
}

/// One to three characters of the name as `of` has them, of those for which it has something.
fn replaced(
    tokens: &[&str],
    dice: &mut Dice,
    of: impl Fn(char, &mut Dice) -> Option<String>,
) -> Option<String> {
    let mut chars: Vec<String> = tokens.join(" ").chars().map(String::from).collect();
    let one = |text: &str| text.chars().next();
    let times = 1 + dice.below(3);
    let mut done = 0;
    for _ in 0..times {
        // What was replaced has more than one character, or is of another script, and is not replaced again.
        let mut ways = Vec::new();
        for (at, text) in chars.iter().enumerate().filter(|(_, text)| text.chars().count() == 1) {
            ways.extend(one(text).and_then(|char| of(char, dice)).map(|text| (at, text)));
        }
        let chosen = dice.below(ways.len());
        if chosen < ways.len() {
            let (at, text) = ways.swap_remove(chosen);
            chars[at] = text;
            done += 1;
        }
    }
    (done > 0).then(|| chars.concat())
}
