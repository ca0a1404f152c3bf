//! Which token of the one name stands for which of the other.

use super::words::{self, family};
use crate::checks::sanctions::{
    name::{Kind, Token, sound},
    similar::{Word, alike},
};

/// A token, weighed.
pub(super) struct Piece {
    pub text: String,
    sound: String,
    abjad: bool,
    pub kind: Kind,
    pub parent: bool,
    pub weight: u32,
}

/// Pieces of both sides that stand for each other: one and one, or two that the other side writes as one word or as initials.
pub(super) struct Pair {
    pub one: Vec<usize>,
    pub other: Vec<usize>,
    /// 1 to 1000: 1000 is the same.
    pub alike: u32,
    pub weight: u32,
    /// Whether one of them is an initial.
    pub initial: bool,
}

/// What an initial shows of the word that it fits.
const INITIAL: u32 = 850;
/// Words that one side writes as one.
const JOINED: u32 = 970;
/// From here on two words are spellings of one name; below, they differ by slips.
const SPELLING: u32 = 970;
/// Spellings of one name that no rule of sounds brings together.
const FAMILY: u32 = 980;
/// Below this, two words are two words.
const LEAST: u32 = 600;

impl Piece {
    pub(super) fn of(token: Token) -> Self {
        let Token { text, sound, kind, parent, abjad } = token;
        // The screening takes "Babu" and "Sri" for titles; a customer may well be called so.
        let kind = if kind == Kind::Title { Kind::Word } else { kind };
        let weight = words::weight(&text, kind, parent);
        Self { text, sound, abjad, kind, parent, weight }
    }

    fn word(&self) -> Word<'_> {
        Word { text: &self.text, sound: &self.sound, abjad: self.abjad }
    }

    fn is_word(&self) -> bool {
        self.kind == Kind::Word
    }
}

/// Pairs, the best ones first; no piece is in two.
///
/// Takes the pair that is worth most of those that are left, again and again: over names of a few words that finds what a
/// full search finds, and its cost is bounded by the sixteen tokens that are read of a name.
pub(super) fn best(one: &[Piece], other: &[Piece]) -> Vec<Pair> {
    let mut candidates = singles(one, other);
    candidates.extend(twos(one, other));
    candidates.extend(twos(other, one).into_iter().map(Pair::turned));
    let words = |pair: &Pair| {
        let text = |side: &[Piece], at: &[usize]| {
            at.iter().filter_map(|&at| side.get(at)).map(|piece| piece.text.clone()).collect::<Vec<_>>()
        };
        let (mine, theirs) = (text(one, &pair.one), text(other, &pair.other));
        // The same whichever name is the first.
        if mine <= theirs { (mine, theirs) } else { (theirs, mine) }
    };
    // Whole words before initials, which take what they leave; the same before what is only alike.
    candidates.sort_by_cached_key(|pair| {
        let worth = pair.weight * pair.alike;
        let places = (pair.one.clone(), pair.other.clone());
        (pair.initial, pair.alike < 1000, std::cmp::Reverse(worth), words(pair), places)
    });
    let mut chosen: Vec<Pair> = Vec::new();
    for pair in candidates {
        let free = chosen.iter().all(|taken| {
            !pair.one.iter().any(|at| taken.one.contains(at))
                && !pair.other.iter().any(|at| taken.other.contains(at))
        });
        if free {
            chosen.push(pair);
        }
    }
    chosen
}

impl Pair {
    fn turned(self) -> Self {
        Self { one: self.other, other: self.one, ..self }
    }
}

fn singles(one: &[Piece], other: &[Piece]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (at, mine) in one.iter().enumerate() {
        for (place, theirs) in other.iter().enumerate() {
            let pair =
                |alike, weight, initial| Pair { one: vec![at], other: vec![place], alike, weight, initial };
            let initials = (mine.kind == Kind::Initial, theirs.kind == Kind::Initial);
            match initials {
                (true, true) if mine.text == theirs.text => {
                    pairs.push(pair(1000, mine.weight.max(theirs.weight), true));
                }
                (true, true) => {}
                (true, false) | (false, true) => {
                    if fits(mine, theirs) {
                        let shown = |piece: &Piece| piece.weight.max(words::INITIAL_PAIR);
                        pairs.push(pair(INITIAL, shown(mine).min(shown(theirs)), true));
                    }
                }
                (false, false) => {
                    if let Some(alike) = closeness(mine, theirs) {
                        pairs.push(pair(alike, mine.weight.max(theirs.weight), false));
                    }
                }
            }
        }
    }
    pairs
}

/// Whether an initial fits a word. Of particles none has one.
fn fits(mine: &Piece, theirs: &Piece) -> bool {
    let first = |piece: &Piece| piece.text.chars().next();
    let is_free = |piece: &Piece| piece.kind == Kind::Initial || piece.is_word();
    first(mine) == first(theirs) && is_free(mine) && is_free(theirs)
}

/// Two pieces of `two` that `single` writes as one: joined ("Ramkumar"), or as initials without a point ("RK").
fn twos(two: &[Piece], single: &[Piece]) -> Vec<Pair> {
    let mut pairs = Vec::new();
    for (place, whole) in single.iter().enumerate().filter(|(_, piece)| piece.is_word()) {
        for (at, first) in two.iter().enumerate() {
            for (next, second) in two.iter().enumerate().filter(|(next, _)| *next != at) {
                let pair = |alike, weight, initial| Pair {
                    one: vec![at, next],
                    other: vec![place],
                    alike,
                    weight,
                    initial,
                };
                if whole.text.len() == 2 && first.is_word() && second.is_word() {
                    let begins = |piece: &Piece, at: usize| {
                        piece.text.len() > 2 && piece.text.as_bytes().first() == whole.text.as_bytes().get(at)
                    };
                    if begins(first, 0) && begins(second, 1) {
                        pairs.push(pair(INITIAL, 2 * words::INITIAL_PAIR, true));
                    }
                } else if first.kind != Kind::Initial
                    && second.kind != Kind::Initial
                    && is_joined(first, second, whole)
                {
                    pairs.push(pair(JOINED, (first.weight + second.weight).max(whole.weight), false));
                }
            }
        }
    }
    pairs
}

fn is_joined(first: &Piece, second: &Piece, whole: &Piece) -> bool {
    let length = first.text.len() + second.text.len();
    if length < 5 || length.abs_diff(whole.text.len()) > 2 {
        return false;
    }
    let joined = format!("{}{}", first.text, second.text);
    joined == whole.text || (length > 7 && sound(&joined) == whole.sound)
}

/// How alike two words are, as names of one person; none below [`LEAST`].
fn closeness(mine: &Piece, theirs: &Piece) -> Option<u32> {
    if mine.text == theirs.text {
        return Some(1000);
    }
    // A particle is no word, and the other way round.
    if (mine.kind == Kind::Particle) != (theirs.kind == Kind::Particle) {
        return None;
    }
    if family(&mine.text).is_some_and(|family| family.contains(&theirs.text.as_str())) {
        return Some(FAMILY);
    }
    // Which s it is, scripts tell and spellings do not: "Rakes", "Sarma".
    if mine.text.replace("sh", "s") == theirs.text.replace("sh", "s") {
        return Some(SPELLING);
    }
    if words::are_two(&mine.text, &theirs.text) {
        return None;
    }
    let alike = alike(mine.word(), theirs.word())?;
    let alike = if alike >= SPELLING { alike } else { 1000 - ((1000 - alike) * 3 / 2).min(1000) };
    (alike >= LEAST).then_some(alike)
}
