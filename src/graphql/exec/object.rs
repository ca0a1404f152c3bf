//! How an output type is declared: a table of fields, each with its description, type, arguments, role and cost, and how
//! it is read from a row. One table serves the schema, the plan, the loading and the writing.

use std::{any::Any, collections::HashMap, marker::PhantomData, sync::Arc};

use async_graphql::{
    InputType,
    registry::{MetaInputValue, Registry},
};
use entity::Role;
use futures_util::future::BoxFuture;

use super::{
    Context,
    leaf::Leaf,
    load::{Batch, Loaded, Scalars, Slots, load_batch},
    plan::{Plan, PlanField},
};
use crate::{error::Result, graphql::error::without_value};

/// A row that is an output type.
pub trait Row: Send + Sync + Sized + 'static {
    /// The type's table.
    fn object() -> &'static Object<Self>;
}

/// An output type over rows `R`.
pub struct Object<R> {
    pub(in crate::graphql) meta: Meta,
    pub resolvers: Vec<Resolver<R>>,
}

/// What is known of a type without knowing its rows.
pub struct Meta {
    /// The type's name.
    pub name: &'static str,
    /// For people.
    pub description: &'static str,
    /// Whether it implements `Node`.
    pub node: bool,
    /// Its fields, in the order of the schema.
    pub fields: Vec<FieldMeta>,
    by_name: HashMap<&'static str, usize>,
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
    /// About how many rows it loads for one parent.
    pub fan: Fan,
    /// What is selected below it.
    pub child: Child,
    /// Loaded before its siblings, whatever the order of the question.
    pub first: bool,
}

/// About how many rows a field loads for one parent.
#[derive(Clone, Copy)]
pub enum Fan {
    /// This many.
    Rows(u64),
    /// As its arguments say.
    Args(fn(&(dyn Any + Send + Sync)) -> u64),
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

pub enum Resolver<R> {
    Text(fn(&R) -> &str),
    OptionalText(fn(&R) -> Option<&str>),
    Value(Box<dyn Fn(&R, &mut super::json::Json) + Send + Sync>),
    Edge(Box<dyn Edge<R>>),
}

/// A field that leads to other rows, for all rows of a level at once.
pub trait Edge<R>: Send + Sync {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>>;
}

/// No arguments.
#[derive(Clone, Copy, Debug)]
pub struct NoArgs;

/// Loads one object for each parent, or none.
pub type LoadOne<R, A, C> =
    for<'a> fn(&'a Context<'a>, &'a [Arc<R>], &'a A, &'a Plan) -> BoxFuture<'a, Result<Vec<Option<Arc<C>>>>>;
/// Loads a list of objects for each parent.
pub type LoadMany<R, A, C> =
    for<'a> fn(&'a Context<'a>, &'a [Arc<R>], &'a A, &'a Plan) -> BoxFuture<'a, Result<Vec<Vec<Arc<C>>>>>;

impl<R: Row> Object<R> {
    /// A type without fields yet.
    pub fn new(name: &'static str, description: &'static str) -> Self {
        let meta = Meta { name, description, node: false, fields: Vec::new(), by_name: HashMap::new() };
        Self { meta, resolvers: Vec::new() }
    }

    /// Implements `Node`, with this id.
    pub fn node<I: std::fmt::Display + 'static>(
        mut self,
        description: &'static str,
        id: fn(&R) -> I,
    ) -> Self {
        self.meta.node = true;
        let resolver = Resolver::Value(Box::new(move |row, json| json.plain(&id(row).to_string())));
        self.push(field("id", description, super::leaf::Id::register), resolver)
    }

    /// A string that is always there.
    pub fn text(self, name: &'static str, description: &'static str, read: fn(&R) -> &str) -> Self {
        self.push(leaf::<String>(name, description), Resolver::Text(read))
    }

    /// A string that may be null.
    pub fn optional_text(
        self,
        name: &'static str,
        description: &'static str,
        read: fn(&R) -> Option<&str>,
    ) -> Self {
        self.push(leaf::<Option<String>>(name, description), Resolver::OptionalText(read))
    }

    /// Any other scalar or enum.
    pub fn value<T: Leaf>(self, name: &'static str, description: &'static str, read: fn(&R) -> T) -> Self {
        self.push(
            leaf::<T>(name, description),
            Resolver::Value(Box::new(move |row, json| read(row).write(json))),
        )
    }

    /// An object that is part of the row: always there.
    pub fn part<C: Row>(
        self,
        name: &'static str,
        description: &'static str,
        read: fn(&Context<'_>, &Arc<R>) -> C,
    ) -> Self {
        let edge =
            Part { read: move |cx: &Context<'_>, row: &Arc<R>| Some(read(cx, row)), child: PhantomData };
        self.push(object::<C>(name, description, false), Resolver::Edge(Box::new(edge)))
    }

    /// An object that is part of the row, or null.
    pub fn optional_part<C: Row>(
        self,
        name: &'static str,
        description: &'static str,
        read: fn(&Context<'_>, &Arc<R>) -> Option<C>,
    ) -> Self {
        let edge = Part { read, child: PhantomData };
        self.push(object::<C>(name, description, true), Resolver::Edge(Box::new(edge)))
    }

    /// A list of objects that are part of the row.
    pub fn parts<C: Row>(
        self,
        name: &'static str,
        description: &'static str,
        read: fn(&Context<'_>, &Arc<R>) -> Vec<C>,
    ) -> Self {
        let mut meta = object::<C>(name, description, false);
        meta.register = |registry| format!("[{}!]!", register_object::<C>(registry));
        self.push(meta, Resolver::Edge(Box::new(Parts { read })))
    }

    /// An object that the row holds already: always there.
    pub fn shared_part<C: Row>(
        self,
        name: &'static str,
        description: &'static str,
        read: fn(&Context<'_>, &Arc<R>) -> Arc<C>,
    ) -> Self {
        let edge =
            Shared { read: move |cx: &Context<'_>, row: &Arc<R>| Some(read(cx, row)), child: PhantomData };
        self.push(object::<C>(name, description, false), Resolver::Edge(Box::new(edge)))
    }

    /// An object that the row may hold already.
    pub fn optional_shared_part<C: Row>(
        self,
        name: &'static str,
        description: &'static str,
        read: fn(&Context<'_>, &Arc<R>) -> Option<Arc<C>>,
    ) -> Self {
        self.push(
            object::<C>(name, description, true),
            Resolver::Edge(Box::new(Shared { read, child: PhantomData })),
        )
    }

    /// A list of objects that the row holds already.
    pub fn shared_parts<C: Row>(
        self,
        name: &'static str,
        description: &'static str,
        read: fn(&Context<'_>, &Arc<R>) -> Vec<Arc<C>>,
    ) -> Self {
        let mut meta = object::<C>(name, description, false);
        meta.register = |registry| format!("[{}!]!", register_object::<C>(registry));
        self.push(meta, Resolver::Edge(Box::new(SharedParts { read })))
    }

    /// An object that is loaded for all rows of a level at once, and always there.
    pub fn one<A: Arguments, C: Row>(
        self,
        name: &'static str,
        description: &'static str,
        load: LoadOne<R, A, C>,
    ) -> Self {
        self.push(
            with_args::<A>(object::<C>(name, description, false)),
            Resolver::Edge(Box::new(One { load })),
        )
    }

    /// An object that is loaded for all rows of a level at once, or null.
    pub fn optional<A: Arguments, C: Row>(
        self,
        name: &'static str,
        description: &'static str,
        load: LoadOne<R, A, C>,
    ) -> Self {
        self.push(
            with_args::<A>(object::<C>(name, description, true)),
            Resolver::Edge(Box::new(One { load })),
        )
    }

    /// A list of objects that are loaded for all rows of a level at once.
    pub fn many<A: Arguments, C: Row>(
        self,
        name: &'static str,
        description: &'static str,
        load: LoadMany<R, A, C>,
    ) -> Self {
        let mut meta = with_args::<A>(object::<C>(name, description, false));
        meta.register = |registry| format!("[{}!]!", register_object::<C>(registry));
        self.push(meta, Resolver::Edge(Box::new(Many { load })))
    }

    /// A scalar that comes from who asks, not from the row.
    pub fn from_context<T: Leaf + Send + Sync>(
        self,
        name: &'static str,
        description: &'static str,
        read: fn(&Context<'_>) -> T,
    ) -> Self {
        self.push(leaf::<T>(name, description), Resolver::Edge(Box::new(ContextLeaf { read })))
    }

    /// A scalar that has to be loaded.
    pub fn loaded<T: Leaf + Send + Sync>(
        self,
        name: &'static str,
        description: &'static str,
        load: for<'a> fn(&'a Context<'a>, &'a [Arc<R>]) -> BoxFuture<'a, Result<Vec<T>>>,
    ) -> Self {
        self.push(leaf::<T>(name, description), Resolver::Edge(Box::new(LoadedLeaf { load })))
    }

    /// A field whose loading is written elsewhere.
    pub fn edge_field<A: Arguments>(
        self,
        name: &'static str,
        description: &'static str,
        spelled: fn(&mut Registry) -> String,
        nullable: bool,
        child: Child,
        edge: impl Edge<R> + 'static,
    ) -> Self {
        let mut meta = with_args::<A>(field(name, description, spelled));
        meta.nullable = nullable;
        meta.child = child;
        self.push(meta, Resolver::Edge(Box::new(edge)))
    }

    /// The last field takes this role: without it the field is null, with a FORBIDDEN error.
    pub fn role(mut self, role: Role) -> Self {
        if let Some(field) = self.meta.fields.last_mut() {
            debug_assert!(field.nullable, "{} takes a role and has to be nullable", field.name);
            field.role = Some(role);
        }
        self
    }

    /// The last field, a list, may be null as a whole.
    pub fn nullable_list(mut self) -> Self {
        if let Some(field) = self.meta.fields.last_mut() {
            field.nullable = true;
        }
        self
    }

    /// The last field loads about this many rows for one parent.
    pub fn fan(mut self, fan: Fan) -> Self {
        if let Some(field) = self.meta.fields.last_mut() {
            field.fan = fan;
        }
        self
    }

    /// The last field is loaded before its siblings.
    pub fn first(mut self) -> Self {
        if let Some(field) = self.meta.fields.last_mut() {
            field.first = true;
        }
        self
    }

    fn push(mut self, meta: FieldMeta, resolver: Resolver<R>) -> Self {
        let before = self.meta.by_name.insert(meta.name, self.meta.fields.len());
        debug_assert!(before.is_none(), "{}.{} is declared twice", self.meta.name, meta.name);
        self.meta.fields.push(meta);
        self.resolvers.push(resolver);
        self
    }
}

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

fn field(name: &'static str, description: &'static str, register: fn(&mut Registry) -> String) -> FieldMeta {
    FieldMeta {
        name,
        description,
        register,
        args: args_meta::<NoArgs>(),
        nullable: false,
        role: None,
        fan: Fan::Rows(1),
        child: Child::Leaf,
        first: false,
    }
}

fn leaf<T: Leaf>(name: &'static str, description: &'static str) -> FieldMeta {
    let mut meta = field(name, description, T::register);
    meta.nullable = T::NULLABLE;
    meta
}

fn object<C: Row>(name: &'static str, description: &'static str, nullable: bool) -> FieldMeta {
    let spelled: fn(&mut Registry) -> String = if nullable {
        |registry| register_object::<C>(registry).to_owned()
    } else {
        |registry| format!("{}!", register_object::<C>(registry))
    };
    let mut meta = field(name, description, spelled);
    meta.nullable = nullable;
    meta.child = Child::Object(|| &C::object().meta);
    meta
}

fn with_args<A: Arguments>(mut meta: FieldMeta) -> FieldMeta {
    meta.args = args_meta::<A>();
    meta
}

fn args_meta<A: Arguments>() -> ArgsMeta {
    ArgsMeta {
        describe: A::describe,
        parse: |values| A::parse(values).map(|args| Arc::new(args) as Arc<dyn Any + Send + Sync>),
    }
}

fn register_object<C: Row>(registry: &mut Registry) -> &'static str {
    super::schema::register(registry, &C::object().meta);
    C::object().meta.name
}

struct Part<F, C> {
    read: F,
    child: PhantomData<fn() -> C>,
}

impl<R, C, F> Edge<R> for Part<F, C>
where
    R: Send + Sync,
    C: Row,
    F: Fn(&Context<'_>, &Arc<R>) -> Option<C> + Send + Sync,
{
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        let batch = Batch::one(rows.iter().map(|row| (self.read)(cx, row).map(Arc::new)));
        load_batch(cx, batch, field)
    }
}

struct Shared<F, C> {
    read: F,
    child: PhantomData<fn() -> C>,
}

impl<R, C, F> Edge<R> for Shared<F, C>
where
    R: Send + Sync,
    C: Row,
    F: Fn(&Context<'_>, &Arc<R>) -> Option<Arc<C>> + Send + Sync,
{
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        load_batch(cx, Batch::one(rows.iter().map(|row| (self.read)(cx, row))), field)
    }
}

struct SharedParts<R, C> {
    read: fn(&Context<'_>, &Arc<R>) -> Vec<Arc<C>>,
}

impl<R: Send + Sync, C: Row> Edge<R> for SharedParts<R, C> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        load_batch(cx, Batch::many(rows.iter().map(|row| (self.read)(cx, row))), field)
    }
}

struct Parts<R, C> {
    read: fn(&Context<'_>, &Arc<R>) -> Vec<C>,
}

impl<R: Send + Sync, C: Row> Edge<R> for Parts<R, C> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        let batch = Batch::many(
            rows.iter().map(|row| (self.read)(cx, row).into_iter().map(Arc::new).collect::<Vec<_>>()),
        );
        load_batch(cx, batch, field)
    }
}

struct One<R, A, C> {
    load: LoadOne<R, A, C>,
}

impl<R: Send + Sync, A: Arguments, C: Row> Edge<R> for One<R, A, C> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        Box::pin(async move {
            let found = (self.load)(cx, rows, field.args::<A>()?, field.object_plan()?).await?;
            load_batch(cx, Batch::one(found.into_iter()), field).await
        })
    }
}

struct Many<R, A, C> {
    load: LoadMany<R, A, C>,
}

impl<R: Send + Sync, A: Arguments, C: Row> Edge<R> for Many<R, A, C> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        Box::pin(async move {
            let found = (self.load)(cx, rows, field.args::<A>()?, field.object_plan()?).await?;
            load_batch(cx, Batch::many(found.into_iter()), field).await
        })
    }
}

struct LoadedLeaf<R, T> {
    load: for<'a> fn(&'a Context<'a>, &'a [Arc<R>]) -> BoxFuture<'a, Result<Vec<T>>>,
}

impl<R: Send + Sync, T: Leaf + Send + Sync> Edge<R> for LoadedLeaf<R, T> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        _field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        Box::pin(async move { Ok(Box::new(Scalars((self.load)(cx, rows).await?)) as Box<dyn Loaded>) })
    }
}

struct ContextLeaf<T> {
    read: fn(&Context<'_>) -> T,
}

impl<R: Send + Sync, T: Leaf + Send + Sync> Edge<R> for ContextLeaf<T> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        _field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        Box::pin(async move {
            Ok(Box::new(Scalars(rows.iter().map(|_| (self.read)(cx)).collect::<Vec<_>>())) as Box<dyn Loaded>)
        })
    }
}

/// Where each parent's children are among the loaded rows.
impl<C> Batch<C> {
    /// At most one child for each parent; a row that several parents share is loaded below once.
    pub fn one(found: impl Iterator<Item = Option<Arc<C>>>) -> Self {
        let (mut rows, mut seen) = (Vec::<Arc<C>>::new(), HashMap::new());
        let slots = found
            .map(|row| {
                let row = row?;
                Some(*seen.entry(Arc::as_ptr(&row)).or_insert_with(|| {
                    rows.push(row);
                    rows.len() - 1
                }))
            })
            .collect();
        Self { rows, slots: Slots::One(slots) }
    }

    /// A list of children for each parent.
    pub fn many(found: impl Iterator<Item = Vec<Arc<C>>>) -> Self {
        let mut rows = Vec::new();
        let slots = found
            .map(|mut children| {
                let start = rows.len();
                rows.append(&mut children);
                start..rows.len()
            })
            .collect();
        Self { rows, slots: Slots::Many(slots) }
    }
}
