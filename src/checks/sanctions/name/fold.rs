//! From any script to lower-case Latin letters.
//!
//! The order matters: what is not seen is taken out first, look-alikes are mended while it is still known which script a
//! word is written in, and only then is anything transliterated.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A word in Latin letters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// a to z only; not empty.
    pub text: String,
    /// Whether it was written in a script that leaves vowels out (Arabic, Hebrew, Syriac): its letters are consonants.
    pub abjad: bool,
}

/// The most letters of a word that are read: no name has more, and comparing costs with the length.
const LONGEST: usize = 40;

/// The words of a text, as they stand. A mark such as "s/o" stays one word with its stroke: `token` knows it.
pub fn words(text: &str) -> Vec<Folded> {
    // Symbols before anything is composed: "™" would become two letters.
    let letters = text.chars().filter(|&letter| !is_invisible(letter));
    let letters = letters.map(|letter| if is_separator(letter) { ' ' } else { letter });
    let seen: String = letters.nfkc().filter(|&letter| !is_invisible(letter)).collect();
    // Some word is Latin from end to end: then a word of look-alikes beside it is as well.
    let is_latin = |word: &str| {
        let mut letters = word.chars().filter(|letter| letter.is_alphabetic()).peekable();
        letters.peek().is_some() && letters.all(|letter| script(letter) == Script::Latin)
    };
    let latin = seen.split(is_separator).any(is_latin);
    let mut words = Vec::new();
    for word in seen.split(is_separator) {
        let mended = mend(word, latin);
        let abjad = mended.chars().any(|letter| script(letter) == Script::Abjad);
        let text = transliterate(&mended);
        // A letter may become several words: none does in practice but "No." signs and the like.
        for text in text.split(' ').filter(|text| !text.is_empty()) {
            words.push(Folded { text: text.chars().take(LONGEST).collect(), abjad });
        }
    }
    words
}

/// Letters a to z of a word; an apostrophe joins what it stands between ("Sa'd" is "sad", "O'Brien" is "obrien").
fn transliterate(word: &str) -> String {
    let mut latin = String::with_capacity(word.len());
    for letter in word.chars() {
        for plain in any_ascii::any_ascii_char(letter).chars() {
            match plain {
                'a'..='z' => latin.push(plain),
                'A'..='Z' => latin.push(plain.to_ascii_lowercase()),
                ' ' => latin.push(' '),
                _ => {}
            }
        }
    }
    latin
}

/// What ends a word: whatever is no letter, digit or mark (space, punctuation, symbols, emoji), but not what stands inside
/// of a word (apostrophes, modifier letters). An emoji would be transliterated to a sentence.
fn is_separator(letter: char) -> bool {
    match letter {
        '\'' | '’' | '‘' | '`' | '´' | 'ʼ' | 'ʻ' | 'ʿ' | 'ʾ' | '′' | '"' | '“' | '”' => false,
        _ => !(letter.is_alphanumeric() || is_combining_mark(letter)),
    }
}

/// What takes no place when it is shown: formatting and direction marks, joiners, variation selectors, the tatweel that
/// only stretches an Arabic word.
fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{0640}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}'
        | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
        | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}')
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Script {
    Latin,
    Cyrillic,
    Greek,
    Abjad,
    Other,
}

fn script(letter: char) -> Script {
    match letter {
        'a'..='z' | 'A'..='Z' | '\u{00C0}'..='\u{024F}' | '\u{1E00}'..='\u{1EFF}' => Script::Latin,
        '\u{0370}'..='\u{03FF}' | '\u{1F00}'..='\u{1FFF}' => Script::Greek,
        '\u{0400}'..='\u{052F}' => Script::Cyrillic,
        '\u{0590}'..='\u{077F}'
        | '\u{08A0}'..='\u{08FF}'
        | '\u{FB1D}'..='\u{FDFF}'
        | '\u{FE70}'..='\u{FEFC}' => Script::Abjad,
        _ => Script::Other,
    }
}

/// Puts right the letters that only look like those of the script that a word is written in. Latin is meant by a word of
/// mixed scripts whose other letters all look Latin, and by a whole word of look-alikes that stands in a Latin name; a letter
/// that nobody takes for a Latin one ("д", "ш") makes it Cyrillic. A word that is honestly Cyrillic or Greek stays so.
fn mend(word: &str, latin_name: bool) -> String {
    let has = |wanted| word.chars().any(|letter| script(letter) == wanted);
    let foreign = has(Script::Cyrillic) || has(Script::Greek);
    let is_alike = |letter| matches!(script(letter), Script::Latin) || look_alike(letter).is_some();
    let all_alike = word.chars().filter(|letter| letter.is_alphabetic()).all(is_alike);
    if has(Script::Cyrillic) && has(Script::Latin) && !all_alike {
        return word.chars().map(|letter| cyrillic_alike(letter).unwrap_or(letter)).collect();
    }
    let mends_letters = foreign && all_alike && (has(Script::Latin) || latin_name);
    let mends_digits = has(Script::Latin) || mends_letters;
    word.chars()
        .map(|letter| {
            let letter = if mends_letters { look_alike(letter).unwrap_or(letter) } else { letter };
            if mends_digits { digit_alike(letter).unwrap_or(letter) } else { letter }
        })
        .collect()
}

/// The Cyrillic letter that a Latin one is drawn like.
fn cyrillic_alike(letter: char) -> Option<char> {
    Some(match letter {
        'A' | 'a' => 'а',
        'B' | 'b' => 'в',
        'C' | 'c' => 'с',
        'E' | 'e' => 'е',
        'H' | 'h' => 'н',
        'I' | 'i' => 'і',
        'K' | 'k' => 'к',
        'M' | 'm' => 'м',
        'O' | 'o' => 'о',
        'P' | 'p' => 'р',
        'T' | 't' => 'т',
        'X' | 'x' => 'х',
        'Y' | 'y' => 'у',
        _ => return None,
    })
}

/// The Latin letter that a Cyrillic or Greek one is drawn like, as a capital or as a small letter (Unicode's confusables,
/// those of whole letters). Both cases are read alike, so that writing a name in capitals changes nothing; where they
/// look like different letters, the capital decides, since lists are written in capitals.
fn look_alike(letter: char) -> Option<char> {
    Some(match letter {
        'А' | 'а' | 'Α' | 'α' => 'a',
        'В' | 'в' | 'Β' | 'β' | 'Ь' | 'ь' => 'b',
        'С' | 'с' | 'ϲ' | 'Ϲ' => 'c',
        'ԁ' | 'Ԁ' => 'd',
        'Е' | 'е' | 'Ε' | 'ε' | 'ё' | 'Ё' => 'e',
        'Н' | 'н' | 'Η' | 'η' | 'һ' | 'Һ' => 'h',
        'І' | 'і' | 'Ι' | 'ι' | 'ї' | 'Ї' | 'Ӏ' | 'ӏ' => 'i',
        'Ј' | 'ј' | 'ϳ' | 'Ϳ' => 'j',
        'К' | 'к' | 'Κ' | 'κ' => 'k',
        'М' | 'м' | 'Μ' | 'μ' => 'm',
        'Ν' | 'ν' => 'n',
        'О' | 'о' | 'Ο' | 'ο' => 'o',
        'Р' | 'р' | 'Ρ' | 'ρ' => 'p',
        'ԛ' | 'Ԛ' => 'q',
        'Ѕ' | 'ѕ' => 's',
        'Т' | 'т' | 'Τ' | 'τ' => 't',
        'ѵ' | 'Ѵ' => 'v',
        'ԝ' | 'Ԝ' => 'w',
        'Х' | 'х' | 'Χ' | 'χ' => 'x',
        'У' | 'у' | 'Υ' | 'υ' | 'Ү' | 'ү' => 'y',
        'Ζ' | 'ζ' => 'z',
        _ => return None,
    })
}

/// The letter that a digit is drawn like, in a word that has letters.
fn digit_alike(letter: char) -> Option<char> {
    Some(match letter {
        '0' => 'o',
        '1' => 'l',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        '8' => 'b',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        words(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn scripts_become_latin() {
        assert_eq!(texts("Ян Петрович"), ["yan", "petrovich"]);
        assert_eq!(texts("桂荣 兰"), ["guirong", "lan"]);
        assert_eq!(texts("राम कुमार"), ["ram", "kumar"]);
        assert_eq!(texts("ESTÊVÃO Øst Straße"), ["estevao", "ost", "strasse"]);
        assert!(words("حسین موسوی").iter().all(|word| word.abjad));
    }

    #[test]
    fn what_is_not_seen_changes_nothing() {
        assert_eq!(texts("Mo\u{200d}ham\u{ad}med \u{202e}Ali\u{202c}"), ["mohammed", "ali"]);
        assert_eq!(texts("\u{feff}Ｍｏｈａｍｍｅｄ"), ["mohammed"]);
        assert_eq!(texts("مـــحـــمـــد"), texts("محمد"));
    }

    #[test]
    fn look_alikes_are_mended_in_mixed_words_only() {
        assert_eq!(texts("Моhаmmеd Аli"), ["mohammed", "ali"], "Cyrillic М, а, е and А");
        assert_eq!(texts("Маrk ОТТО"), ["mark", "otto"], "the second word is Cyrillic from end to end");
        assert_eq!(texts("Вера Нина"), ["vera", "nina"], "an honest Cyrillic name is read as one");
        assert_eq!(texts("Дoку Умаров"), texts("Доку Умаров"), "a Latin o in a Cyrillic word");
        assert_eq!(texts("M0hamm3d"), ["mohammed"]);
    }

    #[test]
    fn apostrophes_join_and_other_marks_cut() {
        assert_eq!(texts("SA’D O'Brien Al-Tikriti"), ["sad", "obrien", "al", "tikriti"]);
        assert_eq!(texts("SALEK, Abdulhai (Hajji)"), ["salek", "abdulhai", "hajji"]);
        assert_eq!(texts(" ,.-/()!? 🔀™ "), Vec::<String>::new());
        assert_eq!(texts("Dawood™🙂Ibrahim"), ["dawood", "ibrahim"]);
        assert_eq!(texts(&"a".repeat(200)), ["a".repeat(LONGEST)]);
    }
}
