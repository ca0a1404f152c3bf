//! What `benches/micro` times of the read path and cannot reach from outside; only with the feature `bench`.

use std::sync::Arc;

use super::{
    Operation,
    answer::{Answer, GraphError},
    exec::{
        Context,
        load::{Batch, load_root},
        object::Row,
        plan::Planner,
    },
    execute::write,
    query::Query,
};
use crate::{auth::Actor, kyc::Kyc};

/// Loads what a query asks for, and hands `then` what writes the answer: each call writes it anew, from the same rows. The query
/// is not validated.
///
/// # Errors
/// When the operation cannot be planned, as [`Api::execute`](super::Api::execute) answers it. What fails while it is loaded is in
/// the answer.
pub async fn with_loaded<T>(
    kyc: &Kyc,
    actor: &Actor,
    asked: &Operation<'_>,
    then: impl FnOnce(&dyn Fn() -> Answer) -> T,
) -> Result<T, Vec<GraphError>> {
    let document = &asked.document.parsed;
    let operation = &asked.document.operation(asked.name).map_err(|refusal| vec![refusal.into()])?.node;
    let may = |role| actor.may(role);
    let planned = Planner::new(operation, &document.fragments, &asked.variables, &may)
        .and_then(|mut planner| planner.plan(&Query::object().meta, &operation.selection_set.node));
    let plan = planned.map_err(|error| vec![*error])?;
    let cx = Context { kyc, actor, now: kyc.clock.now(), idempotency_key: None, moment: None };
    let level = load_root(&cx, Batch::one([Some(Arc::new(Query))].into_iter()), &plan).await;
    Ok(then(&|| write(&level)))
}
