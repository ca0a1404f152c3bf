//! What may be said of a customer.

use chrono::{Datelike, Days, NaiveDate};
use entity::Time;
use serde::Serialize;

use crate::{
    error::{UserError, UserErrorCode},
    kyc::text,
    lifecycle::aadhaar,
};

/// Characters of a name.
const MAX_NAME: usize = 300;
/// Characters of a reference.
const MAX_REFERENCE: usize = 128;
/// Nobody alive was born before; an earlier year is a slip or a placeholder.
const EARLIEST_BIRTH_YEAR: i32 = 1900;

/// The field of the input that a [`CustomerInput`] stands in, wherever the contract takes one.
pub const FIELD: &str = "customer";

/// A new customer as given. Without `Debug`: nothing here belongs into a log.
#[derive(Clone, Serialize)]
pub struct CustomerInput {
    /// The merchant's own id of the customer: 1 to 128 characters, unique in the merchant.
    pub reference: Option<String>,
    /// 1 to 300 characters of any script.
    pub name: String,
    pub email: Option<String>,
    /// With its country code.
    pub phone: Option<String>,
    /// From 1900 on, and not in the future.
    pub date_of_birth: Option<NaiveDate>,
    /// ISO 3166-1 alpha-2, in either case.
    pub country: Option<String>,
}

/// A new customer that can be stored, if the reference is free.
#[derive(Clone)]
pub struct ValidCustomer {
    pub reference: Option<String>,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub date_of_birth: Option<NaiveDate>,
    pub country: Option<String>,
}

/// Checks a new customer, wherever an input carries one in its field `customer`. `now` tells which birth dates are in
/// the future.
///
/// # Errors
/// All fields that are refused, as `["customer", …]`.
pub fn draft(input: CustomerInput, now: Time) -> Result<ValidCustomer, Vec<UserError>> {
    let CustomerInput { reference, name, email, phone, date_of_birth, country } = input;
    let mut errors = Vec::new();
    let valid = ValidCustomer {
        reference: keep(
            &mut errors,
            optional(reference.as_deref(), |text| self::reference(&[FIELD, "reference"], text)),
        ),
        name: keep(&mut errors, self::name(&[FIELD, "name"], &name)),
        email: keep(&mut errors, optional(email.as_deref(), |text| text::email(&[FIELD, "email"], text))),
        phone: keep(&mut errors, optional(phone.as_deref(), |text| text::phone(&[FIELD, "phone"], text))),
        date_of_birth: keep(
            &mut errors,
            date_of_birth.map(|date| birth_date(&[FIELD, "dateOfBirth"], date, now)).transpose(),
        ),
        country: keep(
            &mut errors,
            optional(country.as_deref(), |text| text::country(&[FIELD, "country"], text)),
        ),
    };
    if errors.is_empty() { Ok(valid) } else { Err(errors) }
}

/// The value, or its place kept while the error is put to the others: an answer names every field at once.
pub fn keep<T: Default>(errors: &mut Vec<UserError>, checked: Result<T, UserError>) -> T {
    checked.unwrap_or_else(|error| {
        errors.push(error);
        T::default()
    })
}

pub fn name(field: &[&str], text: &str) -> Result<String, UserError> {
    without_aadhaar(field, text::required(field, text, MAX_NAME)?)
}

pub fn reference(field: &[&str], text: &str) -> Result<String, UserError> {
    without_aadhaar(field, text::required(field, text, MAX_REFERENCE)?)
}

/// A birth date is not in the future anywhere on Earth: where the day begins first (UTC+14) it is already tomorrow
/// while it is still today in UTC, and a child can be born there on that date.
pub fn birth_date(field: &[&str], date: NaiveDate, now: Time) -> Result<NaiveDate, UserError> {
    let newest = now.date_naive() + Days::new(1);
    if date.year() < EARLIEST_BIRTH_YEAR {
        let message = format!("A birth date is not before {EARLIEST_BIRTH_YEAR}.");
        return Err(UserError::new(UserErrorCode::Invalid, field, message));
    }
    if date > newest {
        return Err(UserError::new(UserErrorCode::Invalid, field, "A birth date is not in the future."));
    }
    Ok(date)
}

fn without_aadhaar(field: &[&str], text: String) -> Result<String, UserError> {
    if aadhaar::contains_full_number(&text) {
        let message = "This contains what reads as a full Aadhaar number: twelve digits with its check digit. They are never \
                       stored here. Leave it out; a number of your own that happens to have this form needs other digits.";
        return Err(UserError::new(UserErrorCode::Invalid, field, message));
    }
    Ok(text)
}

fn optional(
    text: Option<&str>,
    check: impl FnOnce(&str) -> Result<String, UserError>,
) -> Result<Option<String>, UserError> {
    text.map(check).transpose()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn now() -> Time {
        DateTime::parse_from_rfc3339("2026-11-22T21:00:00Z").unwrap().to_utc()
    }

    fn date(text: &str) -> Option<NaiveDate> {
        Some(text.parse().unwrap())
    }

    fn asha() -> CustomerInput {
        CustomerInput {
            reference: None,
            name: "Asha Rao".into(),
            email: None,
            phone: None,
            date_of_birth: None,
            country: None,
        }
    }

    fn refused(input: CustomerInput) -> Vec<(Vec<String>, UserErrorCode)> {
        let errors = draft(input, now()).err().unwrap_or_default();
        errors.into_iter().map(|error| (error.field.unwrap_or_default(), error.code)).collect()
    }

    #[test]
    fn a_customer_is_stored_in_one_form() {
        let valid = draft(
            CustomerInput {
                reference: Some(" C-1 ".into()),
                name: "  Zoe\u{308} Rao".into(),
                email: Some("zoe@example.com ".into()),
                phone: Some("+91 98765-43210".into()),
                date_of_birth: date("1990-02-28"),
                country: Some("in".into()),
            },
            now(),
        );
        let valid = valid.ok().unwrap();
        assert_eq!(valid.reference.as_deref(), Some("C-1"));
        assert_eq!(valid.name, "Zo\u{EB} Rao");
        assert_eq!(valid.email.as_deref(), Some("zoe@example.com"));
        assert_eq!(valid.phone.as_deref(), Some("+919876543210"));
        assert_eq!(valid.country.as_deref(), Some("IN"));
        assert!(draft(asha(), now()).is_ok(), "only the name has to be given");
    }

    #[test]
    fn every_refused_field_is_named_at_once() {
        let errors = refused(CustomerInput {
            reference: Some("r".repeat(129)),
            name: " ".into(),
            email: Some("asha".into()),
            phone: Some("98765".into()),
            date_of_birth: date("1899-12-31"),
            country: Some("XX".into()),
        });
        let field = |name: &str| vec!["customer".to_owned(), name.to_owned()];
        assert_eq!(
            errors,
            [
                (field("reference"), UserErrorCode::TooLong),
                (field("name"), UserErrorCode::Required),
                (field("email"), UserErrorCode::Invalid),
                (field("phone"), UserErrorCode::Invalid),
                (field("dateOfBirth"), UserErrorCode::Invalid),
                (field("country"), UserErrorCode::Invalid),
            ]
        );
    }

    #[test]
    fn a_birth_date_may_be_today_anywhere_on_earth() {
        for born in ["1900-01-01", "2026-11-22", "2026-11-23"] {
            assert!(draft(CustomerInput { date_of_birth: date(born), ..asha() }, now()).is_ok(), "{born}");
        }
        for born in ["1899-12-31", "2026-11-24"] {
            assert_eq!(refused(CustomerInput { date_of_birth: date(born), ..asha() }).len(), 1, "{born}");
        }
    }

    #[test]
    fn a_full_aadhaar_number_is_refused() {
        let number = "2341 2341 2346";
        assert_eq!(refused(CustomerInput { name: format!("Asha {number}"), ..asha() })[0].0[1], "name");
        assert_eq!(refused(CustomerInput { reference: Some(number.into()), ..asha() })[0].0[1], "reference");
        let errors = draft(CustomerInput { name: number.into(), ..asha() }, now()).err().unwrap();
        assert!(!errors[0].message.contains("2341"), "the answer does not repeat it");
    }
}
