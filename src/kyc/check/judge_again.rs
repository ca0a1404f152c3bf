//! The customer has another name or birth date: what was found is compared with the new one.

use entity::{ActorKind, Scoped, StepKind, StepStatus, customer, step_result};
use sea_orm::{ColumnTrait, QueryFilter};

use super::ask::who;
use crate::{
    checks::{Answer, Bands, Found, judge},
    error::{Error, Result},
    kyc::{Change, aggregate::Aggregate, rows},
    lifecycle::{
        reasons::known,
        step::{Move, Moved},
    },
};

/// What a name or a birth date that differs makes a reviewer look at, and nothing else does.
const BY_COMPARISON: [&str; 3] = ["NAME_MISMATCH", "NAME_UNAVAILABLE", "DATE_OF_BIRTH_MISMATCH"];

/// Judges again what the steps of an attempt found. A step that passed and would not any more goes to a reviewer; one that waits
/// on a reviewer for its name alone, and would pass now, passes: where the check itself has passed, in the last try, and nobody
/// of the team has moved it since. Whether one moved.
pub(in crate::kyc) async fn judge_again(
    change: &mut Change<'_>,
    aggregate: &mut Aggregate,
    customer: &customer::Model,
    bands: Bands,
) -> Result<bool> {
    let results = step_result::Entity::scoped(change.scope)
        .filter(step_result::Column::AttemptId.eq(aggregate.row.id))
        .filter(step_result::Column::Found.is_not_null())
        // What another try found says nothing about this one.
        .filter(step_result::Column::OfLastTry.eq(true))
        .all(change.txn)
        .await?;
    let mut any = false;
    for before in results {
        let index = aggregate.index_of(before.step_id)?;
        if !matches!(
            aggregate.steps[index].kind,
            StepKind::DigilockerAadhaar | StepKind::Pan | StepKind::BankPennyDrop
        ) {
            continue;
        }
        let found = before.found.clone().map(serde_json::from_value::<Found>);
        let found = found.transpose().map_err(|_| Error::internal("a result cannot be read"))?;
        let judged = judge(Answer::Completed { found }, &who(customer), bands);
        let passed = before.passed;
        let score = judged.name_match.as_ref().map(|name_match| i32::from(name_match.score));
        if score != before.name_match {
            let after = step_result::Model { name_match: score, ..before.clone() };
            rows::update::<step_result::Entity>(change.txn, before, &after).await?;
        }
        any |= move_step(change, aggregate, index, &judged.answer, passed)?;
    }
    Ok(any)
}

fn move_step(
    change: &mut Change<'_>,
    aggregate: &mut Aggregate,
    index: usize,
    judged: &Answer,
    passed: bool,
) -> Result<bool> {
    let step = &aggregate.steps[index];
    let compared = step.reason_code.as_deref().is_some_and(|code| BY_COMPARISON.contains(&code));
    let wish = match (step.status, judged) {
        (StepStatus::Completed, Answer::Failed { code, .. } | Answer::RequiresAction { code, .. }) => {
            // COMPLETED never becomes FAILED by itself: whoever changed the name may have mistyped it.
            Move::new(StepStatus::RequiresAction, ActorKind::System, change.now)
                .because(known(code))
                .action_by(entity::Party::Reviewer)
        }
        (StepStatus::RequiresAction, Answer::Completed { .. })
            if passed && compared && step.waiting_on == Some(entity::Party::Reviewer) =>
        {
            Move::new(StepStatus::Completed, ActorKind::System, change.now)
        }
        _ => return Ok(false),
    };
    match rows::step_rules_of(step).advance(&wish, aggregate.row.state)? {
        Moved::To(moved) => {
            aggregate.write_step(change, index, moved, None);
            Ok(true)
        }
        Moved::Same => Ok(false),
    }
}
