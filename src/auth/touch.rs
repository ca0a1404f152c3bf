//! When a key or a member was last seen: kept in memory, and written at most once a minute each. It is no change of the
//! merchant's, so that it leaves no event.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::TimeDelta;
use entity::{
    Time, api_key,
    id::{ApiKeyId, LinkSessionId, MemberId, SessionId},
    link_session, member, session,
};

use crate::{db::Db, error::Result};

/// How often one subject is written.
pub(super) const INTERVAL: TimeDelta = TimeDelta::minutes(1);
/// Subjects that are remembered; those beyond are written a minute later.
const CAPACITY: usize = 10_000;
/// Subjects written in one transaction.
const BATCH: usize = 200;

/// Who was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Subject {
    ApiKey(ApiKeyId),
    Session(SessionId, MemberId),
    LinkSession(LinkSessionId),
}

#[derive(Clone, Copy, Debug)]
struct Seen {
    at: Time,
    written: bool,
}

/// Who was seen lately, and whether that is written.
#[derive(Debug, Default)]
pub(super) struct Touches(Mutex<HashMap<Subject, Seen>>);

impl Touches {
    /// Notes that a subject was seen, unless that was noted or written within the last minute.
    pub(super) fn mark(&self, subject: Subject, stored: Option<Time>, now: Time) {
        let mut seen = self.lock();
        let noted = seen.get(&subject).map(|seen| seen.at);
        if noted.max(stored).is_some_and(|last| last + INTERVAL > now) {
            return;
        }
        if noted.is_none() && seen.len() >= CAPACITY {
            seen.retain(|_, seen| !(seen.written && seen.at + INTERVAL <= now));
            if seen.len() >= CAPACITY {
                return;
            }
        }
        seen.insert(subject, Seen { at: now, written: false });
    }

    /// When a subject was last noted; its row may not say so yet.
    pub(super) fn noted(&self, subject: Subject) -> Option<Time> {
        self.lock().get(&subject).map(|seen| seen.at)
    }

    /// Writes one batch of what is noted. Answers how many subjects it wrote; none are left when it is 0.
    pub(super) async fn write_due(&self, db: &Db, now: Time) -> Result<usize> {
        let due: Vec<(Subject, Time)> = {
            let mut seen = self.lock();
            seen.retain(|_, seen| !(seen.written && seen.at + INTERVAL <= now));
            let unwritten = seen.iter().filter(|(_, seen)| !seen.written);
            unwritten.map(|(subject, seen)| (*subject, seen.at)).take(BATCH).collect()
        };
        if due.is_empty() {
            return Ok(0);
        }
        let mut ordered = due.clone();
        // Two replicas that write the same rows lock them in the same order.
        ordered.sort_by_key(|(subject, _)| match *subject {
            Subject::ApiKey(id) => (0, id.0, id.0),
            Subject::Session(session, member) => (1, member.0, session.0),
            Subject::LinkSession(id) => (2, id.0, id.0),
        });
        db.write(move |txn| {
            Box::pin(async move {
                for (subject, at) in ordered {
                    match subject {
                        Subject::ApiKey(id) => {
                            api_key::Entity::used(id, at).exec(txn).await?;
                        }
                        Subject::Session(session, member) => {
                            member::Entity::seen(member, at).exec(txn).await?;
                            session::Entity::seen(session, at).exec(txn).await?;
                        }
                        Subject::LinkSession(id) => {
                            link_session::Entity::seen(id, at).exec(txn).await?;
                        }
                    }
                }
                Ok(())
            })
        })
        .await?;
        let mut seen = self.lock();
        for (subject, at) in &due {
            if let Some(seen) = seen.get_mut(subject).filter(|seen| seen.at == *at) {
                seen.written = true;
            }
        }
        Ok(due.len())
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Subject, Seen>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_subject_is_noted_once_a_minute() {
        let (touches, start) = (Touches::default(), DateTime::UNIX_EPOCH);
        let key = Subject::ApiKey(ApiKeyId(Uuid::nil()));
        let after = |seconds| start + TimeDelta::seconds(seconds);
        // Its row was written a moment ago, by another process.
        touches.mark(key, Some(start), after(59));
        assert_eq!(touches.noted(key), None);
        touches.mark(key, Some(start), after(60));
        assert_eq!(touches.noted(key), Some(after(60)));
        touches.mark(key, Some(start), after(119));
        assert_eq!(touches.noted(key), Some(after(60)));
        touches.mark(key, Some(start), after(120));
        assert_eq!(touches.noted(key), Some(after(120)));
    }

    #[test]
    fn memory_is_bounded_and_nothing_unwritten_is_dropped() {
        let (touches, now) = (Touches::default(), DateTime::UNIX_EPOCH);
        for n in 0..=CAPACITY {
            touches.mark(Subject::ApiKey(ApiKeyId(Uuid::from_u128(n as u128))), None, now);
        }
        assert_eq!(touches.lock().len(), CAPACITY);
        assert!(touches.noted(Subject::ApiKey(ApiKeyId(Uuid::from_u128(0)))).is_some());
    }
}
