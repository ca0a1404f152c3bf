//! A subscription that runs.

use std::sync::Arc;

use super::{
    group::{Frames, Group},
    journey::Watching,
    metrics::{self, Transport},
};
use crate::{
    error::Result,
    events::{
        Cursor,
        feed::{Follower, patiently},
    },
    kyc::Kyc,
};

/// A subscription that runs: the events that it follows, as the answer to what it asks of them.
pub struct Running {
    kyc: Kyc,
    source: Source,
    transport: Transport,
}

/// Where its answers come from.
enum Source {
    /// Events of the log, told alike to all who ask the same.
    Events { follower: Follower, group: Arc<Group> },
    /// A customer's own journey.
    Journey(Box<Watching>),
}

/// An event, told.
pub struct Delivery {
    /// Its position in the log; a journey has none.
    pub cursor: Option<Cursor>,
    pub frames: Arc<Frames>,
}

impl Running {
    pub(super) fn new(kyc: Kyc, follower: Follower, group: Arc<Group>, transport: Transport) -> Self {
        metrics::subscribed(transport, 1.0);
        Self { kyc, source: Source::Events { follower, group }, transport }
    }

    pub(super) fn journey(kyc: Kyc, watching: Watching, transport: Transport) -> Self {
        metrics::subscribed(transport, 1.0);
        Self { kyc, source: Source::Journey(Box::new(watching)), transport }
    }

    /// The next event, told. It is not cancel-safe: an event that is being told when this is dropped is not told again. Drop
    /// the subscription with it.
    ///
    /// # Errors
    /// As [`Follower::next`]; INTERNAL when an event cannot be told for two minutes, QUERY_TOO_LARGE when what
    /// is asked of it is too long to send.
    pub async fn next(&mut self) -> Result<Delivery> {
        let kyc = &self.kyc;
        match &mut self.source {
            Source::Events { follower, group } => {
                let moment = follower.next().await?;
                let frames = group.frames(&moment);
                if !frames.are_made() {
                    patiently(|| Box::pin(group.make(kyc, &moment, &frames))).await?;
                }
                Ok(Delivery { cursor: Some(Cursor::of(&moment.event)), frames })
            }
            Source::Journey(watching) => {
                let frames = Box::pin(watching.next(kyc)).await?;
                Ok(Delivery { cursor: None, frames: Arc::new(frames) })
            }
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        metrics::subscribed(self.transport, -1.0);
    }
}
