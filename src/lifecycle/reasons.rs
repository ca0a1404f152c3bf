//! Why a step failed or needs action, why an attempt was rejected or held: the catalogue, and what is refused as a
//! reason.

use entity::{Party, StepKind};

use super::{Refusal, aadhaar};

mod table;

/// The longest message, in characters.
pub const MAX_MESSAGE: usize = 500;
/// The longest staff note, in characters.
pub const MAX_NOTE: usize = 2000;

/// What the customer reads in place of a staff-only reason. Reviewers use the same code for reasons that are no
/// secret, so that reading it gives nothing away.
pub const UNDER_REVIEW: &str = "UNDER_REVIEW";
/// The provider is down. It costs the customer no try.
pub const PROVIDER_UNAVAILABLE: &str = "PROVIDER_UNAVAILABLE";
/// A provider was asked what must not be asked twice, and its answer was lost. It costs the customer no try.
pub const PROVIDER_ANSWER_LOST: &str = "PROVIDER_ANSWER_LOST";
/// IN_PROGRESS lasted longer than [`super::step::time_limit`].
pub const STEP_TIMED_OUT: &str = "STEP_TIMED_OUT";
/// The customer's name or birth date changed: what was checked against the old ones is judged again.
pub const DETAILS_CHANGED: &str = "DETAILS_CHANGED";
/// No sanctions list is loaded, or a required one is missing.
pub const SCREENING_UNAVAILABLE: &str = "SCREENING_UNAVAILABLE";
/// The screening found matches that nobody has decided yet.
pub const SCREENING_MATCH: &str = "SCREENING_MATCH";
/// A reviewer confirmed a match.
pub const SCREENING_CONFIRMED: &str = "SCREENING_CONFIRMED";
/// The rejection of an attempt in which a step has FAILED with no tries left.
pub const TRIES_EXHAUSTED: &str = "TRIES_EXHAUSTED";

/// An entry of the catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    pub code: &'static str,
    /// What the customer may read, in English; empty where the reason must bring its own message.
    pub message: &'static str,
    /// The customer never reads it (no tipping-off): they read [`UNDER_REVIEW`].
    pub staff_only: bool,
    /// The steps it is offered for. A guide for pages, not a rule: an API client's check may know better.
    pub kinds: &'static [StepKind],
    /// Offered for rejecting an attempt.
    pub rejects: bool,
    /// Offered for holding an attempt.
    pub holds: bool,
    /// Whose action REQUIRES_ACTION means when the caller does not say: CUSTOMER, REVIEWER, or none (the caller must
    /// say).
    pub action_by: Option<Party>,
    /// The customer is not to blame, so the run does not count as a try.
    pub costs_no_try: bool,
}

/// A reason as it is stored. Its texts are safe to store: no control characters, no full Aadhaar number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    pub code: String,
    /// What the customer may read, unless the code is staff-only.
    pub message: String,
    /// What they never see.
    pub staff_note: Option<String>,
}

impl Reason {
    /// The reason of an entry, in the catalogue's words.
    pub fn of(entry: &Entry) -> Self {
        Self { code: entry.code.to_owned(), message: entry.message.to_owned(), staff_note: None }
    }

    /// What the catalogue knows about its code; none for a merchant's own.
    pub fn entry(&self) -> Option<&'static Entry> {
        find(&self.code)
    }

    /// The code and message that the customer reads.
    pub fn for_customer(&self) -> (&str, &str) {
        for_customer(&self.code, &self.message)
    }
}

/// What the customer reads of a stored code and message.
pub fn for_customer<'a>(code: &'a str, message: &'a str) -> (&'a str, &'a str) {
    let staff_only = find(code).is_some_and(|entry| entry.staff_only);
    if staff_only { (UNDER_REVIEW, table::UNDER_REVIEW_MESSAGE) } else { (code, message) }
}

/// The entries offered for a kind of step, or all of them.
pub fn catalogue(kind: Option<StepKind>) -> impl Iterator<Item = &'static Entry> {
    table::ENTRIES.iter().filter(move |entry| kind.is_none_or(|kind| entry.kinds.contains(&kind)))
}

/// The entry of a code.
pub fn find(code: &str) -> Option<&'static Entry> {
    table::ENTRIES.iter().find(|entry| entry.code == code)
}

/// The reason of one of this module's constants, in the catalogue's words: what the rules and the checks say by themselves.
pub fn known(code: &'static str) -> Reason {
    match find(code) {
        Some(entry) => Reason::of(entry),
        // A test walks the constants, so this is for totality.
        None => Reason { code: code.to_owned(), message: code.to_owned(), staff_note: None },
    }
}

/// A reason as somebody gives it. `message` defaults to the catalogue's. A merchant may use codes of its own
/// (`^[A-Z][A-Z0-9_]{1,63}$`); these, and OTHER, bring a message.
///
/// # Errors
/// A code that is not spelled like one; a missing message; a text that is too long ([`MAX_MESSAGE`], [`MAX_NOTE`]),
/// has control characters, or contains a full Aadhaar number.
pub fn resolve(code: &str, message: Option<&str>, staff_note: Option<&str>) -> Result<Reason, Refusal> {
    if !is_code(code) || aadhaar::contains_full_number(code) {
        return Err(Refusal::ReasonCodeInvalid);
    }
    let given = free_text(message, &["reason", "message"], MAX_MESSAGE)?;
    let offered = find(code).map(|entry| entry.message).filter(|message| !message.is_empty());
    let message = given.or(offered.map(str::to_owned)).ok_or(Refusal::ReasonMessageRequired)?;
    let staff_note = free_text(staff_note, &["reason", "staffNote"], MAX_NOTE)?;
    Ok(Reason { code: code.to_owned(), message, staff_note })
}

/// A person's free text as it may be stored: trimmed, none when blank. For reasons, and for the notes of a release or
/// of a decision.
///
/// # Errors
/// More than `max` characters, control characters other than line breaks and tabs, or a full Aadhaar number.
pub fn free_text(
    text: Option<&str>,
    field: &'static [&'static str],
    max: usize,
) -> Result<Option<String>, Refusal> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    // Count only when it can matter: a text of `max` bytes has at most as many characters.
    if text.len() > max && text.chars().count() > max {
        return Err(Refusal::TextTooLong { field, max });
    }
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Refusal::TextUnprintable { field });
    }
    if aadhaar::contains_full_number(text) {
        return Err(Refusal::TextHasAadhaar { field });
    }
    Ok(Some(text.to_owned()))
}

/// Whether a text is spelled like a reason code: `^[A-Z][A-Z0-9_]{1,63}$`.
fn is_code(text: &str) -> bool {
    (2..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
}
