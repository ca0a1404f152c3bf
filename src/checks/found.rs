//! What a check found about a person: masked numbers only, and nothing of it prints.

use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// What a check found. `serde` writes the form that is stored; `Debug` prints the kind alone, since all the rest is personal.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Found {
    Identity(IdentityFound),
    Pan(PanFound),
    Bank(BankFound),
}

/// What Aadhaar says, through DigiLocker.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityFound {
    pub name: String,
    pub date_of_birth: Option<NaiveDate>,
    /// As the document has it: `M`, `F`, `T`.
    pub gender: Option<String>,
    /// `xxxx xxxx 1234`.
    pub masked_aadhaar: String,
    /// One line.
    pub address: Option<String>,
}

/// What the register of PANs says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PanFound {
    /// [`super::pan::Pan::masked`].
    pub masked_pan: String,
    pub registered_name: Option<String>,
}

/// What the bank says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BankFound {
    /// [`super::bank::Account::masked`].
    pub masked_account: String,
    pub ifsc: String,
    /// [`super::bank::Ifsc::bank_name`].
    pub bank_name: String,
    pub registered_name: Option<String>,
    /// The provider's own code of the outcome (`BAV00`), for support.
    pub provider_code: Option<String>,
}

impl Found {
    /// The name that it gives the person, to be compared with the customer's.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Identity(found) => Some(&found.name),
            Self::Pan(found) => found.registered_name.as_deref(),
            Self::Bank(found) => found.registered_name.as_deref(),
        }
    }

    /// The birth date that it gives the person.
    pub fn date_of_birth(&self) -> Option<NaiveDate> {
        match self {
            Self::Identity(found) => found.date_of_birth,
            Self::Pan(_) | Self::Bank(_) => None,
        }
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Identity(_) => "Identity([redacted])",
            Self::Pan(_) => "Pan([redacted])",
            Self::Bank(_) => "Bank([redacted])",
        })
    }
}
