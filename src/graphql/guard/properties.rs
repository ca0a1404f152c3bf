//! The counts against a plain walk, and texts that nobody would write.

use async_graphql::parser::types::SelectionSet;
use proptest::prelude::*;

use super::*;

/// A fragment that holds fields, and spreads only fragments after it, so that there is no cycle.
fn fragment_bodies() -> impl Strategy<Value = Vec<String>> {
    let body = prop::collection::vec((0usize..4, 0usize..6), 1..4);
    prop::collection::vec(body, 1..6).prop_map(|bodies| {
        let last = bodies.len();
        let item = |from: usize, (kind, to): (usize, usize)| match kind {
            0 if from + 1 + to < last => format!("...F{} ", from + 1 + to),
            0 | 1 => "a @d ".to_owned(),
            2 => "x: a { b ... on T { c } } ".to_owned(),
            _ if from + 1 < last => format!("a {{ ...F{} }} ", from + 1),
            _ => "__typename ".to_owned(),
        };
        let text = |(from, items): (usize, Vec<_>)| items.into_iter().map(|it| item(from, it)).collect();
        bodies.into_iter().enumerate().map(text).collect()
    })
}

/// Selections, aliases, directives: by walking each fragment anew wherever it is spread.
fn plain_walk(document: &ExecutableDocument, set: &SelectionSet) -> [u64; 3] {
    set.items.iter().fold([0; 3], |sum, selection| {
        let selection = &selection.node;
        let (alias, inner) = match selection {
            Selection::Field(field) => (field.node.alias.is_some(), Some(&field.node.selection_set)),
            Selection::InlineFragment(inline) => (false, Some(&inline.node.selection_set)),
            Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.node.fragment_name.node);
                (false, fragment.map(|fragment| &fragment.node.selection_set))
            }
        };
        let inner = inner.map_or([0; 3], |inner| plain_walk(document, &inner.node));
        let own = [1, u64::from(alias), selection.directives().len() as u64];
        std::array::from_fn(|i| sum[i] + own[i] + inner[i])
    })
}

proptest! {
    #[test]
    fn counts_are_those_of_a_plain_walk(bodies in fragment_bodies()) {
        // Every fragment is spread, since one that is not is held to the same limits.
        let spreads = (0..bodies.len()).fold(String::new(), |text, i| text + &format!("...F{i} "));
        let text = bodies.iter().enumerate().fold(format!("{{ root {{ {spreads} }} }}"), |text, (i, body)| {
            text + &format!(" fragment F{i} on T {{ {body} }}")
        });
        let document = parse_query(&text).unwrap();
        let operation = document.operations.iter().next().unwrap().1;
        let [selections, aliases, directives] = plain_walk(&document, &operation.node.selection_set.node);
        let exact = Limits { selections, aliases, directives, depth: 100, ..Limits::default() };
        prop_assert_eq!(Guard::new(exact.clone()).check(&text).err(), None);
        for (limits, name) in [
            (Limits { selections: selections - 1, ..exact.clone() }, "Selections"),
            (Limits { aliases: aliases.saturating_sub(1), ..exact.clone() }, "Aliases"),
            (Limits { directives: directives.saturating_sub(1), ..exact.clone() }, "Directives"),
        ] {
            if limits != exact {
                let refusal = Guard::new(limits).check(&text).unwrap_err();
                prop_assert!(refusal.message.starts_with(name), "{refusal:?}");
            }
        }
    }

    #[test]
    fn no_text_panics_or_comes_back(words in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "(", ")", "[", "]", ":", "...", "on", "@", "$", "!", "=", "|", "&", "\"", "\"\"\"", "\\", "\\u", "\\ud800",
        "#", "\n", "\r", ",", "\u{feff}", "\0", "é", "0", "-", "1.", "e5", "query", "fragment", "mutation", "SECRET",
        "__schema", "null", "true", "\\\"\"\"",
    ]), 0..40)) {
        if let Err(refusal) = Guard::new(Limits::default()).check(&words.concat()) {
            prop_assert!(!refusal.message.contains("SECRET") && refusal.message.len() < 400, "{refusal:?}");
        }
    }
}
