//! What an operation answers, and how that is written as JSON: the same for HTTP, SSE and WebSocket.

use std::time::Duration;

use async_graphql::Name;
use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

/// The closed list of `extensions.code` of top-level errors. What a mutation finds wrong with its input is not here:
/// that is a `userErrors` entry of its payload.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// Nobody is signed in, or the credentials are not valid any more.
    Unauthenticated,
    /// The actor may not do this.
    Forbidden,
    /// The request itself is malformed: its JSON, its document, its variables.
    BadUserInput,
    /// Not a cursor of this log.
    CursorInvalid,
    /// The log no longer reaches back to this cursor.
    CursorExpired,
    /// The request or its document passes a limit; the message names it.
    QueryTooLarge,
    /// Too much at once; `retryAfter` says when to come back.
    RateLimited,
    /// Our own bug, masked; `reference` finds it in the log.
    Internal,
}

impl Code {
    /// The code as the API spells it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::CursorInvalid => "CURSOR_INVALID",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::QueryTooLarge => "QUERY_TOO_LARGE",
            Self::RateLimited => "RATE_LIMITED",
            Self::Internal => "INTERNAL",
        }
    }
}

/// A step from the root of the answer to a value in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PathSegment {
    /// The response key of a field: its alias where it has one.
    Field(Name),
    /// The place in a list, from 0.
    Index(usize),
}

impl Serialize for PathSegment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Field(name) => serializer.serialize_str(name),
            Self::Index(index) => serializer.serialize_u64(*index as u64),
        }
    }
}

/// A top-level error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// An English sentence that says what to do. It never holds a personal value nor a piece of the query.
    pub message: String,
    /// What programs branch on.
    pub code: Code,
    /// Lines and columns of the document, both from 1. None when the error is not about a place in it.
    pub locations: Vec<(usize, usize)>,
    /// The field that failed, from the root. Empty for a request error.
    pub path: Vec<PathSegment>,
    /// With [`Code::Internal`]: what to search the log for.
    pub reference: Option<String>,
    /// With [`Code::RateLimited`]: how long to wait. Written as whole seconds, rounded up.
    pub retry_after: Option<Duration>,
}

impl GraphError {
    /// An error about the whole request.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            code,
            locations: Vec::new(),
            path: Vec::new(),
            reference: None,
            retry_after: None,
        }
    }

    /// `retry_after` in whole seconds, rounded up: a client that waits this long has waited long enough.
    pub fn retry_after_seconds(&self) -> Option<u64> {
        let wait = self.retry_after?;
        Some(wait.as_secs() + u64::from(wait.subsec_nanos() > 0))
    }
}

impl Serialize for GraphError {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("message", &self.message)?;
        if !self.locations.is_empty() {
            map.serialize_entry("locations", &Locations(&self.locations))?;
        }
        if !self.path.is_empty() {
            map.serialize_entry("path", &self.path)?;
        }
        map.serialize_entry("extensions", &ErrorExtensions(self))?;
        map.end()
    }
}

struct Locations<'a>(&'a [(usize, usize)]);

impl Serialize for Locations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Location {
            line: usize,
            column: usize,
        }
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        for &(line, column) in self.0 {
            list.serialize_element(&Location { line, column })?;
        }
        list.end()
    }
}

struct ErrorExtensions<'a>(&'a GraphError);

impl Serialize for ErrorExtensions<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", self.0.code.as_str())?;
        if let Some(reference) = &self.0.reference {
            map.serialize_entry("reference", reference)?;
        }
        if let Some(seconds) = self.0.retry_after_seconds() {
            map.serialize_entry("retryAfter", &seconds)?;
        }
        map.end()
    }
}

/// What one operation answers.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// The `data` entry as JSON; `None` writes `null`, or nothing at all for a request error.
    pub data: Option<Vec<u8>>,
    /// What failed. A field error carries a path; a request error does not.
    pub errors: Vec<GraphError>,
    /// Whether the operation never began: syntax, validation, variables, authentication. Then there is no `data` entry.
    pub request_error: bool,
    /// The `extensions` entry, left out when empty.
    pub extensions: serde_json::Map<String, serde_json::Value>,
}

impl Answer {
    /// The answer of an operation that ran without an error.
    pub fn data(json: Vec<u8>) -> Self {
        Self { data: Some(json), ..Self::default() }
    }

    /// The answer of an operation that never began.
    pub fn refused(error: GraphError) -> Self {
        Self { errors: vec![error], request_error: true, ..Self::default() }
    }

    /// The whole answer as a JSON object: `data`, then `errors`, then `extensions`.
    pub fn into_json(self) -> Vec<u8> {
        let data =
            if self.request_error { None } else { Some(self.data.unwrap_or_else(|| b"null".to_vec())) };
        let mut json = Vec::with_capacity(data.as_ref().map_or(0, Vec::len) + 16 + 256 * self.errors.len());
        if let Some(data) = data {
            json.extend_from_slice(b"{\"data\":");
            json.extend_from_slice(&data);
        }
        if !self.errors.is_empty() {
            entry(&mut json, "errors", &self.errors);
        }
        if !self.extensions.is_empty() {
            entry(&mut json, "extensions", &self.extensions);
        }
        if json.is_empty() {
            json.push(b'{');
        }
        json.push(b'}');
        json
    }
}

fn entry(json: &mut Vec<u8>, name: &str, value: &impl Serialize) {
    json.push(if json.is_empty() { b'{' } else { b',' });
    json.push(b'"');
    json.extend_from_slice(name.as_bytes());
    json.extend_from_slice(b"\":");
    serde_json::to_writer(&mut *json, value)
        .expect("errors and extensions have text keys and a Vec takes all bytes");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(answer: Answer) -> String {
        String::from_utf8(answer.into_json()).unwrap()
    }

    #[test]
    fn data_alone_is_passed_on_untouched() {
        assert_eq!(text(Answer::data(br#"{"a":1}"#.to_vec())), r#"{"data":{"a":1}}"#);
    }

    #[test]
    fn a_request_error_has_no_data_entry() {
        let error =
            GraphError { locations: vec![(2, 5)], ..GraphError::new(Code::BadUserInput, "Say \"why\".") };
        assert_eq!(
            text(Answer::refused(error)),
            r#"{"errors":[{"message":"Say \"why\".","locations":[{"line":2,"column":5}],"extensions":{"code":"BAD_USER_INPUT"}}]}"#,
        );
    }

    #[test]
    fn a_field_error_carries_its_path_and_a_null_root_is_written() {
        let path = vec![PathSegment::Field(Name::new("steps")), PathSegment::Index(2)];
        let error =
            GraphError { path, reference: Some("r1".into()), ..GraphError::new(Code::Internal, "Masked.") };
        let answer = Answer { errors: vec![error], ..Answer::default() };
        assert_eq!(
            text(answer),
            r#"{"data":null,"errors":[{"message":"Masked.","path":["steps",2],"extensions":{"code":"INTERNAL","reference":"r1"}}]}"#,
        );
    }

    #[test]
    fn a_wait_is_rounded_up_to_whole_seconds() {
        let wait = |millis| {
            let retry_after = Some(Duration::from_millis(millis));
            GraphError { retry_after, ..GraphError::new(Code::RateLimited, "Wait.") }.retry_after_seconds()
        };
        assert_eq!((wait(0), wait(1), wait(1000), wait(1001)), (Some(0), Some(1), Some(1), Some(2)));
    }

    #[test]
    fn extensions_come_last() {
        let mut answer = Answer::data(b"{}".to_vec());
        answer.extensions.insert("cost".into(), 3.into());
        assert_eq!(text(answer), r#"{"data":{},"extensions":{"cost":3}}"#);
    }
}
