//! How an index is built.

use std::sync::Arc;

use super::{Index, Indexed, Joined, List, Listed, ListedName, Slot};
use crate::checks::sanctions::{
    name::{Kind, Name, Token, sound},
    vocabulary::{Unit, Vocabulary},
    weigh::Weights,
};

/// How many words at most are joined to one.
const JOINED: usize = 3;
impl Index {
    /// Builds the index. What cannot be read as a name (a list of one letter) is left out.
    pub fn new(lists: Vec<List>) -> Self {
        let indexed = lists.iter().map(Indexed::of).collect();
        let mut persons = Vec::new();
        let mut read: Vec<(u32, u16, Name)> = Vec::new();
        for list in lists {
            let label: Arc<str> = list.name.into();
            for person in list.persons {
                let at = u32::try_from(persons.len()).unwrap_or(u32::MAX);
                for (name, listed) in (0_u16..).zip(&person.names) {
                    if let Ok(tokens) = Name::read(&listed.text) {
                        read.push((at, name, tokens));
                    }
                }
                persons.push(Listed { list: Arc::clone(&label), person: Arc::new(person) });
            }
        }
        let of_persons = read
            .chunk_by(|(one, ..), (other, ..)| one == other)
            .map(|names| names.iter().flat_map(|(_, _, name)| &name.tokens).collect::<Vec<&Token>>());
        let weights = Weights::of(of_persons);
        let mut vocabulary = Vocabulary::default();
        // Every word before anything joined: a word is filed under more slips than what is joined.
        for token in read.iter().flat_map(|(_, _, name)| &name.tokens) {
            vocabulary.file(&token.text, &token.sound, token.abjad, false);
        }
        let names: Vec<ListedName> = read
            .into_iter()
            .map(|(person, name, read)| ListedName {
                person,
                name,
                initials: initials(&read.tokens),
                joined: join(&read.tokens, &mut vocabulary),
                tokens: slots(&read.tokens, &mut vocabulary, &weights),
            })
            .collect();
        vocabulary.seal();
        let (starts, names_of) = postings(&names, vocabulary.len());
        Self { lists: indexed, persons, names, vocabulary, weights, starts, names_of }
    }
}

impl Indexed {
    fn of(list: &List) -> Self {
        Self {
            name: list.name.clone(),
            version: list.version.clone(),
            number: list.number,
            published_at: list.published_at,
            persons: list.persons.len(),
        }
    }
}

/// The letters that a name has initials of.
fn initials(tokens: &[Token]) -> u32 {
    tokens
        .iter()
        .filter(|token| token.kind == Kind::Initial)
        .fold(0, |letters, token| letters | letter(token))
}

/// The letter that a token begins with, as a bit.
pub(super) fn letter(token: &Token) -> u32 {
    token.text.as_bytes().first().map_or(0, |first| 1 << (first.wrapping_sub(b'a') & 31))
}

fn slots(tokens: &[Token], vocabulary: &mut Vocabulary, weights: &Weights) -> Box<[Slot]> {
    let slot = |token: &Token| Slot {
        unit: vocabulary.file(&token.text, &token.sound, token.abjad, false),
        kind: token.kind,
        first: token.text.as_bytes().first().copied().unwrap_or_default(),
        weight: weights.weight(token),
    };
    tokens.iter().map(slot).collect()
}

/// The words of a listed name that stand side by side, joined: as they stand ("al" and "rabi" as "alrabi"), and without
/// the particles between them ("saif al din" as "saifdin").
fn join(tokens: &[Token], vocabulary: &mut Vocabulary) -> Box<[Joined]> {
    let mut all = Vec::new();
    for (from, first) in tokens.iter().enumerate() {
        let (mut whole, mut bare) = (first.text.clone(), first.text.clone());
        let split = whole.len();
        if first.kind == Kind::Initial {
            continue;
        }
        for (at, token) in tokens.iter().enumerate().skip(from + 1).take(JOINED) {
            if token.kind == Kind::Initial {
                break;
            }
            whole.push_str(&token.text);
            let mut file = |text: &str| {
                let unit = vocabulary.file(text, &sound(text), token.abjad, true);
                let narrow = |count| u8::try_from(count).unwrap_or(u8::MAX);
                all.push(Joined { from: narrow(from), length: narrow(at + 1 - from), unit, split });
            };
            if at <= from + 2 {
                file(&whole);
            }
            if token.kind == Kind::Word {
                bare.push_str(&token.text);
                if bare != whole {
                    file(&bare);
                }
            }
        }
    }
    all.into()
}

/// The names of each unit, unit after unit.
fn postings(names: &[ListedName], units: usize) -> (Vec<u32>, Vec<u32>) {
    let mut pairs: Vec<(Unit, u32)> = Vec::new();
    for (at, name) in (0_u32..).zip(names) {
        pairs.extend(name.tokens.iter().map(|slot| (slot.unit, at)));
        pairs.extend(name.joined.iter().map(|joined| (joined.unit, at)));
    }
    pairs.sort_unstable();
    pairs.dedup();
    let mut starts = vec![0; units + 1];
    for &(unit, _) in &pairs {
        starts[unit.0 as usize + 1] += 1;
    }
    for at in 1..starts.len() {
        starts[at] += starts[at - 1];
    }
    (starts, pairs.into_iter().map(|(_, name)| name).collect())
}
