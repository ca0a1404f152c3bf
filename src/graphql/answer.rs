//! What an operation answers, and how that is written as JSON: the same for HTTP, SSE and WebSocket.

use std::{borrow::Cow, sync::Arc};

use serde::{
    Serialize, Serializer,
    ser::{SerializeMap, SerializeSeq},
};

/// A step from the root of the answer to a value in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum PathSegment {
    /// The response key of a field: its alias where it has one.
    Field(Arc<str>),
    /// The place in a list, from 0.
    Index(usize),
}

/// A top-level error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GraphError {
    /// An English sentence that says what to do. It never holds a personal value nor a piece of the query.
    pub message: Cow<'static, str>,
    /// `extensions.code`, what programs branch on: one of UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT, CURSOR_INVALID,
    /// CURSOR_EXPIRED, QUERY_TOO_LARGE, RATE_LIMITED, INTERNAL.
    pub code: &'static str,
    /// Lines and columns of the document, both from 1. None when the error is not about a place in it.
    pub locations: Vec<(usize, usize)>,
    /// The field that failed, from the root. Empty for a request error.
    pub path: Vec<PathSegment>,
    /// `extensions.reference` of INTERNAL: what to search the log for.
    pub reference: Option<String>,
    /// `extensions.retryAfter` of RATE_LIMITED, in seconds.
    pub retry_after: Option<u64>,
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
        map.serialize_entry("code", self.0.code)?;
        if let Some(reference) = &self.0.reference {
            map.serialize_entry("reference", reference)?;
        }
        if let Some(seconds) = self.0.retry_after {
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
        let mut json = if self.request_error {
            Vec::new()
        } else {
            // Around the data, which is a large page at times: it is moved by a few bytes instead of copied.
            let mut data = self.data.unwrap_or_else(|| b"null".to_vec());
            data.splice(0..0, *b"{\"data\":");
            data
        };
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
            GraphError { locations: vec![(2, 5)], ..GraphError::new("BAD_USER_INPUT", "Say \"why\".") };
        assert_eq!(
            text(Answer::refused(error)),
            r#"{"errors":[{"message":"Say \"why\".","locations":[{"line":2,"column":5}],"extensions":{"code":"BAD_USER_INPUT"}}]}"#,
        );
    }

    #[test]
    fn a_field_error_carries_its_path_and_a_null_root_is_written() {
        let path = vec![PathSegment::Field("steps".into()), PathSegment::Index(2)];
        let error =
            GraphError { path, reference: Some("r1".into()), ..GraphError::new("INTERNAL", "Masked.") };
        let answer = Answer { errors: vec![error], ..Answer::default() };
        assert_eq!(
            text(answer),
            r#"{"data":null,"errors":[{"message":"Masked.","path":["steps",2],"extensions":{"code":"INTERNAL","reference":"r1"}}]}"#,
        );
    }

    #[test]
    fn a_wait_is_told_in_seconds() {
        let error = GraphError { retry_after: Some(3), ..GraphError::new("RATE_LIMITED", "Wait.") };
        assert!(
            text(Answer::refused(error)).contains(r#""extensions":{"code":"RATE_LIMITED","retryAfter":3}"#)
        );
    }

    #[test]
    fn extensions_come_last() {
        let mut answer = Answer::data(b"{}".to_vec());
        answer.extensions.insert("cost".into(), 3.into());
        assert_eq!(text(answer), r#"{"data":{},"extensions":{"cost":3}}"#);
    }
}
