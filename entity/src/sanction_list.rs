//! The ledger of sanctions lists: one row is one version of a list that was imported whole. It is reference data of the
//! deployment, the same for every merchant, and so without a scope.

use std::fmt;

use sea_orm::{
    ExprTrait, QueryOrder, QuerySelect, Select,
    entity::prelude::*,
    sea_query::{Expr, Query},
};
use serde::{Deserialize, Serialize};

use crate::{Time, UnknownWord};

/// A list that can be imported, by the name that the command line, the settings and the API give it.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    EnumIter,
    DeriveActiveEnum,
    Serialize,
    Deserialize,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "kebab-case")]
pub enum ListName {
    /// The consolidated list of the United Nations Security Council.
    #[sea_orm(string_value = "un")]
    Un,
    /// Specially Designated Nationals, of the United States' Office of Foreign Assets Control.
    #[sea_orm(string_value = "ofac-sdn")]
    OfacSdn,
    /// A collection of OpenSanctions.
    #[sea_orm(string_value = "opensanctions")]
    #[serde(rename = "opensanctions")]
    OpenSanctions,
}

impl ListName {
    /// Every list there is a reader for.
    pub const ALL: [Self; 3] = [Self::Un, Self::OfacSdn, Self::OpenSanctions];

    /// The name as it is stored and typed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Un => "un",
            Self::OfacSdn => "ofac-sdn",
            Self::OpenSanctions => "opensanctions",
        }
    }
}

impl fmt::Display for ListName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::str::FromStr for ListName {
    type Err = UnknownWord;

    fn from_str(text: &str) -> Result<Self, UnknownWord> {
        Self::ALL.into_iter().find(|name| name.as_str() == text).ok_or(UnknownWord)
    }
}

/// One version of one list. The one with the greatest number is the current one.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "sanction_list")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub list: ListName,
    /// 1, 2, 3 … of each list.
    #[sea_orm(primary_key, auto_increment = false)]
    pub number: i64,
    /// The publisher's mark; a part of the hash where it has none.
    pub version: String,
    /// Where the file says it.
    pub published_at: Option<Date>,
    pub imported_at: Time,
    /// Of the files one behind another, in hexadecimal.
    pub sha256: String,
    pub persons: i64,
    /// Of all persons together.
    pub names: i64,
    /// Entries that are no persons.
    pub skipped: i64,
}

impl ActiveModelBehavior for ActiveModel {}

impl Entity {
    /// The current version of each list, by the list's name.
    pub fn heads() -> Select<Self> {
        let newest = Query::select()
            .column(Column::List)
            .expr(Column::Number.max())
            .from(Self)
            .group_by_col(Column::List)
            .take();
        let key = Expr::tuple([Expr::col(Column::List), Expr::col(Column::Number)]);
        Self::find().filter(key.in_subquery(newest)).order_by_asc(Column::List)
    }

    /// The newest versions of a list, the current one first.
    pub fn newest(list: ListName, count: u64) -> Select<Self> {
        Self::find().filter(Column::List.eq(list)).order_by_desc(Column::Number).limit(count)
    }

    /// One version of a list.
    pub fn numbered(list: ListName, number: i64) -> Select<Self> {
        Self::find().filter(Column::List.eq(list)).filter(Column::Number.eq(number))
    }
}
