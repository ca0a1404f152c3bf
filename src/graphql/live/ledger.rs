//! How many connections are open: in all, of each actor, of each merchant, and of nobody yet.

use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use entity::{ActorKind, id::MerchantId};
use uuid::Uuid;

use super::{limits::Limits, metrics};
use crate::auth::Actor;

type Key = (ActorKind, Option<Uuid>);

/// The count. Clones are one.
#[derive(Clone, Default)]
pub(super) struct Ledger(Arc<Mutex<Counts>>);

#[derive(Default)]
struct Counts {
    open: usize,
    /// Of these, WebSockets whose actor is not known yet.
    unknown: usize,
    of: HashMap<Key, usize>,
    /// Its team's, its systems' and its customers'.
    of_merchant: HashMap<MerchantId, usize>,
}

/// There is no room for another connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// Of this process's.
    Server,
    /// Of this key's, member's or customer's.
    Actor,
    /// Of this merchant's.
    Merchant,
}

/// A connection that is open; dropping it closes it in the ledger.
pub struct Open {
    ledger: Ledger,
    transport: metrics::Transport,
    unknown: bool,
}

/// An open connection whose actor is known.
pub struct Place {
    _open: Open,
    ledger: Ledger,
    key: Key,
    /// The operator has none.
    merchant: Option<MerchantId>,
}

impl Ledger {
    pub(super) fn open(&self, limits: &Limits, transport: metrics::Transport) -> Result<Open, Full> {
        // An event stream brings with its request what it is recognised by; a socket may take its time.
        let unknown = transport == metrics::Transport::WebSocket;
        let mut counts = self.counts();
        if counts.open >= limits.connections || (unknown && counts.unknown >= limits.connections_unknown) {
            return Err(Full::Server);
        }
        counts.open += 1;
        counts.unknown += usize::from(unknown);
        metrics::connected(transport, 1.0);
        Ok(Open { ledger: self.clone(), transport, unknown })
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Open {
    /// Counts the connection as this actor's, and as their merchant's.
    ///
    /// # Errors
    /// [`Full`] when one of them has as many as they may.
    pub fn of(mut self, actor: &Actor, limits: &Limits) -> Result<Place, Full> {
        let key = (actor.kind(), actor.id());
        let walk = actor.walk().ok();
        let merchant = walk.map(|walk| walk.scope).or_else(|| actor.scope()).map(|scope| scope.merchant_id());
        let most = match walk {
            Some(_) => limits.connections_per_customer.min(limits.connections_per_actor),
            None => limits.connections_per_actor,
        };
        let ledger = self.ledger.clone();
        let mut counts = ledger.counts();
        if counts.of.get(&key).is_some_and(|open| *open >= most) {
            return Err(Full::Actor);
        }
        if let Some(merchant) = merchant {
            let of_merchant = counts.of_merchant.entry(merchant).or_default();
            if *of_merchant >= limits.connections_per_merchant {
                return Err(Full::Merchant);
            }
            *of_merchant += 1;
        }
        *counts.of.entry(key).or_default() += 1;
        counts.unknown -= usize::from(std::mem::take(&mut self.unknown));
        drop(counts);
        Ok(Place { _open: self, ledger, key, merchant })
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        let mut counts = self.ledger.counts();
        counts.open -= 1;
        counts.unknown -= usize::from(self.unknown);
        drop(counts);
        metrics::connected(self.transport, -1.0);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut counts = self.ledger.counts();
        leave(&mut counts.of, &self.key);
        if let Some(merchant) = &self.merchant {
            leave(&mut counts.of_merchant, merchant);
        }
    }
}

/// One fewer, and nothing is kept of who has none.
fn leave<K: Eq + Hash>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count -= 1;
        if *count == 0 {
            counts.remove(key);
        }
    }
}
