//! A request before its first statement, and a page.

use std::hint::black_box;

use async_graphql::Variables;
use criterion::Criterion;
use kyc_stack::graphql::{
    Operation,
    answer::Answer,
    bench::with_loaded,
    guard::{Document, Guard, Limits},
};
use serde_json::{Value, json};

use super::{count_these_instructions, world::World};

/// An attempt by an id that is none, with all that a page of an attempt shows: the request is guarded, validated and planned,
/// and no statement follows.
const REQUEST: &str = "query Q1($id: ID!) { attempt(id: $id) { id number state createdAt updatedAt \
    customer { id name email phone country } steps { id position kind status provider updatedAt version } } }";

/// 50 customers with three attempts each and their steps: a thousand rows.
const PAGE: &str = "query Q2($after: String) { customers(first: 50, after: $after) { nodes { id name email country \
    attempts(first: 3) { nodes { id number state createdAt steps { id position kind status updatedAt } } } } } }";

/// Requests of a count: what the memory of documents does now and then is spread over them.
const COUNTED_REQUESTS: usize = 200;
/// Pages of a count.
const COUNTED_PAGES: usize = 4;

/// Times requests and pages.
pub fn time(criterion: &mut Criterion, world: &World) {
    let mut group = criterion.benchmark_group("request");
    group.bench_function("known", |bencher| bencher.iter(|| request(world, REQUEST)));
    let mut number = 0_u64;
    group.bench_function("new", |bencher| {
        bencher.iter(|| {
            number += 1;
            // A comment: another text that asks the same.
            request(world, &format!("{REQUEST} # {number}"))
        });
    });
    let mut number = 0_u64;
    let guard = Guard::new(Limits::default());
    group.bench_function("new, guard and parser alone", |bencher| {
        bencher.iter(|| {
            number += 1;
            guard.check(&format!("{REQUEST} # {number}"))
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("page of 50 customers");
    group.bench_function("whole, from SQLite", |bencher| bencher.iter(|| page(world)));
    world.written(&mut |write| {
        group.bench_function("written alone", |bencher| bencher.iter(write));
    });
    group.finish();
}

/// Does requests to be counted.
pub fn count_request(world: &World) {
    for _ in 0..COUNTED_REQUESTS {
        request(world, REQUEST);
    }
    count_these_instructions(&mut || {
        for _ in 0..COUNTED_REQUESTS {
            black_box(request(world, REQUEST));
        }
    });
}

/// Writes pages to be counted.
pub fn count_page(world: &World) {
    world.written(&mut |write| {
        write();
        count_these_instructions(&mut || {
            for _ in 0..COUNTED_PAGES {
                black_box(write());
            }
        });
    });
}

fn request(world: &World, text: &str) -> Answer {
    let answer = ask(world, text, json!({ "id": "none" }));
    assert_eq!(answer.data.as_deref(), Some(&br#"{"attempt":null}"#[..]), "{:?}", answer.errors);
    answer
}

fn page(world: &World) -> Answer {
    let answer = ask(world, PAGE, json!({}));
    assert_whole(&answer);
    answer
}

/// Asks as the server does, once the body is read and the caller is known.
fn ask(world: &World, text: &str, variables: Value) -> Answer {
    let document = world.guard().check(text).expect("the guard lets it through");
    world.runtime.block_on(world.api().execute(&world.kyc, &world.actor, asked(&document, variables)))
}

fn asked(document: &Document, variables: Value) -> Operation<'_> {
    let variables = Variables::from_json(variables);
    Operation { document, name: None, variables, idempotency_key: None }
}

/// A page that failed, or has no rows, is written faster: it must not pass for one.
fn assert_whole(answer: &Answer) {
    assert!(answer.errors.is_empty(), "{:?}", answer.errors);
    let bytes = answer.data.as_ref().map_or(0, Vec::len);
    assert!(bytes > 100_000, "a page of {bytes} bytes");
}

impl World {
    /// Loads the page and hands over what writes it.
    fn written(&self, then: &mut dyn FnMut(&dyn Fn() -> Answer)) {
        let document = self.guard().check(PAGE).expect("the guard lets it through");
        let asked = asked(&document, json!({}));
        let done = self.runtime.block_on(with_loaded(&self.kyc, &self.actor, &asked, |write| {
            assert_whole(&write());
            then(write);
        }));
        done.expect("the page is planned");
    }
}
