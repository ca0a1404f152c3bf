//! `ScreeningMatch`: somebody on a list who may be the customer.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use entity::{
    Role, Scoped,
    id::{MatchId, ScreeningId},
    screening_match,
};
use futures_util::FutureExt;

use crate::{
    error::Result,
    events::log::Author,
    graphql::{
        actor::{self, Actor},
        exec::{
            Context,
            object::{NoArgs, Object, Row},
        },
    },
};

/// A match.
pub struct ScreeningMatch {
    /// The row.
    pub row: screening_match::Model,
}

impl Row for ScreeningMatch {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<ScreeningMatch>> = LazyLock::new(|| {
            Object::<ScreeningMatch>::new(
                "ScreeningMatch",
                "Somebody on a sanctions list who may be the customer, as the list had them when the screening ran. For the \
                 role REVIEWER and up: for others it does not exist.",
            )
            .node("The match's id.", |found| found.row.id)
            .text("list", "Which list: `un`, `ofac-sdn`, `opensanctions`.", |found| &found.row.list)
            .text("entityId", "The list's own id of the person.", |found| &found.row.entity_id)
            .text("listedName", "The name that matched best, as the list writes it.", |found| {
                &found.row.listed_name
            })
            .value("score", "How well it matched, 0 to 1.", |found| found.row.score)
            .value(
                "explanation",
                "Sentences: which part of the name matched which, and what birth date and country changed.",
                |found| found.row.explanation.0.clone(),
            )
            .value("listedNames", "All names of the person, the primary one first.", |found| {
                found.row.listed_names.0.clone()
            })
            .value("listedBirthDates", "As exactly as the list knows: a day, a month, a year or several years.", |found| {
                found.row.listed_birth_dates.0.clone()
            })
            .value("listedCountries", "Nationalities first. ISO 3166-1 alpha-2.", |found| {
                found.row.listed_countries.0.clone()
            })
            .value("programs", "What the person is listed under, in the list's words.", |found| {
                found.row.programs.0.clone()
            })
            .optional_text("note", "Why it was decided so; null while it is PENDING.", |found| {
                found.row.note.as_deref()
            })
            .value("decision", "What the team says of it.", |found| found.row.decision)
            .optional::<NoArgs, Actor>(
                "decidedBy",
                "Who decided; null while it is PENDING. A decision that was made about the same entry before stands.",
                |cx, rows, _, _| {
                    let authors = rows.iter().map(|found| {
                        Some(Author { kind: found.row.decided_by_kind?, id: found.row.decided_by_id })
                    });
                    let authors: Vec<_> = authors.collect();
                    async move { actor::of_authors(cx, &authors).await }.boxed()
                },
            )
            .value("decidedAt", "When it was decided; null while it is PENDING.", |found| found.row.decided_at)
        });
        &OBJECT
    }
}

/// The matches of each run, best first.
///
/// # Errors
/// When the database fails.
pub async fn of_screenings(
    cx: &Context<'_>,
    screenings: impl IntoIterator<Item = ScreeningId>,
) -> Result<HashMap<ScreeningId, Vec<Arc<ScreeningMatch>>>> {
    let backend = cx.backend();
    let rows = screening_match::Entity::of_screenings(cx.scope()?, backend, screenings).all(cx.db()).await?;
    let mut found: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        found.entry(row.screening_id).or_default().push(Arc::new(ScreeningMatch { row }));
    }
    Ok(found)
}

/// Matches of the scope by id; none for whoever may not know.
///
/// # Errors
/// When the database fails.
pub async fn by_id(
    cx: &Context<'_>,
    ids: impl IntoIterator<Item = MatchId>,
) -> Result<HashMap<MatchId, Arc<ScreeningMatch>>> {
    let ids: Vec<_> = ids.into_iter().collect();
    if ids.is_empty() || !cx.actor.may(Role::Reviewer) {
        return Ok(HashMap::new());
    }
    let backend = cx.backend();
    let rows = screening_match::Entity::among(cx.scope()?, backend, screening_match::Column::Id, ids)
        .all(cx.db())
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, Arc::new(ScreeningMatch { row }))).collect())
}
