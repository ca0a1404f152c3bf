//! Whether a callback comes from whom it says. Pure: the caller brings the time, and remembers what it has seen.
//!
//! Two schemes. **Signed**: `X-KYC-Timestamp` (seconds since 1970) and `X-KYC-Signature` (`v1=` and the hex of HMAC-SHA256 over
//! timestamp, a full stop and the body, as it was sent). **Shared**: a whole `Authorization` header that was agreed upon, which
//! is what Setu offers; it says nothing about the body, so of such a callback only the reference is taken, and the provider is asked
//! ([`super::setu::read::notification`]).

use entity::Time;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// How old a signed callback may be, and how far ahead its clock, in seconds.
pub const WINDOW: i64 = 300;

/// Why a callback is not believed. Tell the sender nothing but 401.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A header is missing, or not of the documented form.
    Malformed,
    /// It is older than [`WINDOW`], or its clock is ahead by more.
    OutsideWindow,
    /// The signature or the shared header is another one.
    WrongSignature,
}

/// A callback that is believed. It came `once` as far as nobody has used this id: remember it for twice [`WINDOW`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Believed {
    /// The hex of a SHA-256 over timestamp and body: the same callback sent again has the same.
    pub id: String,
}

/// Checks a signed callback.
///
/// # Errors
/// Whatever is not right; the signature is checked before the time, in a time that does not depend on where it is wrong.
pub fn signed(
    secret: &[u8],
    timestamp: Option<&str>,
    signature: Option<&str>,
    body: &[u8],
    now: Time,
) -> Result<Believed, Fault> {
    let (timestamp, signature) = timestamp.zip(signature).ok_or(Fault::Malformed)?;
    // Only what is printed as we print it, so that one moment has one spelling.
    let sent_at = timestamp.parse::<i64>().ok().filter(|at| at.to_string() == timestamp);
    let sent_at = sent_at.ok_or(Fault::Malformed)?;
    let told = signature.strip_prefix("v1=").and_then(|hex| hex::decode(hex).ok()).ok_or(Fault::Malformed)?;
    let mut mac = mac(secret, timestamp)?;
    mac.update(body);
    mac.verify_slice(&told).map_err(|_| Fault::WrongSignature)?;
    if now.timestamp().checked_sub(sent_at).is_none_or(|age| age.unsigned_abs() > WINDOW.unsigned_abs()) {
        return Err(Fault::OutsideWindow);
    }
    Ok(Believed { id: digest(timestamp.as_bytes(), body) })
}

/// The signature that [`signed`] asks for, for those who send.
pub fn signature(secret: &[u8], timestamp: i64, body: &[u8]) -> Option<String> {
    let mut mac = mac(secret, &timestamp.to_string()).ok()?;
    mac.update(body);
    Some(format!("v1={}", hex::encode(mac.finalize().into_bytes())))
}

/// Checks a callback with an agreed `Authorization` header.
///
/// # Errors
/// When the header is missing or another one.
pub fn shared(agreed: &str, authorization: Option<&str>, body: &[u8]) -> Result<Believed, Fault> {
    let told = authorization.ok_or(Fault::Malformed)?;
    // Digests have one length: nothing is told about that of the header.
    let same = Sha256::digest(agreed).ct_eq(&Sha256::digest(told));
    if agreed.is_empty() || !bool::from(same) {
        return Err(Fault::WrongSignature);
    }
    Ok(Believed { id: digest(b"", body) })
}

fn mac(secret: &[u8], timestamp: &str) -> Result<Hmac<Sha256>, Fault> {
    // A secret that was never set signs nothing.
    let mac = if secret.is_empty() { None } else { Hmac::<Sha256>::new_from_slice(secret).ok() };
    let mut mac = mac.ok_or(Fault::WrongSignature)?;
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    Ok(mac)
}

fn digest(timestamp: &[u8], body: &[u8]) -> String {
    let digest = Sha256::new().chain_update(timestamp).chain_update(b".").chain_update(body).finalize();
    hex::encode(digest)
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    const SECRET: &[u8] = b"a secret that both know";
    const BODY: &[u8] = br#"{"id":"82ff6686"}"#;
    const AT: i64 = 1_800_000_000;

    fn at(seconds: i64) -> Time {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn check(timestamp: &str, signature: &str, body: &[u8], now: i64) -> Result<Believed, Fault> {
        signed(SECRET, Some(timestamp), Some(signature), body, at(now))
    }

    #[test]
    fn the_signature_is_the_documented_one() {
        // printf '1800000000.{"id":"82ff6686"}' | openssl dgst -sha256 -hmac 'a secret that both know'
        let expected = "v1=fcb3caea4133ec1d6bd61da8b15abd0ad9ebf2328acd8e76c2ff50337cdfb8cd";
        assert_eq!(signature(SECRET, AT, BODY).as_deref(), Some(expected));
        assert!(check("1800000000", expected, BODY, AT).is_ok());
    }

    #[test]
    fn what_was_changed_is_not_believed() {
        let right = signature(SECRET, AT, BODY).unwrap();
        let later = signature(SECRET, AT + 1, BODY).unwrap();
        for (timestamp, signature, body) in [
            ("1800000000", right.as_str(), &b"{\"id\":\"82ff6687\"}"[..]),
            ("1800000001", &right, BODY),
            ("1800000000", &later, BODY),
            ("1800000000", &right[..right.len() - 2], BODY),
            ("1800000000", "v1=", BODY),
        ] {
            assert_eq!(
                check(timestamp, signature, body, AT),
                Err(Fault::WrongSignature),
                "{timestamp} {signature}"
            );
        }
        for (timestamp, signature) in [
            ("+1800000000", right.as_str()),
            ("01800000000", &right),
            ("now", &right),
            ("1800000000", "v2=00"),
            ("1800000000", "v1=zz"),
            ("99999999999999999999", &right),
        ] {
            assert_eq!(
                check(timestamp, signature, BODY, AT),
                Err(Fault::Malformed),
                "{timestamp} {signature}"
            );
        }
        assert_eq!(signed(SECRET, None, Some(&right), BODY, at(AT)), Err(Fault::Malformed));
        assert_eq!(signed(b"", Some("1800000000"), Some(&right), BODY, at(AT)), Err(Fault::WrongSignature));
        assert_eq!(signature(b"", AT, BODY), None);
    }

    #[test]
    fn the_window_is_open_on_both_sides_and_then_shut() {
        let right = signature(SECRET, AT, BODY).unwrap();
        for (now, believed) in
            [(AT - WINDOW - 1, false), (AT - WINDOW, true), (AT + WINDOW, true), (AT + WINDOW + 1, false)]
        {
            let expected = if believed { None } else { Some(Fault::OutsideWindow) };
            assert_eq!(check("1800000000", &right, BODY, now).err(), expected, "{now}");
        }
        let odd = signature(SECRET, i64::MIN, BODY).unwrap();
        assert_eq!(check(&i64::MIN.to_string(), &odd, BODY, AT), Err(Fault::OutsideWindow));
    }

    #[test]
    fn one_callback_has_one_id() {
        let id = |at: i64, body: &[u8]| {
            check(&at.to_string(), &signature(SECRET, at, body).unwrap(), body, AT).unwrap().id
        };
        assert_eq!(id(AT, BODY), id(AT, BODY));
        assert_ne!(id(AT, BODY), id(AT + 1, BODY));
        assert_ne!(id(AT, BODY), id(AT, b"{}"));
    }

    #[test]
    fn an_agreed_header_is_compared_whole() {
        assert!(shared("Basic abc", Some("Basic abc"), BODY).is_ok());
        for told in ["Basic ab", "Basic abcd", "basic abc", ""] {
            assert_eq!(shared("Basic abc", Some(told), BODY), Err(Fault::WrongSignature), "{told}");
        }
        assert_eq!(shared("Basic abc", None, BODY), Err(Fault::Malformed));
        assert_eq!(shared("", Some(""), BODY), Err(Fault::WrongSignature), "none was agreed upon");
    }
}
