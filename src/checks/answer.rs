//! What a check answers.

use std::fmt;

use chrono::TimeDelta;
use entity::Party;
use serde::{Deserialize, Serialize};

use super::Found;
use crate::lifecycle::reasons::{self, PROVIDER_UNAVAILABLE, Reason};

/// What came of asking a check once. Reason codes are the catalogue's, always.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It passed, as far as the check can tell; [`super::judge()`] may still see it otherwise. Pictures have nothing found.
    Completed { found: Option<Found> },
    /// It did not pass. Costs a try.
    Failed { code: &'static str, found: Option<Found> },
    /// Somebody has to act: `by`, or else whom the code's entry names.
    RequiresAction { code: &'static str, by: Option<Party>, found: Option<Found> },
    /// The provider did not answer, or not in a way that can be understood. Costs no try: ask again later
    /// ([`super::retry::later`]), and in the end say [`PROVIDER_UNAVAILABLE`].
    Down { why: Outage },
    /// The answer will come: ask again with [`super::Ask::Again`] after `again_in`, or when a callback names the reference. `found`
    /// is what is known already (masked), to be handed back in the next request.
    Pending { reference: Reference, found: Option<Found>, again_in: TimeDelta },
    /// The customer goes on at `url` and comes back; the step stays IN_PROGRESS. The URL is for their browser alone.
    Redirect { url: String, reference: Reference },
}

impl Answer {
    /// A failure for a reason of the catalogue.
    pub(super) fn failed(code: &'static str, found: Option<Found>) -> Self {
        Self::Failed { code, found }
    }

    /// Somebody has to act: whom the code's entry names.
    pub(super) fn requires(code: &'static str, found: Option<Found>) -> Self {
        Self::RequiresAction { code, by: None, found }
    }

    /// The reason that goes with it, in the catalogue's words; none where there is none to give.
    pub fn reason(&self) -> Option<Reason> {
        match self {
            Self::Failed { code, .. } | Self::RequiresAction { code, .. } => Some(reasons::known(code)),
            Self::Down { .. } => Some(reasons::known(PROVIDER_UNAVAILABLE)),
            Self::Completed { .. } | Self::Pending { .. } | Self::Redirect { .. } => None,
        }
    }

    /// What was found, whatever it came to.
    pub fn found(&self) -> Option<&Found> {
        match self {
            Self::Completed { found }
            | Self::Failed { found, .. }
            | Self::RequiresAction { found, .. }
            | Self::Pending { found, .. } => found.as_ref(),
            Self::Down { .. } | Self::Redirect { .. } => None,
        }
    }

    /// Whether the step gets an outcome from it: COMPLETED, FAILED or REQUIRES_ACTION.
    pub fn is_outcome(&self) -> bool {
        match self {
            Self::Completed { .. } | Self::Failed { .. } | Self::RequiresAction { .. } => true,
            Self::Down { .. } | Self::Pending { .. } | Self::Redirect { .. } => false,
        }
    }
}

/// Why a provider counts as down. A word for logs and metrics: nothing personal is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outage {
    /// No connection, so that nothing of the question has left.
    Unreachable,
    /// No whole answer in time.
    Silent,
    /// It says itself that it has a fault, or that somebody behind it has.
    Faulty,
    /// It asks us to slow down.
    Busy,
    /// It refuses our request: credentials or settings are wrong, or we are. Somebody has to look at the deployment.
    Refusing,
    /// An answer that is not understood: no JSON, half of it, too much of it, or a status we do not know.
    Unreadable,
}

impl Outage {
    /// The word, for logs and metrics.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Unreachable => "unreachable",
            Self::Silent => "silent",
            Self::Faulty => "faulty",
            Self::Busy => "busy",
            Self::Refusing => "refusing",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A provider's own id of a request: 1 to 100 of `A-Z a-z 0-9 - _ . :`. It holds no personal value, may be stored and logged,
/// and may stand in a URL's path as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reference(String);

impl Reference {
    /// The longest reference, in characters.
    pub const MAX: usize = 100;

    /// A reference of a text, if it is one.
    pub fn parse(text: &str) -> Option<Self> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
        let whole = (1..=Self::MAX).contains(&text.len()) && text.bytes().all(plain);
        // Dots alone would climb in a path.
        (whole && text.bytes().any(|byte| byte.is_ascii_alphanumeric())).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Reference {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text).ok_or("not a provider's reference")
    }
}

impl From<Reference> for String {
    fn from(reference: Reference) -> Self {
        reference.0
    }
}

/// The answers that came of one request, in the order in which they came. Nearly always one; a provider that answers twice
/// gives two, and whatever follows the first outcome meets a step that has moved on (record it as late).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replies {
    first: Answer,
    more: Vec<Answer>,
}

impl Replies {
    /// An answer that came twice.
    pub fn twice(answer: Answer) -> Self {
        Self { more: vec![answer.clone()], first: answer }
    }

    /// The first of them.
    pub fn first(&self) -> &Answer {
        &self.first
    }
}

impl From<Answer> for Replies {
    fn from(first: Answer) -> Self {
        Self { first, more: Vec::new() }
    }
}

impl IntoIterator for Replies {
    type Item = Answer;
    type IntoIter = std::iter::Chain<std::iter::Once<Answer>, std::vec::IntoIter<Answer>>;

    fn into_iter(self) -> Self::IntoIter {
        std::iter::once(self.first).chain(self.more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_is_safe_in_a_path() {
        for good in ["ea31e1e6-96eb-4e56-a355-7bc51de94d24", "a", "sandbox:slow", &"x".repeat(100)] {
            assert_eq!(Reference::parse(good).as_ref().map(Reference::as_str), Some(good));
        }
        for bad in ["", "..", "-", "a/b", "a?b", "a b", "a%2f", "é", "a\n", &"x".repeat(101)] {
            assert_eq!(Reference::parse(bad), None, "{bad:?}");
        }
        assert!(serde_json::from_str::<Reference>("\"../status\"").is_err());
    }
}
