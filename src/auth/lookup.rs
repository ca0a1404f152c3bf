//! What the database says of a credential. Who asks for one that somebody is asking for already waits for that answer: after a
//! restart a thousand clients come back with the same key at once.

use std::{collections::HashMap, sync::Arc};

use entity::{Scope, Time, api_key, attempt, link_session, member, session};
use futures_util::{
    FutureExt,
    future::{BoxFuture, Shared},
};

use super::{
    Actor, Auth, Credential, JOURNEY_LASTS, JOURNEY_READS_ON, SESSION_IDLE, Walk,
    known::{Recognised, Ticket},
    resolve::Kind,
    touch::Subject,
};
use crate::error::{Error, Result};

/// One who was found, and how fresh that is.
#[derive(Clone)]
pub(super) struct Found {
    pub(super) recognised: Arc<Recognised>,
    pub(super) age: Age,
}

/// When the database was asked, and in which generation.
#[derive(Clone, Copy, Debug)]
pub(super) struct Age {
    pub(super) read_at: Time,
    pub(super) ticket: Ticket,
}

/// A look-up under way.
pub(super) struct Flight {
    ticket: Ticket,
    answer: Shared<BoxFuture<'static, Result<Option<Found>, Trouble>>>,
}

/// What went wrong, for all who wait.
type Trouble = Arc<dyn std::error::Error + Send + Sync>;

impl Auth {
    /// When it is and in which generation: taken before the database is asked.
    pub(super) fn age(&self, credential: &Credential) -> Age {
        Age { read_at: self.0.clock.now(), ticket: self.0.known.ticket(credential.hash()) }
    }

    /// Asks the database, past the cache, which then knows the answer.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if the credential is nobody's, or not any more.
    pub(super) async fn look_up(&self, credential: &Credential) -> Result<Found> {
        if credential.kind() == Kind::Other {
            return Err(Error::Unauthenticated);
        }
        let age = self.age(credential);
        // What began before a revocation does not count after it, nor does what came to its end before now.
        let fits = |flight: &Flight| flight.ticket == age.ticket && flight.answer.peek().is_none();
        let (flight, _) = self.0.flights.get_or(credential, fits, || {
            let (auth, credential) = (self.clone(), *credential);
            let answer = async move {
                auth.find(&credential, age).await.map_err(|error| match error {
                    Error::Internal(cause) => Trouble::from(cause),
                    error => Arc::new(error),
                })
            };
            Flight { ticket: age.ticket, answer: answer.boxed().shared() }
        });
        let found = flight.answer.clone().await.map_err(|trouble| Error::Internal(Box::new(trouble)))?;
        found.ok_or(Error::Unauthenticated)
    }

    async fn find(&self, credential: &Credential, age: Age) -> Result<Option<Found>> {
        let mut rows = self.read(credential.kind(), &[*credential.hash()], age.read_at).await?;
        Ok(rows.remove(credential.hash()).map(|recognised| {
            let recognised = Arc::new(recognised);
            self.0.known.put(*credential.hash(), Arc::clone(&recognised), age);
            Found { recognised, age }
        }))
    }

    /// Who stands behind each of these hashes, in one statement; who is not in the answer may not go on.
    ///
    /// # Errors
    /// When the database fails.
    pub(super) async fn read(
        &self,
        kind: Kind,
        hashes: &[[u8; 32]],
        now: Time,
    ) -> Result<HashMap<[u8; 32], Recognised>> {
        let reader = self.0.db.reader();
        let backend = self.0.db.backend();
        let mut found = HashMap::with_capacity(hashes.len());
        match kind {
            Kind::ApiKey => {
                for row in api_key::Entity::by_secret_hashes(backend, hashes).all(reader).await? {
                    let hash = hash_of(&row.secret_hash)?;
                    found.extend(of_key(row).map(|recognised| (hash, recognised)));
                }
            }
            Kind::Session => {
                for (row, member) in session::Entity::by_token_hashes(backend, hashes).all(reader).await? {
                    let recognised = member.and_then(|member| self.of_session(&row, member, now));
                    let hash = hash_of(&row.token_hash)?;
                    found.extend(recognised.map(|recognised| (hash, recognised)));
                }
            }
            Kind::LinkSession => {
                let rows = link_session::Entity::by_token_hashes(backend, hashes).all(reader).await?;
                for (row, attempt) in rows {
                    let recognised = attempt.and_then(|attempt| of_link_session(&row, &attempt, now));
                    let hash = hash_of(&row.token_hash)?;
                    found.extend(recognised.map(|recognised| (hash, recognised)));
                }
            }
            Kind::Other => {}
        }
        Ok(found)
    }

    fn of_session(&self, row: &session::Model, member: member::Model, now: Time) -> Option<Recognised> {
        let subject = Subject::Session(row.id, row.member_id);
        let seen_at = self.0.touches.noted(subject).max(Some(row.last_seen_at)).unwrap_or(row.last_seen_at);
        let is_over = row.expires_at <= now || seen_at + SESSION_IDLE <= now;
        (!is_over && member.disabled_at.is_none()).then(|| Recognised {
            actor: Actor::member(member.id, member.name, member.role, member.merchant_id),
            subject,
            seen_at: Some(seen_at),
            ends_at: Some(row.expires_at),
        })
    }
}

fn of_key(row: api_key::Model) -> Option<Recognised> {
    row.revoked_at.is_none().then(|| Recognised {
        actor: Actor::api_key(row.id, row.name, row.role, row.merchant_id),
        subject: Subject::ApiKey(row.id),
        seen_at: row.last_used_at,
        ends_at: None,
    })
}

/// A customer's session lasts for a month, and until a day after the end of the attempt. Before that end nobody knows it: an
/// attempt whose time has run out by then may have been given more.
fn of_link_session(row: &link_session::Model, attempt: &attempt::Model, now: Time) -> Option<Recognised> {
    let month = row.created_at + JOURNEY_LASTS;
    let over = attempt.ended_at.or(attempt.due_at.filter(|due| *due <= now));
    let ends_at = over.map_or(month, |over| month.min(over + JOURNEY_READS_ON));
    let walk = Walk { scope: Scope::of(row.merchant_id), attempt: attempt.id, session: row.id };
    (ends_at > now).then(|| Recognised {
        actor: Actor::customer(attempt.customer_id, walk),
        subject: Subject::LinkSession(row.id),
        seen_at: Some(row.last_seen_at),
        ends_at: Some(ends_at),
    })
}

fn hash_of(stored: &[u8]) -> Result<[u8; 32]> {
    stored.try_into().map_err(|_| Error::internal("a stored hash is not of 32 bytes"))
}
