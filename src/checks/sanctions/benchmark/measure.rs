//! Asks an index the questions of a set.

use std::{num::NonZero, thread};

use super::{
    roster::Entity,
    sets::{Question, Set},
};
use crate::checks::sanctions::{
    index::{Index, Match},
    subject::Subject,
};

/// What of a person is given to the screening.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The name alone.
    Name,
    /// Name, birth date, country and gender, as far as they are known.
    Facts,
}

/// What came of one question.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// The best score, whoever has it. None when nobody reached the floor.
    pub best: Option<f64>,
    /// The best score of somebody who is meant.
    pub right: Option<f64>,
    /// Whether the screening took the name at all.
    pub is_screenable: bool,
}

impl Answer {
    /// Whether somebody is found at this threshold.
    pub fn is_found(&self, threshold: f64) -> bool {
        self.best.is_some_and(|score| score >= threshold)
    }

    /// Whether somebody who is meant is found at this threshold.
    pub fn is_right(&self, threshold: f64) -> bool {
        self.right.is_some_and(|score| score >= threshold)
    }

    fn of(found: &[Match], right: &[Entity]) -> Self {
        let score = |found: &Match| found.score;
        let is_right = |found: &&Match| {
            right.iter().any(|one| one.list == found.list && one.entity_id == found.person.entity_id)
        };
        let best = found.iter().map(score).reduce(f64::max);
        let right = found.iter().filter(is_right).map(score).reduce(f64::max);
        Self { best, right, is_screenable: true }
    }
}

/// What came of a set: an answer a question, in their order.
pub struct Answers {
    pub by_name: Vec<Answer>,
    pub by_facts: Vec<Answer>,
}

/// The subject as it is asked for.
pub fn asked(subject: &Subject, by: By) -> Subject {
    match by {
        By::Name => Subject::named(subject.name.clone()),
        By::Facts => subject.clone(),
    }
}

/// Screens everybody of a set, by name and by facts; matches below `floor` count as none. `done` is called after each of the
/// two screenings of a question, from several threads.
pub fn measure(index: &Index, set: &Set, floor: f64, done: &(dyn Fn() + Sync)) -> Answers {
    let all = |by| {
        in_parts(&set.questions, |question| {
            let answer = answer(index, question, by, floor);
            done();
            answer
        })
    };
    Answers { by_name: all(By::Name), by_facts: all(By::Facts) }
}

fn answer(index: &Index, question: &Question, by: By, floor: f64) -> Answer {
    match index.screen(&asked(&question.subject, by), floor) {
        Ok(found) => Answer::of(&found, &question.right),
        Err(_) => Answer { best: None, right: None, is_screenable: false },
    }
}

/// Maps all of them on as many threads as there are processors, at most 16, and keeps the order.
fn in_parts<T: Sync, U: Send>(items: &[T], map: impl Fn(&T) -> U + Sync) -> Vec<U> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(16);
    let part = items.len().div_ceil(threads).max(1);
    thread::scope(|scope| {
        let map = &map;
        let parts: Vec<_> = items
            .chunks(part)
            .map(|part| scope.spawn(move || part.iter().map(map).collect::<Vec<U>>()))
            .collect();
        let join = |part: thread::ScopedJoinHandle<'_, Vec<U>>| {
            part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        parts.into_iter().flat_map(join).collect()
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{super::super::made_up::person, *};

    fn found(list: &str, entity_id: &str, score: f64) -> Match {
        let person = Arc::new(person(entity_id, &["Otto Beispiel"]));
        Match { list: list.into(), person, name: 0, score, explanation: Vec::new() }
    }

    #[test]
    fn the_best_score_is_anybodys_and_the_right_one_is_not() {
        let meant = [Entity { list: "un".into(), entity_id: "1".to_owned() }];
        let answer = Answer::of(&[found("ofac-sdn", "1", 0.95), found("un", "1", 0.9)], &meant);
        assert_eq!((answer.best, answer.right), (Some(0.95), Some(0.9)));
        assert!(answer.is_found(0.95) && !answer.is_right(0.95) && answer.is_right(0.9));
        assert_eq!(Answer::of(&[found("un", "2", 1.0)], &meant).right, None);
        assert!(!Answer::of(&[], &meant).is_found(0.0));
    }

    #[test]
    fn answers_keep_the_order_of_the_questions() {
        let numbers: Vec<usize> = (0..1001).collect();
        assert_eq!(
            in_parts(&numbers, |number| number * 2),
            numbers.iter().map(|n| n * 2).collect::<Vec<_>>()
        );
        assert_eq!(in_parts(&[], |number: &usize| *number), [0; 0]);
    }
}
