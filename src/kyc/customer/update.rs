//! Changing a customer.

use std::sync::Arc;

use chrono::NaiveDate;
use entity::{
    AttemptState, EventType, Role, Scoped, Time, attempt, customer,
    id::{AttemptId, CustomerId},
    search_token,
};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, QueryFilter, QuerySelect};
use serde::Serialize;

use super::{
    create::index,
    input::{birth_date, keep, name},
};
use crate::{
    auth::Actor,
    checks::Bands,
    error::{Current, Error, Result, UserError, UserErrorCode},
    kyc::{Change, Key, Kyc, Outcome, Patch, aggregate::Aggregate, search, text, told},
};

/// What changes of a customer. Without `Debug`: nothing here belongs into a log.
#[derive(Serialize)]
pub struct CustomerUpdate {
    pub id: CustomerId,
    /// Cannot be cleared.
    pub name: Patch<String>,
    pub email: Patch<String>,
    pub phone: Patch<String>,
    pub date_of_birth: Patch<NaiveDate>,
    pub country: Patch<String>,
    /// The version that the caller has seen; nothing changes when it is another one.
    pub expected_version: Option<i32>,
}

/// A checked [`CustomerUpdate`].
struct Valid {
    id: CustomerId,
    name: Patch<String>,
    email: Patch<String>,
    phone: Patch<String>,
    date_of_birth: Patch<NaiveDate>,
    country: Patch<String>,
    expected_version: Option<i32>,
}

/// Changes a customer. AGENT up. What changes nothing succeeds, without an event and without a new version.
///
/// # Errors
/// NOT_FOUND; VERSION_CONFLICT with the customer; INVALID, REQUIRED or TOO_LONG of a field.
pub async fn update(
    kyc: &Kyc,
    actor: &Actor,
    input: CustomerUpdate,
    key: Option<String>,
) -> Result<Outcome<customer::Model>> {
    let scope = actor.require(Role::Agent)?;
    let key = key.map(|key| Key::new("customerUpdate", key, &input)).transpose()?;
    let valid = Arc::new(check(input, kyc.clock.now()).map_err(Error::User)?);
    let bands = kyc.performing.bands();
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let valid = Arc::clone(&valid);
        Box::pin(async move { apply(change, &valid, bands).await })
    })
    .await
}

fn check(input: CustomerUpdate, now: Time) -> Result<Valid, Vec<UserError>> {
    let CustomerUpdate { id, name, email, phone, date_of_birth, country, expected_version } = input;
    let mut errors = Vec::new();
    let name = if name == Patch::Clear {
        let message = "A customer has a name: leave the field out, or give the new name.";
        Err(UserError::new(UserErrorCode::Required, &["name"], message))
    } else {
        name.try_map(|text| self::name(&["name"], &text))
    };
    let valid = Valid {
        id,
        name: keep(&mut errors, name),
        email: keep(&mut errors, email.try_map(|text| text::email(&["email"], &text))),
        phone: keep(&mut errors, phone.try_map(|text| text::phone(&["phone"], &text))),
        date_of_birth: keep(
            &mut errors,
            date_of_birth.try_map(|date| birth_date(&["dateOfBirth"], date, now)),
        ),
        country: keep(&mut errors, country.try_map(|text| text::country(&["country"], &text))),
        expected_version,
    };
    if errors.is_empty() { Ok(valid) } else { Err(errors) }
}

async fn apply(change: &mut Change<'_>, valid: &Valid, bands: Bands) -> Result<customer::Model> {
    let before = change.lock_customer(valid.id).await?.ok_or_else(|| {
        Error::user(UserErrorCode::NotFound, &["id"], "No customer with this id is visible to you.")
    })?;
    if valid.expected_version.is_some_and(|expected| expected != before.version) {
        let message = format!("The customer has changed: it is at version {} now.", before.version);
        let error = UserError::new(UserErrorCode::VersionConflict, &["expectedVersion"], message);
        return Err(Error::Conflict { error, current: Current::Customer(before.id) });
    }

    let mut after = before.clone();
    valid.write_over(&mut after);
    let renamed = after.name != before.name;
    let reborn = after.date_of_birth != before.date_of_birth;
    let changed = [
        ("name", renamed),
        ("email", after.email != before.email),
        ("phone", after.phone != before.phone),
        ("dateOfBirth", reborn),
        ("country", after.country != before.country),
    ];
    let changed: Vec<_> = changed.into_iter().filter_map(|(field, is)| is.then_some(field)).collect();
    if changed.is_empty() {
        return Ok(before);
    }

    // Who the customer is belongs to the open attempt: its checks compare with the name and the birth date. Its lock
    // comes before any row below it, and its clock may have run out, which ends this change before it has written.
    let attempt = if renamed || reborn { lock_open_attempt(change, before.id).await? } else { None };

    after.version += 1;
    after.updated_at = change.now;
    let mut row: customer::ActiveModel = before.into();
    row.name_key = Set(search::name_key(&after.name));
    row.name = Set(after.name);
    row.email = Set(after.email);
    row.phone = Set(after.phone);
    row.date_of_birth = Set(after.date_of_birth);
    row.country = Set(after.country);
    row.updated_at = Set(after.updated_at);
    row.version = Set(after.version);
    let after = row.update(change.txn).await?;
    if renamed {
        search_token::Entity::forget(after.id).exec(change.txn).await?;
        index(change, &after).await?;
    }

    let mut said = told::customer(EventType::CustomerUpdated, &after, &changed);
    said.attempt_id = attempt.as_ref().map(|attempt| attempt.id);
    change.event(said);
    if let Some(attempt) = attempt {
        Aggregate::of(change, attempt).await?.question_identity(change, &after, bands).await?;
    }
    Ok(after)
}

impl Valid {
    fn write_over(&self, row: &mut customer::Model) {
        if let Patch::Set(name) = &self.name {
            row.name.clone_from(name);
        }
        self.email.apply(&mut row.email);
        self.phone.apply(&mut row.phone);
        self.date_of_birth.apply(&mut row.date_of_birth);
        self.country.apply(&mut row.country);
    }
}

/// Locks the customer's open attempt. Nobody can open another one meanwhile: that takes the customer's lock first.
async fn lock_open_attempt(change: &mut Change<'_>, id: CustomerId) -> Result<Option<attempt::Model>> {
    let open = attempt::Entity::scoped(change.scope)
        .filter(attempt::Column::CustomerId.eq(id))
        .filter(attempt::Column::State.is_in([AttemptState::Created, AttemptState::InProgress]))
        .select_only()
        .column(attempt::Column::Id)
        .into_tuple::<AttemptId>()
        .one(change.txn)
        .await?;
    let Some(open) = open else { return Ok(None) };
    // It may have ended between the two statements.
    Ok(change.lock_attempt(open).await?.filter(|attempt| !attempt.state.is_terminal()))
}
