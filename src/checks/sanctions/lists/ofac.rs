//! OFAC's list of Specially Designated Nationals, in its three CSV files: `sdn.csv` (who), `alt.csv` (aliases), `add.csv`
//! (addresses). They have no header; a cell without a value is `-0-`; birth dates, nationalities, papers and weak aliases are in the
//! remarks. <https://ofac.treasury.gov/sdn-list-data-formats-data-schemas>

use std::{collections::HashMap, io::Read};

use super::{
    MOST_PERSONS, Malformed, Parsed, add_name, bytes::Limit, clean, country, given_first, nobody, persons,
    remarks, rows::Rows,
};
use crate::checks::sanctions::person::{Person, Quality};

/// The published files have some 5 MB together.
const LIMIT: Limit = Limit { megabytes: 64, list: "OFAC" };
const NULL: &str = "-0-";

/// Which of the three files one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// Who is listed.
    Sdn,
    /// Their aliases.
    Alt,
    /// Their addresses.
    Add,
}

impl Table {
    /// The three, in the order in which they are read.
    pub const ALL: [Self; 3] = [Self::Sdn, Self::Alt, Self::Add];

    /// The name under which OFAC publishes it.
    pub const fn file(self) -> &'static str {
        match self {
            Self::Sdn => "sdn.csv",
            Self::Alt => "alt.csv",
            Self::Add => "add.csv",
        }
    }

    const fn columns(self) -> usize {
        match self {
            Self::Sdn => 12,
            Self::Alt => 5,
            Self::Add => 6,
        }
    }

    /// Recognises a file by its first row: the three differ in how many columns they have.
    ///
    /// # Errors
    /// When it is none of them.
    pub fn of(reader: impl Read) -> Result<Self, Malformed> {
        let mut rows = Rows::new(reader, LIMIT);
        let row = rows.next()?.ok_or(Malformed::Empty)?;
        let table = Self::ALL.into_iter().find(|table| table.columns() == row.len());
        table.ok_or_else(|| {
            let found = row.len();
            rows.wrong(format!(
                "{found} columns, where sdn.csv has 12, alt.csv 5 and add.csv 6: give those files as published"
            ))
        })
    }
}

/// Reads the list. Without aliases and addresses it finds fewer people. It has no version and no date of its own.
///
/// # Errors
/// When a file is anything but a whole one of its kind, or there is no person; and which file it is.
pub fn parse(
    sdn: impl Read,
    alt: Option<impl Read>,
    add: Option<impl Read>,
) -> Result<Parsed, (Table, Malformed)> {
    let mut all: Vec<Person> = Vec::new();
    let mut places = HashMap::new();
    let mut skipped = 0;
    each(sdn, Table::Sdn, |cells| {
        let [id, name, kind, program, .., remarks] = cells else { return Ok(()) };
        if kind != "individual" {
            skipped += 1;
            return Ok(());
        }
        let mut person = nobody(id.clone());
        add_name(&mut person.names, &given_first(name), Quality::Primary);
        if person.names.is_empty() {
            return Err("a person has no name: the file is damaged. Download it again");
        }
        person.programs = program.split(['[', ']']).filter_map(clean).collect();
        remarks::read(remarks, &mut person);
        if places.insert(id.clone(), all.len()).is_some() || all.len() == MOST_PERSONS {
            return Err(
                "a person is there twice, or there are more than on any list: give one file as published",
            );
        }
        all.push(person);
        Ok(())
    })
    .map_err(|problem| (Table::Sdn, problem))?;
    if let Some(alt) = alt {
        each(alt, Table::Alt, |cells| {
            let [id, _, kind, name, remarks] = cells else { return Ok(()) };
            let weak = [kind, remarks].iter().any(|cell| cell.to_lowercase().contains("weak"));
            let quality = if weak { Quality::Weak } else { Quality::Strong };
            if let Some(person) = places.get(id).and_then(|place| all.get_mut(*place)) {
                add_name(&mut person.names, &given_first(name), quality);
            }
            Ok(())
        })
        .map_err(|problem| (Table::Alt, problem))?;
    }
    if let Some(add) = add {
        each(add, Table::Add, |cells| {
            let [id, _, _, _, country, _] = cells else { return Ok(()) };
            if let Some(person) = places.get(id).and_then(|place| all.get_mut(*place)) {
                country::add(&mut person.countries, country);
            }
            Ok(())
        })
        .map_err(|problem| (Table::Add, problem))?;
    }
    for person in &mut all {
        let own = std::mem::take(&mut person.nationalities);
        person.countries.retain(|country| !own.contains(country));
        person.nationalities = own;
    }
    let persons = persons(all).map_err(|problem| (Table::Sdn, problem))?;
    Ok(Parsed { version: None, published_at: None, persons, skipped })
}

/// Every row of a file, cells without a value empty.
fn each(
    reader: impl Read,
    table: Table,
    mut row: impl FnMut(&[String]) -> Result<(), &'static str>,
) -> Result<(), Malformed> {
    let mut rows = Rows::new(reader, LIMIT);
    while let Some(mut cells) = rows.next()? {
        let (found, right) = (cells.len(), table.columns());
        if found != right {
            let file = table.file();
            return Err(rows.wrong(format!(
                "{found} columns, where {file} has {right}: the file is cut or damaged. Download it again"
            )));
        }
        // A cell without a value is not empty: an empty one is where the file was cut. (Copies are about that end in "-0".)
        if cells.last().is_some_and(|cell| matches!(cell.trim(), "" | "-")) {
            return Err(rows.wrong("the row has no end: the file is cut. Download it again"));
        }
        for cell in &mut cells {
            let text = cell.trim();
            *cell = if matches!(text, NULL | "-0") { String::new() } else { text.to_owned() };
        }
        if cells[0].is_empty() || !cells[0].bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(
                rows.wrong("the first cell is no number: give the file as published, without a header")
            );
        }
        row(&cells).map_err(|problem| rows.wrong(problem))?;
    }
    Ok(())
}
