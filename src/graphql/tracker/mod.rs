//! `TrackerEvent`: one entry of the log, as people and dashboards read it.

mod pages;
mod summary_text;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use async_graphql::InputObject;
use entity::{
    AttemptState, EventType, Role, Scoped, StepKind, StepStatus, event,
    id::{ApiKeyId, EventId, HoldId, MatchId, MemberId, StepId},
    step,
};
use futures_util::FutureExt;
use sea_orm::QuerySelect;

use super::{
    actor::{self, Actor},
    attempt::{self, Attempt},
    customer::{self, Customer},
    exec::{
        Context,
        connection::{self, Edge, ForwardArgs, Listed, Page},
        object::{NoArgs, Object, Row},
    },
    hold::{self, Hold},
    node::{self, NodeId},
    reason::{Reason, is_hidden_from},
    scalar::EventCursor,
    screening::{self, ScreeningMatch},
    step::{self as steps, Step},
    words::Words,
};
use crate::{
    error::Result,
    events::{Cursor, feed::Moment, log::Author},
};

pub use pages::{activity_fan, of_attempts, of_customers, of_merchant};
use summary_text::summary;

/// An event, with the kind of its step for the summary.
pub struct TrackerEvent {
    /// The row.
    pub row: event::Model,
    step_kind: Option<StepKind>,
}

/// The arguments of `Query.activity`.
#[derive(InputObject)]
pub struct ActivityArgs {
    #[graphql(flatten)]
    page: ForwardArgs,
    /// Only events of these types; by default all.
    types: Option<Words<EventType>>,
}

impl TrackerEvent {
    /// The event that is being told.
    pub fn told(moment: &Moment) -> Self {
        Self { row: moment.event.clone(), step_kind: moment.step.as_ref().map(|step| step.kind) }
    }

    fn status(&self, value: Option<&String>) -> Option<StepStatus> {
        value.filter(|_| self.row.kind == EventType::StepStatusChanged)?.parse().ok()
    }

    fn state(&self, value: Option<&String>) -> Option<AttemptState> {
        value.filter(|_| self.row.kind == EventType::AttemptStateChanged)?.parse().ok()
    }
}

impl Row for TrackerEvent {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<TrackerEvent>> = LazyLock::new(|| {
            Object::<TrackerEvent>::new(
                "TrackerEvent",
                "One entry of the merchant's log. Entries are never changed or removed; their order is the order in which the \
                 changes were committed.",
            )
            .node("The event's id.", |event| event.row.id)
            .value("cursor", "Its position in the log: subscribe `after` it to see what came next.", |event| {
                EventCursor(Cursor::of(&event.row).to_string())
            })
            .value("type", "What it says.", |event| event.row.kind)
            .value("at", "When it happened.", |event| event.row.at)
            .one::<NoArgs, Actor>("actor", "Who did it.", |cx, rows, _, _| {
                let authors: Vec<_> = rows
                    .iter()
                    .map(|event| Some(Author { kind: event.row.actor_kind, id: event.row.actor_id }))
                    .collect();
                async move { actor::of_authors(cx, &authors).await }.boxed()
            })
            .value("summary", "One English sentence for people; build your own from the other fields.", summary)
            .optional::<NoArgs, Customer>("customer", "The customer it is about, as they are now.", |cx, rows, _, plan| {
                async move {
                    let found = customer::by_id(cx, rows.iter().filter_map(|event| event.row.customer_id), plan.columns()).await?;
                    Ok(rows.iter().map(|event| found.get(&event.row.customer_id?).cloned()).collect())
                }
                .boxed()
            })
            .optional::<NoArgs, Attempt>("attempt", "The attempt it is about, as it is now.", |cx, rows, _, plan| {
                async move {
                    let found = attempt::by_id(cx, rows.iter().filter_map(|event| event.row.attempt_id), plan.columns()).await?;
                    Ok(rows.iter().map(|event| found.get(&event.row.attempt_id?).cloned()).collect())
                }
                .boxed()
            })
            .optional::<NoArgs, Step>("step", "The step it is about, as it is now.", |cx, rows, _, plan| {
                async move {
                    let found = steps::by_id(cx, rows.iter().filter_map(|event| event.row.step_id), Some(plan)).await?;
                    Ok(rows.iter().map(|event| found.get(&event.row.step_id?).cloned()).collect())
                }
                .boxed()
            })
            .optional::<NoArgs, Hold>("hold", "The hold it is about, as it is now.", |cx, rows, _, _| {
                async move {
                    let ids = rows.iter().filter_map(|event| hold_of(&event.row));
                    let found = hold::by_id(cx, ids).await?;
                    Ok(rows.iter().map(|event| found.get(&hold_of(&event.row)?).cloned()).collect())
                }
                .boxed()
            })
            .optional::<NoArgs, ScreeningMatch>(
                "match",
                "The screening's match that it is about, as it is now; null below REVIEWER.",
                |cx, rows, _, _| {
                    async move {
                        let ids = rows.iter().filter_map(|event| match_of(&event.row));
                        let found = screening::by_id(cx, ids).await?;
                        Ok(rows.iter().map(|event| found.get(&match_of(&event.row)?).cloned()).collect())
                    }
                    .boxed()
                },
            )
            .abstract_optional::<NoArgs, node::Node>(
                "subject",
                "What an administrative event is about, as it is now. API keys and members are for ADMIN, a screening's matches \
                 for REVIEWER: null below.",
                |cx, rows, _| {
                    async move {
                        let ids: Vec<_> = rows.iter().map(|event| subject_of(cx, &event.row)).collect();
                        node::load(cx, &ids).await
                    }
                    .boxed()
                },
            )
            .value("stepFrom", "The step's status before, where its status changed.", |event| {
                event.status(event.row.from.as_ref())
            })
            .value("stepTo", "The step's status after, where its status changed.", |event| {
                event.status(event.row.to.as_ref())
            })
            .value("attemptFrom", "The attempt's state before, where its state changed.", |event| {
                event.state(event.row.from.as_ref())
            })
            .value("attemptTo", "The attempt's state after, where its state changed.", |event| {
                event.state(event.row.to.as_ref())
            })
            .optional_part(
                "reason",
                "Why: the code that the event kept, with the catalogue's message. A screening's reason, and one that is for staff only, is null below REVIEWER.",
                |cx, event| reason(cx, &event.row, event.step_kind),
            )
        });
        &OBJECT
    }
}

impl Listed for TrackerEvent {
    fn connection() -> &'static Object<Page<Self>> {
        static OBJECT: LazyLock<Object<Page<TrackerEvent>>> =
            LazyLock::new(|| connection::uncounted_connection("TrackerEventConnection", "A page of events."));
        &OBJECT
    }

    fn edge() -> &'static Object<Edge<Self>> {
        static OBJECT: LazyLock<Object<Edge<TrackerEvent>>> =
            LazyLock::new(|| connection::edge("TrackerEventEdge", "An event in a page."));
        &OBJECT
    }
}

/// Why an event happened: the code that it kept, in the catalogue's words. No tipping-off: whoever may talk to the customer
/// must not know what the screening found.
pub fn reason(cx: &Context<'_>, row: &event::Model, step_kind: Option<StepKind>) -> Option<Reason> {
    let code = row.reason_code.as_deref()?;
    let is_screening = step_kind == Some(StepKind::SanctionScreening);
    let is_hidden = is_screening && !cx.actor.may(Role::Reviewer) || is_hidden_from(cx, code);
    (!is_hidden).then(|| Reason::from_code(code))
}

/// Events with the kinds of their steps.
async fn shown(cx: &Context<'_>, rows: Vec<event::Model>) -> Result<Vec<Arc<TrackerEvent>>> {
    let ids: std::collections::BTreeSet<_> = rows.iter().filter_map(|row| row.step_id).collect();
    let kinds: HashMap<StepId, StepKind> = if ids.is_empty() {
        HashMap::new()
    } else {
        step::Entity::among(cx.scope()?, cx.backend(), step::Column::Id, ids)
            .select_only()
            .column(step::Column::Id)
            .column(step::Column::Kind)
            .into_tuple()
            .all(cx.db())
            .await?
            .into_iter()
            .collect()
    };
    Ok(rows
        .into_iter()
        .map(|row| {
            let step_kind = row.step_id.and_then(|id| kinds.get(&id).copied());
            Arc::new(TrackerEvent { row, step_kind })
        })
        .collect())
}

/// Events of the scope by id.
///
/// # Errors
/// When the database fails.
pub async fn by_id(
    cx: &Context<'_>,
    ids: impl IntoIterator<Item = EventId>,
) -> Result<HashMap<EventId, Arc<TrackerEvent>>> {
    let ids: Vec<_> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = event::Entity::among(cx.scope()?, cx.backend(), event::Column::Id, ids).all(cx.db()).await?;
    Ok(shown(cx, rows).await?.into_iter().map(|event| (event.row.id, event)).collect())
}

fn hold_of(row: &event::Model) -> Option<HoldId> {
    let about_hold = matches!(row.kind, EventType::HoldPlaced | EventType::HoldReleased);
    row.subject_id.filter(|_| about_hold).map(HoldId)
}

fn match_of(row: &event::Model) -> Option<MatchId> {
    row.subject_id.filter(|_| row.kind == EventType::ScreeningMatchDecided).map(MatchId)
}

fn subject_of(cx: &Context<'_>, row: &event::Model) -> Option<NodeId> {
    let merchant = || cx.scope().ok().map(|scope| NodeId::Merchant(scope.merchant_id()));
    let admin = cx.actor.may(Role::Admin);
    match row.kind {
        EventType::MerchantCreated | EventType::MerchantUpdated | EventType::BrandingUpdated => merchant(),
        EventType::ApiKeyCreated | EventType::ApiKeyRevoked => {
            row.subject_id.filter(|_| admin).map(|id| NodeId::ApiKey(ApiKeyId(id)))
        }
        EventType::MemberCreated | EventType::MemberUpdated => {
            row.subject_id.filter(|_| admin).map(|id| NodeId::Member(MemberId(id)))
        }
        EventType::CustomerCreated | EventType::CustomerUpdated => row.customer_id.map(NodeId::Customer),
        EventType::HoldPlaced | EventType::HoldReleased => hold_of(row).map(NodeId::Hold),
        EventType::ScreeningMatchDecided => match_of(row).map(NodeId::Match),
        EventType::ReportExported
        | EventType::AttemptCreated
        | EventType::LinkGenerated
        | EventType::LinkOpened
        | EventType::LinkResent
        | EventType::LinkExtended
        | EventType::LinkRevoked
        | EventType::LinkExpired
        | EventType::JourneyConsented
        | EventType::StepStatusChanged
        | EventType::AttemptStateChanged
        | EventType::ScreeningCompleted
        | EventType::LateResultRecorded
        | EventType::ImageCaptured => None,
    }
}
