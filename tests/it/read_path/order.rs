//! In which order an answer's fields stand: CollectFields of the specification, written down once more.

use async_graphql::{
    Name, Positioned,
    indexmap::IndexMap,
    parser::{
        parse_query,
        types::{Directive, DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet},
    },
};
use async_graphql_value::{ConstValue, Value};

use super::ask::{self, Asked};

struct Question<'a> {
    document: &'a ExecutableDocument,
    asked: &'a Asked,
}

/// Panics where an object's keys are not in the order of the question.
pub(super) fn check(asked: &Asked, data: &ConstValue) {
    let document = parse_query(&asked.text).unwrap();
    let DocumentOperations::Single(operation) = &document.operations else { panic!("one operation") };
    let question = Question { document: &document, asked };
    question.object("Query", &[&operation.node.selection_set.node], data);
}

impl<'a> Question<'a> {
    fn object(&self, of: &str, sets: &[&'a SelectionSet], value: &ConstValue) {
        let ConstValue::Object(members) = value else {
            assert_eq!(value, &ConstValue::Null, "{of}");
            return;
        };
        let mut grouped: IndexMap<&Name, Vec<&'a Field>> = IndexMap::new();
        let mut visited = Vec::new();
        for set in sets {
            self.collect(of, set, &mut visited, &mut grouped);
        }
        let (expected, found): (Vec<_>, Vec<_>) =
            (grouped.keys().copied().collect(), members.keys().collect());
        assert_eq!(found, expected, "{of} in {}", self.asked.text);
        for (key, fields) in grouped {
            let sets: Vec<_> = fields.iter().map(|field| &field.selection_set.node).collect();
            self.below(of, fields[0], &sets, &members[key]);
        }
    }

    fn below(&self, of: &str, field: &Field, sets: &[&'a SelectionSet], value: &ConstValue) {
        let name = field.name.node.as_str();
        let Some(child) =
            ask::fields(of).iter().find(|known| known.name == name).and_then(|known| known.child)
        else {
            return;
        };
        match (child, value) {
            ("Node", ConstValue::List(nodes)) => {
                let ids = self.value(&field.arguments[0].1.node);
                let ConstValue::List(ids) = ids else { panic!("a list of ids") };
                for (id, node) in ids.iter().zip(nodes) {
                    self.node(id, sets, node);
                }
            }
            // The only type that it may hold.
            ("StepResult", result) => self.object("ScreeningResult", sets, result),
            ("Node", node) => self.node(&self.value(&field.arguments[0].1.node), sets, node),
            (child, ConstValue::List(values)) => {
                for value in values {
                    self.object(child, sets, value);
                }
            }
            (child, value) => self.object(child, sets, value),
        }
    }

    fn node(&self, id: &ConstValue, sets: &[&'a SelectionSet], node: &ConstValue) {
        if *node != ConstValue::Null {
            let ConstValue::String(id) = id else { panic!("an id") };
            self.object(ask::type_of_id(id), sets, node);
        }
    }

    fn collect(
        &self,
        of: &str,
        set: &'a SelectionSet,
        visited: &mut Vec<&'a Name>,
        grouped: &mut IndexMap<&'a Name, Vec<&'a Field>>,
    ) {
        for selection in &set.items {
            if !self.included(selection.node.directives()) {
                continue;
            }
            let (condition, below) = match &selection.node {
                Selection::Field(field) => {
                    grouped.entry(&field.node.response_key().node).or_default().push(&field.node);
                    continue;
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if visited.contains(&name) {
                        continue;
                    }
                    visited.push(name);
                    let fragment = &self.document.fragments[name].node;
                    (Some(&fragment.type_condition.node.on.node), &fragment.selection_set.node)
                }
                Selection::InlineFragment(inline) => {
                    let condition =
                        inline.node.type_condition.as_ref().map(|condition| &condition.node.on.node);
                    (condition, &inline.node.selection_set.node)
                }
            };
            let is_node = ["Customer", "Attempt", "Step", "Hold", "ScreeningMatch"].contains(&of);
            let is_result = of == "ScreeningResult";
            let is = |name: &Name| {
                name == of || (name == "Node" && is_node) || (name == "StepResult" && is_result)
            };
            if condition.is_none_or(is) {
                self.collect(of, below, visited, grouped);
            }
        }
    }

    fn included(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().all(|directive| {
            let condition = self.value(&directive.node.get_argument("if").unwrap().node);
            condition == ConstValue::Boolean(directive.node.name.node == "include")
        })
    }

    fn value(&self, value: &Value) -> ConstValue {
        let value = value.clone().into_const_with(|name| Ok::<_, ()>(self.asked.variable(&name)));
        value.unwrap()
    }
}
