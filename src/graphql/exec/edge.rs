//! The ways in which a field leads to other rows.

use std::{marker::PhantomData, sync::Arc};

use futures_util::future::BoxFuture;

use super::{
    Context,
    leaf::Leaf,
    load::{Batch, Loaded, Scalars, load_batch},
    meta::Arguments,
    object::Row,
    plan::{Plan, PlanField},
};
use crate::error::Result;

/// A field that leads to other rows, for all rows of a level at once.
pub trait Edge<R>: Send + Sync {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>>;
}

/// Loads one object for each parent, or none.
pub type LoadOne<R, A, C> =
    for<'a> fn(&'a Context<'a>, &'a [Arc<R>], &'a A, &'a Plan) -> BoxFuture<'a, Result<Vec<Option<Arc<C>>>>>;
/// Loads a list of objects for each parent.
pub type LoadMany<R, A, C> =
    for<'a> fn(&'a Context<'a>, &'a [Arc<R>], &'a A, &'a Plan) -> BoxFuture<'a, Result<Vec<Vec<Arc<C>>>>>;

/// Loads one scalar for each parent.
pub type LoadLeaf<R, T> = for<'a> fn(&'a Context<'a>, &'a [Arc<R>]) -> BoxFuture<'a, Result<Vec<T>>>;

/// A part made of the row.
pub(super) struct Part<F, C> {
    pub(super) read: F,
    pub(super) child: PhantomData<fn() -> C>,
}

impl<R, C, F> Edge<R> for Part<F, C>
where
    R: Send + Sync,
    C: Row,
    F: Fn(&Context<'_>, &Arc<R>) -> Option<C> + Send + Sync,
{
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        let batch = Batch::one(rows.iter().map(|row| (self.read)(cx, row).map(Arc::new)));
        load_batch(cx, batch, field)
    }
}

/// An object that the row holds.
pub(super) struct Shared<F, C> {
    pub(super) read: F,
    pub(super) child: PhantomData<fn() -> C>,
}

impl<R, C, F> Edge<R> for Shared<F, C>
where
    R: Send + Sync,
    C: Row,
    F: Fn(&Context<'_>, &Arc<R>) -> Option<Arc<C>> + Send + Sync,
{
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        load_batch(cx, Batch::one(rows.iter().map(|row| (self.read)(cx, row))), field)
    }
}

/// A list of objects that the row holds.
pub(super) struct SharedParts<R, C> {
    pub(super) read: fn(&Context<'_>, &Arc<R>) -> Vec<Arc<C>>,
}

impl<R: Send + Sync, C: Row> Edge<R> for SharedParts<R, C> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        load_batch(cx, Batch::many(rows.iter().map(|row| (self.read)(cx, row))), field)
    }
}

/// A list made of the row.
pub(super) struct Parts<R, C> {
    pub(super) read: fn(&Context<'_>, &Arc<R>) -> Vec<C>,
}

impl<R: Send + Sync, C: Row> Edge<R> for Parts<R, C> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        let batch = Batch::many(
            rows.iter().map(|row| (self.read)(cx, row).into_iter().map(Arc::new).collect::<Vec<_>>()),
        );
        load_batch(cx, batch, field)
    }
}

/// One object, loaded.
pub(super) struct One<R, A, C> {
    pub(super) load: LoadOne<R, A, C>,
}

impl<R: Send + Sync, A: Arguments, C: Row> Edge<R> for One<R, A, C> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        Box::pin(async move {
            let found = (self.load)(cx, rows, field.args::<A>()?, field.object_plan()?).await?;
            load_batch(cx, Batch::one(found.into_iter()), field).await
        })
    }
}

/// A list of objects, loaded.
pub(super) struct Many<R, A, C> {
    pub(super) load: LoadMany<R, A, C>,
}

impl<R: Send + Sync, A: Arguments, C: Row> Edge<R> for Many<R, A, C> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        Box::pin(async move {
            let found = (self.load)(cx, rows, field.args::<A>()?, field.object_plan()?).await?;
            load_batch(cx, Batch::many(found.into_iter()), field).await
        })
    }
}

/// A scalar, loaded.
pub(super) struct LoadedLeaf<R, T> {
    pub(super) load: LoadLeaf<R, T>,
}

impl<R: Send + Sync, T: Leaf + Send + Sync> Edge<R> for LoadedLeaf<R, T> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        _field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        Box::pin(async move { Ok(Box::new(Scalars((self.load)(cx, rows).await?)) as Box<dyn Loaded>) })
    }
}

/// A scalar of who asks.
pub(super) struct ContextLeaf<T> {
    pub(super) read: fn(&Context<'_>) -> T,
}

impl<R: Send + Sync, T: Leaf + Send + Sync> Edge<R> for ContextLeaf<T> {
    fn load<'a, 'p: 'a>(
        &'p self,
        cx: &'p Context<'p>,
        rows: &'a [Arc<R>],
        _field: &'p PlanField,
    ) -> BoxFuture<'a, Result<Box<dyn Loaded + 'p>>> {
        Box::pin(async move {
            Ok(Box::new(Scalars(rows.iter().map(|_| (self.read)(cx)).collect::<Vec<_>>())) as Box<dyn Loaded>)
        })
    }
}
