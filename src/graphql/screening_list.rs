//! `ScreeningListStatus`: the sanctions lists, as the ledger of imports has them.

use std::sync::{Arc, LazyLock};

use entity::sanction_list;

use super::{
    exec::{
        Context,
        object::{Object, Row},
    },
    scalar::Date,
};
use crate::error::Result;

/// The current version of a list.
pub struct ScreeningListStatus(sanction_list::Model);

impl Row for ScreeningListStatus {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<ScreeningListStatus>> = LazyLock::new(|| {
            Object::<ScreeningListStatus>::new(
                "ScreeningListStatus",
                "A sanctions list in the version that is screened against.",
            )
            .text("name", "Which list: un, ofac-sdn, opensanctions.", |list| list.0.list.as_str())
            .text(
                "version",
                "The publisher's mark of the version; a part of the file's hash where there is none.",
                |list| &list.0.version,
            )
            .value(
                "publishedAt",
                "The day on which it was published; null where the list does not say.",
                |list| list.0.published_at.map(Date),
            )
            .value("importedAt", "When it was imported here.", |list| list.0.imported_at)
            .value("persons", "How many persons are on it.", |list| {
                i32::try_from(list.0.persons).unwrap_or(i32::MAX)
            })
        });
        &OBJECT
    }
}

/// Every list that was imported, by name.
pub async fn current(cx: &Context<'_>) -> Result<Vec<Arc<ScreeningListStatus>>> {
    let heads = sanction_list::Entity::heads().all(cx.db()).await?;
    Ok(heads.into_iter().map(|head| Arc::new(ScreeningListStatus(head))).collect())
}
