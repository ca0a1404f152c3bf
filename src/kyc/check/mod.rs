//! Runs of checks: what a customer has submitted is asked of a provider, and the answer moves the step.
//!
//! A run is a row that is written together with the step's IN_PROGRESS. Whoever takes it ([`due`]) asks the provider outside of
//! any transaction, and brings what it answered into one ([`conclude`]): the step moves, the result is stored, the run ends. A
//! process that dies in between leaves the run to the next one, which asks again, unless it was an order: the provider is given the
//! run's id, and so can tell a repeat. Besides, only the team ends a run, by moving its step ([`run`]).

mod ask;
mod callback;
mod conclude;
mod due;
mod judge_again;
mod run;

use std::sync::Arc;

use tokio::sync::Notify;

pub(super) use self::{
    ask::Asking,
    judge_again::judge_again,
    run::{begin, cut_off, overruled, same_is_open},
};
use super::picture::Pictures;
use crate::checks::{Bands, Checks, store::Store};
pub use crate::checks::{BankFound, Found, IdentityFound, PanFound};
pub use callback::{Callbacks, CalledBack, FORGOTTEN, called_back, may_be_believed};
pub use conclude::Concluded;
pub(super) use conclude::put;
pub use due::{perform, runs_due};

/// Who performs steps, and what a name match is worth.
#[derive(Clone, Default)]
pub struct Performing {
    checks: Arc<Checks>,
    bands: Bands,
    store: Option<Store>,
    callbacks: Callbacks,
    pictures: Arc<Pictures>,
    bell: Arc<Notify>,
}

impl Performing {
    /// These checks, and these bands.
    pub fn new(checks: Checks, bands: Bands) -> Self {
        Self { checks: Arc::new(checks), bands, ..Self::default() }
    }

    /// The same, keeping pictures there.
    #[must_use]
    pub fn with_store(self, store: Store) -> Self {
        Self { store: Some(store), ..self }
    }

    /// Where pictures are kept; none: none is taken.
    pub fn store(&self) -> Option<&Store> {
        self.store.as_ref()
    }

    /// The same, believing these callbacks.
    #[must_use]
    pub fn with_callbacks(self, callbacks: Callbacks) -> Self {
        Self { callbacks, ..self }
    }

    /// What callbacks are believed by.
    pub(super) fn callbacks(&self) -> &Callbacks {
        &self.callbacks
    }

    /// Places and turns for pictures.
    pub(super) fn pictures(&self) -> &Pictures {
        &self.pictures
    }

    /// The checks of this deployment.
    pub fn checks(&self) -> &Checks {
        &self.checks
    }

    /// What a name match is worth.
    pub fn bands(&self) -> Bands {
        self.bands
    }

    /// Tells the worker of this process that a run is due.
    pub fn wake(&self) {
        self.bell.notify_one();
    }

    /// Rung when a run has become due in this process; other processes' come to light at the next look.
    pub fn bell(&self) -> &Notify {
        &self.bell
    }
}
