//! Why a document is not let through.

use async_graphql::{Pos, parser};

use crate::graphql::answer::GraphError;

/// The two kinds of refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A limit is passed.
    QueryTooLarge,
    /// It is not a GraphQL document, or not one that can run.
    BadUserInput,
}

impl Code {
    /// The code as `extensions.code` spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::QueryTooLarge => "QUERY_TOO_LARGE",
            Self::BadUserInput => "BAD_USER_INPUT",
        }
    }
}

/// Why a document is not let through. Its text never holds a piece of the document: what a client pastes into a query by
/// mistake (a name, a token) must not come back in an error that somebody logs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// What programs branch on.
    pub code: Code,
    /// What is wrong, with the limit and the measured number where there is one, and what to do.
    pub message: String,
    /// Line and column, both from 1, in characters.
    pub location: Option<(usize, usize)>,
}

impl Refusal {
    pub(super) fn invalid(message: impl Into<String>, location: Option<(usize, usize)>) -> Self {
        Self { code: Code::BadUserInput, message: message.into(), location }
    }

    /// Refuses `measured` of `what` when the limit is passed.
    pub(super) fn unless_within(
        measured: u64,
        limit: u64,
        what: &str,
        advice: &str,
        location: Option<(usize, usize)>,
    ) -> Result<(), Self> {
        if measured <= limit {
            return Ok(());
        }
        // A count that ran into the end of the number is a bomb; how large exactly is of no use to anybody.
        let measured =
            if measured == u64::MAX { "too many to count".to_owned() } else { measured.to_string() };
        let message = format!("{what}: {measured}; the limit is {limit}. {advice}");
        Err(Self { code: Code::QueryTooLarge, message, location })
    }
}

impl From<Refusal> for GraphError {
    fn from(refusal: Refusal) -> Self {
        let locations = refusal.location.into_iter().collect();
        Self { locations, ..Self::new(refusal.code.as_str(), refusal.message) }
    }
}

pub(super) fn location(pos: Pos) -> Option<(usize, usize)> {
    Some((pos.line, pos.column))
}

/// Says a parser's error again without the source line that the parser puts into it.
impl From<parser::Error> for Refusal {
    fn from(error: parser::Error) -> Self {
        let location = error.positions().next().and_then(location);
        let message = match &error {
            parser::Error::Syntax { message, .. } => match expectation(message) {
                Some(expectation) => format!("The query has a syntax error: {expectation}."),
                None => "The query has a syntax error.".to_owned(),
            },
            parser::Error::MultipleOperations { .. } => {
                "An operation without a name has to be the only one of the query. Name each operation."
                    .to_owned()
            }
            parser::Error::OperationDuplicated { .. } => {
                "Two operations of the query have the same name. Rename one.".to_owned()
            }
            parser::Error::FragmentDuplicated { .. } => {
                "Two fragments of the query have the same name. Rename one.".to_owned()
            }
            parser::Error::MissingOperation => {
                "The query has fragments only. Add an operation, such as `{ viewer { name } }`.".to_owned()
            }
            parser::Error::RecursionLimitExceeded => "The query is nested too deep.".to_owned(),
            // Errors of schema documents, which are not parsed here.
            _ => "The query cannot be parsed.".to_owned(),
        };
        Self::invalid(message, location)
    }
}

/// The parser's last line says what it expected, in words of the grammar; the lines above it show the source.
fn expectation(message: &str) -> Option<String> {
    let last = message.lines().last()?.trim_start().strip_prefix("= ")?;
    // Only words of the grammar pass; whatever else a later version of the parser writes there does not.
    let grammar = last.starts_with("expected ") || last.starts_with("unexpected ");
    let plain = last.bytes().all(|b| b.is_ascii_alphabetic() || b" _,;".contains(&b));
    (grammar && plain).then(|| last.replace('_', " ").replace("EOI", "the end"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_source_that_looks_like_the_last_line_is_not_taken_for_it() {
        assert_eq!(
            expectation(" --> 1:1\n  |\n1 | = expected secret\n  | ^---\n  |\n  = expected selection_set"),
            Some("expected selection set".into())
        );
        assert_eq!(expectation("  = expected \"secret\""), None);
        assert_eq!(expectation("  = call limit reached"), None);
        assert_eq!(expectation(""), None);
    }
}
