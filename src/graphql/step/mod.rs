//! `Step`: one check of an attempt.

mod found;
pub mod result;
pub mod write;

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, LazyLock},
};

use entity::{
    Role, Scoped, StepKind,
    id::{AttemptId, StepId},
    pick::Columns,
    step::{self, Column},
};
use sea_orm::QueryOrder;

use self::result::{ResultOf, StepResult};
use super::{
    attempt::{self, Attempt},
    exec::{
        Context,
        abstracts::Variants,
        object::{Child, NoArgs, Object, Row},
        plan::Plan,
    },
    reason::{self, Reason},
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
                .reads([Column::Id])
                .shared_part("attempt", "The attempt it belongs to.", |_, step| Arc::clone(&step.attempt))
                .reads([Column::AttemptId])
                .value("kind", "What it checks.", |step| step.row.kind)
                .reads([Column::Kind])
                .value("position", "Its place among the attempt's steps, from 1.", |step| step.row.position)
                .reads([Column::Position])
                .value("status", "Where it stands.", |step| step.row.status)
                .reads([Column::Status])
                .value(
                    "waitingOn",
                    "Whose move this step is; null when it needs nobody, and once the attempt is over.",
                    |step| lifecycle::step::waits_on(step.row.waiting_on, step.attempt.row.state),
                )
                .reads([Column::WaitingOn])
                .optional_part(
                    "reason",
                    "Why it failed or needs action. A screening's own reason, and one that is for staff only, is null below REVIEWER.",
                    |cx, step: &Arc<Step>| {
                        let row = &step.row;
                        let code = row.reason_code.as_deref()?;
                        // No tipping-off: whoever may talk to the customer must not know what the screening found, or who is suspected.
                        let is_screening = row.kind == StepKind::SanctionScreening;
                        if is_screening && !cx.actor.may(Role::Reviewer) || reason::is_hidden_from(cx, code) {
                            return None;
                        }
                        Some(Reason::of(code, row.reason_message.as_deref(), row.reason_staff_note.as_deref()))
                    },
                )
                .reads([Column::Kind, Column::ReasonCode, Column::ReasonMessage, Column::ReasonStaffNote])
                .value("tries", "How often it was tried. What was not the customer's fault does not count.", |step| {
                    step.row.tries
                })
                .reads([Column::Tries])
                .value("maxTries", "How often it may be tried.", |step| step.row.max_tries)
                .reads([Column::MaxTries])
                .optional_text(
                    "provider",
                    "Who performed it: `sandbox`, `setu`, `embedded`, `reviewer`, `api`; null until somebody did.",
                    |step| step.row.provider.as_deref(),
                )
                .reads([Column::Provider])
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
                .reads([Column::StartedAt])
                .value("endedAt", "When it became COMPLETED or FAILED; null again once it is reopened.", |step| {
                    step.row.ended_at
                })
                .reads([Column::EndedAt])
                .value("updatedAt", "When it last changed.", |step| step.row.updated_at)
                .reads([Column::UpdatedAt])
                .value(
                    "version",
                    "Rises by one with every change. Give it as `expectedVersion` to make sure that nothing has changed \
                     meanwhile.",
                    |step| step.row.version,
                )
                .reads([Column::Version])
        });
        &OBJECT
    }
}

/// The steps of each attempt, in order, with these columns beside those that every step is loaded with.
///
/// # Errors
/// When the database fails.
pub async fn of_attempts(
    cx: &Context<'_>,
    attempts: &[Arc<Attempt>],
    columns: Columns,
) -> Result<HashMap<AttemptId, Vec<Arc<Step>>>> {
    let columns = columns.and(Column::AttemptId.into());
    if let [only] = attempts
        && let Some(rows) = only.steps_beside(columns)
    {
        let steps = rows.iter().map(|row| Arc::new(Step { row: row.clone(), attempt: Arc::clone(only) }));
        return Ok(HashMap::from([(only.row.id, steps.collect())]));
    }
    let none = || Vec::with_capacity(StepKind::ALL.len());
    let mut found: Vec<_> = attempts.iter().map(|attempt| (attempt, none())).collect();
    let places: HashMap<_, _> =
        attempts.iter().enumerate().map(|(at, attempt)| (attempt.row.id, at)).collect();
    let select = step::Entity::among(cx.scope()?, cx.backend(), Column::AttemptId, places.keys().copied())
        .order_by_asc(Column::AttemptId)
        .order_by_asc(Column::Position);
    let mut at = None;
    let keep = |row: step::Model| {
        // Those of one attempt come one after another: it is looked up once.
        if at.is_none_or(|at: usize| attempts[at].row.id != row.attempt_id) {
            at = places.get(&row.attempt_id).copied();
        }
        if let Some((attempt, steps)) = at.and_then(|at| found.get_mut(at)) {
            steps.push(Arc::new(Step { row, attempt: Arc::clone(attempt) }));
        }
    };
    cx.rows(select, columns, keep).await?;
    Ok(found.into_iter().map(|(attempt, steps)| (attempt.row.id, steps)).collect())
}

/// Steps of the scope by id, with their attempts, as far as a plan reads both; whole without one.
///
/// # Errors
/// When the database fails.
pub async fn by_id(
    cx: &Context<'_>,
    ids: impl IntoIterator<Item = StepId>,
    plan: Option<&Plan>,
) -> Result<HashMap<StepId, Arc<Step>>> {
    let mut ids: BTreeSet<_> = ids.into_iter().collect();
    let mut rows = Vec::new();
    if let Some(row) = cx.moment.and_then(|moment| moment.step.as_ref())
        && ids.remove(&row.id)
    {
        rows.push(row.clone());
    }
    if !ids.is_empty() {
        let select = step::Entity::among(cx.scope()?, cx.backend(), Column::Id, ids);
        let named = [Column::Id, Column::AttemptId].into_iter().collect();
        rows.extend(cx.rows(select, plan.map_or(Columns::ALL, Plan::columns).and(named), |row| row).await?);
    }
    let above = plan.map_or(Columns::ALL, |plan| plan.below("attempt").map(Plan::columns).collect());
    let attempts = attempt::by_id(cx, rows.iter().map(|row| row.attempt_id), above).await?;
    let steps = rows.into_iter().filter_map(|row| {
        let attempt = Arc::clone(attempts.get(&row.attempt_id)?);
        Some((row.id, Arc::new(Step { row, attempt })))
    });
    Ok(steps.collect())
}
