//! The roots as the library sees them: enough to register the types, to validate and to introspect. It never resolves them.

use std::{borrow::Cow, marker::PhantomData, pin::Pin, sync::Arc};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, ObjectType, OutputType, Positioned, Response, ServerError,
    ServerResult, SubscriptionType, Value,
    extensions::{Extension, ExtensionContext, ExtensionFactory, NextExecute},
    parser::types::Field,
    registry::Registry,
};
use futures_util::Stream;

use super::{object::Row, schema};

/// A root type for the library.
pub struct Root<R>(PhantomData<fn() -> R>);

impl<R> Default for Root<R> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<R: Row> OutputType for Root<R> {
    fn type_name() -> Cow<'static, str> {
        R::object().meta.name.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        schema::register(registry, &R::object().meta);
        R::object().meta.name.to_owned()
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, field: &Positioned<Field>) -> ServerResult<Value> {
        Err(ServerError::new("the library does not resolve output", Some(field.pos)))
    }
}

impl<R: Row> ContainerType for Root<R> {
    async fn resolve_field(&self, _: &Context<'_>) -> ServerResult<Option<Value>> {
        Ok(None)
    }
}

impl<R: Row> ObjectType for Root<R> {}

impl<R: Row> SubscriptionType for Root<R> {
    fn type_name() -> Cow<'static, str> {
        R::object().meta.name.into()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Self as OutputType>::create_type_info(registry)
    }

    fn create_field_stream<'a>(
        &'a self,
        _: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        None
    }
}

/// In a request's data: the library answers it, because it asks about the schema and nothing else.
pub struct Introspection;

/// Lets the library validate, and stops it before it executes, unless the request is about the schema.
pub struct ValidateOnly;

impl ExtensionFactory for ValidateOnly {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for ValidateOnly {
    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        match ctx.data_opt::<Introspection>() {
            Some(Introspection) => next.run(ctx, operation_name).await,
            None => Response::default(),
        }
    }
}
