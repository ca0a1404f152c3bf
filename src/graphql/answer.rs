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

/// What an operation answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The JSON of `data`; none when the operation was refused before it ran.
    pub data: Option<Vec<u8>>,
    /// The errors, in the order in which they were met.
    pub errors: Vec<GraphError>,
}

impl Answer {
    /// The answer of an operation that ran.
    pub fn data(data: Vec<u8>, errors: Vec<GraphError>) -> Self {
        Self { data: Some(data), errors }
    }

    /// The answer of an operation that did not run.
    pub fn refused(errors: Vec<GraphError>) -> Self {
        Self { data: None, errors }
    }
}
