//! Who is screened, and the hashes that say later whether it was the same person.

use entity::customer;
use sha2::{Digest, Sha256};

use crate::{
    checks::sanctions::{
        person::{Birth, Person},
        subject::Subject,
    },
    error::Result,
};

/// The hashes of a customer as screened, in hex.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hashes {
    /// Of name, birth date and country: whether a run is about the customer as they are.
    pub(super) inputs: String,
    /// Of name and birth date: whether a decision is about the customer as they are. Moving house is no new person.
    pub(super) identity: String,
}

impl Hashes {
    pub(super) fn of(row: &customer::Model) -> Result<Self> {
        let born = row.date_of_birth.map(|date| date.to_string());
        // As JSON, so that no two customers' fields run into one another.
        let identity = hash(&serde_json::to_vec(&(&row.name, &born))?);
        let inputs = hash(&serde_json::to_vec(&(&row.name, &born, &row.country))?);
        Ok(Self { inputs, identity })
    }
}

/// Who is looked for.
pub(super) fn subject(row: &customer::Model) -> Subject {
    Subject {
        name: row.name.clone(),
        born: row.date_of_birth.map(Birth::on),
        country: row.country.clone(),
        gender: None,
    }
}

/// Everything that a list says of a person, as a hash in hex: a decision is about the entry as it was.
pub(super) fn record_hash(person: &Person) -> Result<String> {
    Ok(hash(&serde_json::to_vec(person)?))
}

fn hash(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use entity::id::{CustomerId, MerchantId};
    use uuid::Uuid;

    use super::*;

    fn customer(name: &str, born: Option<&str>, country: Option<&str>) -> customer::Model {
        customer::Model {
            id: CustomerId(Uuid::nil()),
            merchant_id: MerchantId(Uuid::nil()),
            reference: None,
            name: name.to_owned(),
            name_key: String::new(),
            email: None,
            phone: None,
            date_of_birth: born.map(|date| date.parse().unwrap()),
            country: country.map(str::to_owned),
            created_at: chrono::DateTime::UNIX_EPOCH,
            updated_at: chrono::DateTime::UNIX_EPOCH,
            version: 1,
        }
    }

    #[test]
    fn a_country_is_an_input_and_no_part_of_who_somebody_is() {
        let here = Hashes::of(&customer("Asha Rao", Some("1990-01-02"), Some("IN"))).unwrap();
        let there = Hashes::of(&customer("Asha Rao", Some("1990-01-02"), Some("AE"))).unwrap();
        assert_eq!(here.identity, there.identity);
        assert_ne!(here.inputs, there.inputs);
        for other in [
            customer("Asha Rai", Some("1990-01-02"), Some("IN")),
            customer("Asha Rao", Some("1990-01-03"), Some("IN")),
            customer("Asha Rao", None, Some("IN")),
        ] {
            let other = Hashes::of(&other).unwrap();
            assert_ne!(here.identity, other.identity);
            assert_ne!(here.inputs, other.inputs);
        }
    }
}
