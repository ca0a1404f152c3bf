//! `Step`: one check of an attempt.

pub mod result;
pub mod write;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, LazyLock},
};

use entity::{
    Role, Scoped, StepKind,
    id::{AttemptId, StepId},
    step,
};
use sea_orm::QueryOrder;

use self::result::{ResultOf, StepResult};
use super::{
    attempt::{self, Attempt},
    exec::{
        Context,
        abstracts::Variants,
        object::{Child, NoArgs, Object, Row},
    },
    reason::Reason,
};
use crate::{error::Result, lifecycle};

/// A step and its attempt, as seen at the moment of the operation.
pub struct Step {
    /// The row.
    pub row: step::Model,
    /// The attempt it belongs to.
    pub attempt: Arc<Attempt>,
}

impl Row for Step {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Step>> = LazyLock::new(|| {
            Object::<Step>::new("Step", "One check of an attempt.")
                .node("The step's id.", |step| step.row.id)
                .shared_part("attempt", "The attempt it belongs to.", |_, step| Arc::clone(&step.attempt))
                .value("kind", "What it checks.", |step| step.row.kind)
                .value("position", "Its place among the attempt's steps, from 1.", |step| step.row.position)
                .value("status", "Where it stands.", |step| step.row.status)
                .value(
                    "waitingOn",
                    "Whose move this step is; null when it needs nobody, and once the attempt is over.",
                    |step| lifecycle::step::waits_on(step.row.waiting_on, step.attempt.row.state),
                )
                .optional_part(
                    "reason",
                    "Why it failed or needs action. A screening's own reason is null below REVIEWER.",
                    |cx, step: &Arc<Step>| {
                        let row = &step.row;
                        // No tipping-off: whoever may talk to the customer must not know what the screening found.
                        if row.kind == StepKind::SanctionScreening && !cx.actor.may(Role::Reviewer) {
                            return None;
                        }
                        let code = row.reason_code.as_deref()?;
                        Some(Reason::of(code, row.reason_message.as_deref(), row.reason_staff_note.as_deref()))
                    },
                )
                .value("tries", "How often it was tried. What was not the customer's fault does not count.", |step| {
                    step.row.tries
                })
                .value("maxTries", "How often it may be tried.", |step| step.row.max_tries)
                .optional_text(
                    "provider",
                    "Who performed it: `sandbox`, `setu`, `embedded`, `reviewer`, `api`; null until somebody did.",
                    |step| step.row.provider.as_deref(),
                )
                .edge_field::<NoArgs>(
                    "result",
                    "What the check found; null until it answered. A screening's is for REVIEWER and up: below, it is null with \
                     a FORBIDDEN error.",
                    |registry| {
                        StepResult::register(registry);
                        result::UNION.to_owned()
                    },
                    true,
                    Child::Abstract(StepResult::possible),
                    ResultOf,
                )
                .value("startedAt", "When it first left NOT_STARTED.", |step| step.row.started_at)
                .value("endedAt", "When it became COMPLETED or FAILED; null again once it is reopened.", |step| {
                    step.row.ended_at
                })
                .value("updatedAt", "When it last changed.", |step| step.row.updated_at)
                .value(
                    "version",
                    "Rises by one with every change. Give it as `expectedVersion` to make sure that nothing has changed \
                     meanwhile.",
                    |step| step.row.version,
                )
        });
        &OBJECT
    }
}

/// The steps of each attempt, in order.
///
/// # Errors
/// When the database fails.
pub async fn of_attempts(
    cx: &Context<'_>,
    attempts: &[Arc<Attempt>],
) -> Result<HashMap<AttemptId, Vec<Arc<Step>>>> {
    let by_id: HashMap<_, _> = attempts.iter().map(|attempt| (attempt.row.id, attempt)).collect();
    let rows = step::Entity::among(
        cx.scope()?,
        cx.db().get_database_backend(),
        step::Column::AttemptId,
        by_id.keys().copied(),
    )
    .order_by_asc(step::Column::AttemptId)
    .order_by_asc(step::Column::Position)
    .all(cx.db())
    .await?;
    let mut found = HashMap::with_capacity(attempts.len());
    for row in rows {
        let Some(attempt) = by_id.get(&row.attempt_id) else { continue };
        let steps: &mut Vec<_> = found.entry(row.attempt_id).or_insert_with(|| Vec::with_capacity(6));
        steps.push(Arc::new(Step { row, attempt: Arc::clone(attempt) }));
    }
    Ok(found)
}

/// Steps of the scope by id, with their attempts.
///
/// # Errors
/// When the database fails.
pub async fn by_id(
    cx: &Context<'_>,
    ids: impl IntoIterator<Item = StepId>,
) -> Result<HashMap<StepId, Arc<Step>>> {
    let mut ids: BTreeSet<_> = ids.into_iter().collect();
    let mut rows = Vec::new();
    if let Some(row) = cx.moment.and_then(|moment| moment.step.as_ref())
        && ids.remove(&row.id)
    {
        rows.push(row.clone());
    }
    if !ids.is_empty() {
        let select = step::Entity::among(cx.scope()?, cx.db().get_database_backend(), step::Column::Id, ids);
        rows.extend(select.all(cx.db()).await?);
    }
    let attempts = attempt::by_id(cx, rows.iter().map(|row| row.attempt_id)).await?;
    let steps = rows.into_iter().filter_map(|row| {
        let attempt = Arc::clone(attempts.get(&row.attempt_id)?);
        Some((row.id, Arc::new(Step { row, attempt })))
    });
    Ok(steps.collect())
}
