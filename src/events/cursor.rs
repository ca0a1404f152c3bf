//! Positions in a log, as clients hold them.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::{
    Scope, Scoped, event,
    id::{EventId, MerchantId},
};
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::log;
use crate::error::{Error, Result};

/// A position in a merchant's log, as clients hold it: opaque, and refused where it does not belong.
///
/// It carries the merchant and 32 random bits of the event's id, so that a cursor of another merchant's log, or from
/// before the database was restored from a backup, is refused instead of silently misread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    pub merchant: MerchantId,
    pub seq: i64,
    pub check: u32,
}

impl Cursor {
    /// The position of an event.
    pub fn of(event: &event::Model) -> Self {
        Self::at(event.merchant_id, event.seq, event.id)
    }

    /// The position of an event by its parts.
    pub fn at(merchant: MerchantId, seq: i64, id: EventId) -> Self {
        // The low bits of a UUID v7 are random.
        let check = id.0.as_u128() as u32;
        Self { merchant, seq, check }
    }

    /// The position before a merchant's first event.
    pub fn origin(merchant: MerchantId) -> Self {
        Self { merchant, seq: 0, check: 0 }
    }

    /// Reads what [`Display`](std::fmt::Display) wrote; none when it is not a cursor.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 28] = URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()?;
        let (merchant, rest) = bytes.split_first_chunk::<16>()?;
        let (seq, check) = rest.split_first_chunk::<8>()?;
        let seq = i64::from_be_bytes(*seq);
        let check = u32::from_be_bytes(check.try_into().ok()?);
        (seq >= 0).then_some(Self { merchant: MerchantId(Uuid::from_bytes(*merchant)), seq, check })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = [0; 28];
        bytes[..16].copy_from_slice(self.merchant.0.as_bytes());
        bytes[16..24].copy_from_slice(&self.seq.to_be_bytes());
        bytes[24..].copy_from_slice(&self.check.to_be_bytes());
        f.write_str(&URL_SAFE_NO_PAD.encode(bytes))
    }
}

/// The cursor of the log's head: what a client subscribes after, once it has read a snapshot.
///
/// # Errors
/// When the database fails.
pub async fn head_cursor(db: &impl ConnectionTrait, scope: Scope) -> Result<Cursor> {
    let newest = event::Entity::scoped(scope).order_by_desc(event::Column::Seq).one(db).await?;
    Ok(newest.map_or_else(|| Cursor::origin(scope.merchant_id()), |event| Cursor::of(&event)))
}

/// Where a cursor that a client gave as `name` stands in a merchant's log.
///
/// # Errors
/// CURSOR_INVALID when it is not a cursor, of another merchant's log, from the future, or of a log that was replaced by a
/// backup since; CURSOR_EXPIRED when the log does not go back that far any more.
pub async fn locate(db: &impl ConnectionTrait, scope: Scope, text: &str, name: &str) -> Result<i64> {
    let invalid = || {
        Error::CursorInvalid(format!(
            "`{name}` is not a position in this merchant's log as it is now. Use the cursor of an event, or read a snapshot \
             again together with `eventCursor` and go on from there."
        ))
    };
    let cursor =
        Cursor::parse(text).filter(|cursor| cursor.merchant == scope.merchant_id()).ok_or_else(invalid)?;
    if cursor != Cursor::origin(scope.merchant_id()) {
        let at = event::Entity::scoped(scope).filter(event::Column::Seq.eq(cursor.seq)).one(db).await?;
        if let Some(event) = at {
            return if Cursor::of(&event) == cursor { Ok(event.seq) } else { Err(invalid()) };
        }
    }
    // Nothing stands there: the log is too short, or its beginning is gone.
    let first = event::Entity::scoped(scope).order_by_asc(event::Column::Seq).one(db).await?;
    let begins_after = match first {
        Some(first) => first.seq - 1,
        None => log::head(db, scope).await?,
    };
    match cursor.seq {
        0 if cursor.check == 0 && begins_after == 0 => Ok(0),
        seq if seq <= begins_after && begins_after > 0 => Err(Error::CursorExpired(format!(
            "The log does not go back to `{name}` any more. Read a snapshot again together with `eventCursor`, and go on \
             from there."
        ))),
        _ => Err(invalid()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let cursor = Cursor { merchant: MerchantId(Uuid::from_u128(7)), seq: 41, check: 0xDEAD_BEEF };
        let text = cursor.to_string();
        assert_eq!(Cursor::parse(&text), Some(cursor));
        for bad in ["", "x", &text[1..], &format!("{text}A"), &text.replace('A', "*")] {
            assert_eq!(Cursor::parse(bad), None, "{bad}");
        }
        let negative = Cursor { seq: -1, ..cursor };
        assert_eq!(Cursor::parse(&negative.to_string()), None);
    }
}
