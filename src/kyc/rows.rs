//! Between rows and rules.
use entity::attempt;

use crate::lifecycle::link::Link;

/// What the rules know of an attempt's link; none without one.
pub fn link_of(row: &attempt::Model) -> Option<Link> {
    Some(Link {
        issued: row.link_issued_count,
        opened: row.link_open_count,
        last_opened_at: row.link_last_opened_at,
        expires_at: row.expires_at?,
        revoked_at: row.link_revoked_at,
        expiry_recorded: row.link_expiry_recorded,
    })
}
