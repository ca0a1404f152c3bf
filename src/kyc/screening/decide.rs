//! The team's decision about a match.

use std::sync::Arc;

use entity::{
    MatchDecision, Role, Scoped, attempt,
    id::{AttemptId, MatchId, StepId},
    screening, screening_match, step,
};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter};
use serde::Serialize;

use super::MOST_MATCHES;
use crate::{
    auth::Actor,
    error::{Error, Result, UserErrorCode},
    kyc::{
        Answer, Change, Key, Kyc, Outcome,
        aggregate::{self, Aggregate},
        attempt::find as find_attempt,
        refusal::not_found,
        rows, told,
    },
    lifecycle::{
        Refusal, reasons,
        screening::{Verdict, decide as may_decide},
    },
};

/// The input of `screeningMatchDecide`. Without `Debug`: a note does not belong into a log.
#[derive(Clone, Serialize)]
pub struct MatchDecide {
    pub match_id: MatchId,
    /// CONFIRMED or CLEARED.
    pub decision: MatchDecision,
    /// Why, for the team: 1 to 2000 characters.
    pub note: String,
}

/// A match after a decision, with its step and attempt.
#[derive(Clone, Debug)]
pub struct MatchDecided {
    pub found: screening_match::Model,
    pub step: step::Model,
    pub attempt: attempt::Model,
}

/// Decides a match of a step's newest run. REVIEWER up. The same decision again is a success that changes nothing.
///
/// # Errors
/// NOT_FOUND; INVALID for PENDING, and for a match of a run that was replaced; ATTEMPT_ENDED; whatever the note is refused
/// for.
pub async fn decide(
    kyc: &Kyc,
    actor: &Actor,
    input: MatchDecide,
    key: Option<String>,
) -> Result<Outcome<MatchDecided>> {
    let scope = actor.require(Role::Reviewer)?;
    let key = key.map(|key| Key::new("screeningMatchDecide", key, &input)).transpose()?;
    let note = reasons::free_text(Some(&input.note), &["note"], reasons::MAX_NOTE)?.ok_or_else(|| {
        Error::user(UserErrorCode::Required, &["note"], "Say why, for whoever looks at this decision later.")
    })?;
    let (id, decision, note) = (input.match_id, input.decision, Arc::new(note));
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let note = Arc::clone(&note);
        Box::pin(async move { apply(change, id, decision, &note).await })
    })
    .await
}

async fn apply(
    change: &mut Change<'_>,
    id: MatchId,
    decision: MatchDecision,
    note: &str,
) -> Result<MatchDecided> {
    let row = change.lock_attempt_of_match(id).await?.ok_or_else(|| not_found("matchId", "No match"))?;
    let before = find(change, id).await?;
    let mut aggregate = Aggregate::of(change, row).await?;
    let index = aggregate.index_of(before.step_id)?;
    let newest = screening::Entity::newest_of(change.scope, before.step_id).one(change.txn).await?;
    if newest.is_none_or(|newest| newest.id != before.screening_id) {
        return Err(Refusal::MatchReplaced.into());
    }
    if !may_decide(before.decision, decision, aggregate.row.state)? {
        return Ok(answer(before, aggregate, index));
    }
    let after = screening_match::Model {
        decision,
        note: Some(note.to_owned()),
        decided_by_kind: Some(change.actor.kind()),
        decided_by_id: change.actor.id(),
        decided_at: Some(change.now),
        ..before.clone()
    };
    let event = told::match_decided(&aggregate.row, &before, &after);
    rows::update::<screening_match::Entity>(change.txn, before, &after).await?;

    let backend = change.txn.get_database_backend();
    let all = screening_match::Entity::of_screenings(change.scope, backend, [after.screening_id])
        .all(change.txn)
        .await?;
    let verdict = Verdict::of(all.iter().map(|one| one.decision));
    let rules = rows::step_rules_of(&aggregate.steps[index]);
    let step = if verdict == Verdict::Clear && all.len() >= MOST_MATCHES {
        // There may have been more than were kept.
        rules.check_again(aggregate.row.state, change.now)
    } else {
        rules.decided(verdict, aggregate.row.state, change.now)?
    };
    let step = step.unwrap_or(rules);
    aggregate.write_judged(change, index, step, event)?;
    Ok(answer(after, aggregate, index))
}

fn answer(found: screening_match::Model, mut aggregate: Aggregate, index: usize) -> MatchDecided {
    MatchDecided { found, step: aggregate.steps.swap_remove(index), attempt: aggregate.row }
}

/// A match that the change knows to exist.
async fn find(change: &Change<'_>, id: MatchId) -> Result<screening_match::Model> {
    let row = screening_match::Entity::scoped(change.scope)
        .filter(screening_match::Column::Id.eq(id))
        .one(change.txn)
        .await?;
    row.ok_or_else(|| Error::internal("a match is gone"))
}

impl Answer for MatchDecided {
    type Ids = (MatchId, StepId, AttemptId);

    fn ids(&self) -> Self::Ids {
        (self.found.id, self.step.id, self.attempt.id)
    }

    fn reload<'c>(change: &'c Change<'_>, (found, step, attempt): Self::Ids) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move {
            Ok(Self {
                found: find(change, found).await?,
                step: aggregate::find_step(change, step).await?,
                attempt: find_attempt(change, attempt).await?,
            })
        })
    }
}
