//! Pages by key: `WHERE (key, id) > (…) ORDER BY key, id LIMIT n + 1`. A row that is inserted or moves cannot make a page
//! repeat or skip another row.

use std::{collections::HashMap, sync::Arc};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::DateTime;
use entity::{
    Scope, Scoped, Time,
    pick::{Columns, Picked, beside, pick},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, ExprTrait, FromQueryResult, QueryFilter,
    QueryOrder, QuerySelect, QueryTrait, Select, Value,
    sea_query::{
        Alias, Asterisk, Expr, Order, Query, SelectStatement, SimpleExpr, UnionType, WindowStatement,
    },
};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::exec::{
    connection::{Page, PageArgs, Window},
    read,
};
use crate::{
    db::EachRow,
    error::{Error, Result},
};

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

/// What a row is sorted by, and its id.
pub type Place<M> = fn(&M) -> (Key, Uuid);

/// How a list is sorted, and how its cursors are told from those of other lists.
pub struct Keyset<E: EntityTrait> {
    /// Whose list it is, its name and its sort: a cursor of another one is refused.
    pub list: String,
    /// What rows are sorted by, as SQL.
    pub key: SimpleExpr,
    /// The tie-break.
    pub id: E::Column,
    /// Whether the largest comes first.
    pub descending: bool,
    /// What a row is sorted by.
    pub of: Place<E::Model>,
    /// The columns that rows are read with: what is asked of them, the id, and what `of` reads.
    pub columns: Columns,
    /// Whether anybody asks for cursors; without, they are empty.
    pub cursors: bool,
}

/// Whose rows a nested list has.
pub struct Parent<E: EntityTrait> {
    /// The column that names the parent.
    pub column: E::Column,
    /// The parent of a row.
    pub of: fn(&E::Model) -> Uuid,
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

impl<M> Rows<M> {
    /// No rows: nobody asked for them.
    ///
    /// # Errors
    /// BAD_USER_INPUT for a page that cannot be.
    pub fn none(args: &PageArgs) -> Result<Self> {
        args.window()?;
        Ok(Self { rows: Vec::new(), has_next_page: false, has_previous_page: false })
    }

    /// The page as the API shows it.
    pub fn into_page<C>(self, total_count: Option<i64>, show: impl Fn(M) -> C) -> Page<C> {
        Page {
            edges: self.rows.into_iter().map(|(row, cursor)| (Arc::new(show(row)), cursor)).collect(),
            has_next_page: self.has_next_page,
            has_previous_page: self.has_previous_page,
            total_count,
        }
    }
}

impl<E: Picked> Keyset<E> {
    /// Reads one page of what is in these parts, at least one, of which no two have a row in common. Several are read each in the
    /// order of the list, and merged.
    ///
    /// # Errors
    /// BAD_USER_INPUT for a page that cannot be, CURSOR_INVALID for a cursor of another list.
    pub async fn page(
        &self,
        db: &impl EachRow,
        parts: Vec<Select<E>>,
        args: &PageArgs,
    ) -> Result<Rows<E::Model>>
    where
        E::Model: Send + Sync,
    {
        let window = args.window()?;
        let (order, backend) = (self.order(window.backward), db.get_database_backend());
        let mut parts = parts.into_iter().map(|part| {
            let part = self.bounded(part, args, backend)?;
            let part = part.order_by(self.key.clone(), order.clone()).order_by(self.id, order.clone());
            Ok::<_, Error>(part.limit(window.size + 1))
        });
        let Some(first) = parts.next().transpose()? else { return Rows::none(args) };
        let rest = parts.collect::<Result<Vec<_>>>()?;
        let rows = if rest.is_empty() {
            read(db, first, self.columns, |row| row).await?
        } else {
            let merged = self.merged(first, rest, &order, window.size + 1);
            let mut rows = Vec::new();
            db.each(backend.build(&merged), |row| {
                rows.push(E::read(row, self.columns, 0)?);
                Ok(())
            })
            .await?;
            rows
        };
        Ok(self.cut(rows, window, args))
    }

    fn merged(&self, first: Select<E>, rest: Vec<Select<E>>, order: &Order, limit: u64) -> SelectStatement {
        let (place, tie) = ("place", "tie");
        // SQLite takes an ORDER BY within a part of a union only inside a subquery.
        let part = |select: Select<E>| {
            let select =
                pick(select, self.columns).expr_as(self.key.clone(), place).expr_as(self.id.into_expr(), tie);
            Query::select().column(Asterisk).from_subquery(select.into_query(), "part").to_owned()
        };
        let mut all = part(first);
        for select in rest {
            all.union(UnionType::All, part(select));
        }
        all.order_by(place, order.clone()).order_by(tie, order.clone()).limit(limit);
        all
    }

    fn order(&self, backward: bool) -> Order {
        if self.descending == backward { Order::Asc } else { Order::Desc }
    }

    /// Only what lies between the cursors.
    fn bounded(&self, mut select: Select<E>, args: &PageArgs, backend: DbBackend) -> Result<Select<E>> {
        for (cursor, after) in [(&args.after, true), (&args.before, false)] {
            let Some(cursor) = cursor else { continue };
            let (key, id) = self.read_cursor(cursor, if after { "after" } else { "before" })?;
            let place = Expr::tuple([self.key.clone(), Expr::col(self.id.as_column_ref())]);
            let bound = Expr::tuple([Expr::value(key.clone()), Expr::value(id)]);
            // "After" is meant in the order of the list.
            let is_below = after == self.descending;
            if backend == DbBackend::Sqlite {
                // It begins where an index of an expression says only when the expression is compared by itself.
                let (here, key) = (self.key.clone(), Expr::value(key));
                select = select.filter(if is_below { here.lte(key) } else { here.gte(key) });
            }
            select = select.filter(if is_below { place.lt(bound) } else { place.gt(bound) });
        }
        Ok(select)
    }

    /// One row more than the page tells whether there is another page.
    fn cut(&self, mut rows: Vec<E::Model>, window: Window, args: &PageArgs) -> Rows<E::Model> {
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
        let mark = self.cursors.then(|| self.mark());
        let rows = rows
            .into_iter()
            .map(|row| {
                let cursor = mark.map_or_else(String::new, |mark| {
                    let (key, id) = (self.of)(&row);
                    write_cursor(mark, &key, id)
                });
                (row, cursor)
            })
            .collect();
        Rows { rows, has_next_page, has_previous_page }
    }

    /// Reads the same page for each of several parents, by one statement.
    ///
    /// # Errors
    /// As [`Keyset::page`].
    pub async fn pages(
        &self,
        db: &impl EachRow,
        scope: Scope,
        parent: Parent<E>,
        parents: &[Uuid],
        args: &PageArgs,
    ) -> Result<HashMap<Uuid, Rows<E::Model>>>
    where
        E: Scoped,
        E::Model: Send + Sync,
    {
        let backend = db.get_database_backend();
        let select = E::among(scope, backend, parent.column, parents.iter().copied());
        if let [only] = parents {
            return Ok(HashMap::from([(*only, self.page(db, vec![select], args).await?)]));
        }
        let window = args.window()?;
        let order = self.order(window.backward);
        let place = Alias::new("place");
        let mut numbered = pick(self.bounded(select, args, backend)?, self.columns).into_query();
        numbered.expr_window_as(
            Expr::cust("row_number()"),
            WindowStatement::partition_by(parent.column)
                .order_by_expr(self.key.clone(), order.clone())
                .order_by(self.id, order.clone())
                .take(),
            place.clone(),
        );
        // Under the table's own name: the columns are called the same in it.
        let mut chosen = Query::select();
        beside::<E>(&mut chosen, self.columns);
        chosen
            .from_subquery(numbered, Alias::new(E::default().table_name()))
            .and_where(Expr::col(place).lte(window.size + 1))
            .order_by_expr(self.key.clone(), order.clone())
            .order_by((E::default(), self.id), order);
        let mut found: HashMap<Uuid, Vec<E::Model>> = HashMap::with_capacity(parents.len());
        db.each(backend.build(&chosen), |row| {
            let row = E::read(row, self.columns, 0)?;
            found.entry((parent.of)(&row)).or_default().push(row);
            Ok(())
        })
        .await?;
        Ok(parents
            .iter()
            .map(|id| (*id, self.cut(found.remove(id).unwrap_or_default(), window, args)))
            .collect())
    }

    /// The mark of the list, as its cursors carry it.
    fn mark(&self) -> [u8; 4] {
        let digest = Sha256::digest(self.list.as_bytes());
        [digest[0], digest[1], digest[2], digest[3]]
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
                b's' => {
                    Key::Text(std::str::from_utf8(rest).ok().filter(|text| !text.contains('\0'))?.to_owned())
                }
                b'n' => Key::Number(number()?),
                _ => return None,
            };
            (*mark == self.mark()).then_some((key, Uuid::from_bytes(*id)))
        };
        parse().ok_or_else(refused)
    }
}

fn write_cursor(mark: [u8; 4], key: &Key, id: Uuid) -> String {
    let mut bytes = Vec::with_capacity(32);
    bytes.extend_from_slice(&mark);
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

/// Counts what is in these parts, by one statement.
///
/// # Errors
/// When the database fails.
pub async fn count<E>(db: &impl ConnectionTrait, parts: Vec<Select<E>>) -> Result<i64>
where
    E: EntityTrait,
{
    // Of nothing but what the filter names: an index that has it all is then enough.
    let counted = |part: Select<E>| part.select_only().expr(Expr::cust("count(*)")).into_query();
    let mut counts: Vec<_> = parts.into_iter().map(counted).collect();
    let places = counts.len();
    let statement = match counts.pop() {
        Some(only) if counts.is_empty() => only,
        last => {
            let each = counts.into_iter().chain(last);
            Query::select()
                .exprs(each.map(|count| SimpleExpr::SubQuery(None, Box::new(count.into()))))
                .to_owned()
        }
    };
    let Some(row) = db.query_one(&statement).await? else { return Ok(0) };
    (0..places).try_fold(0, |sum, place| Ok(sum + row.try_get_by_index::<i64>(place)?))
}

/// Counts the rows of each parent, by one statement. Parents without rows are left out.
///
/// # Errors
/// When the database fails.
pub async fn count_each<E: Scoped>(
    db: &impl ConnectionTrait,
    scope: Scope,
    parent: E::Column,
    parents: &[Uuid],
) -> Result<HashMap<Uuid, i64>> {
    #[derive(FromQueryResult)]
    struct Counted {
        parent: Uuid,
        rows: i64,
    }
    let counted = E::among(scope, db.get_database_backend(), parent, parents.iter().copied())
        .select_only()
        .column_as(parent, "parent")
        .column_as(Expr::cust("count(*)"), "rows")
        .group_by(parent)
        .into_model::<Counted>()
        .all(db)
        .await?;
    Ok(counted.into_iter().map(|row| (row.parent, row.rows)).collect())
}
