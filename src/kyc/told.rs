//! What a change tells the log, made of the rows after it. Pure: the use cases write the rows, and `seed` writes rows in bulk
//! that tell exactly the same.

use entity::{EventType, MatchDecision, attempt, customer, hold, screening, screening_match, step};
use serde_json::json;

use crate::{
    events::{
        Draft, Images,
        image::{HoldImage, LinkImage, MatchImage, ScreeningImage, StepImage},
    },
    lifecycle::attempt::Change,
};

/// A customer was added: which fields were given, never their values.
pub(crate) fn customer_created(row: &customer::Model) -> Draft {
    let given = [
        ("reference", row.reference.is_some()),
        ("name", true),
        ("email", row.email.is_some()),
        ("phone", row.phone.is_some()),
        ("dateOfBirth", row.date_of_birth.is_some()),
        ("country", row.country.is_some()),
    ];
    let given: Vec<_> = given.into_iter().filter_map(|(field, is_given)| is_given.then_some(field)).collect();
    customer(EventType::CustomerCreated, row, &given)
}

/// A customer was added or changed: the names of the fields, never their values.
pub(crate) fn customer(kind: EventType, row: &customer::Model, fields: &[&str]) -> Draft {
    let details = json!({ "fields": fields, "version": row.version });
    let data = Images { details: Some(details), ..Images::default() };
    Draft { data, ..Draft::new(kind).customer(row.id) }
}

/// An attempt began its life, with these steps.
pub(crate) fn attempt_created(row: &attempt::Model, steps: &[step::Model]) -> Draft {
    let mut event = about(EventType::AttemptCreated, row);
    event.data.steps = steps.iter().map(StepImage::from).collect();
    event
}

/// A new attempt has its first link.
pub(crate) fn link_generated(attempt: &attempt::Model, link: LinkImage) -> Draft {
    let mut event = about(EventType::LinkGenerated, attempt);
    event.data.links = vec![link];
    event
}

/// A step of the attempt has moved.
pub(crate) fn step_moved(attempt: &attempt::Model, before: &step::Model, after: &step::Model) -> Draft {
    let mut event =
        about(EventType::StepStatusChanged, attempt).moved(before.status.as_str(), after.status.as_str());
    event.step_id = Some(after.id);
    event.reason_code.clone_from(&after.reason_code);
    event.data.steps = vec![StepImage::from(after)];
    event
}

/// A screening ran: against what, and how many matches it has of each decision. Never whom it found.
pub(crate) fn screening_completed(
    attempt: &attempt::Model,
    run: &screening::Model,
    matches: &[screening_match::Model],
    found: usize,
) -> Draft {
    let mut event = about(EventType::ScreeningCompleted, attempt).subject(run.id.0);
    event.step_id = Some(run.step_id);
    let count = |decision| matches.iter().filter(|one| one.decision == decision).count();
    let counts: serde_json::Map<_, _> = MatchDecision::ALL
        .iter()
        .map(|decision| (decision.as_str().to_owned(), count(*decision).into()))
        .collect();
    event.data.screening = Some(Box::new(ScreeningImage::from(run)));
    event.data.matches = matches.iter().map(MatchImage::from).collect();
    event.data.details = Some(json!({ "matches": counts, "found": found }));
    event
}

/// A match was decided.
pub(crate) fn match_decided(
    attempt: &attempt::Model,
    before: &screening_match::Model,
    after: &screening_match::Model,
) -> Draft {
    let mut event = about(EventType::ScreeningMatchDecided, attempt)
        .subject(after.id.0)
        .moved(before.decision.as_str(), after.decision.as_str());
    event.step_id = Some(after.step_id);
    event.data.matches = vec![MatchImage::from(after)];
    event
}

/// A hold was placed or released.
pub(crate) fn hold(kind: EventType, hold: &hold::Model, attempt: &attempt::Model) -> Draft {
    let mut event = about(kind, attempt).subject(hold.id.0);
    event.reason_code = Some(hold.reason_code.clone());
    event.data.hold = Some(HoldImage::from(hold));
    event
}

/// What a move did to an attempt, given its row after it. `closed` are the steps that nothing watches any more because the
/// attempt ended, `links` the tokens that were issued or replaced.
pub(crate) fn attempt_moved(
    after: &attempt::Model,
    changes: Vec<Change>,
    mut closed: Vec<StepImage>,
    mut links: Vec<LinkImage>,
) -> Vec<Draft> {
    let tell = |change: Change| {
        let mut event = about(change.event(), after);
        match change {
            Change::State { from, to } => {
                event = event.moved(from.as_str(), to.as_str());
                if to.is_terminal() {
                    event.reason_code.clone_from(&after.rejection_code);
                    event.data.steps = std::mem::take(&mut closed);
                }
            }
            Change::LinkIssued { .. } => event.data.links = std::mem::take(&mut links),
            // The team did not ask for it: it comes with handing the attempt back to the customer.
            Change::LinkRenewed => event.data.details = Some(json!({ "handedBack": true })),
            Change::LinkOpened | Change::LinkExtended | Change::LinkRevoked | Change::LinkExpired => {}
        }
        event
    };
    changes.into_iter().map(tell).collect()
}

/// About an attempt.
pub(crate) fn about(kind: EventType, attempt: &attempt::Model) -> Draft {
    Draft::new(kind).attempt(attempt.id, attempt.customer_id)
}
