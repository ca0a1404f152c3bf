//! How many connections are open, in all and of each actor.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use entity::ActorKind;
use uuid::Uuid;

use super::metrics;
use crate::auth::Actor;

type Key = (ActorKind, Option<Uuid>);

/// The count. Clones are one.
#[derive(Clone, Default)]
pub(super) struct Ledger(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    open: usize,
    of: HashMap<Key, usize>,
}

/// There is no room for another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

/// A connection that is open; dropping it closes it in the ledger.
pub struct Open {
    ledger: Ledger,
    transport: metrics::Transport,
}

/// An open connection whose actor is known.
pub struct Place {
    _open: Open,
    ledger: Ledger,
    key: Key,
}

impl Ledger {
    pub(super) fn open(&self, most: usize, transport: metrics::Transport) -> Result<Open, Full> {
        let mut counts = self.counts();
        if counts.open >= most {
            return Err(Full);
        }
        counts.open += 1;
        metrics::connected(transport, 1.0);
        Ok(Open { ledger: self.clone(), transport })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Counts the connection as this actor's.
    ///
    /// # Errors
    /// [`Full`] when the actor has `most` already.
    pub fn of(self, actor: &Actor, most: usize) -> Result<Place, Full> {
        let key = (actor.kind(), actor.id());
        let ledger = self.ledger.clone();
        let mut counts = ledger.counts();
        let of_actor = counts.of.entry(key).or_default();
        if *of_actor >= most {
            return Err(Full);
        }
        *of_actor += 1;
        drop(counts);
        Ok(Place { _open: self, ledger, key })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.ledger.counts().open -= 1;
        metrics::connected(self.transport, -1.0);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.ledger.counts();
        if let Some(count) = counts.of.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                counts.of.remove(&self.key);
            }
        }
    }
}
