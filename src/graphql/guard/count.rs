//! Counts what a document asks for once its fragments are spread. Each fragment is counted once and its counts are added
//! wherever it is spread, so that a fragment which spreads the next one twice, thirty times over, costs thirty additions
//! and not 2^30 visits. (The library walks fragments anew at every spread, before its own limits are compared.)

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned,
    parser::types::{ExecutableDocument, FragmentDefinition, OperationDefinition, Selection, SelectionSet},
};

use super::{
    limits::Limits,
    refusal::{Refusal, location},
};

/// What a selection set asks for, its fragments spread. Sums saturate.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Size {
    selections: u64,
    aliases: u64,
    directives: u64,
    /// Fields that stand directly in the set.
    fields: u64,
    /// Fields inside one another, not counting those below `__schema` and `__type`.
    depth: u64,
    /// The same, counting all.
    whole_depth: u64,
    /// Lists of types or fields inside one another.
    lists: u64,
    /// Fields to resolve, were all of it introspection.
    cost: u64,
    /// The three above as they stand from `__schema` or `__type` on; 0 without such a field.
    introspection_depth: u64,
    introspection_lists: u64,
    introspection_cost: u64,
}

impl Size {
    /// Beside each other.
    fn and(self, other: Self) -> Self {
        Self {
            selections: self.selections.saturating_add(other.selections),
            aliases: self.aliases.saturating_add(other.aliases),
            directives: self.directives.saturating_add(other.directives),
            fields: self.fields.saturating_add(other.fields),
            depth: self.depth.max(other.depth),
            whole_depth: self.whole_depth.max(other.whole_depth),
            lists: self.lists.max(other.lists),
            cost: self.cost.saturating_add(other.cost),
            introspection_cost: self.introspection_cost.saturating_add(other.introspection_cost),
            introspection_depth: self.introspection_depth.max(other.introspection_depth),
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
        }
    }

    /// A field around this.
    fn within(self, field: &str) -> Self {
        let multiplies = matches!(field, "fields" | "interfaces" | "possibleTypes" | "inputFields");
        let whole_depth = self.whole_depth + 1;
        let lists = self.lists + u64::from(multiplies);
        let cost = self.cost.saturating_mul(entries(field)).saturating_add(1);
        let around = Self { fields: 1, whole_depth, lists, cost, ..self };
        if matches!(field, "__schema" | "__type") {
            Self {
                depth: 1,
                introspection_depth: whole_depth,
                introspection_lists: lists,
                introspection_cost: cost,
                ..around
            }
        } else {
            Self { depth: self.depth + 1, ..around }
        }
    }
}

/// About how many entries a list of introspection has in a schema such as ours; 1 for what is no list.
fn entries(field: &str) -> u64 {
    match field {
        "types" => 100,
        "args" | "directives" | "enumValues" | "fields" | "inputFields" | "interfaces" | "possibleTypes" => 8,
        _ => 1,
    }
}

/// What the whole document asks for.
#[derive(Debug)]
pub(super) struct Count {
    /// Whether `__schema` or `__type` stands anywhere in an operation.
    pub(super) introspects: bool,
    /// How many selections were looked at: never more than the text holds, whatever they expand to.
    #[cfg(test)]
    visits: u64,
}

/// Counts the document and compares with the limits.
pub(super) fn check(document: &ExecutableDocument, limits: &Limits) -> Result<Count, Refusal> {
    Refusal::unless_within(
        document.fragments.len() as u64,
        limits.fragments,
        "Fragments in the query",
        "Send only the fragments that the operation spreads.",
        None,
    )?;
    let mut counter = Counter { sizes: HashMap::with_capacity(document.fragments.len()), visits: 0 };
    for name in callees_first(&document.fragments)? {
        let fragment = &document.fragments[name];
        let size = counter.selection_set(&fragment.node.selection_set.node);
        let size = Size {
            directives: size.directives.saturating_add(fragment.node.directives.len() as u64),
            ..size
        };
        // One that no operation spreads is walked by the library's validation all the same.
        within_totals(&size, limits, location(fragment.pos))?;
        counter.sizes.insert(name.as_str(), size);
    }

    // The library validates all operations of a document, whichever runs: their sum is what a request costs.
    let mut total = Size::default();
    for (_, operation) in document.operations.iter() {
        let size = counter.operation(&operation.node);
        within_one_operation(&size, operation, limits)?;
        total = total.and(size);
        within_totals(&total, limits, location(operation.pos))?;
    }
    Ok(Count {
        introspects: total.introspection_depth > 0,
        #[cfg(test)]
        visits: counter.visits,
    })
}

fn within_totals(size: &Size, limits: &Limits, at: Option<(usize, usize)>) -> Result<(), Refusal> {
    let advice = "Ask for less, or send several queries.";
    let check = |measured, limit, what| Refusal::unless_within(measured, limit, what, advice, at);
    check(
        size.selections,
        limits.selections,
        "Selections in the query, counting a fragment wherever it is spread",
    )?;
    check(size.aliases, limits.aliases, "Aliases in the query, counting a fragment wherever it is spread")?;
    check(
        size.directives,
        limits.directives,
        "Directives in the query, counting a fragment wherever it is spread",
    )?;
    check(
        size.introspection_cost,
        limits.introspection_cost,
        "Estimated cost of introspection in the query, in fields to resolve",
    )
}

fn within_one_operation(
    size: &Size,
    operation: &Positioned<OperationDefinition>,
    limits: &Limits,
) -> Result<(), Refusal> {
    let at = location(operation.pos);
    let check = |measured, limit, what, advice| Refusal::unless_within(measured, limit, what, advice, at);
    check(
        size.depth,
        limits.depth,
        "Fields inside one another",
        "Fetch the inner objects by their ids in a second query.",
    )?;
    check(
        size.introspection_depth,
        limits.introspection_depth,
        "Fields inside one another in introspection",
        "The standard introspection query fits; so does the SDL at /schema.graphql.",
    )?;
    check(
        size.introspection_lists,
        limits.introspection_lists,
        "Lists of fields or types inside one another in introspection",
        "The standard introspection query fits; so does the SDL at /schema.graphql.",
    )?;
    check(size.fields, limits.root_fields, "Root fields of one operation", "Send several queries.")?;
    check(
        operation.node.variable_definitions.len() as u64,
        limits.variables,
        "Variables of one operation",
        "Put values that belong together into one input object.",
    )
}

type Fragments = HashMap<Name, Positioned<FragmentDefinition>>;

/// The fragments in an order in which each comes after those that it spreads.
fn callees_first(fragments: &Fragments) -> Result<Vec<&Name>, Refusal> {
    let mut order = Vec::with_capacity(fragments.len());
    let mut done = HashMap::with_capacity(fragments.len());
    for name in fragments.keys() {
        visit(name, fragments, &mut done, &mut order)?;
    }
    Ok(order)
}

/// Recursion: at most once for each fragment, whose number is bounded.
fn visit<'a>(
    name: &'a Name,
    fragments: &'a Fragments,
    done: &mut HashMap<&'a str, bool>,
    order: &mut Vec<&'a Name>,
) -> Result<(), Refusal> {
    // A fragment that is not defined is an error that validation words better; it costs nothing here.
    let Some(fragment) = fragments.get(name) else { return Ok(()) };
    match done.get(name.as_str()) {
        Some(true) => return Ok(()),
        Some(false) => {
            let message =
                "A fragment of the query spreads itself, directly or through others. Remove that spread.";
            return Err(Refusal::invalid(message, location(fragment.pos)));
        }
        None => {}
    }
    done.insert(name, false);
    let mut spreads = Vec::new();
    collect_spreads(&fragment.node.selection_set.node, &mut spreads);
    for spread in spreads {
        visit(spread, fragments, done, order)?;
    }
    done.insert(name, true);
    order.push(name);
    Ok(())
}

/// Recursion: as deep as brackets stand in the text, which is bounded before the parser runs.
fn collect_spreads<'a>(set: &'a SelectionSet, into: &mut Vec<&'a Name>) {
    for selection in &set.items {
        match &selection.node {
            Selection::Field(field) => collect_spreads(&field.node.selection_set.node, into),
            Selection::InlineFragment(inline) => collect_spreads(&inline.node.selection_set.node, into),
            Selection::FragmentSpread(spread) => into.push(&spread.node.fragment_name.node),
        }
    }
}

struct Counter<'a> {
    /// The sizes of the fragments counted so far.
    sizes: HashMap<&'a str, Size>,
    visits: u64,
}

impl Counter<'_> {
    fn operation(&mut self, operation: &OperationDefinition) -> Size {
        let size = self.selection_set(&operation.selection_set.node);
        let variables = operation.variable_definitions.iter().map(|variable| variable.node.directives.len());
        let directives = variables.chain([operation.directives.len()]).sum::<usize>() as u64;
        Size { directives: size.directives.saturating_add(directives), ..size }
    }

    /// Recursion: as deep as brackets stand in the text, which is bounded before the parser runs.
    fn selection_set(&mut self, set: &SelectionSet) -> Size {
        set.items.iter().map(|selection| self.selection(&selection.node)).fold(Size::default(), Size::and)
    }

    fn selection(&mut self, selection: &Selection) -> Size {
        self.visits += 1;
        let inner = match selection {
            Selection::Field(field) => {
                let field = &field.node;
                let inner = self.selection_set(&field.selection_set.node).within(field.name.node.as_str());
                Size { aliases: inner.aliases.saturating_add(u64::from(field.alias.is_some())), ..inner }
            }
            Selection::InlineFragment(inline) => self.selection_set(&inline.node.selection_set.node),
            Selection::FragmentSpread(spread) => {
                self.sizes.get(spread.node.fragment_name.node.as_str()).copied().unwrap_or_default()
            }
        };
        Size {
            selections: inner.selections.saturating_add(1),
            directives: inner.directives.saturating_add(selection.directives().len() as u64),
            ..inner
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use async_graphql::parser::parse_query;

    use super::*;

    fn unlimited() -> Limits {
        Limits {
            selections: u64::MAX,
            aliases: u64::MAX,
            directives: u64::MAX,
            fragments: u64::MAX,
            introspection_cost: u64::MAX,
            ..Limits::default()
        }
    }

    fn bomb(fragments: usize) -> ExecutableDocument {
        let mut text = String::from("{...F0}");
        for i in 0..fragments {
            write!(text, "fragment F{i} on Query{{...F{next} ...F{next}}}", next = i + 1).unwrap();
        }
        write!(text, "fragment F{fragments} on Query{{__typename}}").unwrap();
        parse_query(text).unwrap()
    }

    #[test]
    fn a_document_is_looked_at_once_however_large_it_spreads() {
        for fragments in [22, 31, 90] {
            let count = check(&bomb(fragments), &Limits { root_fields: u64::MAX, ..unlimited() }).unwrap();
            assert_eq!(count.visits, 2 * fragments as u64 + 2);
        }
    }

    #[test]
    fn spreads_are_counted_and_not_only_what_they_lead_to() {
        // 1 spread, then 2 + 4 + 8 spreads, then 8 fields: 23.
        let limits = |selections| Limits { selections, ..Limits::default() };
        assert!(check(&bomb(3), &limits(23)).is_ok());
        let refusal = check(&bomb(3), &limits(22)).unwrap_err();
        assert!(refusal.message.contains(": 23; the limit is 22."), "{}", refusal.message);
    }

    #[test]
    fn a_count_past_the_end_of_the_number_says_so() {
        let refusal = check(&bomb(90), &Limits { fragments: 100, ..Limits::default() }).unwrap_err();
        assert!(refusal.message.contains("the limit is 1000"), "{}", refusal.message);
        let refusal = check(
            &bomb(90),
            &Limits { selections: u64::MAX, ..Limits { fragments: 100, ..Limits::default() } },
        );
        assert!(refusal.unwrap_err().message.starts_with("Root fields of one operation: too many to count;"));
    }
}
