//! Relay connections: pages of rows, with cursors that stay stable while rows are inserted.

use std::{any::Any, sync::Arc};

use async_graphql::InputObject;

use super::object::{Fan, Object, Row};
use crate::error::{Error, Result};

/// The size of a page when none is asked for.
pub const DEFAULT_PAGE: u64 = 20;
/// The largest page.
pub const MAX_PAGE: u64 = 100;

/// A row that is listed in pages.
pub trait Listed: Row {
    /// The connection's table.
    fn connection() -> &'static Object<Page<Self>>;
    /// The edge's table.
    fn edge() -> &'static Object<Edge<Self>>;
}

/// One page of a list.
pub struct Page<C> {
    /// The rows with their cursors, in the order of the list.
    pub edges: Vec<(Arc<C>, String)>,
    /// Whether there are rows after this page.
    pub has_next_page: bool,
    /// Whether there are rows before it.
    pub has_previous_page: bool,
    /// How many rows the whole list has; counted only when asked.
    pub total_count: Option<i64>,
}

/// A row of a page.
pub struct Edge<C> {
    node: Arc<C>,
    cursor: String,
}

/// Where a page lies in its list.
pub struct PageInfo {
    has_next_page: bool,
    has_previous_page: bool,
    start_cursor: Option<String>,
    end_cursor: Option<String>,
}

impl<C: Listed> Row for Page<C> {
    fn object() -> &'static Object<Self> {
        C::connection()
    }
}

impl<C: Listed> Row for Edge<C> {
    fn object() -> &'static Object<Self> {
        C::edge()
    }
}

impl Row for PageInfo {
    fn object() -> &'static Object<Self> {
        static OBJECT: std::sync::LazyLock<Object<PageInfo>> = std::sync::LazyLock::new(|| {
            Object::new("PageInfo", "Where a page lies in its list.")
                .value("hasNextPage", "Whether there are entries after this page.", |page: &PageInfo| {
                    page.has_next_page
                })
                .value("hasPreviousPage", "Whether there are entries before this page.", |page: &PageInfo| {
                    page.has_previous_page
                })
                .optional_text(
                    "startCursor",
                    "The cursor of the first entry: give it as `before` for the page before.",
                    |page| page.start_cursor.as_deref(),
                )
                .optional_text(
                    "endCursor",
                    "The cursor of the last entry: give it as `after` for the next page.",
                    |page| page.end_cursor.as_deref(),
                )
        });
        &OBJECT
    }
}

/// The table of a connection whose total is always counted when asked.
pub fn connection<C: Listed>(name: &'static str, description: &'static str) -> Object<Page<C>> {
    pages(Object::new(name, description)).value(
        "totalCount",
        "How many entries the whole list has. It costs a count over the filter: ask for it only where it shows.",
        |page: &Page<C>| page.total_count.unwrap_or(0),
    )
}

/// The table of a connection whose total may be unknown.
pub fn uncounted_connection<C: Listed>(name: &'static str, description: &'static str) -> Object<Page<C>> {
    pages(Object::new(name, description)).value(
        "totalCount",
        "How many entries the whole list has. It costs a count: ask for it only where it shows.",
        |page: &Page<C>| page.total_count,
    )
}

fn pages<C: Listed>(object: Object<Page<C>>) -> Object<Page<C>> {
    object
        .parts("edges", "The entries of the page with their cursors.", |_, page: &Arc<Page<C>>| {
            page.edges
                .iter()
                .map(|(node, cursor)| Edge { node: Arc::clone(node), cursor: cursor.clone() })
                .collect()
        })
        .shared_parts("nodes", "The entries of the page.", |_, page: &Arc<Page<C>>| {
            page.edges.iter().map(|(node, _)| Arc::clone(node)).collect()
        })
        .part("pageInfo", "Where this page lies in the list.", |_, page: &Arc<Page<C>>| PageInfo {
            has_next_page: page.has_next_page,
            has_previous_page: page.has_previous_page,
            start_cursor: page.edges.first().map(|(_, cursor)| cursor.clone()),
            end_cursor: page.edges.last().map(|(_, cursor)| cursor.clone()),
        })
}

/// The table of an edge.
pub fn edge<C: Listed>(name: &'static str, description: &'static str) -> Object<Edge<C>> {
    Object::new(name, description)
        .text("cursor", "The entry's place in the list.", |edge: &Edge<C>| &edge.cursor)
        .shared_part("node", "The entry.", |_, edge: &Arc<Edge<C>>| Arc::clone(&edge.node))
}

/// Which page of a list is asked for.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "PageArgs")]
pub struct PageArgs {
    /// The size of the page, counted from its beginning: 1 to 100, by default 20. Not together with `last`.
    pub first: Option<i32>,
    /// Only entries after this cursor.
    pub after: Option<String>,
    /// The size of the page, counted from the end of the list: 1 to 100. Not together with `first`.
    pub last: Option<i32>,
    /// Only entries before this cursor.
    pub before: Option<String>,
}

/// Which page of a list that is read in one direction is asked for.
#[derive(Clone, Debug, Default, InputObject)]
#[graphql(name = "ForwardArgs")]
pub struct ForwardArgs {
    /// The size of the page: 1 to 100, by default 20.
    pub first: Option<i32>,
    /// Only entries after this cursor.
    pub after: Option<String>,
}

impl From<&ForwardArgs> for PageArgs {
    fn from(args: &ForwardArgs) -> Self {
        Self { first: args.first, after: args.after.clone(), last: None, before: None }
    }
}

/// A page's size and direction, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// How many rows.
    pub size: u64,
    /// Whether it is counted from the end of the list.
    pub backward: bool,
}

impl PageArgs {
    /// Checks the size and the direction.
    ///
    /// # Errors
    /// BAD_USER_INPUT for a size out of range or both directions at once.
    pub fn window(&self) -> Result<Window> {
        let (name, asked, backward) = match (self.first, self.last) {
            (Some(_), Some(_)) => {
                return Err(Error::BadInput("Give `first` or `last`, not both.".into()));
            }
            (None, Some(last)) => ("last", Some(last), true),
            (first, None) => ("first", first, false),
        };
        let size = asked.map_or(Ok(DEFAULT_PAGE), |size| {
            u64::try_from(size).ok().filter(|size| (1..=MAX_PAGE).contains(size)).ok_or_else(|| {
                Error::BadInput(format!("`{name}` is the size of a page: 1 to {MAX_PAGE}, not {size}."))
            })
        })?;
        Ok(Window { size, backward })
    }

    /// About how many rows it loads.
    pub fn rows(&self) -> u64 {
        self.first.or(self.last).and_then(|size| u64::try_from(size).ok()).unwrap_or(DEFAULT_PAGE)
    }
}

/// About how many rows a connection loads, for arguments that are (or hold) [`PageArgs`].
pub fn page_fan(args: &(dyn Any + Send + Sync)) -> u64 {
    args.downcast_ref::<PageArgs>().map_or(DEFAULT_PAGE, PageArgs::rows)
}

/// The same for [`ForwardArgs`].
pub fn forward_fan(args: &(dyn Any + Send + Sync)) -> u64 {
    args.downcast_ref::<ForwardArgs>().map_or(DEFAULT_PAGE, |args| PageArgs::from(args).rows())
}

impl<R: Row> Object<R> {
    /// The last field is a connection with [`PageArgs`].
    pub fn paged(self) -> Self {
        self.fan(Fan::Args(page_fan))
    }

    /// The last field is a connection with [`ForwardArgs`].
    pub fn paged_forward(self) -> Self {
        self.fan(Fan::Args(forward_fan))
    }
}
