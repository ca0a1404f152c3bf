//! The stand-ins of the sandbox: what is entered decides what comes of it, the same every time.
//!
//! PAN and bank account go by their last four digits, DigiLocker by the outcome that is chosen on a page of ours in its place,
//! pictures by the last word of the customer's name. [`TABLE`] lists all of it.

use std::{fmt, str::FromStr};

use async_trait::async_trait;
use chrono::TimeDelta;
use entity::{
    Party,
    StepKind::{self, BankPennyDrop, DigilockerAadhaar, Pan, Selfie, Signature},
};

use super::{
    Answer, Ask, Check, Found, IdentityFound, Outage, Reference, Replies, Request,
    by_reviewer::{given, of_bank, of_pan},
    judge::NAME_MISMATCH,
};
use crate::lifecycle::{reasons::UNDER_REVIEW, step::time_limit};

/// Where the sandbox's stand-in for DigiLocker is, below the server's own origin. It is given `id` (the reference), `return`
/// (the return URL), and goes back there with `id`, `success`, `scope` and `outcome`, as [`super::Back`] reads them.
pub const DIGILOCKER_PATH: &str = "/journey/sandbox/digilocker";

/// How long a slow answer takes.
pub const SLOW: TimeDelta = TimeDelta::seconds(20);
/// How much later than the step's time limit a late answer comes.
pub const TOO_LATE: TimeDelta = TimeDelta::minutes(5);

/// What a stand-in does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Passes, under the customer's own name.
    Pass,
    /// Fails: it was not found.
    Fail,
    /// Requires action of the customer.
    Again,
    /// Requires action of a reviewer.
    Review,
    /// Is found under somebody else's name.
    OtherName,
    /// The provider is down, whenever it is asked.
    Down,
    /// Passes after [`SLOW`].
    Slow,
    /// Passes, and the answer comes twice.
    Twice,
    /// Passes, but [`TOO_LATE`] after the step's time is over.
    Late,
    /// DigiLocker: the customer declines.
    Decline,
    /// DigiLocker: the customer consents, and ticks no document.
    Empty,
    /// DigiLocker: Aadhaar is not linked to the mobile number.
    Unlinked,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 12] = [
        Self::Pass,
        Self::Fail,
        Self::Again,
        Self::Review,
        Self::OtherName,
        Self::Down,
        Self::Slow,
        Self::Twice,
        Self::Late,
        Self::Decline,
        Self::Empty,
        Self::Unlinked,
    ];

    /// The word, in URLs and in the table.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Again => "again",
            Self::Review => "review",
            Self::OtherName => "other",
            Self::Down => "down",
            Self::Slow => "slow",
            Self::Twice => "twice",
            Self::Late => "late",
            Self::Decline => "decline",
            Self::Empty => "empty",
            Self::Unlinked => "unlinked",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text is no outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownOutcome;

impl FromStr for Outcome {
    type Err = UnknownOutcome;

    fn from_str(text: &str) -> Result<Self, UnknownOutcome> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == text).ok_or(UnknownOutcome)
    }
}

/// A line of the table: what is entered for which steps, and what happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    pub kinds: &'static [StepKind],
    /// The last four digits of a PAN or an account; the outcome chosen at DigiLocker; the last word of a name.
    pub value: &'static str,
    pub outcome: Outcome,
    pub happens: &'static str,
}

const NUMBERS: &[StepKind] = &[Pan, BankPennyDrop];
const CONSENT: &[StepKind] = &[DigilockerAadhaar];
const IMAGES: &[StepKind] = &[Selfie, Signature];

const fn row(
    kinds: &'static [StepKind],
    value: &'static str,
    outcome: Outcome,
    happens: &'static str,
) -> Row {
    Row { kinds, value, outcome, happens }
}

/// What decides. Any other value passes.
pub const TABLE: &[Row] = &[
    row(NUMBERS, "0001", Outcome::Pass, "passes"),
    row(NUMBERS, "0002", Outcome::Fail, "fails: not found"),
    row(NUMBERS, "0003", Outcome::Again, "requires action of the customer"),
    row(NUMBERS, "0004", Outcome::Review, "requires action of a reviewer: the name is only similar"),
    row(NUMBERS, "0005", Outcome::OtherName, "fails: registered under another name"),
    row(NUMBERS, "0006", Outcome::Down, "the provider is down; costs no try"),
    row(NUMBERS, "0007", Outcome::Slow, "passes after 20 seconds"),
    row(NUMBERS, "0008", Outcome::Twice, "passes, and the answer comes twice"),
    row(NUMBERS, "0009", Outcome::Late, "passes, but after the step's time limit"),
    row(CONSENT, "pass", Outcome::Pass, "passes"),
    row(CONSENT, "fail", Outcome::Fail, "fails: the document is somebody else's"),
    row(CONSENT, "decline", Outcome::Decline, "requires action of the customer: consent was declined"),
    row(CONSENT, "empty", Outcome::Empty, "requires action of the customer: no document was shared"),
    row(CONSENT, "unlinked", Outcome::Unlinked, "requires action of the customer: Aadhaar is not linked"),
    row(CONSENT, "review", Outcome::Review, "requires action of a reviewer: the signature is not valid"),
    row(CONSENT, "down", Outcome::Down, "the provider is down; costs no try"),
    row(CONSENT, "slow", Outcome::Slow, "passes after 20 seconds"),
    row(CONSENT, "twice", Outcome::Twice, "passes, and the answer comes twice"),
    row(CONSENT, "late", Outcome::Late, "passes, but after the step's time limit"),
    row(IMAGES, "Fail", Outcome::Fail, "fails: the picture is not of the customer"),
    row(IMAGES, "Again", Outcome::Again, "requires action of the customer: take it again"),
    row(IMAGES, "Review", Outcome::Review, "requires action of a reviewer"),
    row(IMAGES, "Down", Outcome::Down, "the provider is down; costs no try"),
    row(IMAGES, "Slow", Outcome::Slow, "passes after 20 seconds"),
    row(IMAGES, "Twice", Outcome::Twice, "passes, and the answer comes twice"),
    row(IMAGES, "Late", Outcome::Late, "passes, but after the step's time limit"),
];

/// The lines that decide a kind of step, in the order of the table.
pub fn rows(kind: StepKind) -> impl Iterator<Item = &'static Row> {
    TABLE.iter().filter(move |row| row.kinds.contains(&kind))
}

/// What a value comes to; a name's last word is read in any case.
fn outcome(kind: StepKind, value: &str) -> Outcome {
    rows(kind).find(|row| row.value.eq_ignore_ascii_case(value)).map_or(Outcome::Pass, |row| row.outcome)
}

/// The stand-in of every kind.
pub struct Sandbox;

#[async_trait]
impl Check for Sandbox {
    fn provider(&self) -> &'static str {
        "sandbox"
    }

    async fn ask(&self, request: &Request) -> Replies {
        answer(request)
    }
}

/// What the sandbox answers. Pure.
pub fn answer(request: &Request) -> Replies {
    let name = request.customer.name.as_str();
    match &request.ask {
        Ask::Start { return_url } => start(return_url).into(),
        Ask::Returned { back, .. } if back.outcome.is_none() && !back.success => {
            play(request, Outcome::Decline)
        }
        Ask::Returned { back, .. } => play(request, back.outcome.unwrap_or(Outcome::Pass)),
        Ask::Pan { pan } => play(request, outcome(request.kind, &pan.expose()[5..9])),
        Ask::Bank { account, .. } => {
            let digits = account.expose();
            play(request, outcome(request.kind, &digits[digits.len() - 4..]))
        }
        Ask::Image { .. } => {
            play(request, outcome(request.kind, name.split_whitespace().next_back().unwrap_or_default()))
        }
        // Whoever has not come back is still at DigiLocker.
        Ask::Again { reference, found: None } if request.kind == DigilockerAadhaar && is_visit(reference) => {
            Answer::Pending { reference: reference.clone(), found: None, again_in: SLOW }.into()
        }
        Ask::Again { found, .. } => {
            Answer::Completed { found: found.clone().or_else(|| passed(request)) }.into()
        }
    }
}

/// The reference of a customer who is at the stand-in for DigiLocker.
const VISIT: &str = "sandbox:visit";

fn is_visit(reference: &Reference) -> bool {
    reference.as_str() == VISIT
}

fn start(return_url: &str) -> Answer {
    let page = url::Url::parse(return_url).and_then(|url| {
        let mut page = url.join(DIGILOCKER_PATH)?;
        page.query_pairs_mut().append_pair("id", VISIT).append_pair("return", return_url);
        Ok(page)
    });
    match (page, Reference::parse(VISIT)) {
        (Ok(page), Some(reference)) => Answer::Redirect { url: page.into(), reference },
        _ => Answer::Down { why: Outage::Refusing },
    }
}

fn play(request: &Request, outcome: Outcome) -> Replies {
    let kind = request.kind;
    let pass = || Answer::Completed { found: passed(request) };
    let pending = |again_in| match Reference::parse(&format!("sandbox:{outcome}")) {
        Some(reference) => Answer::Pending { reference, found: passed(request), again_in },
        None => pass(),
    };
    match outcome {
        Outcome::Pass => pass().into(),
        Outcome::Fail if kind == DigilockerAadhaar => other_name(request).into(),
        Outcome::Fail => Answer::failed(failure(kind), given(&request.ask)).into(),
        Outcome::Again => Answer::requires(again(kind), given(&request.ask)).into(),
        Outcome::Review => review(request).into(),
        Outcome::OtherName => other_name(request).into(),
        Outcome::Down => Answer::Down { why: Outage::Unreachable }.into(),
        Outcome::Slow => pending(SLOW).into(),
        Outcome::Twice => Replies::twice(pass()),
        Outcome::Late => pending(time_limit(kind) + TOO_LATE).into(),
        Outcome::Decline => Answer::requires("CONSENT_DECLINED", None).into(),
        Outcome::Empty => Answer::requires("DIGILOCKER_EMPTY_SCOPE", None).into(),
        Outcome::Unlinked => Answer::requires("AADHAAR_NOT_LINKED_TO_MOBILE", None).into(),
    }
}

/// Why a kind fails.
fn failure(kind: StepKind) -> &'static str {
    match kind {
        Pan => "PAN_NOT_FOUND",
        BankPennyDrop => "BANK_ACCOUNT_INVALID",
        Selfie => "FACE_MISMATCH",
        Signature => "SIGNATURE_UNCLEAR",
        DigilockerAadhaar | StepKind::SanctionScreening => NAME_MISMATCH,
    }
}

/// What the customer has to put right.
fn again(kind: StepKind) -> &'static str {
    match kind {
        Pan => "PAN_NOT_LINKED_TO_AADHAAR",
        BankPennyDrop => "BANK_LIMIT_REACHED",
        Selfie => "FACE_NOT_VISIBLE",
        Signature => "SIGNATURE_UNCLEAR",
        DigilockerAadhaar | StepKind::SanctionScreening => "DIGILOCKER_SESSION_EXPIRED",
    }
}

fn review(request: &Request) -> Answer {
    let code = match request.kind {
        Pan | BankPennyDrop => NAME_MISMATCH,
        DigilockerAadhaar => "DOCUMENT_SIGNATURE_INVALID",
        Selfie | Signature | StepKind::SanctionScreening => UNDER_REVIEW,
    };
    let first = request.customer.name.split_whitespace().next().unwrap_or_default();
    let found = match request.kind {
        Pan | BankPennyDrop => under(request, &format!("{first} Sample")),
        _ => passed(request),
    };
    Answer::RequiresAction { code, by: Some(Party::Reviewer), found }
}

/// Found, and passed by the provider, under a name that [`super::judge()`] does not let pass.
fn other_name(request: &Request) -> Answer {
    Answer::Completed { found: under(request, "Zubin Quartermaine") }
}

fn passed(request: &Request) -> Option<Found> {
    under(request, &request.customer.name)
}

/// What is found under a name.
fn under(request: &Request, name: &str) -> Option<Found> {
    let name = name.to_owned();
    match &request.ask {
        Ask::Pan { pan } => Some(of_pan(pan, Some(name))),
        Ask::Bank { account, ifsc } => Some(of_bank(account, ifsc, Some(name), Some("SANDBOX".to_owned()))),
        Ask::Start { .. } | Ask::Returned { .. } | Ask::Again { .. } if request.kind == DigilockerAadhaar => {
            Some(Found::Identity(IdentityFound {
                name,
                date_of_birth: request.customer.date_of_birth,
                gender: None,
                masked_aadhaar: "xxxx xxxx 0000".to_owned(),
                address: Some("1 Sandbox Road, Bengaluru, Karnataka 560001, India".to_owned()),
            }))
        }
        Ask::Start { .. } | Ask::Returned { .. } | Ask::Again { .. } | Ask::Image { .. } => None,
    }
}

#[cfg(test)]
mod tests;
