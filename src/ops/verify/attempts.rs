//! Attempts with what is below them: their rows beside their log, and the rules about their rows.

use std::collections::BTreeMap;

use entity::{
    attempt, check_run, event, hold, id::AttemptId, link, link_session, merchant, screening, screening_match,
    step, step_result, whole,
};
use sea_orm::ConnectionTrait;

use super::{
    BATCH, Walk,
    compare::{self, Found, differences},
    journeys,
    replay::Replay,
    screenings,
};
use crate::{
    error::Result,
    events::{
        image::{AttemptImage, HoldImage, LinkImage, StepImage},
        log::Author,
    },
    kyc::rows,
    lifecycle,
};

/// Bytes of a SHA-256.
const HASH: usize = 32;

/// What is below an attempt.
#[derive(Default)]
struct Below {
    steps: Vec<step::Model>,
    holds: Vec<hold::Model>,
    links: Vec<link::Model>,
    sessions: Vec<link_session::Model>,
    runs: Vec<check_run::Model>,
    results: Vec<step_result::Model>,
    screenings: Vec<screening::Model>,
    matches: Vec<screening_match::Model>,
    events: Vec<event::Model>,
}

/// Checks attempts of a merchant; each comes with whether it is its customer's last.
pub(super) async fn check(
    walk: &mut Walk<'_>,
    merchant: &merchant::Model,
    attempts: &[(attempt::Model, bool)],
) -> Result<()> {
    for batch in attempts.chunks(BATCH) {
        let ids: Vec<AttemptId> = batch.iter().map(|(row, _)| row.id).collect();
        let mut below = load(walk, &ids).await?;
        for (row, is_last) in batch {
            let below = below.remove(&row.id).unwrap_or_default();
            walk.report.attempts += 1;
            walk.report.steps += below.steps.len() as u64;
            walk.report.holds += below.holds.len() as u64;
            walk.report.links += below.links.len() as u64;
            walk.report.screenings += below.screenings.len() as u64;
            walk.report.matches += below.matches.len() as u64;
            for (subject, what) in one(merchant, row, *is_last, &below)? {
                walk.report.add(row.merchant_id, subject, what);
            }
        }
    }
    Ok(())
}

async fn load(walk: &mut Walk<'_>, ids: &[AttemptId]) -> Result<BTreeMap<AttemptId, Below>> {
    let (txn, backend) = (walk.txn, walk.txn.get_database_backend());
    let mut all: BTreeMap<AttemptId, Below> = BTreeMap::new();
    let (mut count, steps) = (0, whole::steps_of(backend, ids).all(txn).await?);
    for row in steps {
        count += 1;
        all.entry(row.attempt_id).or_default().steps.push(row);
    }
    for row in whole::holds_of(backend, ids).all(txn).await? {
        count += 1;
        all.entry(row.attempt_id).or_default().holds.push(row);
    }
    for row in whole::links_of(backend, ids).all(txn).await? {
        count += 1;
        all.entry(row.attempt_id).or_default().links.push(row);
    }
    for row in whole::link_sessions_of(backend, ids).all(txn).await? {
        count += 1;
        all.entry(row.attempt_id).or_default().sessions.push(row);
    }
    for row in whole::runs_of(backend, ids).all(txn).await? {
        count += 1;
        all.entry(row.attempt_id).or_default().runs.push(row);
    }
    for row in whole::results_of(backend, ids).all(txn).await? {
        count += 1;
        all.entry(row.attempt_id).or_default().results.push(row);
    }
    for row in whole::screenings_of(backend, ids).all(txn).await? {
        count += 1;
        all.entry(row.attempt_id).or_default().screenings.push(row);
    }
    for row in whole::matches_of(backend, ids).all(txn).await? {
        count += 1;
        all.entry(row.attempt_id).or_default().matches.push(row);
    }
    for row in whole::events_of(backend, ids).all(txn).await? {
        count += 1;
        if let Some(attempt) = row.attempt_id {
            all.entry(attempt).or_default().events.push(row);
        }
    }
    walk.has_read(count);
    Ok(all)
}

/// What is wrong with an attempt.
fn one(merchant: &merchant::Model, row: &attempt::Model, is_last: bool, below: &Below) -> Result<Found> {
    let subject = format!("attempt {}", row.id);
    let mut found = Found::new();
    let replay = Replay::of(&below.events);
    for (seq, what) in &replay.broken {
        found.push((format!("event {seq}"), what.clone()));
    }
    owners(merchant, row, below, &mut found);
    match &replay.attempt {
        None => found.push((subject.clone(), "the log does not tell of it".to_owned())),
        Some(told) => {
            // Whether it is still the newest, the next one's creation tells.
            let told = AttemptImage { newest: is_last, ..told.clone() };
            let differ = differences(&AttemptImage::from(row), &told)?;
            found.extend(differ.into_iter().map(|what| (subject.clone(), what)));
        }
    }
    let mut wrong: Vec<String> = Vec::new();
    if row.link_open_count != replay.opened {
        wrong.push(format!(
            "link_open_count is {}, but it was opened {} times",
            row.link_open_count, replay.opened
        ));
    }
    authors(&replay, &below.holds, &mut found);
    let Replay { steps, holds, links, screenings, .. } = replay;
    found.extend(screenings::check(&below.screenings, &below.matches, &below.steps, row.state, screenings)?);
    found.extend(compare::rows("step", below.steps.iter().map(|row| (row.id, StepImage::from(row))), steps)?);
    found.extend(compare::rows("hold", below.holds.iter().map(|row| (row.id, HoldImage::from(row))), holds)?);
    found.extend(compare::rows("link", below.links.iter().map(|row| (row.id, LinkImage::from(row))), links)?);

    found.extend(journeys::sessions(row, &below.sessions, &below.links));
    found.extend(journeys::runs(row, &below.runs, &below.steps));
    found.extend(journeys::results(row, &below.results, &below.steps));

    let rules: Vec<_> = below.steps.iter().map(rows::step_rules_of).collect();
    wrong.extend(lifecycle::attempt::check(&rows::rules_of(row), &rules));
    counts(row, below, &mut wrong);
    if !row.id.is_of(row.created_at) {
        wrong.push("its id is of another moment than its creation".to_owned());
    }
    texts(merchant, row, &mut wrong);
    found.extend(wrong.into_iter().map(|what| (subject.clone(), what)));
    texts_below(below, &mut found);
    Ok(found)
}

/// Everything about an attempt is of its merchant and its customer.
fn owners(merchant: &merchant::Model, row: &attempt::Model, below: &Below, found: &mut Found) {
    let mut owner = |subject: String, theirs| {
        if theirs != merchant.id {
            found.push((subject, format!("it is of {theirs}, but its customer is of {}", merchant.id)));
        }
    };
    owner(format!("attempt {}", row.id), row.merchant_id);
    below.steps.iter().for_each(|step| owner(format!("step {}", step.id), step.merchant_id));
    below.holds.iter().for_each(|hold| owner(format!("hold {}", hold.id), hold.merchant_id));
    below.links.iter().for_each(|link| owner(format!("link {}", link.id), link.merchant_id));
    below.sessions.iter().for_each(|one| owner(format!("linksession {}", one.id), one.merchant_id));
    below.runs.iter().for_each(|one| owner(format!("run {}", one.id), one.merchant_id));
    below.results.iter().for_each(|one| owner(format!("result {}", one.step_id), one.merchant_id));
    below.screenings.iter().for_each(|run| owner(format!("screening {}", run.id), run.merchant_id));
    below.matches.iter().for_each(|found| owner(format!("match {}", found.id), found.merchant_id));
    below.events.iter().for_each(|event| owner(format!("event {}", event.seq), event.merchant_id));
    for one in below.matches.iter().filter(|one| one.customer_id != row.customer_id) {
        found.push((format!("match {}", one.id), "it is of another customer than its attempt".to_owned()));
    }
    let strange = |event: &&event::Model| event.customer_id != Some(row.customer_id);
    let strangers: Vec<_> = below.events.iter().filter(strange).collect();
    // When they all say so it is the row that is wrong.
    if !strangers.is_empty() && strangers.len() == below.events.len() {
        found.push((format!("attempt {}", row.id), "the log says that it is of another customer".to_owned()));
    } else {
        let what = "its customer is not the one of its attempt";
        found.extend(strangers.into_iter().map(|event| (format!("event {}", event.seq), what.to_owned())));
    }
}

/// The rows of holds name who the log says placed and released them.
fn authors(replay: &Replay, holds: &[hold::Model], found: &mut Found) {
    for hold in holds {
        let Some((placed, released)) = replay.hold_authors.get(&hold.id) else { continue };
        if *placed != (Author { kind: hold.placed_by_kind, id: hold.placed_by_id }) {
            found.push((format!("hold {}", hold.id), "placed_by is not who the log says".to_owned()));
        }
        let row = hold.released_by_kind.map(|kind| Author { kind, id: hold.released_by_id });
        if *released != row || (row.is_none() && hold.released_by_id.is_some()) {
            found.push((format!("hold {}", hold.id), "released_by is not who the log says".to_owned()));
        }
    }
}

/// The row says of what is below it what is there. The counts of steps are the rules' to check.
fn counts(row: &attempt::Model, below: &Below, wrong: &mut Vec<String>) {
    let mut count = |name: &str, says: i32, is: usize| {
        if usize::try_from(says) != Ok(is) {
            wrong.push(format!("{name} is {says}, but there are {is}"));
        }
    };
    let active = below.holds.iter().filter(|hold| hold.released_at.is_none()).count();
    count("active_holds", row.active_holds, active);
    count("link_issued_count", row.link_issued_count, below.links.len());
    let working = below.links.iter().filter(|link| link.replaced_at.is_none()).count();
    if working != usize::from(!below.links.is_empty()) {
        wrong.push(format!("of its links {working} are not replaced, and not the last one alone"));
    }
    if row.expires_at.is_some() == below.links.is_empty() {
        wrong.push("expires_at is set exactly when there is a link".to_owned());
    }
    let opened = row.link_open_count != 0 || row.link_last_opened_at.is_some();
    if row.expires_at.is_none() && (opened || row.link_revoked_at.is_some() || row.link_expiry_recorded) {
        wrong.push("something happened to its link, but it has none".to_owned());
    }
    if !below.steps.iter().map(|step| step.position).eq((1..).take(below.steps.len())) {
        wrong.push("the positions of its steps are not 1, 2, 3 …".to_owned());
    }
    if row.version < 1 || below.steps.iter().any(|step| step.version < 1) {
        wrong.push("versions count from 1, its own and those of its steps".to_owned());
    }
}

/// What the log does not hold, as far as it has a form.
fn texts(merchant: &merchant::Model, row: &attempt::Model, wrong: &mut Vec<String>) {
    if row.mode != merchant.mode {
        wrong.push(format!("its mode is {}, but its merchant's is {}", row.mode, merchant.mode));
    }
    if row.rejection_message.is_some() != row.rejection_code.is_some() {
        wrong.push("a rejection has a message, and nothing else has".to_owned());
    }
    if row.rejection_staff_note.is_some() && row.rejection_code.is_none() {
        wrong.push("it has a staff note on a rejection, but no rejection".to_owned());
    }
    // Where a journey leads to when it is over is said with its link.
    if row.redirect_url.is_some() && row.link_issued_count == 0 {
        wrong.push("it has a redirect URL, but never had a link".to_owned());
    }
}

fn texts_below(below: &Below, found: &mut Found) {
    let mut rule = |holds: bool, subject: String, what: &str| {
        if !holds {
            found.push((subject, what.to_owned()));
        }
    };
    for step in &below.steps {
        let subject = || format!("step {}", step.id);
        let explained = step.reason_code.is_some();
        rule(
            step.reason_message.is_some() == explained,
            subject(),
            "a reason has a message, and nothing else has",
        );
        rule(
            explained || step.reason_staff_note.is_none(),
            subject(),
            "it has a staff note on a reason, but no reason",
        );
    }
    for hold in &below.holds {
        let subject = || format!("hold {}", hold.id);
        rule(!hold.reason_message.is_empty(), subject(), "a hold has a message");
        rule(
            hold.released_at.is_some() || hold.release_note.is_none(),
            subject(),
            "it has a note on its release, but is active",
        );
    }
    for link in &below.links {
        rule(link.token_hash.len() == HASH, format!("link {}", link.id), "token_hash is no SHA-256");
    }
}
