//! Which events of a merchant somebody wants.

use entity::{
    EventType, Scope, Scoped, event,
    id::{AttemptId, CustomerId},
};
use sea_orm::{ColumnTrait, DbBackend, QueryFilter, QueryOrder, QuerySelect, Select};

/// Which events are followed. What is not given is not asked about.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub attempt: Option<AttemptId>,
    pub customer: Option<CustomerId>,
    pub kinds: Option<Vec<EventType>>,
}

/// What subscribers are grouped by, so that an event wakes those whom it may concern and nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Topic {
    Merchant,
    Customer(CustomerId),
    Attempt(AttemptId),
}

impl Filter {
    /// Whether it wants this event.
    pub fn wants(&self, event: &event::Model) -> bool {
        self.attempt.is_none_or(|id| event.attempt_id == Some(id))
            && self.customer.is_none_or(|id| event.customer_id == Some(id))
            && self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&event.kind))
    }

    /// The narrowest topic that has everything it wants.
    pub(super) fn topic(&self) -> Topic {
        match (self.attempt, self.customer) {
            (Some(attempt), _) => Topic::Attempt(attempt),
            (None, Some(customer)) => Topic::Customer(customer),
            (None, None) => Topic::Merchant,
        }
    }

    /// What it wants of the log's part (`after`, `until`], oldest first.
    pub(super) fn page(
        &self,
        scope: Scope,
        backend: DbBackend,
        after: i64,
        until: i64,
        limit: u64,
    ) -> Select<event::Entity> {
        let mut select = match (self.attempt, self.customer) {
            (Some(id), _) => event::Entity::among(scope, backend, event::Column::AttemptId, [id]),
            (None, Some(id)) => event::Entity::among(scope, backend, event::Column::CustomerId, [id]),
            (None, None) => event::Entity::scoped(scope),
        };
        if let (Some(_), Some(customer)) = (self.attempt, self.customer) {
            select = select.filter(event::Column::CustomerId.eq(customer));
        }
        if let Some(kinds) = &self.kinds {
            select = select.filter(event::Column::Kind.is_in(kinds.iter().copied()));
        }
        select
            .filter(event::Column::Seq.gt(after))
            .filter(event::Column::Seq.lte(until))
            .order_by_asc(event::Column::Seq)
            .limit(limit)
    }
}

impl Topic {
    /// The topics an event belongs to.
    pub(super) fn of(event: &event::Model) -> impl Iterator<Item = Self> {
        let customer = event.customer_id.map(Self::Customer);
        let attempt = event.attempt_id.map(Self::Attempt);
        [Some(Self::Merchant), customer, attempt].into_iter().flatten()
    }
}
