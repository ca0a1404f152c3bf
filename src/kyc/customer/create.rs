//! Adding a customer.

use entity::{EventType, Role, customer, search_token};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, SqlErr};

use super::input::{CustomerInput, FIELD, ValidCustomer, draft};
use crate::{
    auth::Actor,
    error::{Error, Result, UserErrorCode},
    events::{Draft, Images},
    kyc::{Change, Key, Kyc, Outcome, search},
};

/// Adds a customer. AGENT up.
///
/// # Errors
/// What [`draft`] and [`insert`] refuse.
pub async fn create(
    kyc: &Kyc,
    actor: &Actor,
    input: CustomerInput,
    key: Option<Key>,
) -> Result<Outcome<customer::Model>> {
    let scope = actor.require(Role::Agent)?;
    let valid = draft(input, kyc.clock.now()).map_err(Error::User)?;
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let valid = valid.clone();
        Box::pin(insert(change, valid))
    })
    .await
}

/// Adds a customer within a change, with what search finds it by, and leaves CUSTOMER_CREATED.
///
/// # Errors
/// TAKEN when the merchant has another customer with this reference. The change cannot go on then: PostgreSQL has
/// aborted the transaction.
pub async fn insert(change: &mut Change<'_>, valid: ValidCustomer) -> Result<customer::Model> {
    let ValidCustomer { reference, name, email, phone, date_of_birth, country } = valid;
    let row = customer::ActiveModel {
        id: Set(change.entropy.id(change.now)),
        merchant_id: Set(change.scope.merchant_id()),
        name_key: Set(search::name_key(&name)),
        reference: Set(reference),
        name: Set(name),
        email: Set(email),
        phone: Set(phone),
        date_of_birth: Set(date_of_birth),
        country: Set(country),
        created_at: Set(change.now),
        updated_at: Set(change.now),
        version: Set(1),
    };
    // Asking first whether the reference is free would leave room for a twin; the constraint leaves none. No other
    // unique value of the row can be in the way: the id is fresh.
    let row = row.insert(change.txn).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::user(
            UserErrorCode::Taken,
            &[FIELD, "reference"],
            "Another customer has this reference. Use that customer, or another reference.",
        ),
        _ => error.into(),
    })?;
    index(change, &row).await?;
    let given = [
        ("reference", row.reference.is_some()),
        ("name", true),
        ("email", row.email.is_some()),
        ("phone", row.phone.is_some()),
        ("dateOfBirth", row.date_of_birth.is_some()),
        ("country", row.country.is_some()),
    ];
    let given: Vec<_> = given.into_iter().filter_map(|(field, is_given)| is_given.then_some(field)).collect();
    change.event(event(EventType::CustomerCreated, &row, &given));
    Ok(row)
}

/// Writes what search finds the customer by, where nothing is written yet.
pub async fn index(change: &Change<'_>, row: &customer::Model) -> Result<()> {
    let tokens = search::tokens(&row.name, row.reference.as_deref()).into_iter();
    let rows = tokens.map(|token| search_token::ActiveModel {
        merchant_id: Set(row.merchant_id),
        token: Set(token),
        customer_id: Set(row.id),
    });
    search_token::Entity::insert_many(rows).exec_without_returning(change.txn).await?;
    Ok(())
}

/// What the log keeps of a customer's change: the names of the fields, never their values.
pub fn event(kind: EventType, row: &customer::Model, fields: &[&str]) -> Draft {
    let details = serde_json::json!({ "fields": fields, "version": row.version });
    let data = Images { details: Some(details), ..Images::default() };
    Draft { data, ..Draft::new(kind).customer(row.id) }
}
