//! `Attempt`: one KYC journey of one customer.

pub mod filter;
pub mod list;
pub mod one;
pub mod write;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use async_graphql::InputObject;
use entity::{
    AttemptState, LinkState, Scoped, StepKind, Time,
    attempt::{self, Column},
    id::{AttemptId, CustomerId},
    pick::Columns,
    step as steps,
};
use futures_util::FutureExt;
use sea_orm::{QueryFilter, sea_query::Expr};

use super::{
    customer::{self, Customer},
    exec::{
        Context,
        connection::{self, Edge, Listed, Page},
        object::{Fan, NoArgs, Object, Row},
        plan::Plan,
    },
    hold,
    reason::Reason,
    scalar::Url,
    step::{self, Step},
    tracker,
};
use crate::{error::Result, lifecycle};

/// An attempt as seen at the moment of the operation.
pub struct Attempt {
    /// The row, with an expiry that nobody has written yet applied.
    pub row: attempt::Model,
    link: Option<LinkState>,
    beside: one::Beside,
}

impl Attempt {
    /// Its steps, in order, where they came with it and have these columns.
    pub fn steps_beside(&self, columns: Columns) -> Option<&[steps::Model]> {
        let (have, steps) = self.beside.steps.as_ref()?;
        have.has(columns).then_some(steps)
    }

    /// Its customer, where it came with it and has these columns.
    fn customer_beside(&self, columns: Columns) -> Option<Arc<Customer>> {
        let (have, customer) = self.beside.customer.as_ref()?;
        have.has(columns).then(|| Arc::clone(customer))
    }

    /// The attempt that a mutation answers. The operation's own moment is from before the change, or from before the one
    /// that it waited for; nobody wants to see the attempt as it was then.
    pub fn changed(cx: &Context<'_>, row: attempt::Model) -> Arc<Self> {
        Arc::new(Self::seen(row, cx.kyc.clock.now()))
    }

    /// The attempt as seen at `now`: EXPIRED once it is overdue, written or not.
    pub fn seen(mut row: attempt::Model, now: Time) -> Self {
        if let Some(overdue) = lifecycle::attempt::overdue(row.due_at, row.link_open_count, now) {
            row.state = AttemptState::Expired;
            row.expiry_reason = Some(overdue.reason);
            row.ended_at = Some(overdue.ended_at);
            row.waiting_on = None;
            row.waiting_since = None;
            row.needs_customer = false;
            row.due_at = None;
        }
        let link = crate::kyc::rows::link_of(&row).map(|link| link.state(row.state, row.expiry_reason, now));
        Self { row, link, beside: one::Beside::default() }
    }
}

/// What every attempt is loaded with: its name, and what tells whether it is overdue.
pub fn always() -> Columns {
    [Column::Id, Column::State, Column::DueAt, Column::LinkOpenCount].into_iter().collect()
}

/// What is asked of an attempt below its steps or holds, which lead back to it.
fn again(below: &Plan) -> Columns {
    below.below("attempt").map(Plan::columns).collect()
}

/// The link of an attempt.
pub struct KycLink {
    attempt: Arc<Attempt>,
    state: LinkState,
    expires_at: Time,
}

/// How far an attempt has come.
pub struct Progress(Arc<Attempt>);

/// The argument of `Attempt.step`.
#[derive(InputObject)]
pub struct StepArgs {
    /// Which of the attempt's steps.
    kind: StepKind,
}

/// The argument of `Attempt.holds`.
#[derive(InputObject)]
pub struct HoldArgs {
    /// Whether to show those that were released, too.
    include_released: Option<bool>,
}

impl Row for Attempt {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Attempt>> = LazyLock::new(|| {
            Object::<Attempt>::new(
                "Attempt",
                "One KYC journey of one customer. A customer has at most one that is open.",
            )
            .node("The attempt's id.", |attempt| attempt.row.id)
            .reads([Column::Id])
            .value("number", "1 is the customer's first attempt.", |attempt| attempt.row.number)
            .reads([Column::Number])
            .one::<NoArgs, Customer>("customer", "Who is to be verified.", |cx, rows, _, plan| {
                async move {
                    let columns = plan.columns();
                    if let [only] = rows
                        && let Some(customer) = only.customer_beside(columns)
                    {
                        return Ok(vec![Some(customer)]);
                    }
                    let ids = rows.iter().map(|attempt| attempt.row.customer_id);
                    let found = customer::by_id(cx, ids, columns).await?;
                    Ok(rows.iter().map(|attempt| found.get(&attempt.row.customer_id).cloned()).collect())
                }
                .boxed()
            })
            .reads([Column::CustomerId])
            .value("state", "Where the attempt stands now; an attempt whose time has run out is EXPIRED at once.", |attempt| {
                attempt.row.state
            })
            .reads([Column::State])
            .value("mode", "Whether its checks are real; the merchant's mode when it was created.", |attempt| {
                attempt.row.mode
            })
            .reads([Column::Mode])
            .value("waitingOn", "Whose move it is: the customer's before a provider's before a reviewer's. Null once terminal.", |attempt| {
                attempt.row.waiting_on
            })
            .reads([Column::WaitingOn])
            .value("waitingSince", "Since when `waitingOn` has been who it is.", |attempt| attempt.row.waiting_since)
            .reads([Column::WaitingSince])
            .many::<NoArgs, Step>("steps", "Its steps, in order.", |cx, rows, _, plan| {
                async move {
                    let mut found = step::of_attempts(cx, rows, plan.columns()).await?;
                    Ok(rows.iter().map(|attempt| found.remove(&attempt.row.id).unwrap_or_default()).collect())
                }
                .boxed()
            })
            .fan(Fan::Rows(6))
            .reads_below(again)
            .optional::<StepArgs, Step>("step", "Its step of one kind; null when it has none.", |cx, rows, args, plan| {
                async move {
                    let columns = plan.columns().and(steps::Column::Kind.into());
                    let mut found = step::of_attempts(cx, rows, columns).await?;
                    Ok(rows
                        .iter()
                        .map(|attempt| {
                            found.remove(&attempt.row.id)?.into_iter().find(|step| step.row.kind == args.kind)
                        })
                        .collect())
                }
                .boxed()
            })
            .reads_below(again)
            .part::<Progress>("progress", "How many of its steps are completed.", |_, attempt| {
                Progress(Arc::clone(attempt))
            })
            .reads([Column::CompletedSteps, Column::TotalSteps])
            .many::<HoldArgs, hold::Hold>("holds", "Its holds, oldest first: those that are active, unless asked for all.", |cx, rows, args, _| {
                async move {
                    let mut found = hold::of_attempts(cx, rows, args.include_released.unwrap_or(false)).await?;
                    Ok(rows.iter().map(|attempt| found.remove(&attempt.row.id).unwrap_or_default()).collect())
                }
                .boxed()
            })
            .fan(Fan::Rows(2))
            .reads_below(again)
            .optional_part::<KycLink>("link", "Its link; null when it was created without one.", |_, attempt| {
                let (state, expires_at) = attempt.link.zip(attempt.row.expires_at)?;
                Some(KycLink { attempt: Arc::clone(attempt), state, expires_at })
            })
            .reads([
                Column::ExpiresAt,
                Column::ExpiryReason,
                Column::LinkIssuedCount,
                Column::LinkLastOpenedAt,
                Column::LinkRevokedAt,
                Column::LinkExpiryRecorded,
            ])
            .value("redirectUrl", "Where the journey sends the customer when it is over.", |attempt| {
                attempt.row.redirect_url.clone().map(Url)
            })
            .reads([Column::RedirectUrl])
            .value("consentedAt", "When the customer consented; null until then.", |attempt| attempt.row.consented_at)
            .reads([Column::ConsentedAt])
            .optional_part::<Reason>("rejection", "Why it was rejected; null unless it is REJECTED. Below REVIEWER, a reason that is for staff only is UNDER_REVIEW.", |cx, attempt| {
                let row = &attempt.row;
                let (message, note) = (row.rejection_message.as_deref(), row.rejection_staff_note.as_deref());
                Some(Reason::known_to(cx, row.rejection_code.as_deref()?, message, note))
            })
            .reads([Column::RejectionCode, Column::RejectionMessage, Column::RejectionStaffNote])
            .value("expiryReason", "Why it expired; null unless it is EXPIRED.", |attempt| attempt.row.expiry_reason)
            .reads([Column::ExpiryReason])
            .one::<connection::PageArgs, Page<tracker::TrackerEvent>>(
                "tracker",
                "What happened to it, oldest first.",
                |cx, rows, args, plan| tracker::of_attempts(cx, rows, args, plan).boxed(),
            )
            .paged()
            .reads([Column::Id])
            .value("createdAt", "When it was created.", |attempt| attempt.row.created_at)
            .reads([Column::CreatedAt])
            .value("startedAt", "When it became IN_PROGRESS.", |attempt| attempt.row.started_at)
            .reads([Column::StartedAt])
            .value("endedAt", "When it became COMPLETED, REJECTED or EXPIRED.", |attempt| attempt.row.ended_at)
            .reads([Column::EndedAt])
            .value("expiresAt", "When its link's validity ends; null without a link.", |attempt| attempt.row.expires_at)
            .reads([Column::ExpiresAt])
            .value("updatedAt", "When it, its steps, its holds or its link last changed.", |attempt| attempt.row.updated_at)
            .reads([Column::UpdatedAt])
            .value("version", "Rises by one with every change of it, its steps, its holds or its link. Give it as `expectedVersion` to make sure that nothing has changed meanwhile.", |attempt| {
                attempt.row.version
            })
            .reads([Column::Version])
        });
        &OBJECT
    }
}

impl Row for Progress {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Progress>> = LazyLock::new(|| {
            Object::<Progress>::new("Progress", "How far an attempt has come.")
                .value("completed", "Steps that are COMPLETED.", |progress| progress.0.row.completed_steps)
                .value("total", "Steps in all.", |progress| progress.0.row.total_steps)
        });
        &OBJECT
    }
}

impl Row for KycLink {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<KycLink>> = LazyLock::new(|| {
            Object::<KycLink>::new(
                "KycLink",
                "The link of an attempt. Its URL is shown once, when it is generated or resent; only its hash is kept.",
            )
            .value("state", "Whether it can be walked.", |link| link.state)
            .value("expiresAt", "When its validity ends.", |link| link.expires_at)
            .value("openCount", "How often it was opened.", |link| link.attempt.row.link_open_count)
            .value("lastOpenedAt", "When it was last opened.", |link| link.attempt.row.link_last_opened_at)
            .value("issuedCount", "How many URLs were issued: 1, and one more each time it was resent.", |link| {
                link.attempt.row.link_issued_count
            })
        });
        &OBJECT
    }
}

impl Listed for Attempt {
    fn connection() -> &'static Object<Page<Self>> {
        static OBJECT: LazyLock<Object<Page<Attempt>>> =
            LazyLock::new(|| connection::connection("AttemptConnection", "A page of attempts."));
        &OBJECT
    }

    fn edge() -> &'static Object<Edge<Self>> {
        static OBJECT: LazyLock<Object<Edge<Attempt>>> =
            LazyLock::new(|| connection::edge("AttemptEdge", "An attempt in a page."));
        &OBJECT
    }
}

/// Attempts of the scope by id, as seen now, with these columns beside those that every attempt is loaded with.
///
/// # Errors
/// When the database fails.
pub async fn by_id(
    cx: &Context<'_>,
    ids: impl IntoIterator<Item = AttemptId>,
    columns: Columns,
) -> Result<HashMap<AttemptId, Arc<Attempt>>> {
    let mut ids: std::collections::BTreeSet<_> = ids.into_iter().collect();
    let mut found = HashMap::new();
    if let Some(row) = cx.moment.and_then(|moment| moment.attempt.as_ref())
        && ids.remove(&row.id)
    {
        found.insert(row.id, Arc::new(Attempt::seen(row.clone(), cx.now)));
    }
    if ids.is_empty() {
        return Ok(found);
    }
    let select = attempt::Entity::among(cx.scope()?, cx.backend(), Column::Id, ids);
    let keep = |row: attempt::Model| (row.id, Arc::new(Attempt::seen(row, cx.now)));
    found.extend(cx.rows(select, columns.and(always()), keep).await?);
    Ok(found)
}

/// The newest attempt of each customer, with columns as [`by_id`].
///
/// # Errors
/// When the database fails.
pub async fn newest_of(
    cx: &Context<'_>,
    customers: impl IntoIterator<Item = CustomerId>,
    columns: Columns,
) -> Result<HashMap<CustomerId, Arc<Attempt>>> {
    let backend = cx.backend();
    let select = attempt::Entity::among(cx.scope()?, backend, Column::CustomerId, customers)
        .filter(Expr::col(Column::Newest));
    let keep = |row: attempt::Model| (row.customer_id, Arc::new(Attempt::seen(row, cx.now)));
    let found = cx.rows(select, columns.and(always()).and(Column::CustomerId.into()), keep).await?;
    Ok(found.into_iter().collect())
}
