//! Columns of values, bound as arrays.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    DbErr, Value,
    prelude::Uuid,
    sqlx::{Arguments, postgres::PgArguments},
};

/// What a statement binds, in the order of its parameters.
#[derive(Default)]
pub(super) struct Columns {
    bound: PgArguments,
    count: usize,
}

impl Columns {
    /// Binds one value of each row as an array, and answers its parameter. A JSON document is bound as text, which PostgreSQL
    /// reads anyway: the statement has to say that it is none.
    ///
    /// # Errors
    /// When the values are not all of one kind, or of a kind that no column has.
    pub(super) fn array(&mut self, values: Vec<Value>) -> Result<String, DbErr> {
        let Some(first) = values.first() else {
            return Err(DbErr::Custom("a column without a row".to_owned()));
        };
        /// All of them, when each is of this kind.
        macro_rules! all {
            ($kind:ident, $type:ty) => {{
                let all: Option<Vec<Option<$type>>> = values
                    .into_iter()
                    .map(|value| if let Value::$kind(value) = value { Some(value) } else { None })
                    .collect();
                self.add(all.ok_or_else(mixed)?)
            }};
        }
        match first {
            Value::Bool(_) => all!(Bool, bool),
            Value::SmallInt(_) => all!(SmallInt, i16),
            Value::Int(_) => all!(Int, i32),
            Value::BigInt(_) => all!(BigInt, i64),
            Value::String(_) => all!(String, String),
            Value::Uuid(_) => all!(Uuid, Uuid),
            Value::Bytes(_) => all!(Bytes, Vec<u8>),
            Value::ChronoDate(_) => all!(ChronoDate, NaiveDate),
            Value::ChronoDateTimeUtc(_) => all!(ChronoDateTimeUtc, DateTime<Utc>),
            Value::Json(_) => {
                let all: Option<Vec<Option<String>>> = values
                    .into_iter()
                    .map(|value| {
                        if let Value::Json(value) = value {
                            Some(value.map(|value| value.to_string()))
                        } else {
                            None
                        }
                    })
                    .collect();
                self.add(all.ok_or_else(mixed)?)
            }
            _ => Err(mixed()),
        }
    }

    /// Binds to which chain each row belongs.
    ///
    /// # Errors
    /// The driver's own.
    pub(super) fn places(&mut self, places: Vec<i32>) -> Result<String, DbErr> {
        self.add(places)
    }

    /// Binds one value.
    ///
    /// # Errors
    /// When it is no id.
    pub(super) fn id(&mut self, value: &Value) -> Result<String, DbErr> {
        match value {
            Value::Uuid(id) => self.add(*id),
            _ => Err(mixed()),
        }
    }

    /// All of it.
    pub(super) fn bind(self) -> PgArguments {
        self.bound
    }

    fn add<'v, T>(&mut self, value: T) -> Result<String, DbErr>
    where
        T: sea_orm::sqlx::Encode<'v, sea_orm::sqlx::Postgres>
            + sea_orm::sqlx::Type<sea_orm::sqlx::Postgres>
            + 'v,
    {
        self.bound.add(value).map_err(|error| DbErr::Custom(error.to_string()))?;
        self.count += 1;
        Ok(format!("${}", self.count))
    }
}

/// What puts rows of one table into one order.
pub(super) fn order(found_by: &[(&'static str, Value)]) -> Vec<Vec<u8>> {
    let key = found_by.iter().map(|(_, value)| match value {
        Value::Uuid(Some(id)) => id.as_bytes().to_vec(),
        Value::String(Some(text)) => text.as_bytes().to_vec(),
        _ => Vec::new(),
    });
    key.collect()
}

fn mixed() -> DbErr {
    DbErr::Custom("a column of no known kind, or of several".to_owned())
}
