//! Which way a list is sorted.

use async_graphql::Enum;

/// Which way a list is sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SortDirection {
    /// The smallest, the earliest first.
    Asc,
    /// The largest, the latest first.
    Desc,
}
