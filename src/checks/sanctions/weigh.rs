//! How much a token tells: by how many listed persons share it.

use std::collections::HashMap;

use super::{
    align::Weight,
    name::{COMMON, Kind, Token, canonical, sound},
};

/// A word of this many bits, or more, weighs 1000: one person in 4,096 has it.
const BITS: f64 = 12.0;
/// The least that a word weighs.
const LEAST: f64 = 200.0;
/// The most that an everyday word weighs.
const EVERYDAY: Weight = 300;
/// The most that a word of two letters weighs, and one of three: many are alike by chance.
const SHORTEST: Weight = 350;
const SHORT: Weight = 650;
/// By what a parent's name is divided.
const PARENT: Weight = 9;
const TITLE: Weight = 120;
const PARTICLE: Weight = 80;
const INITIAL: Weight = 250;

/// What each word of the lists weighs.
#[derive(Default)]
pub struct Weights {
    /// By the sound of the standard spelling, so that a name is as common as all its spellings together.
    words: HashMap<Box<str>, Word>,
}

struct Word {
    weight: Weight,
    /// How many listed persons have it.
    persons: u32,
}

/// A word that this many listed persons have is a name of its own.
const ESTABLISHED: u32 = 3;

impl Weights {
    /// Weighs words by how many of the persons have them. `names`: the tokens of each name of each person.
    pub fn of<'t>(persons: impl Iterator<Item = Vec<&'t Token>>) -> Self {
        let mut counts: HashMap<Box<str>, u32> = HashMap::new();
        let mut total = 0_u32;
        for tokens in persons {
            let mut classes: Vec<Box<str>> = tokens.into_iter().map(class).collect();
            classes.sort_unstable();
            classes.dedup();
            total += 1;
            for class in classes {
                *counts.entry(class).or_default() += 1;
            }
        }
        let weigh = |persons: u32| {
            let bits = ((f64::from(total) + 1.0) / f64::from(persons)).log2();
            Word { weight: (bits / BITS * 1000.0).clamp(LEAST, 1000.0) as Weight, persons }
        };
        Self { words: counts.into_iter().map(|(class, persons)| (class, weigh(persons))).collect() }
    }

    /// What the token weighs; a word that nobody has is as rare as can be.
    pub fn weight(&self, token: &Token) -> Weight {
        let weight = match token.kind {
            Kind::Initial => INITIAL,
            Kind::Particle => PARTICLE,
            Kind::Title => TITLE,
            Kind::Word => {
                let weight = self.words.get(&class(token)).map_or(1000, |word| word.weight);
                if is_everyday(token) { weight.min(EVERYDAY) } else { weight }
            }
        };
        let weight = weight.min(match token.text.len() {
            ..=2 => SHORTEST,
            3 => SHORT,
            _ => weight,
        });
        // What a paper adds about a parent says little about the person.
        if token.parent { weight / PARENT } else { weight }
    }

    /// Whether the word is a name that several people have: then it hardly is a slip in another one. Kumar is not Umar, nor
    /// is Khalil Khalid.
    pub fn is_established(&self, token: &Token) -> bool {
        is_everyday(token) || self.words.get(&class(token)).is_some_and(|word| word.persons >= ESTABLISHED)
    }
}

fn class(token: &Token) -> Box<str> {
    sound(canonical(&token.text)).into()
}

fn is_everyday(token: &Token) -> bool {
    COMMON.contains(&token.text.as_str()) || COMMON.contains(&canonical(&token.text))
}
