//! Any text as a name that is screened: reading it, looking its words up, aligning and explaining.

#![no_main]

use std::sync::LazyLock;

use kyc_stack::checks::sanctions::{
    index::{Index, List},
    person::{ListedName, Person, Quality},
    subject::Subject,
};
use libfuzzer_sys::fuzz_target;

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let names = ["Abdul Rahman bin Saif al-Din al-Dhaheri", "Tarkan M. Petrosyan", "حسین موسوی", "Ян Петрович", "Abu Saif"];
    let person = |text: &&str| Person {
        entity_id: (*text).to_owned(),
        names: vec![ListedName { text: (*text).to_owned(), quality: Quality::Primary }],
        births: Vec::new(),
        nationalities: Vec::new(),
        countries: Vec::new(),
        gender: None,
        programs: Vec::new(),
        documents: Vec::new(),
    };
    let persons = names.iter().map(person).collect();
    Index::new(vec![List { name: "made-up".into(), version: "1".into(), number: 1, published_at: None, persons }])
});

fuzz_target!(|name: &str| {
    if let Ok(found) = INDEX.screen(&Subject::named(name), 0.5) {
        assert!(found.iter().all(|found| (0.5..=1.0).contains(&found.score)));
    }
});
