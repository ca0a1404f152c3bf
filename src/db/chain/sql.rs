//! The text of a statement that writes several chains.
//!
//! ```sql
//! WITH put_0 AS (SELECT * FROM unnest($1, $2, …) AS put (chain, a0, c0, …)),     -- a row of each chain
//!      link_0 AS (UPDATE attempt … FROM put_0 … RETURNING put.chain),            -- of those that are as they were read
//!      put_1 …, link_1 AS (UPDATE step … WHERE put.chain IN (TABLE link_0) …),   -- only below these
//!      news AS (SELECT …, row_number() … WHERE chain IN (TABLE link_0)),         -- their events
//!      head AS (UPDATE log_head SET seq = seq + (SELECT count(*) FROM news) WHERE … every link is there …),
//!      log AS (INSERT INTO event SELECT … FROM news)
//! SELECT DISTINCT chain FROM link_0
//! ```
//!
//! The text depends on the tables alone, not on how many rows: it is prepared once.

use std::fmt::Write;

use sea_orm::{DbErr, Value};

use super::{How, Link, arguments::Columns};

/// A text under construction.
#[derive(Default)]
pub(super) struct Text {
    sql: String,
    links: usize,
    /// Whether a log is appended to.
    appends: bool,
}

impl Text {
    /// Writes rows of one table, of the chains that the link before has written.
    ///
    /// # Errors
    /// As [`Columns::array`].
    pub(super) fn link(&mut self, rows: Vec<(i32, Link)>, columns: &mut Columns) -> Result<(), DbErr> {
        let Some((_, like)) = rows.first() else { return Ok(()) };
        let (table, how, at) = (like.table, like.how, self.links);
        let asked: Vec<_> = like.found_by.iter().map(|(name, _)| *name).collect();
        let set: Vec<_> = like.set.iter().map(|(name, value)| (*name, cast(value))).collect();

        let (places, values): (Vec<_>, Vec<_>) = rows
            .into_iter()
            .map(|(place, link)| {
                let values = link.found_by.into_iter().chain(link.set);
                (place, values.map(|(_, value)| value).collect::<Vec<_>>())
            })
            .unzip();
        let names =
            (0..asked.len()).map(|at| format!("a{at}")).chain((0..set.len()).map(|at| format!("c{at}")));
        self.put(&format!("put_{at}"), names, places, values, columns)?;

        let guard = match at.checked_sub(1) {
            Some(before) => format!("put.chain IN (TABLE link_{before})"),
            None => "TRUE".to_owned(),
        };
        match how {
            How::Update => {
                let set = join(
                    set.iter().enumerate().map(|(at, (name, cast))| format!("\"{name}\" = put.c{at}{cast}")),
                );
                // Only the key can be looked up by; what else is asked may be null.
                let found = asked.iter().enumerate().map(|(at, name)| match at {
                    0 => format!("own.\"{name}\" = put.a0"),
                    at => format!("own.\"{name}\" IS NOT DISTINCT FROM put.a{at}"),
                });
                let found = found.collect::<Vec<_>>().join(" AND ");
                let _ = write!(
                    self.sql,
                    ", link_{at} AS (UPDATE {table} AS own SET {set} FROM put_{at} AS put WHERE {found} AND {guard} RETURNING put.chain)",
                );
            }
            How::Insert => {
                let names = join(asked.iter().copied().chain(set.iter().map(|(name, _)| *name)).map(quoted));
                let keys = join(asked.iter().copied().map(quoted));
                let values = (0..asked.len()).map(|at| format!("put.a{at}"));
                let values = join(
                    values.chain(set.iter().enumerate().map(|(at, (_, cast))| format!("put.c{at}{cast}"))),
                );
                let same =
                    (0..asked.len()).zip(&asked).map(|(at, name)| format!("new.\"{name}\" = put.a{at}"));
                let same = same.collect::<Vec<_>>().join(" AND ");
                let _ = write!(
                    self.sql,
                    ", new_{at} AS (INSERT INTO {table} ({names}) SELECT {values} FROM put_{at} AS put WHERE {guard} \
                     ON CONFLICT DO NOTHING RETURNING {keys}), \
                     link_{at} AS (SELECT put.chain FROM put_{at} AS put JOIN new_{at} AS new ON {same})",
                );
            }
        }
        self.links += 1;
        Ok(())
    }

    /// Numbers rows by a log's head, those of the chains that have written, and inserts them into the log.
    ///
    /// # Errors
    /// As [`Columns::array`].
    pub(super) fn append(
        &mut self,
        (head, found_by, value): (&str, &str, Value),
        (log, names): (&str, &[&str]),
        rows: Vec<(i32, Vec<Value>)>,
        columns: &mut Columns,
    ) -> Result<(), DbErr> {
        let (places, values) = rows.into_iter().unzip();
        self.put("put_news", (0..names.len()).map(|at| format!("c{at}")), places, values, columns)?;
        let own = if self.links == 0 { "" } else { " WHERE chain IN (TABLE link_0)" };
        let _ = write!(
            self.sql,
            ", news AS (SELECT *, row_number() OVER (ORDER BY place) AS nr FROM put_news{own})"
        );

        let value = columns.id(&value)?;
        let _ = write!(
            self.sql,
            ", head AS (UPDATE {head} SET seq = seq + (SELECT count(*) FROM news) WHERE {found_by} = {value} \
             AND EXISTS (TABLE news)",
        );
        for at in 0..self.links {
            // One that has not written what a chain asks for stops them all: without a head there is no number, which no log takes.
            let _ = write!(
                self.sql,
                " AND (SELECT count(*) FROM put_{at} WHERE chain IN (TABLE link_0)) = (SELECT count(*) FROM link_{at})",
            );
        }
        let columns = join(names.iter().copied().map(quoted));
        let values = join((0..names.len()).map(|at| format!("c{at}")));
        let _ = write!(
            self.sql,
            " RETURNING seq - (SELECT count(*) FROM news) AS before), \
             log AS (INSERT INTO {log} (seq, {columns}) SELECT (SELECT before FROM head) + nr, {values}::jsonb FROM news)",
        );
        self.appends = true;
        Ok(())
    }

    /// All of it.
    pub(super) fn end(self) -> String {
        let from = if self.links == 0 && self.appends { "news" } else { "link_0" };
        format!("WITH {} SELECT DISTINCT chain FROM {from}", self.sql)
    }

    /// The rows that are bound, under a name.
    fn put(
        &mut self,
        name: &str,
        names: impl Iterator<Item = String>,
        places: Vec<i32>,
        rows: Vec<Vec<Value>>,
        columns: &mut Columns,
    ) -> Result<(), DbErr> {
        let mut bound = columns.places(places)?;
        for column in transposed(rows) {
            let _ = write!(bound, ", {}", columns.array(column)?);
        }
        let comma = if self.sql.is_empty() { "" } else { ", " };
        let _ = write!(
            self.sql,
            "{comma}{name} AS (SELECT * FROM unnest({bound}) WITH ORDINALITY AS put (chain, {}, place))",
            join(names),
        );
        Ok(())
    }
}

/// Rows as columns.
fn transposed(rows: Vec<Vec<Value>>) -> Vec<Vec<Value>> {
    let height = rows.len();
    let mut columns: Vec<Vec<Value>> = Vec::new();
    for row in rows {
        columns.resize_with(row.len().max(columns.len()), || Vec::with_capacity(height));
        columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
    }
    columns
}

/// What is bound as text and is none.
fn cast(value: &Value) -> &'static str {
    if matches!(value, Value::Json(_)) { "::jsonb" } else { "" }
}

fn quoted(name: &str) -> String {
    format!("\"{name}\"")
}

fn join(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}
