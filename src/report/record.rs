//! Records of CSV as RFC 4180 has them: a comma between cells, CRLF behind the last, quotes where they are needed.

use std::io::{self, Write};

/// Bytes that leave at once.
const BUFFER: usize = 64 * 1024;

/// Writes records, cell by cell.
pub(super) struct Records<W> {
    out: W,
    /// Ends with a comma, unless nothing of a record has been written.
    buffer: Vec<u8>,
}

impl<W: Write> Records<W> {
    pub(super) fn of(out: W) -> Self {
        // A record is written whole before it leaves.
        Self { out, buffer: Vec::with_capacity(BUFFER + BUFFER / 8) }
    }

    /// Writes a cell, in quotes where a reader would take it apart.
    pub(super) fn text(&mut self, text: &str) {
        if text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\r' | b'\n')) {
            self.buffer.push(b'"');
            for (i, part) in text.split('"').enumerate() {
                if i > 0 {
                    self.buffer.extend_from_slice(b"\"\"");
                }
                self.buffer.extend_from_slice(part.as_bytes());
            }
            self.buffer.push(b'"');
        } else {
            self.buffer.extend_from_slice(text.as_bytes());
        }
        self.buffer.push(b',');
    }

    /// Writes a cell that has no comma, no quote and no line break.
    pub(super) fn plain(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        write(&mut self.buffer);
        self.buffer.push(b',');
    }

    /// Writes so many empty cells.
    pub(super) fn none(&mut self, cells: usize) {
        self.buffer.extend(std::iter::repeat_n(b',', cells));
    }

    /// Ends a record, which has more than one cell.
    pub(super) fn end(&mut self) -> io::Result<()> {
        self.buffer.pop();
        self.buffer.extend_from_slice(b"\r\n");
        if self.buffer.len() < BUFFER { Ok(()) } else { self.flush() }
    }

    /// How much is buffered: where the next cell goes.
    pub(super) fn here(&self) -> usize {
        self.buffer.len()
    }

    /// The cells of this record that were written from there on.
    pub(super) fn since(&self, place: usize) -> &[u8] {
        self.buffer.get(place..).unwrap_or_default()
    }

    /// Writes cells as [`Records::since`] answered them.
    pub(super) fn again(&mut self, cells: &[u8]) {
        self.buffer.extend_from_slice(cells);
    }

    /// Hands over what is buffered.
    pub(super) fn flush(&mut self) -> io::Result<()> {
        let outcome = self.out.write_all(&self.buffer);
        self.buffer.clear();
        outcome
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn records_are_those_of_the_csv_crate(
            records in prop::collection::vec(prop::collection::vec("[=,\";'\t\r\n a-]{0,6}|\\PC{0,9}", 2..6), 0..9)
        ) {
            let mut theirs = csv::WriterBuilder::new()
                .terminator(csv::Terminator::CRLF)
                .flexible(true)
                .from_writer(Vec::new());
            let mut ours = Records::of(Vec::new());
            for record in &records {
                theirs.write_record(record).unwrap();
                for cell in record {
                    match cell.as_str() {
                        "" => ours.none(1),
                        text => ours.text(text),
                    }
                }
                ours.end().unwrap();
            }
            ours.flush().unwrap();
            prop_assert_eq!(ours.out, theirs.into_inner().unwrap());
        }
    }
}
