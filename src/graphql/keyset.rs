//! Pages by key: `WHERE (key, id) > (…) ORDER BY key, id LIMIT n + 1`. A row that is inserted or moves cannot make a page
//! repeat or skip another row.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use entity::Time;
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select, Value,
    sea_query::{Expr, Order, SimpleExpr},
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::exec::connection::PageArgs;
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

impl From<Key> for Value {
    fn from(key: Key) -> Value {
        match key {
            Key::Time(time) => time.into(),
            Key::Text(text) => text.into(),
            Key::Number(number) => number.into(),
        }
    }
}

/// How a list is sorted, and how its cursors are told from those of other lists.
pub struct Keyset<E: EntityTrait> {
    /// The list's name with its sort: a cursor of another one is refused.
    pub list: String,
    /// What rows are sorted by, as SQL.
    pub key: SimpleExpr,
    /// The tie-break.
    pub id: E::Column,
    /// Whether the largest comes first.
    pub descending: bool,
    /// What a row is sorted by.
    pub of: fn(&E::Model) -> (Key, Uuid),
}

/// The rows of a page, each with its cursor.
pub struct Rows<M> {
    /// In the order of the list.
    pub rows: Vec<(M, String)>,
    /// Whether there are rows after them.
    pub has_next_page: bool,
    /// Whether there are rows before them.
    pub has_previous_page: bool,
}

impl<E: EntityTrait> Keyset<E> {
    /// Reads one page.
    ///
    /// # Errors
    /// BAD_USER_INPUT for a page that cannot be, CURSOR_INVALID for a cursor of another list.
    pub async fn page(
        &self,
        db: &impl sea_orm::ConnectionTrait,
        mut select: Select<E>,
        args: &PageArgs,
    ) -> Result<Rows<E::Model>>
    where
        E::Model: Send + Sync,
    {
        let window = args.window()?;
        for (cursor, after) in [(&args.after, true), (&args.before, false)] {
            let Some(cursor) = cursor else { continue };
            let (key, id) = self.read_cursor(cursor, if after { "after" } else { "before" })?;
            let place = Expr::tuple([self.key.clone(), self.id.into_expr().into()]);
            let bound = Expr::tuple([Expr::value(key), Expr::value(id)]);
            // "After" in the order of the list.
            select = select.filter(if after != self.descending { place.gt(bound) } else { place.lt(bound) });
        }
        let order = if self.descending != window.backward { Order::Desc } else { Order::Asc };
        let mut rows = select
            .order_by(self.key.clone(), order.clone())
            .order_by(self.id, order)
            .limit(window.size + 1)
            .all(db)
            .await?;
        let more = rows.len() as u64 > window.size;
        if more {
            rows.pop();
        }
        let (has_next_page, has_previous_page) = if window.backward {
            rows.reverse();
            (args.before.is_some(), more)
        } else {
            (more, args.after.is_some())
        };
        let rows = rows
            .into_iter()
            .map(|row| {
                let (key, id) = (self.of)(&row);
                let cursor = self.write_cursor(&key, id);
                (row, cursor)
            })
            .collect();
        Ok(Rows { rows, has_next_page, has_previous_page })
    }

    /// The mark of the list, as its cursors carry it.
    fn mark(&self) -> [u8; 4] {
        let digest = Sha256::digest(self.list.as_bytes());
        [digest[0], digest[1], digest[2], digest[3]]
    }

    fn write_cursor(&self, key: &Key, id: Uuid) -> String {
        let mut bytes = self.mark().to_vec();
        bytes.extend_from_slice(id.as_bytes());
        match key {
            Key::Time(time) => {
                bytes.push(b't');
                bytes.extend_from_slice(&time.timestamp_micros().to_be_bytes());
            }
            Key::Text(text) => {
                bytes.push(b's');
                bytes.extend_from_slice(text.as_bytes());
            }
            Key::Number(number) => {
                bytes.push(b'n');
                bytes.extend_from_slice(&number.to_be_bytes());
            }
        }
        URL_SAFE_NO_PAD.encode(bytes)
    }

    fn read_cursor(&self, cursor: &str, name: &str) -> Result<(Key, Uuid)> {
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
            let (kind, rest) = rest.split_first()?;
            let number = || Some(i64::from_be_bytes(rest.try_into().ok()?));
            let key = match kind {
                b't' => Key::Time(DateTime::from_timestamp_micros(number()?)?),
                b's' => Key::Text(std::str::from_utf8(rest).ok().filter(|text| !text.contains('\0'))?.to_owned()),
                b'n' => Key::Number(number()?),
                _ => return None,
            };
            (*mark == self.mark()).then_some((key, Uuid::from_bytes(*id)))
        };
        parse().ok_or_else(refused)
    }
}

/// Counts what a select would find.
///
/// # Errors
/// When the database fails.
pub async fn count<E>(db: &impl sea_orm::ConnectionTrait, select: Select<E>) -> Result<i64>
where
    E: EntityTrait,
    E::Model: Send + Sync + Sized,
{
    Ok(i64::try_from(PaginatorTrait::count(select, db).await?).unwrap_or(i64::MAX))
}
