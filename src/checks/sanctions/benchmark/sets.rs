//! The questions of a benchmark, set by set: who is asked for, and who would be the right answer.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{
    names::Named,
    perturb::{Class, perturb},
    roster::{Entity, Listed, Roster, key},
    strangers::{Parts, Stranger, strangers},
};
use crate::{checks::sanctions::subject::Subject, entropy::dice::Dice};

/// What the names of a set are, and so what should come of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A file of people who are listed.
    Positives,
    /// A file of people who are not.
    Negatives,
    /// Listed people, each with one thing done to the name.
    Class(Class),
    /// People who are not listed, made of the names of others.
    Stranger(Stranger),
}

impl Kind {
    /// Whether somebody should be found.
    pub fn is_listed(self) -> bool {
        matches!(self, Self::Positives | Self::Class(_))
    }
}

/// Somebody to screen.
#[derive(Clone)]
pub struct Question {
    pub subject: Subject,
    /// Whoever is meant: the listed people who have exactly the name that this one was made of. Empty for who is on no list,
    /// and where the file's name is not spelt as a list has it.
    pub right: Vec<Entity>,
}

/// Questions of one kind.
pub struct Set {
    pub kind: Kind,
    /// The file's name, or what the kind is.
    pub title: String,
    pub questions: Vec<Question>,
}

/// A file of people under a title.
pub struct File {
    pub title: String,
    pub people: Vec<Named>,
}

/// How large the sets are that are made up.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Names of each class.
    pub names: usize,
    /// People of each kind of stranger.
    pub strangers: usize,
}

/// All sets: the files as they are, then each class, then each kind of stranger. The classes are made of the people of the
/// positives whose name is one of the lists', or of everybody on the lists where there are none.
///
/// The same seed makes the same names, whatever the order of rows and persons. Sets without a name are left out.
pub fn sets(roster: &Roster, positives: &[File], negatives: &[File], size: Size, seed: u64) -> Vec<Set> {
    let file = |kind: Kind, file: &File| {
        let question = |named: &Named| {
            let name = &named.subject.name;
            let right = if kind.is_listed() { right(roster, name) } else { Vec::new() };
            Question { subject: named.subject.clone(), right }
        };
        Set { kind, title: file.title.clone(), questions: file.people.iter().map(question).collect() }
    };
    let mut sets: Vec<Set> = positives.iter().map(|positives| file(Kind::Positives, positives)).collect();
    sets.extend(negatives.iter().map(|negatives| file(Kind::Negatives, negatives)));
    let known = known(roster, positives, seed);
    for class in Class::ALL {
        let questions = class_of(class, roster, &known).take(size.names).collect();
        sets.push(Set { kind: Kind::Class(class), title: class.title().to_owned(), questions });
    }
    let people = negatives.iter().flat_map(|file| &file.people).filter_map(parts);
    let people = shuffled(people.collect(), seed, |parts| &parts.subject);
    let listed = roster.listed().iter().filter_map(|listed| Parts::of(&listed.subject));
    // Five words of a listed name and one of another are no stranger's name.
    let listed = listed.filter(Parts::is_short);
    let listed = shuffled(listed.collect(), seed, |parts| &parts.subject);
    for kind in Stranger::ALL {
        let dice = &mut dice(seed, kind.title());
        let made = strangers(kind, &people, &listed, roster, size.strangers, dice);
        let question = |subject| Question { subject, right: Vec::new() };
        let questions = made.into_iter().map(question).collect();
        sets.push(Set { kind: Kind::Stranger(kind), title: kind.title().to_owned(), questions });
    }
    sets.retain(|set| !set.questions.is_empty());
    sets
}

/// A listed name, and the seed of its own that what is done to it comes from.
struct Known {
    subject: Subject,
    dice: u64,
}

/// The people of whom names are made, each name once, in an order that comes from the seed.
fn known(roster: &Roster, positives: &[File], seed: u64) -> Vec<Known> {
    let people = positives.iter().flat_map(|file| &file.people).map(|named| &named.subject);
    // "SURNAME, Given" is somebody's name, too, but it has been done to already.
    let is_plain = |subject: &&Subject| !subject.name.contains(',');
    let is_listed = |subject: &&Subject| roster.named(&subject.name).next().is_some();
    let mut subjects: Vec<Subject> = people.filter(is_plain).filter(is_listed).cloned().collect();
    if subjects.is_empty() {
        subjects = roster.listed().iter().map(|listed| listed.subject.clone()).collect();
    }
    let mut subjects = shuffled(subjects, seed, |subject| subject);
    let mut seen = std::collections::HashSet::new();
    subjects.retain(|subject| seen.insert(key(&subject.name)));
    let known = |subject: Subject| Known { dice: mixed(seed, &subject.name), subject };
    subjects.into_iter().map(known).collect()
}

fn class_of<'a>(class: Class, roster: &'a Roster, known: &'a [Known]) -> impl Iterator<Item = Question> + 'a {
    known.iter().filter_map(move |known| {
        let name = match class {
            Class::OriginalScript => {
                roster.named(&known.subject.name).find_map(|listed| listed.original.clone())
            }
            _ => perturb(&known.subject.name, class, &mut dice(known.dice, class.title())),
        };
        let subject = Subject { name: name?, ..known.subject.clone() };
        Some(Question { subject, right: right(roster, &known.subject.name) })
    })
}

fn right(roster: &Roster, name: &str) -> Vec<Entity> {
    roster.named(name).map(|listed: &Listed| listed.entity.clone()).collect()
}

fn parts(named: &Named) -> Option<Parts> {
    match (&named.given, &named.surname) {
        (Some(given), Some(surname)) => {
            Some(Parts { given: given.clone(), surname: surname.clone(), subject: named.subject.clone() })
        }
        _ => Parts::of(&named.subject),
    }
}

/// In an order that comes from the seed and from what is in it, not from how it was ordered before.
fn shuffled<T>(items: Vec<T>, seed: u64, subject: impl Fn(&T) -> &Subject) -> Vec<T> {
    let mut keyed: Vec<_> = items
        .into_iter()
        .map(|item| {
            let Subject { name, born, country, gender } = subject(&item);
            let rest = format!("{name}\0{born:?}\0{country:?}\0{gender:?}");
            ((mixed(seed, &rest), rest), item)
        })
        .collect();
    keyed.sort_by(|(one, _), (other, _)| one.cmp(other));
    keyed.into_iter().map(|(_, item)| item).collect()
}

fn dice(seed: u64, of: &str) -> Dice {
    Dice::new(seed, mixed(0, of))
}

/// A number of a seed and a text, the same on every machine and in every version of the compiler.
fn mixed(seed: u64, text: &str) -> u64 {
    let digest = Sha256::new().chain_update(seed.to_le_bytes()).chain_update(text.as_bytes()).finalize();
    digest.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests;
