//! The plan of an operation: for each object type that may stand at a place, the fields asked for, merged, in the order of
//! the question, with their arguments read. Nothing is loaded before the whole plan stands.

use std::{any::Any, collections::HashMap, collections::HashSet, sync::Arc};

use async_graphql::{
    Name, Positioned, Variables,
    indexmap::IndexMap,
    parser::types::{Directive, Field, FragmentDefinition, OperationDefinition, Selection, SelectionSet},
};
use async_graphql_value::{ConstValue, Value};
use entity::Role;

use super::{
    audience::Barred,
    digest::Digest,
    meta::{Child, Fan, FieldMeta, Meta},
    shape,
};
use crate::{
    error::{Error, Result},
    graphql::answer::GraphError,
};

/// Rows that one operation may load, as the plan estimates them.
pub const MAX_COST: u64 = 5_000;

/// As [`MAX_COST`], of a subscription: that many for each event.
pub const MAX_EVENT_COST: u64 = 500;

/// A plan, or why there is none.
pub type Planned<T> = Result<T, Box<GraphError>>;

/// What is asked of one object type at one place.
#[derive(Debug)]
pub struct Plan {
    /// The type's name.
    pub type_name: &'static str,
    /// The fields, in the order of the question.
    pub fields: Vec<PlanField>,
}

/// One field asked for.
pub struct PlanField {
    /// The name in the answer.
    pub key: Arc<str>,
    /// The field's name; `__typename` included.
    pub name: &'static str,
    /// The place in the type's table; none for `__typename`.
    pub index: Option<usize>,
    /// Whether an error stops here.
    pub nullable: bool,
    /// Why the actor does not get it.
    pub forbidden: Option<Barred>,
    /// What is asked below it.
    pub below: Below,
    /// The field's entry in the table; none for `__typename`.
    pub(super) table: Option<&'static FieldMeta>,
    args: Option<Arc<dyn Any + Send + Sync>>,
}

/// What is asked below a field.
#[derive(Debug)]
pub enum Below {
    /// Nothing: it is a scalar.
    Nothing,
    /// Fields of one type.
    Object(Plan),
    /// Fields of each type that may stand there.
    Abstract(Vec<Plan>),
}

/// Fragments, variables and the actor's role, while a plan is made.
pub struct Planner<'d> {
    fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
    variables: HashMap<Name, Option<ConstValue>>,
    may: &'d (dyn Fn(Role) -> bool + Sync),
    cost: u64,
    digest: Option<Digest>,
}

impl std::fmt::Debug for PlanField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Arguments may hold personal values.
        f.debug_struct("PlanField")
            .field("key", &self.key)
            .field("below", &self.below)
            .finish_non_exhaustive()
    }
}

impl Plan {
    /// Whether a field of this name is asked for.
    pub fn asks(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }
}

impl Plan {
    /// Whether a connection's rows are asked for, and not only how many there are.
    pub fn asks_rows(&self) -> bool {
        self.fields.iter().any(|field| !matches!(field.name, "totalCount" | "__typename"))
    }
}

impl PlanField {
    /// The arguments.
    ///
    /// # Errors
    /// When the field was declared with others: our own bug.
    pub fn args<A: Any>(&self) -> Result<&A> {
        let args = self.args.as_deref().and_then(<dyn Any + Send + Sync>::downcast_ref::<A>);
        args.ok_or_else(|| Error::internal(format_args!("arguments of {} are of another type", self.name)))
    }

    /// What is asked of the object below.
    ///
    /// # Errors
    /// When there is none: our own bug.
    pub fn object_plan(&self) -> Result<&Plan> {
        match &self.below {
            Below::Object(plan) => Ok(plan),
            Below::Nothing | Below::Abstract(_) => {
                Err(Error::internal(format_args!("{} has no object below", self.name)))
            }
        }
    }
}

/// A selected field while its twins are merged into it.
struct Merged<'d> {
    first: &'d Positioned<Field>,
    sets: Vec<&'d SelectionSet>,
}

impl<'d> Planner<'d> {
    /// Reads the variables of an operation.
    ///
    /// # Errors
    /// When a variable that has to be given is missing.
    pub fn new(
        operation: &'d OperationDefinition,
        fragments: &'d HashMap<Name, Positioned<FragmentDefinition>>,
        given: &Variables,
        may: &'d (dyn Fn(Role) -> bool + Sync),
    ) -> Planned<Self> {
        let mut variables = HashMap::new();
        for definition in &operation.variable_definitions {
            let name = &definition.node.name.node;
            let default = definition.node.default_value.as_ref().map(|value| value.node.clone());
            let value = given.get(name).cloned().or(default);
            if !definition.node.var_type.node.nullable && matches!(value, None | Some(ConstValue::Null)) {
                let message = format!("The variable ${name} has to be given, and not as null.");
                return Err(GraphError::bad_input(message, definition.pos).into());
            }
            variables.insert(name.clone(), value);
        }
        Ok(Self { fragments, variables, may, cost: 0, digest: None })
    }

    /// The plan of an operation's root.
    ///
    /// # Errors
    /// When fields contradict each other, an argument cannot be read, or it would load too much.
    pub fn plan(&mut self, root: &'static Meta, set: &'d SelectionSet) -> Planned<Plan> {
        let most = if self.digest.is_some() { MAX_EVENT_COST } else { MAX_COST };
        let plan = self.object(root, &[set], 1)?;
        if self.cost > most {
            return Err(Box::new(GraphError::too_large(format!(
                "This operation would load about {} rows; {most} is the most. Ask for smaller pages, or page the inner \
                 lists in operations of their own.",
                self.cost
            ))));
        }
        Ok(plan)
    }

    /// As [`Planner::plan`], with a digest of what is asked below the root's fields.
    ///
    /// # Errors
    /// As [`Planner::plan`].
    pub fn digested(&mut self, root: &'static Meta, set: &'d SelectionSet) -> Planned<(Plan, [u8; 32])> {
        self.digest = Some(Digest::default());
        let plan = self.plan(root, set)?;
        Ok((plan, self.digest.take().unwrap_or_default().finish()))
    }

    fn object(&mut self, meta: &'static Meta, sets: &[&'d SelectionSet], parents: u64) -> Planned<Plan> {
        if let Some(digest) = &mut self.digest {
            digest.enter(meta.name);
        }
        let mut merged = IndexMap::new();
        let mut seen = HashSet::new();
        for set in sets {
            self.collect(meta, set, &mut merged, &mut seen)?;
        }
        let fields = merged
            .into_iter()
            .map(|(key, merged)| self.field(meta, key, &merged, parents))
            .collect::<Result<_, _>>()?;
        if let Some(digest) = &mut self.digest {
            digest.leave();
        }
        Ok(Plan { type_name: meta.name, fields })
    }

    fn field(
        &mut self,
        meta: &'static Meta,
        key: &'d Name,
        merged: &Merged<'d>,
        parents: u64,
    ) -> Planned<PlanField> {
        let field = &merged.first.node;
        let key = Arc::from(key.as_str());
        if let Some(digest) = &mut self.digest {
            digest.note(&key);
            digest.note(&field.name.node);
        }
        if field.name.node == "__typename" {
            return Ok(PlanField {
                key,
                name: "__typename",
                index: None,
                nullable: false,
                forbidden: None,
                below: Below::Nothing,
                table: None,
                args: None,
            });
        }
        let index = meta.index_of(&field.name.node).ok_or_else(|| {
            Box::new(GraphError::bad_input(format!("{} has no such field.", meta.name), merged.first.pos))
        })?;
        let table = &meta.fields[index];
        let values = self.arguments(field);
        if let Some(digest) = self.digest.as_mut().filter(|digest| digest.is_below_root()) {
            digest.note(&values.to_string());
        }
        let args = (table.args.parse)(values).map_err(|reason| {
            Box::new(GraphError::bad_input(format!("{}: {reason}", table.name), merged.first.pos))
        })?;
        let fan = match table.fan {
            Fan::Rows(rows) => rows,
            Fan::Args(rows) => rows(&*args),
        };
        let children = parents.saturating_mul(fan);
        let below = match table.child {
            Child::Leaf => Below::Nothing,
            Child::Object(child) => {
                self.cost = self.cost.saturating_add(children);
                Below::Object(self.object(child(), &merged.sets, children)?)
            }
            Child::Abstract(possible) => {
                self.cost = self.cost.saturating_add(children);
                let plans = possible().into_iter().map(|child| self.object(child, &merged.sets, children));
                let plans = plans.collect::<Result<Vec<_>, _>>()?;
                if let Some(key) = shape::conflict(&plans) {
                    let message = format!(
                        "The name {key} stands for values of different types, depending on the object. Give one of them an alias."
                    );
                    return Err(GraphError::bad_input(message, merged.first.pos).into());
                }
                Below::Abstract(plans)
            }
        };
        Ok(PlanField {
            key,
            name: table.name,
            index: Some(index),
            nullable: table.nullable,
            forbidden: table.role.filter(|role| !(self.may)(*role)).map(Barred::Role),
            below,
            table: Some(table),
            args: Some(args),
        })
    }

    /// Gathers the fields of a selection set that apply to a type. Each fragment is walked once at each place, so the work
    /// is bounded by the document, not by what it would expand to.
    fn collect(
        &self,
        meta: &'static Meta,
        set: &'d SelectionSet,
        merged: &mut IndexMap<&'d Name, Merged<'d>>,
        seen: &mut HashSet<&'d Name>,
    ) -> Planned<()> {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    if self.skipped(&field.node.directives) {
                        continue;
                    }
                    let key = &field.node.response_key().node;
                    let entry =
                        merged.entry(key).or_insert_with(|| Merged { first: field, sets: Vec::new() });
                    let first = &entry.first.node;
                    if first.name.node != field.node.name.node || !same_arguments(first, &field.node) {
                        let message = format!(
                            "Two different fields are asked for under the name {key}. Give one of them an alias."
                        );
                        return Err(GraphError::bad_input(message, field.pos).into());
                    }
                    entry.sets.push(&field.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if self.skipped(&spread.node.directives) || !seen.insert(name) {
                        continue;
                    }
                    if let Some(fragment) = self.fragments.get(name)
                        && applies(&fragment.node.type_condition.node.on.node, meta)
                    {
                        self.collect(meta, &fragment.node.selection_set.node, merged, seen)?;
                    }
                }
                Selection::InlineFragment(inline) => {
                    let fits = inline
                        .node
                        .type_condition
                        .as_ref()
                        .is_none_or(|condition| applies(&condition.node.on.node, meta));
                    if fits && !self.skipped(&inline.node.directives) {
                        self.collect(meta, &inline.node.selection_set.node, merged, seen)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// `@skip` and `@include`.
    fn skipped(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let condition = directive
                .node
                .get_argument("if")
                .and_then(|value| self.constant(&value.node))
                .is_some_and(|value| value == ConstValue::Boolean(true));
            match directive.node.name.node.as_str() {
                "skip" => condition,
                "include" => !condition,
                _ => false,
            }
        })
    }

    fn arguments(&self, field: &Field) -> ConstValue {
        let given = field.arguments.iter().filter_map(|(name, value)| {
            let value = self.constant(&value.node)?;
            Some((name.node.clone(), value))
        });
        ConstValue::Object(given.collect())
    }

    /// A value with its variables put in; none where a variable was not given, which is the same as leaving it out.
    fn constant(&self, value: &Value) -> Option<ConstValue> {
        Some(match value {
            Value::Variable(name) => return self.variables.get(name).cloned().flatten(),
            Value::Null => ConstValue::Null,
            Value::Number(number) => ConstValue::Number(number.clone()),
            Value::String(text) => ConstValue::String(text.clone()),
            Value::Boolean(truth) => ConstValue::Boolean(*truth),
            Value::Binary(bytes) => ConstValue::Binary(bytes.clone()),
            Value::Enum(name) => ConstValue::Enum(name.clone()),
            Value::List(values) => ConstValue::List(
                values.iter().map(|value| self.constant(value).unwrap_or(ConstValue::Null)).collect(),
            ),
            Value::Object(members) => ConstValue::Object(
                members
                    .iter()
                    .filter_map(|(name, value)| Some((name.clone(), self.constant(value)?)))
                    .collect(),
            ),
        })
    }
}

fn applies(condition: &Name, meta: &Meta) -> bool {
    condition == meta.name
        || (meta.node && condition == "Node")
        || meta.member_of.is_some_and(|union| condition == union)
}

/// Arguments are the same when they are written the same, in any order.
fn same_arguments(one: &Field, other: &Field) -> bool {
    one.arguments.len() == other.arguments.len()
        && one
            .arguments
            .iter()
            .all(|(name, value)| other.get_argument(&name.node).is_some_and(|twin| twin.node == value.node))
}
