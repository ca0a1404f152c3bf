//! An event with what it is about, read once for everybody who follows it.

use std::{
    any::Any,
    sync::{Arc, Mutex, PoisonError},
};

use entity::{attempt, customer, event, step};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, Iterable, JoinType, QueryResult, QuerySelect,
    QueryTrait, Select, sea_query::Expr,
};

use crate::error::Result;

/// An event, and its step, attempt and customer as they were a moment after it: never older than the event, possibly
/// newer.
pub struct Moment {
    /// The event. `data` is left out: it is for `verify`.
    pub event: event::Model,
    pub step: Option<step::Model>,
    pub attempt: Option<attempt::Model>,
    pub customer: Option<customer::Model>,
    made: Mutex<Vec<(u64, Arc<dyn Any + Send + Sync>)>>,
}

impl Moment {
    /// What those who share `key` have made of it, so that the first of them makes it and the others take it. It lives as
    /// long as the moment: until the last subscriber has read it.
    pub fn made<T: Default + Send + Sync + 'static>(&self, key: u64) -> Arc<T> {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let known = made.iter().find(|(of, _)| *of == key).map(|(_, made)| Arc::clone(made));
        if let Some(Ok(known)) = known.map(Arc::downcast) {
            return known;
        }
        let new = Arc::new(T::default());
        made.push((key, Arc::clone(&new) as _));
        new
    }
}

/// Reads events with what they are about, in one statement: they are of one moment.
///
/// # Errors
/// When the database fails.
pub(super) async fn moments(
    db: &impl ConnectionTrait,
    events: Select<event::Entity>,
) -> Result<Vec<Arc<Moment>>> {
    // No scope on the joined rows: an event in the scope names only its own merchant's, which `verify` holds.
    let to_step = event::Entity::belongs_to(step::Entity).from(event::Column::StepId).to(step::Column::Id);
    let to_attempt =
        event::Entity::belongs_to(attempt::Entity).from(event::Column::AttemptId).to(attempt::Column::Id);
    let to_customer =
        event::Entity::belongs_to(customer::Entity).from(event::Column::CustomerId).to(customer::Column::Id);
    let mut select = events
        .select_only()
        .join(JoinType::LeftJoin, to_step.into())
        .join(JoinType::LeftJoin, to_attempt.into())
        .join(JoinType::LeftJoin, to_customer.into());
    for column in event::Column::iter().filter(|column| !matches!(column, event::Column::Data)) {
        select = with(select, EVENT, column);
    }
    select = select.expr_as(Expr::val(serde_json::Value::Null), format!("{EVENT}data"));
    select = step::Column::iter().fold(select, |select, column| with(select, STEP, column));
    select = attempt::Column::iter().fold(select, |select, column| with(select, ATTEMPT, column));
    select = customer::Column::iter().fold(select, |select, column| with(select, CUSTOMER, column));
    let statement = db.get_database_backend().build(&select.into_query());
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(|row| Moment::read(row).map(Arc::new)).collect()
}

const EVENT: &str = "e_";
const STEP: &str = "s_";
const ATTEMPT: &str = "a_";
const CUSTOMER: &str = "c_";

fn with<C: ColumnTrait>(select: Select<event::Entity>, prefix: &str, column: C) -> Select<event::Entity> {
    let name = format!("{prefix}{}", column.as_str());
    select.column_as(column, name)
}

impl Moment {
    fn read(row: &QueryResult) -> Result<Self> {
        Ok(Self {
            event: event::Model::from_query_result(row, EVENT)?,
            step: step::Model::from_query_result_optional(row, STEP)?,
            attempt: attempt::Model::from_query_result_optional(row, ATTEMPT)?,
            customer: customer::Model::from_query_result_optional(row, CUSTOMER)?,
            made: Mutex::default(),
        })
    }
}
