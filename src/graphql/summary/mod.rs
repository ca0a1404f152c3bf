//! `KycSummary`: how the attempts created in a range of days went.

mod count;
mod median;
mod range;

use std::sync::{Arc, LazyLock};

use async_graphql::InputObject;
use chrono::NaiveDate;
use entity::{AttemptState, StepKind, attempt};

use self::{count::Tally, range::Range};
use super::{
    attempt::{Attempt, list::longest_waiting_on_reviewer},
    exec::{
        Context,
        object::{Fan, Object, Row},
        plan::Plan,
    },
    scalar::Date,
};
use crate::{db::EachRow, error::Result};

/// The arguments of `Query.summary`.
#[derive(InputObject)]
pub struct SummaryArgs {
    /// The first day, from 1970 on.
    pub from: Date,
    /// The last day, included; at most 400 days in all.
    pub to: Date,
    /// IANA name of the zone in which days begin and end; by default the merchant's.
    pub time_zone: Option<String>,
}

/// The numbers of a range. What was not asked for is empty.
#[derive(Default)]
pub struct KycSummary {
    by_state: Vec<Arc<AttemptStateCount>>,
    by_day: Vec<Arc<DayCount>>,
    funnel: Vec<Arc<StepFunnel>>,
    median_seconds: Option<i64>,
    oldest: Option<Arc<Attempt>>,
}

/// How many attempts are in a state.
pub struct AttemptStateCount {
    state: AttemptState,
    count: i64,
}

/// How many attempts of a day are in a state.
pub struct DayCount {
    date: NaiveDate,
    state: AttemptState,
    count: i64,
}

/// How the steps of a kind went.
pub struct StepFunnel {
    kind: StepKind,
    dropped: i64,
    not_started: i64,
    in_progress: i64,
    completed: i64,
    failed: i64,
    requires_action: i64,
    median_seconds: Option<i64>,
}

impl StepFunnel {
    fn of(kind: StepKind) -> Self {
        Self {
            kind,
            dropped: 0,
            not_started: 0,
            in_progress: 0,
            completed: 0,
            failed: 0,
            requires_action: 0,
            median_seconds: None,
        }
    }

    /// Nothing goes back to NOT_STARTED: whatever is elsewhere has left it.
    fn reached(&self) -> i64 {
        self.in_progress + self.completed + self.failed + self.requires_action
    }
}

impl Row for KycSummary {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<KycSummary>> = LazyLock::new(|| {
            Object::<KycSummary>::new(
                "KycSummary",
                "How the attempts created in a range of days went, as seen now: an attempt whose time has run out is EXPIRED.",
            )
            .shared_parts("attemptsByState", "How many are in each state. Every state is there, zeros included.", |_, summary| {
                summary.by_state.clone()
            })
            .fan(Fan::Rows(5))
            .shared_parts(
                "byDay",
                "How many of each day are in which state, by date, then by state. What is zero is left out.",
                |_, summary| summary.by_day.clone(),
            )
            .fan(Fan::Rows(400))
            .shared_parts("funnel", "How their steps went. Every kind is there, zeros included, in an order that does not change.", |_, summary| {
                summary.funnel.clone()
            })
            .fan(Fan::Rows(6))
            .value(
                "medianSecondsToComplete",
                "Seconds from creation to end, the median of those that are COMPLETED (of an even number the lower middle); null \
                 when none is.",
                |summary| summary.median_seconds,
            )
            .optional_shared_part(
                "oldestWaitingOnReviewer",
                "The open one with the earliest `waitingSince` of those of which a step or a hold waits on a reviewer; null when \
                 there is none.",
                |_, summary| summary.oldest.clone(),
            )
        });
        &OBJECT
    }
}

impl Row for AttemptStateCount {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<AttemptStateCount>> = LazyLock::new(|| {
            Object::<AttemptStateCount>::new("AttemptStateCount", "How many attempts are in a state.")
                .value("state", "The state, as seen now.", |counted| counted.state)
                .value("count", "How many attempts.", |counted| counted.count)
        });
        &OBJECT
    }
}

impl Row for DayCount {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<DayCount>> = LazyLock::new(|| {
            Object::<DayCount>::new("DayCount", "How many attempts of a day are in a state.")
                .value("date", "The day they were created on, in the summary's zone.", |counted| {
                    Date(counted.date)
                })
                .value("state", "The state, as seen now.", |counted| counted.state)
                .value("count", "How many attempts; never zero.", |counted| counted.count)
        });
        &OBJECT
    }
}

impl Row for StepFunnel {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<StepFunnel>> = LazyLock::new(|| {
            Object::<StepFunnel>::new("StepFunnel", "How the steps of a kind went.")
                .value("kind", "What the steps check.", |funnel| funnel.kind)
                .value("reached", "Steps that have left NOT_STARTED.", StepFunnel::reached)
                .value("dropped", "Steps that are not COMPLETED although their attempt is over.", |funnel| {
                    funnel.dropped
                })
                .value("notStarted", "Steps that are NOT_STARTED.", |funnel| funnel.not_started)
                .value("inProgress", "Steps that are IN_PROGRESS.", |funnel| funnel.in_progress)
                .value("completed", "Steps that are COMPLETED.", |funnel| funnel.completed)
                .value("failed", "Steps that are FAILED.", |funnel| funnel.failed)
                .value("requiresAction", "Steps that are REQUIRES_ACTION.", |funnel| funnel.requires_action)
                .value(
                    "medianSeconds",
                    "Seconds from start to end, the median of those that are COMPLETED (of an even number the lower middle); \
                     null when none is.",
                    |funnel| funnel.median_seconds,
                )
        });
        &OBJECT
    }
}

/// The numbers that are asked for, as of one moment: none contradicts another.
///
/// # Errors
/// BAD_USER_INPUT for a range or a zone that makes no sense.
pub async fn load(cx: &Context<'_>, args: &SummaryArgs, plan: &Plan) -> Result<KycSummary> {
    let range = Range::read(cx, args).await?;
    cx.kyc.db.view(async |view| read(cx, view, &range, plan).await).await
}

async fn read(cx: &Context<'_>, view: &impl EachRow, range: &Range, plan: &Plan) -> Result<KycSummary> {
    let mut summary = KycSummary::default();
    let (days, steps) = (plan.asks("byDay"), plan.asks("funnel"));
    let median = plan.asks("medianSecondsToComplete");
    if days || steps || median || plan.asks("attemptsByState") {
        let tally = count::tally(view, range, days, steps).await?;
        summary.by_day = tally.by_day(range);
        summary.by_state = tally.by_state();
        summary.funnel = funnel(view, range, &tally, plan).await?;
        if median {
            let completed = tally.completed();
            summary.median_seconds = median::of_attempts(view, range, tally.attempts(), completed).await?;
        }
    }
    if plan.asks("oldestWaitingOnReviewer") {
        // By the id alone, which the index has: what is not of the range is passed over there. The column of creation would be a
        // reason to begin with that, and to look at all who wait.
        let created = range.attempt_ids(attempt::Column::Id);
        summary.oldest = longest_waiting_on_reviewer(view, cx.scope()?, created, range.now).await?;
    }
    Ok(summary)
}

async fn funnel(
    view: &impl EachRow,
    range: &Range,
    tally: &Tally,
    plan: &Plan,
) -> Result<Vec<Arc<StepFunnel>>> {
    let mut funnel = tally.funnel();
    let asked = plan.fields.iter().filter(|field| field.name == "funnel");
    if asked.filter_map(|field| field.object_plan().ok()).any(|plan| plan.asks("medianSeconds")) {
        median::of_steps(view, range, tally.attempts(), &mut funnel).await?;
    }
    Ok(funnel.into_iter().map(Arc::new).collect())
}
