//! Lists of attempts: sorts and pages.

use std::{any::Any, collections::HashMap, sync::Arc};

use async_graphql::{Enum, InputObject};
use entity::{Scope, Scoped, Time, attempt, pick::Columns};
use sea_orm::{
    Condition, QueryFilter,
    sea_query::{Expr, SimpleExpr},
};
use uuid::Uuid;

use super::{Attempt, always, filter::AttemptFilter};
use crate::{
    db::EachRow,
    error::Result,
    graphql::{
        customer::Customer,
        exec::{
            Context,
            connection::{Page, PageArgs},
            plan::Plan,
        },
        keyset::{Asked, Keyset, Parent, Place, count_each},
        sort::SortDirection,
    },
    kyc::search::{self, Found},
};

/// What attempts are sorted by. What does not have the moment counts as later than any: last in ASC, first in DESC. One
/// that is overdue stands where it stood until its expiry is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum AttemptSortField {
    /// When it was created.
    CreatedAt,
    /// When it last changed.
    UpdatedAt,
    /// When its link's validity ends.
    ExpiresAt,
    /// Since when it waits on whoever has to move.
    WaitingSince,
}

/// How attempts are sorted. By default the newest come first.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct AttemptSort {
    /// What they are sorted by.
    field: AttemptSortField,
    /// Which way.
    direction: SortDirection,
}

const NEWEST: AttemptSort =
    AttemptSort { field: AttemptSortField::CreatedAt, direction: SortDirection::Desc };

/// The arguments of `Query.attempts`.
#[derive(InputObject)]
pub struct AttemptsArgs {
    #[graphql(flatten)]
    page: PageArgs,
    /// Which attempts; by default all.
    filter: Option<AttemptFilter>,
    /// How they are sorted; by default the newest first.
    sort: Option<AttemptSort>,
}

/// About how many rows [`AttemptsArgs`] load.
pub fn fan(args: &(dyn Any + Send + Sync)) -> u64 {
    args.downcast_ref::<AttemptsArgs>().map_or(1, |args| args.page.rows())
}

/// A list of the merchant's attempts.
///
/// # Errors
/// BAD_USER_INPUT and CURSOR_INVALID for arguments that make no sense.
pub async fn of_merchant(cx: &Context<'_>, args: &AttemptsArgs, plan: &Plan) -> Result<Page<Attempt>> {
    let scope = cx.scope()?;
    let filter = args.filter.clone().unwrap_or_default();
    let (found, few) = begins_with(cx, scope, &filter).await?;
    let are_few = few.is_some() || filter.is_of_one_customer();
    let select = match few {
        Some((_, ids)) if ids.is_empty() => attempt::Entity::scoped(scope).filter(Expr::value(false)),
        Some((column, ids)) => attempt::Entity::among(scope, cx.backend(), column, ids),
        None => attempt::Entity::scoped(scope),
    };
    let total = if plan.asks("totalCount") {
        let select = match (&found, &filter.search) {
            // To count them all, who is found is collected; to read a page, it may be looked up row by row.
            (Some(_), Some(text)) => {
                select.clone().filter(search::matching(attempt::Column::CustomerId, scope, text)?)
            }
            _ => select.clone(),
        };
        Some(if are_few {
            vec![filter.apply(select, scope, cx.now)?]
        } else {
            filter.counted(select, scope, cx.backend(), cx.now)?
        })
    } else {
        None
    };
    let select = filter.apply(select, scope, cx.now)?;
    let sort = args.sort.unwrap_or(NEWEST);
    let rows = plan.asks_rows().then(|| {
        let select = found.map_or_else(|| select.clone(), |found| select.clone().filter(found));
        if are_few { vec![select] } else { filter.parts(select, sort.field, scope, cx.backend(), cx.now) }
    });
    let keyset = keyset(scope, sort, plan.node_columns(), plan.asks_cursors());
    keyset.page(cx.db(), Asked { rows, total }, &args.page, |row| Attempt::seen(row, cx.now)).await
}

/// The open attempt with the earliest `waitingSince` of those of which a step or a hold waits on a reviewer, and which are
/// `created` in some range.
///
/// # Errors
/// When the database fails.
pub async fn longest_waiting_on_reviewer(
    db: &impl EachRow,
    scope: Scope,
    created: SimpleExpr,
    now: Time,
) -> Result<Option<Arc<Attempt>>> {
    let filter = AttemptFilter::of_reviewers();
    let select = filter.apply(attempt::Entity::scoped(scope).filter(created), scope, now)?;
    let sort = AttemptSort { field: AttemptSortField::WaitingSince, direction: SortDirection::Asc };
    let parts = filter.parts(select, sort.field, scope, db.get_database_backend(), now);
    let first = PageArgs { first: Some(1), after: None, last: None, before: None };
    let asked = Asked { rows: Some(parts), total: None };
    let keyset = keyset(scope, sort, Columns::ALL, false);
    let found = keyset.page(db, asked, &first, |row| Attempt::seen(row, now)).await?;
    Ok(found.edges.into_iter().next().map(|(attempt, _)| attempt))
}

/// What a search asks of attempts, and those that a list begins with, where they are few: whose column has one of these ids.
async fn begins_with(
    cx: &Context<'_>,
    scope: Scope,
    filter: &AttemptFilter,
) -> Result<(Option<Condition>, Option<(attempt::Column, Vec<Uuid>)>)> {
    let customer = attempt::Column::CustomerId;
    let mut found = None;
    if let Some(text) = &filter.search {
        match search::find(cx.db(), customer, scope, text).await? {
            Found::Everybody => {}
            Found::Few(ids) => {
                return Ok((found, Some((customer, ids.into_iter().map(|id| id.0).collect()))));
            }
            Found::Many(condition) => found = Some(condition),
        }
    }
    if let Some(id) = filter.customer() {
        return Ok((found, Some((customer, id.into_iter().map(|id| id.0).collect()))));
    }
    if filter.is_of_one_customer() {
        return Ok((found, None));
    }
    let by_steps = filter.few_by_steps(cx.db(), scope).await?;
    let by_steps = by_steps.map(|ids| (attempt::Column::Id, ids.into_iter().map(|id| id.0).collect()));
    Ok((found, by_steps))
}

/// A page of each customer's attempts, newest first.
///
/// # Errors
/// As [`of_merchant`].
pub async fn of_customers(
    cx: &Context<'_>,
    customers: &[Arc<Customer>],
    args: &PageArgs,
    plan: &Plan,
) -> Result<Vec<Option<Arc<Page<Attempt>>>>> {
    let ids: Vec<_> = customers.iter().map(|customer| customer.row.id.0).collect();
    let scope = cx.scope()?;
    let column = attempt::Column::CustomerId;
    let counts = if plan.asks("totalCount") {
        count_each::<attempt::Entity>(cx.db(), scope, column, &ids).await?
    } else {
        HashMap::new()
    };
    let keyset = Keyset::<attempt::Entity> {
        list: format!("{} customer.attempts", scope.merchant_id()),
        key: Expr::col(attempt::Column::Number),
        id: attempt::Column::Id,
        descending: true,
        of: Place::Number(|row| (i64::from(row.number), row.id.0)),
        columns: always()
            .and([column, attempt::Column::Number].into_iter().collect())
            .and(plan.node_columns()),
        cursors: plan.asks_cursors(),
    };
    let parent = Parent { column, of: |row: &attempt::Model| row.customer_id.0 };
    let show = |row| Attempt::seen(row, cx.now);
    let mut pages = keyset.pages(cx.db(), scope, parent, &ids, args, show).await?;
    Ok(ids
        .iter()
        .map(|id| {
            let total_count = Some(counts.get(id).copied().unwrap_or(0));
            pages.remove(id).map(|page| Arc::new(Page { total_count, ..page }))
        })
        .collect())
}

/// A moment that no attempt reaches: what is missing counts as later than any. The index has the same expression, literal included.
const MISSING: &str = "9999-12-31T00:00:00+00:00";

fn keyset(scope: Scope, sort: AttemptSort, shown: Columns, cursors: bool) -> Keyset<attempt::Entity> {
    let (key, column, of): (SimpleExpr, attempt::Column, Place<attempt::Model>) = match sort.field {
        AttemptSortField::CreatedAt => (
            Expr::col(attempt::Column::CreatedAt),
            attempt::Column::CreatedAt,
            Place::Time(|row| (row.created_at, row.id.0)),
        ),
        AttemptSortField::UpdatedAt => (
            Expr::col(attempt::Column::UpdatedAt),
            attempt::Column::UpdatedAt,
            Place::Time(|row| (row.updated_at, row.id.0)),
        ),
        AttemptSortField::ExpiresAt => (
            Expr::cust(format!("coalesce(expires_at, '{MISSING}')")),
            attempt::Column::ExpiresAt,
            Place::Time(|row| (or_missing(row.expires_at), row.id.0)),
        ),
        AttemptSortField::WaitingSince => (
            Expr::cust(format!("coalesce(waiting_since, '{MISSING}')")),
            attempt::Column::WaitingSince,
            Place::Time(|row| (or_missing(row.waiting_since), row.id.0)),
        ),
    };
    Keyset {
        list: format!("{} attempts {:?} {:?}", scope.merchant_id(), sort.field, sort.direction),
        key,
        id: attempt::Column::Id,
        descending: sort.direction == SortDirection::Desc,
        of,
        columns: always().and(column.into()).and(shown),
        cursors,
    }
}

fn or_missing(time: Option<Time>) -> Time {
    let missing = || MISSING.parse::<Time>().unwrap_or(Time::MAX_UTC);
    time.unwrap_or_else(missing)
}
