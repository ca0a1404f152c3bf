//! OFAC's remarks: what is known of a person, in one cell, as pieces between semicolons.
//!
//! "DOB 14 Jun 1975; POB Leningrad, Russia; nationality Russia; Gender Male; Passport 717637093 (Russia); a.k.a. 'SASHA'."

use super::{add, add_name, birth, clean, country, given_first};
use crate::checks::sanctions::person::{Gender, Person, Quality};

/// Pieces that are papers, whatever follows. Others are when they name a number and, in brackets, a country.
const PAPERS: [&str; 12] = [
    "Passport",
    "Diplomatic Passport",
    "National ID",
    "Cedula",
    "C.U.R.P.",
    "R.F.C.",
    "SSN",
    "D.N.I.",
    "Identification Number",
    "Travel Document",
    "Driver's License",
    "Tax ID",
];
/// Pieces that name a number and a country and are no papers.
const NO_PAPERS: [&str; 7] =
    ["Additional Sanctions", "Secondary sanctions", "Linked To", "Phone", "Email", "Website", "Trade"];

/// Adds what the remarks say. Names in them are what OFAC calls weak aliases: "a.k.a." in quotes.
pub(super) fn read(remarks: &str, person: &mut Person) {
    for piece in remarks.split(';') {
        let piece = piece.trim();
        let piece = piece.strip_prefix("alt. ").unwrap_or(piece);
        let value = |word: &str| piece.strip_prefix(word).map(|rest| rest.trim().trim_end_matches('.'));
        if let Some(date) = value("DOB ") {
            if let Some(birth) = birth::read(date) {
                add(&mut person.births, birth);
            }
        } else if let Some(place) = value("POB ") {
            let country = place.rsplit(',').next().unwrap_or(place);
            // "Korea, North" has a comma of its own.
            let whole = country::named(place).is_some();
            country::add(&mut person.countries, if whole { place } else { country });
        } else if let Some(nationality) = value("nationality ").or_else(|| value("citizen ")) {
            match nationality.strip_prefix("possibly ") {
                Some(unsure) => country::add(&mut person.countries, unsure),
                None => {
                    let nationality = nationality.strip_prefix("nationality: ").unwrap_or(nationality);
                    country::add(&mut person.nationalities, nationality);
                }
            }
        } else if let Some(gender) = value("Gender ") {
            person.gender = match gender {
                "Male" => Some(Gender::Male),
                "Female" => Some(Gender::Female),
                _ => person.gender,
            };
        } else if let Some(alias) = ["a.k.a. ", "f.k.a. ", "n.k.a. "].into_iter().find_map(value) {
            if let Some(name) = quoted(alias) {
                add_name(&mut person.names, &given_first(name), Quality::Weak);
            }
        } else {
            paper(piece, person);
        }
    }
}

/// What stands between the outermost quotes: an apostrophe inside belongs to the name.
fn quoted(alias: &str) -> Option<&str> {
    alias.strip_prefix('\'')?.strip_suffix('\'')
}

fn paper(piece: &str, person: &mut Person) {
    let piece = piece.trim_end_matches('.');
    let starts = |words: &[&str]| words.iter().any(|word| piece.starts_with(word));
    if starts(&NO_PAPERS) || !piece.bytes().any(|byte| byte.is_ascii_digit()) {
        return;
    }
    let country = piece.split_once('(').and_then(|(_, rest)| country::named(rest.split_once(')')?.0));
    if country.is_none() && !starts(&PAPERS) {
        return;
    }
    if let Some(text) = clean(piece) {
        add(&mut person.documents, text);
    }
    if let Some(code) = country {
        add(&mut person.countries, code.to_owned());
    }
}
