//! Addresses of pictures: short-lived, signed, and each of one picture of one step of one merchant.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta};
use entity::{
    Time,
    id::{MerchantId, StepId},
    secret,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::{
    checks::store::Key,
    error::{Error, Result},
    kyc::Kyc,
};

/// How long an address shows its picture: long enough for a page to load it, and for a person to look at it again.
pub(super) const LASTS: TimeDelta = TimeDelta::minutes(5);
/// The name of the secret that signs.
const SECRET: &str = "picture addresses";
/// Bytes of what is signed: three ids and a moment.
const SIGNED: usize = 3 * 16 + 8;
/// Bytes of the signature.
const SIGNATURE: usize = 32;

/// What an address says, once its signature is right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Address {
    pub(super) merchant: MerchantId,
    pub(super) step: StepId,
    /// The last part of the picture's key: another picture of the same step is not shown by it.
    pub(super) picture: Uuid,
    pub(super) until: Time,
}

impl Address {
    fn bytes(&self) -> [u8; SIGNED] {
        let mut bytes = [0; SIGNED];
        let until = self.until.timestamp().to_be_bytes();
        let parts =
            [&self.merchant.0.as_bytes()[..], self.step.0.as_bytes(), self.picture.as_bytes(), &until];
        bytes.iter_mut().zip(parts.concat()).for_each(|(place, byte)| *place = byte);
        bytes
    }

    /// As the last part of a path.
    fn sign(&self, secret: &[u8; 32]) -> String {
        let bytes = self.bytes();
        URL_SAFE_NO_PAD.encode([&bytes[..], &mac(secret, &bytes).finalize().into_bytes()].concat())
    }

    /// What this text says; none unless it was signed with this secret.
    fn read(text: &str, secret: &[u8; 32]) -> Option<Self> {
        // A longer text is not even decoded.
        let length = (SIGNED + SIGNATURE).div_ceil(3) * 4;
        let bytes = (text.len() <= length).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten()?;
        let (signed, signature) = bytes.split_at_checked(SIGNED)?;
        // In constant time.
        mac(secret, signed).verify_slice(signature).ok()?;
        let id = |part: usize| Uuid::from_slice(&signed[part * 16..(part + 1) * 16]).ok();
        let until = i64::from_be_bytes(signed[48..].try_into().ok()?);
        Some(Self {
            merchant: MerchantId(id(0)?),
            step: StepId(id(1)?),
            picture: id(2)?,
            until: DateTime::from_timestamp(until, 0)?,
        })
    }
}

fn mac(secret: &[u8; 32], signed: &[u8]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of every length")]
    let mac = Hmac::<Sha256>::new_from_slice(secret).expect("32 bytes are a key");
    // What else may once be signed with the same secret never reads as an address.
    mac.chain_update(SECRET).chain_update([0]).chain_update(signed)
}

/// Where a step's picture can be looked at for the next five minutes, by whoever has the address. Below `public_url`.
///
/// None for what is no key of a picture.
///
/// # Errors
/// When the database fails.
pub async fn address(
    kyc: &Kyc,
    merchant: MerchantId,
    step: StepId,
    key: &str,
    now: Time,
) -> Result<Option<String>> {
    let Some(key) = Key::parse(key) else { return Ok(None) };
    let address = Address { merchant, step, picture: key.id(), until: now + LASTS };
    Ok(Some(format!("{}/pictures/{}", kyc.public_url, address.sign(secret(kyc).await?))))
}

/// What an address says.
///
/// # Errors
/// NOT_FOUND for a text that is none of ours; when the database fails.
pub(super) async fn read(kyc: &Kyc, text: &str) -> Result<Address> {
    Address::read(text, secret(kyc).await?).ok_or_else(super::show::nothing)
}

/// The secret, the same in every replica: the first that needs it makes it.
async fn secret(kyc: &Kyc) -> Result<&[u8; 32]> {
    let made = async || {
        let found = secret::Entity::of(SECRET).one(kyc.db.reader()).await?;
        let row = match found {
            Some(row) => row,
            None => {
                let row = secret::Model {
                    name: SECRET.to_owned(),
                    value: secret::Hidden(kyc.entropy.bytes::<32>().to_vec()),
                };
                let made = kyc.db.write(|txn| {
                    Box::pin(async move {
                        secret::Entity::offer(row).exec_without_returning(txn).await?;
                        let kept = secret::Entity::of(SECRET).one(txn).await?;
                        kept.ok_or_else(|| Error::internal("a secret that was kept is gone"))
                    })
                });
                made.await?
            }
        };
        row.value.0.try_into().map_err(|_| Error::internal("a secret has not 32 bytes"))
    };
    kyc.performing.pictures().secret.get_or_try_init(made).await
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address() -> Address {
        Address {
            merchant: MerchantId(Uuid::from_u128(1)),
            step: StepId(Uuid::from_u128(2)),
            picture: Uuid::from_u128(3),
            until: DateTime::from_timestamp(1_800_000_000, 0).unwrap(),
        }
    }

    #[test]
    fn an_address_says_what_was_signed_and_nothing_else_is_one() {
        let text = address().sign(&[7; 32]);
        assert_eq!(Address::read(&text, &[7; 32]), Some(address()));
        assert_eq!(Address::read(&text, &[8; 32]), None, "another deployment's");
        for place in 0..text.len() {
            let mut other = text.clone().into_bytes();
            other[place] = if other[place] == b'A' { b'B' } else { b'A' };
            let other = String::from_utf8(other).unwrap();
            // The last character holds two bits of no byte.
            assert_ne!(Address::read(&other, &[7; 32]), Some(address()), "changed at {place}");
        }
        for odd in ["", "A", &text[1..], &format!("{text}A"), &text.repeat(9), "ü/../", &"A".repeat(118)] {
            assert_eq!(Address::read(odd, &[7; 32]), None, "{odd}");
        }
    }
}
