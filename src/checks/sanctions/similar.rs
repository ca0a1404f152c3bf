//! How alike two words are.

use strsim::osa_distance;

use super::name::{canonical, skeleton, spellings};

/// Shares of a whole: 1000 is the same.
pub type Mille = u32;

/// The same word.
pub const SAME: Mille = 1000;
/// Spellings of one name ("Mohd", "Muhammad").
const VARIANT: Mille = 980;
/// Spellings that sound alike ("Khaled", "Kaled").
const ALIKE: Mille = 970;
/// The same of words of so few letters that other names sound alike, too ("Li" and "Lei").
const SHORT: usize = 3;
const SHORT_ALIKE: Mille = 760;
/// The same consonants, where one of the two is written without vowels: two of them, three, or more.
const SKELETONS: [Mille; 3] = [750, 820, 860];
/// A man's name and a woman's.
const OTHER_GENDER: Mille = 600;
/// The least that counts of what is heard: short words of one language sound alike by nature.
const HEARD: Mille = 780;
/// Below this, two words are two words.
pub const LEAST: Mille = 700;

/// How alike a word is to another one when it is a name of its own: what is no spelling of the other name has to be closer
/// than a slip would. None below [`LEAST`].
pub fn between_names(alike: Mille) -> Option<Mille> {
    let alike = if alike >= ALIKE { alike } else { SAME.saturating_sub((SAME - alike) * 2) };
    (alike >= LEAST).then_some(alike)
}

/// A word as it is compared.
#[derive(Clone, Copy)]
pub struct Word<'w> {
    pub text: &'w str,
    pub sound: &'w str,
    pub abjad: bool,
}

/// How alike two words are; none below [`LEAST`]. Symmetric.
///
/// The better of two looks: at the letters, where a slip of a finger shows (insert, delete, substitute, swap
/// neighbours), and at the sound, where a transliteration does. The sound's consonants count besides: romanisations agree
/// about them far more than about vowels.
pub fn alike(one: Word<'_>, other: Word<'_>) -> Option<Mille> {
    if one.text == other.text {
        return Some(SAME);
    }
    if canonical(one.text) == canonical(other.text) {
        return Some(VARIANT);
    }
    if is_other_gender(one.text, other.text) || is_other_gender(other.text, one.text) {
        return Some(OTHER_GENDER);
    }
    let (bones, others) = (skeleton(one.sound), skeleton(other.sound));
    let by_skeleton = if one.abjad != other.abjad && bones == others && bones.len() > 1 {
        SKELETONS[(bones.len() - 2).min(SKELETONS.len() - 1)]
    } else {
        0
    };
    let by_sound = if one.sound == other.sound {
        if one.text.len().min(other.text.len()) <= SHORT && !is_doubled(one.text, other.text) {
            SHORT_ALIKE
        } else {
            ALIKE
        }
    } else {
        let heard = (closeness(one.sound, other.sound) * 2 + closeness(&bones, &others)) / 3;
        if heard < HEARD { 0 } else { heard.min(ALIKE) }
    };
    let by_letters = closeness(one.text, other.text);
    let by_spelling = to_spellings(one.text, other.text).max(to_spellings(other.text, one.text));
    let best = by_letters.max(by_sound).max(by_skeleton).max(by_spelling);
    (best >= LEAST).then_some(best)
}

/// How close a word is to another spelling of a name: "mohamemd" is a slip in "mohammed", and so in "muhammad".
fn to_spellings(word: &str, name: &str) -> Mille {
    let closest = spellings(name).iter().map(|spelling| closeness(word, spelling)).max();
    closest.map_or(0, |closest| closest * VARIANT / SAME)
}

/// Whether two words differ only in letters written twice.
fn is_doubled(one: &str, other: &str) -> bool {
    let single = |word: &str| {
        let mut letters = word.as_bytes().to_vec();
        letters.dedup();
        letters
    };
    single(one) == single(other)
}

/// "Antonio" and "Antonia", "Karim" and "Karima": in Romance, Slavic and Arabic names the last vowel tells the gender, and a
/// slip of a finger hardly ever makes a name of the other one.
fn is_other_gender(man: &str, woman: &str) -> bool {
    woman.len() > 3
        && woman.strip_suffix('a').is_some_and(|stem| man == stem || man.strip_suffix('o') == Some(stem))
}

/// 1000 less a thousandth for every thousandth of the mean length that has to be edited.
fn closeness(one: &str, other: &str) -> Mille {
    let length = one.len() + other.len();
    // Too different in length to be one word with slips in it: spared the distance, which would say the same.
    if length == 0 || one.len().abs_diff(other.len()) * 10 > length * 2 {
        return 0;
    }
    let edits = osa_distance(one, other);
    // Neighbours swapped: every letter is there, which in a short word says more than any other slip.
    let cost = if edits == 1 && is_anagram(one, other) { SWAP } else { edits * EDIT };
    let loss = cost * 2 * SAME as usize / (length * EDIT);
    SAME.saturating_sub(u32::try_from(loss).unwrap_or(SAME))
}

/// What an edit costs, and what the swap of two neighbours does.
const EDIT: usize = 100;
const SWAP: usize = 60;

fn is_anagram(one: &str, other: &str) -> bool {
    let letters = |word: &str| {
        let mut letters = word.as_bytes().to_vec();
        letters.sort_unstable();
        letters
    };
    one.len() == other.len() && letters(one) == letters(other)
}

#[cfg(test)]
mod tests {
    use super::{super::name::sound, *};

    fn score(one: &str, other: &str) -> Option<Mille> {
        let (heard, beside) = (sound(one), sound(other));
        let word = |text, sound| Word { text, sound, abjad: false };
        let there = alike(word(one, &heard), word(other, &beside));
        assert_eq!(there, alike(word(other, &beside), word(one, &heard)), "{one} and {other}: not symmetric");
        there
    }

    #[test]
    fn slips_cost_less_the_longer_the_word() {
        assert_eq!(score("salek", "salek"), Some(SAME));
        assert_eq!(score("mohd", "muhammad"), Some(VARIANT));
        assert!(score("qadhafi", "gaddafi").is_some());
        assert!(score("hassan", "hassna") > Some(800));
        assert!(score("abdulrahman", "abdulrahmna") > score("hassan", "hassna"));
        assert_eq!(score("kim", "kin"), None);
        assert_eq!(score("kim", "kmi"), Some(800));
        assert_eq!(score("antonio", "antonia"), Some(OTHER_GENDER));
        assert_eq!(score("hassan", "salim"), None);
    }
}
