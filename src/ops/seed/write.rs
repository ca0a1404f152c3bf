//! Rows into the database, many at a time.

use std::mem;

use entity::{attempt, customer, event, hold, id::MerchantId, link, search_token, step};
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, IntoActiveModel, Iterable};

use super::walk::{Scene, Told, Walk};
use crate::{
    db::Transaction,
    error::Result,
    events::log::{self, Place},
    kyc::customer as customers,
};

/// Rows of a statement: more make it longer to read, and no faster to run.
const ROWS: usize = 500;

/// Some customers with all that is theirs: one transaction.
#[derive(Default)]
pub(super) struct Batch {
    pub(super) customers: Vec<customer::Model>,
    attempts: Vec<attempt::Model>,
    steps: Vec<step::Model>,
    holds: Vec<hold::Model>,
    links: Vec<link::Model>,
    told: Vec<Told>,
    /// What was told, in the order of its moments. `seq` is given when it is written.
    events: Vec<event::Model>,
}

impl Batch {
    pub(super) fn customer(&mut self, row: customer::Model) {
        self.customers.push(row);
    }

    pub(super) fn attempt(&mut self, mut walk: Walk<'_>) {
        self.told.extend(walk.take_told());
        let Walk { attempt, steps, holds, links, .. } = walk;
        self.attempts.push(attempt);
        self.steps.extend(steps);
        self.holds.extend(holds);
        self.links.extend(links);
    }

    /// Makes events of what was told, in the order of their moments: the log of this batch is in order. From one batch to
    /// the next it goes back, as far as their customers' journeys overlap.
    pub(super) fn order(&mut self, scene: &Scene) -> Result<()> {
        let mut told = mem::take(&mut self.told);
        // Stable: what happened to one attempt at one moment stays in order.
        told.sort_by_key(|told| told.at);
        for Told { at, author, drafts } in told {
            for draft in drafts {
                let place = Place { merchant: scene.merchant, seq: 0, id: scene.entropy.id(at), at, author };
                self.events.push(draft.into_row(place)?);
            }
        }
        Ok(())
    }

    /// Writes it all: parents before children, the log last.
    pub(super) async fn write(self, txn: &Transaction, merchant: MerchantId) -> Result<()> {
        let tokens = self.customers.iter().flat_map(customers::tokens).collect();
        insert::<customer::Entity>(txn, self.customers).await?;
        insert::<search_token::Entity>(txn, tokens).await?;
        insert::<attempt::Entity>(txn, self.attempts).await?;
        insert::<step::Entity>(txn, self.steps).await?;
        insert::<hold::Entity>(txn, self.holds).await?;
        insert::<link::Entity>(txn, self.links).await?;
        let mut events = self.events;
        let first = log::reserve(txn, merchant, events.len()).await?;
        for (event, seq) in events.iter_mut().zip(first..) {
            event.seq = seq;
        }
        insert::<event::Entity>(txn, events).await
    }
}

/// Inserts rows, as many a statement as its values allow.
async fn insert<E>(txn: &Transaction, rows: Vec<E::Model>) -> Result<()>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let values = match txn.get_database_backend() {
        DbBackend::Postgres => 65_535,
        _ => 32_766,
    };
    let most = (values / E::Column::iter().count().max(1)).min(ROWS);
    let mut rows = rows.into_iter().map(IntoActiveModel::into_active_model).peekable();
    while rows.peek().is_some() {
        E::insert_many(rows.by_ref().take(most)).exec_without_returning(txn).await?;
    }
    Ok(())
}
