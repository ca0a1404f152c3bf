//! OpenSanctions' `targets.simple.csv`: one row an entry, columns by the names in the header, lists between semicolons.
//! <https://www.opensanctions.org/docs/bulk/csv/>. Its data is free for non-commercial use.

use std::io::Read;

use chrono::NaiveDate;

use super::{
    MOST_PERSONS, Malformed, Parsed, add, add_name, birth, bytes::Limit, clean, country, nobody, persons,
    rows::Rows,
};
use crate::checks::sanctions::person::{Person, Quality};

/// The collection of all sanctions has some 60 MB.
const LIMIT: Limit = Limit { megabytes: 512, list: "OpenSanctions" };
/// Without these nobody can be told apart.
const REQUIRED: [&str; 5] = ["id", "schema", "name", "aliases", "birth_date"];

/// Where the columns are.
struct Columns {
    names: Vec<String>,
}

impl Columns {
    fn of(header: Vec<String>) -> Result<Self, Malformed> {
        let names: Vec<_> = header.into_iter().map(|name| name.trim().to_owned()).collect();
        let missing: Vec<_> =
            REQUIRED.into_iter().filter(|name| !names.iter().any(|other| other == name)).collect();
        if !missing.is_empty() {
            let missing = missing.join(", ");
            return Err(Malformed::at(
                1,
                format!("the header has no column {missing}: give targets.simple.csv as published"),
            ));
        }
        Ok(Self { names })
    }

    /// The cell of a row; empty where the file has no such column.
    fn cell<'r>(&self, row: &'r [String], name: &str) -> &'r str {
        let place = self.names.iter().position(|other| other == name);
        place.and_then(|place| row.get(place)).map_or("", |cell| cell.trim())
    }
}

/// Reads the list. Its publication day, and its version, is the greatest day on which it says that an entry changed or was seen.
///
/// # Errors
/// When it is anything but a whole file of this kind with a person in it.
pub fn parse(reader: impl Read) -> Result<Parsed, Malformed> {
    let mut rows = Rows::new(reader, LIMIT);
    let header = rows.next()?.ok_or(Malformed::Empty)?;
    let columns = Columns::of(header)?;
    let (mut all, mut skipped) = (Vec::new(), 0);
    let mut published_at: Option<NaiveDate> = None;
    while let Some(row) = rows.next()? {
        let (found, right) = (row.len(), columns.names.len());
        if found != right {
            return Err(rows.wrong(format!(
                "{found} columns, where the header has {right}: the file is cut or damaged. Download it again"
            )));
        }
        let days =
            ["last_change", "last_seen"].map(|column| columns.cell(&row, column).get(..10)?.parse().ok());
        published_at = days.into_iter().flatten().chain(published_at).max();
        if columns.cell(&row, "schema") != "Person" {
            skipped += 1;
            continue;
        }
        let Some(person) = person(&columns, &row) else {
            return Err(rows.wrong("a person has no id or no name: the file is damaged. Download it again"));
        };
        if all.len() == MOST_PERSONS {
            return Err(rows.wrong(format!(
                "more than {MOST_PERSONS} persons: take the collection of sanctions instead of everything"
            )));
        }
        all.push(person);
    }
    let version = published_at.map(|day| day.to_string());
    Ok(Parsed { version, published_at, persons: persons(all)?, skipped })
}

fn person(columns: &Columns, row: &[String]) -> Option<Person> {
    let list = |name| columns.cell(row, name).split(';').map(str::trim).filter(|item| !item.is_empty());
    let mut person = nobody(clean(columns.cell(row, "id"))?);
    add_name(&mut person.names, columns.cell(row, "name"), Quality::Primary);
    if person.names.is_empty() {
        return None;
    }
    // They are not judged: the file drops the weak ones.
    list("aliases").for_each(|alias| add_name(&mut person.names, alias, Quality::Strong));
    list("birth_date").filter_map(birth::read).for_each(|birth| add(&mut person.births, birth));
    // Of citizenship, birth and residence alike: the file does not tell them apart.
    for code in list("countries").filter_map(country::code) {
        add(&mut person.countries, code.to_owned());
    }
    let programs = if columns.cell(row, "program_ids").is_empty() { "dataset" } else { "program_ids" };
    list(programs).filter_map(clean).for_each(|program| add(&mut person.programs, program));
    list("identifiers").filter_map(clean).for_each(|paper| add(&mut person.documents, paper));
    Some(person)
}
