//! A name that is looked for, held against the words of the lists.

use std::collections::HashMap;

use super::{Index, Slot, build};
use crate::checks::sanctions::{
    align::{self, Weight},
    name::{Kind, Name, Token, sound},
    similar::{self, Mille, SAME},
    vocabulary::Unit,
};

/// How many tokens at most are tried in pairs, as one word that was cut in two.
const JOINABLE: usize = 7;

/// A name that is looked for, with the words of the lists that are like its words.
pub(super) struct Asked {
    /// In canonical order, so that no order of the words can change an answer.
    pub tokens: Vec<Token>,
    pub weights: Vec<Weight>,
    /// Tokens that are initials, a bit each.
    pub initials: u32,
    /// For each unit: which tokens it is like, and how much.
    pub like: HashMap<Unit, Vec<Like>>,
}

/// That asked tokens are like a unit.
#[derive(Clone, Copy)]
pub(super) struct Like {
    pub tokens: u32,
    alike: Mille,
    /// The letters of the first, where two are joined.
    split: Option<usize>,
}

/// What is left of a likeness that words have to be joined for, on one side or on both.
const JOINED_ONCE: Mille = 985;
const JOINED_TWICE: Mille = 960;
/// Joined words are long, and a long word forgives much: they have to be nearly the same, and the same but for the place of
/// the space where both are joined.
const JOINED_ONCE_LEAST: Mille = 890;
const JOINED_TWICE_LEAST: Mille = SAME;

impl Like {
    /// How alike they are to a unit that is a word, or is joined of words of which the first has `split` letters.
    pub fn across(&self, split: Option<usize>) -> Option<Mille> {
        let (share, least) = match (self.split, split) {
            (None, None) => return Some(self.alike),
            // Cut at the same place: then each word is to be held against its like.
            (Some(one), Some(other)) if one == other => return None,
            (Some(_), Some(_)) => (JOINED_TWICE, JOINED_TWICE_LEAST),
            (Some(_), None) | (None, Some(_)) => (JOINED_ONCE, JOINED_ONCE_LEAST),
        };
        (self.alike >= least).then_some(self.alike * share / 1000)
    }
}

impl Asked {
    pub fn of(index: &Index, name: Name) -> Self {
        let tokens = name.in_canonical_order().tokens;
        let weights = tokens.iter().map(|token| index.weights.weight(token)).collect();
        let mut initials = 0;
        let mut like: HashMap<Unit, Vec<Like>> = HashMap::new();
        let mut look_up = |token: &Token, tokens: u32, split: Option<usize>| {
            let mut best = 0;
            let is_name = split.is_none() && index.weights.is_established(token);
            for (unit, alike) in index.vocabulary.like(token, split.is_some()) {
                // Between two ways of writing, the same name is never the same letters.
                let alike = if is_name && index.vocabulary.is_abjad(unit) == token.abjad {
                    let Some(alike) = similar::between_names(alike) else { continue };
                    alike
                } else {
                    alike
                };
                like.entry(unit).or_default().push(Like { tokens, alike, split });
                best = best.max(alike);
            }
            best
        };
        // Tokens that stand on a list just as they are asked for, a bit each.
        let mut known = 0;
        for (at, token) in tokens.iter().enumerate() {
            if token.kind == Kind::Initial {
                initials |= 1 << at;
            }
            if look_up(token, 1 << at, None) == SAME {
                known |= 1 << at;
            }
        }
        // In every order, since the order must not matter.
        let joinable = joinable(&tokens, known);
        for &one in &joinable {
            for &other in joinable.iter().filter(|&&other| other != one) {
                let text = format!("{}{}", tokens[one].text, tokens[other].text);
                let token = Token { sound: sound(&text), text, ..tokens[one].clone() };
                look_up(&token, 1 << one | 1 << other, Some(tokens[one].text.len()));
            }
        }
        Self { tokens, weights, initials, like }
    }

    /// The score that no name exceeds whose like words stand for these tokens.
    pub fn bound(&self, covered: u32) -> Mille {
        let (mut matched, mut left) = (0_u64, 0_u64);
        for (at, &weight) in self.weights.iter().enumerate() {
            if covered & (1 << at) == 0 { left += u64::from(weight) } else { matched += u64::from(weight) }
        }
        align::bound(matched, left)
    }

    /// Tokens that match the slot as an initial matches a word, in either direction.
    pub fn initial_edges(&self, slot: &Slot) -> impl Iterator<Item = u32> {
        let (kind, first) = (slot.kind, slot.first);
        self.tokens.iter().enumerate().filter_map(move |(at, token)| {
            let begins_alike = token.text.as_bytes().first() == Some(&first);
            let fits =
                matches!((token.kind, kind), (Kind::Initial, Kind::Word) | (Kind::Word, Kind::Initial));
            (begins_alike && fits).then_some(1 << at)
        })
    }

    /// The words that begin with one of these letters, a bit each.
    pub fn beginning_with(&self, letters: u32) -> u32 {
        if letters == 0 {
            return 0;
        }
        let begins = |(at, token): (usize, &Token)| {
            (token.kind == Kind::Word && build::letter(token) & letters != 0).then_some(1 << at)
        };
        self.tokens.iter().enumerate().filter_map(begins).sum()
    }

    pub fn texts(&self, tokens: u32) -> Vec<String> {
        let chosen = self.tokens.iter().enumerate().filter(|(at, _)| tokens & (1 << at) != 0);
        chosen.map(|(_, token)| token.text.clone()).collect()
    }
}

/// The tokens that may be pieces of a word: of a long name, those that no list has as they are.
fn joinable(tokens: &[Token], known: u32) -> Vec<usize> {
    // An initial is no piece of its neighbour: "K Tariq" is not "Ktariq".
    let may = |at: &usize| tokens.get(*at).is_some_and(|token| token.kind != Kind::Initial && !token.parent);
    let all: Vec<usize> = (0..tokens.len()).filter(may).collect();
    if all.len() <= JOINABLE {
        return all;
    }
    all.into_iter().filter(|at| known & (1 << at) == 0).take(JOINABLE).collect()
}
