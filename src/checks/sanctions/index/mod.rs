//! The lists in memory: one version of each, and the way from a name to those who may be meant.

mod asked;
mod build;
#[cfg(test)]
mod tests;

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;

use self::asked::Asked;
use super::{
    align::{Alignment, Edge, Sides, Weight},
    explain,
    name::{Kind, MAX_LETTERS, Name, Unreadable},
    person::{Person, Quality},
    similar::Mille,
    subject::Subject,
    traits,
    vocabulary::{Unit, Vocabulary},
    weigh::Weights,
};

/// One version of one list, as it is screened against.
#[derive(Clone, Debug)]
pub struct List {
    /// "un", "ofac-sdn", "opensanctions".
    pub name: String,
    /// The publisher's mark of this version, as `ScreenedList.version` shows it.
    pub version: String,
    /// Which of the versions that were imported here: 1, 2, 3 …
    pub number: i64,
    pub published_at: Option<NaiveDate>,
    pub persons: Vec<Person>,
}

/// What an index was built of: a [`List`] without its persons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indexed {
    pub name: String,
    pub version: String,
    pub number: i64,
    pub published_at: Option<NaiveDate>,
    /// How many persons it has.
    pub persons: usize,
}

/// Somebody on a list who may be the subject.
#[derive(Clone, Debug)]
pub struct Match {
    /// The list's name.
    pub list: Arc<str>,
    pub person: Arc<Person>,
    /// Which of `person.names` matched best.
    pub name: usize,
    /// 0 to 1.
    pub score: f64,
    /// Sentences for a compliance officer: which token matched which and how well; what birth date, country and gender
    /// added or took away.
    pub explanation: Vec<String>,
}

/// Why a name cannot be screened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unscreenable {
    #[error("the name has no letter in it")]
    Empty,
    #[error("one letter is no name: give the whole name")]
    TooShort,
    #[error("the name is longer than {0} characters: give the name alone")]
    TooLong(usize),
}

impl From<Unreadable> for Unscreenable {
    fn from(unreadable: Unreadable) -> Self {
        match unreadable {
            Unreadable::Empty => Self::Empty,
            Unreadable::OneLetter => Self::TooShort,
            Unreadable::TooLong => Self::TooLong(MAX_LETTERS),
        }
    }
}

/// Screens against every list that it was built of. Immutable: a screening sees one version of each.
pub struct Index {
    lists: Vec<Indexed>,
    persons: Vec<Listed>,
    names: Vec<ListedName>,
    vocabulary: Vocabulary,
    weights: Weights,
    /// The names that have a unit: those of unit `u` are `names_of[starts[u]..starts[u + 1]]`.
    starts: Vec<u32>,
    names_of: Vec<u32>,
}

struct Listed {
    list: Arc<str>,
    person: Arc<Person>,
}

/// The best match of a person so far.
struct Best<'s> {
    at: u32,
    name: &'s ListedName,
    asked: &'s Asked,
    alignment: Alignment,
    /// Of the names alone, with what the name's quality makes of it.
    score: Mille,
}

/// A readable name of a listed person.
struct ListedName {
    /// Of `Index.persons`.
    person: u32,
    /// Of `Person.names`.
    name: u16,
    tokens: Box<[Slot]>,
    /// The letters that it has initials of, a bit each: a word that begins with one may have its partner there.
    initials: u32,
    joined: Box<[Joined]>,
}

/// A token of a listed name.
struct Slot {
    unit: Unit,
    kind: Kind,
    first: u8,
    weight: Weight,
}

/// Tokens of a listed name that stand side by side, read as one word.
struct Joined {
    from: u8,
    length: u8,
    unit: Unit,
    /// The letters of the first word.
    split: usize,
}

impl ListedName {
    fn weights(&self) -> Vec<Weight> {
        self.tokens.iter().map(|slot| slot.weight).collect()
    }
}

impl Index {
    /// Those who score at least `threshold` (0 to 1), best first; ties by list and entity id. One match a person.
    ///
    /// # Errors
    /// When the name is no name.
    pub fn screen(&self, subject: &Subject, threshold: f64) -> Result<Vec<Match>, Unscreenable> {
        let readings: Vec<Asked> =
            Name::readings(&subject.name)?.into_iter().map(|name| Asked::of(self, name)).collect();
        let threshold = (threshold.clamp(0.0, 1.0) * 1000.0).round() as Mille;
        // What birth date and country can add at most may lift a name over the threshold.
        let name_threshold = threshold.saturating_sub(traits::MOST);
        let mut best: HashMap<u32, Best<'_>> = HashMap::new();
        for asked in &readings {
            for at in self.candidates(asked, name_threshold) {
                let Some(name) = self.names.get(at as usize) else { continue };
                let alignment = self.align(asked, name);
                let score = discounted(alignment.score, self.quality(name));
                if score < name_threshold {
                    continue;
                }
                let is_better = |kept: &Best<'_>| (score, at) > (kept.score, kept.at);
                if best.get(&name.person).is_none_or(is_better) {
                    best.insert(name.person, Best { at, name, asked, alignment, score });
                }
            }
        }
        let mut matches: Vec<Match> = best
            .into_iter()
            .filter_map(|(person, best)| {
                let Best { name, asked, alignment, score, .. } = best;
                let listed = self.persons.get(person as usize)?;
                let found =
                    traits::compare(subject, &listed.person, score, self.told_by(asked, name, &alignment));
                let score = found.apply(score);
                (score >= threshold).then(|| Match {
                    list: Arc::clone(&listed.list),
                    person: Arc::clone(&listed.person),
                    name: name.name.into(),
                    score: f64::from(score) / 1000.0,
                    explanation: explain::sentences(&self.told(asked, name, &alignment), &found),
                })
            })
            .collect();
        matches.sort_by(|one, other| {
            other
                .score
                .total_cmp(&one.score)
                .then_with(|| one.list.cmp(&other.list))
                .then_with(|| one.person.entity_id.cmp(&other.person.entity_id))
        });
        Ok(matches)
    }

    /// What it was built of, and so what a screening was made against.
    pub fn lists(&self) -> &[Indexed] {
        &self.lists
    }

    /// How many persons there are.
    pub fn persons(&self) -> usize {
        self.persons.len()
    }

    fn quality(&self, name: &ListedName) -> Quality {
        let person = self.persons.get(name.person as usize);
        person
            .and_then(|listed| listed.person.names.get(usize::from(name.name)))
            .map_or(Quality::Weak, |name| name.quality)
    }

    /// The names that share enough with the asked one to reach the threshold at all.
    ///
    /// The bound is sure: an asked token without a like word in a name, and without an initial on either side, has no partner
    /// there, and the score is at most what the others weigh against what they all do.
    fn candidates(&self, asked: &Asked, threshold: Mille) -> Vec<u32> {
        let mut seen = vec![0_u32; self.names.len()];
        let mut touched = Vec::new();
        for (&unit, found) in &asked.like {
            let tokens = found.iter().fold(0, |tokens, like| tokens | like.tokens);
            for &name in self.names_with(unit) {
                let Some(seen) = seen.get_mut(name as usize) else { continue };
                if *seen == 0 {
                    touched.push(name);
                }
                *seen |= tokens;
            }
        }
        touched.retain(|&name| {
            let Some(listed) = self.names.get(name as usize) else { return false };
            let covered = seen.get(name as usize).map_or(0, |seen| seen | asked.initials);
            asked.bound(covered | asked.beginning_with(listed.initials)) >= threshold
        });
        touched
    }

    fn names_with(&self, unit: Unit) -> &[u32] {
        let bound = |at: usize| self.starts.get(at).map_or(0, |&start| start as usize);
        self.names_of.get(bound(unit.0 as usize)..bound(unit.0 as usize + 1)).unwrap_or_default()
    }

    fn align(&self, asked: &Asked, name: &ListedName) -> Alignment {
        let mut edges = Vec::new();
        let mut add = |unit, from, length, split| {
            for like in asked.like.get(&unit).map(Vec::as_slice).unwrap_or_default() {
                if let Some(alike) = like.across(split) {
                    edges.push(Edge { asked: like.tokens, from, length, alike, initial: false });
                }
            }
        };
        for (at, slot) in name.tokens.iter().enumerate() {
            add(slot.unit, at, 1, None);
        }
        for joined in &name.joined {
            add(joined.unit, joined.from.into(), joined.length.into(), Some(joined.split));
        }
        for (at, slot) in name.tokens.iter().enumerate() {
            edges.extend(asked.initial_edges(slot).map(|tokens| Edge {
                asked: tokens,
                from: at,
                length: 1,
                alike: INITIAL,
                initial: true,
            }));
        }
        Sides { asked: &asked.weights, listed: &name.weights() }.align(&edges)
    }

    /// What the pairs of an alignment weigh together.
    fn told_by(&self, asked: &Asked, name: &ListedName, alignment: &Alignment) -> u64 {
        let listed = name.weights();
        let sides = Sides { asked: &asked.weights, listed: &listed };
        alignment.edges.iter().map(|edge| sides.both(edge)).sum()
    }

    /// What there is to tell about an alignment.
    fn told(&self, asked: &Asked, name: &ListedName, alignment: &Alignment) -> explain::Told {
        let listed = |at: usize| name.tokens.get(at).map_or("", |slot| self.vocabulary.text(slot.unit));
        let weights = name.weights();
        let sides = Sides { asked: &asked.weights, listed: &weights };
        let pairs = alignment.edges.iter().map(|edge| explain::Pair {
            asked: asked.texts(edge.asked),
            listed: (edge.from..edge.from + edge.length).map(|at| listed(at).to_owned()).collect(),
            weight: Weight::try_from(sides.both(edge)).unwrap_or(Weight::MAX),
            alike: edge.alike,
            initial: edge.initial,
        });
        let pairs: Vec<_> = pairs.collect();
        let used = alignment.edges.iter().fold(0, |used, edge| used | edge.asked);
        let taken =
            |at: usize| alignment.edges.iter().any(|edge| (edge.from..edge.from + edge.length).contains(&at));
        explain::Told {
            listed_name: self.text_of(name),
            quality: self.quality(name),
            pairs,
            asked_left: asked.texts(!used),
            listed_left: (0..name.tokens.len())
                .filter(|&at| !taken(at))
                .map(|at| listed(at).into())
                .collect(),
            score: alignment.score,
            discounted: discounted(alignment.score, self.quality(name)),
        }
    }

    fn text_of(&self, name: &ListedName) -> String {
        let person = self.persons.get(name.person as usize);
        person
            .and_then(|listed| listed.person.names.get(usize::from(name.name)))
            .map_or_else(String::new, |name| name.text.clone())
    }
}

/// An initial, and a word that begins with it.
const INITIAL: Mille = 900;

/// What a score of names is worth with a name of this quality: a name is itself whatever its list thinks of it, but what
/// only resembles a weak alias resembles it half as much.
fn discounted(score: Mille, quality: Quality) -> Mille {
    match quality {
        Quality::Primary | Quality::Strong => score,
        Quality::Weak => 1000_u32.saturating_sub((1000 - score) * 2),
    }
}
