//! What performs a step. A check knows the rules of steps, and nothing of attempts, merchants or edges.
//!
//! Whoever runs a check (a worker, outside of any transaction) makes a [`Request`], has [`Checks::of`] say who performs it,
//! and gets [`Replies`]. Every [`Answer`] goes through [`judge()`], which compares what was found with the customer, and then
//! tells the step where to go. What the customer types is read by [`pan`] and [`bank`] before anything is stored; pictures go
//! through `image` first, and come here with their size alone.

pub mod answer;
pub mod bank;
mod by_reviewer;
pub mod callback;
pub mod found;
mod http;
pub mod image;
pub mod judge;
pub mod name_match;
pub mod pan;
pub mod request;
pub mod retry;
pub mod sanctions;
pub mod sandbox;
pub mod setu;
pub mod store;

use async_trait::async_trait;
use entity::{MerchantMode, StepKind};

pub use self::{
    answer::{Answer, Outage, Reference, Replies},
    found::{BankFound, Found, IdentityFound, PanFound},
    judge::{Bands, Judged, judge},
    request::{Ask, Back, Customer, Request},
};

/// Who performs a step.
#[async_trait]
pub trait Check: Send + Sync {
    /// What `step.provider` says: `sandbox`, `setu`, `reviewer`.
    fn provider(&self) -> &'static str;

    /// Asks once. It answers in bounded time, never panics on what a provider sends, and writes no personal value to a log. A
    /// provider that does not answer is [`Answer::Down`], never an error of ours.
    async fn ask(&self, request: &Request) -> Replies;
}

/// The checks of this deployment.
#[derive(Default)]
pub struct Checks {
    /// Who performs these kinds in live mode. One that is not listed waits on a reviewer.
    live: Vec<(StepKind, Box<dyn Check>)>,
}

impl Checks {
    /// Checks without any provider: in live mode, everything waits on a reviewer.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a provider for a kind in live mode.
    #[must_use]
    pub fn with(mut self, kind: StepKind, check: impl Check + 'static) -> Self {
        self.live.retain(|(other, _)| *other != kind);
        self.live.push((kind, Box::new(check)));
        self
    }

    /// Who performs a kind of step for a merchant of this mode. In the sandbox it is the stand-in, whatever is configured; in
    /// live mode the provider, or else a reviewer: nothing passes by itself. A screening is not asked for here: it runs by
    /// itself (`sanctions`), and this would leave it to a reviewer.
    pub fn of(&self, mode: MerchantMode, kind: StepKind) -> &dyn Check {
        let configured = self.live.iter().find(|(of, _)| *of == kind).map(|(_, check)| &**check);
        match (mode, kind) {
            (_, StepKind::SanctionScreening) => &by_reviewer::ByReviewer,
            (MerchantMode::Sandbox, _) => &sandbox::Sandbox,
            (MerchantMode::Live, _) => configured.unwrap_or(&by_reviewer::ByReviewer),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sandbox_asks_no_provider_and_live_mode_passes_nothing_by_itself() {
        let checks = Checks::new();
        for &kind in StepKind::ALL {
            let sandbox = checks.of(MerchantMode::Sandbox, kind).provider();
            let expected = if kind == StepKind::SanctionScreening { "reviewer" } else { "sandbox" };
            assert_eq!(sandbox, expected, "{kind}");
            assert_eq!(checks.of(MerchantMode::Live, kind).provider(), "reviewer", "{kind}");
        }
        let checks = Checks::new().with(StepKind::Pan, sandbox::Sandbox);
        assert_eq!(checks.of(MerchantMode::Live, StepKind::Pan).provider(), "sandbox");
        assert_eq!(checks.of(MerchantMode::Live, StepKind::Selfie).provider(), "reviewer");
    }
}
