//! How an output type is declared: a table of fields, each with its description, type, arguments, role and cost, and how
//! it is read from a row. One table serves the schema, the plan, the loading and the writing.

use std::{any::Any, collections::HashMap, marker::PhantomData, sync::Arc};

use async_graphql::registry::Registry;
use entity::{Role, id::Written, pick::Columns};

use super::{
    Context,
    edge::{ContextLeaf, LoadedLeaf, Many, One, Part, Parts, Shared, SharedParts},
    leaf::Leaf,
    plan::Plan,
};
pub use super::{
    edge::{Edge, LoadLeaf, LoadMany, LoadOne},
    meta::{ArgsMeta, Arguments, Child, Fan, FieldMeta, Meta, NoArgs, Reads},
};

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

/// Writes a value of a row.
type WriteValue<R> = Box<dyn Fn(&R, &mut super::json::Json) + Send + Sync>;

pub enum Resolver<R> {
    Text(fn(&R) -> &str),
    OptionalText(fn(&R) -> Option<&str>),
    Value(WriteValue<R>),
    Edge(Box<dyn Edge<R>>),
}

impl<R: Row> Object<R> {
    /// A type without fields yet.
    pub fn new(name: &'static str, description: &'static str) -> Self {
        let meta = Meta {
            name,
            description,
            node: false,
            member_of: None,
            fields: Vec::new(),
            by_name: HashMap::new(),
        };
        Self { meta, resolvers: Vec::new() }
    }

    /// Implements `Node`, with this id.
    pub fn node<I: Written + 'static>(mut self, description: &'static str, id: fn(&R) -> I) -> Self {
        self.meta.node = true;
        let resolver = Resolver::Value(Box::new(move |row, json| json.id(id(row))));
        self.push(field("id", description, super::leaf::Id::register), resolver)
    }

    /// A member of this union.
    pub fn member_of(mut self, union: &'static str) -> Self {
        self.meta.member_of = Some(union);
        self
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
        meta.list = true;
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
        meta.list = true;
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
        meta.list = true;
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
        load: LoadLeaf<R, T>,
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

    /// The last field, of a root, is for link sessions only.
    pub fn customers(mut self) -> Self {
        if let Some(field) = self.meta.fields.last_mut() {
            field.customers = true;
        }
        self
    }

    /// The last field holds a list.
    pub(super) fn list(mut self) -> Self {
        if let Some(field) = self.meta.fields.last_mut() {
            field.list = true;
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

    /// The last field reads these columns of its row, and no others: they are what is loaded where nothing else is asked for.
    pub fn reads<C: Into<Columns>>(mut self, columns: impl IntoIterator<Item = C>) -> Self {
        if let Some(field) = self.meta.fields.last_mut() {
            field.reads = Reads::Columns(columns.into_iter().collect());
        }
        self
    }

    /// The last field reads nothing of its row but what every row of the type is loaded with, and what this says of the plan
    /// below it.
    pub fn reads_below(mut self, columns: fn(&Plan) -> Columns) -> Self {
        if let Some(field) = self.meta.fields.last_mut() {
            field.reads = Reads::Below(columns);
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

fn field(name: &'static str, description: &'static str, register: fn(&mut Registry) -> String) -> FieldMeta {
    FieldMeta {
        name,
        description,
        register,
        args: args_meta::<NoArgs>(),
        nullable: false,
        role: None,
        customers: false,
        fan: Fan::Rows(1),
        child: Child::Leaf,
        list: false,
        first: false,
        reads: Reads::Everything,
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
