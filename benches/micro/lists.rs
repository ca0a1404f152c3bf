//! A made-up sanctions list. Nobody on it is anybody.

use kyc_stack::{
    checks::sanctions::{
        index::List,
        person::{Birth, Gender, ListedName, Person, Quality},
        subject::Subject,
    },
    entropy::dice::Dice,
};

/// The words that names are made of; the first ones are common.
const WORDS: usize = 2_500;

const ONSETS: [&str; 18] =
    ["b", "d", "f", "g", "h", "j", "k", "kh", "l", "m", "n", "q", "r", "s", "sh", "t", "v", "z"];
const VOWELS: [&str; 7] = ["a", "a", "e", "i", "o", "u", "ou"];
const ENDS: [&str; 8] = ["", "", "l", "m", "n", "r", "d", "sk"];
const COUNTRIES: [&str; 8] = ["AF", "BY", "IN", "IQ", "KP", "PK", "RU", "SY"];

/// A list of so many persons, at least 16, half of them with an alias: the same at every run.
pub fn list(persons: usize) -> List {
    let mut dice = Dice::new(11, 0);
    let words: Vec<String> = (0..WORDS).map(|_| word(&mut dice)).collect();
    let persons = (0..persons).map(|number| person(number, &words, &mut dice)).collect();
    List { name: "un".to_owned(), version: "1".to_owned(), number: 1, published_at: None, persons }
}

/// Sixteen who are asked for: listed ones as they are listed, listed ones with a slip, and others who share a word with some.
pub fn subjects(list: &List) -> Vec<Subject> {
    let listed = |number: usize| &list.persons[number * (list.persons.len() / 16)];
    let name = |number: usize| listed(number).names[0].text.clone();
    let subject = |number: usize| {
        let name = match number % 4 {
            0 => name(number),
            1 => slipped(&name(number)),
            2 => reversed(&name(number)),
            // The first word of one, the last of another.
            _ => {
                let (one, other) = (name(number), name((number + 5) % 16));
                let first = one.split(' ').next().unwrap_or_default();
                let last = other.split(' ').next_back().unwrap_or_default();
                format!("{first} {last}")
            }
        };
        let Person { births, nationalities, gender, .. } = listed(number);
        Subject {
            name,
            born: births.first().copied(),
            country: nationalities.first().cloned(),
            gender: *gender,
        }
    };
    (0..16).map(subject).collect()
}

/// Without the third letter.
fn slipped(name: &str) -> String {
    name.chars().enumerate().filter(|(at, _)| *at != 2).map(|(_, letter)| letter).collect()
}

fn reversed(name: &str) -> String {
    name.split(' ').rev().collect::<Vec<_>>().join(" ")
}

fn person(number: usize, words: &[String], dice: &mut Dice) -> Person {
    let mut names = vec![ListedName { text: full_name(words, dice), quality: Quality::Primary }];
    if number.is_multiple_of(2) {
        names.push(ListedName { text: full_name(words, dice), quality: Quality::Strong });
    }
    let year = 1945 + i32::try_from(dice.below(50)).unwrap_or(0);
    Person {
        entity_id: number.to_string(),
        names,
        births: Birth::in_years(year, year).into_iter().collect(),
        nationalities: dice.pick(&COUNTRIES).map(ToString::to_string).into_iter().collect(),
        countries: Vec::new(),
        gender: dice.pick(&[Gender::Female, Gender::Male]).copied(),
        programs: Vec::new(),
        documents: Vec::new(),
    }
}

/// Two to four words.
fn full_name(words: &[String], dice: &mut Dice) -> String {
    let count = 2 + dice.below(3);
    let mut picked = || {
        // The square of a chance: some words are many people's, most are few people's.
        let below = dice.below(words.len() + 1);
        words[dice.below(below)].as_str()
    };
    (0..count).map(|_| picked()).collect::<Vec<_>>().join(" ")
}

fn word(dice: &mut Dice) -> String {
    let syllables = 2 + dice.below(2);
    let mut word = String::new();
    for _ in 0..syllables {
        for part in [&ONSETS[..], &VOWELS, &ENDS] {
            word.push_str(dice.pick(part).copied().unwrap_or_default());
        }
    }
    word
}
