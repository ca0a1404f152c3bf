//! The document guard on any text: it returns, it never panics, and what it lets through is within its limits however it
//! is walked.
#![no_main]

use std::sync::LazyLock;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use kyc_stack::graphql::guard::{Guard, Limits};
use libfuzzer_sys::fuzz_target;

/// Nothing is remembered: each run parses.
static GUARD: LazyLock<Guard> = LazyLock::new(|| Guard::new(Limits { memo_bytes: 0, ..Limits::default() }));

fuzz_target!(|text: &str| {
    match GUARD.check(text) {
        Ok(document) => {
            let limits = Limits::default();
            let mut selections = 0;
            for (_, operation) in document.parsed.operations.iter() {
                walk(
                    &document.parsed,
                    &operation.node.selection_set.node,
                    &mut selections,
                    limits.selections,
                );
            }
        }
        Err(refusal) => {
            // Long enough for a sentence of ours, too short for a document that came back in it.
            assert!(refusal.message.len() < 400, "{refusal:?}");
            if let Some((line, column)) = refusal.location {
                assert!(line >= 1 && column >= 1);
            }
        }
    }
});

/// The plain walk that the guard must not do itself: spreads every fragment where it stands.
fn walk(document: &ExecutableDocument, set: &SelectionSet, selections: &mut u64, limit: u64) {
    for selection in &set.items {
        *selections += 1;
        assert!(*selections <= limit, "expands past the limit");
        match &selection.node {
            Selection::Field(field) => walk(document, &field.node.selection_set.node, selections, limit),
            Selection::InlineFragment(inline) => {
                walk(document, &inline.node.selection_set.node, selections, limit)
            }
            Selection::FragmentSpread(spread) => {
                if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                    walk(document, &fragment.node.selection_set.node, selections, limit);
                }
            }
        }
    }
}
