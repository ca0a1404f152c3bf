//! The index that screenings use now.

use std::sync::{Arc, PoisonError, RwLock};

use super::index::Index;

/// Every list in its current version, and whether that is enough to screen against.
pub struct Loaded {
    pub index: Index,
    /// Lists that the deployment requires and that are not there.
    pub missing: Vec<String>,
}

impl Loaded {
    /// Whether somebody may pass: a list is there, and none that is required is missing.
    pub fn is_complete(&self) -> bool {
        self.index.persons() > 0 && self.missing.is_empty()
    }
}

/// Hands out what is loaded; replaced as a whole, so that one screening sees one version of each list.
pub struct Shelf {
    loaded: RwLock<Arc<Loaded>>,
}

impl Shelf {
    /// A shelf with nothing on it. `required`: the names of the lists without which nobody passes.
    pub fn new(required: &[String]) -> Self {
        let nothing = Loaded { index: Index::new(Vec::new()), missing: required.to_vec() };
        Self { loaded: RwLock::new(Arc::new(nothing)) }
    }

    /// What to screen against.
    pub fn current(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts this in the place of what was there.
    pub fn put(&self, loaded: Loaded) {
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
    }
}
