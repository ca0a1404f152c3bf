//! The consolidated list of the United Nations Security Council, as XML (`CONSOLIDATED_LIST`). India's rules ask for it (section 51A
//! of the Unlawful Activities (Prevention) Act), as those of most countries do.

use std::io::Read;

use chrono::NaiveDate;

use super::{
    MOST_PERSONS, Malformed, Parsed, add, add_name, birth,
    bytes::Limit,
    clean, country, given_first, nobody, persons,
    xml::{Element, Token, Xml},
};
use crate::checks::sanctions::person::{Birth, Gender, Person, Quality};

/// The published file has 2 MB.
const LIMIT: Limit = Limit { megabytes: 64, list: "UN" };

/// Reads the list. Its version is the moment at which it was generated, as the file gives it.
///
/// # Errors
/// When it is anything but a whole consolidated list with a person on it.
pub fn parse(reader: impl Read) -> Result<Parsed, Malformed> {
    let mut xml = Xml::new(reader, LIMIT)?;
    let (version, published_at) = root(&mut xml)?;
    let (mut all, mut skipped) = (Vec::new(), 0);
    // One level down are INDIVIDUALS and ENTITIES, and below them who and what is listed.
    let mut section: Option<String> = None;
    loop {
        match xml.next()? {
            Token::Start(name, _) => match section.as_deref() {
                None => section = Some(name),
                Some("INDIVIDUALS") if name == "INDIVIDUAL" => {
                    let one = xml.element(name)?;
                    let one = person(&one).ok_or_else(|| {
                        xml.wrong("a person has no reference number or no name: the file is damaged. Download it again")
                    })?;
                    all.push(one);
                    if all.len() > MOST_PERSONS {
                        return Err(xml.wrong("there are more persons than on any list"));
                    }
                }
                Some(_) => {
                    skipped += u64::from(name == "ENTITY");
                    xml.skip()?;
                }
            },
            Token::End => section = None,
            Token::Text(_) => {}
            Token::Eof => break,
        }
    }
    let persons = persons(all)?;
    Ok(Parsed { version: Some(version), published_at: Some(published_at), persons, skipped })
}

/// The version and the day of it, which the first element carries.
fn root(xml: &mut Xml<impl Read>) -> Result<(String, NaiveDate), Malformed> {
    loop {
        match xml.next()? {
            Token::Start(name, attributes) if name == "CONSOLIDATED_LIST" => {
                let generated = attributes.into_iter().find(|(name, _)| name == "dateGenerated");
                let generated = generated.and_then(|(_, moment)| clean(&moment));
                let day = generated.as_deref().and_then(|moment| moment.get(..10)?.parse().ok());
                return generated.zip(day).ok_or_else(|| {
                    xml.wrong("`dateGenerated` is missing or no date: give the file as published")
                });
            }
            Token::Text(_) => {}
            _ => {
                return Err(xml.wrong(
                    "this is not the consolidated list of the UN (no CONSOLIDATED_LIST): give that file, or name the \
                     list that it is with --list",
                ));
            }
        }
    }
}

/// None without an id or a name.
fn person(one: &Element) -> Option<Person> {
    let id = [one.text_of("REFERENCE_NUMBER"), one.text_of("DATAID")];
    let mut person = nobody(id.into_iter().find_map(clean)?);
    let parts = ["FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME"].map(|part| one.text_of(part));
    add_name(&mut person.names, &parts.join(" "), Quality::Primary);
    add_name(&mut person.names, one.text_of("NAME_ORIGINAL_SCRIPT"), Quality::Primary);
    for alias in one.all("INDIVIDUAL_ALIAS") {
        let low = alias.text_of("QUALITY").eq_ignore_ascii_case("low");
        let quality = if low { Quality::Weak } else { Quality::Strong };
        for name in spellings(alias.text_of("ALIAS_NAME")) {
            add_name(&mut person.names, &given_first(&name), quality);
        }
        person.births.extend(birth::iso(alias.text_of("DATE_OF_BIRTH")));
        countries(&mut person.countries, alias, &["COUNTRY_OF_BIRTH"]);
    }
    let own = one.all("INDIVIDUAL_DATE_OF_BIRTH").filter_map(born);
    // The person's own dates before those of aliases.
    let all: Vec<Birth> = own.chain(std::mem::take(&mut person.births)).collect();
    all.into_iter().for_each(|birth| add(&mut person.births, birth));
    for nationality in one.all("NATIONALITY").flat_map(|nationality| nationality.all("VALUE")) {
        country::add(&mut person.nationalities, &nationality.text);
    }
    one.all("INDIVIDUAL_ADDRESS").for_each(|place| countries(&mut person.countries, place, &["COUNTRY"]));
    one.all("INDIVIDUAL_PLACE_OF_BIRTH")
        .for_each(|place| countries(&mut person.countries, place, &["COUNTRY"]));
    for document in one.all("INDIVIDUAL_DOCUMENT") {
        countries(&mut person.countries, document, &["ISSUING_COUNTRY", "COUNTRY_OF_ISSUE"]);
        if let Some(text) = paper(document) {
            add(&mut person.documents, text);
        }
    }
    person.countries.retain(|country| !person.nationalities.contains(country));
    person.gender = match one.text_of("GENDER") {
        "Male" => Some(Gender::Male),
        "Female" => Some(Gender::Female),
        _ => None,
    };
    person.programs.extend(clean(one.text_of("UN_LIST_TYPE")));
    (!person.names.is_empty()).then_some(person)
}

fn countries(all: &mut Vec<String>, element: &Element, fields: &[&str]) {
    fields.iter().for_each(|field| country::add(all, element.text_of(field)));
}

/// "Passport AB850901 (United Republic of Tanzania)"; a note alone where the list has no number.
fn paper(document: &Element) -> Option<String> {
    let number = document.text_of("NUMBER");
    if number.is_empty() {
        return clean(document.text_of("NOTE"));
    }
    let kind = document.text_of("TYPE_OF_DOCUMENT");
    let country = document.text_of("ISSUING_COUNTRY");
    let country = if country.is_empty() { String::new() } else { format!("({country})") };
    clean(&[kind, number, &country].join(" "))
}

fn born(element: &Element) -> Option<Birth> {
    let [date, year, note] = ["DATE", "YEAR", "NOTE"].map(|field| element.text_of(field));
    // "1984-01-01", or a moment of it.
    let date = birth::iso(date).or_else(|| birth::iso(date.get(..10)?));
    let range = || birth::years(element.text_of("FROM_YEAR"), element.text_of("TO_YEAR"));
    let known = date.or_else(|| birth::iso(year)).or_else(range);
    let birth = known.or_else(|| birth::in_note(note))?;
    let unsure = element.text_of("TYPE_OF_DATE") == "APPROXIMATELY"
        || note.get(..13).is_some_and(|start| start.eq_ignore_ascii_case("approximately"));
    Some(if unsure { birth.circa() } else { birth })
}

/// The names in one cell: the list puts several between semicolons, behind letters of a list ("b) "), and in brackets where
/// they are the same in another script. What else stands in brackets, and after "born", is a remark.
fn spellings(cell: &str) -> Vec<String> {
    let (mut outside, mut inside) = (String::new(), String::new());
    let mut depth = 0_usize;
    let cell = [" a) ", " b) ", " c) ", " d) "]
        .iter()
        .fold(cell.to_owned(), |cell, letter| cell.replace(letter, ";"));
    for c in cell.chars() {
        match c {
            '(' => {
                depth += 1;
                inside.push(';');
            }
            ')' if depth > 0 => depth -= 1,
            ')' => {}
            _ if depth > 0 => inside.push(c),
            _ => outside.push(c),
        }
    }
    let latin = |text: &str| text.chars().any(|c| c.is_ascii_alphabetic());
    let inside = inside.replace("original script:", "");
    let other_script = latin(&outside) != latin(&inside);
    let mut names = pieces(&outside);
    if other_script {
        names.extend(pieces(&inside));
    }
    names
}

fn pieces(text: &str) -> Vec<String> {
    text.split(';').map(name_alone).filter(|name| !name.is_empty()).collect()
}

fn name_alone(text: &str) -> String {
    let name = text.split_once(" born ").or_else(|| text.split_once(", born")).map_or(text, |(name, _)| name);
    let name = name.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | ':'));
    name.replace(['"', '\u{201c}', '\u{201d}'], "")
}
