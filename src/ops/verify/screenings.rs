//! Runs of screenings and their matches: the log played again, and their rows beside it.

use std::collections::BTreeMap;

use entity::{
    EventType, MatchDecision, StepKind, StepStatus, event,
    id::{MatchId, ScreeningId, StepId},
    screening, screening_match, step,
};

use super::compare::{self, Found};
use crate::{
    error::Result,
    events::image::{MatchImage, ScreeningImage},
    kyc::screening::MOST_MATCHES,
    lifecycle::screening::{Verdict, may_decide},
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
            EventType::ScreeningMatchDecided => self.take_decision(event, matches, broken),
            _ if run.is_some() || !matches.is_empty() => {
                broken.push(format!("{} has images of a screening", event.kind));
            }
            _ => {}
        }
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
        self.last.insert(run.step_id, run.id);
        if self.runs.insert(run.id, run).is_some() {
            broken.push("it completes a screening a second time".to_owned());
        }
        for one in matches {
            if self.matches.insert(one.id, one).is_some() {
                broken.push("it finds a match a second time".to_owned());
            }
        }
    }

    fn take_decision(&mut self, event: &event::Model, matches: Vec<MatchImage>, broken: &mut Vec<String>) {
        let [after] = matches.as_slice() else {
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
        if !event.step_id.is_some_and(|step| self.last.get(&step).copied() == run) {
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
    told: Screenings,
) -> Result<Found> {
    let mut found = Found::new();
    let Screenings { runs: told_runs, matches: told_matches, last } = told;
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
        // A name that cannot be screened retires the last run, too, and puts none in its place.
        rule(
            !run.newest || last.get(&run.step_id) == Some(&run.id),
            subject(),
            "it is the newest, but the log has a newer one",
        );
        rule(
            is_hash(&run.inputs_hash) && is_hash(&run.identity_hash),
            subject(),
            "its hashes are no SHA-256",
        );
        let of_run: Vec<_> = matches.iter().filter(|one| one.screening_id == run.id).collect();
        rule(of_run.len() <= MOST_MATCHES, subject(), "it has more matches than are kept");
        rule(
            of_run.iter().all(|one| (one.step_id, &one.identity_hash) == (run.step_id, &run.identity_hash)),
            subject(),
            "a match of it is of another step or person",
        );
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
