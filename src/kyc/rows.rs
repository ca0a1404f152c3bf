//! Between the rows and what the rules know of them: the only place that spells both.

use entity::{
    AttemptState, MerchantMode, StepStatus, Time, attempt, customer,
    id::{AttemptId, StepId},
    step,
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, EntityTrait, IntoActiveModel, Iterable, ModelTrait};

use crate::{
    error::Result,
    lifecycle::{
        attempt::{Attempt, Needs},
        link::Link,
        reasons::Reason,
        statuses::Statuses,
        step::Step,
    },
};

/// What the rules know of an attempt, as written.
pub fn rules_of(row: &attempt::Model) -> Attempt {
    Attempt {
        state: row.state,
        waiting_on: row.waiting_on,
        waiting_since: row.waiting_since,
        needs: Needs {
            customer: row.needs_customer,
            provider: row.needs_provider,
            reviewer: row.needs_reviewer,
        },
        active_holds: row.active_holds,
        completed_steps: row.completed_steps,
        total_steps: row.total_steps,
        statuses: Statuses(row.step_statuses),
        started_at: row.started_at,
        ended_at: row.ended_at,
        due_at: row.due_at,
        link: link_of(row),
        expiry_reason: row.expiry_reason,
        rejection: reason_of(
            row.rejection_code.as_deref(),
            row.rejection_message.as_deref(),
            row.rejection_staff_note.as_deref(),
        ),
    }
}

/// The link of an attempt; none when it has none.
pub fn link_of(row: &attempt::Model) -> Option<Link> {
    row.expires_at.map(|expires_at| Link {
        issued: row.link_issued_count,
        opened: row.link_open_count,
        last_opened_at: row.link_last_opened_at,
        expires_at,
        revoked_at: row.link_revoked_at,
        expiry_recorded: row.link_expiry_recorded,
    })
}

/// What the rules know of a step.
pub fn step_rules_of(row: &step::Model) -> Step {
    Step {
        kind: row.kind,
        status: row.status,
        waiting_on: row.waiting_on,
        reason: reason_of(
            row.reason_code.as_deref(),
            row.reason_message.as_deref(),
            row.reason_staff_note.as_deref(),
        ),
        tries: row.tries,
        max_tries: row.max_tries,
        started_at: row.started_at,
        ended_at: row.ended_at,
        deadline_at: row.deadline_at,
        check_due_at: row.check_due_at,
    }
}

/// The code says whether there is a reason.
fn reason_of(code: Option<&str>, message: Option<&str>, staff_note: Option<&str>) -> Option<Reason> {
    code.map(|code| Reason {
        code: code.to_owned(),
        message: message.unwrap_or_default().to_owned(),
        staff_note: staff_note.map(str::to_owned),
    })
}

/// The row of an attempt after a change of it, or of anything below it: its version rises.
pub(crate) fn attempt_after(row: &attempt::Model, rules: Attempt, now: Time) -> attempt::Model {
    let mut after = with_rules(row.clone(), rules);
    after.version += 1;
    after.updated_at = now;
    after
}

/// The row of a step after a move: its version rises.
pub(crate) fn step_after(row: &step::Model, rules: Step, now: Time) -> step::Model {
    let mut after = with_step_rules(row.clone(), rules);
    after.version += 1;
    after.updated_at = now;
    after
}

/// The row of a new attempt.
pub(crate) fn new_attempt(
    id: AttemptId,
    now: Time,
    customer: &customer::Model,
    number: i32,
    mode: MerchantMode,
    redirect_url: Option<String>,
    rules: Attempt,
) -> attempt::Model {
    let row = attempt::Model {
        id,
        merchant_id: customer.merchant_id,
        customer_id: customer.id,
        number,
        newest: true,
        mode,
        redirect_url,
        consented_at: None,
        created_at: now,
        updated_at: now,
        version: 1,
        // All below is the rules', and written over.
        state: AttemptState::Created,
        waiting_on: None,
        waiting_since: None,
        needs_customer: false,
        needs_provider: false,
        needs_reviewer: false,
        active_holds: 0,
        completed_steps: 0,
        total_steps: 0,
        step_statuses: 0,
        rejection_code: None,
        rejection_message: None,
        rejection_staff_note: None,
        expiry_reason: None,
        started_at: None,
        ended_at: None,
        expires_at: None,
        due_at: None,
        link_issued_count: 0,
        link_open_count: 0,
        link_last_opened_at: None,
        link_revoked_at: None,
        link_expiry_recorded: false,
    };
    with_rules(row, rules)
}

/// The row of a step of a new attempt; `position` from 1.
pub(crate) fn new_step(id: StepId, attempt: &attempt::Model, position: i32, rules: Step) -> step::Model {
    let row = step::Model {
        id,
        merchant_id: attempt.merchant_id,
        attempt_id: attempt.id,
        position,
        provider: None,
        updated_at: attempt.created_at,
        version: 1,
        // All below is the rules', and written over.
        kind: rules.kind,
        status: StepStatus::NotStarted,
        waiting_on: None,
        reason_code: None,
        reason_message: None,
        reason_staff_note: None,
        tries: 0,
        max_tries: 0,
        started_at: None,
        ended_at: None,
        deadline_at: None,
        check_due_at: None,
    };
    with_step_rules(row, rules)
}

/// A row with what the rules say of it.
fn with_rules(row: attempt::Model, rules: Attempt) -> attempt::Model {
    let Attempt {
        state,
        waiting_on,
        waiting_since,
        needs: Needs { customer, provider, reviewer },
        active_holds,
        completed_steps,
        total_steps,
        statuses: Statuses(step_statuses),
        started_at,
        ended_at,
        due_at,
        link,
        expiry_reason,
        rejection,
    } = rules;
    let (rejection_code, rejection_message, rejection_staff_note) = columns(rejection);
    attempt::Model {
        state,
        waiting_on,
        waiting_since,
        needs_customer: customer,
        needs_provider: provider,
        needs_reviewer: reviewer,
        active_holds,
        completed_steps,
        total_steps,
        step_statuses,
        rejection_code,
        rejection_message,
        rejection_staff_note,
        expiry_reason,
        started_at,
        ended_at,
        expires_at: link.map(|link| link.expires_at),
        due_at,
        link_issued_count: link.map_or(0, |link| link.issued),
        link_open_count: link.map_or(0, |link| link.opened),
        link_last_opened_at: link.and_then(|link| link.last_opened_at),
        link_revoked_at: link.and_then(|link| link.revoked_at),
        link_expiry_recorded: link.is_some_and(|link| link.expiry_recorded),
        ..row
    }
}

/// A row with what the rules say of it. Its version stays.
pub(crate) fn with_step_rules(row: step::Model, rules: Step) -> step::Model {
    let Step {
        kind,
        status,
        waiting_on,
        reason,
        tries,
        max_tries,
        started_at,
        ended_at,
        deadline_at,
        check_due_at,
    } = rules;
    let (reason_code, reason_message, reason_staff_note) = columns(reason);
    step::Model {
        kind,
        status,
        waiting_on,
        reason_code,
        reason_message,
        reason_staff_note,
        tries,
        max_tries,
        started_at,
        ended_at,
        deadline_at,
        check_due_at,
        ..row
    }
}

/// Code, message and staff note.
fn columns(reason: Option<Reason>) -> (Option<String>, Option<String>, Option<String>) {
    match reason {
        Some(Reason { code, message, staff_note }) => (Some(code), Some(message), staff_note),
        None => (None, None, None),
    }
}

/// Writes the columns in which two versions of a row differ; no statement when they are equal. An index whose columns stay
/// is not touched then, and PostgreSQL can keep the new version on the old one's page.
///
/// # Errors
/// When the database fails, or the row is gone.
pub(super) async fn update<E>(txn: &impl ConnectionTrait, before: E::Model, after: &E::Model) -> Result<()>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: Send,
{
    let row = changed::<E>(before, after);
    if row.is_changed() {
        E::update(row).exec_without_returning(txn).await?;
    }
    Ok(())
}

fn changed<E>(before: E::Model, after: &E::Model) -> E::ActiveModel
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
{
    let mut row = before.into_active_model();
    for column in E::Column::iter() {
        row.set_if_not_equals(column, after.get(column));
    }
    row
}

#[cfg(test)]
mod tests;
