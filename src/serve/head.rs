//! How long a request's head may take. The library knows one limit from the end of a request to the end of the next head; a
//! connection that is kept for later may be silent for longer than a head that has begun may take.

use std::{
    pin::Pin,
    sync::{Arc, atomic::Ordering},
    task::{Context, Poll},
    time::{Duration, Instant},
};

use hyper::rt::{Sleep, Timer};

use super::{Limits, Shared};

/// The timer of one connection. The library asks it for a sleep whenever it begins to wait for a head, and for nothing else.
pub(super) struct HeadTimer {
    shared: Arc<Shared>,
    head: Duration,
    idle: Duration,
}

impl HeadTimer {
    pub(super) fn new(shared: Arc<Shared>, limits: &Limits) -> Self {
        Self { shared, head: limits.head, idle: limits.idle }
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, _: Duration) -> Pin<Box<dyn Sleep>> {
        let is_first = !self.shared.begun.swap(true, Ordering::Relaxed);
        self.shared.heard.store(false, Ordering::Relaxed);
        Box::pin(HeadSleep {
            shared: Arc::clone(&self.shared),
            head: (!is_first).then_some(self.head),
            sleep: Box::pin(tokio::time::sleep(if is_first { self.head } else { self.idle })),
        })
    }

    fn sleep_until(&self, _: Instant) -> Pin<Box<dyn Sleep>> {
        self.sleep(self.head)
    }
}

/// The wait for one head. It is polled after every read that did not bring the head's end.
struct HeadSleep {
    shared: Arc<Shared>,
    /// The limit from the first byte on; none once that has come.
    head: Option<Duration>,
    sleep: Pin<Box<tokio::time::Sleep>>,
}

impl Sleep for HeadSleep {}

impl Future for HeadSleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if self.shared.heard.load(Ordering::Relaxed)
            && let Some(head) = self.head.take()
        {
            self.sleep.as_mut().reset(tokio::time::Instant::now() + head);
        }
        self.sleep.as_mut().poll(cx)
    }
}
