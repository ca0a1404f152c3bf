//! Attempts: creating one, with a link or without, and rejecting one.

mod create;
mod plan;
mod reject;

pub use create::{create, generate};
use entity::{Scoped, attempt, id::AttemptId};
use futures_util::future::BoxFuture;
pub(super) use plan::default_validity;
pub use plan::{AttemptCreate, LinkGenerate};
pub use reject::{AttemptReject, reject};
use sea_orm::{ColumnTrait, QueryFilter};

use super::{Answer, Change};
use crate::error::{Error, Result};

/// An attempt after a change of it.
#[derive(Clone, Debug)]
pub struct AttemptChanged {
    pub attempt: attempt::Model,
}

/// An attempt with a new link. `Debug` would print the URL, so there is none.
#[derive(Clone)]
pub struct LinkIssued {
    pub attempt: attempt::Model,
    /// The whole link, shown once; none in a replay.
    pub url: Option<String>,
}

/// An attempt that the change knows to exist, as it is written.
pub(super) async fn find(change: &Change<'_>, id: AttemptId) -> Result<attempt::Model> {
    attempt::Entity::scoped(change.scope)
        .filter(attempt::Column::Id.eq(id))
        .one(change.txn)
        .await?
        .ok_or_else(|| Error::internal("a remembered attempt is gone"))
}

impl Answer for AttemptChanged {
    type Ids = AttemptId;

    fn ids(&self) -> AttemptId {
        self.attempt.id
    }

    fn reload<'c>(change: &'c Change<'_>, id: AttemptId) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move { Ok(Self { attempt: find(change, id).await? }) })
    }
}

impl Answer for LinkIssued {
    type Ids = AttemptId;

    fn ids(&self) -> AttemptId {
        self.attempt.id
    }

    fn reload<'c>(change: &'c Change<'_>, id: AttemptId) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move { Ok(Self { attempt: find(change, id).await?, url: None }) })
    }
}
