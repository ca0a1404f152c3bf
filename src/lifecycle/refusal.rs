//! Why a move is refused, in words that say what to do instead.

use std::fmt;

use entity::{AttemptState, StepStatus};

/// A rule said no. `Display` is the message of the API's user error; it never quotes what the caller sent, which may be
/// personal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// This status never follows that one, or not by this actor.
    InvalidTransition {
        from: StepStatus,
        to: StepStatus,
        /// What to do instead, as a sentence.
        help: &'static str,
    },
    /// The attempt is over: nothing moves it, its steps, its holds or its link.
    AttemptEnded { state: AttemptState },
    /// The step has FAILED as often as it may.
    TriesExhausted { max_tries: i32 },
    /// FAILED and REQUIRES_ACTION say why.
    ReasonRequired { to: StepStatus },
    /// REQUIRES_ACTION with a reason that does not tell whose action.
    ActionByRequired,
    /// That party cannot be asked for this.
    ActionByInvalid { help: &'static str },
    /// A reason code that is not spelled like one.
    ReasonCodeInvalid,
    /// A reason that is not in the catalogue, or OTHER, without a message.
    ReasonMessageRequired,
    /// A text longer than its limit, in characters.
    TextTooLong { field: &'static [&'static str], max: usize },
    /// A text with control characters, which no text field shows and PostgreSQL does not store.
    TextUnprintable { field: &'static [&'static str] },
    /// A text that contains a full Aadhaar number, which is never stored.
    TextHasAadhaar { field: &'static [&'static str] },
    /// A link validity out of its range.
    ValidityInvalid,
    /// The attempt has no link, or one that cannot be used for this.
    LinkInactive { help: &'static str },
    /// There is no active hold to release.
    NoActiveHold,
    /// A match cannot be undecided again.
    DecisionInvalid,
    /// The match is of a run that a newer one has replaced.
    MatchReplaced,
}

/// The `UserErrorCode` of the contract that a refusal answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalCode {
    Invalid,
    NotFound,
    Required,
    TooLong,
    InvalidTransition,
    AttemptEnded,
    TriesExhausted,
    LinkInactive,
}

impl Refusal {
    /// The code of the user error.
    pub fn code(&self) -> RefusalCode {
        match self {
            Self::InvalidTransition { .. } => RefusalCode::InvalidTransition,
            Self::AttemptEnded { .. } => RefusalCode::AttemptEnded,
            Self::TriesExhausted { .. } => RefusalCode::TriesExhausted,
            Self::ReasonRequired { .. } | Self::ActionByRequired | Self::ReasonMessageRequired => {
                RefusalCode::Required
            }
            Self::ActionByInvalid { .. }
            | Self::ReasonCodeInvalid
            | Self::TextUnprintable { .. }
            | Self::TextHasAadhaar { .. }
            | Self::ValidityInvalid
            | Self::DecisionInvalid
            | Self::MatchReplaced => RefusalCode::Invalid,
            Self::TextTooLong { .. } => RefusalCode::TooLong,
            Self::LinkInactive { .. } => RefusalCode::LinkInactive,
            Self::NoActiveHold => RefusalCode::NotFound,
        }
    }

    /// The input field at fault, as a path below the mutation's input; empty when it is none in particular.
    pub fn field(&self) -> &'static [&'static str] {
        match self {
            Self::InvalidTransition { .. } | Self::TriesExhausted { .. } => &["status"],
            Self::ReasonRequired { .. } => &["reason"],
            Self::ActionByRequired | Self::ActionByInvalid { .. } => &["actionBy"],
            Self::ReasonCodeInvalid => &["reason", "code"],
            Self::ReasonMessageRequired => &["reason", "message"],
            Self::TextTooLong { field, .. }
            | Self::TextUnprintable { field }
            | Self::TextHasAadhaar { field } => field,
            Self::ValidityInvalid => &["validityHours"],
            Self::DecisionInvalid => &["decision"],
            Self::MatchReplaced => &["matchId"],
            Self::AttemptEnded { .. } | Self::LinkInactive { .. } | Self::NoActiveHold => &[],
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InvalidTransition { from, to, help } => {
                write!(f, "A step cannot go from {from} to {to} this way. {help}")
            }
            Self::AttemptEnded { state } => {
                write!(f, "The attempt is {state} and cannot change any more. Start a new attempt for the customer.")
            }
            Self::TriesExhausted { max_tries } => {
                write!(f, "All {max_tries} tries of this step are used. Start a new attempt for the customer.")
            }
            Self::ReasonRequired { to } => write!(f, "{to} needs a reason. Pass one of `reasonCodes`."),
            Self::ActionByRequired => {
                f.write_str("Say whose action is required: CUSTOMER (do it again) or REVIEWER (decide).")
            }
            Self::ActionByInvalid { help } | Self::LinkInactive { help } => f.write_str(help),
            Self::ReasonCodeInvalid => f.write_str(
                "A reason code is 2 to 64 of A-Z, 0-9 and _, beginning with a letter. Pass one of `reasonCodes`, or your own.",
            ),
            Self::ReasonMessageRequired => {
                f.write_str("This reason code needs a message that the customer may read.")
            }
            Self::TextTooLong { max, .. } => write!(f, "At most {max} characters. Shorten the text."),
            Self::TextUnprintable { .. } => f.write_str("The text contains control characters. Remove them."),
            Self::TextHasAadhaar { .. } => f.write_str(
                "The text seems to contain a full Aadhaar number, which is never stored. Keep the last four digits only.",
            ),
            Self::ValidityInvalid => f.write_str("A link is valid for 1 to 8760 hours."),
            Self::NoActiveHold => f.write_str("The attempt has no active hold."),
            Self::DecisionInvalid => f.write_str("Decide CONFIRMED or CLEARED: nothing goes back to PENDING."),
            Self::MatchReplaced => f.write_str(
                "The screening has run again since: this match is kept as a record. Decide those of the step's result.",
            ),
        }
    }
}

impl std::error::Error for Refusal {}
