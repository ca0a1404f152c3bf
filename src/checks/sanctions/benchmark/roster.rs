//! Whom the lists name: the people that listed names are taken from, and who is meant by a name.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::perturb::{common_spelling, is_latin};
use crate::checks::sanctions::{index::List, person::Person, subject::Subject};

/// One person of one list.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entity {
    pub list: Arc<str>,
    pub entity_id: String,
}

/// A listed person under the name that they are listed under, with what their list says of them.
#[derive(Clone)]
pub struct Listed {
    pub entity: Entity,
    pub subject: Subject,
    /// A name in another script than Latin.
    pub original: Option<String>,
}

/// Every listed person.
pub struct Roster {
    listed: Vec<Listed>,
    /// Who has a name, by its [`key`]: places in `listed`.
    by_key: HashMap<String, Vec<usize>>,
    /// Every name, by its [`loose_key`].
    loose: HashSet<String>,
}

impl Roster {
    /// Takes the names down. The lists are only read, so that an index can be built of them afterwards.
    pub fn new(lists: &[List]) -> Self {
        let mut roster = Self { listed: Vec::new(), by_key: HashMap::new(), loose: HashSet::new() };
        for list in lists {
            let name: Arc<str> = list.name.as_str().into();
            list.persons.iter().for_each(|person| roster.add(&name, person));
        }
        roster
    }

    fn add(&mut self, list: &Arc<str>, person: &Person) {
        let Some(primary) = person.names.first() else { return };
        let at = self.listed.len();
        for name in &person.names {
            let bearers = self.by_key.entry(key(&name.text)).or_default();
            if bearers.last() != Some(&at) {
                bearers.push(at);
            }
            self.loose.insert(loose_key(&name.text));
        }
        let is_original = |text: &&String| text.contains(char::is_alphabetic) && !is_latin(text);
        self.listed.push(Listed {
            entity: Entity { list: Arc::clone(list), entity_id: person.entity_id.clone() },
            subject: Subject {
                name: primary.text.clone(),
                born: person.births.first().copied(),
                country: person.nationalities.first().cloned(),
                gender: person.gender,
            },
            original: person.names.iter().map(|name| &name.text).find(is_original).cloned(),
        });
    }

    /// In the lists' order.
    pub fn listed(&self) -> &[Listed] {
        &self.listed
    }

    /// Whoever has exactly this name among theirs, in whatever order and case.
    pub fn named<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a Listed> + use<'a> {
        self.by_key.get(&key(name)).into_iter().flatten().filter_map(|at| self.listed.get(*at))
    }

    /// Whether somebody has this name, be it in another spelling of a common part.
    pub fn has(&self, name: &str) -> bool {
        self.loose.contains(&loose_key(name))
    }
}

/// A name by which it is known again: its words in small letters, without marks, in the order of the alphabet.
pub fn key(name: &str) -> String {
    words(name).join(" ")
}

/// The same with common names in one spelling.
fn loose_key(name: &str) -> String {
    let mut words: Vec<String> =
        words(name).into_iter().map(|word| common_spelling(&word).map_or(word, str::to_owned)).collect();
    words.sort_unstable();
    words.join(" ")
}

fn words(name: &str) -> Vec<String> {
    let bare: String =
        name.nfkd().filter(|char| !is_combining_mark(*char)).flat_map(char::to_lowercase).collect();
    let words = bare.split(|char: char| !char.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut words: Vec<String> = words.map(str::to_owned).collect();
    words.sort_unstable();
    words
}

#[cfg(test)]
mod tests {
    use super::{
        super::super::made_up::{list, person},
        *,
    };

    #[test]
    fn a_name_is_known_again_in_any_order_case_and_dress() {
        let one = list("un", vec![person("1", &["Zoé BEISPIEL-Muster", "Зоя Пример"]), person("2", &[])]);
        let other = list("ofac-sdn", vec![person("1", &["Beispiel Muster Zoe", "Zoe, BEISPIEL muster"])]);
        let roster = Roster::new(&[one, other]);
        let who = |name: &str| -> Vec<String> {
            roster
                .named(name)
                .map(|listed| format!("{}:{}", listed.entity.list, listed.entity.entity_id))
                .collect()
        };
        assert_eq!(who("MUSTER, zoe Beispiel"), ["un:1", "ofac-sdn:1"]);
        assert_eq!(who("Пример Зоя"), ["un:1"]);
        assert_eq!(who("Zoe Beispiel"), [""; 0]);
        assert_eq!(roster.listed()[0].original.as_deref(), Some("Зоя Пример"));
        assert_eq!(roster.listed().len(), 2);
    }

    #[test]
    fn a_common_name_is_the_same_in_its_other_spellings() {
        let roster = Roster::new(&[list("un", vec![person("1", &["Mohammed Beispiel"])])]);
        assert!(roster.has("BEISPIEL, Muhammad"));
        assert!(!roster.has("Ahmed Beispiel"));
        assert_eq!(roster.named("Muhammad Beispiel").count(), 0);
    }
}
