//! What somebody holds, found by its credential: an entry is gone with the last one who holds it.

use std::{
    collections::HashMap,
    ops::Deref,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use super::Credential;

/// The entries. Clones are one.
pub(super) struct Held<T>(Arc<Mutex<Entries<T>>>);

type Entries<T> = HashMap<Credential, Weak<Holding<T>>>;

/// One entry. It leaves when it is dropped.
pub(super) struct Holding<T> {
    value: T,
    credential: Credential,
    home: Held<T>,
}

impl<T> Held<T> {
    /// The entry of a credential, if somebody holds one.
    pub(super) fn get(&self, credential: &Credential) -> Option<Arc<Holding<T>>> {
        // Upgraded below the lock and returned above it: the last one to let go takes it again.
        self.lock().get(credential).and_then(Weak::upgrade)
    }

    /// The entry of a credential if it `fits`, else a new one in its place, and the one that it replaces.
    pub(super) fn get_or(
        &self,
        credential: &Credential,
        fits: impl FnOnce(&T) -> bool,
        make: impl FnOnce() -> T,
    ) -> (Arc<Holding<T>>, Option<Arc<Holding<T>>>) {
        let mut entries = self.lock();
        let old = entries.get(credential).and_then(Weak::upgrade);
        match old {
            Some(old) if fits(&old) => {
                drop(entries);
                (old, None)
            }
            old => {
                let entry = Arc::new(Holding { value: make(), credential: *credential, home: self.clone() });
                entries.insert(*credential, Arc::downgrade(&entry));
                drop(entries);
                (entry, old)
            }
        }
    }

    /// All that is held.
    pub(super) fn all(&self) -> Vec<Arc<Holding<T>>> {
        self.lock().values().filter_map(Weak::upgrade).collect()
    }

    pub(super) fn len(&self) -> usize {
        self.lock().len()
    }

    fn lock(&self) -> MutexGuard<'_, Entries<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Clone for Held<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T> Default for Held<T> {
    fn default() -> Self {
        Self(Arc::default())
    }
}

impl<T> Holding<T> {
    pub(super) fn credential(&self) -> &Credential {
        &self.credential
    }
}

impl<T> Deref for Holding<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> Drop for Holding<T> {
    fn drop(&mut self) {
        let mut entries = self.home.lock();
        // Another one may stand in its place by now.
        if entries.get(&self.credential).is_some_and(|entry| entry.strong_count() == 0) {
            entries.remove(&self.credential);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn credential() -> Credential {
        Credential::bearer("somebody's").unwrap()
    }

    #[test]
    fn an_entry_goes_with_its_last_holder() {
        let held = Held::default();
        let (first, _) = held.get_or(&credential(), |_| true, || 1);
        let (second, replaced) = held.get_or(&credential(), |_| true, || 2);
        assert_eq!((**second, held.len()), (1, 1));
        assert!(replaced.is_none());
        drop(first);
        assert_eq!(held.get(&credential()).map(|entry| **entry), Some(1));
        drop(second);
        assert_eq!(held.len(), 0);
        assert!(held.get(&credential()).is_none());
    }

    #[test]
    fn what_was_replaced_does_not_take_its_successor_along() {
        let held = Held::default();
        let (first, _) = held.get_or(&credential(), |_| true, || 1);
        let (second, replaced) = held.get_or(&credential(), |_| false, || 2);
        assert_eq!(replaced.map(|entry| **entry), Some(1));
        drop(first);
        assert_eq!(held.all().len(), 1);
        assert_eq!(held.get(&credential()).map(|entry| **entry), Some(2));
        drop(second);
        assert_eq!(held.len(), 0);
    }
}
