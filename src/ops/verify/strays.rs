//! The third pass: rows that belong to nothing.

use std::collections::BTreeSet;

use entity::{
    attempt, check_run, customer, event, hold, id::MerchantId, link, link_session, log_head, merchant,
    screening, screening_match, search_token, step, step_result, unnamed_picture, whole,
};
use sea_orm::{EntityTrait, QuerySelect};

use super::Walk;
use crate::error::Result;

/// Rows of a kind that are looked at: where there are as many, one more teaches nothing.
const MOST: u64 = 1000;

/// Names the rows whose parent does not exist.
pub(super) async fn check(walk: &mut Walk<'_>) -> Result<()> {
    use merchant::{Column::Id as Merchant, Entity as M};
    find::<attempt::Entity, customer::Entity>(
        walk,
        (attempt::Column::CustomerId, customer::Column::Id),
        "its customer does not exist",
        |row| (row.merchant_id, format!("attempt {}", row.id)),
    )
    .await?;
    find::<step::Entity, attempt::Entity>(
        walk,
        (step::Column::AttemptId, attempt::Column::Id),
        "its attempt does not exist",
        |row| (row.merchant_id, format!("step {}", row.id)),
    )
    .await?;
    find::<hold::Entity, attempt::Entity>(
        walk,
        (hold::Column::AttemptId, attempt::Column::Id),
        "its attempt does not exist",
        |row| (row.merchant_id, format!("hold {}", row.id)),
    )
    .await?;
    find::<link::Entity, attempt::Entity>(
        walk,
        (link::Column::AttemptId, attempt::Column::Id),
        "its attempt does not exist",
        |row| (row.merchant_id, format!("link {}", row.id)),
    )
    .await?;
    find::<link_session::Entity, attempt::Entity>(
        walk,
        (link_session::Column::AttemptId, attempt::Column::Id),
        "its attempt does not exist",
        |row| (row.merchant_id, format!("linksession {}", row.id)),
    )
    .await?;
    find::<check_run::Entity, attempt::Entity>(
        walk,
        (check_run::Column::AttemptId, attempt::Column::Id),
        "its attempt does not exist",
        |row| (row.merchant_id, format!("run {}", row.id)),
    )
    .await?;
    find::<step_result::Entity, attempt::Entity>(
        walk,
        (step_result::Column::AttemptId, attempt::Column::Id),
        "its attempt does not exist",
        |row| (row.merchant_id, format!("result {}", row.step_id)),
    )
    .await?;
    find::<screening::Entity, step::Entity>(
        walk,
        (screening::Column::StepId, step::Column::Id),
        "its step does not exist",
        |row| (row.merchant_id, format!("screening {}", row.id)),
    )
    .await?;
    find::<screening::Entity, attempt::Entity>(
        walk,
        (screening::Column::AttemptId, attempt::Column::Id),
        "its attempt does not exist",
        |row| (row.merchant_id, format!("screening {}", row.id)),
    )
    .await?;
    find::<screening_match::Entity, screening::Entity>(
        walk,
        (screening_match::Column::ScreeningId, screening::Column::Id),
        "its screening does not exist",
        |row| (row.merchant_id, format!("match {}", row.id)),
    )
    .await?;
    find::<screening_match::Entity, attempt::Entity>(
        walk,
        (screening_match::Column::AttemptId, attempt::Column::Id),
        "its attempt does not exist",
        |row| (row.merchant_id, format!("match {}", row.id)),
    )
    .await?;
    // Several events tell of one row that is gone: it is named once.
    find::<event::Entity, attempt::Entity>(
        walk,
        (event::Column::AttemptId, attempt::Column::Id),
        "the log tells of it, but there is no such row",
        |row| (row.merchant_id, row.attempt_id.map_or_else(String::new, |id| format!("attempt {id}"))),
    )
    .await?;
    find::<event::Entity, customer::Entity>(
        walk,
        (event::Column::CustomerId, customer::Column::Id),
        "the log tells of them, but there is no such row",
        |row| (row.merchant_id, row.customer_id.map_or_else(String::new, |id| format!("customer {id}"))),
    )
    .await?;
    find::<search_token::Entity, customer::Entity>(
        walk,
        (search_token::Column::CustomerId, customer::Column::Id),
        "they have search tokens, but do not exist",
        |row| (row.merchant_id, format!("customer {}", row.customer_id)),
    )
    .await?;
    for row in unnamed_picture::Entity::named_all_the_same().limit(MOST).all(walk.txn).await? {
        walk.report.add(
            row.merchant_id,
            format!("picture {}", row.key),
            "it is named, and yet to be removed",
        );
    }
    let nobody = "its merchant does not exist";
    find::<customer::Entity, M>(walk, (customer::Column::MerchantId, Merchant), nobody, |row| {
        (row.merchant_id, format!("customer {}", row.id))
    })
    .await?;
    find::<log_head::Entity, M>(walk, (log_head::Column::MerchantId, Merchant), nobody, |row| {
        (row.merchant_id, "log".to_owned())
    })
    .await?;
    find::<event::Entity, M>(walk, (event::Column::MerchantId, Merchant), nobody, |row| {
        (row.merchant_id, format!("event {}", row.seq))
    })
    .await
}

async fn find<C, P>(
    walk: &mut Walk<'_>,
    (child, parent): (C::Column, P::Column),
    what: &str,
    name: fn(&C::Model) -> (MerchantId, String),
) -> Result<()>
where
    C: EntityTrait,
    P: EntityTrait,
{
    let rows = whole::without_parent::<C, P>(child, parent).limit(MOST).all(walk.txn).await?;
    let names: BTreeSet<_> = rows.iter().map(name).collect();
    for (merchant, subject) in names {
        walk.report.add(merchant, subject, what);
    }
    Ok(())
}
