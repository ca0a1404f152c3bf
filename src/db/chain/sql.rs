//! The text of a statement that writes several chains.
//!
//! ```sql
//! WITH put_0 AS (SELECT * FROM unnest($1, $2, …) AS put (chain, a0, c0, …)),     -- a row of each chain
//!      put_1 …,
//!      link_0 AS (UPDATE attempt … FROM put_0 … RETURNING put.chain),            -- of those that are as they were read
//!      link_1 AS (UPDATE step … WHERE put.chain IN (TABLE link_0) …),            -- only below these
//!      news AS (SELECT …, row_number() … WHERE chain IN (TABLE link_0)),         -- their events
//!      head AS (UPDATE log_head SET seq = seq + (SELECT count(*) FROM news) WHERE … every link is there …),
//!      log AS (INSERT INTO event SELECT … FROM news)
//! SELECT DISTINCT chain FROM link_0
//! ```
//!
//! An insert before an update asks first whether the row to update is still as it was read, without a lock, which would be
//! taken out of order: a chain whose row has moved is left out, and those that are written with it are not lost. One that moves
//! in the very moment still stops them all.
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

/// What the text says of the rows of one table.
struct Shape {
    table: &'static str,
    how: How,
    /// The columns that are asked for, the key first.
    asked: Vec<&'static str>,
    /// The columns that are set, and what makes the bound value one of theirs.
    set: Vec<(&'static str, &'static str)>,
}

impl Shape {
    fn of(link: &Link) -> Self {
        let asked = link.found_by.iter().map(|(name, _)| *name).collect();
        let set = link.set.iter().map(|(name, value)| (*name, cast(value))).collect();
        Self { table: link.table, how: link.how, asked, set }
    }

    /// The names of what is bound for a row.
    fn names(&self) -> impl Iterator<Item = String> {
        let asked = (0..self.asked.len()).map(|at| format!("a{at}"));
        asked.chain((0..self.set.len()).map(|at| format!("c{at}")))
    }

    /// That the row `own` is the one that was read, by what is bound under a name.
    fn found(&self, put: &str) -> String {
        // Only the key can be looked up by; what else is asked may be null.
        let found = self.asked.iter().enumerate().map(|(at, name)| match at {
            0 => format!("own.\"{name}\" = {put}.a0"),
            at => format!("own.\"{name}\" IS NOT DISTINCT FROM {put}.a{at}"),
        });
        found.collect::<Vec<_>>().join(" AND ")
    }
}

impl Text {
    /// Writes rows of tables, each of the chains that the table before has written.
    ///
    /// # Errors
    /// As [`Columns::array`].
    pub(super) fn links(
        &mut self,
        tables: Vec<Vec<(i32, Link)>>,
        columns: &mut Columns,
    ) -> Result<(), DbErr> {
        let mut shapes = Vec::new();
        for rows in tables {
            let Some((_, like)) = rows.first() else { continue };
            let shape = Shape::of(like);
            let (places, values) = rows
                .into_iter()
                .map(|(place, link)| {
                    let values = link.found_by.into_iter().chain(link.set);
                    (place, values.map(|(_, value)| value).collect::<Vec<_>>())
                })
                .unzip();
            self.put(&format!("put_{}", shapes.len()), shape.names(), places, values, columns)?;
            shapes.push(shape);
        }
        for (at, shape) in shapes.iter().enumerate() {
            let next = shapes.get(at + 1).filter(|next| next.how == How::Update);
            let guard = match at.checked_sub(1) {
                Some(before) => format!("put.chain IN (TABLE link_{before})"),
                None => "TRUE".to_owned(),
            };
            match shape.how {
                How::Update => self.update(at, shape, &guard),
                How::Insert => self.insert(at, shape, next, &guard),
            }
        }
        self.links = shapes.len();
        Ok(())
    }

    fn update(&mut self, at: usize, shape: &Shape, guard: &str) {
        let set = shape.set.iter().enumerate();
        let set = join(set.map(|(at, (name, cast))| format!("\"{name}\" = put.c{at}{cast}")));
        let (table, found) = (shape.table, shape.found("put"));
        let _ = write!(
            self.sql,
            ", link_{at} AS (UPDATE {table} AS own SET {set} FROM put_{at} AS put WHERE {found} AND {guard} RETURNING put.chain)",
        );
    }

    fn insert(&mut self, at: usize, shape: &Shape, next: Option<&Shape>, guard: &str) {
        let Shape { table, asked, set, .. } = shape;
        let names = join(asked.iter().copied().chain(set.iter().map(|(name, _)| *name)).map(quoted));
        let keys = join(asked.iter().copied().map(quoted));
        let values = (0..asked.len()).map(|at| format!("put.a{at}"));
        let values =
            join(values.chain(set.iter().enumerate().map(|(at, (_, cast))| format!("put.c{at}{cast}"))));
        let same = (0..asked.len()).zip(asked).map(|(at, name)| format!("new.\"{name}\" = put.a{at}"));
        let same = same.collect::<Vec<_>>().join(" AND ");
        let still = next.map(|next| {
            let (table, found) = (next.table, next.found("its"));
            format!(
                " AND NOT EXISTS (SELECT FROM put_{} AS its WHERE its.chain = put.chain \
                 AND NOT EXISTS (SELECT FROM {table} AS own WHERE {found}))",
                at + 1
            )
        });
        let still = still.unwrap_or_default();
        let _ = write!(
            self.sql,
            ", new_{at} AS (INSERT INTO {table} ({names}) SELECT {values} FROM put_{at} AS put WHERE {guard}{still} \
             ON CONFLICT DO NOTHING RETURNING {keys}), \
             link_{at} AS (SELECT put.chain FROM put_{at} AS put JOIN new_{at} AS new ON {same})",
        );
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
