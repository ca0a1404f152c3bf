//! What a customer's own side leaves: the sessions of their link.

use entity::{attempt, link, link_session};

use super::compare::Found;

/// Bytes of a SHA-256.
const HASH: usize = 32;

/// What is wrong with the sessions of an attempt's link.
pub(super) fn check(row: &attempt::Model, sessions: &[link_session::Model], links: &[link::Model]) -> Found {
    let mut found = Found::new();
    for session in sessions {
        let mut rule = |holds: bool, what: &str| {
            if !holds {
                found.push((format!("linksession {}", session.id), what.to_owned()));
            }
        };
        let link = links.iter().find(|link| link.id == session.link_id);
        rule(link.is_some(), "its link is not one of its attempt's");
        rule(link.is_none_or(|link| link.issued_at <= session.created_at), "it is older than its link");
        rule(session.token_hash.len() == HASH, "token_hash is no SHA-256");
        rule(session.nonce_hash.len() == HASH, "nonce_hash is no SHA-256");
        rule(session.last_seen_at >= session.created_at, "it was seen before it was opened");
        rule(
            session.ended_at.is_none_or(|ended| ended >= session.created_at),
            "it ended before it was opened",
        );
        let is_dead = row.link_revoked_at.is_some() || link.is_some_and(|link| link.replaced_at.is_some());
        rule(session.ended_at.is_some() || !is_dead, "it goes on, although its link is revoked or replaced");
    }
    found
}
