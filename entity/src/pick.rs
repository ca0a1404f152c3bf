//! Rows of which only some columns are read. A page of attempts with their steps shows six columns of eighteen: the rest would
//! cost the database as much to send, and us as much to decode, as what is shown.

use sea_orm::{
    DbErr, EntityTrait, QueryResult, QuerySelect, RuntimeErr, Select,
    prelude::{Date, Uuid},
    sea_query::SelectStatement,
    sqlx::{self, Row, ValueRef, postgres::PgValueFormat},
};

use crate::Time;

/// A set of columns of one table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Columns(u64);

impl Columns {
    /// None.
    pub const NONE: Self = Self(0);
    /// Every column of the table.
    pub const ALL: Self = Self(u64::MAX);

    /// The column at this place of the table, from 0; a table has 64 at most.
    pub const fn at(place: u32) -> Self {
        Self(1 << place)
    }

    /// Those of both.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it has all of these.
    pub const fn has(self, others: Self) -> bool {
        self.0 & others.0 == others.0
    }
}

impl<C: Into<Self>> FromIterator<C> for Columns {
    fn from_iter<I: IntoIterator<Item = C>>(columns: I) -> Self {
        columns.into_iter().fold(Self::NONE, |all, column| all.and(column.into()))
    }
}

/// A table whose rows can be read in part.
pub trait Picked: EntityTrait<Column: Into<Columns>> {
    /// Its columns, in the order of the model.
    const COLUMNS: &'static [Self::Column];

    /// Reads a row of a statement that [`pick`] or [`beside`] has narrowed to the same columns, which begin `at` this place of
    /// the row. The model's other members hold what stands for nothing: zero, an empty text, the first word. Nobody may show
    /// them.
    ///
    /// # Errors
    /// When a value is not of its column's type.
    fn read(row: &QueryResult, columns: Columns, at: usize) -> Result<Self::Model, DbErr>;
}

/// Narrows a select to these columns.
pub fn pick<E: Picked>(select: Select<E>, columns: Columns) -> Select<E> {
    let asked = E::COLUMNS.iter().copied().filter(|column| columns.has((*column).into()));
    select.select_only().columns(asked)
}

/// Adds these columns of a joined table to a select; answers how many.
pub fn beside<E: Picked + Default>(query: &mut SelectStatement, columns: Columns) -> usize {
    let asked = E::COLUMNS.iter().copied().filter(|column| columns.has((*column).into()));
    let asked: Vec<_> = asked.map(|column| (E::default(), column)).collect();
    let width = asked.len();
    query.columns(asked);
    width
}

/// How many of these columns the table has.
pub fn width<E: Picked>(columns: Columns) -> usize {
    E::COLUMNS.iter().filter(|column| columns.has((**column).into())).count()
}

/// Whether the value at this place of a row is null.
///
/// # Errors
/// When there is none, or it is no id.
pub fn no_id(row: &QueryResult, at: usize) -> Result<bool, DbErr> {
    Ok(decode::<Uuid>(row, at)?.is_none())
}

/// The values of a row, one after another.
pub(crate) struct Cells<'r> {
    pub(crate) row: &'r QueryResult,
    pub(crate) columns: Columns,
    pub(crate) at: usize,
}

impl Cells<'_> {
    /// The value of a column that was read, or what stands for one that was not.
    pub(crate) fn next<T: Cell>(&mut self, column: Columns) -> Result<T, DbErr> {
        if !self.columns.has(column) {
            return Ok(T::blank());
        }
        let at = self.at;
        self.at += 1;
        T::read(self.row, at)
    }
}

/// The values of a row, one after another, of a statement that asked for none but these.
pub struct Values<'r> {
    row: &'r QueryResult,
    at: usize,
}

impl<'r> Values<'r> {
    /// Those of a row, from its first on.
    pub fn of(row: &'r QueryResult) -> Self {
        Self { row, at: 0 }
    }

    /// The next.
    ///
    /// # Errors
    /// When it is not of its column's type.
    pub fn take<T: Cell>(&mut self) -> Result<T, DbErr> {
        self.at += 1;
        T::read(self.row, self.at - 1)
    }

    /// The next, a text, where it lies; empty for none.
    ///
    /// # Errors
    /// When it is no text.
    pub fn text(&mut self) -> Result<&'r str, DbErr> {
        self.at += 1;
        Ok(decode::<&str>(self.row, self.at - 1)?.unwrap_or_default())
    }
}

/// A member of a model.
pub trait Cell: Sized {
    /// What stands for it where it was not read.
    fn blank() -> Self;

    /// Reads it.
    ///
    /// # Errors
    /// When it is not of its column's type.
    fn read(row: &QueryResult, at: usize) -> Result<Self, DbErr>;
}

/// A value that may be null in its column.
pub trait Present: Sized {
    /// What stands for it where it was not read.
    fn blank() -> Self;

    /// Reads it.
    ///
    /// # Errors
    /// When it is not of its column's type.
    fn read(row: &QueryResult, at: usize) -> Result<Option<Self>, DbErr>;
}

impl<T: Present> Cell for T {
    fn blank() -> Self {
        T::blank()
    }

    fn read(row: &QueryResult, at: usize) -> Result<Self, DbErr> {
        T::read(row, at)?
            .ok_or_else(|| failed(sqlx::Error::Decode("a value that has to be there is null".into())))
    }
}

impl<T: Present> Cell for Option<T> {
    fn blank() -> Self {
        None
    }

    fn read(row: &QueryResult, at: usize) -> Result<Self, DbErr> {
        T::read(row, at)
    }
}

fn failed(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

/// The driver's own decoding. What sea-orm has instead makes a text of every null that it meets.
fn decode<'r, T>(row: &'r QueryResult, at: usize) -> Result<Option<T>, DbErr>
where
    T: sqlx::Decode<'r, sqlx::Postgres> + sqlx::Type<sqlx::Postgres>,
    T: sqlx::Decode<'r, sqlx::Sqlite> + sqlx::Type<sqlx::Sqlite>,
{
    match (row.try_as_pg_row(), row.try_as_sqlite_row()) {
        // Our migrations made the columns: nobody has to look at their types for every value.
        (Some(row), _) => row.try_get_unchecked(at),
        (_, Some(row)) => row.try_get_unchecked(at),
        (None, None) => Err(sqlx::Error::RowNotFound),
    }
    .map_err(failed)
}

macro_rules! decoded {
    ($($type:ty: $blank:expr),* $(,)?) => {$(
        impl Present for $type {
            fn blank() -> Self {
                $blank
            }

            fn read(row: &QueryResult, at: usize) -> Result<Option<Self>, DbErr> {
                decode(row, at)
            }
        }
    )*};
}

/// A value as PostgreSQL sends those of a prepared statement. None for a null, and for whatever else is the driver's to decode.
fn sent<const N: usize>(row: &QueryResult, at: usize) -> Option<[u8; N]> {
    let value = row.try_as_pg_row()?.try_get_raw(at).ok()?;
    let bytes =
        (value.format() == PgValueFormat::Binary && !value.is_null()).then(|| value.as_bytes().ok())?;
    bytes?.try_into().ok()
}

/// Ids, moments and numbers are two thirds of what a page is made of, and the driver takes four times as long for one.
macro_rules! decoded_as_sent {
    ($($type:ty: $blank:expr, $of:expr);* $(;)?) => {$(
        impl Present for $type {
            fn blank() -> Self {
                $blank
            }

            fn read(row: &QueryResult, at: usize) -> Result<Option<Self>, DbErr> {
                match sent(row, at).and_then($of) {
                    Some(value) => Ok(Some(value)),
                    None => decode(row, at),
                }
            }
        }
    )*};
}

/// 2000-01-01, from which PostgreSQL counts, in microseconds since 1970.
const POSTGRES_EPOCH: i64 = 946_684_800_000_000;

decoded_as_sent! {
    Uuid: Uuid::nil(), |bytes| Some(Uuid::from_bytes(bytes));
    Time: Time::UNIX_EPOCH, |bytes| {
        i64::from_be_bytes(bytes).checked_add(POSTGRES_EPOCH).and_then(Time::from_timestamp_micros)
    };
    i32: 0, |bytes| Some(i32::from_be_bytes(bytes));
}

decoded! {
    Date: Date::MIN,
    String: String::new(),
    bool: false,
}

/// Reads a word of a list.
pub(crate) fn word<T: std::str::FromStr<Err: std::error::Error + Send + Sync + 'static>>(
    row: &QueryResult,
    at: usize,
) -> Result<Option<T>, DbErr> {
    let text: Option<&str> = decode(row, at)?;
    text.map(str::parse).transpose().map_err(|error: T::Err| failed(sqlx::Error::Decode(error.into())))
}

/// Makes a table [`Picked`]: its members and columns, all of them, in the order of the model.
macro_rules! picked {
    ($($member:ident: $column:ident),* $(,)?) => {
        impl From<Column> for $crate::pick::Columns {
            fn from(column: Column) -> Self {
                Self::at(column as u32)
            }
        }

        impl $crate::pick::Picked for Entity {
            const COLUMNS: &'static [Column] = &[$(Column::$column),*];

            fn read(
                row: &sea_orm::QueryResult,
                columns: $crate::pick::Columns,
                at: usize,
            ) -> Result<Model, DbErr> {
                let mut cells = $crate::pick::Cells { row, columns, at };
                Ok(Model { $($member: cells.next(Column::$column.into())?),* })
            }
        }
    };
}

pub(crate) use picked;
