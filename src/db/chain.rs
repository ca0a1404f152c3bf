//! Several writes as one statement, on PostgreSQL: a chain of data-modifying CTEs, and several chains as one.

mod arguments;
mod sql;

use sea_orm::{DbErr, Value, sqlx::postgres::PgArguments};

use self::arguments::Columns;

/// Writes in their order: each waits for the one before.
///
/// PostgreSQL runs the CTEs of a statement in no order of its own; that each asks whether the one before has written is
/// what makes this order the order of the locks. All of it is one round trip, and outside of a transaction its own one.
/// When the first finds no row, nothing is written. When a later one does, the statement fails, and nothing is written.
#[derive(Default)]
pub struct Chain {
    links: Vec<Link>,
    /// The tables that it writes, in their order: what its statement depends on.
    shape: Vec<(&'static str, How)>,
    append: Option<Append>,
}

/// A row that is written.
struct Link {
    table: &'static str,
    how: How,
    /// What is asked of the row: for an update how it has to be, for an insert the columns that may not be taken.
    found_by: Vec<(&'static str, Value)>,
    set: Vec<(&'static str, Value)>,
}

impl Link {
    /// Whether both write the same row.
    fn meets(&self, other: &Self) -> bool {
        let is_same_row = match self.how {
            // Whatever else is asked of it.
            How::Update => self.found_by.first() == other.found_by.first(),
            How::Insert => self.found_by == other.found_by,
        };
        (self.table, self.how) == (other.table, other.how) && is_same_row
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Update,
    /// Unless a row is in its way.
    Insert,
}

/// Rows that are numbered by a log's head, and inserted into the log.
struct Append {
    /// The table of heads, its column that finds one, and its value.
    head: (&'static str, &'static str, Value),
    log: &'static str,
    columns: Vec<&'static str>,
    rows: Vec<Vec<Value>>,
}

impl Chain {
    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.links.is_empty() && self.append.is_none()
    }

    /// Sets columns of the row whose columns in `found_by` have these values, the first of which is its key.
    pub fn update(
        &mut self,
        table: &'static str,
        set: impl IntoIterator<Item = (&'static str, Value)>,
        found_by: impl IntoIterator<Item = (&'static str, Value)>,
    ) {
        let (set, found_by) = (set.into_iter().collect(), found_by.into_iter().collect());
        self.push(Link { table, how: How::Update, found_by, set });
    }

    /// Inserts a row, unless one with the same `key` is in its way. A transaction that is about to insert the same is waited for.
    pub fn insert_if_new(
        &mut self,
        table: &'static str,
        key: impl IntoIterator<Item = (&'static str, Value)>,
        rest: impl IntoIterator<Item = (&'static str, Value)>,
    ) {
        let (found_by, set) = (key.into_iter().collect(), rest.into_iter().collect());
        self.push(Link { table, how: How::Insert, found_by, set });
    }

    /// Ends the chain: adds the number of `rows` to the `seq` of a log's head, and inserts them into the log with the numbers
    /// that it took. The second half of a row is JSON, for its last column. The head is asked for last, so that others wait for it
    /// as shortly as can be.
    pub fn append(
        &mut self,
        head: (&'static str, &'static str, Value),
        (log, columns): (&'static str, impl IntoIterator<Item = &'static str>),
        rows: Vec<(Vec<Value>, String)>,
    ) {
        // As text: PostgreSQL reads it anyway, and nobody has to make a tree of it first.
        let rows = rows.into_iter().map(|(mut row, json)| {
            row.push(json.into());
            row
        });
        let rows = rows.collect();
        self.append = Some(Append { head, log, columns: columns.into_iter().collect(), rows });
    }

    /// The log that it appends to, if it does: two chains with the same one wait for each other.
    pub(super) fn log(&self) -> Option<sea_orm::prelude::Uuid> {
        match self.append.as_ref()?.head.2 {
            Value::Uuid(id) => id,
            _ => None,
        }
    }

    /// Whether one statement can write both: they write the same tables, and no row that both of them write. A statement writes a row
    /// once, and could not tell afterwards whose it was.
    pub(super) fn fits(&self, other: &Self) -> bool {
        let meets = |link: &Link| other.links.iter().any(|its| its.meets(link));
        self.shape == other.shape
            && self.append.is_some() == other.append.is_some()
            && !self.links.iter().any(meets)
    }

    fn push(&mut self, link: Link) {
        let part = (link.table, link.how);
        if self.shape.last() != Some(&part) {
            self.shape.push(part);
        }
        self.links.push(link);
    }
}

/// Chains of one shape and one log as a statement. It answers the places in `chains` of those that were written.
///
/// # Errors
/// When a value is of a kind that no column has.
pub(super) fn statement(chains: Vec<Chain>) -> Result<(String, PgArguments), DbErr> {
    let Some(first) = chains.first() else { return Err(DbErr::Custom("no chain to write".to_owned())) };
    let (shape, head) = (first.shape.clone(), first.append.as_ref().map(|append| append.head.clone()));
    let log = first.append.as_ref().map(|append| (append.log, append.columns.clone()));
    let mut tables: Vec<Vec<(i32, Link)>> = shape.iter().map(|_| Vec::new()).collect();
    let mut events = Vec::new();
    for (place, chain) in (0..).zip(chains) {
        for link in chain.links {
            let table = shape.iter().position(|part| *part == (link.table, link.how));
            let table = table.and_then(|at| tables.get_mut(at));
            table.ok_or_else(|| DbErr::Custom("a chain of another shape".to_owned()))?.push((place, link));
        }
        let rows = chain.append.into_iter().flat_map(|append| append.rows);
        events.extend(rows.map(|row| (place, row)));
    }

    let mut columns = Columns::default();
    let mut text = sql::Text::default();
    for rows in &mut tables {
        // Two statements that meet take their rows in the same order, and so do not wait for each other in a circle.
        rows.sort_by_cached_key(|(_, link)| arguments::order(&link.found_by));
    }
    text.links(tables, &mut columns)?;
    if let (Some(head), Some((log, names))) = (head, log) {
        text.append(head, (log, &names), events, &mut columns)?;
    }
    Ok((text.end(), columns.bind()))
}
