//! What a run found, written: the run, its matches, its step, its attempt.

use entity::{
    MatchDecision, Scoped, attempt, customer,
    id::{ScreeningId, StepId},
    screening::{self, ScreenedList, ScreenedLists},
    screening_match::{self, Texts},
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};

use super::{
    MOST_MATCHES, PERFORMED_BY_US,
    inputs::{Hashes, record_hash},
    memory::{Decided, Memory},
};
use crate::{
    checks::sanctions::{
        ENGINE,
        index::{Index, Match, Unscreenable},
        subject::Subject,
    },
    error::{Error, Result},
    kyc::{Change, aggregate::Aggregate, rows, told},
    lifecycle::screening::Verdict,
};

/// What came of holding a name against the lists.
pub(super) enum Run {
    /// There was nothing complete to hold it against.
    Unavailable,
    /// It is no name.
    Unscreenable(Unscreenable),
    Found {
        threshold: f64,
        lists: Vec<ScreenedList>,
        /// Best first, each with the hash of the list's record.
        matches: Vec<(Match, String)>,
    },
}

impl Run {
    /// Holds a name against the lists. Takes a processor, and nothing else.
    pub(super) fn over(index: &Index, subject: &Subject, threshold: f64) -> Result<Self> {
        let found = match index.screen(subject, threshold) {
            Ok(found) => found,
            Err(why) => return Ok(Self::Unscreenable(why)),
        };
        let matches = found
            .into_iter()
            .map(|found| {
                let hash = record_hash(&found.person)?;
                Ok((found, hash))
            })
            .collect::<Result<_>>()?;
        let lists = index.lists().iter().map(|list| ScreenedList {
            name: list.name.clone(),
            version: list.version.clone(),
            number: list.number,
            published_at: list.published_at,
        });
        Ok(Self::Found { threshold, lists: lists.collect(), matches })
    }
}

/// Concludes a step that is due. False when it is not any more, or the customer is not who was screened: then it stays due,
/// and the next run is about who they are now.
pub(super) async fn conclude(
    change: &mut Change<'_>,
    id: StepId,
    hashes: &Hashes,
    run: &Run,
) -> Result<bool> {
    let Some(row) = change.lock_attempt_of_step(id).await? else { return Ok(false) };
    if row.state.is_terminal() {
        return Ok(false);
    }
    let mut aggregate = Aggregate::of(change, row).await?;
    let index = aggregate.index_of(id)?;
    if aggregate.steps[index].check_due_at.is_none_or(|due| due > change.now) {
        return Ok(false);
    }
    // Below the attempt's lock, which a change of the name takes, too.
    let customer = customer::Entity::scoped(change.scope)
        .filter(customer::Column::Id.eq(aggregate.row.customer_id))
        .one(change.txn)
        .await?
        .ok_or_else(|| Error::internal("an attempt of nobody"))?;
    if Hashes::of(&customer)? != *hashes {
        return Ok(false);
    }
    match run {
        Run::Unavailable => leave(change, &mut aggregate, index, Verdict::Unavailable, None, None).await,
        Run::Unscreenable(why) => {
            // What was found about the name before is no result of this one.
            let retired = retire(change, id).await?;
            let note = format!("The screening could not run: {why}.");
            let verdict = Verdict::Unscreenable;
            leave(change, &mut aggregate, index, verdict, Some(&note), retired.as_ref()).await
        }
        Run::Found { threshold, lists, matches } => {
            let run = screening::Model {
                id: change.entropy.id(change.now),
                merchant_id: change.scope.merchant_id(),
                attempt_id: aggregate.row.id,
                step_id: id,
                newest: true,
                screened_at: change.now,
                threshold: *threshold,
                engine: ENGINE,
                inputs_hash: hashes.inputs.clone(),
                identity_hash: hashes.identity.clone(),
                lists: ScreenedLists(lists.clone()),
            };
            write(change, &mut aggregate, index, run, matches).await
        }
    }
}

/// Concludes a step without a run.
async fn leave(
    change: &mut Change<'_>,
    aggregate: &mut Aggregate,
    index: usize,
    verdict: Verdict,
    note: Option<&str>,
    retired: Option<&screening::Model>,
) -> Result<bool> {
    let before = aggregate.steps[index].clone();
    let rules = rows::step_rules_of(&before);
    let Some(step) = rules.conclude(verdict, note, aggregate.row.state, change.now)? else {
        return Ok(false);
    };
    if retired.is_none() && (step.status, &step.reason) == (rules.status, &rules.reason) {
        // It waits for the same already, and nobody sees a difference.
        let after = rows::with_step_rules(before.clone(), step);
        change.write_step(before, after);
        return Ok(true);
    }
    aggregate.write_step_without(change, index, step, Some(PERFORMED_BY_US), retired);
    aggregate.settle_screening(change)?;
    Ok(true)
}

/// Writes a run with all that follows from it.
async fn write(
    change: &mut Change<'_>,
    aggregate: &mut Aggregate,
    index: usize,
    run: screening::Model,
    found: &[(Match, String)],
) -> Result<bool> {
    let memory = Memory::of(change, aggregate.row.customer_id, &run.identity_hash).await?;
    let recalled =
        |(found, hash): &(Match, String)| memory.recall(&found.list, &found.person.entity_id, hash).cloned();
    let mut matches: Vec<_> = found.iter().map(|found| (found, recalled(found))).collect();
    let decision =
        |decided: &Option<Decided>| decided.as_ref().map_or(MatchDecision::Pending, |it| it.decision);
    let verdict = Verdict::of(matches.iter().map(|(_, decided)| decision(decided)));
    let note = (matches.len() > MOST_MATCHES).then(|| {
        // Stable: within each half the best come first.
        matches.sort_by_key(|(_, decided)| decision(decided) == MatchDecision::Cleared);
        format!(
            "Of {} matches the {MOST_MATCHES} that need a decision first are kept. When all are cleared, the screening runs \
             again and brings the next.",
            found.len()
        )
    });
    matches.truncate(MOST_MATCHES);
    let matches: Vec<_> = matches
        .into_iter()
        .zip(1..)
        .map(|((found, decided), position)| row_of(change, &aggregate.row, &run, position, found, decided))
        .collect();

    retire(change, run.step_id).await?;
    screening::Entity::insert(run.clone().into_active_model()).exec_without_returning(change.txn).await?;
    if !matches.is_empty() {
        let rows = matches.iter().cloned().map(IntoActiveModel::into_active_model);
        screening_match::Entity::insert_many(rows).exec_without_returning(change.txn).await?;
    }
    let rules = rows::step_rules_of(&aggregate.steps[index]);
    let step = rules.conclude(verdict, note.as_deref(), aggregate.row.state, change.now)?;
    let step = step.ok_or_else(|| Error::internal("a screening that was due concludes nothing"))?;
    let completed = told::screening_completed(&aggregate.row, &run, &matches, found.len());
    aggregate.write_judged(change, index, step, completed)?;
    Ok(true)
}

/// The newest run of a step is so no more: its matches are a record now. Answers the run as it is after that.
async fn retire(change: &Change<'_>, step: StepId) -> Result<Option<screening::Model>> {
    let newest = screening::Entity::newest_of(change.scope, step).one(change.txn).await?;
    let Some(before) = newest else { return Ok(None) };
    let after = screening::Model { newest: false, ..before.clone() };
    rows::update::<screening::Entity>(change.txn, before, &after).await?;
    Ok(Some(after))
}

fn row_of(
    change: &Change<'_>,
    attempt: &attempt::Model,
    run: &screening::Model,
    position: i32,
    (found, record_hash): &(Match, String),
    decided: Option<Decided>,
) -> screening_match::Model {
    let person = &found.person;
    let names = || person.names.iter().map(|name| name.text.clone());
    let mut countries = person.nationalities.clone();
    countries.extend(person.countries.iter().filter(|code| !person.nationalities.contains(code)).cloned());
    let screening_id: ScreeningId = run.id;
    let pending =
        Decided { decision: MatchDecision::Pending, note: None, by_kind: None, by_id: None, at: None };
    let Decided { decision, note, by_kind, by_id, at } = decided.unwrap_or(pending);
    screening_match::Model {
        id: change.entropy.id(change.now),
        merchant_id: run.merchant_id,
        customer_id: attempt.customer_id,
        attempt_id: attempt.id,
        step_id: run.step_id,
        screening_id,
        position,
        list: found.list.to_string(),
        entity_id: person.entity_id.clone(),
        record_hash: record_hash.clone(),
        listed_name: names().nth(found.name).unwrap_or_default(),
        score: found.score.clamp(0.0, 1.0),
        explanation: Texts(found.explanation.clone()),
        listed_names: Texts(names().collect()),
        listed_birth_dates: Texts(person.births.iter().map(ToString::to_string).collect()),
        listed_countries: Texts(countries),
        programs: Texts(person.programs.clone()),
        identity_hash: run.identity_hash.clone(),
        decision,
        note,
        decided_by_kind: by_kind,
        decided_by_id: by_id,
        decided_at: at,
    }
}
