//! What is to be asked, as it waits in a run.

use entity::{StepKind, check_run, customer};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    checks::{
        Ask, Back, Customer, Found, Reference, Request,
        bank::{Account, Ifsc},
        pan::Pan,
    },
    error::{Error, Result},
};

/// What a customer has submitted. Without `Debug`: it is as personal as can be. It is stored in the run, and gone as soon as
/// the provider has it.
#[derive(Clone, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub(in crate::kyc) enum Asking {
    Start,
    /// The query of the URL that the customer came back by.
    Returned {
        query: Vec<(String, String)>,
    },
    Pan {
        pan: String,
    },
    Bank {
        account: String,
        ifsc: String,
    },
    Image {
        width: u32,
        height: u32,
    },
}

impl Asking {
    /// By which the same input is recognised.
    pub(in crate::kyc) fn hash(&self) -> Result<Vec<u8>> {
        Ok(Sha256::digest(serde_json::to_vec(self)?).to_vec())
    }

    /// As a run keeps it.
    pub(in crate::kyc) fn stored(&self) -> Result<check_run::Asked> {
        Ok(check_run::Asked(serde_json::to_value(self)?))
    }

    fn read(stored: &check_run::Asked) -> Result<Self> {
        // Serde's own error would quote what it cannot read.
        Self::deserialize(&stored.0).map_err(|_| Error::internal("a run's question cannot be read"))
    }
}

/// The question of a run.
pub(super) fn request(
    run: &check_run::Model,
    kind: StepKind,
    customer: &customer::Model,
    public_url: &str,
) -> Result<Request> {
    let reference = || {
        let text = run.reference.as_deref().and_then(Reference::parse);
        text.ok_or_else(|| Error::internal("a run without a reference"))
    };
    let unreadable = || Error::internal("what a run asks has lost its form");
    let ask = match run.ask.as_ref().map(Asking::read).transpose()? {
        Some(Asking::Start) => Ask::Start { return_url: format!("{public_url}/journey/digilocker/return") },
        Some(Asking::Returned { query }) => {
            let query = query.iter().map(|(name, value)| (name.as_str(), value.as_str()));
            Ask::Returned { reference: reference()?, back: Back::read(query) }
        }
        Some(Asking::Pan { pan }) => Ask::Pan { pan: Pan::parse(&pan).map_err(|_| unreadable())? },
        Some(Asking::Bank { account, ifsc }) => Ask::Bank {
            account: Account::parse(&account).map_err(|_| unreadable())?,
            ifsc: Ifsc::parse(&ifsc).map_err(|_| unreadable())?,
        },
        Some(Asking::Image { width, height }) => Ask::Image { width, height },
        None => {
            let found = run.found.clone().map(serde_json::from_value::<Found>).transpose();
            let found = found.map_err(|_| Error::internal("what a run has found cannot be read"))?;
            Ask::Again { reference: reference()?, found }
        }
    };
    Ok(Request { run: run.id, kind, customer: who(customer), ask })
}

/// Who the customer is, for a check.
pub(super) fn who(customer: &customer::Model) -> Customer {
    Customer { name: customer.name.clone(), date_of_birth: customer.date_of_birth }
}
