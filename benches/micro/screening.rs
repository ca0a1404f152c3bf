//! Screenings against made-up persons.

use std::hint::black_box;

use criterion::{Criterion, Throughput};
use kyc_stack::checks::sanctions::{DEFAULT_THRESHOLD, index::Index, subject::Subject};

use super::{count_these_instructions, lists};

/// Whom a timed screening goes against.
const TIMED: usize = 5_000;
/// And a counted one: under valgrind, and not optimised, making up their index takes longer than screening.
const COUNTED: usize = 1_000;

/// Times screenings, each of another subject.
pub fn time(criterion: &mut Criterion) {
    let (index, subjects) = ready(TIMED);
    let mut group = criterion.benchmark_group("screening");
    group.throughput(Throughput::Elements(subjects.len() as u64));
    group.bench_function("16 of 5,000", |bencher| bencher.iter(|| screen(&index, &subjects)));
    group.finish();
}

/// Screens to be counted.
pub fn count() {
    let (index, subjects) = ready(COUNTED);
    count_these_instructions(&mut || {
        black_box(screen(&index, &subjects));
    });
}

fn ready(persons: usize) -> (Index, Vec<Subject>) {
    let list = lists::list(persons);
    let subjects = lists::subjects(&list);
    let index = Index::new(vec![list]);
    // A screening that finds nobody is cheaper: most of these find somebody.
    let found = screen(&index, &subjects);
    assert!(found >= 8, "{found} of the subjects were found");
    (index, subjects)
}

/// How many of the subjects are found.
fn screen(index: &Index, subjects: &[Subject]) -> usize {
    let found = |subject: &&Subject| {
        index.screen(subject, DEFAULT_THRESHOLD).is_ok_and(|matches| !matches.is_empty())
    };
    subjects.iter().filter(found).count()
}
