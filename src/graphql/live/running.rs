//! A subscription that runs.

use std::sync::Arc;

use super::{
    group::{Frames, Group},
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
    follower: Follower,
    group: Arc<Group>,
    transport: Transport,
}

/// An event, told.
pub struct Delivery {
    pub cursor: Cursor,
    pub frames: Arc<Frames>,
}

impl Running {
    pub(super) fn new(kyc: Kyc, follower: Follower, group: Arc<Group>, transport: Transport) -> Self {
        metrics::subscribed(transport, 1.0);
        Self { kyc, follower, group, transport }
    }

    /// The next event, told. It is not cancel-safe: an event that is being told when this is dropped is not told again. Drop
    /// the subscription with it.
    ///
    /// # Errors
    /// As [`Follower::next`]; INTERNAL when an event cannot be told for two minutes, QUERY_TOO_LARGE when what
    /// is asked of it is too long to send.
    pub async fn next(&mut self) -> Result<Delivery> {
        let moment = self.follower.next().await?;
        let frames = self.group.frames(&moment);
        if !frames.are_made() {
            let (group, kyc) = (&self.group, &self.kyc);
            patiently(|| Box::pin(group.make(kyc, &moment, &frames))).await?;
        }
        Ok(Delivery { cursor: Cursor::of(&moment.event), frames })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        metrics::subscribed(self.transport, -1.0);
    }
}
