//! The second pass: a merchant's customers, and their attempts.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    EventType, Scope, Scoped, attempt, customer, event, id::CustomerId, merchant, search_token, whole,
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{BATCH, Walk, attempts, shape};
use crate::{error::Result, kyc::search, lifecycle};

/// Checks a merchant's customers in the order of their ids.
pub(super) async fn check(walk: &mut Walk<'_>, merchant: &merchant::Model) -> Result<()> {
    let mut last = None;
    loop {
        let mut page = customer::Entity::scoped(Scope::of(merchant.id));
        if let Some(last) = last {
            page = page.filter(customer::Column::Id.gt(last));
        }
        let page = page.order_by_asc(customer::Column::Id).limit(BATCH as u64).all(walk.txn).await?;
        let Some(newest) = page.last() else { return Ok(()) };
        last = Some(newest.id);
        batch(walk, merchant, &page).await?;
    }
}

async fn batch(walk: &mut Walk<'_>, merchant: &merchant::Model, page: &[customer::Model]) -> Result<()> {
    let (txn, backend) = (walk.txn, walk.txn.get_database_backend());
    let ids: Vec<CustomerId> = page.iter().map(|row| row.id).collect();
    let tokens = whole::tokens_of(backend, &ids).all(txn).await?;
    let events = whole::customer_events_of(backend, &ids).all(txn).await?;
    let rows = whole::attempts_of(backend, &ids).all(txn).await?;
    walk.has_read(page.len() + tokens.len() + events.len() + rows.len());
    let (tokens, events) = (by(tokens, |row| Some(row.customer_id)), by(events, |row| row.customer_id));
    let attempts = by(rows, |row| Some(row.customer_id));

    let of = |id| attempts.get(&id).map_or(&[][..], Vec::as_slice);
    for row in page {
        walk.report.customers += 1;
        let mut wrong = Vec::new();
        found_by(row, tokens.get(&row.id).map_or(&[], Vec::as_slice), &mut wrong);
        told(row, events.get(&row.id).map_or(&[], Vec::as_slice), &mut wrong);
        turns(walk.now, of(row.id), &mut wrong);
        for what in wrong {
            walk.report.add(merchant.id, format_args!("customer {}", row.id), what);
        }
    }
    let attempts: Vec<_> = attempts
        .into_values()
        .flat_map(|rows| {
            let last = rows.len() - 1;
            rows.into_iter().enumerate().map(move |(index, row)| (row, index == last))
        })
        .collect();
    attempts::check(walk, merchant, &attempts).await
}

fn by<T>(rows: Vec<T>, key: impl Fn(&T) -> Option<CustomerId>) -> BTreeMap<CustomerId, Vec<T>> {
    let mut groups: BTreeMap<_, Vec<T>> = BTreeMap::new();
    for row in rows {
        if let Some(key) = key(&row) {
            groups.entry(key).or_default().push(row);
        }
    }
    groups
}

/// Search and sort know the customer by their present name and reference. The words themselves are personal, and not told.
fn found_by(row: &customer::Model, tokens: &[search_token::Model], wrong: &mut Vec<String>) {
    if row.name_key != search::name_key(&row.name) {
        wrong.push("name_key is not the one of the name".to_owned());
    }
    let due = search::tokens(&row.name, row.reference.as_deref());
    let are: BTreeSet<String> = tokens.iter().map(|token| token.token.clone()).collect();
    let (missing, extra) = (due.difference(&are).count(), are.difference(&due).count());
    if missing + extra > 0 {
        wrong.push(format!("of the search tokens {missing} are missing and {extra} too many"));
    }
    if tokens.iter().any(|token| token.merchant_id != row.merchant_id) {
        wrong.push("a search token is of another merchant".to_owned());
    }
}

/// The log tells of the customer's creation and of each version. `events` are in its order.
fn told(row: &customer::Model, events: &[event::Model], wrong: &mut Vec<String>) {
    if events.first().is_none_or(|first| first.kind != EventType::CustomerCreated) {
        wrong.push("the log does not tell of their creation".to_owned());
    }
    if events.iter().filter(|event| event.kind == EventType::CustomerCreated).nth(1).is_some() {
        wrong.push("the log tells of their creation twice".to_owned());
    }
    if events.iter().any(|event| event.merchant_id != row.merchant_id) {
        wrong.push("another merchant's log tells of them".to_owned());
    }
    let versions = events.iter().map(|event| {
        let details = shape::images(event).ok().and_then(|images| images.details);
        details.and_then(|details| details.get("version").and_then(serde_json::Value::as_i64))
    });
    let mut last = 0;
    for version in versions {
        last += 1;
        if version != Some(last) {
            wrong.push(format!("the log does not tell of version {last}"));
            return;
        }
    }
    if i64::from(row.version) != last {
        wrong.push(format!("version is {}, but the log says {last}", row.version));
    }
    let moments = (events.first().map(|event| event.at), events.last().map(|event| event.at));
    if moments != (Some(row.created_at), Some(row.updated_at)) {
        wrong.push("created_at or updated_at is not the moment that the log says".to_owned());
    }
}

/// A customer's attempts follow one another. They come in the order of their numbers.
fn turns(now: entity::Time, attempts: &[attempt::Model], wrong: &mut Vec<String>) {
    if !attempts.iter().map(|row| row.number).eq((1..).take(attempts.len())) {
        wrong.push("the numbers of the attempts are not 1, 2, 3 …".to_owned());
    }
    let newest: Vec<i32> = attempts.iter().filter(|row| row.newest).map(|row| row.number).collect();
    let last: Vec<i32> = attempts.last().map(|row| row.number).into_iter().collect();
    if newest != last {
        wrong.push(format!("the attempts {newest:?} are marked as the newest; {last:?} should be"));
    }
    let is_open = |row: &&attempt::Model| {
        let overdue = lifecycle::attempt::overdue(row.due_at, row.link_open_count, now);
        !row.state.is_terminal() && overdue.is_none()
    };
    let open: Vec<i32> = attempts.iter().filter(is_open).map(|row| row.number).collect();
    if open.len() > 1 {
        wrong.push(format!("the attempts {open:?} are open at a time"));
    }
}
