//! The lists in memory: one version of each, and the way from a name to those who may be meant.

use std::sync::Arc;

use chrono::NaiveDate;

use super::{person::Person, subject::Subject};

/// One version of one list, as it is screened against.
#[derive(Clone, Debug)]
pub struct List {
    /// "un", "ofac-sdn", "opensanctions".
    pub name: String,
    /// The publisher's mark of this version, as `ScreenedList.version` shows it.
    pub version: String,
    /// The number of the import, from 1.
    pub number: i64,
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

/// Screens against every list that it was built of. Immutable: a screening sees one version of each.
pub struct Index {
    lists: Vec<List>,
}

impl Index {
    /// Builds the index.
    pub fn new(lists: Vec<List>) -> Self {
        Self { lists }
    }

    /// Those who score at least `threshold` (0 to 1), best first; ties by list and entity id. One match a person.
    ///
    /// # Errors
    /// When the name is no name.
    pub fn screen(&self, subject: &Subject, _threshold: f64) -> Result<Vec<Match>, Unscreenable> {
        let wanted = subject.name.to_lowercase();
        match wanted.chars().filter(|c| c.is_alphabetic()).count() {
            0 => return Err(Unscreenable::Empty),
            1 => return Err(Unscreenable::TooShort),
            _ => {}
        }
        let mut found = Vec::new();
        for list in &self.lists {
            for person in &list.persons {
                let name = person.names.iter().position(|name| name.text.to_lowercase() == wanted);
                let Some(name) = name else { continue };
                let explanation = vec!["The names are the same.".to_owned()];
                let (list, person) = (Arc::from(list.name.as_str()), Arc::new(person.clone()));
                found.push(Match { list, person, name, score: 1.0, explanation });
            }
        }
        found.sort_by(|one: &Match, other| {
            (&one.list, &one.person.entity_id).cmp(&(&other.list, &other.person.entity_id))
        });
        Ok(found)
    }

    /// What it was built of, without the persons: what a screening was made against.
    pub fn lists(&self) -> &[List] {
        &self.lists
    }

    /// How many persons there are.
    pub fn persons(&self) -> usize {
        self.lists.iter().map(|list| list.persons.len()).sum()
    }
}
