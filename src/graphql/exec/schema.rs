//! The tables as the library's schema: it validates documents against it, answers introspection, and prints the SDL.

use std::borrow::Cow;

use async_graphql::{
    CacheControl, InputType, OutputType,
    indexmap::IndexMap,
    registry::{Deprecation, MetaField, MetaInputValue, MetaType, Registry},
};

use super::object::{FieldMeta, Meta};

/// Registers an output type and everything it leads to.
pub fn register(registry: &mut Registry, meta: &'static Meta) {
    if registry.types.contains_key(meta.name) {
        return;
    }
    // The name first, so that types that lead to each other end.
    registry.types.insert(meta.name.to_owned(), object(meta, IndexMap::new()));
    let fields =
        meta.fields.iter().map(|field| (field.name.to_owned(), described(registry, field))).collect();
    registry.types.insert(meta.name.to_owned(), object(meta, fields));
    if meta.node {
        registry.add_implements(meta.name, "Node");
    }
}

/// Registers a union of types.
pub fn register_union(registry: &mut Registry, name: &str, description: &str, possible: Vec<&'static Meta>) {
    if registry.types.contains_key(name) {
        return;
    }
    registry.types.insert(
        name.to_owned(),
        MetaType::Union {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            possible_types: possible.iter().map(|meta| meta.name.to_owned()).collect(),
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            rust_typename: None,
            directive_invocations: Vec::new(),
        },
    );
    for meta in possible {
        debug_assert_eq!(meta.member_of, Some(name), "{} does not say that it is of {name}", meta.name);
        register(registry, meta);
    }
}

/// Registers an interface of types.
pub fn register_abstract(
    registry: &mut Registry,
    name: &str,
    description: &str,
    possible: Vec<&'static Meta>,
) {
    if registry.types.contains_key(name) {
        return;
    }
    <async_graphql::ID as OutputType>::create_type_info(registry);
    let id = plain_field("id", "The object's id: opaque, and the same for ever.", "ID!".to_owned());
    registry.types.insert(
        name.to_owned(),
        MetaType::Interface {
            name: name.to_owned(),
            description: Some(description.to_owned()),
            fields: IndexMap::from([("id".to_owned(), id)]),
            possible_types: possible.iter().map(|meta| meta.name.to_owned()).collect(),
            extends: false,
            inaccessible: false,
            tags: Vec::new(),
            keys: None,
            visible: None,
            rust_typename: None,
            directive_invocations: Vec::new(),
            requires_scopes: Vec::new(),
        },
    );
    for meta in possible {
        register(registry, meta);
    }
}

/// The fields of an input object, as the arguments of a field. The input object itself does not stay in the schema.
pub fn arguments_of<A: InputType>(registry: &mut Registry) -> Vec<MetaInputValue> {
    A::create_type_info(registry);
    let name: Cow<'static, str> = A::type_name();
    match registry.types.remove(&*name) {
        Some(MetaType::InputObject { input_fields, .. }) => input_fields.into_values().collect(),
        _ => Vec::new(),
    }
}

fn described(registry: &mut Registry, field: &FieldMeta) -> MetaField {
    let args = (field.args.describe)(registry);
    let mut described = plain_field(field.name, field.description, (field.register)(registry));
    if field.nullable {
        // A list may be null as a whole.
        described.ty = described.ty.strip_suffix('!').unwrap_or(&described.ty).to_owned();
    }
    described.args = args.into_iter().map(|argument| (argument.name.clone(), argument)).collect();
    if let Some(role) = field.role {
        described.description = Some(format!("{}\n\nTakes the role {role}.", field.description));
    }
    described
}

fn plain_field(name: &str, description: &str, ty: String) -> MetaField {
    MetaField {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        args: IndexMap::new(),
        ty,
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

fn object(meta: &Meta, fields: IndexMap<String, MetaField>) -> MetaType {
    MetaType::Object {
        name: meta.name.to_owned(),
        description: Some(meta.description.to_owned()),
        fields,
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        keys: None,
        visible: None,
        is_subscription: false,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}
