//! Who was missed and who was stopped for nothing, with what the screening said of them: for whoever tunes it.
//!
//! These lines hold names. They are written when they are asked for, and nowhere else.

use serde::Serialize;

use super::{
    measure::{Answer, Answers, By, asked},
    report::FLOOR,
    sets::{Question, Set},
};
use crate::checks::sanctions::{index::Index, person::Gender};

/// A question that was answered wrongly.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Miss {
    pub set: String,
    /// "missed": a listed person was not found. "false positive": somebody was found who is on no list.
    pub what: &'static str,
    pub name: String,
    /// Null where only the name was given.
    pub born: Option<String>,
    pub country: Option<String>,
    pub gender: Option<Gender>,
    /// Whoever came closest; null where nobody came near.
    pub closest: Option<Closest>,
}

/// Whoever came closest.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Closest {
    pub list: String,
    pub entity_id: String,
    /// Which of their names it was.
    pub name: String,
    pub score: f64,
    /// Whether it is who was meant.
    pub is_right: bool,
    pub explanation: Vec<String>,
}

/// The wrong answers of a set at a threshold, by name first. Screens each of them once more, for the explanation.
pub fn misses<'a>(
    index: &'a Index,
    set: &'a Set,
    answers: &'a Answers,
    threshold: f64,
) -> impl Iterator<Item = Miss> + 'a {
    let of = move |by: By, answers: &'a [Answer]| {
        let wrong = move |answer: &Answer| answer.is_found(threshold) != set.kind.is_listed();
        let wrong = set.questions.iter().zip(answers).filter(move |(_, answer)| wrong(answer));
        wrong.map(move |(question, _)| miss(index, set, question, by, threshold))
    };
    of(By::Name, &answers.by_name).chain(of(By::Facts, &answers.by_facts))
}

fn miss(index: &Index, set: &Set, question: &Question, by: By, threshold: f64) -> Miss {
    let subject = asked(&question.subject, by);
    let found = index.screen(&subject, threshold.min(FLOOR)).unwrap_or_default();
    let closest = found.into_iter().next().map(|found| Closest {
        name: found.person.names.get(found.name).map(|name| name.text.clone()).unwrap_or_default(),
        is_right: question
            .right
            .iter()
            .any(|right| right.list == found.list && right.entity_id == found.person.entity_id),
        list: found.list.to_string(),
        entity_id: found.person.entity_id.clone(),
        score: found.score,
        explanation: found.explanation,
    });
    Miss {
        set: set.title.clone(),
        what: if set.kind.is_listed() { "missed" } else { "false positive" },
        name: subject.name,
        born: subject.born.map(|born| born.to_string()),
        country: subject.country,
        gender: subject.gender,
        closest,
    }
}
