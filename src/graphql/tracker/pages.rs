//! Pages of the log: of an attempt, of a customer, of the merchant. They go by the log's own cursors.

use std::{any::Any, collections::HashMap, sync::Arc};

use entity::{Scoped, event};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::{ActivityArgs, TrackerEvent, shown};
use crate::{
    error::Result,
    events::cursor::{self, Cursor},
    graphql::{
        attempt::Attempt,
        customer::Customer,
        exec::{
            Context,
            connection::{ForwardArgs, Page, PageArgs},
            plan::Plan,
        },
        keyset::{count, count_each},
    },
};

/// A page of each attempt's events, oldest first.
///
/// # Errors
/// BAD_USER_INPUT and CURSOR_INVALID for arguments that make no sense.
pub async fn of_attempts(
    cx: &Context<'_>,
    attempts: &[Arc<Attempt>],
    args: &PageArgs,
    plan: &Plan,
) -> Result<Vec<Option<Arc<Page<TrackerEvent>>>>> {
    let ids: Vec<_> = attempts.iter().map(|attempt| attempt.row.id.0).collect();
    nested(cx, event::Column::AttemptId, &ids, args, false, plan).await
}

/// A page of each customer's events, newest first.
///
/// # Errors
/// As [`of_attempts`].
pub async fn of_customers(
    cx: &Context<'_>,
    customers: &[Arc<Customer>],
    args: &ForwardArgs,
    plan: &Plan,
) -> Result<Vec<Option<Arc<Page<TrackerEvent>>>>> {
    let ids: Vec<_> = customers.iter().map(|customer| customer.row.id.0).collect();
    nested(cx, event::Column::CustomerId, &ids, &args.into(), true, plan).await
}

/// A page of the merchant's events, newest first.
///
/// # Errors
/// As [`of_attempts`].
pub async fn of_merchant(cx: &Context<'_>, args: &ActivityArgs, plan: &Plan) -> Result<Page<TrackerEvent>> {
    let mut select = event::Entity::scoped(cx.scope()?);
    if let Some(types) = &args.types {
        select = select.filter(event::Column::Kind.is_in(types.iter().copied()));
    }
    let total_count =
        if plan.asks("totalCount") { Some(count(cx.db(), vec![select.clone()]).await?) } else { None };
    let args = PageArgs::from(&args.page);
    if !plan.asks_rows() {
        args.window()?;
        // A cursor of another list is refused, whatever is asked for.
        bounded(cx, select, &args, true).await?;
        return Ok(Page { edges: Vec::new(), has_next_page: false, has_previous_page: false, total_count });
    }
    page(cx, select, &args, true, total_count).await
}

/// About how many rows [`ActivityArgs`] load.
pub fn activity_fan(args: &(dyn Any + Send + Sync)) -> u64 {
    args.downcast_ref::<ActivityArgs>().map_or(1, |args| PageArgs::from(&args.page).rows())
}

async fn nested(
    cx: &Context<'_>,
    column: event::Column,
    parents: &[uuid::Uuid],
    args: &PageArgs,
    descending: bool,
    plan: &Plan,
) -> Result<Vec<Option<Arc<Page<TrackerEvent>>>>> {
    let scope = cx.scope()?;
    let select = event::Entity::scoped(scope);
    let totals = if plan.asks("totalCount") {
        count_each::<event::Entity>(cx.db(), scope, column, parents).await?
    } else {
        HashMap::new()
    };
    let mut pages = Vec::with_capacity(parents.len());
    for parent in parents {
        let total = plan.asks("totalCount").then(|| totals.get(parent).copied().unwrap_or(0));
        let of_parent = select.clone().filter(column.eq(*parent));
        // A log is long and its pages are short: an index range a parent beats numbering all events of all parents.
        pages.push(Some(Arc::new(page(cx, of_parent, args, descending, total).await?)));
    }
    Ok(pages)
}

/// Pages of the log go by its own cursors, which are the same everywhere: in a tracker, an activity, a subscription.
async fn page(
    cx: &Context<'_>,
    select: Select<event::Entity>,
    args: &PageArgs,
    descending: bool,
    total_count: Option<i64>,
) -> Result<Page<TrackerEvent>> {
    let window = args.window()?;
    let select = bounded(cx, select, args, descending).await?;
    let newest_first = descending != window.backward;
    let order = if newest_first { sea_orm::Order::Desc } else { sea_orm::Order::Asc };
    let mut rows = select.order_by(event::Column::Seq, order).limit(window.size + 1).all(cx.db()).await?;
    let more = rows.len() as u64 > window.size;
    if more {
        rows.pop();
    }
    if window.backward {
        rows.reverse();
    }
    let (has_next_page, has_previous_page) =
        if window.backward { (args.before.is_some(), more) } else { (more, args.after.is_some()) };
    let edges = shown(cx, rows)
        .await?
        .into_iter()
        .map(|event| {
            let cursor = Cursor::of(&event.row).to_string();
            (event, cursor)
        })
        .collect();
    Ok(Page { edges, has_next_page, has_previous_page, total_count })
}

/// Only what lies between the cursors.
async fn bounded(
    cx: &Context<'_>,
    mut select: Select<event::Entity>,
    args: &PageArgs,
    descending: bool,
) -> Result<Select<event::Entity>> {
    for (cursor, after) in [(&args.after, true), (&args.before, false)] {
        let Some(text) = cursor else { continue };
        let seq = cursor::locate(cx.db(), cx.scope()?, text, if after { "after" } else { "before" }).await?;
        let column = event::Column::Seq;
        select = select.filter(if after == descending { column.lt(seq) } else { column.gt(seq) });
    }
    Ok(select)
}
