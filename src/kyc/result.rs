//! What an outside check found, as a merchant's own system reports it: masked, or refused.

use chrono::NaiveDate;
use entity::StepKind;
use serde::Serialize;

use super::text;
use crate::{
    checks::{BankFound, Found, IdentityFound, PanFound, bank::Ifsc},
    error::{Error, Result, UserError, UserErrorCode},
    lifecycle::aadhaar,
};

/// Characters of a name, and of an address.
const MAX_NAME: usize = 200;
const MAX_ADDRESS: usize = 500;
/// Characters of a gender, a bank's name, a provider's code.
const MAX_WORD: usize = 100;

/// The input `StepUpdateStatusInput.result`: exactly one. Without `Debug`: all of it is personal.
#[derive(Clone, Default, Serialize)]
pub struct ResultInput {
    pub identity: Option<IdentityInput>,
    pub pan: Option<PanInput>,
    pub bank: Option<BankInput>,
}

/// What Aadhaar says.
#[derive(Clone, Serialize)]
pub struct IdentityInput {
    pub name: String,
    pub date_of_birth: Option<NaiveDate>,
    pub gender: Option<String>,
    pub masked_aadhaar: String,
    pub address: Option<String>,
}

/// What the register of PANs says.
#[derive(Clone, Serialize)]
pub struct PanInput {
    pub masked_pan: String,
    pub registered_name: Option<String>,
}

/// What the bank says.
#[derive(Clone, Serialize)]
pub struct BankInput {
    pub masked_account: String,
    pub ifsc: String,
    pub bank_name: Option<String>,
    pub registered_name: Option<String>,
    pub provider_code: Option<String>,
}

impl ResultInput {
    /// What is stored of it.
    ///
    /// # Errors
    /// INVALID unless exactly one is given; for a number that is not masked, and a full Aadhaar number anywhere; REQUIRED and
    /// TOO_LONG as every text.
    pub(super) fn resolve(&self) -> Result<Found> {
        let mut errors = Vec::new();
        let found = match (&self.identity, &self.pan, &self.bank) {
            (Some(input), None, None) => identity(&mut errors, input),
            (None, Some(input), None) => pan(&mut errors, input),
            (None, None, Some(input)) => bank(&mut errors, input),
            _ => {
                let message = "Give exactly one of `identity`, `pan` and `bank`.";
                errors.push(UserError::new(UserErrorCode::Invalid, &["result"], message));
                None
            }
        };
        found.filter(|_| errors.is_empty()).ok_or(Error::User(errors))
    }
}

/// Refuses a result of another kind of step.
pub(super) fn must_be_of(found: &Found, kind: StepKind) -> Result<()> {
    let of = match found {
        Found::Identity(_) => StepKind::DigilockerAadhaar,
        Found::Pan(_) => StepKind::Pan,
        Found::Bank(_) => StepKind::BankPennyDrop,
    };
    if of == kind {
        return Ok(());
    }
    let message = format!("This is the result of {of}, and the step is {kind}.");
    Err(Error::user(UserErrorCode::Invalid, &["result"], message))
}

fn identity(errors: &mut Vec<UserError>, input: &IdentityInput) -> Option<Found> {
    let at = |field| ["result", "identity", field];
    let name = required(errors, &at("name"), &input.name, MAX_NAME);
    let gender = optional(errors, &at("gender"), input.gender.as_deref(), MAX_WORD);
    let masked_aadhaar = masked(errors, &at("maskedAadhaar"), &input.masked_aadhaar, 12);
    let address = optional(errors, &at("address"), input.address.as_deref(), MAX_ADDRESS);
    Some(Found::Identity(IdentityFound {
        name: name?,
        date_of_birth: input.date_of_birth,
        gender,
        masked_aadhaar: masked_aadhaar?,
        address,
    }))
}

fn pan(errors: &mut Vec<UserError>, input: &PanInput) -> Option<Found> {
    let at = |field| ["result", "pan", field];
    let masked_pan = masked(errors, &at("maskedPan"), &input.masked_pan, 10);
    let registered_name = optional(errors, &at("registeredName"), input.registered_name.as_deref(), MAX_NAME);
    Some(Found::Pan(PanFound { masked_pan: masked_pan?, registered_name }))
}

fn bank(errors: &mut Vec<UserError>, input: &BankInput) -> Option<Found> {
    let at = |field| ["result", "bank", field];
    let masked_account = masked(errors, &at("maskedAccount"), &input.masked_account, 18);
    let ifsc = Ifsc::parse(&input.ifsc)
        .map_err(|fault| errors.push(UserError::new(UserErrorCode::Invalid, &at("ifsc"), fault.message())));
    let bank_name = optional(errors, &at("bankName"), input.bank_name.as_deref(), MAX_WORD);
    let registered_name = optional(errors, &at("registeredName"), input.registered_name.as_deref(), MAX_NAME);
    let provider_code = optional(errors, &at("providerCode"), input.provider_code.as_deref(), MAX_WORD);
    let ifsc = ifsc.ok()?;
    let bank_name = bank_name.unwrap_or_else(|| ifsc.bank_name().to_owned());
    Some(Found::Bank(BankFound {
        masked_account: masked_account?,
        ifsc: ifsc.as_str().to_owned(),
        bank_name,
        registered_name,
        provider_code,
    }))
}

fn required(errors: &mut Vec<UserError>, field: &[&str], given: &str, max: usize) -> Option<String> {
    if aadhaar::contains_full_number(given) {
        let message = "The text seems to contain a full Aadhaar number, which is never stored.";
        errors.push(UserError::new(UserErrorCode::Invalid, field, message));
        return None;
    }
    text::required(field, given, max).map_err(|error| errors.push(error)).ok()
}

fn optional(errors: &mut Vec<UserError>, field: &[&str], given: Option<&str>, max: usize) -> Option<String> {
    given.and_then(|given| required(errors, field, given, max))
}

/// A number of which four characters at most show at its end, and two at its beginning; the others are X or *.
fn masked(errors: &mut Vec<UserError>, field: &[&str], given: &str, longest: usize) -> Option<String> {
    let given = required(errors, field, given, longest * 2)?;
    let marks: Vec<char> = given.chars().filter(|mark| !mark.is_whitespace() && *mark != '-').collect();
    let is_hidden = |mark: &char| matches!(mark, 'X' | 'x' | '*');
    let hidden = marks.iter().filter(|mark| is_hidden(mark)).count();
    let plain = marks.iter().all(|mark| mark.is_ascii_alphanumeric() || *mark == '*');
    let shown = marks.len() - hidden;
    if plain && marks.len() <= longest && (1..=4).contains(&shown) && hidden >= 4 {
        return Some(given);
    }
    let message = "Mask the number: X in place of all but its last four characters, as in xxxxxx1234.";
    errors.push(UserError::new(UserErrorCode::Invalid, field, message));
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_masked_numbers_pass() {
        let passes = |given: &str| masked(&mut Vec::new(), &["n"], given, 12).is_some();
        for good in ["xxxx xxxx 1234", "xxxx-xxxx-1234", "********1234", "ABxxxxxx4F", "xxxxxxxxx7"] {
            assert!(passes(good), "{good}");
        }
        for bad in [
            "234123412346",
            "1234",
            "xxx1234",
            "xxxx xxx 12345",
            "xxxxxxxx",
            "xxxxxxxxxxxx1234",
            "",
            "ABCPE1234F",
        ] {
            assert!(!passes(bad), "{bad}");
        }
    }
}
