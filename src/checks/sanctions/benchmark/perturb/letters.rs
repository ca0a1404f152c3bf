//! A slip of the finger: one letter wrong, too many, too few, or two of them in the wrong order.

use super::{cased, with};
use crate::entropy::dice::Dice;

/// What lies beside a key on a QWERTY keyboard.
const KEYS: [(char, &str); 26] = [
    ('a', "qwsz"),
    ('b', "vghn"),
    ('c', "xdfv"),
    ('d', "serfcx"),
    ('e', "wsdr"),
    ('f', "drtgvc"),
    ('g', "ftyhbv"),
    ('h', "gyujnb"),
    ('i', "ujko"),
    ('j', "huikmn"),
    ('k', "jiolm"),
    ('l', "kop"),
    ('m', "njk"),
    ('n', "bhjm"),
    ('o', "iklp"),
    ('p', "ol"),
    ('q', "wa"),
    ('r', "edft"),
    ('s', "awedxz"),
    ('t', "rfgy"),
    ('u', "yhji"),
    ('v', "cfgb"),
    ('w', "qase"),
    ('x', "zsdc"),
    ('y', "tghu"),
    ('z', "asx"),
];

/// Which token, its letters, and the place of one of them.
struct Place {
    token: usize,
    chars: Vec<char>,
    at: usize,
}

impl Place {
    /// One of the places that are fit. Tokens of three letters and more come first: a slip in "Li" makes another name.
    fn any(tokens: &[&str], dice: &mut Dice, fit: impl Fn(&[char], usize) -> bool) -> Option<Self> {
        let places = |shortest: usize| -> Vec<Self> {
            let mut places = Vec::new();
            for (token, text) in tokens.iter().enumerate() {
                let chars: Vec<char> = text.chars().collect();
                if chars.len() >= shortest {
                    let fitting = (0..chars.len()).filter(|at| fit(&chars, *at));
                    places.extend(fitting.map(|at| Self { token, chars: chars.clone(), at }));
                }
            }
            places
        };
        let mut fitting = places(3);
        if fitting.is_empty() {
            fitting = places(2);
        }
        let chosen = dice.below(fitting.len());
        (chosen < fitting.len()).then(|| fitting.swap_remove(chosen))
    }

    fn put(self, tokens: &[&str]) -> String {
        with(tokens, self.token, &self.chars.iter().collect::<String>())
    }
}

/// One letter replaced by its neighbour on the keyboard, added beside it, or left out.
pub(super) fn typo(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let mut place = Place::any(tokens, dice, |chars, at| beside(chars[at]).is_some())?;
    let at = place.at;
    let keys: Vec<char> = beside(place.chars[at])?.chars().collect();
    let key = *dice.pick(&keys)?;
    let key = cased(&key.to_string(), &place.chars[at].to_string()).chars().next()?;
    match dice.below(3) {
        0 => place.chars[at] = key,
        1 => place.chars.insert(at + 1, key),
        _ => drop(place.chars.remove(at)),
    }
    Some(place.put(tokens))
}

/// Two neighbouring letters change places; never two that are the same.
pub(super) fn transposition(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let differ = |chars: &[char], at: usize| {
        let next = chars.get(at + 1).filter(|next| next.is_alphabetic());
        chars[at].is_alphabetic() && next.is_some_and(|next| next.to_lowercase().ne(chars[at].to_lowercase()))
    };
    let mut place = Place::any(tokens, dice, differ)?;
    place.chars.swap(place.at, place.at + 1);
    Some(place.put(tokens))
}

/// A double letter single; where there is none, or by chance, a single one double.
pub(super) fn doubling(tokens: &[&str], dice: &mut Dice) -> Option<String> {
    let same_as_next = |chars: &[char], at: usize| {
        chars[at].is_alphabetic()
            && chars.get(at + 1).is_some_and(|next| next.to_lowercase().eq(chars[at].to_lowercase()))
    };
    if let Some(mut place) = Place::any(tokens, dice, same_as_next).filter(|_| dice.permille(500)) {
        place.chars.remove(place.at + 1);
        return Some(place.put(tokens));
    }
    let single = |chars: &[char], at: usize| {
        chars[at].is_ascii_alphabetic()
            && !same_as_next(chars, at)
            && (at == 0 || !same_as_next(chars, at - 1))
            && at > 0
    };
    let mut place = Place::any(tokens, dice, single)?;
    let letter = place.chars[place.at];
    place.chars.insert(place.at, letter);
    Some(place.put(tokens))
}

fn beside(letter: char) -> Option<&'static str> {
    let small = letter.to_ascii_lowercase();
    KEYS.iter().find(|(key, _)| *key == small).map(|(_, keys)| *keys)
}
