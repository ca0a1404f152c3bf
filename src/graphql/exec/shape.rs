//! Whether an answer can be read without knowing which object it is about: where a field may hold several types, one name
//! has to stand for the same type in all of them (the specification's SameResponseShape; the library does not check it).

use async_graphql::registry::Registry;

use super::{
    meta::{Child, FieldMeta},
    plan::{Below, Plan, PlanField},
};

/// The name that stands for values of different types in some of the plans for one place.
pub fn conflict(plans: &[Plan]) -> Option<&str> {
    plans
        .iter()
        .enumerate()
        .find_map(|(place, one)| plans[place + 1..].iter().find_map(|other| between(one, other)))
}

fn between<'p>(one: &'p Plan, other: &Plan) -> Option<&'p str> {
    one.fields.iter().find_map(|field| {
        let twin = other.fields.iter().find(|twin| twin.key == field.key)?;
        if !same(field, twin) {
            return Some(&*field.key);
        }
        below(&field.below)
            .iter()
            .find_map(|one| below(&twin.below).iter().find_map(|other| between(one, other)))
    })
}

fn below(below: &Below) -> &[Plan] {
    match below {
        Below::Nothing => &[],
        Below::Object(plan) => std::slice::from_ref(plan),
        Below::Abstract(plans) => plans,
    }
}

fn same(one: &PlanField, other: &PlanField) -> bool {
    match (one.table, other.table) {
        // Most often it is the same field, `id` above all.
        (Some(one), Some(other)) if std::ptr::eq(one, other) => true,
        (Some(one), Some(other)) if is_leaf(one) && is_leaf(other) => spelled(one) == spelled(other),
        (Some(one), Some(other)) => {
            is_leaf(one) == is_leaf(other) && (one.nullable, one.list) == (other.nullable, other.list)
        }
        (None, None) => true,
        // `__typename` is a String!.
        (Some(field), None) | (None, Some(field)) => is_leaf(field) && spelled(field) == "String!",
    }
}

fn is_leaf(field: &FieldMeta) -> bool {
    matches!(field.child, Child::Leaf)
}

/// A scalar's type as the schema spells it: nothing else is registered on the way.
fn spelled(field: &FieldMeta) -> String {
    (field.register)(&mut Registry::default())
}
