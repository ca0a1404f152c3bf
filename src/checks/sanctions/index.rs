//! The lists in memory: one version of each, and the way from a name to those who may be meant.

use std::{collections::HashMap, sync::Arc};

use chrono::NaiveDate;

use super::{
    align::{Alignment, Edge, Sides, Weight},
    explain,
    name::{Kind, MAX_LETTERS, Name, Token, Unreadable, sound},
    person::{Person, Quality},
    similar::{Mille, SAME},
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
    pub published_at: Option<NaiveDate>,
    pub persons: Vec<Person>,
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

/// A readable name of a listed person.
struct ListedName {
    /// Of `Index.persons`.
    person: u32,
    /// Of `Person.names`.
    name: u16,
    tokens: Box<[Slot]>,
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

/// How many words at most are joined to one.
const JOINED: usize = 3;
/// How many tokens at most are tried in pairs, as one word that was cut in two.
const JOINABLE: usize = 7;

impl Index {
    /// Builds the index. What cannot be read as a name (a list of one letter) is left out.
    pub fn new(lists: Vec<List>) -> Self {
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
        let of_persons = read.chunk_by(|(one, ..), (other, ..)| one == other).map(|names| {
            names.iter().flat_map(|(_, _, name)| &name.tokens).collect::<Vec<&Token>>()
        });
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
                joined: join(&read.tokens, &mut vocabulary),
                tokens: slots(&read.tokens, &mut vocabulary, &weights),
            })
            .collect();
        vocabulary.seal();
        let (starts, names_of) = postings(&names, vocabulary.len());
        Self { persons, names, vocabulary, weights, starts, names_of }
    }

    /// Those who score at least `threshold` (0 to 1), best first; ties by list and entity id. One match a person.
    ///
    /// # Errors
    /// When the name is no name.
    pub fn screen(&self, subject: &Subject, threshold: f64) -> Result<Vec<Match>, Unscreenable> {
        let asked = Asked::read(self, &subject.name)?;
        let threshold = (threshold.clamp(0.0, 1.0) * 1000.0).round() as Mille;
        // What birth date and country can add at most may lift a name over the threshold.
        let name_threshold = threshold.saturating_sub(traits::MOST);
        let mut best: HashMap<u32, (u32, Alignment, Mille)> = HashMap::new();
        for at in self.candidates(&asked, name_threshold) {
            let Some(name) = self.names.get(at as usize) else { continue };
            let alignment = self.align(&asked, name);
            let score = discounted(alignment.score, self.quality(name));
            if score < name_threshold {
                continue;
            }
            match best.get(&name.person) {
                Some((kept, _, before)) if (*before, *kept) >= (score, at) => {}
                _ => {
                    best.insert(name.person, (at, alignment, score));
                }
            }
        }
        let mut matches: Vec<Match> = best
            .into_iter()
            .filter_map(|(person, (name, alignment, score))| {
                let listed = self.persons.get(person as usize)?;
                let name = self.names.get(name as usize)?;
                let found = traits::compare(subject, &listed.person);
                let score = found.apply(score);
                (score >= threshold).then(|| Match {
                    list: Arc::clone(&listed.list),
                    person: Arc::clone(&listed.person),
                    name: name.name.into(),
                    score: f64::from(score) / 1000.0,
                    explanation: explain::sentences(&self.told(&asked, name, &alignment), &found),
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
    /// The bound is sure: an asked token without any like word in a name has no partner there, and the score is at most
    /// what the others weigh against what they all do.
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
            let covered = seen.get(name as usize).map_or(0, |seen| seen | asked.initials);
            asked.bound(covered) >= threshold
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
        let listed: Vec<Weight> = name.tokens.iter().map(|slot| slot.weight).collect();
        Sides { asked: &asked.weights, listed: &listed }.align(&edges)
    }

    /// What there is to tell about an alignment.
    fn told(&self, asked: &Asked, name: &ListedName, alignment: &Alignment) -> explain::Told {
        let listed = |at: usize| name.tokens.get(at).map_or("", |slot| self.vocabulary.text(slot.unit));
        let pairs = alignment.edges.iter().map(|edge| explain::Pair {
            asked: asked.texts(edge.asked),
            listed: (edge.from..edge.from + edge.length).map(|at| listed(at).to_owned()).collect(),
            weight: (edge.from..edge.from + edge.length)
                .filter_map(|at| name.tokens.get(at))
                .map(|slot| slot.weight)
                .sum(),
            alike: edge.alike,
            initial: edge.initial,
        });
        let pairs: Vec<_> = pairs.collect();
        let used = alignment.edges.iter().fold(0, |used, edge| used | edge.asked);
        let taken = |at: usize| {
            alignment.edges.iter().any(|edge| (edge.from..edge.from + edge.length).contains(&at))
        };
        explain::Told {
            listed_name: self.text_of(name),
            quality: self.quality(name),
            pairs,
            asked_left: asked.texts(!used),
            listed_left: (0..name.tokens.len()).filter(|&at| !taken(at)).map(|at| listed(at).into()).collect(),
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

/// A name that is looked for, with the words of the lists that are like its words.
struct Asked {
    /// In canonical order, so that no order of the words can change an answer.
    tokens: Vec<Token>,
    weights: Vec<Weight>,
    /// Tokens that are initials, a bit each.
    initials: u32,
    /// For each unit: which tokens it is like, and how much.
    like: HashMap<Unit, Vec<Like>>,
}

/// That asked tokens are like a unit.
#[derive(Clone, Copy)]
struct Like {
    tokens: u32,
    alike: Mille,
    /// The letters of the first, where two are joined.
    split: Option<usize>,
}

/// What is left of a likeness that words have to be joined for, on one side or on both.
const JOINED_ONCE: Mille = 985;
const JOINED_TWICE: Mille = 960;
/// Joined words are long, and a long word forgives much: they have to be nearly the same.
const JOINED_LEAST: Mille = 880;

impl Like {
    /// How alike they are to a unit that is a word, or is joined of words of which the first has `split` letters.
    fn across(&self, split: Option<usize>) -> Option<Mille> {
        let share = match (self.split, split) {
            (None, None) => return Some(self.alike),
            // Cut at the same place: then each word is to be held against its like.
            (Some(one), Some(other)) if one == other => return None,
            (Some(_), Some(_)) => JOINED_TWICE,
            (Some(_), None) | (None, Some(_)) => JOINED_ONCE,
        };
        (self.alike >= JOINED_LEAST).then_some(self.alike * share / 1000)
    }
}

impl Asked {
    fn read(index: &Index, name: &str) -> Result<Self, Unscreenable> {
        let tokens = Name::read(name)?.in_canonical_order().tokens;
        let weights = tokens.iter().map(|token| index.weights.weight(token)).collect();
        let mut initials = 0;
        let mut like: HashMap<Unit, Vec<Like>> = HashMap::new();
        let mut look_up = |token: &Token, tokens: u32, split: Option<usize>| {
            let mut best = 0;
            for (unit, alike) in index.vocabulary.like(token, split.is_some()) {
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
        Ok(Self { tokens, weights, initials, like })
    }

    /// The score that no name exceeds whose like words stand for these tokens.
    fn bound(&self, covered: u32) -> Mille {
        let (mut matched, mut left) = (0_u64, 0_u64);
        for (at, &weight) in self.weights.iter().enumerate() {
            if covered & (1 << at) == 0 { left += u64::from(weight) } else { matched += u64::from(weight) }
        }
        super::align::bound(matched, left)
    }

    /// Tokens that match the slot as an initial matches a word, in either direction.
    fn initial_edges(&self, slot: &Slot) -> impl Iterator<Item = u32> {
        let (kind, first) = (slot.kind, slot.first);
        self.tokens.iter().enumerate().filter_map(move |(at, token)| {
            let begins_alike = token.text.as_bytes().first() == Some(&first);
            let fits = matches!((token.kind, kind), (Kind::Initial, Kind::Word) | (Kind::Word, Kind::Initial));
            (begins_alike && fits).then_some(1 << at)
        })
    }

    fn texts(&self, tokens: u32) -> Vec<String> {
        let chosen = self.tokens.iter().enumerate().filter(|(at, _)| tokens & (1 << at) != 0);
        chosen.map(|(_, token)| token.text.clone()).collect()
    }
}

/// The tokens that may be pieces of a word: of a long name, those that no list has as they are.
fn joinable(tokens: &[Token], known: u32) -> Vec<usize> {
    let all: Vec<usize> = (0..tokens.len()).filter(|&at| !tokens[at].parent).collect();
    if all.len() <= JOINABLE {
        return all;
    }
    all.into_iter().filter(|at| known & (1 << at) == 0).take(JOINABLE).collect()
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
        for (at, token) in tokens.iter().enumerate().skip(from + 1).take(JOINED) {
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
