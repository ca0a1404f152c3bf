//! Passwords: what they have to be, and how they are kept.
//!
//! Argon2id with 19 MiB, two passes and one lane (OWASP's password storage cheat sheet, 2023). A hash costs some 20 ms of a
//! core and its memory, so that they run beside the async threads, few at a time, and only so many may wait.

use std::sync::Arc;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::{
    entropy::Entropy,
    error::{Error, Result, UserError, UserErrorCode},
};

/// The fewest characters of a password.
pub const MIN_CHARS: usize = 12;
/// The most.
pub const MAX_CHARS: usize = 128;

/// Memory of one hash, in KiB.
const MEMORY_KIB: u32 = 19 * 1024;
/// Passes over it.
const PASSES: u32 = 2;
/// Hashes at a time.
const AT_A_TIME: usize = 2;
/// Hashes that may run or wait; whoever comes then is told to come back.
const IN_LINE: usize = 32;
/// When to come back: the line is through by then.
const COME_BACK: u64 = 2;

/// Stands in for the hash of a member who does not exist, so that their sign-in takes as long as any. Nothing hashes to it
/// that anybody could find: all its bits are zero.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Hashes and verifies passwords.
#[derive(Clone, Debug)]
pub struct Passwords {
    entropy: Entropy,
    running: Arc<Semaphore>,
    line: Arc<Semaphore>,
}

/// A password's hash in PHC form: the only thing that is kept of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hashed(String);

impl Hashed {
    /// The text for the database.
    pub fn into_text(self) -> String {
        self.0
    }
}

impl Passwords {
    /// Salts come from `entropy`.
    pub fn new(entropy: Entropy) -> Self {
        Self {
            entropy,
            running: Arc::new(Semaphore::new(AT_A_TIME)),
            line: Arc::new(Semaphore::new(IN_LINE)),
        }
    }

    /// The hash of a new password. Check it with [`check`] first.
    ///
    /// # Errors
    /// [`Error::RateLimited`] when too many are waiting.
    pub async fn hash(&self, password: &str) -> Result<Hashed> {
        let salt: [u8; 16] = self.entropy.bytes();
        let password = normal(password);
        self.run(move || {
            let hash: PasswordHash = argon2()?
                .hash_password_with_salt(password.as_bytes(), &salt)
                .map_err(|error| Error::internal(format_args!("a password was not hashed: {error}")))?;
            Ok(Hashed(hash.to_string()))
        })
        .await
    }

    /// Whether `password` is the one of `hash`; without a hash the answer is no, and takes as long.
    ///
    /// # Errors
    /// [`Error::RateLimited`] when too many are waiting.
    pub async fn verify(&self, password: &str, hash: Option<&str>) -> Result<bool> {
        let password = normal(password);
        let (hash, exists) = (hash.unwrap_or(NOBODY).to_owned(), hash.is_some());
        self.run(move || {
            let is_it = argon2()?.verify_password(password.as_bytes(), hash.as_str()).is_ok();
            Ok(is_it && exists)
        })
        .await
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
        let _place = self.line.try_acquire().map_err(|_| Error::RateLimited(COME_BACK))?;
        // Into the work itself: whoever gives up waiting for the answer does not stop the hash.
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(Error::internal)?;
        let task = tokio::task::spawn_blocking(move || {
            let _running = running;
            work()
        });
        task.await.map_err(|panic| Error::Internal(Box::new(panic)))?
    }
}

/// Checks a new password.
///
/// # Errors
/// What to do, for the field `password`.
pub fn check(password: &str, email: &str) -> Result<(), UserError> {
    let refuse = |code, message: String| Err(UserError::new(code, &["password"], message));
    let password = normal(password);
    let count = password.chars().count();
    if count > MAX_CHARS {
        return refuse(
            UserErrorCode::TooLong,
            format!("Choose a password of at most {MAX_CHARS} characters."),
        );
    }
    if count < MIN_CHARS {
        return refuse(
            UserErrorCode::Invalid,
            format!("Choose a password of at least {MIN_CHARS} characters; four unrelated words do well."),
        );
    }
    let first = password.chars().next();
    if password.chars().all(|c| Some(c) == first) {
        return refuse(
            UserErrorCode::Invalid,
            "Use more than one character; four unrelated words do well.".into(),
        );
    }
    let folded = password.trim().to_lowercase();
    let email = email.to_lowercase();
    if folded == email || Some(folded.as_str()) == email.split('@').next() {
        return refuse(UserErrorCode::Invalid, "Choose a password that is not your e-mail address.".into());
    }
    Ok(())
}

/// The same letters typed on two keyboards are one password.
fn normal(password: &str) -> String {
    password.nfc().collect()
}

fn argon2() -> Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None)
        .map_err(|error| Error::internal(format_args!("parameters of argon2: {error}")))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_says_what_to_do() {
        let email = "asha.rao.kyc@example.com";
        for good in ["correct horse battery", "aaaaaaaaaaab", "पासवर्ड बहुत लंबा है", &"ab".repeat(64)]
        {
            assert_eq!(check(good, email), Ok(()), "{good}");
        }
        for (bad, code, word) in [
            ("", UserErrorCode::Invalid, "at least 12"),
            ("elevenchars", UserErrorCode::Invalid, "at least 12"),
            (&*"ab".repeat(65), UserErrorCode::TooLong, "at most 128"),
            ("aaaaaaaaaaaaaa", UserErrorCode::Invalid, "more than one"),
            ("Asha.Rao.KYC@example.com", UserErrorCode::Invalid, "e-mail"),
            (" asha.rao.kyc ", UserErrorCode::Invalid, "e-mail"),
        ] {
            let refusal = check(bad, email).unwrap_err();
            assert_eq!(refusal.code, code, "{bad}");
            assert!(refusal.message.contains(word), "{}", refusal.message);
        }
    }

    #[test]
    fn nobody_costs_as_much_as_anybody() {
        let nobody = PasswordHash::new(NOBODY).unwrap();
        assert_eq!(nobody.algorithm.as_str(), "argon2id");
        assert_eq!(nobody.version, Some(Version::V0x13.into()));
        let params = Params::try_from(&nobody).unwrap();
        assert_eq!((params.m_cost(), params.t_cost(), params.p_cost()), (MEMORY_KIB, PASSES, 1));
        assert_eq!(nobody.hash.unwrap().as_bytes().len(), Params::DEFAULT_OUTPUT_LEN);
    }

    #[tokio::test]
    async fn only_the_password_opens_its_hash() {
        let passwords = Passwords::new(Entropy::seeded(1));
        let hash = passwords.hash("cafe\u{301} au lait!").await.unwrap().into_text();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(passwords.verify("caf\u{e9} au lait!", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("cafe au lait!", Some(&hash)).await.unwrap());
        assert!(!passwords.verify("cafe au lait!", None).await.unwrap());
        let again = passwords.hash("cafe\u{301} au lait!").await.unwrap();
        assert_ne!(again.into_text(), hash, "another salt");
    }

    #[tokio::test]
    async fn a_line_that_is_full_sends_away() {
        let passwords = Passwords::new(Entropy::seeded(1));
        let _all = passwords.line.try_acquire_many(u32::try_from(IN_LINE).unwrap()).unwrap();
        assert!(matches!(passwords.verify("x", None).await, Err(Error::RateLimited(_))));
    }
}
