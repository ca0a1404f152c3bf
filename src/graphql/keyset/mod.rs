//! Pages by key: `WHERE (key, id) > (…) ORDER BY key, id LIMIT n + 1`. A row that is inserted or moves cannot make a page
//! repeat or skip another row.

mod count;
mod cursor;

use std::{collections::HashMap, sync::Arc};

pub use count::{count, count_each};
pub use cursor::Place;

use entity::{
    Scope, Scoped,
    pick::{Columns, Picked, beside, pick, width},
};
use sea_orm::{
    ColumnTrait, Condition, DbBackend, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, Select,
    sea_query::{
        Alias, Asterisk, Expr, Order, Query, SelectStatement, SimpleExpr, UnionType, WindowStatement,
    },
};
use uuid::Uuid;

use self::cursor::Mark;
use super::exec::connection::{Page, PageArgs, Window};
use crate::{db::EachRow, error::Result};

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
    /// What a row is sorted by; a cursor with another kind of key is refused.
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

/// What is asked of a list.
pub struct Asked<E: EntityTrait> {
    /// Its rows: in these parts, at least one, of which no two have a row in common. None where nobody asked for rows.
    pub rows: Option<Vec<Select<E>>>,
    /// How many there are in all, in such parts as well.
    pub total: Option<Vec<Select<E>>>,
}

impl<E: Picked> Keyset<E> {
    /// Reads what is asked of a list, by one statement if it can: several parts are read each in the order of the list, and merged;
    /// how many there are stands beside each row. Rows are shown as they come.
    ///
    /// # Errors
    /// BAD_USER_INPUT for a page that cannot be, CURSOR_INVALID for a cursor of another list.
    pub async fn page<C: Send + Sync>(
        &self,
        db: &impl EachRow,
        asked: Asked<E>,
        args: &PageArgs,
        show: impl Fn(E::Model) -> C + Send + Sync,
    ) -> Result<Page<C>> {
        let (window, backend) = (args.window()?, db.get_database_backend());
        let bounds = self.bounds(args, backend)?;
        // SQLite copies what stands beside a union into each of its parts, and would count once a part.
        let is_copied =
            backend == DbBackend::Sqlite && asked.rows.as_ref().is_some_and(|parts| parts.len() > 1);
        let beside = asked.total.as_ref().filter(|_| !is_copied);
        let (mut edges, mut total_count) = (Vec::new(), None);
        if let Some((mut statement, at)) = self.statement(asked.rows, window, &bounds) {
            if let Some(parts) = beside {
                statement.expr(count::total(parts.clone()));
            }
            let mark = self.cursors.then(|| self.mark());
            db.each(backend.build(&statement), |row| {
                if beside.is_some() && total_count.is_none() {
                    total_count = Some(row.try_get_by_index::<i64>(at)?);
                }
                edges.push(self.edge(mark, E::read(row, self.columns, 0)?, &show));
                Ok(())
            })
            .await?;
        }
        if let (None, Some(parts)) = (total_count, asked.total) {
            // It stands beside no row.
            total_count = Some(count(db, parts).await?);
        }
        Ok(cut(edges, window, args, total_count))
    }

    /// The statement that reads the rows in these parts, and how many places a row of it has; none without parts.
    fn statement(
        &self,
        parts: Option<Vec<Select<E>>>,
        window: Window,
        bounds: &Condition,
    ) -> Option<(SelectStatement, usize)> {
        let (order, limit) = (self.order(window.backward), window.size + 1);
        let select = |part: Select<E>| {
            let part = part.filter(bounds.clone()).order_by(self.key.clone(), order.clone());
            pick(part.order_by(self.id, order.clone()).limit(limit), self.columns)
        };
        let mut selects: Vec<_> = parts.into_iter().flatten().map(select).collect();
        let width = width::<E>(self.columns);
        match selects.pop() {
            None => None,
            Some(only) if selects.is_empty() => Some((only.into_query(), width)),
            Some(last) => {
                selects.push(last);
                // Each with its place and its tie-break.
                Some((self.merged(selects, &order, limit), width + 2))
            }
        }
    }

    fn merged(&self, parts: Vec<Select<E>>, order: &Order, limit: u64) -> SelectStatement {
        let (place, tie) = ("place", "tie");
        // SQLite takes an ORDER BY within a part of a union only inside a subquery.
        let part = |select: Select<E>| {
            let select = select.expr_as(self.key.clone(), place).expr_as(self.id.into_expr(), tie);
            Query::select().column(Asterisk).from_subquery(select.into_query(), "part").take()
        };
        let all = parts.into_iter().map(part).reduce(|mut all, part| all.union(UnionType::All, part).take());
        let mut merged = Query::select().column(Asterisk).take();
        if let Some(all) = all {
            merged.from_subquery(all, "parts");
        }
        merged.order_by(place, order.clone()).order_by(tie, order.clone()).limit(limit).take()
    }

    fn mark(&self) -> Mark {
        Mark::of(&self.list)
    }

    fn order(&self, backward: bool) -> Order {
        if self.descending == backward { Order::Asc } else { Order::Desc }
    }

    /// Only what lies between the cursors.
    fn bounds(&self, args: &PageArgs, backend: DbBackend) -> Result<Condition> {
        let mut bounds = Condition::all();
        for (cursor, after) in [(&args.after, true), (&args.before, false)] {
            let Some(cursor) = cursor else { continue };
            let (key, id) =
                self.mark().read(cursor, if after { "after" } else { "before" }, self.of.kind())?;
            let place = Expr::tuple([self.key.clone(), Expr::col(self.id.as_column_ref())]);
            let bound = Expr::tuple([Expr::value(key.clone()), Expr::value(id)]);
            // "After" is meant in the order of the list.
            let is_below = after == self.descending;
            if backend == DbBackend::Sqlite {
                // It begins where an index of an expression says only when the expression is compared by itself.
                let (here, key) = (self.key.clone(), Expr::value(key));
                bounds = bounds.add(if is_below { here.lte(key) } else { here.gte(key) });
            }
            bounds = bounds.add(if is_below { place.lt(bound) } else { place.gt(bound) });
        }
        Ok(bounds)
    }

    /// A row as it is shown, with its cursor; without a mark the cursor is empty.
    fn edge<C>(&self, mark: Option<Mark>, row: E::Model, show: impl Fn(E::Model) -> C) -> (Arc<C>, String) {
        let cursor = mark.map_or_else(String::new, |mark| {
            let (key, id) = self.of.of(&row);
            mark.write(&key, id)
        });
        (Arc::new(show(row)), cursor)
    }

    /// Reads the same page for each of several parents, by one statement.
    ///
    /// # Errors
    /// As [`Keyset::page`].
    pub async fn pages<C: Send + Sync>(
        &self,
        db: &impl EachRow,
        scope: Scope,
        parent: Parent<E>,
        parents: &[Uuid],
        args: &PageArgs,
        show: impl Fn(E::Model) -> C + Send + Sync,
    ) -> Result<HashMap<Uuid, Page<C>>>
    where
        E: Scoped,
    {
        let backend = db.get_database_backend();
        let select = E::among(scope, backend, parent.column, parents.iter().copied());
        if let [only] = parents {
            let asked = Asked { rows: Some(vec![select]), total: None };
            return Ok(HashMap::from([(*only, self.page(db, asked, args, show).await?)]));
        }
        let window = args.window()?;
        let order = self.order(window.backward);
        let place = Alias::new("place");
        let select = select.filter(self.bounds(args, backend)?);
        let mut numbered = pick(select, self.columns).into_query();
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
            // As they were numbered: PostgreSQL does not sort them again.
            .order_by((E::default(), parent.column), Order::Asc)
            .order_by_expr(self.key.clone(), order.clone())
            .order_by((E::default(), self.id), order);
        let mark = self.cursors.then(|| self.mark());
        let mut found: HashMap<Uuid, Vec<(Arc<C>, String)>> = HashMap::with_capacity(parents.len());
        db.each(backend.build(&chosen), |row| {
            let row = E::read(row, self.columns, 0)?;
            found.entry((parent.of)(&row)).or_default().push(self.edge(mark, row, &show));
            Ok(())
        })
        .await?;
        let page = |id: &Uuid| (*id, cut(found.remove(id).unwrap_or_default(), window, args, None));
        Ok(parents.iter().map(page).collect())
    }
}

/// The page of these rows. One more than it has tells whether there is another page.
fn cut<C>(
    mut edges: Vec<(Arc<C>, String)>,
    window: Window,
    args: &PageArgs,
    total_count: Option<i64>,
) -> Page<C> {
    let more = edges.len() as u64 > window.size;
    if more {
        edges.pop();
    }
    let (has_next_page, has_previous_page) = if window.backward {
        edges.reverse();
        (args.before.is_some(), more)
    } else {
        (more, args.after.is_some())
    };
    Page { edges, has_next_page, has_previous_page, total_count }
}
