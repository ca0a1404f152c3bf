//! `TrackerEvent`: one entry of the log, as people and dashboards read it.

use std::{
    any::Any,
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use async_graphql::InputObject;
use entity::{
    AttemptState, EventType, Role, Scoped, StepKind, StepStatus, any_of, event,
    id::{ApiKeyId, EventId, HoldId, MemberId, StepId},
    step,
};
use futures_util::FutureExt;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use super::{
    actor::{self, Actor},
    attempt::{self, Attempt},
    customer::{self, Customer},
    exec::{
        Context,
        connection::{self, Edge, ForwardArgs, Listed, Page, PageArgs},
        object::{NoArgs, Object, Row},
        plan::Plan,
    },
    hold::{self, Hold},
    keyset::{count, count_each},
    node::{self, NodeId},
    reason::Reason,
    scalar::EventCursor,
    step::{self as steps, Step},
};
use crate::{
    error::{Error, Result},
    events::{Cursor, log::Author},
};

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
    types: Option<Vec<EventType>>,
}

impl TrackerEvent {
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
            .optional::<NoArgs, Customer>("customer", "The customer it is about, as they are now.", |cx, rows, _, _| {
                async move {
                    let found = customer::by_id(cx, rows.iter().filter_map(|event| event.row.customer_id)).await?;
                    Ok(rows.iter().map(|event| found.get(&event.row.customer_id?).cloned()).collect())
                }
                .boxed()
            })
            .optional::<NoArgs, Attempt>("attempt", "The attempt it is about, as it is now.", |cx, rows, _, _| {
                async move {
                    let found = attempt::by_id(cx, rows.iter().filter_map(|event| event.row.attempt_id)).await?;
                    Ok(rows.iter().map(|event| found.get(&event.row.attempt_id?).cloned()).collect())
                }
                .boxed()
            })
            .optional::<NoArgs, Step>("step", "The step it is about, as it is now.", |cx, rows, _, _| {
                async move {
                    let found = steps::by_id(cx, rows.iter().filter_map(|event| event.row.step_id)).await?;
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
            .abstract_optional::<NoArgs, node::Node>(
                "subject",
                "What an administrative event is about, as it is now. API keys and members are for ADMIN: null below.",
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
                "Why: the code that the event kept, with the catalogue's message. A screening's reason is null below REVIEWER.",
                |cx, event| {
                    let code = event.row.reason_code.as_deref()?;
                    let screening = event.step_kind == Some(StepKind::SanctionScreening)
                        || crate::lifecycle::reasons::find(code).is_some_and(|entry| entry.staff_only);
                    (!screening || cx.actor.may(Role::Reviewer)).then(|| Reason::from_code(code))
                },
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

/// A page of each attempt's events, oldest first.
///
/// # Errors
/// BAD_USER_INPUT and CURSOR_INVALID for arguments that make no sense.
pub async fn of_attempts(
    cx: &Context<'_>,
    attempts: &[Arc<Attempt>],
    args: &PageArgs,
    plan: &Plan,
) -> Result<Vec<Option<Arc<Page<TrackerEvent>>>>> {
    let ids: Vec<_> = attempts.iter().map(|attempt| attempt.row.id.0).collect();
    nested(cx, event::Column::AttemptId, &ids, args, false, plan).await
}

/// A page of each customer's events, newest first.
///
/// # Errors
/// As [`of_attempts`].
pub async fn of_customers(
    cx: &Context<'_>,
    customers: &[Arc<Customer>],
    args: &ForwardArgs,
    plan: &Plan,
) -> Result<Vec<Option<Arc<Page<TrackerEvent>>>>> {
    let ids: Vec<_> = customers.iter().map(|customer| customer.row.id.0).collect();
    nested(cx, event::Column::CustomerId, &ids, &args.into(), true, plan).await
}

/// A page of the merchant's events, newest first.
///
/// # Errors
/// As [`of_attempts`].
pub async fn of_merchant(cx: &Context<'_>, args: &ActivityArgs, plan: &Plan) -> Result<Page<TrackerEvent>> {
    let mut select = event::Entity::scoped(cx.scope()?);
    if let Some(types) = &args.types {
        select = select.filter(event::Column::Kind.is_in(types.iter().copied()));
    }
    let total = if plan.asks("totalCount") { Some(count(cx.db(), select.clone()).await?) } else { None };
    if !plan.asks_rows() {
        return Ok(Page {
            edges: Vec::new(),
            has_next_page: false,
            has_previous_page: false,
            total_count: total,
        });
    }
    page(cx, select, &PageArgs::from(&args.page), true, total).await
}

/// About how many rows [`ActivityArgs`] load.
pub fn activity_fan(args: &(dyn Any + Send + Sync)) -> u64 {
    args.downcast_ref::<ActivityArgs>().map_or(1, |args| PageArgs::from(&args.page).rows())
}

async fn nested(
    cx: &Context<'_>,
    column: event::Column,
    parents: &[uuid::Uuid],
    args: &PageArgs,
    descending: bool,
    plan: &Plan,
) -> Result<Vec<Option<Arc<Page<TrackerEvent>>>>> {
    let select = event::Entity::scoped(cx.scope()?);
    let totals = if plan.asks("totalCount") {
        count_each(cx.db(), select.clone(), column, parents).await?
    } else {
        HashMap::new()
    };
    let mut pages = Vec::with_capacity(parents.len());
    for parent in parents {
        let total = plan.asks("totalCount").then(|| totals.get(parent).copied().unwrap_or(0));
        let of_parent = select.clone().filter(column.eq(*parent));
        // A log is long and its pages are short: an index range a parent beats numbering all events of all parents.
        pages.push(Some(Arc::new(page(cx, of_parent, args, descending, total).await?)));
    }
    Ok(pages)
}

/// Pages of the log go by its own cursors, which are the same everywhere: in a tracker, an activity, a subscription.
async fn page(
    cx: &Context<'_>,
    mut select: Select<event::Entity>,
    args: &PageArgs,
    descending: bool,
    total_count: Option<i64>,
) -> Result<Page<TrackerEvent>> {
    let window = args.window()?;
    for (cursor, after) in [(&args.after, true), (&args.before, false)] {
        let Some(text) = cursor else { continue };
        let seq = position(cx, text, if after { "after" } else { "before" }).await?;
        let column = event::Column::Seq;
        select = select.filter(if after == descending { column.lt(seq) } else { column.gt(seq) });
    }
    let newest_first = descending != window.backward;
    let order = if newest_first { sea_orm::Order::Desc } else { sea_orm::Order::Asc };
    let mut rows = select.order_by(event::Column::Seq, order).limit(window.size + 1).all(cx.db()).await?;
    let more = rows.len() as u64 > window.size;
    if more {
        rows.pop();
    }
    if window.backward {
        rows.reverse();
    }
    let (has_next_page, has_previous_page) =
        if window.backward { (args.before.is_some(), more) } else { (more, args.after.is_some()) };
    let edges = shown(cx, rows)
        .await?
        .into_iter()
        .map(|event| {
            let cursor = Cursor::of(&event.row).to_string();
            (event, cursor)
        })
        .collect();
    Ok(Page { edges, has_next_page, has_previous_page, total_count })
}

/// Events with the kinds of their steps.
async fn shown(cx: &Context<'_>, rows: Vec<event::Model>) -> Result<Vec<Arc<TrackerEvent>>> {
    let ids: std::collections::BTreeSet<_> = rows.iter().filter_map(|row| row.step_id).collect();
    let kinds: HashMap<StepId, StepKind> = if ids.is_empty() {
        HashMap::new()
    } else {
        step::Entity::scoped(cx.scope()?)
            .filter(any_of(cx.db().get_database_backend(), step::Column::Id, ids))
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
    let rows = event::Entity::scoped(cx.scope()?)
        .filter(any_of(cx.db().get_database_backend(), event::Column::Id, ids))
        .all(cx.db())
        .await?;
    Ok(shown(cx, rows).await?.into_iter().map(|event| (event.row.id, event)).collect())
}

/// Where a cursor stands in the merchant's log.
///
/// # Errors
/// CURSOR_INVALID when it is not a cursor, of another merchant's log, from the future, or from before a restore.
pub async fn position(cx: &Context<'_>, text: &str, name: &str) -> Result<i64> {
    let scope = cx.scope()?;
    let refused = || {
        Error::CursorInvalid(format!(
            "`{name}` is not a position in this merchant's log. Use the cursor of an event, or `eventCursor`."
        ))
    };
    let cursor =
        Cursor::parse(text).filter(|cursor| cursor.merchant == scope.merchant_id()).ok_or_else(refused)?;
    if cursor.seq == 0 && cursor.check == 0 {
        return Ok(0);
    }
    let event = event::Entity::scoped(scope)
        .filter(event::Column::Seq.eq(cursor.seq))
        .one(cx.db())
        .await?
        .filter(|event| Cursor::of(event) == cursor);
    event.map(|event| event.seq).ok_or_else(refused)
}

fn hold_of(row: &event::Model) -> Option<HoldId> {
    let about_hold = matches!(row.kind, EventType::HoldPlaced | EventType::HoldReleased);
    row.subject_id.filter(|_| about_hold).map(HoldId)
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
        | EventType::ScreeningMatchDecided
        | EventType::ImageCaptured => None,
    }
}

fn summary(event: &TrackerEvent) -> String {
    let row = &event.row;
    let moved = || {
        let word = |value: Option<&String>| {
            value.map(|word| word.to_lowercase().replace('_', " ")).unwrap_or_default()
        };
        format!("{} → {}", word(row.from.as_ref()), word(row.to.as_ref()))
    };
    match row.kind {
        EventType::StepStatusChanged => {
            format!("{}: {}", event.step_kind.map_or("Step", step_name), moved())
        }
        EventType::AttemptStateChanged => format!("Attempt: {}", moved()),
        EventType::CustomerCreated => "Customer added".into(),
        EventType::CustomerUpdated => "Customer details changed".into(),
        EventType::AttemptCreated => "Attempt created".into(),
        EventType::LinkGenerated => "Link generated".into(),
        EventType::LinkOpened => "Link opened".into(),
        EventType::LinkResent => "New link sent in place of the one before".into(),
        EventType::LinkExtended => "Link validity moved".into(),
        EventType::LinkRevoked => "Link revoked".into(),
        EventType::LinkExpired => "Link expired".into(),
        EventType::JourneyConsented => "Customer answered the consent".into(),
        EventType::HoldPlaced => "Hold placed".into(),
        EventType::HoldReleased => "Hold released".into(),
        EventType::ScreeningCompleted => "Sanction screening ran".into(),
        EventType::LateResultRecorded => "A late answer of a provider was recorded".into(),
        EventType::ScreeningMatchDecided => "Screening match decided".into(),
        EventType::ImageCaptured => "Image captured".into(),
        EventType::ReportExported => "Report exported".into(),
        EventType::BrandingUpdated => "Branding changed".into(),
        EventType::MerchantCreated => "Merchant created".into(),
        EventType::MerchantUpdated => "Merchant settings changed".into(),
        EventType::ApiKeyCreated => "API key created".into(),
        EventType::ApiKeyRevoked => "API key revoked".into(),
        EventType::MemberCreated => "Member added".into(),
        EventType::MemberUpdated => "Member changed".into(),
    }
}

/// A kind of step as people say it.
pub fn step_name(kind: StepKind) -> &'static str {
    match kind {
        StepKind::DigilockerAadhaar => "DigiLocker Aadhaar",
        StepKind::Pan => "PAN",
        StepKind::BankPennyDrop => "Bank penny drop",
        StepKind::Selfie => "Selfie",
        StepKind::Signature => "Signature",
        StepKind::SanctionScreening => "Sanction screening",
    }
}
