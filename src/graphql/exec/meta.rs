//! What is known of a type and its fields without knowing its rows: what the schema, the validation and the plan need.

use std::{any::Any, collections::HashMap, sync::Arc};

use async_graphql::{
    InputType,
    registry::{MetaInputValue, Registry},
};
use entity::{Role, pick::Columns};

use super::plan::Plan;
use crate::{error::Result, graphql::error::without_value};

/// What is known of a type without knowing its rows.
pub struct Meta {
    /// The type's name.
    pub name: &'static str,
    /// For people.
    pub description: &'static str,
    /// Whether it implements `Node`.
    pub node: bool,
    /// The union that it is a member of.
    pub member_of: Option<&'static str>,
    /// Its fields, in the order of the schema.
    pub fields: Vec<FieldMeta>,
    pub(super) by_name: HashMap<&'static str, usize>,
}

/// What is known of a field without knowing its rows.
pub struct FieldMeta {
    /// The field's name.
    pub name: &'static str,
    /// For people.
    pub description: &'static str,
    /// Registers its type, and answers how the schema spells it.
    pub register: fn(&mut Registry) -> String,
    /// Its arguments.
    pub args: ArgsMeta,
    /// Whether it may be null: then an error stops here.
    pub nullable: bool,
    /// The role it takes; such a field is nullable.
    pub role: Option<Role>,
    /// Of a root: whether it is a customer's, and nobody else's. All others are the team's.
    pub customers: bool,
    /// About how many rows it loads for one parent.
    pub fan: Fan,
    /// What is selected below it.
    pub child: Child,
    /// Whether it holds a list of objects.
    pub list: bool,
    /// Loaded before its siblings, whatever the order of the question.
    pub first: bool,
    /// What it reads of its own row.
    pub reads: Reads,
}

/// About how many rows a field loads for one parent.
#[derive(Clone, Copy)]
pub enum Fan {
    /// This many.
    Rows(u64),
    /// As its arguments say.
    Args(fn(&(dyn Any + Send + Sync)) -> u64),
}

/// What a field reads of its own row, beside what every row of the type is loaded with.
#[derive(Clone, Copy)]
pub enum Reads {
    /// Whatever there is: right for every field, and dear.
    Everything,
    /// These columns.
    Columns(Columns),
    /// As what is asked below it says: the row is shown again there.
    Below(fn(&Plan) -> Columns),
}

/// The type of what a field holds.
#[derive(Clone, Copy)]
pub enum Child {
    /// A scalar or an enum.
    Leaf,
    /// An object.
    Object(fn() -> &'static Meta),
    /// One of several objects.
    Abstract(fn() -> Vec<&'static Meta>),
}

/// How a field's arguments are described and read.
#[derive(Clone, Copy)]
pub struct ArgsMeta {
    /// Their descriptions, as the input object `A` that they are read into has them.
    pub describe: fn(&mut Registry) -> Vec<MetaInputValue>,
    /// Reads them.
    pub parse: fn(async_graphql::Value) -> Result<Arc<dyn Any + Send + Sync>, String>,
}

/// No arguments.
#[derive(Clone, Copy, Debug)]
pub struct NoArgs;

impl Meta {
    /// The place of a field in the table.
    pub fn index_of(&self, field: &str) -> Option<usize> {
        self.by_name.get(field).copied()
    }
}

/// What a field's arguments are read into: an input object whose fields they are, or nothing.
pub trait Arguments: Any + Send + Sync + Sized {
    /// Their descriptions.
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue>;

    /// Reads them.
    fn parse(values: async_graphql::Value) -> Result<Self, String>;
}

impl<T: InputType + Any> Arguments for T {
    fn describe(registry: &mut Registry) -> Vec<MetaInputValue> {
        super::schema::arguments_of::<T>(registry)
    }

    fn parse(values: async_graphql::Value) -> Result<Self, String> {
        InputType::parse(Some(values))
            .map_err(|error| without_value(&error.into_server_error(async_graphql::Pos::default()).message))
    }
}

impl Arguments for NoArgs {
    fn describe(_: &mut Registry) -> Vec<MetaInputValue> {
        Vec::new()
    }

    fn parse(_: async_graphql::Value) -> Result<Self, String> {
        Ok(Self)
    }
}
