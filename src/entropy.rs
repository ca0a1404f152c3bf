//! Chance, from one place: ids, tokens, keys. `seed` and tests repeat themselves by giving it a number.

pub mod dice;

use std::sync::{Arc, Mutex, PoisonError};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::Time;
use sha2::{Digest, Sha256};
use uuid::{Builder, Uuid};

/// Where random bytes come from.
#[derive(Clone, Debug)]
pub enum Entropy {
    /// The operating system.
    System,
    /// SHA-256 over (seed, counter): the same bytes at every run. Not for secrets that matter.
    Seeded(Arc<Mutex<(u64, u64)>>),
    /// Ids from SHA-256 over (seed, counter), everything else from the operating system: rows that repeat themselves, with
    /// secrets that nobody can repeat.
    SeededIds(Arc<Mutex<(u64, u64)>>),
}

impl Entropy {
    /// Entropy that repeats itself.
    pub fn seeded(seed: u64) -> Self {
        Self::Seeded(Arc::new(Mutex::new((seed, 0))))
    }

    /// Ids that repeat themselves beside secrets that do not.
    pub fn seeded_ids(seed: u64) -> Self {
        Self::SeededIds(Arc::new(Mutex::new((seed, 0))))
    }

    /// Random bytes, at most 32 of them.
    ///
    /// # Panics
    /// When the operating system has no entropy to give: nothing safe can be done without it.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        match self {
            Self::System | Self::SeededIds(_) => system(),
            Self::Seeded(state) => next(state),
        }
    }

    /// A new id (UUID v7) of a moment: ids sort by age.
    pub fn id<T: From<Uuid>>(&self, at: Time) -> T {
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        let random = match self {
            Self::System => system(),
            Self::Seeded(state) | Self::SeededIds(state) => next(state),
        };
        T::from(Builder::from_unix_timestamp_millis(millis, &random).into_uuid())
    }

    /// 256 random bits as text that fits into a URL.
    pub fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes::<32>())
    }
}

fn system<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "a server without entropy must not go on")]
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}

fn next<const N: usize>(state: &Mutex<(u64, u64)>) -> [u8; N] {
    let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
    state.1 += 1;
    let digest = Sha256::new().chain_update(state.0.to_le_bytes()).chain_update(state.1.to_le_bytes());
    let digest = digest.finalize();
    let mut bytes = [0; N];
    let length = N.min(digest.len());
    bytes[..length].copy_from_slice(&digest[..length]);
    bytes
}

/// A token that only who has all of these secrets can make, and always the same of the same: so nobody has to keep it.
pub fn derived_token(purpose: &str, secrets: &[&[u8]]) -> String {
    let mut digest = Sha256::new().chain_update(purpose).chain_update([0]);
    for secret in secrets {
        // With its length: two secrets never run together to another two.
        digest = digest.chain_update((secret.len() as u64).to_be_bytes()).chain_update(secret);
    }
    URL_SAFE_NO_PAD.encode(digest.finalize())
}

/// What is stored of a token: its SHA-256. Tokens have 256 random bits, so a slow hash would add nothing.
pub fn token_hash(token: &str) -> Vec<u8> {
    Sha256::digest(token.as_bytes()).to_vec()
}
