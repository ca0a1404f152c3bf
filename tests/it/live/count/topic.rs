//! What somebody follows.

use entity::{EventType, event};
use serde_json::{Map, Value, json};

use super::town::Attempt;

/// What is asked, and which events that has to bring.
pub(super) struct Topic {
    pub(super) document: String,
    pub(super) variables: Value,
    pub(super) wanted: Box<dyn Fn(&event::Model) -> bool + Send + Sync>,
}

/// Small, so that many follow the same and share it.
const NARROW: &str = "cursor";
/// Large, so that few of them fit on their way.
const WIDE: &str = "cursor at actor { kind name } step { id kind status updatedAt }
    attempt { id number state waitingOn createdAt updatedAt customer { id name createdAt updatedAt }
        steps { id kind position status waitingOn tries maxTries startedAt updatedAt version }
        holds { id reason { code message } placedBy { kind name } placedAt } link { state } progress { completed total } }";

impl Topic {
    /// One of seven filters, with few fields or many.
    pub(super) fn of(number: usize, attempt: &Attempt) -> Self {
        let (id, customer) = (attempt.id.parse().unwrap(), attempt.customer.parse().unwrap());
        let only_moves = number.is_multiple_of(2);
        let by_attempt = [2, 3].contains(&(number % 7));
        let by_customer = [4, 6].contains(&(number % 7));
        let by_type = number % 7 == 5 && !only_moves;
        let wanted = move |event: &event::Model| {
            (!only_moves || event.kind == EventType::StepStatusChanged)
                && (!by_attempt || event.attempt_id == Some(id))
                && (!by_customer || event.customer_id == Some(customer))
                && (!by_type || matches!(event.kind, EventType::HoldPlaced | EventType::HoldReleased))
        };

        let field = if only_moves { "stepChanged" } else { "trackerEvent" };
        let (mut declared, mut given) = ("$after: EventCursor".to_owned(), "after: $after".to_owned());
        let mut variables = Map::new();
        for (asked, name, of, value) in [
            (by_attempt, "attemptId", "ID", json!(attempt.id)),
            (by_customer, "customerId", "ID", json!(attempt.customer)),
            (by_type, "types", "[EventType!]", json!(["HOLD_PLACED", "HOLD_RELEASED"])),
        ] {
            if asked {
                declared.push_str(&format!(", ${name}: {of}"));
                given.push_str(&format!(", {name}: ${name}"));
                variables.insert(name.to_owned(), value);
            }
        }
        let fields = if number.is_multiple_of(3) { NARROW } else { WIDE };
        let document = format!("subscription({declared}) {{ {field}({given}) {{ {fields} }} }}");
        Self { document, variables: variables.into(), wanted: Box::new(wanted) }
    }
}
