//! `Query`: where every question begins.

use std::{
    any::Any,
    sync::{Arc, LazyLock},
};

use async_graphql::{ID, InputObject};
use entity::{
    Role, Scoped, StepKind, customer,
    id::{AttemptId, StepId},
};
use futures_util::FutureExt;
use sea_orm::{ColumnTrait, QueryFilter};

use super::{
    attempt::{self, Attempt, list::AttemptsArgs},
    customer::{self as customers, Customer, list::CustomersArgs},
    exec::{
        Context,
        connection::Page,
        object::{Fan, NoArgs, Object, Row},
        plan::Plan,
    },
    journey::{self, Journey},
    merchant::{self, BrandingCheck, BrandingUpdateInput, Merchant},
    mutation::Input,
    node::{self, Node, NodeId},
    reasons::{self, ReasonCode},
    scalar::EventCursor,
    screening_list::{self, ScreeningListStatus},
    step::{self, Step},
    summary::{self, KycSummary},
    tracker::{self, ActivityArgs, TrackerEvent},
    viewer::Viewer,
};
use crate::{
    error::{Error, Result},
    events::cursor,
};

/// The root of queries.
pub struct Query;

/// The argument of fields that find one object.
#[derive(InputObject)]
pub struct ById {
    /// The object's id.
    id: ID,
}

/// The argument of `Query.nodes`.
#[derive(InputObject)]
pub struct ByIds {
    /// The objects' ids, at most 100.
    ids: Vec<ID>,
}

/// The arguments of `Query.customer`.
#[derive(InputObject)]
pub struct CustomerArgs {
    /// The customer's id. Give exactly one of `id` and `reference`.
    id: Option<ID>,
    /// The merchant's own id of the customer.
    reference: Option<String>,
}

/// The argument of `Query.reasonCodes`.
#[derive(InputObject)]
pub struct ReasonCodesArgs {
    /// Only what is offered for steps of this kind; by default all.
    kind: Option<StepKind>,
}

/// How many ids `nodes` takes.
const MAX_NODES: usize = 100;

impl Row for Query {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Query>> = LazyLock::new(|| {
            Object::<Query>::new("Query", "Where every question begins. All of it is your merchant's; what you may not see does not exist.")
                .abstract_optional::<ById, Node>("node", "Any object by its id; null when there is none that you may see.", |cx, _, args| {
                    async move { node::load(cx, &[NodeId::parse(&args.id)]).await }.boxed()
                })
                .abstract_list::<ByIds, Node>("nodes", "Objects by their ids, in the order of the ids; null for each that does not exist or that you may not see.", |cx, _, args| {
                    async move {
                        if args.ids.len() > MAX_NODES {
                            return Err(Error::BadInput(format!("`ids` has at most {MAX_NODES} entries.")));
                        }
                        let ids: Vec<_> = args.ids.iter().map(|id| NodeId::parse(id)).collect();
                        Ok(vec![node::load(cx, &ids).await?])
                    }
                    .boxed()
                })
                .fan(Fan::Args(nodes_fan))
                .part("viewer", "Whoever asks: you.", |_, _| Viewer)
                .optional::<NoArgs, Merchant>("merchant", "Your merchant; null for the platform's key.", |cx, _, _, _| {
                    async move { Ok(vec![merchant::own(cx).await?]) }.boxed()
                })
                .optional::<Input<BrandingUpdateInput>, BrandingCheck>("brandingCheck", "What `brandingUpdate` would say of this input, LOW_CONTRAST with the nearest colour that passes included; nothing is changed, and `idempotencyKey` says nothing here. Takes the role ADMIN.", |cx, _, Input(input), _| {
                    async move { Ok(vec![Some(Arc::new(BrandingCheck::of(cx, input).await?))]) }.boxed()
                })
                .role(Role::Admin)
                .optional::<CustomerArgs, Customer>("customer", "A customer by id or by reference; null when there is none.", |cx, _, args, plan| {
                    async move { Ok(vec![one_customer(cx, args, plan).await?]) }.boxed()
                })
                .one::<CustomersArgs, Page<Customer>>("customers", "The merchant's customers, newest first unless sorted otherwise.", |cx, _, args, plan| {
                    async move { Ok(vec![Some(Arc::new(customers::list::of_merchant(cx, args, plan).await?))]) }.boxed()
                })
                .fan(Fan::Args(customers::list::fan))
                .optional::<ById, Attempt>("attempt", "An attempt by id; null when there is none.", |cx, _, args, plan| {
                    async move {
                        let Ok(id) = args.id.parse::<AttemptId>() else { return Ok(vec![None]) };
                        Ok(vec![attempt::one::load(cx, id, plan).await?])
                    }
                    .boxed()
                })
                .one::<AttemptsArgs, Page<Attempt>>("attempts", "The merchant's attempts, newest first unless sorted otherwise.", |cx, _, args, plan| {
                    async move { Ok(vec![Some(Arc::new(attempt::list::of_merchant(cx, args, plan).await?))]) }.boxed()
                })
                .fan(Fan::Args(attempt::list::fan))
                .optional::<ById, Step>("step", "A step by id; null when there is none.", |cx, _, args, plan| {
                    async move {
                        let Ok(id) = args.id.parse::<StepId>() else { return Ok(vec![None]) };
                        Ok(vec![step::by_id(cx, [id], Some(plan)).await?.remove(&id)])
                    }
                    .boxed()
                })
                .one::<ActivityArgs, Page<TrackerEvent>>("activity", "Everything that happened at the merchant, newest first.", |cx, _, args, plan| {
                    async move { Ok(vec![Some(Arc::new(tracker::of_merchant(cx, args, plan).await?))]) }.boxed()
                })
                .fan(Fan::Args(tracker::activity_fan))
                .loaded::<EventCursor>("eventCursor", "The head of the log, taken before every other field of the operation: read a snapshot with it, then subscribe `after` it, and nothing is missed.", |cx, _| {
                    async move { Ok(vec![EventCursor(cursor::head_cursor(cx.db(), cx.scope()?).await?.to_string())]) }.boxed()
                })
                .first()
                .one::<summary::SummaryArgs, KycSummary>("summary", "How the attempts created in a range of days went.", |cx, _, args, plan| {
                    async move { Ok(vec![Some(Arc::new(summary::load(cx, args, plan).await?))]) }.boxed()
                })
                .many::<ReasonCodesArgs, ReasonCode>("reasonCodes", "The catalogue of reasons, for failing a step, asking again, holding and rejecting.", |_, _, args, _| {
                    async move { Ok(vec![reasons::catalogue(args.kind)]) }.boxed()
                })
                .fan(Fan::Rows(40))
                .many::<NoArgs, ScreeningListStatus>("screeningLists", "The sanctions lists that are screened against, each in its current version. They are the deployment's, the same for every merchant.", |cx, _, _, _| {
                    async move { Ok(vec![screening_list::current(cx).await?]) }.boxed()
                })
                .fan(Fan::Rows(3))
                .optional::<NoArgs, Journey>("journey", "The customer's own journey. Link sessions only, at /journey/graphql; no other field of Query is theirs.", |cx, _, _, _| {
                    async move { Ok(vec![Some(journey::own(cx).await?)]) }.boxed()
                })
                .customers()
                .fan(Fan::Rows(10))
        });
        &OBJECT
    }
}

fn nodes_fan(args: &(dyn Any + Send + Sync)) -> u64 {
    args.downcast_ref::<ByIds>().map_or(1, |args| args.ids.len() as u64)
}

async fn one_customer(cx: &Context<'_>, args: &CustomerArgs, plan: &Plan) -> Result<Option<Arc<Customer>>> {
    let columns = plan.columns();
    match (&args.id, &args.reference) {
        (Some(id), None) => {
            let Ok(id) = id.parse() else { return Ok(None) };
            Ok(customers::by_id(cx, [id], columns).await?.remove(&id))
        }
        (None, Some(reference)) => {
            let reference = attempt::filter::without_nul(reference)?;
            let select =
                customer::Entity::scoped(cx.scope()?).filter(customer::Column::Reference.eq(reference));
            let keep = |row| Arc::new(Customer { row });
            Ok(cx.rows(select, columns.and(customer::Column::Id.into()), keep).await?.pop())
        }
        (Some(_), Some(_)) | (None, None) => {
            Err(Error::BadInput("Give exactly one of `id` and `reference`.".into()))
        }
    }
}
