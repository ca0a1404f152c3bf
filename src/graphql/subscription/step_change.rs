//! `StepChange`: a step moved.

use std::sync::{Arc, LazyLock};

use entity::{StepStatus, event};
use futures_util::FutureExt;

use crate::{
    events::{Cursor, feed::Moment, log::Author},
    graphql::{
        actor::{self, Actor},
        attempt::{self, Attempt},
        exec::object::{NoArgs, Object, Row},
        reason::Reason,
        scalar::EventCursor,
        step::{self, Step},
        tracker,
    },
};

/// A move of a step, as the log has it.
pub struct StepChange {
    moment: Arc<Moment>,
    from: StepStatus,
    to: StepStatus,
}

impl StepChange {
    /// The change that an event tells; none when it tells none.
    pub fn told(moment: &Arc<Moment>) -> Option<Self> {
        let status = |text: &Option<String>| text.as_deref()?.parse().ok();
        let (from, to) = (status(&moment.event.from)?, status(&moment.event.to)?);
        Some(Self { moment: Arc::clone(moment), from, to })
    }

    fn event(&self) -> &event::Model {
        &self.moment.event
    }
}

impl Row for StepChange {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<StepChange>> = LazyLock::new(|| {
            Object::<StepChange>::new(
                "StepChange",
                "A step moved. `from`, `to`, `reason` and `at` are the change's own; `step` and `attempt` are as they were a \
                 moment after it: never older, possibly newer. Where it matters, order by `version`.",
            )
            .value("cursor", "Its position in the log: come back `after` it once you have handled it.", |change| {
                EventCursor(Cursor::of(change.event()).to_string())
            })
            .value("at", "When it happened.", |change| change.event().at)
            .one::<NoArgs, Actor>("actor", "Who did it.", |cx, rows, _, _| {
                let authors: Vec<_> = rows
                    .iter()
                    .map(|change| change.event())
                    .map(|event| Some(Author { kind: event.actor_kind, id: event.actor_id }))
                    .collect();
                async move { actor::of_authors(cx, &authors).await }.boxed()
            })
            .value("from", "Its status before.", |change| change.from)
            .value("to", "Its status after.", |change| change.to)
            .optional_part(
                "reason",
                "Why: the code that the event kept, with the catalogue's message; `step.reason` has the words that were given. A \
                 screening's reason is null below REVIEWER.",
                |cx, change: &Arc<StepChange>| -> Option<Reason> {
                    let kind = change.moment.step.as_ref().map(|step| step.kind);
                    tracker::reason(cx, change.event(), kind)
                },
            )
            .one::<NoArgs, Step>("step", "The step.", |cx, rows, _, plan| {
                async move {
                    let found = step::by_id(cx, rows.iter().filter_map(|row| row.event().step_id), Some(plan)).await?;
                    Ok(rows.iter().map(|row| found.get(&row.event().step_id?).cloned()).collect())
                }
                .boxed()
            })
            .one::<NoArgs, Attempt>("attempt", "Its attempt.", |cx, rows, _, plan| {
                async move {
                    let found = attempt::by_id(cx, rows.iter().filter_map(|row| row.event().attempt_id), plan.columns()).await?;
                    Ok(rows.iter().map(|row| found.get(&row.event().attempt_id?).cloned()).collect())
                }
                .boxed()
            })
        });
        &OBJECT
    }
}
