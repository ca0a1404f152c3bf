//! Lists of attempts: filters, sorts and pages.

use std::{any::Any, collections::HashMap, sync::Arc};

use async_graphql::{Enum, ID, InputObject};
use entity::{
    AttemptState, ExpiryReason, Party, Scope, Scoped, StepKind, StepStatus, Time, attempt, customer,
    id::CustomerId, step,
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, QueryFilter, QuerySelect, QueryTrait, Select,
    sea_query::{Expr, SimpleExpr},
};

use super::{Attempt, always};
use crate::{
    error::{Error, Result},
    graphql::{
        customer::Customer,
        exec::{
            Context,
            connection::{Page, PageArgs},
            plan::Plan,
        },
        keyset::{Key, Keyset, Parent, Place, Rows, count, count_each},
        scalar::DateTime,
        sort::SortDirection,
    },
    kyc::search::{self, Found},
};

/// Which attempts. All conditions have to hold; an absent or null one always does.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AttemptFilter {
    /// One of these states, as seen now.
    state: Option<Vec<AttemptState>>,
    /// Attempts whose move it is this party's.
    waiting_on: Option<Party>,
    /// Attempts of which some step or hold waits on one of these parties: a reviewer's queue is `[REVIEWER]`.
    needs: Option<Vec<Party>>,
    /// Open attempts with an active hold, or those without.
    on_hold: Option<bool>,
    /// Attempts of this customer.
    customer_id: Option<ID>,
    /// Attempts of the customer with this reference.
    customer_reference: Option<String>,
    /// With `stepStatus`: attempts whose step of this kind has one of these statuses. Alone: attempts that have such a step.
    step_kind: Option<StepKind>,
    /// Attempts of which some step (the one of `stepKind`, if that is given) has one of these statuses.
    step_status: Option<Vec<StepStatus>>,
    /// Attempts that expired for one of these reasons.
    expiry_reason: Option<Vec<ExpiryReason>>,
    /// Created at this moment or later.
    created_from: Option<DateTime>,
    /// Created before this moment.
    created_to: Option<DateTime>,
    /// Ended at this moment or later.
    ended_from: Option<DateTime>,
    /// Ended before this moment.
    ended_to: Option<DateTime>,
    /// The beginning of any word of the customer's name, or of their reference. Several words must all be found.
    search: Option<String>,
}

/// What attempts are sorted by. Attempts that do not have the moment come last.
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
    let mut select = attempt::Entity::scoped(scope);
    if let Some(filter) = &args.filter {
        if let Some(text) = &filter.search {
            let customer = attempt::Column::CustomerId;
            select = match search::find(cx.db(), customer, scope, text).await? {
                Found::Everybody => select,
                Found::Few(ids) if ids.is_empty() => select.filter(Expr::value(false)),
                Found::Few(ids) => attempt::Entity::among(scope, cx.backend(), customer, ids),
                Found::Many(condition) => select.filter(condition),
            };
        }
        select = filter.apply(select, scope, cx.now)?;
    }
    let total_count =
        if plan.asks("totalCount") { Some(count(cx.db(), select.clone()).await?) } else { None };
    let rows = if plan.asks_rows() {
        keyset(scope, args.sort, plan).page(cx.db(), select, &args.page).await?
    } else {
        Rows::none(&args.page)?
    };
    Ok(page(rows, total_count, cx.now))
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
        of: |row| (Key::Number(i64::from(row.number)), row.id.0),
        columns: always()
            .and([column, attempt::Column::Number].into_iter().collect())
            .and(plan.node_columns()),
        cursors: plan.asks_cursors(),
    };
    let parent = Parent { column, of: |row: &attempt::Model| row.customer_id.0 };
    let mut pages = keyset.pages(cx.db(), scope, parent, &ids, args).await?;
    Ok(ids
        .iter()
        .map(|id| {
            let total = counts.get(id).copied().unwrap_or(0);
            pages.remove(id).map(|rows| Arc::new(page(rows, Some(total), cx.now)))
        })
        .collect())
}

fn page(rows: Rows<attempt::Model>, total_count: Option<i64>, now: Time) -> Page<Attempt> {
    rows.into_page(total_count, |row| Attempt::seen(row, now))
}

/// A moment that no attempt reaches: what is missing sorts last. The index has the same expression, literal included.
const MISSING: &str = "9999-12-31T00:00:00+00:00";

fn keyset(scope: Scope, sort: Option<AttemptSort>, plan: &Plan) -> Keyset<attempt::Entity> {
    let sort =
        sort.unwrap_or(AttemptSort { field: AttemptSortField::CreatedAt, direction: SortDirection::Desc });
    let (key, column, of): (SimpleExpr, attempt::Column, Place<attempt::Model>) = match sort.field {
        AttemptSortField::CreatedAt => {
            (Expr::col(attempt::Column::CreatedAt), attempt::Column::CreatedAt, |row| {
                (Key::Time(row.created_at), row.id.0)
            })
        }
        AttemptSortField::UpdatedAt => {
            (Expr::col(attempt::Column::UpdatedAt), attempt::Column::UpdatedAt, |row| {
                (Key::Time(row.updated_at), row.id.0)
            })
        }
        AttemptSortField::ExpiresAt => {
            (Expr::cust(format!("coalesce(expires_at, '{MISSING}')")), attempt::Column::ExpiresAt, |row| {
                (or_missing(row.expires_at), row.id.0)
            })
        }
        AttemptSortField::WaitingSince => (
            Expr::cust(format!("coalesce(waiting_since, '{MISSING}')")),
            attempt::Column::WaitingSince,
            |row| (or_missing(row.waiting_since), row.id.0),
        ),
    };
    Keyset {
        list: format!("{} attempts {:?} {:?}", scope.merchant_id(), sort.field, sort.direction),
        key,
        id: attempt::Column::Id,
        descending: sort.direction == SortDirection::Desc,
        of,
        columns: always().and(column.into()).and(plan.node_columns()),
        cursors: plan.asks_cursors(),
    }
}

fn or_missing(time: Option<Time>) -> Key {
    let missing = || MISSING.parse::<Time>().unwrap_or(Time::MAX_UTC);
    Key::Time(time.unwrap_or_else(missing))
}

impl AttemptFilter {
    fn apply(
        &self,
        select: Select<attempt::Entity>,
        scope: Scope,
        now: Time,
    ) -> Result<Select<attempt::Entity>> {
        use attempt::Column;
        // A new field of the filter does not compile until it is handled.
        let Self {
            state,
            waiting_on,
            needs,
            on_hold,
            customer_id,
            customer_reference,
            step_kind,
            step_status,
            expiry_reason,
            created_from,
            created_to,
            ended_from,
            ended_to,
            // It is where the list begins.
            search: _,
        } = self;
        let open_at_now = || Condition::any().add(Column::DueAt.is_null()).add(Column::DueAt.gt(now));
        let mut all = Condition::all();
        if let Some(states) = state {
            all = all.add(attempt::in_state(states, now));
        }
        if let Some(party) = waiting_on {
            all = all.add(Column::WaitingOn.eq(*party)).add(open_at_now());
        }
        if let Some(parties) = needs {
            // An OR with a constant would hide them, too: of one party, the condition is its flag alone.
            let mut any = Condition::any();
            if parties.is_empty() {
                any = any.add(Expr::value(false));
            }
            for party in parties {
                any = any.add(match party {
                    // The text of the partial indexes: a bound value would hide them from the planner.
                    Party::Customer => Expr::col(Column::NeedsCustomer),
                    Party::Provider => Expr::col(Column::NeedsProvider),
                    Party::Reviewer => Expr::col(Column::NeedsReviewer),
                });
            }
            all = all.add(any).add(open_at_now());
        }
        match on_hold {
            Some(true) => all = all.add(Expr::cust("active_holds > 0")).add(Column::EndedAt.is_null()),
            // What is over is on hold no more.
            Some(false) => {
                all = all
                    .add(Condition::any().add(Column::ActiveHolds.eq(0)).add(Column::EndedAt.is_not_null()));
            }
            None => {}
        }
        if let Some(id) = customer_id {
            // An id of something else finds nothing, like the id of another merchant's customer.
            all = match id.parse::<CustomerId>() {
                Ok(id) => all.add(Column::CustomerId.eq(id)),
                Err(_) => all.add(Expr::value(false)),
            };
        }
        if let Some(reference) = customer_reference {
            let customers = customer::Entity::scoped(scope)
                .filter(customer::Column::Reference.eq(without_nul(reference)?))
                .select_only()
                .column(customer::Column::Id);
            all = all.add(Column::CustomerId.in_subquery(customers.into_query()));
        }
        if step_kind.is_some() || step_status.is_some() {
            let mut steps = step::Entity::scoped(scope).select_only().column(step::Column::AttemptId);
            if let Some(kind) = step_kind {
                steps = steps.filter(step::Column::Kind.eq(*kind));
            } else {
                // The index leads with the kind: name them all.
                steps = steps.filter(step::Column::Kind.is_in(StepKind::ALL.iter().copied()));
            }
            if let Some(statuses) = step_status {
                steps = steps.filter(step::Column::Status.is_in(statuses.iter().copied()));
            }
            all = all.add(Column::Id.in_subquery(steps.into_query()));
        }
        if let Some(reasons) = expiry_reason {
            let mut any = Condition::any().add(Column::ExpiryReason.is_in(reasons.iter().copied()));
            // The unwritten ones: `lifecycle::attempt::overdue` in SQL.
            if reasons.contains(&ExpiryReason::NeverOpened) {
                any = any.add(attempt::overdue(now).and(Column::LinkOpenCount.eq(0)));
            }
            if reasons.contains(&ExpiryReason::Abandoned) {
                any = any.add(attempt::overdue(now).and(Column::LinkOpenCount.gt(0)));
            }
            all = all.add(any);
        }
        check_range("created", created_from.as_ref(), created_to.as_ref())?;
        if let Some(from) = created_from {
            all = all.add(Column::CreatedAt.gte(from.0));
        }
        if let Some(to) = created_to {
            all = all.add(Column::CreatedAt.lt(to.0));
        }
        check_range("ended", ended_from.as_ref(), ended_to.as_ref())?;
        // An expiry that nobody has written yet ended the attempt when it was due.
        if let Some(from) = ended_from {
            let unwritten = attempt::overdue(now).and(Column::DueAt.gte(from.0));
            all = all.add(Condition::any().add(Column::EndedAt.gte(from.0)).add(unwritten));
        }
        if let Some(to) = ended_to {
            let unwritten = attempt::overdue(now).and(Column::DueAt.lt(to.0));
            // What ended before was created before: the newest, which are read first, are left out by their index.
            all = all
                .add(Column::CreatedAt.lt(to.0))
                .add(Condition::any().add(Column::EndedAt.lt(to.0)).add(unwritten));
        }
        Ok(select.filter(all))
    }
}

/// `from` before `to`.
///
/// # Errors
/// BAD_USER_INPUT when it is not.
pub fn check_range(name: &str, from: Option<&DateTime>, to: Option<&DateTime>) -> Result<()> {
    match (from, to) {
        (Some(from), Some(to)) if from.0 > to.0 => Err(Error::BadInput(format!(
            "`{name}From` is after `{name}To`. From is inclusive, to is exclusive; give the earlier moment as from."
        ))),
        _ => Ok(()),
    }
}

/// PostgreSQL keeps no NUL in a text: nothing can be found by it.
///
/// # Errors
/// BAD_USER_INPUT when there is one.
pub fn without_nul(text: &str) -> Result<&str> {
    if text.contains('\0') {
        return Err(Error::BadInput("A text contains a NUL character. Remove it.".into()));
    }
    Ok(text)
}
