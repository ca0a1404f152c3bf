//! Those who ask the same: one execution and one encoding of an event for all of them.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, OnceLock, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use bytes::Bytes;
use entity::{Role, id::MerchantId};
use tokio::sync::OnceCell;
use tokio_tungstenite::tungstenite::Utf8Bytes;

use super::metrics;
use crate::{
    auth::Actor,
    error::{Error, Result},
    events::{Cursor, feed::Moment},
    graphql::{
        exec::{Context, plan::Plan},
        execute,
        subscription::Subscription,
    },
    kyc::Kyc,
};

/// What the answer to an event depends on, besides the event and its merchant: what they may see, and what is asked of it.
/// Which events somebody follows is not part of it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    role: Role,
    digest: [u8; 32],
}

/// The groups of a merchant: each may make an answer of its own to every event.
const GROUPS: usize = 200;
/// The most bytes of an answer to an event: a ring keeps a thousand events with the answers to them.
const MAX_ANSWER: usize = 64 * 1024;

/// The groups that have members.
#[derive(Default)]
pub(super) struct Groups {
    of: Mutex<HashMap<MerchantId, HashMap<Key, Weak<Group>>>>,
    last: AtomicU64,
}

/// Subscribers who ask the same.
pub(super) struct Group {
    id: u64,
    plan: Plan,
    /// Nobody in person: whatever depends on more than the merchant and the role cannot be shared, and is not told.
    audience: Actor,
}

/// What a group makes of an event.
#[derive(Default)]
pub struct Frames {
    /// The result, `{"data":…}`.
    payload: OnceCell<Bytes>,
    /// As an entry of an event stream.
    entry: OnceLock<Bytes>,
    /// As the message of the first operation that sent it; operations of the same id take it as it is.
    message: OnceLock<(Box<str>, Utf8Bytes)>,
}

impl Groups {
    /// The group of those who ask this, the actor among them.
    ///
    /// # Errors
    /// For the operator, who sees no merchant's events; RATE_LIMITED when the merchant's subscriptions ask too many different
    /// things.
    pub(super) fn join(&self, actor: &Actor, plan: Plan, digest: [u8; 32]) -> Result<Arc<Group>> {
        // VIEWER is the least there is: whoever has a role contains it.
        let merchant = actor.require(Role::Viewer)?.merchant_id();
        let role = actor.role().ok_or(Error::Forbidden(Role::Viewer))?;
        let key = Key { role, digest };
        let mut of = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(group) = of.get(&merchant).and_then(|groups| groups.get(&key)?.upgrade()) {
            return Ok(group);
        }
        // Those whose members have left go whenever another comes.
        of.retain(|_, groups| {
            groups.retain(|_, group| group.strong_count() > 0);
            !groups.is_empty()
        });
        let groups = of.entry(merchant).or_default();
        if groups.len() >= GROUPS {
            return Err(Error::RateLimited(10));
        }
        let id = self.last.fetch_add(1, Ordering::Relaxed);
        let group = Arc::new(Group { id, plan, audience: Actor::audience(role, merchant) });
        groups.insert(key, Arc::downgrade(&group));
        Ok(group)
    }
}

impl Group {
    /// What the group makes of an event, made or still to be.
    pub(super) fn frames(&self, moment: &Moment) -> Arc<Frames> {
        moment.made::<Frames>(self.id)
    }

    /// Makes it, unless somebody has; whoever comes while it is made waits.
    ///
    /// # Errors
    /// INTERNAL when something could not be read: nobody is told half of an event. QUERY_TOO_LARGE for one too long to keep.
    pub(super) async fn make(&self, kyc: &Kyc, moment: &Arc<Moment>, frames: &Frames) -> Result<()> {
        frames.payload.get_or_try_init(|| self.render(kyc, moment)).await.map(drop)
    }

    async fn render(&self, kyc: &Kyc, moment: &Arc<Moment>) -> Result<Bytes> {
        let cx = Context {
            kyc,
            actor: &self.audience,
            now: kyc.clock.now(),
            idempotency_key: None,
            moment: Some(moment),
        };
        let answer = execute::answer(&cx, Subscription::At(Arc::clone(moment)), &self.plan).await;
        if answer.errors.iter().any(|error| error.code == "INTERNAL") {
            // It has been logged with what caused it.
            return Err(Error::internal("an event could not be told"));
        }
        metrics::rendered();
        let json = answer.into_json();
        if json.len() > MAX_ANSWER {
            return Err(Error::TooLarge(format!(
                "The answer to an event has more than {MAX_ANSWER} bytes. Ask for less of it, and read the rest in a query."
            )));
        }
        Ok(json.into())
    }
}

impl Frames {
    /// An answer that is nobody else's.
    pub(super) fn of(payload: Bytes) -> Self {
        Self { payload: OnceCell::new_with(Some(payload)), ..Self::default() }
    }

    pub(super) fn are_made(&self) -> bool {
        self.payload.initialized()
    }

    /// The `next` message of the operation `id`, a JSON string already.
    pub fn message(&self, id: &str) -> Utf8Bytes {
        let (first, message) = self.message.get_or_init(|| (id.into(), self.write_message(id)));
        if **first == *id { message.clone() } else { self.write_message(id) }
    }

    /// The entry of an event stream, with its position where it has one.
    pub fn entry(&self, cursor: Option<Cursor>) -> Bytes {
        let entry = self.entry.get_or_init(|| {
            let payload = self.payload();
            let mut entry = Vec::with_capacity(payload.len() + 80);
            entry.extend_from_slice(b"event: next\n");
            if let Some(cursor) = cursor {
                entry.extend_from_slice(format!("id: {cursor}\n").as_bytes());
            }
            entry.extend_from_slice(b"data: ");
            // JSON as we write it has no line break.
            entry.extend_from_slice(payload);
            entry.extend_from_slice(b"\n\n");
            entry.into()
        });
        entry.clone()
    }

    fn write_message(&self, id: &str) -> Utf8Bytes {
        // JSON is UTF-8: nothing is replaced.
        let payload = String::from_utf8_lossy(self.payload());
        let mut message = String::with_capacity(payload.len() + id.len() + 40);
        message.push_str("{\"id\":");
        message.push_str(id);
        message.push_str(",\"type\":\"next\",\"payload\":");
        message.push_str(&payload);
        message.push('}');
        message.into()
    }

    fn payload(&self) -> &[u8] {
        self.payload.get().map_or(b"null", |payload| payload)
    }
}
