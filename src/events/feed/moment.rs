//! An event with what it is about, read once for everybody who follows it.

use std::{
    any::Any,
    collections::{BTreeSet, HashMap},
    sync::{Arc, Mutex, PoisonError},
};

use entity::{Scope, Scoped, attempt, customer, event, step};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;

/// An event, and its step, attempt and customer as they were a moment after it: never older than the event, possibly
/// newer.
pub struct Moment {
    /// The event. `data` is left out: it is for `verify`.
    pub event: event::Model,
    pub step: Option<step::Model>,
    pub attempt: Option<attempt::Model>,
    pub customer: Option<customer::Model>,
    made: Mutex<Vec<(u64, Arc<dyn Any + Send + Sync>)>>,
}

impl Moment {
    /// What those who share `key` have made of it, so that the first of them makes it and the others take it. It lives as
    /// long as the moment: until the last subscriber has read it.
    pub fn made<T: Default + Send + Sync + 'static>(&self, key: u64) -> Arc<T> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let known = made.iter().find(|(of, _)| *of == key).map(|(_, made)| Arc::clone(made));
        if let Some(Ok(known)) = known.map(Arc::downcast) {
            return known;
        }
        let new = Arc::new(T::default());
        made.push((key, Arc::clone(&new) as _));
        new
    }
}

/// Reads what events are about: one statement for each kind of thing.
///
/// # Errors
/// When the database fails.
pub(super) async fn hydrate(
    db: &impl ConnectionTrait,
    scope: Scope,
    events: Vec<event::Model>,
) -> Result<Vec<Arc<Moment>>> {
    let steps =
        rows::<step::Entity, _>(db, scope, step::Column::Id, events.iter().map(|event| event.step_id));
    let steps = by_id(steps.await?, |row| row.id);
    let attempts = rows::<attempt::Entity, _>(
        db,
        scope,
        attempt::Column::Id,
        events.iter().map(|event| event.attempt_id),
    );
    let attempts = by_id(attempts.await?, |row| row.id);
    let customers = rows::<customer::Entity, _>(
        db,
        scope,
        customer::Column::Id,
        events.iter().map(|event| event.customer_id),
    );
    let customers = by_id(customers.await?, |row| row.id);
    let moments = events.into_iter().map(|mut event| {
        event.data = serde_json::Value::Null;
        Arc::new(Moment {
            step: event.step_id.and_then(|id| steps.get(&id).cloned()),
            attempt: event.attempt_id.and_then(|id| attempts.get(&id).cloned()),
            customer: event.customer_id.and_then(|id| customers.get(&id).cloned()),
            event,
            made: Mutex::default(),
        })
    });
    Ok(moments.collect())
}

async fn rows<E: Scoped, I: Into<Uuid>>(
    db: &impl ConnectionTrait,
    scope: Scope,
    column: E::Column,
    ids: impl Iterator<Item = Option<I>>,
) -> Result<Vec<E::Model>> {
    let ids: BTreeSet<Uuid> = ids.flatten().map(Into::into).collect();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    Ok(E::among(scope, db.get_database_backend(), column, ids).all(db).await?)
}

fn by_id<M, I: std::hash::Hash + Eq>(rows: Vec<M>, id: impl Fn(&M) -> I) -> HashMap<I, M> {
    rows.into_iter().map(|row| (id(&row), row)).collect()
}
