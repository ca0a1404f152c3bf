//! Several writes as one statement, on PostgreSQL: a chain of data-modifying CTEs.

use std::fmt::Write;

use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, Value};

/// Writes of one row each, in their order: each waits for the one before.
///
/// PostgreSQL runs the CTEs of a statement in no order of its own; that each asks whether the one before has written is
/// what makes this order the order of the locks. All of it is one round trip, and outside of a transaction its own one.
/// When the first finds no row, nothing is written. When a later one does, the statement fails, and nothing is written.
#[derive(Default)]
pub struct Chain {
    sql: String,
    values: Vec<Value>,
    links: usize,
}

impl Chain {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.links == 0
    }

    /// Sets columns of the row whose columns in `found_by` have these values.
    pub fn update<'c>(
        &mut self,
        table: &str,
        columns: impl IntoIterator<Item = (&'c str, Value)>,
        found_by: impl IntoIterator<Item = (&'c str, Value)>,
    ) {
        self.begin_link();
        let _ = write!(self.sql, "UPDATE {table} SET ");
        for (index, (column, value)) in columns.into_iter().enumerate() {
            let _ = write!(self.sql, "{}\"{column}\" = ", if index == 0 { "" } else { ", " });
            self.bind(value);
        }
        self.sql.push_str(" WHERE ");
        for (index, (column, value)) in found_by.into_iter().enumerate() {
            let _ = write!(self.sql, "{}\"{column}\"", if index == 0 { "" } else { " AND " });
            if value == value.as_null() {
                self.sql.push_str(" IS NULL");
            } else {
                self.sql.push_str(" = ");
                self.bind(value);
            }
        }
        self.guard(" AND", self.links.checked_sub(1));
        self.end_link("1");
    }

    /// Inserts a row, unless one is in its way. A transaction that is about to insert the same is waited for.
    pub fn insert_if_new<'c>(&mut self, table: &str, row: impl IntoIterator<Item = (&'c str, Value)>) {
        self.begin_link();
        let (columns, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
        let _ = write!(self.sql, "INSERT INTO {table} (\"{}\") SELECT ", columns.join("\", \""));
        self.list(values);
        self.guard(" WHERE", self.links.checked_sub(1));
        self.sql.push_str(" ON CONFLICT DO NOTHING");
        self.end_link("1");
    }

    /// Ends the chain: adds the number of `rows` to the `seq` of a log's head, and inserts them into the log with the numbers
    /// that it took. The second half of a row is JSON, for its last column. The head is asked for last, so that others wait for it as shortly as can be.
    pub fn append<'c>(
        &mut self,
        (head, found_by, value): (&str, &str, Value),
        (log, columns): (&str, impl IntoIterator<Item = &'c str>),
        rows: Vec<(Vec<Value>, String)>,
    ) {
        let guarded = !self.is_empty();
        self.begin_link();
        let _ = write!(self.sql, "UPDATE {head} SET seq = seq + {} WHERE {found_by} = ", rows.len());
        self.bind(value);
        self.guard(" AND", self.links.checked_sub(1));
        self.end_link("seq");

        let taken = self.links - 1;
        self.begin_link();
        let _ = write!(self.sql, "INSERT INTO {log} (seq");
        columns.into_iter().for_each(|column| {
            let _ = write!(self.sql, ", \"{column}\"");
        });
        self.sql.push_str(") ");
        let mut behind = rows.len();
        for (row, json) in rows {
            behind -= 1;
            // Without a head there is no number: NULL, which no log takes, and all of the statement fails.
            let _ = write!(self.sql, "SELECT (SELECT seq FROM link_{taken}) - {behind}, ");
            self.list(row);
            self.sql.push_str(", ");
            // As text: PostgreSQL reads it anyway, and nobody has to make a tree of it first.
            self.bind(json.into());
            self.sql.push_str("::jsonb");
            self.guard(" WHERE", guarded.then_some(0));
            self.sql.push_str(if behind == 0 { "" } else { " UNION ALL " });
        }
        self.end_link("1");
    }

    /// Writes all of it, or nothing: whether it was written. Nothing is when a row was not found, or one was in the way.
    ///
    /// # Errors
    /// When the database fails or refuses.
    pub(super) async fn run(self, db: &impl ConnectionTrait) -> Result<bool, DbErr> {
        if self.is_empty() {
            return Ok(true);
        }
        let sql = format!("WITH {} TABLE link_{}", self.sql, self.links - 1);
        let statement = Statement::from_sql_and_values(DbBackend::Postgres, sql, self.values);
        Ok(db.execute_raw(statement).await?.rows_affected() > 0)
    }

    fn begin_link(&mut self) {
        let comma = if self.links == 0 { "" } else { ", " };
        let _ = write!(self.sql, "{comma}link_{} AS (", self.links);
    }

    /// Only when that link has written.
    fn guard(&mut self, word: &str, link: Option<usize>) {
        if let Some(link) = link {
            let _ = write!(self.sql, "{word} EXISTS (TABLE link_{link})");
        }
    }

    fn end_link(&mut self, returning: &str) {
        let _ = write!(self.sql, " RETURNING {returning})");
        self.links += 1;
    }

    fn list(&mut self, values: Vec<Value>) {
        for (index, value) in values.into_iter().enumerate() {
            self.sql.push_str(if index == 0 { "" } else { ", " });
            self.bind(value);
        }
    }

    fn bind(&mut self, value: Value) {
        self.values.push(value);
        let _ = write!(self.sql, "${}", self.values.len());
    }
}
