//! `Node`: any object by its id.

use std::{collections::HashMap, sync::Arc};

use async_graphql::registry::Registry;
use entity::id::{ApiKeyId, AttemptId, CustomerId, EventId, HoldId, MatchId, MemberId, MerchantId, StepId};
use futures_util::{FutureExt, future::BoxFuture};

use super::{
    api_key::{self, ApiKey},
    attempt::{self, Attempt},
    customer::{self, Customer},
    exec::{
        Context,
        abstracts::{Dispatch, Dispatched, Variants},
        object::{Meta, Row},
        plan::PlanField,
        schema,
    },
    hold::{self, Hold},
    member::{self, Member},
    merchant::{self, Merchant},
    screening::{self, ScreeningMatch},
    step::{self, Step},
    tracker::{self, TrackerEvent},
};
use crate::error::Result;

/// An id of any object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NodeId {
    Merchant(MerchantId),
    Member(MemberId),
    ApiKey(ApiKeyId),
    Customer(CustomerId),
    Attempt(AttemptId),
    Step(StepId),
    Hold(HoldId),
    Match(MatchId),
    Event(EventId),
}

impl NodeId {
    /// Reads an id of any type; none when it is none.
    pub fn parse(text: &str) -> Option<Self> {
        let (prefix, _) = text.rsplit_once('_')?;
        match prefix {
            MerchantId::PREFIX => text.parse().ok().map(Self::Merchant),
            MemberId::PREFIX => text.parse().ok().map(Self::Member),
            ApiKeyId::PREFIX => text.parse().ok().map(Self::ApiKey),
            CustomerId::PREFIX => text.parse().ok().map(Self::Customer),
            AttemptId::PREFIX => text.parse().ok().map(Self::Attempt),
            StepId::PREFIX => text.parse().ok().map(Self::Step),
            HoldId::PREFIX => text.parse().ok().map(Self::Hold),
            MatchId::PREFIX => text.parse().ok().map(Self::Match),
            EventId::PREFIX => text.parse().ok().map(Self::Event),
            _ => None,
        }
    }
}

/// Any object that has an id.
pub enum Node {
    Merchant(Arc<Merchant>),
    Member(Arc<Member>),
    ApiKey(Arc<ApiKey>),
    Customer(Arc<Customer>),
    Attempt(Arc<Attempt>),
    Step(Arc<Step>),
    Hold(Arc<Hold>),
    Match(Arc<ScreeningMatch>),
    Event(Arc<TrackerEvent>),
}

impl Variants for Node {
    const NAME: &'static str = "Node";

    fn possible() -> Vec<&'static Meta> {
        vec![
            &Merchant::object().meta,
            &Member::object().meta,
            &ApiKey::object().meta,
            &Customer::object().meta,
            &Attempt::object().meta,
            &Step::object().meta,
            &Hold::object().meta,
            &ScreeningMatch::object().meta,
            &TrackerEvent::object().meta,
        ]
    }

    fn register(registry: &mut Registry) {
        schema::register_abstract(registry, Self::NAME, "Any object that has an id.", Self::possible());
    }

    fn load<'a, 'p: 'a>(
        cx: &'p Context<'p>,
        rows: &'a [Arc<Self>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Dispatched<'p>>> {
        async move {
            let mut dispatch = Dispatch::new(cx, field, rows.len());
            dispatch
                .part(of(rows, |node| if let Self::Merchant(row) = node { Some(row) } else { None }))
                .await?;
            dispatch
                .part(of(rows, |node| if let Self::Member(row) = node { Some(row) } else { None }))
                .await?;
            dispatch
                .part(of(rows, |node| if let Self::ApiKey(row) = node { Some(row) } else { None }))
                .await?;
            dispatch
                .part(of(rows, |node| if let Self::Customer(row) = node { Some(row) } else { None }))
                .await?;
            dispatch
                .part(of(rows, |node| if let Self::Attempt(row) = node { Some(row) } else { None }))
                .await?;
            dispatch.part(of(rows, |node| if let Self::Step(row) = node { Some(row) } else { None })).await?;
            dispatch.part(of(rows, |node| if let Self::Hold(row) = node { Some(row) } else { None })).await?;
            dispatch
                .part(of(rows, |node| if let Self::Match(row) = node { Some(row) } else { None }))
                .await?;
            dispatch
                .part(of(rows, |node| if let Self::Event(row) = node { Some(row) } else { None }))
                .await?;
            Ok(dispatch.done())
        }
        .boxed()
    }
}

fn of<C>(rows: &[Arc<Node>], pick: fn(&Node) -> Option<&Arc<C>>) -> Vec<(usize, Arc<C>)> {
    rows.iter().enumerate().filter_map(|(place, node)| Some((place, Arc::clone(pick(node)?)))).collect()
}

/// Loads objects by id: one statement for each type that occurs. What the actor may not see is not there.
///
/// # Errors
/// When the database fails.
pub async fn load(cx: &Context<'_>, ids: &[Option<NodeId>]) -> Result<Vec<Option<Arc<Node>>>> {
    let mut found: HashMap<NodeId, Arc<Node>> = HashMap::new();
    fn pick<T>(ids: &[Option<NodeId>], pick: fn(NodeId) -> Option<T>) -> Vec<T> {
        ids.iter().flatten().filter_map(|id| pick(*id)).collect()
    }
    let merchants = pick(ids, |id| if let NodeId::Merchant(id) = id { Some(id) } else { None });
    if let Some(row) = merchant::own(cx).await?.filter(|row| merchants.contains(&row.row.id)) {
        found.insert(NodeId::Merchant(row.row.id), Arc::new(Node::Merchant(row)));
    }
    let members = pick(ids, |id| if let NodeId::Member(id) = id { Some(id) } else { None });
    for (id, row) in member::by_id(cx, members).await? {
        found.insert(NodeId::Member(id), Arc::new(Node::Member(row)));
    }
    let keys = pick(ids, |id| if let NodeId::ApiKey(id) = id { Some(id) } else { None });
    for (id, row) in api_key::by_id(cx, keys).await? {
        found.insert(NodeId::ApiKey(id), Arc::new(Node::ApiKey(row)));
    }
    let customers = pick(ids, |id| if let NodeId::Customer(id) = id { Some(id) } else { None });
    for (id, row) in customer::by_id(cx, customers).await? {
        found.insert(NodeId::Customer(id), Arc::new(Node::Customer(row)));
    }
    let attempts = pick(ids, |id| if let NodeId::Attempt(id) = id { Some(id) } else { None });
    for (id, row) in attempt::by_id(cx, attempts).await? {
        found.insert(NodeId::Attempt(id), Arc::new(Node::Attempt(row)));
    }
    let steps = pick(ids, |id| if let NodeId::Step(id) = id { Some(id) } else { None });
    for (id, row) in step::by_id(cx, steps).await? {
        found.insert(NodeId::Step(id), Arc::new(Node::Step(row)));
    }
    let holds = pick(ids, |id| if let NodeId::Hold(id) = id { Some(id) } else { None });
    for (id, row) in hold::by_id(cx, holds).await? {
        found.insert(NodeId::Hold(id), Arc::new(Node::Hold(row)));
    }
    let matches = pick(ids, |id| if let NodeId::Match(id) = id { Some(id) } else { None });
    for (id, row) in screening::by_id(cx, matches).await? {
        found.insert(NodeId::Match(id), Arc::new(Node::Match(row)));
    }
    let events = pick(ids, |id| if let NodeId::Event(id) = id { Some(id) } else { None });
    for (id, row) in tracker::by_id(cx, events).await? {
        found.insert(NodeId::Event(id), Arc::new(Node::Event(row)));
    }
    Ok(ids.iter().map(|id| found.get(&(*id)?).cloned()).collect())
}
