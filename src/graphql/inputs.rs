//! Whether the variables of a request fit the types that its operation declares for them. A document that the library has
//! found valid once stays valid; what may differ from request to request is what its variables hold.

use std::collections::HashMap;

use async_graphql::{
    OutputType, Variables,
    parser::types::OperationDefinition,
    registry::{MetaType, MetaTypeName, Registry},
};
use async_graphql_value::ConstValue;

use super::{exec::root::Root, mutation::Mutation, query::Query, subscription::Subscription};

/// The types that variables may have.
pub struct Inputs(HashMap<String, MetaType>);

impl Default for Inputs {
    fn default() -> Self {
        let mut registry = Registry::default();
        <Root<Query> as OutputType>::create_type_info(&mut registry);
        <Root<Mutation> as OutputType>::create_type_info(&mut registry);
        <Root<Subscription> as OutputType>::create_type_info(&mut registry);
        let is_input = |kind: &MetaType| {
            matches!(kind, MetaType::Scalar { .. } | MetaType::Enum { .. } | MetaType::InputObject { .. })
        };
        Self(registry.types.into_iter().filter(|(_, kind)| is_input(kind)).collect())
    }
}

impl Inputs {
    /// Whether everything that is given fits, beyond doubt. What is doubtful is for the library to judge, and to name.
    pub fn fit(&self, operation: &OperationDefinition, given: &Variables) -> bool {
        operation.variable_definitions.iter().all(|definition| {
            let definition = &definition.node;
            match given.get(&definition.name.node) {
                // Whether it has to be given, the plan knows.
                None => true,
                // A default may stand where null may not.
                Some(ConstValue::Null) => {
                    definition.var_type.node.nullable && definition.default_value.is_none()
                }
                Some(value) => self.fits(&definition.var_type.node.to_string(), value),
            }
        })
    }

    fn fits(&self, kind: &str, value: &ConstValue) -> bool {
        let kind = match (MetaTypeName::create(kind), value) {
            (MetaTypeName::NonNull(_), ConstValue::Null) => return false,
            (MetaTypeName::NonNull(inner), _) => return self.fits(inner, value),
            (_, ConstValue::Null) => return true,
            (MetaTypeName::List(inner), ConstValue::List(values)) => {
                return values.iter().all(|value| self.fits(inner, value));
            }
            (MetaTypeName::List(inner), _) => return self.fits(inner, value),
            (MetaTypeName::Named(name), _) => self.0.get(name),
        };
        match (kind, value) {
            (Some(MetaType::Scalar { is_valid, .. }), _) => {
                is_valid.as_ref().is_none_or(|is_valid| is_valid(value))
            }
            (Some(MetaType::Enum { enum_values, .. }), ConstValue::String(word)) => {
                enum_values.contains_key(word)
            }
            (Some(MetaType::InputObject { input_fields, oneof: false, .. }), ConstValue::Object(members)) => {
                let known = members.keys().all(|name| input_fields.contains_key(name.as_str()));
                known
                    && input_fields.values().all(|field| match members.get(field.name.as_str()) {
                        Some(value) => self.fits(&field.ty, value),
                        None => !field.ty.ends_with('!') || field.default_value.is_some(),
                    })
            }
            _ => false,
        }
    }
}
