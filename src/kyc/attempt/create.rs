//! Creating an attempt.

use std::sync::Arc;

use entity::{Role, attempt, customer, merchant, step};
use sea_orm::{EntityTrait, IntoActiveModel};

use super::{
    AttemptChanged, LinkIssued,
    plan::{AttemptCreate, LinkGenerate, Plan, Who},
};
use crate::{
    auth::Actor,
    error::{Current, Error, Result, UserError, UserErrorCode},
    kyc::{Change, Key, Kyc, Outcome, customer as customers, link, rows, told},
    lifecycle::{
        attempt::Attempt,
        step::{DEFAULT_MAX_TRIES, Step},
    },
};

/// Creates an attempt without a link: driven through the API alone, it never expires by the clock. AGENT up.
///
/// # Errors
/// ACTIVE_ATTEMPT_EXISTS with the open attempt; FORBIDDEN_STEPS; NOT_FOUND or TAKEN of the customer; whatever a new
/// customer's fields are refused for.
pub async fn create(
    kyc: &Kyc,
    actor: &Actor,
    input: AttemptCreate,
    key: Option<String>,
) -> Result<Outcome<AttemptChanged>> {
    let scope = actor.require(Role::Agent)?;
    let key = key.map(|key| Key::new("attemptCreate", key, &input)).transpose()?;
    let plan = Arc::new(Plan::without_link(kyc, input)?);
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let plan = Arc::clone(&plan);
        Box::pin(async move { Ok(AttemptChanged { attempt: begin(change, &plan).await?.0 }) })
    })
    .await
}

/// Creates an attempt with a link for the customer to walk. AGENT up. The URL is shown once.
///
/// # Errors
/// As [`create`]; INVALID of the validity or of the redirect URL.
pub async fn generate(
    kyc: &Kyc,
    actor: &Actor,
    input: LinkGenerate,
    key: Option<String>,
) -> Result<Outcome<LinkIssued>> {
    let scope = actor.require(Role::Agent)?;
    let key = key.map(|key| Key::new("kycLinkGenerate", key, &input)).transpose()?;
    let plan = Arc::new(Plan::with_link(kyc, input)?);
    let public_url = Arc::clone(&kyc.public_url);
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let (plan, public_url) = (Arc::clone(&plan), Arc::clone(&public_url));
        Box::pin(async move {
            let (attempt, token) = begin(change, &plan).await?;
            Ok(LinkIssued { attempt, url: token.map(|token| link::url(&public_url, &token)) })
        })
    })
    .await
}

/// The core of both: the attempt, and the token of its link when it has one.
async fn begin(change: &mut Change<'_>, plan: &Plan) -> Result<(attempt::Model, Option<String>)> {
    let merchant = merchant::Entity::of(change.scope).one(change.txn).await?;
    let merchant = merchant.ok_or_else(|| Error::internal("an actor without a merchant"))?;
    let kinds = plan.steps(&merchant, change.actor)?;
    let validity = plan.link.as_ref().map(|link| link.validity(&merchant)).transpose()?;
    let redirect_url = plan.link.as_ref().map(|link| link.redirect(&merchant)).transpose()?.flatten();

    let (customer, number) = take_turn(change, &plan.who).await?;
    let steps: Vec<Step> =
        kinds.into_iter().map(|kind| Step::new(kind, DEFAULT_MAX_TRIES).beginning_at(change.now)).collect();
    let rules = Attempt::create(&steps, validity, change.now);
    let id = change.entropy.id(change.now);
    let attempt = rows::new_attempt(id, change.now, &customer, number, merchant.mode, redirect_url, rules);
    attempt::Entity::insert(attempt.clone().into_active_model()).exec_without_returning(change.txn).await?;
    let steps: Vec<_> = steps
        .into_iter()
        .zip(1..)
        .map(|(rules, position)| rows::new_step(change.entropy.id(change.now), &attempt, position, rules))
        .collect();
    let created = told::attempt_created(&attempt, &steps);
    steps.iter().for_each(|step| change.check_is_due(step));
    let steps = steps.into_iter().map(step::Model::into_active_model);
    step::Entity::insert_many(steps).exec_without_returning(change.txn).await?;

    change.event(created);
    let token = match validity {
        Some(_) => Some(first_link(change, &attempt).await?),
        None => None,
    };
    change.touched(&attempt);
    Ok((attempt, token))
}

async fn first_link(change: &mut Change<'_>, attempt: &attempt::Model) -> Result<String> {
    let (image, token) = link::issue(change, attempt.id).await?;
    change.event(told::link_generated(attempt, image));
    Ok(token)
}

/// The customer, locked, and the number of their next attempt; the one before is the newest no more. That it is not is no
/// change of its own: whoever replays the log knows it from the next one's creation.
async fn take_turn(change: &mut Change<'_>, who: &Who) -> Result<(customer::Model, i32)> {
    let (key, field) = match who {
        // Nobody else sees them before this change is committed.
        Who::New(valid) => return Ok((customers::insert(change, valid.clone()).await?, 1)),
        Who::Known(key, field) => (key, *field),
    };
    let customer = customers::lock(change, key).await?.ok_or_else(|| {
        Error::user(
            UserErrorCode::NotFound,
            &[field],
            "No such customer is visible to you. Add them with `customer`.",
        )
    })?;
    let Some(newest) = change.lock_newest_attempt(customer.id).await? else { return Ok((customer, 1)) };
    if !newest.state.is_terminal() {
        let message =
            "The customer has an open attempt. Resend its link, or end it before you start another one.";
        let error = UserError::new(UserErrorCode::ActiveAttemptExists, &[field], message);
        return Err(Error::Conflict { error, current: Current::Attempt(newest.id) });
    }
    let number = newest.number + 1;
    let before = attempt::Model { newest: false, ..newest.clone() };
    rows::update::<attempt::Entity>(change.txn, newest, &before).await?;
    Ok((customer, number))
}
