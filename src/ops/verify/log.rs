//! The first pass: a merchant's log in its order.

use entity::{Scope, Scoped, log_head};

use super::{EVENTS, Walk, shape};
use crate::{error::Result, events::log};

/// Checks that a log runs 1, 2, 3 … to its head, and that each event is what it says to be.
pub(super) async fn check(walk: &mut Walk<'_>, scope: Scope) -> Result<()> {
    let merchant = scope.merchant_id();
    let mut last = 0;
    loop {
        let events = log::read_after(walk.txn, scope, last, EVENTS).await?;
        if events.is_empty() {
            break;
        }
        walk.has_read(events.len());
        for event in &events {
            walk.report.events += 1;
            if event.seq != last + 1 {
                let missing = format!("the events {} to {} are missing", last + 1, event.seq - 1);
                walk.report.add(merchant, "log", missing);
            }
            last = event.seq;
            for what in shape::check(event) {
                walk.report.add(merchant, format_args!("event {}", event.seq), what);
            }
        }
    }
    match log_head::Entity::scoped(scope).one(walk.txn).await? {
        None => walk.report.add(merchant, "log", "it has no head: nothing can be appended to it"),
        Some(head) if head.seq != last => {
            let what = format!("its head is {}, but its newest event has the number {last}", head.seq);
            walk.report.add(merchant, "log", what);
        }
        Some(_) => {}
    }
    Ok(())
}
