//! Adding a customer.

use entity::{
    Role, Time, customer,
    id::{CustomerId, MerchantId},
    search_token,
};
use sea_orm::{EntityTrait, IntoActiveModel, SqlErr};

use super::input::{CustomerInput, FIELD, ValidCustomer, draft};
use crate::{
    auth::Actor,
    error::{Error, Result, UserErrorCode},
    kyc::{Change, Key, Kyc, Outcome, search, told},
};

/// Adds a customer. AGENT up.
///
/// # Errors
/// What [`draft`] and [`insert`] refuse.
pub async fn create(
    kyc: &Kyc,
    actor: &Actor,
    input: CustomerInput,
    key: Option<String>,
) -> Result<Outcome<customer::Model>> {
    let scope = actor.require(Role::Agent)?;
    let key = key.map(|key| Key::new("customerCreate", key, &input)).transpose()?;
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
    let row = row(valid, change.entropy.id(change.now), change.scope.merchant_id(), change.now);
    // Asking first whether the reference is free would leave room for a twin; the constraint leaves none. No other
    // unique value of the row can be in the way: the id is fresh.
    let insert = customer::Entity::insert(row.clone().into_active_model());
    insert.exec_without_returning(change.txn).await.map_err(|error| match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => Error::user(
            UserErrorCode::Taken,
            &[FIELD, "reference"],
            "Another customer has this reference. Use that customer, or another reference.",
        ),
        _ => error.into(),
    })?;
    index(change, &row).await?;
    change.event(told::customer_created(&row));
    Ok(row)
}

/// The row of a new customer.
pub(crate) fn row(valid: ValidCustomer, id: CustomerId, merchant: MerchantId, now: Time) -> customer::Model {
    let ValidCustomer { reference, name, email, phone, date_of_birth, country } = valid;
    customer::Model {
        id,
        merchant_id: merchant,
        name_key: search::name_key(&name),
        reference,
        name,
        email,
        phone,
        date_of_birth,
        country,
        created_at: now,
        updated_at: now,
        version: 1,
    }
}

/// Writes what search finds the customer by, where nothing is written yet.
pub async fn index(change: &Change<'_>, row: &customer::Model) -> Result<()> {
    let tokens = tokens(row).into_iter().map(IntoActiveModel::into_active_model);
    search_token::Entity::insert_many(tokens).exec_without_returning(change.txn).await?;
    Ok(())
}

/// What search finds a customer by.
pub(crate) fn tokens(row: &customer::Model) -> Vec<search_token::Model> {
    let (merchant_id, customer_id) = (row.merchant_id, row.id);
    let tokens = search::tokens(&row.name, row.reference.as_deref()).into_iter();
    tokens.map(|token| search_token::Model { merchant_id, token, customer_id }).collect()
}
