//! The index that screenings use now.

use std::sync::{Arc, PoisonError, RwLock};

use entity::ListName;

use super::{index::Index, ledger};
use crate::{
    db::Db,
    error::{Error, Result},
};

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
    required: Vec<String>,
    loaded: RwLock<Arc<Loaded>>,
    /// What the last refresh found. Held while one runs: two at once would build the same index twice.
    refreshed: tokio::sync::Mutex<Vec<(ListName, i64)>>,
}

impl Default for Shelf {
    /// Nothing on it, and nothing required.
    fn default() -> Self {
        Self::new(&[])
    }
}

impl Shelf {
    /// A shelf with nothing on it. `required`: the names of the lists without which nobody passes.
    pub fn new(required: &[String]) -> Self {
        let nothing = Loaded { index: Index::new(Vec::new()), missing: required.to_vec() };
        Self {
            required: required.to_vec(),
            loaded: RwLock::new(Arc::new(nothing)),
            refreshed: Default::default(),
        }
    }

    /// What to screen against.
    pub fn current(&self) -> Arc<Loaded> {
        Arc::clone(&self.loaded.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The names of the lists without which nobody passes.
    pub fn required(&self) -> &[String] {
        &self.required
    }

    /// Puts this in the place of what was there.
    pub fn put(&self, loaded: Loaded) {
        *self.loaded.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(loaded);
    }

    /// Looks whether a list was imported since the last look, and takes the new versions if so; whether it did. One cheap
    /// statement otherwise. The index is built beside what is screened against, which stays until the new one is whole.
    ///
    /// # Errors
    /// When the database fails; what is there stays, and the next look tries again.
    pub async fn refresh(&self, db: &Db) -> Result<bool> {
        let mut refreshed = self.refreshed.lock().await;
        let versions = ledger::heads(db).await?;
        let numbers: Vec<_> = versions.iter().map(|version| (version.list, version.number)).collect();
        if *refreshed == numbers {
            return Ok(false);
        }
        let mut lists = Vec::with_capacity(versions.len());
        for version in &versions {
            lists.push(ledger::load(db, version).await?);
        }
        let present = |name: &&String| !versions.iter().any(|version| version.list.as_str() == name.as_str());
        let missing = self.required.iter().filter(present).cloned().collect();
        let index = tokio::task::spawn_blocking(move || Index::new(lists));
        let index = index.await.map_err(|panic| Error::Internal(Box::new(panic)))?;
        self.put(Loaded { index, missing });
        *refreshed = numbers;
        Ok(true)
    }
}
