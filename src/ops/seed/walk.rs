//! One attempt on its way: every move asks the rules, and leaves the rows and events that its use case would have left.

use std::mem;

use chrono::TimeDelta;
use entity::{
    ActorKind, EventType, MerchantMode, StepKind, Time, attempt, customer, hold,
    id::{HoldId, LinkId, MerchantId},
    link, step,
};
use sha2::{Digest, Sha256};

use crate::{
    entropy::Entropy,
    error::{Error, Result},
    events::{Draft, image::LinkImage, image::StepImage, log::Author},
    kyc::{rows, told},
    lifecycle::{
        attempt::{Attempt, Settled},
        link::Validity,
        reasons::Reason,
        step::{DEFAULT_MAX_TRIES, Move, Moved, Step},
    },
};

/// How long after its moment a worker writes what the clock did.
const WORKER: TimeDelta = TimeDelta::seconds(2);

/// The merchant in whose office it all happens.
#[derive(Clone)]
pub(in crate::ops) struct Scene {
    pub(in crate::ops) merchant: MerchantId,
    pub(in crate::ops) mode: MerchantMode,
    pub(in crate::ops) journey: Vec<StepKind>,
    /// The merchant's own system, which adds customers and generates links.
    pub(in crate::ops) system: Author,
    /// Who decides.
    pub(in crate::ops) reviewer: Author,
    /// Where ids come from.
    pub(in crate::ops) entropy: Entropy,
}

/// A transaction's events, before they have their places in the log.
pub(super) struct Told {
    pub(super) at: Time,
    pub(super) author: Author,
    pub(super) drafts: Vec<Draft>,
}

/// An attempt and all that belongs to it, at a moment.
pub(super) struct Walk<'s> {
    scene: &'s Scene,
    pub(super) now: Time,
    pub(super) attempt: attempt::Model,
    pub(super) steps: Vec<step::Model>,
    pub(super) holds: Vec<hold::Model>,
    pub(super) links: Vec<link::Model>,
    pub(super) told: Vec<Told>,
}

impl<'s> Walk<'s> {
    /// `kycLinkGenerate`. The first attempt of a customer adds them too.
    pub(super) fn begin(
        scene: &'s Scene,
        customer: &customer::Model,
        number: i32,
        validity: Validity,
        now: Time,
    ) -> Self {
        let rules: Vec<Step> =
            scene.journey.iter().map(|kind| Step::new(*kind, DEFAULT_MAX_TRIES).beginning_at(now)).collect();
        let created = Attempt::create(&rules, Some(validity), now);
        let attempt =
            rows::new_attempt(scene.entropy.id(now), now, customer, number, scene.mode, None, created);
        let steps: Vec<_> = rules
            .into_iter()
            .zip(1..)
            .map(|(rules, position)| rows::new_step(scene.entropy.id(now), &attempt, position, rules))
            .collect();
        let id: LinkId = scene.entropy.id(now);
        let link = link::Model {
            id,
            merchant_id: scene.merchant,
            attempt_id: attempt.id,
            token_hash: hash_of_nothing(id),
            issued_at: now,
            replaced_at: None,
        };
        let mut drafts = Vec::new();
        if number == 1 {
            drafts.push(told::customer_created(customer));
        }
        drafts.push(told::attempt_created(&attempt, &steps));
        drafts.push(told::link_generated(&attempt, LinkImage::from(&link)));
        let (holds, links, told) = (Vec::new(), vec![link], Vec::new());
        let mut walk = Self { scene, now, attempt, steps, holds, links, told };
        walk.tell(scene.system, drafts);
        walk
    }

    /// Lets time pass. A link that runs out meanwhile is recorded; an attempt that is the customer's own is not expired
    /// by it.
    pub(super) fn wait(&mut self, time: TimeDelta) {
        let until = self.now + time;
        let end = self.attempt.expires_at.map(|end| end + WORKER).filter(|end| *end <= until);
        if let Some(moment) = end {
            let moment = moment.max(self.now);
            if let Some(settled) = self.rules().record_link_expiry(moment) {
                self.now = moment;
                self.settle(Author::SYSTEM, settled, Vec::new());
            }
        }
        self.now = until;
    }

    /// [`Walk::wait`] until a moment, if that is still to come.
    pub(super) fn wait_until(&mut self, moment: Time) {
        if moment > self.now {
            self.wait(moment - self.now);
        }
    }

    /// The customer opens the link.
    pub(super) fn open(&mut self) -> Result<()> {
        let settled = self.rules().open_link(self.now)?;
        self.settle(self.customer(), settled, Vec::new());
        Ok(())
    }

    /// A step moves. `reason` with FAILED and REQUIRES_ACTION.
    pub(super) fn step(&mut self, index: usize, wish: &Move, provider: Option<&str>) -> Result<()> {
        let before = &self.steps[index];
        let by = wish.by;
        let Moved::To(moved) = rows::step_rules_of(before).advance(wish, self.attempt.state)? else {
            return Err(Error::internal("a scripted move moves nothing"));
        };
        let mut after = rows::step_after(before, moved, self.now);
        if let Some(provider) = provider {
            after.provider = Some(provider.to_owned());
        }
        let draft = told::step_moved(&self.attempt, before, &after);
        self.steps[index] = after;
        let settled = self.rules().settle(&self.step_rules(), Some(by), self.now)?;
        self.settle(self.author(by), settled, vec![draft]);
        Ok(())
    }

    /// A reviewer stops the attempt.
    pub(super) fn hold(&mut self, reason: Reason) -> Result<()> {
        let settled = self.rules().hold(&self.step_rules(), self.now)?;
        let id: HoldId = self.scene.entropy.id(self.now);
        let Reason { code, message, staff_note } = reason;
        let hold = hold::Model {
            id,
            merchant_id: self.scene.merchant,
            attempt_id: self.attempt.id,
            reason_code: code,
            reason_message: message,
            reason_staff_note: staff_note,
            release_note: None,
            placed_by_kind: self.scene.reviewer.kind,
            placed_by_id: self.scene.reviewer.id,
            placed_at: self.now,
            released_by_kind: None,
            released_by_id: None,
            released_at: None,
        };
        let draft = told::hold(EventType::HoldPlaced, &hold, &self.attempt);
        self.holds.push(hold);
        self.settle(self.scene.reviewer, settled, vec![draft]);
        Ok(())
    }

    /// A reviewer lets the newest hold go.
    pub(super) fn release(&mut self) -> Result<()> {
        let settled = self.rules().release(&self.step_rules(), self.now)?;
        let (author, now) = (self.scene.reviewer, self.now);
        let hold = self.holds.last_mut().ok_or_else(|| Error::internal("nothing is held"))?;
        hold.released_by_kind = Some(author.kind);
        hold.released_by_id = author.id;
        hold.released_at = Some(now);
        let draft = told::hold(EventType::HoldReleased, hold, &self.attempt);
        self.settle(author, settled, vec![draft]);
        Ok(())
    }

    /// A reviewer rejects the attempt.
    pub(super) fn reject(&mut self, reason: Reason) -> Result<()> {
        let settled = self.rules().reject(reason, self.now)?;
        self.settle(self.scene.reviewer, settled, Vec::new());
        Ok(())
    }

    /// The merchant's system moves the end of the link.
    pub(super) fn extend(&mut self, validity: Validity) -> Result<()> {
        let settled = self.rules().extend_link(validity, self.now)?;
        self.settle(self.scene.system, settled, Vec::new());
        Ok(())
    }

    /// A reviewer revokes the link.
    pub(super) fn revoke(&mut self) -> Result<()> {
        let settled = self.rules().revoke_link(self.now)?;
        self.settle(self.scene.reviewer, settled, Vec::new());
        Ok(())
    }

    /// The clock ends the attempt when its link does.
    pub(super) fn expire(&mut self) -> Result<()> {
        let due = self.attempt.due_at.ok_or_else(|| Error::internal("no clock runs for the attempt"))?;
        self.now = due.max(self.now) + WORKER;
        let settled = self.rules().expire(self.now);
        let settled = settled.ok_or_else(|| Error::internal("the attempt is not due"))?;
        self.settle(Author::SYSTEM, settled, Vec::new());
        Ok(())
    }

    fn rules(&self) -> Attempt {
        rows::rules_of(&self.attempt)
    }

    fn step_rules(&self) -> Vec<Step> {
        self.steps.iter().map(rows::step_rules_of).collect()
    }

    fn customer(&self) -> Author {
        Author { kind: ActorKind::Customer, id: Some(self.attempt.customer_id.0) }
    }

    fn author(&self, kind: ActorKind) -> Author {
        match kind {
            ActorKind::Member => self.scene.reviewer,
            ActorKind::ApiKey => self.scene.system,
            ActorKind::Customer => self.customer(),
            ActorKind::Provider | ActorKind::System | ActorKind::Platform => Author { kind, id: None },
        }
    }

    fn settle(&mut self, author: Author, settled: Settled, mut drafts: Vec<Draft>) {
        let Settled { attempt, changes } = settled;
        let mut closed = Vec::new();
        if attempt.state.is_terminal() {
            for row in &mut self.steps {
                let Some(rules) = rows::step_rules_of(row).close() else { continue };
                *row = rows::with_step_rules(row.clone(), rules);
                closed.push(StepImage::from(&*row));
            }
        }
        let after = rows::attempt_after(&self.attempt, attempt, self.now);
        drafts.extend(told::attempt_moved(&after, changes, closed, Vec::new()));
        self.attempt = after;
        self.tell(author, drafts);
    }

    /// The last event of a change carries the attempt after it.
    fn tell(&mut self, author: Author, mut drafts: Vec<Draft>) {
        if let Some(last) = drafts.last_mut() {
            last.data.attempt = Some(Box::new((&self.attempt).into()));
        }
        self.told.push(Told { at: self.now, author, drafts });
    }

    /// What was told so far, taken out.
    pub(super) fn take_told(&mut self) -> Vec<Told> {
        mem::take(&mut self.told)
    }
}

/// A hash of which nobody has, or can find, the token: a seed may be known, and must open nothing.
fn hash_of_nothing(id: LinkId) -> Vec<u8> {
    Sha256::digest(id.0.as_bytes()).iter().map(|byte| !byte).collect()
}
