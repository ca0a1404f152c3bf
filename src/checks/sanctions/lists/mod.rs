//! The lists as their publishers write them. A parser is pure: bytes in, persons out, or why not. It reads a file once, from the
//! beginning to the end, and keeps nothing of it but its persons.
//!
//! The files come from outside: they may be cut, be something else altogether, or be made to harm. What a file may cost is
//! bounded (its size, the depth of its elements, the length of a value, the number of persons), and what is wrong with it is said
//! with its line, never with a value: a value is somebody's name.

pub mod birth;
mod bytes;
pub mod country;
pub mod ofac;
pub mod opensanctions;
mod remarks;
mod rows;
pub mod un;
mod xml;

use std::{borrow::Cow, io};

use chrono::NaiveDate;

use super::person::{ListedName, Person, Quality};

/// The most persons of a list. The largest that is published, with every politician of the world, has about a million entries; who
/// has such a one should take its part on sanctions.
pub const MOST_PERSONS: usize = 250_000;
/// The most values of one kind that a person may have: names, births, papers.
const MOST_VALUES: usize = 1_000;
/// The longest name, program or paper that is kept, in characters. A longer one is cut there: the longest of the real lists
/// have some 400.
const LONGEST: usize = 1_000;

/// What a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parsed {
    /// The publisher's own mark of this version; none where the format has none.
    pub version: Option<String>,
    pub published_at: Option<NaiveDate>,
    /// In the order of the file; no entity id comes twice.
    pub persons: Vec<Person>,
    /// Entries that are no persons: organisations, ships, aircraft.
    pub skipped: u64,
}

impl Parsed {
    /// How many names the persons have together.
    pub fn names(&self) -> usize {
        self.persons.iter().map(|person| person.names.len()).sum()
    }
}

/// Why a file is not taken for the list that it was said to be. No value of the file is in it.
#[derive(Debug, thiserror::Error)]
pub enum Malformed {
    #[error("the file is empty: download it again")]
    Empty,
    #[error("line {line}: {problem}")]
    Line { line: u64, problem: Cow<'static, str> },
    #[error("the file is larger than {0} MB, which no {1} list is: give the list itself")]
    TooLarge(u64, &'static str),
    #[error("it names no person: a list without persons is no list. Download it again")]
    NoPersons,
    #[error("{0}")]
    Wrong(Cow<'static, str>),
    #[error("the file cannot be read: {0}")]
    Unreadable(io::Error),
}

impl Malformed {
    fn at(line: u64, problem: impl Into<Cow<'static, str>>) -> Self {
        Self::Line { line, problem: problem.into() }
    }
}

/// A text on one line, without what does not show: runs of white space and control characters become one space. None when nothing
/// is left.
fn clean(text: &str) -> Option<String> {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let mut line = String::with_capacity(text.len().min(4 * LONGEST));
    for word in words {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
        if line.len() > 4 * LONGEST {
            break;
        }
    }
    if let Some((end, _)) = line.char_indices().nth(LONGEST) {
        line.truncate(end);
    }
    (!line.is_empty()).then_some(line)
}

/// Given names first: "SALEK, Abdulhai" is "Abdulhai SALEK", and "REYES, Juan, Jr." "Juan REYES Jr.".
fn given_first(text: &str) -> String {
    /// What follows a comma and is no given name.
    const SUFFIXES: [&str; 7] = ["jr", "jr.", "sr", "sr.", "ii", "iii", "iv"];
    let mut parts: Vec<_> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    let has_given = parts.get(1).is_some_and(|part| !SUFFIXES.contains(&part.to_lowercase().as_str()));
    if has_given {
        parts.swap(0, 1);
    }
    parts.join(" ")
}

/// Adds a name that is not there yet. A name that comes again with more trust gains it.
fn add_name(names: &mut Vec<ListedName>, text: &str, quality: Quality) {
    let Some(text) = clean(text) else { return };
    // Without a letter it is a mark of the form: a dash, "na", an empty pair of brackets.
    if !text.chars().any(char::is_alphabetic) {
        return;
    }
    if let Some(known) = names.iter_mut().find(|known| known.text == text) {
        if known.quality == Quality::Weak && quality == Quality::Strong {
            known.quality = quality;
        }
        return;
    }
    add(names, ListedName { text, quality });
}

/// Adds what is not there yet, up to [`MOST_VALUES`].
fn add<T: PartialEq>(values: &mut Vec<T>, value: T) {
    if values.len() < MOST_VALUES && !values.contains(&value) {
        values.push(value);
    }
}

/// Somebody of whom nothing is known yet.
fn nobody(entity_id: String) -> Person {
    Person {
        entity_id,
        names: Vec::new(),
        births: Vec::new(),
        nationalities: Vec::new(),
        countries: Vec::new(),
        gender: None,
        programs: Vec::new(),
        documents: Vec::new(),
    }
}

/// The persons of a whole file: no id twice, nobody without a name, and somebody at all.
fn persons(all: Vec<Person>) -> Result<Vec<Person>, Malformed> {
    let mut ids = std::collections::HashSet::with_capacity(all.len());
    if all.iter().any(|person| !ids.insert(person.entity_id.as_str())) {
        return Err(Malformed::Wrong(
            "two persons have the same id: the file was put together of several. Give the list as published"
                .into(),
        ));
    }
    if all.is_empty() {
        return Err(Malformed::NoPersons);
    }
    Ok(all)
}

#[cfg(test)]
mod tests;
