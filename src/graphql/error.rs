//! Errors as the API shows them: a code for programs, a sentence for people, and nothing from below.

use async_graphql::Pos;

use super::answer::GraphError;
use crate::error::{Error, Public};

impl GraphError {
    /// An error with a code.
    pub fn new(code: &'static str, message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self {
            message: message.into(),
            code,
            locations: Vec::new(),
            path: Vec::new(),
            reference: None,
            retry_after: None,
        }
    }

    /// A malformed document, argument or variable.
    pub fn bad_input(message: impl Into<std::borrow::Cow<'static, str>>, at: Pos) -> Self {
        Self { locations: vec![(at.line, at.column)], ..Self::new("BAD_USER_INPUT", message) }
    }

    /// A document or an operation over a limit.
    pub fn too_large(message: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::new("QUERY_TOO_LARGE", message)
    }
}

/// An error as GraphQL shows it.
pub fn public(error: &Error) -> GraphError {
    let Public { code, message, reference, retry_after } = error.public();
    GraphError { reference, retry_after, ..GraphError::new(code, message) }
}

/// What the library says of an input, without the value: it repeats what it could not read, which may be anybody's name,
/// and calls our argument structs by their names.
pub fn without_value(message: &str) -> String {
    const BEFORE_A_VALUE: [&str; 3] =
        [", found ", " does not contain the value ", " does not contain value "];
    let end = BEFORE_A_VALUE.iter().filter_map(|mark| message.find(mark).map(|at| (at, *mark))).min();
    let said = match end {
        Some((at, ", found ")) => format!("{}.", &message[..at]),
        Some((at, _)) => format!("{} does not contain the given value.", &message[..at]),
        None => message.to_owned(),
    };
    match said.find(" (occurred while parsing ") {
        Some(at) => said[..at].to_owned(),
        None => said,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_not_repeated() {
        for (message, said) in [
            (
                r#"Expected input type "Int", found "Asha". (occurred while parsing "A")"#,
                r#"Expected input type "Int"."#,
            ),
            (r#"Expected input type "Int", found {a: ", found Asha"}."#, r#"Expected input type "Int"."#),
            (
                r#"Failed to parse "Role": Enumeration type does not contain value "Asha"."#,
                r#"Failed to parse "Role": Enumeration type does not contain the given value."#,
            ),
            (
                r#"Invalid value for argument "a.b", enumeration type "E" does not contain the value "Asha, found Ravi""#,
                r#"Invalid value for argument "a.b", enumeration type "E" does not contain the given value."#,
            ),
            (
                r#"Failed to parse "Date": write a day. (occurred while parsing "Args")"#,
                r#"Failed to parse "Date": write a day."#,
            ),
            (r#"Unknown field "nam" on type "Customer"."#, r#"Unknown field "nam" on type "Customer"."#),
        ] {
            assert_eq!(without_value(message), said);
        }
    }
}
