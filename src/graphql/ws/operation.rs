//! One subscription of a socket, from the asking on.

use std::sync::Arc;

use futures_util::{
    FutureExt,
    stream::{self, BoxStream, StreamExt},
};

use crate::{
    auth::Actor,
    graphql::{
        http::Call,
        live::{Live, Told, metrics::Transport, told},
    },
};

/// Runs a subscription. Beginning it is part of the stream: other operations of the socket do not wait for that.
pub(super) fn run(live: Live, actor: Arc<Actor>, call: Call) -> BoxStream<'static, Told> {
    let begun = async move {
        match live.subscribe(&actor, call, None, Transport::WebSocket).await {
            Ok(running) => told(running),
            Err(errors) => stream::iter([Told::Failed(errors)]).boxed(),
        }
    };
    begun.boxed().flatten_stream().boxed()
}
