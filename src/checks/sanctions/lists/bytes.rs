//! The way of the bytes: no more of them than a list has.

use std::{
    fmt,
    io::{self, Read},
};

use super::Malformed;

/// Reads on until the limit; a byte more is an error that [`failed`] knows.
pub(super) struct Bounded<R> {
    inner: R,
    left: u64,
    limit: Limit,
    seen: bool,
}

/// How large a list's file may be, and whose.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limit {
    pub megabytes: u64,
    pub list: &'static str,
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Malformed::TooLarge(self.megabytes, self.list).fmt(f)
    }
}

impl std::error::Error for Limit {}

impl<R: Read> Bounded<R> {
    pub(super) fn new(inner: R, limit: Limit) -> Self {
        Self { inner, left: limit.megabytes << 20, limit, seen: false }
    }

    /// Whether there was a byte.
    pub(super) fn seen(&self) -> bool {
        self.seen
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.seen |= count > 0;
        match self.left.checked_sub(count as u64) {
            Some(left) => {
                self.left = left;
                Ok(count)
            }
            None => Err(io::Error::other(self.limit)),
        }
    }
}

/// What a failed read says.
pub(super) fn failed(error: io::Error) -> Malformed {
    match error.downcast::<Limit>() {
        Ok(limit) => Malformed::TooLarge(limit.megabytes, limit.list),
        Err(error) => Malformed::Unreadable(error),
    }
}
