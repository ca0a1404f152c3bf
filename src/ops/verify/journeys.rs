//! What a customer's own side leaves: the sessions of their link, the runs of checks, and what these found.

use entity::{StepKind, attempt, check_run, link, link_session, step, step_result};

use super::compare::Found;
use crate::{checks::store::Key, kyc::check};

/// Bytes of a SHA-256.
const HASH: usize = 32;

/// What is wrong with the sessions of an attempt's link.
pub(super) fn sessions(
    row: &attempt::Model,
    sessions: &[link_session::Model],
    links: &[link::Model],
) -> Found {
    let mut found = Found::new();
    for session in sessions {
        let mut rule = |holds: bool, what: &str| {
            if !holds {
                found.push((format!("linksession {}", session.id), what.to_owned()));
            }
        };
        let link = links.iter().find(|link| link.id == session.link_id);
        rule(link.is_some(), "its link is not one of its attempt's");
        rule(link.is_none_or(|link| link.issued_at <= session.created_at), "it is older than its link");
        rule(session.token_hash.len() == HASH, "token_hash is no SHA-256");
        rule(session.nonce_hash.len() == HASH, "nonce_hash is no SHA-256");
        rule(session.last_seen_at >= session.created_at, "it was seen before it was opened");
        rule(
            session.ended_at.is_none_or(|ended| ended >= session.created_at),
            "it ended before it was opened",
        );
        let is_dead = row.link_revoked_at.is_some() || link.is_some_and(|link| link.replaced_at.is_some());
        rule(session.ended_at.is_some() || !is_dead, "it goes on, although its link is revoked or replaced");
    }
    found
}

/// What is wrong with the runs of an attempt's checks.
pub(super) fn runs(row: &attempt::Model, runs: &[check_run::Model], steps: &[step::Model]) -> Found {
    let mut found = Found::new();
    for run in runs {
        let mut rule = |holds: bool, what: &str| {
            if !holds {
                found.push((format!("run {}", run.id), what.to_owned()));
            }
        };
        rule(steps.iter().any(|step| step.id == run.step_id), "its step is not one of its attempt's");
        rule(run.created_at >= row.created_at, "it is older than its attempt");
        rule(run.ended_at.is_none_or(|ended| ended >= run.created_at), "it ended before it began");
        rule(run.ended_at.is_some() != run.due_at.is_some(), "it is due, or it has ended");
        let asks = run.ask.is_some() || run.reference.is_some();
        rule(run.ended_at.is_some() || asks, "it goes on, and there is nothing to ask");
        let kept = run.ask.is_some() || run.ask_hash.is_some() || run.found.is_some();
        rule(run.ended_at.is_none() || !kept, "it has ended, and keeps what was asked");
        rule(run.ask_hash.as_ref().is_none_or(|hash| hash.len() == HASH), "ask_hash is no SHA-256");
        rule(
            run.ask.is_some() || run.ask_hash.is_none(),
            "it keeps the hash of what it does not ask any more",
        );
        rule(run.sent_at.is_none_or(|sent| sent >= run.created_at), "it was sent before it began");
        rule(run.answered_at.is_none_or(|at| at >= run.created_at), "it was answered before it began");
        rule(run.ended_at.is_some() || run.answered_at.is_none(), "it was answered, and goes on");
        rule(run.asked >= 0, "it was asked less than never");
    }
    found
}

/// What is wrong with what an attempt's checks found.
pub(super) fn results(row: &attempt::Model, results: &[step_result::Model], steps: &[step::Model]) -> Found {
    let mut found = Found::new();
    for result in results {
        let mut rule = |holds: bool, what: &str| {
            if !holds {
                found.push((format!("result {}", result.step_id), what.to_owned()));
            }
        };
        let step = steps.iter().find(|step| step.id == result.step_id);
        rule(step.is_some(), "its step is not one of its attempt's");
        rule(result.at >= row.created_at, "it is older than its attempt");
        let told = result.found.clone().and_then(|found| serde_json::from_value::<check::Found>(found).ok());
        let kind = match (&told, &result.image) {
            (Some(check::Found::Identity(_)), None) => Some(StepKind::DigilockerAadhaar),
            (Some(check::Found::Pan(_)), None) => Some(StepKind::Pan),
            (Some(check::Found::Bank(_)), None) => Some(StepKind::BankPennyDrop),
            (None, Some(image)) if Key::parse(image).is_some() && result.found.is_none() => step
                .map(|step| step.kind)
                .filter(|kind| matches!(kind, StepKind::Selfie | StepKind::Signature)),
            _ => None,
        };
        rule(kind.is_some(), "it cannot be read");
        rule(step.is_none_or(|step| Some(step.kind) == kind), "it is of another kind than its step");
        rule(
            result.name_match.is_none_or(|score| (0..=100).contains(&score)),
            "name_match is not within 0 to 100",
        );
        rule(result.of_last_try || !result.passed, "it decides a try that it is not of");
        rule(result.image.is_none() || result.name_match.is_none(), "a picture has no name");
    }
    found
}
