//! Cursors of a list: the place of a row in its order, and a mark of the list.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Datelike};
use entity::Time;
use sea_orm::Value;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::error::{Error, Result};

/// What rows are sorted by.
#[derive(Clone, Debug, PartialEq)]
pub enum Key {
    /// A moment.
    Time(Time),
    /// A text that both databases compare byte by byte.
    Text(String),
    /// A number.
    Number(i64),
}

/// What a key is: the same for all rows of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Kind {
    Time = b't',
    Text = b's',
    Number = b'n',
}

/// What a row is sorted by, and its id.
pub enum Place<M> {
    /// By a moment.
    Time(fn(&M) -> (Time, Uuid)),
    /// By a text.
    Text(fn(&M) -> (String, Uuid)),
    /// By a number.
    Number(fn(&M) -> (i64, Uuid)),
}

impl<M> Place<M> {
    /// The place of a row.
    pub(super) fn of(&self, row: &M) -> (Key, Uuid) {
        match self {
            Self::Time(of) => {
                let (time, id) = of(row);
                (Key::Time(time), id)
            }
            Self::Text(of) => {
                let (text, id) = of(row);
                (Key::Text(text), id)
            }
            Self::Number(of) => {
                let (number, id) = of(row);
                (Key::Number(number), id)
            }
        }
    }

    /// What its keys are.
    pub(super) fn kind(&self) -> Kind {
        match self {
            Self::Time(_) => Kind::Time,
            Self::Text(_) => Kind::Text,
            Self::Number(_) => Kind::Number,
        }
    }
}

/// The years in which both databases order moments alike: SQLite compares them as texts, which have four digits there.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

impl From<Key> for Value {
    fn from(key: Key) -> Value {
        match key {
            Key::Time(time) => time.into(),
            Key::Text(text) => text.into(),
            Key::Number(number) => number.into(),
        }
    }
}

/// What tells the cursors of one list from those of others.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark([u8; 4]);

impl Mark {
    /// The mark of a list: whose it is, its name and its sort.
    pub(super) fn of(list: &str) -> Self {
        let digest = Sha256::digest(list.as_bytes());
        Self([digest[0], digest[1], digest[2], digest[3]])
    }

    /// The place that a cursor names, which came as the argument `name`; the list is sorted by keys of this `kind`.
    ///
    /// # Errors
    /// CURSOR_INVALID for what is no cursor of this list.
    pub(super) fn read(self, cursor: &str, name: &str, kind: Kind) -> Result<(Key, Uuid)> {
        let refused = || {
            Error::CursorInvalid(format!(
                "`{name}` is not a cursor of this list in this order. Use a cursor that came with the same filter and sort, or \
                 leave it out to begin at the beginning."
            ))
        };
        let parse = || {
            let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
            let (mark, rest) = bytes.split_first_chunk::<4>()?;
            let (id, rest) = rest.split_first_chunk::<16>()?;
            let rest = rest.strip_prefix(&[kind as u8])?;
            let number = || Some(i64::from_be_bytes(rest.try_into().ok()?));
            let key = match kind {
                Kind::Time => {
                    let time = DateTime::from_timestamp_micros(number()?)?;
                    Key::Time(YEARS.contains(&time.year()).then_some(time)?)
                }
                Kind::Text => {
                    Key::Text(std::str::from_utf8(rest).ok().filter(|text| !text.contains('\0'))?.to_owned())
                }
                Kind::Number => Key::Number(number()?),
            };
            (*mark == self.0).then_some((key, Uuid::from_bytes(*id)))
        };
        parse().ok_or_else(refused)
    }

    /// The cursor of a place.
    pub(super) fn write(self, key: &Key, id: Uuid) -> String {
        let mut bytes = Vec::with_capacity(32);
        bytes.extend_from_slice(&self.0);
        bytes.extend_from_slice(id.as_bytes());
        match key {
            Key::Time(time) => {
                bytes.push(Kind::Time as u8);
                bytes.extend_from_slice(&time.timestamp_micros().to_be_bytes());
            }
            Key::Text(text) => {
                bytes.push(Kind::Text as u8);
                bytes.extend_from_slice(text.as_bytes());
            }
            Key::Number(number) => {
                bytes.push(Kind::Number as u8);
                bytes.extend_from_slice(&number.to_be_bytes());
            }
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }
}
