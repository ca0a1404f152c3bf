//! The answer, written as it is walked: JSON bytes, the path to where the pen is, and the errors met on the way.

use chrono::SecondsFormat;
use entity::Time;

use crate::graphql::answer::{GraphError, PathSegment};

/// A JSON document in the making.
#[derive(Debug, Default)]
pub struct Json {
    bytes: Vec<u8>,
    path: Vec<PathSegment>,
    errors: Vec<GraphError>,
}

/// A field failed and may not be null: whatever contains it has to be null instead. The error is noted already.
#[derive(Debug)]
pub struct Propagate;

/// A place to go back to.
#[derive(Clone, Copy, Debug)]
pub struct Mark(usize);

impl Json {
    /// An empty document with room for a page.
    pub fn new() -> Self {
        Self { bytes: Vec::with_capacity(4096), ..Self::default() }
    }

    /// The document and its errors.
    pub fn finish(self) -> (Vec<u8>, Vec<GraphError>) {
        (self.bytes, self.errors)
    }

    /// Notes an error at the present path.
    pub fn error(&mut self, error: &GraphError) {
        self.errors.push(GraphError { path: self.path.clone(), ..error.clone() });
    }

    /// Goes down into a field or a list's entry.
    pub fn enter(&mut self, segment: PathSegment) {
        self.path.push(segment);
    }

    /// Goes back up.
    pub fn leave(&mut self) {
        self.path.pop();
    }

    /// Remembers this place, and how deep the path is there.
    pub fn mark(&self) -> Mark {
        Mark(self.bytes.len())
    }

    /// Goes back to a place: what was written since is gone, the errors stay.
    pub fn rewind(&mut self, mark: Mark) {
        self.bytes.truncate(mark.0);
    }

    /// Punctuation.
    pub fn raw(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// A member's name and colon, with a comma before it unless it is the first.
    pub fn key(&mut self, key: &str, first: bool) {
        if !first {
            self.bytes.push(b',');
        }
        // A GraphQL name needs no escaping.
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(key.as_bytes());
        self.bytes.extend_from_slice(b"\":");
    }

    /// `null`.
    pub fn null(&mut self) {
        self.bytes.extend_from_slice(b"null");
    }

    /// A string.
    pub fn text(&mut self, text: &str) {
        self.serialize(text);
    }

    /// A string of characters that need no escaping: words, ids, times.
    pub fn plain(&mut self, text: &str) {
        self.bytes.push(b'"');
        self.bytes.extend_from_slice(text.as_bytes());
        self.bytes.push(b'"');
    }

    /// A time: RFC 3339, UTC, `Z`, at most microseconds.
    pub fn time(&mut self, time: Time) {
        self.plain(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true));
    }

    /// Anything that serialises without fail: numbers, booleans, strings.
    pub fn serialize<T: serde::Serialize + ?Sized>(&mut self, value: &T) {
        // Writing a number or a string into memory cannot fail; if it ever did, `null` keeps the document whole.
        let mark = self.mark();
        if serde_json::to_writer(&mut self.bytes, value).is_err() {
            self.rewind(mark);
            self.null();
        }
    }
}
