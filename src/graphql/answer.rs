//! What a GraphQL operation answers.

use std::borrow::Cow;

/// A step of the path to a field.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(untagged)]
pub enum PathSegment {
    /// A response key.
    Field(std::sync::Arc<str>),
    /// The place in a list, from 0.
    Index(usize),
}

/// A top-level error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// An English sentence that says what to do.
    pub message: Cow<'static, str>,
    /// `extensions.code`.
    pub code: &'static str,
    /// Line and column in the document, from 1.
    pub locations: Vec<(usize, usize)>,
    /// Where in the answer.
    pub path: Vec<PathSegment>,
    /// `extensions.reference`: what to look for in the log.
    pub reference: Option<String>,
    /// `extensions.retryAfter`, in seconds.
    pub retry_after: Option<u64>,
}
