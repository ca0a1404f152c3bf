//! Names, dates and addresses out of a provider's answer, as they may be kept.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::{
    checks::{Found, IdentityFound},
    lifecycle::aadhaar::contains_full_number,
};

/// The longest name and the longest address that are kept, in characters.
const LONGEST_NAME: usize = 200;
const LONGEST_ADDRESS: usize = 500;

#[derive(Deserialize)]
pub(super) struct Document {
    aadhaar: Aadhaar,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Aadhaar {
    name: String,
    masked_number: String,
    date_of_birth: Option<String>,
    gender: Option<String>,
    address: Option<Address>,
    verified: Verified,
}

#[derive(Deserialize)]
struct Verified {
    signature: bool,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Address {
    care_of: Option<String>,
    house: Option<String>,
    street: Option<String>,
    landmark: Option<String>,
    locality: Option<String>,
    vtc: Option<String>,
    post_office: Option<String>,
    sub_district: Option<String>,
    district: Option<String>,
    state: Option<String>,
    pin: Option<String>,
    country: Option<String>,
}

impl Document {
    /// What is kept of it, and whether its signature is right; none where the name or the number is missing.
    pub(super) fn read(self) -> Option<(Found, bool)> {
        let Aadhaar { name, masked_number, date_of_birth, gender, address, verified } = self.aadhaar;
        let gender = gender.map(|gender| gender.trim().to_ascii_uppercase());
        let found = IdentityFound {
            name: self::name(&name)?,
            date_of_birth: date_of_birth.as_deref().and_then(date),
            gender: gender.filter(|gender| matches!(gender.as_str(), "M" | "F" | "T")),
            masked_aadhaar: masked(&masked_number)?,
            address: address.and_then(Address::line),
        };
        Some((Found::Identity(found), verified.signature))
    }
}

impl Address {
    /// One line, of the parts that say something.
    fn line(self) -> Option<String> {
        let parts = [
            self.care_of,
            self.house,
            self.street,
            self.landmark,
            self.locality,
            self.vtc,
            self.post_office,
            self.sub_district,
            self.district,
            self.state,
            self.pin,
            self.country,
        ];
        let mut told: Vec<String> = Vec::new();
        for part in parts.iter().flatten().filter_map(|part| text(part, LONGEST_ADDRESS)) {
            if told.last() != Some(&part) {
                told.push(part);
            }
        }
        text(&told.join(", "), LONGEST_ADDRESS)
    }
}

/// A name as it may be kept.
pub(super) fn name(given: &str) -> Option<String> {
    text(given, LONGEST_NAME)
}

/// A text on one line with single spaces, cut at `longest` characters; none where nothing is left, or where a full Aadhaar number
/// stands in it.
fn text(given: &str, longest: usize) -> Option<String> {
    let words = given.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line: String = words.collect::<Vec<_>>().join(" ").chars().take(longest).collect();
    (!line.is_empty() && !contains_full_number(&line)).then_some(line)
}

/// Only the last four digits, however many came.
fn masked(number: &str) -> Option<String> {
    let digits: String = number.chars().filter(char::is_ascii_digit).collect();
    let last = digits.len().checked_sub(4).and_then(|from| digits.get(from..))?;
    Some(format!("xxxx xxxx {last}"))
}

/// `31-01-1990`, `31/01/1990` or `1990-01-31`. A year alone, as old documents have it, is no date.
fn date(text: &str) -> Option<NaiveDate> {
    let text = text.trim();
    ["%d-%m-%Y", "%d/%m/%Y", "%Y-%m-%d"].iter().find_map(|form| NaiveDate::parse_from_str(text, form).ok())
}
