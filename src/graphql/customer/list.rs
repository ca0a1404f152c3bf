//! Lists of customers: filters, sorts and pages.

use std::any::Any;

use async_graphql::{Enum, InputObject};
use entity::{AttemptState, Scope, Scoped, Time, attempt, customer, pick::Columns};
use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect, QueryTrait, Select, sea_query::Expr};

use super::Customer;
use crate::{
    error::Result,
    graphql::{
        attempt::filter::check_range,
        exec::{
            Context,
            connection::{Page, PageArgs},
            plan::Plan,
        },
        keyset::{Asked, Keyset, Place},
        scalar::DateTime,
        sort::SortDirection,
        words::Words,
    },
    kyc::search::{self, Found},
};

/// Which customers. All conditions have to hold; an absent or null one always does.
#[derive(Clone, Debug, Default, InputObject)]
pub struct CustomerFilter {
    /// The beginning of any word of the name, or of the reference. Several words must all be found.
    search: Option<String>,
    /// Customers whose newest attempt is in one of these states, as seen now.
    state: Option<Words<AttemptState>>,
    /// Added at this moment or later.
    created_from: Option<DateTime>,
    /// Added before this moment.
    created_to: Option<DateTime>,
}

/// What customers are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CustomerSortField {
    /// When they were added.
    CreatedAt,
    /// When their details last changed.
    UpdatedAt,
    /// Their names, without regard to case and accents.
    Name,
}

/// How customers are sorted. By default the newest come first.
#[derive(Clone, Copy, Debug, InputObject)]
pub struct CustomerSort {
    /// What they are sorted by.
    field: CustomerSortField,
    /// Which way.
    direction: SortDirection,
}

/// The arguments of `Query.customers`.
#[derive(InputObject)]
pub struct CustomersArgs {
    #[graphql(flatten)]
    page: PageArgs,
    /// Which customers; by default all.
    filter: Option<CustomerFilter>,
    /// How they are sorted; by default the newest first.
    sort: Option<CustomerSort>,
}

/// About how many rows [`CustomersArgs`] load.
pub fn fan(args: &(dyn Any + Send + Sync)) -> u64 {
    args.downcast_ref::<CustomersArgs>().map_or(1, |args| args.page.rows())
}

/// A list of the merchant's customers.
///
/// # Errors
/// BAD_USER_INPUT and CURSOR_INVALID for arguments that make no sense.
pub async fn of_merchant(cx: &Context<'_>, args: &CustomersArgs, plan: &Plan) -> Result<Page<Customer>> {
    let scope = cx.scope()?;
    let mut select = customer::Entity::scoped(scope);
    // To count them all, who is found is collected; to read a page, it may be looked up row by row.
    let mut page = Condition::all();
    let mut all = Condition::all();
    if let Some(filter) = &args.filter {
        if let Some(text) = &filter.search {
            let id = customer::Column::Id;
            select = match search::find(cx.db(), id, scope, text).await? {
                Found::Everybody => select,
                Found::Few(ids) if ids.is_empty() => select.filter(Expr::value(false)),
                Found::Few(ids) => customer::Entity::among(scope, cx.backend(), id, ids),
                Found::Many(condition) => {
                    (page, all) = (condition, search::matching(id, scope, text)?);
                    select
                }
            };
        }
        select = filter.apply(select, scope, cx.now)?;
    }
    let total = plan.asks("totalCount").then(|| vec![select.clone().filter(all)]);
    let rows = plan.asks_rows().then(|| vec![select.filter(page)]);
    let asked = Asked { rows, total };
    keyset(scope, args.sort, plan).page(cx.db(), asked, &args.page, |row| Customer { row }).await
}

fn keyset(scope: Scope, sort: Option<CustomerSort>, plan: &Plan) -> Keyset<customer::Entity> {
    let sort =
        sort.unwrap_or(CustomerSort { field: CustomerSortField::CreatedAt, direction: SortDirection::Desc });
    let (column, of): (_, Place<customer::Model>) = match sort.field {
        CustomerSortField::CreatedAt => {
            (customer::Column::CreatedAt, Place::Time(|row| (row.created_at, row.id.0)))
        }
        CustomerSortField::UpdatedAt => {
            (customer::Column::UpdatedAt, Place::Time(|row| (row.updated_at, row.id.0)))
        }
        CustomerSortField::Name => {
            (customer::Column::NameKey, Place::Text(|row| (row.name_key.clone(), row.id.0)))
        }
    };
    Keyset {
        list: format!("{} customers {:?} {:?}", scope.merchant_id(), sort.field, sort.direction),
        key: Expr::col(column),
        id: customer::Column::Id,
        descending: sort.direction == SortDirection::Desc,
        of,
        columns: [customer::Column::Id, column].into_iter().collect::<Columns>().and(plan.node_columns()),
        cursors: plan.asks_cursors(),
    }
}

impl CustomerFilter {
    fn apply(
        &self,
        select: Select<customer::Entity>,
        scope: Scope,
        now: Time,
    ) -> Result<Select<customer::Entity>> {
        use customer::Column;
        // Whom to search for is where the list begins.
        let Self { search: _, state, created_from, created_to } = self;
        let mut all = Condition::all();
        if let Some(states) = state {
            let newest = attempt::Entity::scoped(scope)
                .filter(Expr::col(attempt::Column::Newest))
                .filter(attempt::in_state(states, now))
                .select_only()
                .column(attempt::Column::CustomerId);
            all = all.add(Column::Id.in_subquery(newest.into_query()));
        }
        check_range("created", created_from.as_ref(), created_to.as_ref())?;
        if let Some(from) = created_from {
            all = all.add(Column::CreatedAt.gte(from.0));
        }
        if let Some(to) = created_to {
            all = all.add(Column::CreatedAt.lt(to.0));
        }
        Ok(select.filter(all))
    }
}
