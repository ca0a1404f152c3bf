//! The answer, written as it is walked: JSON bytes, the path to where the pen is, and the errors met on the way.

use chrono::{Datelike, SecondsFormat, Timelike};
use entity::{Time, id::Written};

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
    /// An empty document with room for so many bytes, and more when it needs them: what grows step by step is copied at each.
    pub fn with_room(bytes: usize) -> Self {
        Self { bytes: Vec::with_capacity(bytes), ..Self::default() }
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

    /// The same of an id.
    pub fn id(&mut self, id: impl Written) {
        self.bytes.push(b'"');
        id.write_to(&mut self.bytes);
        self.bytes.push(b'"');
    }

    /// A time: RFC 3339, UTC, `Z`, as many digits of the second as it has: none, three, six or nine.
    ///
    /// A page has a thousand of them, and the general way of writing one takes as long as the rest of its row.
    pub fn time(&mut self, time: Time) {
        let (year, nanos) = (time.year(), time.nanosecond());
        if !(0..10_000).contains(&year) || nanos >= 1_000_000_000 {
            // Years that are written with a sign, and leap seconds.
            return self.plain(&time.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        }
        let mut text = *b"\"0000-00-00T00:00:00";
        let places: [(_, u32); 6] = [
            (1..5, year.unsigned_abs()),
            (6..8, time.month()),
            (9..11, time.day()),
            (12..14, time.hour()),
            (15..17, time.minute()),
            (18..20, time.second()),
        ];
        for (place, number) in places {
            digits(&mut text[place], number);
        }
        self.bytes.extend_from_slice(&text);
        if nanos > 0 {
            let mut fraction = *b".000000000";
            digits(&mut fraction[1..], nanos);
            let length = match nanos {
                _ if nanos % 1_000_000 == 0 => 4,
                _ if nanos % 1_000 == 0 => 7,
                _ => 10,
            };
            self.bytes.extend_from_slice(&fraction[..length]);
        }
        self.bytes.extend_from_slice(b"Z\"");
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

/// Writes a number into a place of fixed width.
fn digits(place: &mut [u8], mut number: u32) {
    for digit in place.iter_mut().rev() {
        *digit = b"0123456789"[(number % 10) as usize];
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    #[test]
    fn a_time_is_written_as_chrono_writes_it() {
        let seconds = [0, 1, 59, 951_782_399, 951_782_400, 1_709_164_800, 1_795_000_000, 253_402_300_799, -1];
        let nanos = [0, 1, 999, 1_000, 10_000, 988_000_000, 91_685_000, 999_999_999, 1_500_000_000];
        let far = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC];
        let near = seconds.iter().flat_map(|second| {
            nanos.iter().filter_map(move |nanos| DateTime::from_timestamp(*second, *nanos))
        });
        for time in near.chain(far) {
            let mut json = Json::default();
            json.time(time);
            let (bytes, _) = json.finish();
            let expected = format!("\"{}\"", time.to_rfc3339_opts(SecondsFormat::AutoSi, true));
            assert_eq!(String::from_utf8(bytes).unwrap(), expected);
        }
    }
}
