//! The places of the schema that take an id, or a text that is one to a merchant or to a list.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    parse_schema,
    types::{BaseType, InputValueDefinition, Type, TypeKind, TypeSystemDefinition},
};

/// Names of texts that lead to an object or a place in a list.
const LIKE_IDS: [&str; 4] = ["reference", "customerReference", "after", "before"];

pub(super) struct Places {
    /// `Type.field(argument)` and `Input.field`, of inputs that some field takes.
    pub(super) ids: BTreeSet<String>,
    pub(super) mutations: BTreeSet<String>,
}

impl Places {
    pub(super) fn of(sdl: &str) -> Self {
        let document = parse_schema(sdl).unwrap();
        let types: BTreeMap<String, TypeKind> = document
            .definitions
            .into_iter()
            .filter_map(|definition| match definition {
                TypeSystemDefinition::Type(of) => Some((of.node.name.node.to_string(), of.node.kind)),
                _ => None,
            })
            .collect();
        let mut places = Self { ids: BTreeSet::new(), mutations: BTreeSet::new() };
        let mut inputs: Vec<String> = Vec::new();
        for (of, kind) in &types {
            let TypeKind::Object(object) = kind else { continue };
            for field in &object.fields {
                let field = &field.node;
                if of == "Mutation" {
                    places.mutations.insert(field.name.node.to_string());
                }
                for argument in &field.arguments {
                    let argument = &argument.node;
                    if is_id(argument) {
                        places.ids.insert(format!("{of}.{}({})", field.name.node, argument.name.node));
                    }
                    inputs.push(base(&argument.ty.node));
                }
            }
        }
        let mut seen = BTreeSet::new();
        while let Some(of) = inputs.pop() {
            let Some(TypeKind::InputObject(input)) = types.get(&of) else { continue };
            if !seen.insert(of.clone()) {
                continue;
            }
            for field in &input.fields {
                if is_id(&field.node) {
                    places.ids.insert(format!("{of}.{}", field.node.name.node));
                }
                inputs.push(base(&field.node.ty.node));
            }
        }
        places
    }
}

fn is_id(value: &InputValueDefinition) -> bool {
    let of = base(&value.ty.node);
    of == "ID" || of == "EventCursor" || LIKE_IDS.contains(&value.name.node.as_str())
}

fn base(of: &Type) -> String {
    match &of.base {
        BaseType::Named(name) => name.to_string(),
        BaseType::List(of) => base(of),
    }
}
