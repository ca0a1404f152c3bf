//! What the team decided about the same customer and the same list entry before, so that nobody clears it twice.

use std::collections::HashMap;

use entity::{ActorKind, MatchDecision, Time, id::CustomerId, screening_match};
use uuid::Uuid;

use crate::{error::Result, kyc::Change};

/// Decisions that are looked through, newest first. One that lies deeper is forgotten, which costs a second look and lets
/// nobody pass.
const DEPTH: u64 = 2_000;

/// A decision, as it was made.
#[derive(Clone, Debug)]
pub(super) struct Decided {
    pub(super) decision: MatchDecision,
    pub(super) note: Option<String>,
    pub(super) by_kind: Option<ActorKind>,
    pub(super) by_id: Option<Uuid>,
    pub(super) at: Option<Time>,
}

/// A list's entry as it was: list, id of the person, hash of the record.
type Entry = (String, String, String);

/// The decisions about a customer while they had this name and birth date, the newest of each list entry.
pub(super) struct Memory(HashMap<Entry, Decided>);

impl Memory {
    /// Reads them. The attempt is locked, so none of them changes meanwhile: only an open attempt's matches are decided.
    pub(super) async fn of(change: &Change<'_>, customer: CustomerId, identity_hash: &str) -> Result<Self> {
        let rows = screening_match::Entity::decided(change.scope, customer, identity_hash, DEPTH)
            .all(change.txn)
            .await?;
        let mut memory = HashMap::new();
        for row in rows {
            let decided = Decided {
                decision: row.decision,
                note: row.note,
                by_kind: row.decided_by_kind,
                by_id: row.decided_by_id,
                at: row.decided_at,
            };
            memory.entry((row.list, row.entity_id, row.record_hash)).or_insert(decided);
        }
        Ok(Self(memory))
    }

    /// What was decided about this entry; none when nothing was, or the entry has changed since.
    pub(super) fn recall(&self, list: &str, entity_id: &str, record_hash: &str) -> Option<&Decided> {
        self.0.get(&(list.to_owned(), entity_id.to_owned(), record_hash.to_owned()))
    }
}
