//! Rows of comma-separated values, of files that may be cut or be something else.

use std::io::Read;

use csv::{ByteRecord, ErrorKind, Reader, ReaderBuilder};
use encoding_rs::WINDOWS_1252;

use super::{
    Malformed,
    bytes::{Bounded, Limit, failed},
};

/// The longest row, in bytes. The longest of the real lists has some 20 KB.
const LONGEST_ROW: usize = 1 << 20;

/// Reads row by row; the cells of a row as text.
pub(super) struct Rows<R: Read> {
    reader: Reader<Quotes<Bounded<R>>>,
    record: ByteRecord,
    line: u64,
}

impl<R: Read> Rows<R> {
    pub(super) fn new(inner: R, limit: Limit) -> Self {
        let inner = Quotes { inner: Bounded::new(inner, limit), state: State::Start };
        // Ours to judge: how many cells a row has, and what the first one says.
        let reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(inner);
        Self { reader, record: ByteRecord::new(), line: 0 }
    }

    /// An error in the row that was read last.
    pub(super) fn wrong(&self, problem: impl Into<std::borrow::Cow<'static, str>>) -> Malformed {
        Malformed::at(self.line, problem)
    }

    /// The next row that is not empty; none at the end of a whole file.
    pub(super) fn next(&mut self) -> Result<Option<Vec<String>>, Malformed> {
        loop {
            self.line = self.reader.position().line();
            let more =
                self.reader.read_byte_record(&mut self.record).map_err(|error| match error.into_kind() {
                    ErrorKind::Io(error) => failed(error),
                    _ => Malformed::at(
                        self.line,
                        "the row cannot be read: the file is damaged. Download it again",
                    ),
                })?;
            if !more {
                return self.end().map(|()| None);
            }
            if self.record.as_slice().len() > LONGEST_ROW {
                return Err(self.wrong("the row is longer than any list has one: a quote is missing"));
            }
            // Old files of OFAC end as texts did on CP/M, with 0x1A.
            if self.record.iter().any(|cell| !matches!(cell.trim_ascii(), b"" | b"\x1A")) {
                return Ok(Some(self.record.iter().map(text).collect()));
            }
        }
    }

    fn end(&self) -> Result<(), Malformed> {
        let source = self.reader.get_ref();
        if !source.inner.seen() {
            return Err(Malformed::Empty);
        }
        if source.state == State::Quoted {
            return Err(self.wrong("the file ends inside a quoted cell: it is cut. Download it again"));
        }
        Ok(())
    }
}

/// Knows whether the bytes that went by end inside a quoted cell, which the CSV reader takes for the cell's end.
struct Quotes<R> {
    inner: R,
    state: State,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// A cell begins.
    Start,
    /// In a cell without quotes, or behind the closing one.
    Plain,
    Quoted,
    /// Behind a quote in a quoted cell: its end, or the first half of a quote that is meant.
    Quote,
}

impl<R: Read> Read for Quotes<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = self.inner.read(buffer)?;
        for byte in buffer.iter().take(count) {
            self.state = match (self.state, byte) {
                (State::Start | State::Quote, b'"') => State::Quoted,
                (State::Quoted, b'"') => State::Quote,
                (State::Quoted, _) => State::Quoted,
                (State::Start | State::Plain | State::Quote, b',' | b'\n' | b'\r') => State::Start,
                (State::Start | State::Plain | State::Quote, _) => State::Plain,
            };
        }
        Ok(count)
    }
}

/// UTF-8, or else what Windows writes in the West: every byte is some letter there.
fn text(cell: &[u8]) -> String {
    match std::str::from_utf8(cell) {
        Ok(text) => text.to_owned(),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(cell).0.into_owned(),
    }
}
