//! What an event of each type has to say, and may not say.

use entity::{ActorKind, AttemptState, EventType, MatchDecision, StepStatus, event};
use serde::Deserialize;

use crate::events::Images;

/// Whether an event of a type gives a value.
#[derive(Clone, Copy)]
enum Given {
    Always,
    Never,
    Maybe,
}

/// What an event of a type gives.
struct Shape {
    customer: Given,
    attempt: Given,
    step: Given,
    subject: Given,
    /// `from` and `to`.
    words: Given,
    reason: Given,
}

/// The table of every type.
fn shape(kind: EventType) -> Shape {
    use EventType as T;
    use Given::{Always, Maybe, Never};
    let [customer, attempt, step, subject, words, reason] = match kind {
        T::CustomerCreated => [Always, Never, Never, Never, Never, Never],
        // With the open attempt whose checks the change concerns.
        T::CustomerUpdated => [Always, Maybe, Never, Never, Never, Never],
        T::AttemptCreated
        | T::LinkGenerated
        | T::LinkOpened
        | T::LinkResent
        | T::LinkExtended
        | T::LinkRevoked
        | T::LinkExpired => [Always, Always, Never, Never, Never, Never],
        T::JourneyConsented => [Always, Always, Never, Never, Maybe, Never],
        T::StepStatusChanged => [Always, Always, Always, Never, Always, Maybe],
        T::AttemptStateChanged => [Always, Always, Never, Never, Always, Maybe],
        T::HoldPlaced | T::HoldReleased => [Always, Always, Never, Always, Never, Always],
        T::ScreeningCompleted => [Always, Always, Always, Always, Never, Never],
        T::ScreeningMatchDecided => [Always, Always, Always, Always, Always, Never],
        T::LateResultRecorded | T::ImageCaptured => [Always, Always, Maybe, Maybe, Maybe, Maybe],
        T::ReportExported | T::BrandingUpdated | T::MerchantCreated | T::MerchantUpdated => {
            [Never, Never, Never, Maybe, Never, Never]
        }
        T::ApiKeyCreated | T::ApiKeyRevoked | T::MemberCreated => [Never, Never, Never, Always, Never, Never],
        T::MemberUpdated => [Never, Never, Never, Always, Maybe, Never],
    };
    Shape { customer, attempt, step, subject, words, reason }
}

/// What an event says wrongly, taken by itself; each in a sentence.
pub(super) fn check(event: &event::Model) -> Vec<String> {
    let mut wrong = Vec::new();
    let shape = shape(event.kind);
    let mut field = |name: &str, rule: Given, given: bool| match (rule, given) {
        (Given::Always, false) => wrong.push(format!("{} needs {name}", event.kind)),
        (Given::Never, true) => wrong.push(format!("{} has no {name}", event.kind)),
        _ => {}
    };
    field("customer_id", shape.customer, event.customer_id.is_some());
    field("attempt_id", shape.attempt, event.attempt_id.is_some());
    field("step_id", shape.step, event.step_id.is_some());
    field("subject_id", shape.subject, event.subject_id.is_some());
    field("from", shape.words, event.from.is_some());
    field("to", shape.words, event.to.is_some());
    field("reason_code", shape.reason, event.reason_code.is_some());
    words(event, &mut wrong);
    let named = match event.actor_kind {
        ActorKind::Member | ActorKind::ApiKey => event.actor_id.is_some(),
        ActorKind::System | ActorKind::Platform => event.actor_id.is_none(),
        ActorKind::Customer | ActorKind::Provider => true,
    };
    if !named {
        wrong.push(format!("actor_id does not fit the actor {}", event.actor_kind));
    }
    // An id is made with the event, so that both know the same moment.
    let made = event.id.0.get_timestamp().and_then(|stamp| {
        let (seconds, nanos) = stamp.to_unix();
        i64::try_from(seconds).ok().map(|seconds| seconds * 1000 + i64::from(nanos / 1_000_000))
    });
    if event.id.0.get_version_num() != 7 || made != Some(event.at.timestamp_millis()) {
        wrong.push("its id was not made at its moment".to_owned());
    }
    match images(event) {
        Err(what) => wrong.push(what),
        Ok(images) => {
            let moves = images.attempt.is_some()
                || images.hold.is_some()
                || images.screening.is_some()
                || !images.matches.is_empty()
                || !images.steps.is_empty()
                || !images.links.is_empty();
            if moves && event.attempt_id.is_none() {
                wrong.push("its data has images of an attempt, but it names none".to_owned());
            }
        }
    }
    wrong
}

/// What an event left behind of the rows.
pub(super) fn images(event: &event::Model) -> Result<Images, String> {
    // Serde would read a list of the fields, too. Its error could quote the data, of which nobody knows what stands there.
    let images = event.data.is_object().then(|| Images::deserialize(&event.data).ok()).flatten();
    images.ok_or_else(|| "its data cannot be read".to_owned())
}

fn words(event: &event::Model, wrong: &mut Vec<String>) {
    let is_word: fn(&str) -> bool = match event.kind {
        EventType::StepStatusChanged => |word| word.parse::<StepStatus>().is_ok(),
        EventType::AttemptStateChanged => |word| word.parse::<AttemptState>().is_ok(),
        EventType::ScreeningMatchDecided => |word| word.parse::<MatchDecision>().is_ok(),
        _ => return,
    };
    for (name, word) in [("from", &event.from), ("to", &event.to)] {
        if word.as_deref().is_some_and(|word| !is_word(word)) {
            wrong.push(format!("{name} is no word of {}", event.kind));
        }
    }
}
