//! The log of one attempt, played again: what its rows have to be, and which of its moves were not allowed.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    AttemptState, EventType, StepStatus, event,
    id::{HoldId, LinkId, StepId},
};

use super::{screenings::Screenings, shape};
use crate::{
    events::{
        Images,
        image::{AttemptImage, HoldImage, LinkImage, StepImage},
        log::Author,
    },
    lifecycle::{attempt, step},
};

/// What the log says of an attempt.
#[derive(Default)]
pub(super) struct Replay {
    pub(super) attempt: Option<AttemptImage>,
    pub(super) steps: BTreeMap<StepId, StepImage>,
    pub(super) holds: BTreeMap<HoldId, HoldImage>,
    pub(super) links: BTreeMap<LinkId, LinkImage>,
    /// Who placed a hold, and who released it.
    pub(super) hold_authors: BTreeMap<HoldId, (Author, Option<Author>)>,
    /// Runs of screenings, and what became of their matches.
    pub(super) screenings: Screenings,
    /// How often the link was opened.
    pub(super) opened: i32,
    /// Events with something wrong, by number.
    pub(super) broken: Vec<(i64, String)>,
    /// Where the attempt stands, by the words of the events; none before it was created.
    state: Option<AttemptState>,
    /// Steps whose images cannot be right any more: one wrong event is named, and not all that follow from it.
    lost: BTreeSet<StepId>,
}

impl Replay {
    /// Plays the events of one attempt, in the order of the log.
    pub(super) fn of(events: &[event::Model]) -> Self {
        let mut replay = Self::default();
        let nexts = events.iter().skip(1).map(Some).chain([None]);
        for (event, next) in events.iter().zip(nexts) {
            // Broken data is named by the pass over the log.
            let images = shape::images(event).unwrap_or_default();
            let mut broken = Vec::new();
            // The last event of a change carries the image. Where the next one tells of another moment it is of another
            // change; at the same moment it may be.
            let is_last = next.is_none_or(|next| next.at != event.at);
            if is_last && moves(event.kind) && images.attempt.is_none() {
                broken.push("it is the last of its change, and leaves no image of the attempt".to_owned());
            }
            replay.play(event, images, &mut broken);
            replay.broken.extend(broken.into_iter().map(|what| (event.seq, what)));
        }
        replay
    }

    fn play(&mut self, event: &event::Model, images: Images, broken: &mut Vec<String>) {
        match self.state {
            None if event.kind != EventType::AttemptCreated => {
                broken.push("it tells of an attempt that was not created before".to_owned());
            }
            Some(_) if event.kind == EventType::AttemptCreated => {
                broken.push("it creates an attempt a second time".to_owned());
            }
            Some(state) if state.is_terminal() && moves(event.kind) => {
                broken.push(format!("{} after the attempt was {state}", event.kind));
            }
            _ => {}
        }
        let Images { attempt, steps, hold, links, screening, matches, details: _ } = images;
        match event.kind {
            EventType::AttemptCreated => self.state = Some(AttemptState::Created),
            EventType::AttemptStateChanged => self.move_attempt(event, attempt.as_deref(), broken),
            EventType::LinkOpened => self.opened += 1,
            _ => {}
        }
        self.take_steps(event, steps, broken);
        self.take_hold(event, hold, broken);
        self.take_links(event, links, broken);
        self.screenings.take(event, screening.map(|run| *run), matches, broken);
        if let Some(image) = attempt {
            self.take_attempt(event, *image, broken);
        }
    }

    fn move_attempt(&mut self, event: &event::Model, image: Option<&AttemptImage>, broken: &mut Vec<String>) {
        let word = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<AttemptState>().ok());
        // A word that is missing or in no list is named by the pass over the log.
        let (Some(from), Some(to)) = (word(&event.from), word(&event.to)) else { return };
        if let Some(before) = self.state.filter(|before| *before != from) {
            broken.push(format!("it moves the attempt from {from}, but it stood at {before}"));
        }
        if !attempt::may(from, to) {
            broken.push(format!("an attempt never goes from {from} to {to}"));
        }
        let reason = image.filter(|_| to.is_terminal()).and_then(|image| image.rejection_code.as_ref());
        if event.reason_code.as_ref() != reason {
            broken.push("reason_code is not the rejection of the attempt".to_owned());
        }
        self.state = Some(to);
    }

    fn take_attempt(&mut self, event: &event::Model, image: AttemptImage, broken: &mut Vec<String>) {
        if Some(image.id) != event.attempt_id {
            broken.push("its image is of another attempt".to_owned());
            return;
        }
        if self.state.is_some_and(|state| state != image.state) {
            broken.push(format!("its image says {}, but no event moved the attempt there", image.state));
        }
        // Whoever changes an attempt has its open, and so its newest one before them.
        if !image.newest {
            broken.push("its image is of an attempt that is not the newest".to_owned());
        }
        match &self.attempt {
            None if image.version != 1 => {
                broken.push("the first version of the attempt is missing".to_owned())
            }
            Some(before) if before.state.is_terminal() => {
                broken.push(format!("it changes an attempt that is {}", before.state));
            }
            Some(before) if image.version <= before.version => {
                broken.push("it changes the attempt, but its version does not rise".to_owned());
            }
            Some(before) if (image.number, image.created_at) != (before.number, before.created_at) => {
                broken.push("it changes the attempt's number or creation".to_owned());
            }
            _ => {}
        }
        self.attempt = Some(image);
    }

    fn take_steps(&mut self, event: &event::Model, images: Vec<StepImage>, broken: &mut Vec<String>) {
        if event.kind == EventType::AttemptCreated {
            if images.iter().any(|image| image.status != StepStatus::NotStarted || image.version != 1) {
                broken.push("it creates a step that has begun".to_owned());
            }
            self.steps = images.into_iter().map(|image| (image.id, image)).collect();
            if self.steps.is_empty() {
                broken.push("it creates an attempt without steps".to_owned());
            }
            return;
        }
        if let Some(id) = event.step_id.filter(|id| !self.steps.contains_key(id)) {
            broken.push(format!("{id} is no step of its attempt"));
        }
        if event.kind == EventType::StepStatusChanged {
            self.move_step(event, &images, broken);
        }
        for image in images {
            match self.steps.get(&image.id) {
                None => broken.push(format!("its image of {} is of no step of its attempt", image.id)),
                Some(before) => {
                    let is_moved =
                        event.kind == EventType::StepStatusChanged && event.step_id == Some(image.id);
                    if !is_moved && image.status != before.status && !self.lost.contains(&image.id) {
                        broken.push(format!(
                            "its image of {} says {}, but no event moved the step there",
                            image.id, image.status
                        ));
                    }
                    if (image.kind, image.position) != (before.kind, before.position) {
                        broken.push(format!("it changes the kind or the position of {}", image.id));
                    }
                    if image.version < before.version || (is_moved && image.version == before.version) {
                        broken.push(format!("it changes {}, but the step's version does not rise", image.id));
                    }
                    self.lost.remove(&image.id);
                    self.steps.insert(image.id, image);
                }
            }
        }
    }

    fn move_step(&mut self, event: &event::Model, images: &[StepImage], broken: &mut Vec<String>) {
        let word = |text: &Option<String>| text.as_deref().and_then(|text| text.parse::<StepStatus>().ok());
        let Some(id) = event.step_id else { return };
        let before = self.steps.get(&id).map(|step| step.status);
        let image = images.iter().find(|image| image.id == id);
        let Some(image) = image else {
            broken.push("it moves a step and leaves no image of it".to_owned());
            self.lost.insert(id);
            return;
        };
        if event.reason_code != image.reason_code {
            broken.push("reason_code is not the one of its image".to_owned());
        }
        let (Some(from), Some(to)) = (word(&event.from), word(&event.to)) else { return };
        if let Some(before) = before.filter(|before| *before != from && !self.lost.contains(&id)) {
            broken.push(format!("it moves the step from {from}, but it stood at {before}"));
        }
        if image.status != to {
            broken.push(format!("it moves the step to {to}, but its image says {}", image.status));
        }
        if !step::may(from, to) {
            broken.push(format!("a step never goes from {from} to {to}"));
        }
    }

    fn take_hold(&mut self, event: &event::Model, image: Option<HoldImage>, broken: &mut Vec<String>) {
        let placed = event.kind == EventType::HoldPlaced;
        let about = placed || event.kind == EventType::HoldReleased;
        let Some(image) = image else {
            if about {
                broken.push("it moves a hold and leaves no image of it".to_owned());
            }
            return;
        };
        let author = Author { kind: event.actor_kind, id: event.actor_id };
        if !about || event.subject_id != Some(image.id.0) {
            broken.push("its image is of a hold that it does not tell of".to_owned());
        }
        if event.reason_code.as_ref() != Some(&image.reason_code) {
            broken.push("reason_code is not the one of the hold".to_owned());
        }
        if placed == image.released_at.is_some() {
            broken.push(format!("{} does not fit released_at of its image", event.kind));
        }
        match (self.holds.get(&image.id), placed) {
            (None, true) => {
                self.hold_authors.insert(image.id, (author, None));
            }
            (Some(before), false) if before.released_at.is_none() => {
                if (&before.reason_code, before.placed_at) != (&image.reason_code, image.placed_at) {
                    broken.push("it changes the hold's placing".to_owned());
                }
                if let Some((_, released)) = self.hold_authors.get_mut(&image.id) {
                    *released = Some(author);
                }
            }
            (Some(_), true) => broken.push("it places a hold a second time".to_owned()),
            (None, false) | (Some(_), false) => {
                broken.push("it releases a hold that was not active".to_owned());
            }
        }
        self.holds.insert(image.id, image);
    }

    fn take_links(&mut self, event: &event::Model, images: Vec<LinkImage>, broken: &mut Vec<String>) {
        let issues = matches!(event.kind, EventType::LinkGenerated | EventType::LinkResent);
        let new = images.iter().filter(|image| !self.links.contains_key(&image.id)).count();
        if issues != (new == 1) || (!issues && new > 0) {
            broken.push(format!("{} brings {new} new links", event.kind));
        }
        if issues && (event.kind == EventType::LinkGenerated) != self.links.is_empty() {
            broken.push(format!("{} of an attempt with {} links", event.kind, self.links.len()));
        }
        for image in images {
            if let Some(before) = self.links.get(&image.id)
                && (before.issued_at != image.issued_at || before.replaced_at.is_some())
            {
                broken.push(format!("it changes {}, which was replaced or issued before", image.id));
            }
            self.links.insert(image.id, image);
        }
    }
}

/// Whether an event of this type cannot follow the end of an attempt. What was found out or answered too late is told and
/// changes nothing.
fn moves(kind: EventType) -> bool {
    use EventType as T;
    match kind {
        T::AttemptCreated
        | T::LinkGenerated
        | T::LinkOpened
        | T::LinkResent
        | T::LinkExtended
        | T::LinkRevoked
        | T::LinkExpired
        | T::JourneyConsented
        | T::StepStatusChanged
        | T::AttemptStateChanged
        | T::HoldPlaced
        | T::HoldReleased
        | T::ScreeningMatchDecided
        | T::CustomerUpdated => true,
        T::CustomerCreated
        | T::ScreeningCompleted
        | T::LateResultRecorded
        | T::ImageCaptured
        | T::ReportExported
        | T::BrandingUpdated
        | T::MerchantCreated
        | T::MerchantUpdated
        | T::ApiKeyCreated
        | T::ApiKeyRevoked
        | T::MemberCreated
        | T::MemberUpdated => false,
    }
}
