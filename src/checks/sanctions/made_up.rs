//! Lists and people of tests.

use crate::checks::sanctions::{
    index::List,
    person::{ListedName, Person, Quality},
};

pub(super) fn list(name: &str, persons: Vec<Person>) -> List {
    List { name: name.to_owned(), number: 1, version: "1".to_owned(), published_at: None, persons }
}

pub(super) fn person(entity_id: &str, names: &[&str]) -> Person {
    let name = |text: &&str| ListedName { text: (*text).to_owned(), quality: Quality::Primary };
    Person {
        entity_id: entity_id.to_owned(),
        names: names.iter().map(name).collect(),
        births: Vec::new(),
        nationalities: Vec::new(),
        countries: Vec::new(),
        gender: None,
        programs: Vec::new(),
        documents: Vec::new(),
    }
}
