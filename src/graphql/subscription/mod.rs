//! `Subscription`: what can be followed as it happens.

mod step_change;

use std::sync::{Arc, LazyLock};

use async_graphql::{ID, InputObject};
use entity::{
    EventType, Scope, Scoped, attempt, customer,
    id::{AttemptId, CustomerId},
};
use futures_util::FutureExt;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, Select};

use self::step_change::StepChange;
use super::{
    exec::{
        object::{Fan, NoArgs, Object, Row},
        plan::PlanField,
    },
    journey::{self, Journey},
    scalar::EventCursor,
    tracker::TrackerEvent,
    words::Words,
};
use crate::{
    error::{Error, Result},
    events::feed::{Filter, Moment},
    kyc::Kyc,
};

/// The root of subscriptions: at one event, or, for a customer's own journey, now.
pub enum Subscription {
    At(Arc<Moment>),
    Now,
}

impl Subscription {
    fn moment(&self) -> Option<&Arc<Moment>> {
        match self {
            Self::At(moment) => Some(moment),
            Self::Now => None,
        }
    }
}

/// The arguments of `Subscription.stepChanged`.
#[derive(Clone, InputObject)]
pub struct StepChangedArgs {
    /// Only steps of this attempt.
    attempt_id: Option<ID>,
    /// Only steps of this customer's attempts.
    customer_id: Option<ID>,
    /// Everything after this position first, then what happens. By default only what happens from now on.
    after: Option<EventCursor>,
}

/// The arguments of `Subscription.trackerEvent`.
#[derive(Clone, InputObject)]
pub struct TrackerEventArgs {
    /// Only events of this attempt.
    attempt_id: Option<ID>,
    /// Only events of this customer.
    customer_id: Option<ID>,
    /// Only events of these types; by default all.
    types: Option<Words<EventType>>,
    /// Everything after this position first, then what happens. By default only what happens from now on.
    after: Option<EventCursor>,
}

impl Row for Subscription {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Subscription>> = LazyLock::new(|| {
            Object::<Subscription>::new(
                "Subscription",
                "What happens, as it commits. Over WebSocket (`graphql-transport-ws`) and Server-Sent Events, both at /graphql.",
            )
            .one::<StepChangedArgs, StepChange>(
                "stepChanged",
                "Step changes as they commit, in commit order. With `after`, what came since is told first. Nothing is skipped and \
                 nothing comes twice on one stream; a client that comes back `after` the last cursor it handled sees every event \
                 once. CURSOR_EXPIRED: the log does not go back that far; CURSOR_INVALID: not a position in it.",
                |_, rows, _, _| {
                    let changes = rows.iter().map(|root| StepChange::told(root.moment()?).map(Arc::new)).collect();
                    async move { Ok(changes) }.boxed()
                },
            )
            .one::<TrackerEventArgs, TrackerEvent>(
                "trackerEvent",
                "Every event of the tracker, with the same guarantees as `stepChanged`.",
                |_, rows, _, _| {
                    let events = rows.iter().map(|root| Some(Arc::new(TrackerEvent::told(root.moment()?)))).collect();
                    async move { Ok(events) }.boxed()
                },
            )
            .one::<NoArgs, Journey>(
                "journeyChanged",
                "The customer's own journey: as it is now, and whenever it changes for them. Link sessions only, at \
                 /journey/graphql. It needs no cursor: whoever comes back is told first how it is.",
                |cx, _, _, _| async move { Ok(vec![Some(journey::own(cx).await?)]) }.boxed(),
            )
            .customers()
            .fan(Fan::Rows(10))
        });
        &OBJECT
    }
}

/// What is followed, and from where on.
pub struct Followed {
    pub filter: Filter,
    pub after: Option<String>,
}

/// Reads what a subscription's field follows.
///
/// # Errors
/// BAD_USER_INPUT for an id that names nothing of the merchant's, whether it is another's or nobody's, and for an attempt that
/// is not the customer's: a stream on which nothing can ever come helps nobody.
pub async fn followed(kyc: &Kyc, scope: Scope, field: &PlanField) -> Result<Followed> {
    let (attempt, customer, kinds, after) = if field.name == "stepChanged" {
        let StepChangedArgs { attempt_id, customer_id, after } = field.args::<StepChangedArgs>()?.clone();
        (attempt_id, customer_id, Some(vec![EventType::StepStatusChanged]), after)
    } else {
        let TrackerEventArgs { attempt_id, customer_id, types, after } =
            field.args::<TrackerEventArgs>()?.clone();
        (attempt_id, customer_id, types.map(|types| types.to_vec()), after)
    };
    let mut filter = Filter { attempt: None, customer: None, kinds };
    if let Some(id) = customer {
        let found = match id.parse::<CustomerId>() {
            Ok(id) => {
                found(kyc, by_id::<customer::Entity>(scope, customer::Column::Id, id)).await?.then_some(id)
            }
            Err(_) => None,
        };
        filter.customer = Some(found.ok_or_else(|| nothing("customerId", "customer"))?);
    }
    if let Some(id) = attempt {
        let found = match id.parse::<AttemptId>() {
            Ok(id) => {
                let mut select = by_id::<attempt::Entity>(scope, attempt::Column::Id, id);
                if let Some(customer) = filter.customer {
                    select = select.filter(attempt::Column::CustomerId.eq(customer));
                }
                found(kyc, select).await?.then_some(id)
            }
            Err(_) => None,
        };
        filter.attempt = Some(found.ok_or_else(|| nothing("attemptId", "attempt"))?);
    }
    Ok(Followed { filter, after: after.map(|after| after.0) })
}

fn by_id<E: Scoped>(scope: Scope, column: E::Column, id: impl Into<sea_orm::Value>) -> Select<E> {
    E::scoped(scope).filter(column.eq(id)).select_only().column(column)
}

async fn found<E: EntityTrait>(kyc: &Kyc, select: Select<E>) -> Result<bool> {
    Ok(select.into_tuple::<uuid::Uuid>().one(kyc.db.reader()).await?.is_some())
}

fn nothing(argument: &str, what: &str) -> Error {
    Error::BadInput(format!("`{argument}` names no {what} that you may see."))
}
