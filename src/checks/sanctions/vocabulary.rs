//! The words of all listed names, and the way from a word with slips in it to those that may be meant.
//!
//! Two words within two edits of each other have a common remainder when up to two letters are taken out of each. So every
//! word is filed under the remainders of its sound, and a look-up takes letters out of the asked word's sound: no word
//! is compared that shares no remainder, and no list is walked through. (This is the symmetric-delete index of SymSpell,
//! W. Garbe, over sounds instead of spellings.)

use std::collections::HashMap;

use super::{
    name::{Token, canonical, skeleton, sound, spellings},
    similar::{Mille, Word, alike},
};

/// A word, or words that stand side by side in a listed name, joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Unit(pub u32);

struct Entry {
    text: Box<str>,
    sound: Box<str>,
    abjad: bool,
}

/// Every unit of the lists.
#[derive(Default)]
pub struct Vocabulary {
    units: Vec<Entry>,
    by_text: HashMap<(Box<str>, bool), Unit>,
    /// (hash of a remainder, unit), sorted. A clash of hashes costs a comparison, and nothing else.
    remainders: Vec<(u32, Unit)>,
}

impl Vocabulary {
    /// The unit of this text, filed when it is new. `joined` units are looked up with one slip at most.
    pub fn file(&mut self, text: &str, heard: &str, abjad: bool, joined: bool) -> Unit {
        if let Some(&unit) = self.by_text.get(&(text.into(), abjad)) {
            return unit;
        }
        let unit = Unit(u32::try_from(self.units.len()).unwrap_or(u32::MAX));
        self.units.push(Entry { text: text.into(), sound: heard.into(), abjad });
        self.by_text.insert((text.into(), abjad), unit);
        let remainders = &mut self.remainders;
        each_remainder(heard, if joined { 1 } else { 2 }, |hash| remainders.push((hash, unit)));
        // A slip in the spelling may turn the sound over: "slaim" for "salim".
        each_remainder(text, 1, |hash| remainders.push((hash, unit)));
        // Under its other spellings too: a slip may be made in any of them.
        for spelling in spellings(text) {
            each_remainder(&sound(spelling), 1, |hash| remainders.push((hash, unit)));
            each_remainder(spelling, 1, |hash| remainders.push((hash, unit)));
        }
        if canonical(text) != text {
            remainders.push((hash(sound(canonical(text)).as_bytes()), unit));
        }
        if !joined && !abjad {
            remainders.push((skeleton_hash(heard), unit));
        }
        unit
    }

    /// To be called once, when every unit is filed.
    pub fn seal(&mut self) {
        self.remainders.sort_unstable();
        self.remainders.dedup();
        self.remainders.shrink_to_fit();
        self.units.shrink_to_fit();
        self.by_text = HashMap::new();
    }

    pub fn len(&self) -> usize {
        self.units.len()
    }

    pub fn text(&self, unit: Unit) -> &str {
        self.units.get(unit.0 as usize).map_or("", |entry| &entry.text)
    }

    pub fn is_abjad(&self, unit: Unit) -> bool {
        self.units.get(unit.0 as usize).is_some_and(|entry| entry.abjad)
    }

    /// Every unit that is like the word, with how alike they are.
    pub fn like(&self, token: &Token, joined: bool) -> Vec<(Unit, Mille)> {
        let mut found = Vec::new();
        each_remainder(&token.sound, if joined { 1 } else { 2 }, |hash| self.filed(hash, &mut found));
        each_remainder(&token.text, 1, |hash| self.filed(hash, &mut found));
        let standard = canonical(&token.text);
        if standard != token.text {
            self.filed(hash(sound(standard).as_bytes()), &mut found);
        }
        if token.abjad && !joined {
            self.filed(skeleton_hash(&token.sound), &mut found);
        }
        found.sort_unstable();
        found.dedup();
        let asked = Word { text: &token.text, sound: &token.sound, abjad: token.abjad };
        found
            .into_iter()
            .filter_map(|unit| {
                let Entry { text, sound, abjad } = self.units.get(unit.0 as usize)?;
                Some((unit, alike(asked, Word { text, sound, abjad: *abjad })?))
            })
            .collect()
    }

    fn filed(&self, hash: u32, found: &mut Vec<Unit>) {
        let from = self.remainders.partition_point(|&(filed, _)| filed < hash);
        let here = self.remainders[from..].iter().take_while(|&&(filed, _)| filed == hash);
        found.extend(here.map(|&(_, unit)| unit));
    }
}

/// The hashes of a word with up to `slips` letters taken out: none of a single letter, one of a short word.
fn each_remainder(sound: &str, slips: usize, mut file: impl FnMut(u32)) {
    const ONE_SLIP: usize = 2;
    const TWO_SLIPS: usize = 6;
    let letters = sound.as_bytes();
    file(hash(letters));
    if letters.len() < ONE_SLIP || slips == 0 {
        return;
    }
    let mut rest = Vec::with_capacity(letters.len());
    for first in 0..letters.len() {
        rest.clear();
        rest.extend_from_slice(&letters[..first]);
        rest.extend_from_slice(&letters[first + 1..]);
        file(hash(&rest));
        if letters.len() < TWO_SLIPS || slips == 1 {
            continue;
        }
        for second in first..rest.len() {
            let removed = rest.remove(second);
            file(hash(&rest));
            rest.insert(second, removed);
        }
    }
}

fn skeleton_hash(sound: &str) -> u32 {
    hash(format!("~{}", skeleton(sound)).as_bytes())
}

/// FNV-1a, the same on every machine.
fn hash(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
