//! A subscription as a stream of what is to be said about it.

use futures_util::stream::{self, BoxStream, StreamExt};

use super::{Delivery, Running};
use crate::graphql::{answer::GraphError, error::public};

/// What is to be said about a subscription.
pub enum Told {
    Next(Delivery),
    /// It has ended.
    Failed(Vec<GraphError>),
}

/// Runs a subscription. The stream keeps the event that is being told: waiting for it may be given up and begun again.
pub fn told(running: Running) -> BoxStream<'static, Told> {
    // In a box: the stream holds the subscription or the future that has taken it, and would have room for both.
    stream::unfold(Some(Box::new(running)), |running| async {
        let mut running = running?;
        Some(match running.next().await {
            Ok(delivery) => (Told::Next(delivery), Some(running)),
            Err(error) => (Told::Failed(vec![public(&error)]), None),
        })
    })
    .boxed()
}
