//! One attempt with its customer and its steps by one statement: where so few rows are asked for, what counts is how often
//! the database is.

use std::sync::Arc;

use entity::{
    Scoped, Time,
    attempt::{self, Column},
    customer,
    id::AttemptId,
    pick::{self, Columns, Picked},
    step,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, ExprTrait, QueryFilter, QueryResult, QueryTrait,
    sea_query::{Expr, JoinType, Order},
};

use super::{Attempt, always};
use crate::{
    error::Result,
    graphql::{
        customer::Customer,
        exec::{Context, plan::Plan},
    },
};

/// What came with an attempt by the same statement. Who finds it here need not load it.
#[derive(Default)]
pub struct Beside {
    /// Its customer, with these columns.
    pub customer: Option<(Columns, Arc<Customer>)>,
    /// Its steps, in order, with these columns.
    pub steps: Option<(Columns, Vec<step::Model>)>,
}

/// An attempt of the scope, and what a plan asks for right below it.
///
/// # Errors
/// When the database fails.
pub async fn load(cx: &Context<'_>, id: AttemptId, plan: &Plan) -> Result<Option<Arc<Attempt>>> {
    let columns = plan.columns().and(always());
    let customer = asked(plan, "customer").map(|asked| asked.and(customer::Column::Id.into()));
    let steps = asked(plan, "steps")
        .map(|asked| asked.and([step::Column::Id, step::Column::AttemptId].into_iter().collect()));

    let select = attempt::Entity::scoped(cx.scope()?).filter(Column::Id.eq(id));
    let mut query = pick::pick(select, columns).into_query();
    let mut at = pick::width::<attempt::Entity>(columns);
    let customer_at = at;
    if let Some(columns) = customer {
        let its = (customer::Entity, customer::Column::Id);
        query.join(
            JoinType::LeftJoin,
            customer::Entity,
            Expr::col(its).equals((attempt::Entity, Column::CustomerId)),
        );
        at += pick::beside::<customer::Entity>(&mut query, columns);
    }
    let steps_at = at;
    if let Some(columns) = steps {
        let its = (step::Entity, step::Column::AttemptId);
        query.join(JoinType::LeftJoin, step::Entity, Expr::col(its).equals((attempt::Entity, Column::Id)));
        query.order_by((step::Entity, step::Column::Position), Order::Asc);
        pick::beside::<step::Entity>(&mut query, columns);
    }

    let rows = cx.db().query_all(&query).await?;
    let Some(first) = rows.first() else { return Ok(None) };
    let row = attempt::Entity::read(first, columns, 0)?;
    let customer = match customer {
        Some(columns) if !pick::no_id(first, customer_at)? => {
            let row = customer::Entity::read(first, columns, customer_at)?;
            Some((columns, Arc::new(Customer { row })))
        }
        _ => None,
    };
    let steps = match steps {
        Some(columns) => Some((columns, steps_of(&rows, columns, steps_at)?)),
        None => None,
    };
    Ok(Some(seen(row, cx.now, Beside { customer, steps })))
}

fn seen(row: attempt::Model, now: Time, beside: Beside) -> Arc<Attempt> {
    Arc::new(Attempt { beside, ..Attempt::seen(row, now) })
}

/// What all fields of this name together read of their rows; none where nobody asks.
fn asked(plan: &Plan, field: &str) -> Option<Columns> {
    plan.asks(field).then(|| plan.below(field).map(Plan::columns).collect())
}

fn steps_of(rows: &[QueryResult], columns: Columns, at: usize) -> Result<Vec<step::Model>> {
    let mut steps = Vec::with_capacity(rows.len());
    for row in rows {
        // An attempt without steps is one row without a step.
        if !pick::no_id(row, at)? {
            steps.push(step::Entity::read(row, columns, at)?);
        }
    }
    Ok(steps)
}
