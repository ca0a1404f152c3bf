//! Places for pictures on their way in, and turns at looking at them. Both are few: a picture is up to 10 MB, and looking at one
//! takes up to a second of a processor and 150 MB.

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Pictures that are read at a time: 160 MB at most.
const PLACES: usize = 16;
/// Pictures that are looked at a time.
const TURNS: usize = 2;
/// As long as a person waits for an answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// When whoever was not waited for may come again, in seconds.
const AGAIN: u64 = 5;

/// Who has a place or a turn, and what addresses of pictures are signed with. Shared by all clones of a server.
pub struct Pictures {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    /// Whose picture is on its way: one a sender, so that nobody takes the places of the others.
    senders: Arc<Mutex<HashSet<Uuid>>>,
    /// How long a place, and a turn, is waited for.
    patience: Duration,
    pub(super) secret: OnceCell<[u8; 32]>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self {
            places: Arc::new(Semaphore::new(PLACES)),
            turns: Arc::new(Semaphore::new(TURNS)),
            senders: Arc::default(),
            patience: PATIENCE,
            secret: OnceCell::new(),
        }
    }
}

/// A place, until it is dropped.
pub struct Place {
    sender: Uuid,
    senders: Arc<Mutex<HashSet<Uuid>>>,
    permit: Option<OwnedSemaphorePermit>,
}

impl Pictures {
    /// A place for a picture of this sender's, to be had before its body is read.
    ///
    /// # Errors
    /// RATE_LIMITED while another one of theirs is on its way, and when none comes free.
    pub(in crate::kyc) async fn place(&self, sender: Uuid) -> Result<Place> {
        if !lock(&self.senders).insert(sender) {
            return Err(Error::RateLimited(AGAIN));
        }
        // From here on: whoever leaves while waiting is no sender any more.
        let mut place = Place { sender, senders: Arc::clone(&self.senders), permit: None };
        place.permit = Some(self.wait(&self.places).await?);
        Ok(place)
    }

    /// A turn at looking at one.
    ///
    /// # Errors
    /// RATE_LIMITED when it does not come.
    pub(super) async fn turn(&self) -> Result<OwnedSemaphorePermit> {
        self.wait(&self.turns).await
    }

    async fn wait(&self, places: &Arc<Semaphore>) -> Result<OwnedSemaphorePermit> {
        let permit = tokio::time::timeout(self.patience, Arc::clone(places).acquire_owned()).await;
        let permit = permit.map_err(|_| Error::RateLimited(AGAIN))?;
        permit.map_err(Error::internal)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        lock(&self.senders).remove(&self.sender);
    }
}

fn lock(senders: &Mutex<HashSet<Uuid>>) -> std::sync::MutexGuard<'_, HashSet<Uuid>> {
    senders.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sender(number: usize) -> Uuid {
        Uuid::from_u128(number as u128)
    }

    #[tokio::test]
    async fn a_sender_has_one_place_and_everybody_waits_a_while() {
        let mut pictures = Pictures { patience: Duration::ZERO, ..Pictures::default() };
        let mut places = Vec::new();
        for number in 0..PLACES {
            places.push(pictures.place(sender(number)).await.unwrap());
        }
        assert!(matches!(pictures.place(sender(0)).await, Err(Error::RateLimited(AGAIN))));
        let late = pictures.place(sender(PLACES)).await;
        assert!(matches!(late, Err(Error::RateLimited(AGAIN))), "none came free");
        pictures.patience = Duration::from_secs(60);
        let (next, ()) = tokio::join!(pictures.place(sender(PLACES)), async { drop(places.remove(0)) });
        assert!(next.is_ok(), "one came free while they waited");
        places.clear();
        assert!(pictures.place(sender(1)).await.is_ok(), "whose place is free may come again");
    }

    #[tokio::test]
    async fn who_leaves_while_waiting_may_come_again() {
        let pictures = Pictures::default();
        let mut places = Vec::new();
        for number in 0..PLACES {
            places.push(pictures.place(sender(number)).await.unwrap());
        }
        {
            let mut waiting = Box::pin(pictures.place(sender(PLACES)));
            assert!(futures_util::poll!(&mut waiting).is_pending());
        }
        places.clear();
        assert!(pictures.place(sender(PLACES)).await.is_ok());
    }
}
