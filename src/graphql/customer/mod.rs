//! `Customer`: a person who is to be verified.

pub mod list;
pub mod write;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, LazyLock},
};

use entity::{
    Scoped,
    customer::{self, Column},
    id::CustomerId,
    pick::Columns,
};
use futures_util::FutureExt;

use super::{
    attempt::{self, Attempt},
    exec::{
        Context,
        connection::{self, Edge, ForwardArgs, Listed, Page, PageArgs},
        object::{NoArgs, Object, Row},
    },
    scalar::Date,
    tracker,
};
use crate::error::Result;

/// A customer.
pub struct Customer {
    /// The row.
    pub row: customer::Model,
}

impl Row for Customer {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Customer>> = LazyLock::new(|| {
            Object::<Customer>::new("Customer", "A person who is to be verified.")
                .node("The customer's id.", |customer| customer.row.id)
                .reads([Column::Id])
                .optional_text("reference", "The merchant's own id of the customer; unique in the merchant.", |customer| {
                    customer.row.reference.as_deref()
                })
                .reads([Column::Reference])
                .text("name", "The name, as the merchant gave it.", |customer| &customer.row.name)
                .reads([Column::Name])
                .optional_text("email", "The e-mail address, in lower case.", |customer| customer.row.email.as_deref())
                .reads([Column::Email])
                .optional_text("phone", "The phone number in E.164 form, for example +919800000000.", |customer| {
                    customer.row.phone.as_deref()
                })
                .reads([Column::Phone])
                .value("dateOfBirth", "The date of birth.", |customer| customer.row.date_of_birth.map(Date))
                .reads([Column::DateOfBirth])
                .optional_text("country", "The country as ISO 3166-1 alpha-2, for example IN.", |customer| {
                    customer.row.country.as_deref()
                })
                .reads([Column::Country])
                .loaded::<Option<entity::AttemptState>>(
                    "kycState",
                    "The state of the newest attempt; null when there is none.",
                    |cx, rows| {
                        async move {
                            let ids = rows.iter().map(|customer| customer.row.id);
                            let newest = attempt::newest_of(cx, ids, Columns::NONE).await?;
                            Ok(rows
                                .iter()
                                .map(|customer| newest.get(&customer.row.id).map(|attempt| attempt.row.state))
                                .collect())
                        }
                        .boxed()
                    },
                )
                .reads([Column::Id])
                .optional::<NoArgs, Attempt>("latestAttempt", "The newest attempt; null when there is none.", |cx, rows, _, plan| {
                    async move {
                        let ids = rows.iter().map(|customer| customer.row.id);
                        let newest = attempt::newest_of(cx, ids, plan.columns()).await?;
                        Ok(rows.iter().map(|customer| newest.get(&customer.row.id).cloned()).collect())
                    }
                    .boxed()
                })
                .reads([Column::Id])
                .one::<PageArgs, Page<Attempt>>("attempts", "The customer's attempts, newest first.", |cx, rows, args, plan| {
                    attempt::list::of_customers(cx, rows, args, plan).boxed()
                })
                .paged()
                .reads([Column::Id])
                .one::<ForwardArgs, Page<tracker::TrackerEvent>>(
                    "recentActivity",
                    "What happened to the customer and their attempts, newest first.",
                    |cx, rows, args, plan| tracker::of_customers(cx, rows, args, plan).boxed(),
                )
                .paged_forward()
                .reads([Column::Id])
                .value("createdAt", "When the customer was added.", |customer| customer.row.created_at)
                .reads([Column::CreatedAt])
                .value("updatedAt", "When the customer's details last changed.", |customer| customer.row.updated_at)
                .reads([Column::UpdatedAt])
                .value("version", "Rises by one with every change of the details. Give it as `expectedVersion` to make sure that nothing has changed meanwhile.", |customer| {
                    customer.row.version
                })
                .reads([Column::Version])
        });
        &OBJECT
    }
}

impl Listed for Customer {
    fn connection() -> &'static Object<Page<Self>> {
        static OBJECT: LazyLock<Object<Page<Customer>>> =
            LazyLock::new(|| connection::connection("CustomerConnection", "A page of customers."));
        &OBJECT
    }

    fn edge() -> &'static Object<Edge<Self>> {
        static OBJECT: LazyLock<Object<Edge<Customer>>> =
            LazyLock::new(|| connection::edge("CustomerEdge", "A customer in a page."));
        &OBJECT
    }
}

/// Customers of the scope by id, with these columns beside the id.
///
/// # Errors
/// When the database fails.
pub async fn by_id(
    cx: &Context<'_>,
    ids: impl IntoIterator<Item = CustomerId>,
    columns: Columns,
) -> Result<HashMap<CustomerId, Arc<Customer>>> {
    let mut ids: BTreeSet<_> = ids.into_iter().collect();
    let mut found = HashMap::new();
    if let Some(row) = cx.moment.and_then(|moment| moment.customer.as_ref())
        && ids.remove(&row.id)
    {
        found.insert(row.id, Arc::new(Customer { row: row.clone() }));
    }
    if ids.is_empty() {
        return Ok(found);
    }
    let select = customer::Entity::among(cx.scope()?, cx.backend(), Column::Id, ids);
    let keep = |row: customer::Model| (row.id, Arc::new(Customer { row }));
    found.extend(cx.rows(select, columns.and(Column::Id.into()), keep).await?);
    Ok(found)
}
