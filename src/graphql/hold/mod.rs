//! `Hold`: a manual stop of an attempt.

pub mod write;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use entity::{
    Scoped, hold,
    id::{AttemptId, HoldId},
    pick::Columns,
};
use futures_util::FutureExt;
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::{
    actor::{self, Actor},
    attempt::{self, Attempt},
    exec::{
        Context,
        object::{NoArgs, Object, Row},
    },
    reason::{self, Reason},
};
use crate::{
    error::{Error, Result},
    events::log::Author,
};

/// A hold and its attempt.
pub struct Hold {
    /// The row.
    pub row: hold::Model,
    /// The attempt it stops.
    pub attempt: Arc<Attempt>,
}

impl Row for Hold {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Hold>> = LazyLock::new(|| {
            Object::<Hold>::new(
                "Hold",
                "A manual stop of an attempt. It blocks completion until it is released; it stops neither the customer nor a \
                 rejection.",
            )
            .node("The hold's id.", |hold| hold.row.id)
            .shared_part("attempt", "The attempt it stops.", |_, hold| Arc::clone(&hold.attempt))
            .part("reason", "Why it was placed. Below REVIEWER, a reason that is for staff only is UNDER_REVIEW.", |cx, hold: &Arc<Hold>| {
                let row = &hold.row;
                Reason::known_to(cx, &row.reason_code, Some(&row.reason_message), row.reason_staff_note.as_deref())
            })
            .loaded("releaseNote", "What the reviewer wrote when releasing it; null where its reason is hidden.", |cx, rows| {
                let told = |hold: &Arc<Hold>| {
                    let is_hidden = reason::is_hidden_from(cx, &hold.row.reason_code);
                    hold.row.release_note.clone().filter(|_| !is_hidden)
                };
                let notes = rows.iter().map(told).collect();
                async move { Ok(notes) }.boxed()
            })
            .one::<NoArgs, Actor>("placedBy", "Who placed it.", |cx, rows, _, _| {
                let authors = rows.iter().map(|hold| {
                    Some(Author { kind: hold.row.placed_by_kind, id: hold.row.placed_by_id })
                });
                let authors: Vec<_> = authors.collect();
                async move { actor::of_authors(cx, &authors).await }.boxed()
            })
            .value("placedAt", "When it was placed.", |hold| hold.row.placed_at)
            .optional::<NoArgs, Actor>("releasedBy", "Who released it; null while it is active.", |cx, rows, _, _| {
                let authors = rows.iter().map(|hold| {
                    Some(Author { kind: hold.row.released_by_kind?, id: hold.row.released_by_id })
                });
                let authors: Vec<_> = authors.collect();
                async move { actor::of_authors(cx, &authors).await }.boxed()
            })
            .value("releasedAt", "When it was released; null while it is active.", |hold| hold.row.released_at)
        });
        &OBJECT
    }
}

/// The holds of each attempt, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn of_attempts(
    cx: &Context<'_>,
    attempts: &[Arc<Attempt>],
    released: bool,
) -> Result<HashMap<AttemptId, Vec<Arc<Hold>>>> {
    let by_id: HashMap<_, _> = attempts.iter().map(|attempt| (attempt.row.id, attempt)).collect();
    let mut select =
        hold::Entity::among(cx.scope()?, cx.backend(), hold::Column::AttemptId, by_id.keys().copied())
            .order_by_asc(hold::Column::PlacedAt)
            .order_by_asc(hold::Column::Id);
    if !released {
        select = select.filter(hold::Column::ReleasedAt.is_null());
    }
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in select.all(cx.db()).await? {
        let Some(attempt) = by_id.get(&row.attempt_id) else { continue };
        found.entry(row.attempt_id).or_default().push(Arc::new(Hold { row, attempt: Arc::clone(attempt) }));
    }
    Ok(found)
}

/// Holds of the scope by id, with their attempts.
///
/// # Errors
/// When the database fails.
pub async fn by_id(
    cx: &Context<'_>,
    ids: impl IntoIterator<Item = HoldId>,
) -> Result<HashMap<HoldId, Arc<Hold>>> {
    let ids: Vec<_> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = hold::Entity::among(cx.scope()?, cx.backend(), hold::Column::Id, ids).all(cx.db()).await?;
    let attempts = attempt::by_id(cx, rows.iter().map(|row| row.attempt_id), Columns::ALL).await?;
    rows.into_iter()
        .map(|row| {
            let attempt =
                attempts.get(&row.attempt_id).ok_or_else(|| Error::internal("a hold of no attempt"))?;
            Ok((row.id, Arc::new(Hold { attempt: Arc::clone(attempt), row })))
        })
        .collect()
}
