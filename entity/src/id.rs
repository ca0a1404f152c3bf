//! Typed ids: UUID v7 keys, written outside the database as `prefix_` and 26 characters of Crockford base32
//! (the TypeID format), so that an id tells what it names, sorts by age, and survives a double click.

use std::{fmt, str::FromStr};

use sea_orm::DeriveValueType;
use uuid::Uuid;

use crate::Time;

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// 128 bits in groups of five.
const LENGTH: usize = 26;

/// The text is not an id of the type it was read for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidId;

impl fmt::Display for InvalidId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an id of this type")
    }
}

impl std::error::Error for InvalidId {}

/// An id that is written as its prefix and its digits.
pub trait Written {
    /// Appends the written form, which is ASCII: letters, digits, and one underscore. It needs no escaping anywhere. A page has a
    /// thousand ids.
    fn write_to(self, out: &mut Vec<u8>);
}

fn encode(uuid: Uuid) -> [u8; LENGTH] {
    let bits = uuid.as_u128();
    let mut digits = [0; LENGTH];
    // By words of the machine: twelve digits are 60 bits.
    for (end, part) in [(2, bits >> 120), (14, bits >> 60), (26, bits)] {
        let mut part = part as u64;
        for digit in digits[..end].iter_mut().rev().take(12) {
            *digit = ALPHABET[(part & 31) as usize];
            part >>= 5;
        }
    }
    digits
}

fn decode(text: &str) -> Result<Uuid, InvalidId> {
    let bytes = text.as_bytes();
    // 26 digits hold 130 bits: a first digit above 7 would not fit.
    if bytes.len() != LENGTH || bytes[0] > b'7' {
        return Err(InvalidId);
    }
    let mut bits = 0u128;
    for byte in bytes {
        let digit = ALPHABET.iter().position(|known| known == byte).ok_or(InvalidId)?;
        bits = bits << 5 | digit as u128;
    }
    Ok(Uuid::from_u128(bits))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, DeriveValueType)]
        pub struct $name(pub Uuid);

        impl $name {
            /// What the written form begins with.
            pub const PREFIX: &'static str = $prefix;
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let digits = encode(self.0);
                // Every digit comes from the ASCII alphabet above.
                f.write_str(concat!($prefix, "_"))?;
                f.write_str(std::str::from_utf8(&digits).map_err(|_| fmt::Error)?)
            }
        }

        impl Written for $name {
            fn write_to(self, out: &mut Vec<u8>) {
                out.extend_from_slice(concat!($prefix, "_").as_bytes());
                out.extend_from_slice(&encode(self.0));
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;

            fn from_str(text: &str) -> Result<Self, InvalidId> {
                let digits = text.strip_prefix(concat!($prefix, "_")).ok_or(InvalidId)?;
                decode(digits).map(Self)
            }
        }

        impl crate::pick::Present for $name {
            fn blank() -> Self {
                Self(Uuid::nil())
            }

            fn read(row: &sea_orm::QueryResult, at: usize) -> Result<Option<Self>, sea_orm::DbErr> {
                Ok(<Uuid as crate::pick::Present>::read(row, at)?.map(Self))
            }
        }

        // Asked for of every key; a UUID is never a row number.
        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl From<Uuid> for $name {
            fn from(uuid: Uuid) -> Self {
                Self(uuid)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )*};
}

ids! {
    /// Names a merchant.
    MerchantId = "merchant",
    /// Names a member.
    MemberId = "member",
    /// Names an API key; not the key's secret.
    ApiKeyId = "key",
    /// Names a signed-in session; not its token.
    SessionId = "session",
    /// Names a customer.
    CustomerId = "customer",
    /// Names an attempt.
    AttemptId = "attempt",
    /// Names a step.
    StepId = "step",
    /// Names a hold.
    HoldId = "hold",
    /// Names one issued link; not its token.
    LinkId = "link",
    /// Names a browser in which a customer walks their journey; not its token.
    LinkSessionId = "linksession",
    /// Names a run of a check; providers are given it, so that the same question asked twice is known for one.
    RunId = "run",
    /// Names a journey as its customer sees it; not the attempt.
    JourneyId = "journey",
    /// Names a step as its customer sees it; not the team's step.
    JourneyStepId = "journeystep",
    /// Names an event.
    EventId = "event",
    /// Names one run of a screening.
    ScreeningId = "screening",
    /// Names a match of a screening.
    MatchId = "match",
}

impl AttemptId {
    /// Not above the id of any attempt created in the same millisecond or later, and above that of every earlier one: an id
    /// begins with its moment. Before 1970 it is the first of all.
    pub fn first_of(moment: Time) -> Self {
        let millis = u128::try_from(moment.timestamp_millis()).unwrap_or(0);
        Self(Uuid::from_u128(millis << 80))
    }

    /// Whether it is an id of this moment.
    pub fn is_of(self, moment: Time) -> bool {
        self.0.as_u128() >> 80 == Self::first_of(moment).0.as_u128() >> 80
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_written_form_is_the_typeid_of_the_uuid() {
        // Vectors of the TypeID specification (valid.json).
        let id = AttemptId("0188bac7-4afa-78aa-bc3b-bd1eef28d881".parse().unwrap());
        assert_eq!(id.to_string(), "attempt_01h2xcejqtf2nbrexx3vqjhp41");
        assert_eq!("attempt_01h2xcejqtf2nbrexx3vqjhp41".parse(), Ok(id));
        assert_eq!(AttemptId(Uuid::nil()).to_string(), "attempt_00000000000000000000000000");
        assert_eq!(AttemptId(Uuid::max()).to_string(), "attempt_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    #[test]
    fn every_bit_has_its_place() {
        for bit in 0..128 {
            let id = StepId(Uuid::from_u128(1 << bit));
            let mut written = b"\"".to_vec();
            id.write_to(&mut written);
            assert_eq!(written, format!("\"{id}").into_bytes());
            assert_eq!(id.to_string().parse(), Ok(id));
        }
    }

    #[test]
    fn what_is_not_an_id_of_the_type_is_refused() {
        for text in [
            "",
            "attempt_",
            "step_01h2xcejqtf2nbrexx3vqjhp41",
            "attempt_01H2XCEJQTF2NBREXX3VQJHP41",
            "attempt_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "attempt_01h2xcejqtf2nbrexx3vqjhp4",
            "attempt_01h2xcejqtf2nbrexx3vqjhp4१",
        ] {
            assert_eq!(text.parse::<AttemptId>(), Err(InvalidId), "{text}");
        }
    }
}
