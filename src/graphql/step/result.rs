//! `StepResult`: what the check of a step found.

use std::sync::Arc;

use async_graphql::registry::Registry;
use entity::{Role, StepKind};
use futures_util::{FutureExt, future::BoxFuture};

use super::{
    Step,
    found::{self, BankResult, IdentityResult, ImageResult, PanResult, Stored},
};
use crate::{
    error::{Error, Result},
    graphql::{
        answer::GraphError,
        error::public,
        exec::{
            Context,
            abstracts::{Dispatch, Dispatched, LoadedOne, Variants},
            json::{Json, Propagate},
            load::Loaded,
            object::{Edge, Meta, Row},
            plan::PlanField,
            schema,
        },
        screening::{self, ScreeningResult},
    },
};

/// The union's name.
pub const UNION: &str = "StepResult";

/// What the check of a step found: an object for each kind of check that tells something.
pub enum StepResult {
    Found(Stored),
    Screening(Arc<ScreeningResult>),
}

impl Variants for StepResult {
    const NAME: &'static str = UNION;

    fn possible() -> Vec<&'static Meta> {
        vec![
            &IdentityResult::object().meta,
            &PanResult::object().meta,
            &BankResult::object().meta,
            &ImageResult::object().meta,
            &ScreeningResult::object().meta,
        ]
    }

    fn register(registry: &mut Registry) {
        schema::register_union(registry, UNION, "What the check of a step found.", Self::possible());
    }

    fn load<'a, 'p: 'a>(
        cx: &'p Context<'p>,
        rows: &'a [Arc<Self>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Dispatched<'p>>> {
        async move {
            let mut dispatch = Dispatch::new(cx, field, rows.len());
            let (mut screenings, mut identities, mut pans, mut banks, mut images) =
                (vec![], vec![], vec![], vec![], vec![]);
            for (place, row) in rows.iter().enumerate() {
                match &**row {
                    StepResult::Screening(row) => screenings.push((place, Arc::clone(row))),
                    StepResult::Found(Stored::Identity(row)) => identities.push((place, Arc::clone(row))),
                    StepResult::Found(Stored::Pan(row)) => pans.push((place, Arc::clone(row))),
                    StepResult::Found(Stored::Bank(row)) => banks.push((place, Arc::clone(row))),
                    StepResult::Found(Stored::Image(row)) => images.push((place, Arc::clone(row))),
                }
            }
            dispatch.part(screenings).await?;
            dispatch.part(identities).await?;
            dispatch.part(pans).await?;
            dispatch.part(banks).await?;
            dispatch.part(images).await?;
            Ok(dispatch.done())
        }
        .boxed()
    }
}

/// `Step.result`. Which role it takes depends on the step: a screening's is for REVIEWER, whether there is one or not.
pub(super) struct ResultOf;

impl Edge<Step> for ResultOf {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<Step>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        async move {
            let is_screening = |step: &Arc<Step>| step.row.kind == StepKind::SanctionScreening;
            let ids = rows.iter().filter(|step| is_screening(step)).map(|step| step.row.id);
            let mut screenings = screening::of_steps(cx, ids).await?;
            let ids = rows.iter().filter(|step| !is_screening(step)).map(|step| step.row.id);
            let mut stored = found::of_steps(cx, ids).await?;
            let results = rows.iter().map(|step| {
                let screening = screenings.remove(&step.row.id).map(StepResult::Screening);
                screening.or_else(|| stored.remove(&step.row.id).map(StepResult::Found)).map(Arc::new)
            });
            let results = LoadedOne::of(cx, results.collect(), field).await?;
            if cx.actor.may(Role::Reviewer) {
                return Ok(Box::new(results) as Box<dyn Loaded + 'p>);
            }
            let refusal = public(&Error::Forbidden(Role::Reviewer));
            let refused = rows.iter().map(is_screening).collect();
            Ok(Box::new(Guarded { results, refused, refusal }) as Box<dyn Loaded + 'p>)
        }
        .boxed()
    }
}

/// Results some of which the actor may not see.
struct Guarded<'p> {
    results: LoadedOne<'p>,
    /// For each step whether it is one of these.
    refused: Vec<bool>,
    refusal: GraphError,
}

impl Loaded for Guarded<'_> {
    fn write(&self, parent: usize, json: &mut Json) -> Result<(), Propagate> {
        if self.refused.get(parent).copied().unwrap_or(true) {
            json.error(&self.refusal);
            return Err(Propagate);
        }
        self.results.write(parent, json)
    }
}
