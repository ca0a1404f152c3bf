//! Reads that no merchant bounds, for `verify` alone: it looks for rows that have strayed into another merchant, which a
//! read that begins in a scope would never see.

use sea_orm::{
    DbBackend, EntityTrait, QueryFilter, QueryOrder, Select,
    entity::prelude::ColumnTrait,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::{
    EventType, any_of, attempt, check_run, event, hold,
    id::{AttemptId, CustomerId, MerchantId},
    link, link_session, merchant, screening, screening_match, search_token, step, step_result,
};

/// Merchants after one, in the order of their ids.
pub fn merchants_after(last: Option<MerchantId>) -> Select<merchant::Entity> {
    let every = merchant::Entity::every();
    match last {
        Some(last) => every.filter(merchant::Column::Id.gt(last)),
        None => every,
    }
}

/// The attempts of these customers, each customer's first to last.
pub fn attempts_of(backend: DbBackend, customers: &[CustomerId]) -> Select<attempt::Entity> {
    attempt::Entity::find()
        .filter(any_of(backend, attempt::Column::CustomerId, customers.iter().copied()))
        .order_by_asc(attempt::Column::CustomerId)
        .order_by_asc(attempt::Column::Number)
}

/// What search finds these customers by.
pub fn tokens_of(backend: DbBackend, customers: &[CustomerId]) -> Select<search_token::Entity> {
    search_token::Entity::find().filter(any_of(
        backend,
        search_token::Column::CustomerId,
        customers.iter().copied(),
    ))
}

/// What the log says of these customers themselves, in its order.
pub fn customer_events_of(backend: DbBackend, customers: &[CustomerId]) -> Select<event::Entity> {
    event::Entity::find()
        .filter(any_of(backend, event::Column::CustomerId, customers.iter().copied()))
        .filter(event::Column::Kind.is_in([EventType::CustomerCreated, EventType::CustomerUpdated]))
        .order_by_asc(event::Column::CustomerId)
        .order_by_asc(event::Column::Seq)
}

/// What the log says of these attempts, each one's first to last.
pub fn events_of(backend: DbBackend, attempts: &[AttemptId]) -> Select<event::Entity> {
    event::Entity::find()
        .filter(any_of(backend, event::Column::AttemptId, attempts.iter().copied()))
        .order_by_asc(event::Column::AttemptId)
        .order_by_asc(event::Column::Seq)
}

/// The steps of these attempts, in order.
pub fn steps_of(backend: DbBackend, attempts: &[AttemptId]) -> Select<step::Entity> {
    step::Entity::find()
        .filter(any_of(backend, step::Column::AttemptId, attempts.iter().copied()))
        .order_by_asc(step::Column::AttemptId)
        .order_by_asc(step::Column::Position)
}

/// The holds of these attempts.
pub fn holds_of(backend: DbBackend, attempts: &[AttemptId]) -> Select<hold::Entity> {
    hold::Entity::find().filter(any_of(backend, hold::Column::AttemptId, attempts.iter().copied()))
}

/// The links of these attempts.
pub fn links_of(backend: DbBackend, attempts: &[AttemptId]) -> Select<link::Entity> {
    link::Entity::find().filter(any_of(backend, link::Column::AttemptId, attempts.iter().copied()))
}

/// The sessions of these attempts' links.
pub fn link_sessions_of(backend: DbBackend, attempts: &[AttemptId]) -> Select<link_session::Entity> {
    link_session::Entity::find().filter(any_of(
        backend,
        link_session::Column::AttemptId,
        attempts.iter().copied(),
    ))
}

/// The runs of these attempts' checks.
pub fn runs_of(backend: DbBackend, attempts: &[AttemptId]) -> Select<check_run::Entity> {
    check_run::Entity::find().filter(any_of(backend, check_run::Column::AttemptId, attempts.iter().copied()))
}

/// What these attempts' checks found.
pub fn results_of(backend: DbBackend, attempts: &[AttemptId]) -> Select<step_result::Entity> {
    step_result::Entity::find().filter(any_of(
        backend,
        step_result::Column::AttemptId,
        attempts.iter().copied(),
    ))
}

/// The runs of these attempts' screenings.
pub fn screenings_of(backend: DbBackend, attempts: &[AttemptId]) -> Select<screening::Entity> {
    screening::Entity::find().filter(any_of(backend, screening::Column::AttemptId, attempts.iter().copied()))
}

/// What these attempts' screenings found.
pub fn matches_of(backend: DbBackend, attempts: &[AttemptId]) -> Select<screening_match::Entity> {
    screening_match::Entity::find().filter(any_of(
        backend,
        screening_match::Column::AttemptId,
        attempts.iter().copied(),
    ))
}

/// Rows whose `child` column names a parent that does not exist. The foreign keys refuse most of them, but SQLite does so
/// only where a connection asks for it, and the log has none.
pub fn without_parent<C: EntityTrait, P: EntityTrait>(child: C::Column, parent: P::Column) -> Select<C> {
    let present = Query::select()
        .expr(Expr::val(1))
        .from(P::default())
        .and_where(Expr::col((P::default(), parent)).equals((C::default(), child)))
        .to_owned();
    C::find().filter(child.is_not_null()).filter(Expr::exists(present).not())
}
