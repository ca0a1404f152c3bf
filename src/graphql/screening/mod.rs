//! `ScreeningResult` and `ScreeningMatch`: what a screening found, for those who decide about it.

mod found;
pub mod write;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use entity::{
    Role,
    id::StepId,
    screening::{self, ScreenedList as Listed},
};
use futures_util::FutureExt;

pub use self::found::{ScreeningMatch, by_id};
use super::{
    exec::{
        Context,
        object::{Fan, NoArgs, Object, Row},
    },
    scalar::Date,
};
use crate::error::Result;

/// The newest run of a step.
pub struct ScreeningResult {
    /// The row.
    pub row: screening::Model,
}

/// One version of one list, as it was screened against.
pub struct ScreenedList(Listed);

impl Row for ScreeningResult {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<ScreeningResult>> = LazyLock::new(|| {
            Object::<ScreeningResult>::new(
                "ScreeningResult",
                "What the newest run of a screening found. For the role REVIEWER and up.",
            )
            .member_of(super::step::result::UNION)
            .parts("lists", "What was screened against.", |_, result| {
                result.row.lists.0.iter().cloned().map(ScreenedList).collect()
            })
            .value("screenedAt", "When it ran.", |result| result.row.screened_at)
            .value("threshold", "The least score of a match, 0 to 1.", |result| result.row.threshold)
            .many::<NoArgs, ScreeningMatch>(
                "matches",
                "Those on the lists who may be the customer, best first; at most 50. The step completes once every one of them \
                 is CLEARED.",
                |cx, rows, _, _| {
                    async move {
                        let mut found =
                            found::of_screenings(cx, rows.iter().map(|result| result.row.id)).await?;
                        Ok(rows.iter().map(|result| found.remove(&result.row.id).unwrap_or_default()).collect())
                    }
                    .boxed()
                },
            )
            .fan(Fan::Rows(5))
        });
        &OBJECT
    }
}

impl Row for ScreenedList {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<ScreenedList>> = LazyLock::new(|| {
            Object::<ScreenedList>::new(
                "ScreenedList",
                "One version of one list, as it was screened against.",
            )
            .text("name", "Which list: `un`, `ofac-sdn`, `opensanctions`.", |list| &list.0.name)
            .text("version", "The publisher's mark of the version.", |list| &list.0.version)
            .value(
                "publishedAt",
                "When it was published; null where the list does not say.",
                |list| list.0.published_at.map(Date),
            )
        });
        &OBJECT
    }
}

/// The newest run of each step; none for whoever may not know.
///
/// # Errors
/// When the database fails.
pub async fn of_steps(
    cx: &Context<'_>,
    steps: impl IntoIterator<Item = StepId>,
) -> Result<HashMap<StepId, Arc<ScreeningResult>>> {
    let steps: Vec<_> = steps.into_iter().collect();
    if steps.is_empty() || !cx.actor.may(Role::Reviewer) {
        return Ok(HashMap::new());
    }
    let backend = cx.backend();
    let rows = screening::Entity::newest_of_each(cx.scope()?, backend, steps).all(cx.db()).await?;
    Ok(rows.into_iter().map(|row| (row.step_id, Arc::new(ScreeningResult { row }))).collect())
}
