//! Runs of screenings and their matches: the log played again, and their rows beside it.

use std::collections::BTreeMap;

use entity::{
    AttemptState, EventType, MatchDecision, StepKind, StepStatus, event,
    id::{MatchId, ScreeningId, StepId},
    screening, screening_match, step,
};

use super::compare::{self, Found};
use crate::{
    error::Result,
    events::image::{MatchImage, ScreeningImage},
    kyc::{rows, screening::MOST_MATCHES},
    lifecycle::screening::{Verdict, may_decide, wrongly_due},
};

/// Characters of a SHA-256 in hex.
const HASH: usize = 64;

/// What the log says of an attempt's screenings.
#[derive(Default)]
pub(super) struct Screenings {
    runs: BTreeMap<ScreeningId, ScreeningImage>,
    matches: BTreeMap<MatchId, MatchImage>,
    /// The last run of each step.
    last: BTreeMap<StepId, ScreeningId>,
}

impl Screenings {
    /// Plays what an event says of runs and matches.
    pub(super) fn take(
        &mut self,
        event: &event::Model,
        run: Option<ScreeningImage>,
        matches: Vec<MatchImage>,
        broken: &mut Vec<String>,
    ) {
        match event.kind {
            EventType::ScreeningCompleted => self.take_run(event, run, matches, broken),
            EventType::ScreeningMatchDecided => self.take_decision(event, &matches, broken),
            EventType::StepStatusChanged if matches.is_empty() => self.take_back(event, run, broken),
            _ if run.is_some() || !matches.is_empty() => {
                broken.push(format!("{} has images of a screening", event.kind));
            }
            _ => {}
        }
    }

    /// A name that cannot be screened takes the run about the last one back.
    fn take_back(&mut self, event: &event::Model, run: Option<ScreeningImage>, broken: &mut Vec<String>) {
        let Some(run) = run else { return };
        let last = self.last.remove(&run.step_id);
        if event.step_id != Some(run.step_id) || last != Some(run.id) || run.newest {
            broken.push("it takes a screening back that is not the step's newest".to_owned());
        }
        self.runs.insert(run.id, run);
    }

    fn take_run(
        &mut self,
        event: &event::Model,
        run: Option<ScreeningImage>,
        matches: Vec<MatchImage>,
        broken: &mut Vec<String>,
    ) {
        let Some(run) = run else {
            broken.push("it completes a screening and leaves no image of it".to_owned());
            return;
        };
        if event.subject_id != Some(run.id.0) || event.step_id != Some(run.step_id) {
            broken.push("its image is of a screening that it does not tell of".to_owned());
        }
        if matches.iter().any(|one| one.screening_id != run.id) {
            broken.push("it has a match of another screening".to_owned());
        }
        if !run.newest {
            broken.push("its image is not of the step's newest screening".to_owned());
        }
        if let Some(before) = self.last.insert(run.step_id, run.id).and_then(|id| self.runs.get_mut(&id)) {
            before.newest = false;
        }
        if self.runs.insert(run.id, run).is_some() {
            broken.push("it completes a screening a second time".to_owned());
        }
        for one in matches {
            if self.matches.insert(one.id, one).is_some() {
                broken.push("it finds a match a second time".to_owned());
            }
        }
    }

    fn take_decision(&mut self, event: &event::Model, matches: &[MatchImage], broken: &mut Vec<String>) {
        let [after] = matches else {
            broken.push("it decides a match and leaves no image of it".to_owned());
            return;
        };
        let before = self.matches.get(&after.id);
        let from = before.map(|before| before.decision);
        let author = after.decided_by_kind == Some(event.actor_kind) && after.decided_by_id == event.actor_id;
        if event.subject_id != Some(after.id.0) {
            broken.push("its image is of a match that it does not tell of".to_owned());
        }
        if !author {
            broken.push("its image names another actor".to_owned());
        }
        match from {
            None => broken.push("it decides a match that was not found before".to_owned()),
            Some(from) if !may_decide(from, after.decision) => {
                broken.push(format!("a match never goes from {from} to {}", after.decision));
            }
            Some(_) => {}
        }
        let word =
            |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<MatchDecision>().ok());
        if word(&event.from) != from || word(&event.to) != Some(after.decision) {
            broken.push("its words are not those of the match before and after it".to_owned());
        }
        let run = before.map(|before| before.screening_id);
        if run != Some(after.screening_id) {
            broken.push("it moves a match to another screening".to_owned());
        }
        if event.step_id.is_none_or(|step| self.last.get(&step).copied() != run) {
            broken.push("it decides a match of a screening that was replaced".to_owned());
        }
        self.matches.insert(after.id, after.clone());
    }
}

/// What is wrong with the runs and matches of an attempt, and with their steps.
pub(super) fn check(
    runs: &[screening::Model],
    matches: &[screening_match::Model],
    steps: &[step::Model],
    attempt: AttemptState,
    told: Screenings,
) -> Result<Found> {
    let mut found = Found::new();
    let Screenings { runs: told_runs, matches: told_matches, last: _ } = told;
    found.extend(compare::rows(
        "screening",
        runs.iter().map(|row| (row.id, ScreeningImage::from(row))),
        told_runs,
    )?);
    found.extend(compare::rows(
        "match",
        matches.iter().map(|row| (row.id, MatchImage::from(row))),
        told_matches,
    )?);
    let mut rule = |holds: bool, subject: String, what: &str| {
        if !holds {
            found.push((subject, what.to_owned()));
        }
    };
    for run in runs {
        let subject = || format!("screening {}", run.id);
        rule(
            is_hash(&run.inputs_hash) && is_hash(&run.identity_hash),
            subject(),
            "its hashes are no SHA-256",
        );
        let mut of_run: Vec<_> = matches.iter().filter(|one| one.screening_id == run.id).collect();
        rule(of_run.len() <= MOST_MATCHES, subject(), "it has more matches than are kept");
        of_run.sort_by_key(|one| one.position);
        for (one, position) in of_run.into_iter().zip(1..) {
            let subject = || format!("match {}", one.id);
            let same = (one.step_id, &one.identity_hash) == (run.step_id, &run.identity_hash);
            rule(same, subject(), "it is of another step or person than its screening");
            rule(one.position == position, subject(), "the positions of its screening are not 1, 2, 3 …");
            rule(one.score >= run.threshold, subject(), "its score is below the threshold of its screening");
        }
    }
    for one in matches {
        let subject = || format!("match {}", one.id);
        rule(is_hash(&one.record_hash), subject(), "record_hash is no SHA-256");
        rule(
            (one.decision == MatchDecision::Pending) == one.note.is_none(),
            subject(),
            "a decision has a note, and nothing else has",
        );
    }
    for step in steps {
        let wrong = wrongly_due(&rows::step_rules_of(step), attempt);
        rule(wrong.is_none(), format!("step {}", step.id), wrong.unwrap_or_default());
    }
    for step in steps.iter().filter(|step| step.kind == StepKind::SanctionScreening) {
        let newest: Vec<_> = runs.iter().filter(|run| run.newest && run.step_id == step.id).collect();
        let subject = || format!("step {}", step.id);
        rule(newest.len() <= 1, subject(), "it has two newest screenings");
        if step.status != StepStatus::Completed {
            continue;
        }
        rule(!newest.is_empty(), subject(), "it is COMPLETED, but was never screened");
        let of_newest = matches.iter().filter(|one| newest.iter().any(|run| run.id == one.screening_id));
        rule(
            Verdict::of(of_newest.map(|one| one.decision)) == Verdict::Clear,
            subject(),
            "it is COMPLETED, but has a match that is not CLEARED",
        );
    }
    Ok(found)
}

fn is_hash(text: &str) -> bool {
    text.len() == HASH && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
