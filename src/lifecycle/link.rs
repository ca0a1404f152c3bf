//! The life of an attempt's link: how long it is valid, and what sending, extending, opening and revoking it do.

use chrono::TimeDelta;
use entity::{AttemptState, ExpiryReason, LinkState, Time};

use super::{
    Refusal,
    attempt::{Attempt, Change, Settled},
};

/// How long a link lasts: 1 to 8760 hours (a year).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Validity(i32);

impl Validity {
    /// # Errors
    /// `hours` is not within 1 to 8760.
    pub fn hours(hours: i32) -> Result<Self, Refusal> {
        if (1..=8760).contains(&hours) { Ok(Self(hours)) } else { Err(Refusal::ValidityInvalid) }
    }

    /// When a validity that begins at `now` ends.
    pub fn from(self, now: Time) -> Time {
        now + TimeDelta::hours(i64::from(self.0))
    }
}

/// What the rules know of a link. Its tokens are rows of their own; the newest is the one that works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Tokens so far, from 1.
    pub issued: i32,
    pub opened: i32,
    pub last_opened_at: Option<Time>,
    pub expires_at: Time,
    /// The team killed it; a new token revives it.
    pub revoked_at: Option<Time>,
    /// LINK_EXPIRED was written for the present `expires_at`.
    pub expiry_recorded: bool,
}

impl Link {
    /// The link of an attempt that had none.
    pub fn first(validity: Validity, now: Time) -> Self {
        Self {
            issued: 1,
            opened: 0,
            last_opened_at: None,
            expires_at: validity.from(now),
            revoked_at: None,
            expiry_recorded: false,
        }
    }

    /// Whether it has run out or was revoked.
    pub fn is_dead(&self, now: Time) -> bool {
        self.revoked_at.is_some() || self.has_expired(now)
    }

    fn has_expired(&self, now: Time) -> bool {
        self.expires_at <= now
    }

    /// The same link, lasting until `end` at least.
    pub(super) fn lasting_until(self, end: Time) -> Self {
        if self.expires_at >= end { self } else { self.ending(end) }
    }

    fn ending(self, end: Time) -> Self {
        Self { expires_at: end, expiry_recorded: false, ..self }
    }

    /// Its state, given that of its attempt *as seen at* `now`, for reads that have no [`Attempt`] at hand.
    pub fn state(&self, attempt: AttemptState, expiry: Option<ExpiryReason>, now: Time) -> LinkState {
        match attempt {
            AttemptState::Completed | AttemptState::Rejected => LinkState::Ended,
            AttemptState::Expired if expiry == Some(ExpiryReason::Revoked) => LinkState::Revoked,
            AttemptState::Expired => LinkState::Expired,
            AttemptState::Created | AttemptState::InProgress if self.revoked_at.is_some() => {
                LinkState::Revoked
            }
            AttemptState::Created | AttemptState::InProgress if self.has_expired(now) => LinkState::Expired,
            AttemptState::Created | AttemptState::InProgress => LinkState::Active,
        }
    }
}

/// The state of an attempt's link at `now`; none without one. The customer writes while it is ACTIVE.
pub fn state(attempt: &Attempt, now: Time) -> Option<LinkState> {
    let seen = attempt.as_of(now);
    seen.link.map(|link| link.state(seen.state, seen.expiry_reason, now))
}

const NO_LINK: Refusal = Refusal::LinkInactive { help: "The attempt has no link. Resend gives it one." };

impl Attempt {
    /// Sends a new token: the first, or one in place of those before, whose sessions die. A revoked link lives again.
    /// An end of the validity in the future stays; else `validity` counts from now.
    ///
    /// # Errors
    /// The attempt is over.
    pub fn issue_link(&self, validity: Validity, now: Time) -> Result<Settled, Refusal> {
        self.must_be_open(now)?;
        let link = match self.link {
            None => Link::first(validity, now),
            Some(old) => {
                let renewed = if old.has_expired(now) { old.ending(validity.from(now)) } else { old };
                Link { issued: old.issued + 1, revoked_at: None, ..renewed }
            }
        };
        Ok(self.with_link(link, Change::LinkIssued { first: self.link.is_none() }))
    }

    /// Moves the end of the validity to `validity` from now, which may be sooner than it was. An expired link lives
    /// again.
    ///
    /// # Errors
    /// The attempt is over, has no link, or its link was revoked.
    pub fn extend_link(&self, validity: Validity, now: Time) -> Result<Settled, Refusal> {
        self.must_be_open(now)?;
        let link = self.link.ok_or(NO_LINK)?;
        if link.revoked_at.is_some() {
            return Err(Refusal::LinkInactive {
                help: "The link was revoked. Resend gives the customer a new one.",
            });
        }
        Ok(self.with_link(link.ending(validity.from(now)), Change::LinkExtended))
    }

    /// Kills the link, and with it an attempt that waits on the customer alone. Revoking again what is dead changes
    /// nothing.
    ///
    /// # Errors
    /// The attempt is over or has no link.
    pub fn revoke_link(&self, now: Time) -> Result<Settled, Refusal> {
        self.must_be_open(now)?;
        let link = self.link.ok_or(NO_LINK)?;
        let mut draft = match link.revoked_at {
            Some(_) => self.draft(),
            None => self.with_link(Link { revoked_at: Some(now), ..link }, Change::LinkRevoked),
        };
        if self.needs.customer_alone() {
            draft.attempt.expiry_reason = Some(ExpiryReason::Revoked);
            draft.end(AttemptState::Expired, now);
        }
        Ok(draft)
    }

    /// The customer opens the link, which begins the attempt.
    ///
    /// # Errors
    /// The attempt is over, or its link has died.
    pub fn open_link(&self, now: Time) -> Result<Settled, Refusal> {
        self.must_be_open(now)?;
        let link = self.link.ok_or(NO_LINK)?;
        if link.is_dead(now) {
            return Err(Refusal::LinkInactive { help: "This link is no longer valid. Ask for a new one." });
        }
        let opened = Link { opened: link.opened + 1, last_opened_at: Some(now), ..link };
        let mut draft = self.with_link(opened, Change::LinkOpened);
        draft.begin(now);
        Ok(draft)
    }

    /// Writes down that the link ran out while a provider or a reviewer had the attempt; none when it has not, or
    /// that is written.
    pub fn record_link_expiry(&self, now: Time) -> Option<Settled> {
        let link = self.link.filter(|link| link.has_expired(now) && !link.expiry_recorded)?;
        let theirs = self.state.is_terminal() || self.due_at.is_some();
        if theirs || link.revoked_at.is_some() {
            return None;
        }
        Some(self.with_link(Link { expiry_recorded: true, ..link }, Change::LinkExpired))
    }

    fn with_link(&self, link: Link, change: Change) -> Settled {
        let mut draft = self.draft();
        draft.attempt.link = Some(link);
        draft.attempt.due_at = draft.attempt.due();
        draft.changes.push(change);
        draft
    }
}
