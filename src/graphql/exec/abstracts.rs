//! Fields that hold one of several types: `Node`, `StepResult`.

use std::sync::Arc;

use futures_util::future::BoxFuture;

use super::{
    Context,
    json::{Json, Propagate},
    load::{Batch, Level, Loaded, load_level, plan_for},
    object::{Arguments, Child, Edge, Meta, Object, Row},
    plan::PlanField,
};
use crate::error::Result;

/// A row of any of the types that an abstract field may hold.
pub trait Variants: Send + Sync + Sized + 'static {
    /// The abstract type's name.
    const NAME: &'static str;

    /// The possible types.
    fn possible() -> Vec<&'static Meta>;

    /// Registers the abstract type.
    fn register(registry: &mut async_graphql::registry::Registry);

    /// Loads what is asked of the rows of each type.
    fn load<'a, 'p: 'a>(
        cx: &'p Context<'p>,
        rows: &'a [Arc<Self>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Dispatched<'p>>>;
}

/// Rows of several types, loaded type by type.
pub struct Dispatched<'p> {
    parts: Vec<Box<dyn Loaded + 'p>>,
    /// For each row: which part, and which row of it.
    places: Vec<(usize, usize)>,
}

/// Gathers rows by type, before they are loaded.
pub struct Dispatch<'p> {
    cx: &'p Context<'p>,
    field: &'p PlanField,
    dispatched: Dispatched<'p>,
}

impl<'p> Dispatch<'p> {
    /// For this many rows.
    pub fn new(cx: &'p Context<'p>, field: &'p PlanField, rows: usize) -> Self {
        Self { cx, field, dispatched: Dispatched { parts: Vec::new(), places: vec![(0, 0); rows] } }
    }

    /// The rows of one type, with their places among all.
    ///
    /// # Errors
    /// When loading what is below them fails.
    pub async fn part<C: Row>(&mut self, rows: Vec<(usize, Arc<C>)>) -> Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        let part = self.dispatched.parts.len();
        for (row, (place, _)) in rows.iter().enumerate() {
            self.dispatched.places[*place] = (part, row);
        }
        // An object may stand in several places, and what is below it is loaded once.
        let batch = Batch::one(rows.into_iter().map(|(_, row)| Some(row)));
        let level: Level<'p, C> = load_level(self.cx, batch, plan_for::<C>(self.field)?, false).await;
        self.dispatched.parts.push(Box::new(level));
        Ok(())
    }

    /// All of them.
    pub fn done(self) -> Dispatched<'p> {
        self.dispatched
    }
}

/// One abstract object for each parent or none, loaded with everything below it.
pub struct LoadedOne<'p>(AbstractLevel<'p>);

impl<'p> LoadedOne<'p> {
    /// Loads what is below the objects.
    ///
    /// # Errors
    /// When that fails.
    pub async fn of<V: Variants>(
        cx: &'p Context<'p>,
        found: Vec<Option<Arc<V>>>,
        field: &'p PlanField,
    ) -> Result<Self> {
        let mut loaded = Vec::new();
        let slots = found.into_iter().map(|row| Some(place(row?, &mut loaded))).collect();
        let rows = V::load(cx, &loaded, field).await?;
        Ok(Self(AbstractLevel { rows, slots: AbstractSlots::One(slots) }))
    }
}

impl Loaded for LoadedOne<'_> {
    fn write(&self, parent: usize, json: &mut Json) -> Result<(), Propagate> {
        self.0.write(parent, json)
    }

    fn room(&self) -> usize {
        self.0.room()
    }
}

struct AbstractLevel<'p> {
    rows: Dispatched<'p>,
    /// For each parent: one row or none, or a list of such.
    slots: AbstractSlots,
}

enum AbstractSlots {
    One(Vec<Option<usize>>),
    Many(Vec<Vec<Option<usize>>>),
}

impl AbstractLevel<'_> {
    fn row(&self, row: Option<usize>, json: &mut Json) -> Result<(), Propagate> {
        let place = row.and_then(|row| self.rows.places.get(row));
        match place.and_then(|(part, row)| Some((self.rows.parts.get(*part)?, *row))) {
            Some((part, row)) => part.write(row, json),
            None => {
                json.null();
                Ok(())
            }
        }
    }
}

impl Loaded for AbstractLevel<'_> {
    fn write(&self, parent: usize, json: &mut Json) -> Result<(), Propagate> {
        match &self.slots {
            AbstractSlots::One(slots) => self.row(slots.get(parent).copied().flatten(), json),
            AbstractSlots::Many(lists) => {
                json.raw(b'[');
                for (place, row) in lists.get(parent).into_iter().flatten().enumerate() {
                    if place > 0 {
                        json.raw(b',');
                    }
                    json.enter(crate::graphql::answer::PathSegment::Index(place));
                    let mark = json.mark();
                    if let Err(Propagate) = self.row(*row, json) {
                        // The list's entries may be null.
                        json.rewind(mark);
                        json.null();
                    }
                    json.leave();
                }
                json.raw(b']');
                Ok(())
            }
        }
    }

    fn room(&self) -> usize {
        self.rows.parts.iter().map(|part| part.room()).sum()
    }
}

/// Loads one abstract object for each parent, or none.
pub type LoadAbstract<R, A, V> =
    for<'a> fn(&'a Context<'a>, &'a [Arc<R>], &'a A) -> BoxFuture<'a, Result<Vec<Option<Arc<V>>>>>;
/// Loads a list of abstract objects for each parent.
pub type LoadAbstracts<R, A, V> =
    for<'a> fn(&'a Context<'a>, &'a [Arc<R>], &'a A) -> BoxFuture<'a, Result<Vec<Vec<Option<Arc<V>>>>>>;

struct One<R, A, V>(LoadAbstract<R, A, V>);
struct Many<R, A, V>(LoadAbstracts<R, A, V>);

impl<R: Send + Sync, A: Arguments, V: Variants> Edge<R> for One<R, A, V> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        Box::pin(async move {
            let found = (self.0)(cx, rows, field.args::<A>()?).await?;
            Ok(Box::new(LoadedOne::of(cx, found, field).await?) as Box<dyn Loaded + 'p>)
        })
    }
}

impl<R: Send + Sync, A: Arguments, V: Variants> Edge<R> for Many<R, A, V> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        Box::pin(async move {
            let found = (self.0)(cx, rows, field.args::<A>()?).await?;
            let mut loaded = Vec::new();
            let slots = found
                .into_iter()
                .map(|list| list.into_iter().map(|row| Some(place(row?, &mut loaded))).collect())
                .collect();
            let rows = V::load(cx, &loaded, field).await?;
            Ok(Box::new(AbstractLevel { rows, slots: AbstractSlots::Many(slots) }) as Box<dyn Loaded + 'p>)
        })
    }
}

fn place<V>(row: V, loaded: &mut Vec<V>) -> usize {
    loaded.push(row);
    loaded.len() - 1
}

impl<R: Row> Object<R> {
    /// One of several objects, or null.
    pub fn abstract_optional<A: Arguments, V: Variants>(
        self,
        name: &'static str,
        description: &'static str,
        load: LoadAbstract<R, A, V>,
    ) -> Self {
        let spelled = |registry: &mut async_graphql::registry::Registry| {
            V::register(registry);
            V::NAME.to_owned()
        };
        self.edge_field::<A>(name, description, spelled, true, Child::Abstract(V::possible), One(load))
    }

    /// A list of one of several objects, each of which may be null.
    pub fn abstract_list<A: Arguments, V: Variants>(
        self,
        name: &'static str,
        description: &'static str,
        load: LoadAbstracts<R, A, V>,
    ) -> Self {
        let spelled = |registry: &mut async_graphql::registry::Registry| {
            V::register(registry);
            format!("[{}]!", V::NAME)
        };
        self.edge_field::<A>(name, description, spelled, false, Child::Abstract(V::possible), Many(load))
            .list()
    }
}
