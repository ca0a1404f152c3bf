//! The written form of API keys: `kyc_test_` or `kyc_live_`, 43 characters of secret, 6 of checksum.
//!
//! The fixed beginning lets scanners of code and logs recognise a leaked key, and the checksum lets them (and us, before
//! the database is asked) tell a key from a text that merely looks like one.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use entity::MerchantMode;
use sha2::{Digest, Sha256};

use crate::entropy::{Entropy, token_hash};

/// 256 bits in base64url.
const SECRET: usize = 43;
/// 36 bits of SHA-256 in base64url: one typo in 69 billion passes.
const CHECKSUM: usize = 6;
/// How many characters of the secret people see, to recognise a key by: 24 bits, which leaves 232.
const SHOWN: usize = 4;

/// A new key: shown to its owner once, and then only its hash is left.
pub struct NewKey {
    /// The whole key.
    pub secret: String,
    /// Its first characters, enough to recognise it by.
    pub prefix: String,
    /// SHA-256 of the whole key: what is stored.
    pub hash: Vec<u8>,
}

impl NewKey {
    /// A key of a merchant of this mode. The mode in it is for people; what a key may do stands in the database.
    pub fn generate(mode: MerchantMode, entropy: &Entropy) -> Self {
        let begin = beginning(mode);
        let body = format!("{begin}{}", entropy.token());
        let prefix = body.chars().take(begin.len() + SHOWN).collect();
        let secret = format!("{body}{}", checksum(&body));
        Self { prefix, hash: token_hash(&secret), secret }
    }
}

/// Whether a text has the form of a key, its checksum included.
pub fn is_well_formed(text: &str) -> bool {
    [MerchantMode::Sandbox, MerchantMode::Live].into_iter().any(|mode| {
        let begin = beginning(mode);
        text.is_ascii()
            && text.starts_with(begin)
            && text.len() == begin.len() + SECRET + CHECKSUM
            && checksum(&text[..begin.len() + SECRET]) == text[begin.len() + SECRET..]
    })
}

const fn beginning(mode: MerchantMode) -> &'static str {
    match mode {
        MerchantMode::Sandbox => "kyc_test_",
        MerchantMode::Live => "kyc_live_",
    }
}

fn checksum(body: &str) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(Sha256::digest(body.as_bytes()));
    text.truncate(CHECKSUM);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_tells_its_mode_and_its_beginning() {
        for (mode, begin) in [(MerchantMode::Sandbox, "kyc_test_"), (MerchantMode::Live, "kyc_live_")] {
            let key = NewKey::generate(mode, &Entropy::seeded(1));
            assert!(key.secret.starts_with(begin) && is_well_formed(&key.secret));
            assert!(key.secret.starts_with(&key.prefix));
            assert_eq!(key.prefix.len(), begin.len() + 4);
            assert_eq!(key.hash, token_hash(&key.secret));
        }
    }

    #[test]
    fn a_typo_anywhere_is_seen() {
        let key = NewKey::generate(MerchantMode::Sandbox, &Entropy::seeded(2)).secret;
        for place in 0..key.len() {
            let mut typo = key.clone().into_bytes();
            typo[place] = if typo[place] == b'x' { b'y' } else { b'x' };
            assert!(!is_well_formed(&String::from_utf8(typo).unwrap()), "at {place}");
        }
        for text in [
            "",
            "kyc_test_",
            "kyc_prod_abc",
            &key[1..],
            &format!("{key}A"),
            &format!("{}é", &key[..key.len() - 2]),
        ] {
            assert!(!is_well_formed(text), "{text}");
        }
    }

    #[test]
    fn two_keys_are_never_alike() {
        let entropy = Entropy::seeded(3);
        let one = NewKey::generate(MerchantMode::Live, &entropy);
        let two = NewKey::generate(MerchantMode::Live, &entropy);
        assert_ne!(one.hash, two.hash);
    }
}
