//! Whether whoever holds an open socket may go on.
//!
//! Sockets outlive what they were opened with. Thousands of them may share one credential, so that it is the credential that is
//! watched, not the socket: one entry, one row a pass, one message to all of its sockets.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use entity::Time;
use tokio::{sync::watch, time::MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::{
    Actor, Auth, Credential, FRESH,
    held::Holding,
    known::Recognised,
    lookup::{Age, Found},
    resolve::Kind,
};
use crate::error::{Error, Result};

/// Credentials that one statement asks for.
const CHUNK: usize = 500;

/// Why a socket has to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The key was revoked, the member disabled, the session is over or signed out.
    Gone,
    /// The role, or the merchant, is another one now: come back and get it.
    RoleChanged,
}

/// Somebody who is watched for as long as this is held.
pub struct Standing {
    /// Who it is, and will be until it ends.
    pub actor: Actor,
    /// None for the operator, who never ends.
    watched: Option<Receiving>,
}

struct Receiving {
    ended: watch::Receiver<Option<Ended>>,
    /// What keeps the entry, and with it the sender.
    _entry: Arc<Holding<Watched>>,
}

impl Standing {
    /// Waits until it may not go on. Dropping the future loses nothing: asked again, it answers the same.
    pub async fn ended(&mut self) -> Ended {
        if let Some(receiving) = &mut self.watched
            && let Ok(ended) = receiving.ended.wait_for(Option::is_some).await
            && let Some(ended) = *ended
        {
            return ended;
        }
        std::future::pending().await
    }
}

/// One credential that is watched.
pub(super) struct Watched {
    recognised: Arc<Recognised>,
    /// When the database last said that it stands.
    stood: Mutex<Age>,
    ended: watch::Sender<Option<Ended>>,
}

impl Watched {
    fn new(found: Found) -> Self {
        Self { recognised: found.recognised, stood: Mutex::new(found.age), ended: watch::Sender::new(None) }
    }

    /// Once it has ended, that stays.
    fn end(&self, why: Ended) {
        self.ended.send_if_modified(|ended| {
            let first = ended.is_none();
            ended.get_or_insert(why);
            first
        });
    }

    fn stands(&self) -> bool {
        self.ended.borrow().is_none()
    }

    fn is_over(&self, now: Time) -> bool {
        self.recognised.ends_at.is_some_and(|end| end <= now)
    }

    /// Whether nobody has to be asked before another socket joins.
    fn is_fresh(&self, now: &Age) -> bool {
        let stood = *self.stood.lock().unwrap_or_else(PoisonError::into_inner);
        let is_current = stood.ticket == now.ticket && stood.read_at + FRESH > now.read_at;
        is_current && self.stands() && !self.is_over(now.read_at)
    }

    /// What a look at the row means: how it ended, or none and it is fresh again.
    fn judge(&self, row: Option<&Recognised>, age: Age) -> Option<Ended> {
        match row {
            None => Some(Ended::Gone),
            Some(row) if !row.actor.has_rights_of(&self.recognised.actor) => Some(Ended::RoleChanged),
            Some(_) => {
                let mut stood = self.stood.lock().unwrap_or_else(PoisonError::into_inner);
                if stood.read_at <= age.read_at {
                    *stood = age;
                }
                None
            }
        }
    }
}

impl Auth {
    /// Follows a credential for as long as the answer is held. It counts as being seen, once: an open socket alone does not
    /// keep a session from being idle.
    ///
    /// # Errors
    /// As [`Auth::actor`].
    pub async fn watch(&self, credential: &Credential) -> Result<Standing> {
        if self.is_platform(credential) {
            return Ok(Standing { actor: Actor::platform(), watched: None });
        }
        loop {
            let now = self.age(credential);
            let fresh = self.0.standings.get(credential).filter(|entry| entry.is_fresh(&now));
            let entry = match fresh {
                Some(entry) => entry,
                None => self.join(credential).await?,
            };
            // A pass that followed a revocation may have come between the read and the entry: ask again.
            if self.0.known.ticket(credential.hash()) != now.ticket {
                continue;
            }
            self.0.touches.mark(entry.recognised.subject, entry.recognised.seen_at, now.read_at);
            let ended = entry.ended.subscribe();
            return Ok(Standing {
                actor: entry.recognised.actor.clone(),
                watched: Some(Receiving { ended, _entry: entry }),
            });
        }
    }

    /// The entry of a credential, after a look at its row.
    async fn join(&self, credential: &Credential) -> Result<Arc<Holding<Watched>>> {
        let found = self.look_up(credential).await.inspect_err(|error| {
            if matches!(error, Error::Unauthenticated)
                && let Some(entry) = self.0.standings.get(credential)
            {
                entry.end(Ended::Gone);
            }
        })?;
        let still =
            |entry: &Watched| entry.stands() && entry.judge(Some(&found.recognised), found.age).is_none();
        let (entry, replaced) = self.0.standings.get_or(credential, still, || Watched::new(found.clone()));
        if let Some(replaced) = replaced {
            replaced.end(Ended::RoleChanged);
        }
        Ok(entry)
    }

    /// Asks the database again about every credential that is watched, past the cache, and tells those that may not go on.
    /// Answers how many these are.
    ///
    /// # Errors
    /// When the database fails; whoever has not been asked about then goes on, but for sessions whose time is over.
    pub async fn recheck_due(&self) -> Result<usize> {
        let mut watched = self.0.standings.all();
        watched.retain(|entry| entry.stands());
        let now = self.0.clock.now();
        let (over, watched): (Vec<_>, Vec<_>) = watched.into_iter().partition(|entry| entry.is_over(now));
        over.iter().for_each(|entry| entry.end(Ended::Gone));
        let mut changed = over.len();
        for kind in [Kind::ApiKey, Kind::Session, Kind::LinkSession] {
            let entries: Vec<_> =
                watched.iter().filter(|entry| entry.credential().kind() == kind).cloned().collect();
            for entries in entries.chunks(CHUNK) {
                changed += self.recheck(kind, entries).await?;
            }
        }
        Ok(changed)
    }

    async fn recheck(&self, kind: Kind, entries: &[Arc<Holding<Watched>>]) -> Result<usize> {
        let ages: Vec<_> = entries.iter().map(|entry| self.age(entry.credential())).collect();
        let hashes: Vec<_> = entries.iter().map(|entry| *entry.credential().hash()).collect();
        let rows = self.read(kind, &hashes, self.0.clock.now()).await?;
        let ended: Vec<_> = entries
            .iter()
            .zip(ages)
            .filter_map(|(entry, age)| Some((entry, entry.judge(rows.get(entry.credential().hash()), age)?)))
            .collect();
        // Before they are told: whoever comes back at once must not be let in by what was known before.
        if kind == Kind::LinkSession {
            // Customers come and go, each by themselves.
            ended.iter().for_each(|(entry, _)| self.0.known.outdate_one(entry.credential().hash()));
        } else if !ended.is_empty() {
            self.0.known.outdate();
        }
        for (entry, why) in &ended {
            entry.end(*why);
        }
        Ok(ended.len())
    }

    /// Rechecks `every` so often, and at once after a revocation in this process, until `stop` is cancelled. After one in
    /// another process the next pass comes within `every`.
    pub async fn follow_standings(&self, every: Duration, stop: CancellationToken) {
        let mut ticks = tokio::time::interval(every);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.0.known.revoked() => {}
                _ = ticks.tick() => {}
            }
            match stop.run_until_cancelled(self.recheck_due()).await {
                None => return,
                Some(Ok(0)) => {}
                Some(Ok(ended)) => tracing::debug!(ended, "credentials of open sockets ended"),
                Some(Err(error)) => tracing::error!(%error, "who holds open sockets could not be rechecked"),
            }
        }
    }

    /// How many credentials are watched, however many sockets each has.
    pub fn watched(&self) -> usize {
        self.0.standings.len()
    }
}
