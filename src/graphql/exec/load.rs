//! Loading a level at a time, and writing what was loaded.
//!
//! A level is all rows that stand at one place of the plan: the steps of all attempts of a page are one level, loaded by
//! one statement. Once every level is there, the answer is written in one synchronous walk.

use std::{collections::HashMap, ops::Range, sync::Arc};

use futures_util::future::BoxFuture;

use super::{
    Context,
    json::{Json, Propagate},
    leaf::Leaf,
    object::{Resolver, Row},
    plan::{Below, Plan, PlanField},
};
use crate::{
    error::{Error, Result},
    graphql::{
        answer::{GraphError, PathSegment},
        error::public,
    },
};

/// The rows of a level, and where each parent's are.
pub struct Batch<C> {
    pub rows: Vec<Arc<C>>,
    pub slots: Slots,
}

/// Where each parent's children are among the rows.
pub enum Slots {
    /// At most one for each parent.
    One(Vec<Option<usize>>),
    /// A run for each parent.
    Many(Vec<Range<usize>>),
}

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

/// A loaded field, for all parents of a level.
pub trait Loaded: Send + Sync {
    /// Writes the field of one parent.
    fn write(&self, parent: usize, json: &mut Json) -> Result<(), Propagate>;

    /// About how many bytes it takes to write it for all of them; 0 where that is little.
    fn room(&self) -> usize {
        0
    }
}

/// Scalars, one for each parent.
pub struct Scalars<T>(pub(super) Vec<T>);

impl<T: Leaf + Send + Sync> Loaded for Scalars<T> {
    fn write(&self, parent: usize, json: &mut Json) -> Result<(), Propagate> {
        match self.0.get(parent) {
            Some(value) => value.write(json),
            None => json.null(),
        }
        Ok(())
    }
}

/// A field that failed or is not allowed.
struct Failed(GraphError);

impl Loaded for Failed {
    fn write(&self, _: usize, json: &mut Json) -> Result<(), Propagate> {
        json.error(&self.0);
        Err(Propagate)
    }
}

/// A level with everything below it.
pub(in crate::graphql) struct Level<'p, C> {
    batch: Batch<C>,
    plan: &'p Plan,
    nullable: bool,
    below: Vec<Option<Box<dyn Loaded + 'p>>>,
}

/// Loads everything below a batch of rows.
pub fn load_batch<'p, C: Row>(
    cx: &'p Context<'p>,
    batch: Batch<C>,
    field: &'p PlanField,
) -> BoxFuture<'p, Result<Box<dyn Loaded + 'p>>> {
    Box::pin(async move {
        let level = load_level(cx, batch, field.object_plan()?, field.nullable).await;
        Ok(Box::new(level) as Box<dyn Loaded + 'p>)
    })
}

/// Loads everything below a root.
pub(in crate::graphql) async fn load_root<'p, R: Row>(
    cx: &'p Context<'p>,
    root: Batch<R>,
    plan: &'p Plan,
) -> Level<'p, R> {
    load_level(cx, root, plan, false).await
}

/// Loads everything below a batch of rows, by a plan.
pub(in crate::graphql) async fn load_level<'p, C: Row>(
    cx: &'p Context<'p>,
    batch: Batch<C>,
    plan: &'p Plan,
    nullable: bool,
) -> Level<'p, C> {
    let object = C::object();
    let mut below: Vec<Option<Box<dyn Loaded + 'p>>> = Vec::new();
    below.resize_with(plan.fields.len(), || None);
    let early = |field: &PlanField| field.index.is_some_and(|index| object.meta.fields[index].first);
    let (firsts, rest): (Vec<_>, Vec<_>) =
        plan.fields.iter().enumerate().partition(|(_, field)| early(field));
    // One after another, not together: a mutation's fields have to be, and a query that took several connections at once
    // would cost more and wait for others.
    for (place, field) in firsts.into_iter().chain(rest) {
        if let Some(barred) = field.forbidden {
            below[place] = Some(Box::new(Failed(public(&barred.error()))));
            continue;
        }
        let Some(index) = field.index else { continue };
        let Resolver::Edge(edge) = &object.resolvers[index] else { continue };
        if batch.rows.is_empty() {
            continue;
        }
        let loaded = edge.load(cx, &batch.rows, field).await;
        below[place] = Some(loaded.unwrap_or_else(|error| Box::new(Failed(public(&error)))));
    }
    Level { batch, plan, nullable, below }
}

/// About how many bytes a value takes: an id has 30, a time 26, a word or a number less.
const VALUE: usize = 24;

impl<C: Row> Level<'_, C> {
    /// About how many bytes it takes to write all of it.
    pub(in crate::graphql) fn room(&self) -> usize {
        let row: usize = self.plan.fields.iter().map(|field| field.key.len() + VALUE).sum();
        let below = self.below.iter().flatten().map(|loaded| loaded.room());
        self.batch.rows.len() * row + below.sum::<usize>()
    }

    /// Writes one row.
    pub(in crate::graphql) fn write_row(&self, row: usize, json: &mut Json) -> Result<(), Propagate> {
        let object = C::object();
        json.raw(b'{');
        for (place, field) in self.plan.fields.iter().enumerate() {
            json.key(&field.key, place == 0);
            let Some(index) = field.index else {
                json.plain(self.plan.type_name);
                continue;
            };
            match &self.below[place] {
                Some(loaded) => write_field(&**loaded, row, field, json)?,
                None => match &object.resolvers[index] {
                    Resolver::Text(read) => json.text(read(&self.batch.rows[row])),
                    Resolver::OptionalText(read) => match read(&self.batch.rows[row]) {
                        Some(text) => json.text(text),
                        None => json.null(),
                    },
                    Resolver::Value(write) => write(&self.batch.rows[row], json),
                    // Every edge of a level that has rows was loaded.
                    Resolver::Edge(_) => json.null(),
                },
            }
        }
        json.raw(b'}');
        Ok(())
    }
}

/// Writes a loaded field: an error below stops here when the field may be null.
fn write_field(loaded: &dyn Loaded, row: usize, field: &PlanField, json: &mut Json) -> Result<(), Propagate> {
    let mark = json.mark();
    json.enter(PathSegment::Field(Arc::clone(&field.key)));
    let written = loaded.write(row, json);
    json.leave();
    match written {
        Ok(()) => Ok(()),
        Err(Propagate) if field.nullable => {
            json.rewind(mark);
            json.null();
            Ok(())
        }
        Err(Propagate) => Err(Propagate),
    }
}

impl<C: Row> Loaded for Level<'_, C> {
    fn write(&self, parent: usize, json: &mut Json) -> Result<(), Propagate> {
        match &self.batch.slots {
            Slots::One(slots) => match slots.get(parent).copied().flatten() {
                Some(row) => self.write_row(row, json),
                None if self.nullable => {
                    json.null();
                    Ok(())
                }
                None => {
                    let missing = format_args!("a {} that has to be there is missing", self.plan.type_name);
                    json.error(&public(&Error::internal(missing)));
                    Err(Propagate)
                }
            },
            Slots::Many(runs) => {
                json.raw(b'[');
                let run = runs.get(parent).cloned().unwrap_or_default();
                for (place, row) in run.enumerate() {
                    if place > 0 {
                        json.raw(b',');
                    }
                    json.enter(PathSegment::Index(place));
                    let written = self.write_row(row, json);
                    json.leave();
                    written?;
                }
                json.raw(b']');
                Ok(())
            }
        }
    }

    fn room(&self) -> usize {
        Level::room(self)
    }
}

/// The plan for a type among those of an abstract field.
///
/// # Errors
/// When the field is not abstract or the type cannot stand there: our own bug.
pub fn plan_for<C: Row>(field: &PlanField) -> Result<&Plan> {
    let name = C::object().meta.name;
    match &field.below {
        Below::Abstract(plans) => plans.iter().find(|plan| plan.type_name == name),
        Below::Object(_) | Below::Nothing => None,
    }
    .ok_or_else(|| Error::internal(format_args!("{name} cannot stand below {}", field.name)))
}
