//! Attempts by their steps.

use entity::{Scope, Scoped, StepKind, StepStatus, id::AttemptId, step};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, FromQueryResult, QueryFilter, QuerySelect, sea_query::Expr,
};

use super::AttemptFilter;
use crate::{error::Result, lifecycle::statuses};

/// The most steps that are few. With more, a page is soon full, whatever its order.
const FEW: u64 = 2_000;

impl AttemptFilter {
    /// The attempts with a step that it asks for, where those steps are few; none where they are many, or it asks for none.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn few_by_steps(
        &self,
        db: &impl ConnectionTrait,
        scope: Scope,
    ) -> Result<Option<Vec<AttemptId>>> {
        #[derive(FromQueryResult)]
        struct Row {
            attempt_id: AttemptId,
        }
        if self.step_kind.is_none() && self.step_status.is_none() {
            return Ok(None);
        }
        // The index leads with the kind: without one, name them all.
        let kinds: Vec<_> = self.step_kind.map_or_else(|| StepKind::ALL.to_vec(), |kind| vec![kind]);
        let mut steps = step::Entity::scoped(scope)
            .select_only()
            .column(step::Column::AttemptId)
            .filter(step::Column::Kind.is_in(kinds))
            .limit(FEW + 1);
        if let Some(statuses) = &self.step_status {
            steps = steps.filter(step::Column::Status.is_in(statuses.iter().copied()));
        }
        let rows = steps.into_model::<Row>().all(db).await?;
        let mut few: Vec<_> = rows.iter().map(|row| row.attempt_id).collect();
        if few.len() as u64 > FEW {
            return Ok(None);
        }
        few.sort_unstable();
        few.dedup();
        Ok(Some(few))
    }
}

/// That an attempt has a step of this kind, or of any, with one of these statuses, or with any: read from the attempt alone.
pub(super) fn has_one(kind: Option<StepKind>, among: Option<&[StepStatus]>) -> Condition {
    let among: Vec<String> =
        among.unwrap_or(StepStatus::ALL).iter().map(|status| statuses::number(*status).to_string()).collect();
    let mut any = Condition::any().add(Expr::value(false));
    if among.is_empty() {
        return any;
    }
    let (bits, among) = ((1 << statuses::BITS) - 1, among.join(", "));
    for each in kind.as_ref().map_or(StepKind::ALL, std::slice::from_ref) {
        let place = statuses::place(*each);
        any = any.add(Expr::cust(format!("\"attempt\".\"step_statuses\" >> {place} & {bits} IN ({among})")));
    }
    any
}
