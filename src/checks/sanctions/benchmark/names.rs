//! Files of people: CSV with a header, the columns found by their names.
//!
//! `full_name` has to be there. `first_name`, `middle_name`, `last_name`, `gender`, `date_of_birth` and `nationality` are
//! read where they are; other columns are left alone.

use std::io::Read;

use csv::StringRecord;

use crate::checks::sanctions::{
    person::{Birth, Gender},
    subject::Subject,
};

/// The largest file, in bytes.
pub const MAX_BYTES: u64 = 64 * 1024 * 1024;
/// The most rows of a file.
pub const MAX_ROWS: usize = 100_000;

/// One person of a file.
#[derive(Clone)]
pub struct Named {
    pub subject: Subject,
    /// First and middle names, where the file tells them apart from the last.
    pub given: Option<String>,
    pub surname: Option<String>,
}

/// Whom a file names.
pub struct Names {
    /// In the file's order; at least one.
    pub people: Vec<Named>,
    /// How many nationalities are no country that we know. They count as not given.
    pub unknown_countries: usize,
}

/// Why a file of people cannot be used. Says where, and never what stands there.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("it cannot be read: {0}")]
    Io(#[from] std::io::Error),
    #[error("it has more than {} MB", MAX_BYTES / 1024 / 1024)]
    TooLarge,
    #[error("it has more than {MAX_ROWS} rows")]
    TooManyRows,
    #[error("the header has no column full_name")]
    NoNameColumn,
    #[error("there are no names in it")]
    Empty,
    #[error("line {line}: {problem}")]
    Row {
        /// Of the file, the header being the first.
        line: u64,
        problem: Problem,
    },
}

/// What is wrong with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    #[error("it has {has} columns, and the header has {header}")]
    Columns { has: u64, header: u64 },
    #[error("this is no UTF-8")]
    Encoding,
    #[error("this is no CSV")]
    Format,
    #[error("full_name is empty")]
    NoName,
    #[error("date_of_birth is no date: write 1965, 1965-07 or 1965-07-16, or nothing")]
    Birth,
    #[error("gender is none: write female, male or other, or nothing")]
    Gender,
}

/// Where the columns are.
struct Columns {
    full_name: usize,
    first_name: Option<usize>,
    middle_name: Option<usize>,
    last_name: Option<usize>,
    gender: Option<usize>,
    date_of_birth: Option<usize>,
    nationality: Option<usize>,
}

/// Reads a file of people. `country` makes an ISO 3166-1 alpha-2 code, upper case, of what a file says of a nationality.
///
/// # Errors
/// At the first row that is not as it should be, or when the file is too large. Nothing is skipped: a number over a part of a
/// file would pass for one over the whole.
pub fn read(input: impl Read, country: impl Fn(&str) -> Option<String>) -> Result<Names, Unreadable> {
    let mut bytes = Vec::new();
    input.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let text = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(&bytes);
    let mut reader = csv::ReaderBuilder::new().from_reader(text);
    let columns = Columns::of(reader.headers().map_err(|error| refused(&error))?)?;
    let mut names = Names { people: Vec::new(), unknown_countries: 0 };
    for record in reader.records() {
        if names.people.len() == MAX_ROWS {
            return Err(Unreadable::TooManyRows);
        }
        let record = record.map_err(|error| refused(&error))?;
        let line = record.position().map_or(0, csv::Position::line);
        let named = columns.person(&record).map_err(|problem| Unreadable::Row { line, problem })?;
        names.add(named, &country);
    }
    if names.people.is_empty() { Err(Unreadable::Empty) } else { Ok(names) }
}

impl Names {
    fn add(&mut self, mut named: Named, country: impl Fn(&str) -> Option<String>) {
        if let Some(text) = named.subject.country.take() {
            named.subject.country = country(&text);
            self.unknown_countries += usize::from(named.subject.country.is_none());
        }
        self.people.push(named);
    }
}

impl Columns {
    fn of(header: &StringRecord) -> Result<Self, Unreadable> {
        let at = |name| header.iter().position(|column| column.trim() == name);
        Ok(Self {
            full_name: at("full_name").ok_or(Unreadable::NoNameColumn)?,
            first_name: at("first_name"),
            middle_name: at("middle_name"),
            last_name: at("last_name"),
            gender: at("gender"),
            date_of_birth: at("date_of_birth"),
            nationality: at("nationality"),
        })
    }

    /// The person of a row; the country is still as the file has it.
    fn person(&self, record: &StringRecord) -> Result<Named, Problem> {
        let text = |column: Option<usize>| {
            column.and_then(|at| record.get(at)).map(str::trim).filter(|text| !text.is_empty())
        };
        // As it stands, blanks included: a screening has to live with them.
        let name = record.get(self.full_name).unwrap_or_default();
        if name.trim().is_empty() {
            return Err(Problem::NoName);
        }
        let born = text(self.date_of_birth).map(|date| birth(date).ok_or(Problem::Birth)).transpose()?;
        let gender = text(self.gender).map(gender).transpose()?.flatten();
        let given: Vec<&str> = [self.first_name, self.middle_name].into_iter().filter_map(text).collect();
        Ok(Named {
            subject: Subject {
                name: name.to_owned(),
                born,
                country: text(self.nationality).map(str::to_owned),
                gender,
            },
            given: (!given.is_empty()).then(|| given.join(" ")),
            surname: text(self.last_name).map(str::to_owned),
        })
    }
}

/// "1965", "1965-07", "1965-7-16". None for what is not written so.
fn birth(text: &str) -> Option<Birth> {
    let number = |part: &str, digits: std::ops::RangeInclusive<usize>| {
        let is_number = digits.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse::<u32>().ok()).flatten()
    };
    let mut parts = text.split('-');
    let year = i32::try_from(number(parts.next()?, 4..=4)?).ok()?;
    let month = parts.next().map(|part| number(part, 1..=2).ok_or(())).transpose().ok()?;
    let day = parts.next().map(|part| number(part, 1..=2).ok_or(())).transpose().ok()?;
    if parts.next().is_some() {
        return None;
    }
    // A slip in the day ("1974-01-32") leaves the month, and one in the month the year.
    let day = || Some(Birth::on(chrono::NaiveDate::from_ymd_opt(year, month?, day?)?));
    let month = || Birth::in_month(year, month?);
    day().or_else(month).or_else(|| Birth::in_years(year, year))
}

/// What the lists know: of anything else they say nothing, and so a row that has it is not asked with a gender.
fn gender(text: &str) -> Result<Option<Gender>, Problem> {
    match text.to_ascii_lowercase().as_str() {
        "female" | "f" => Ok(Some(Gender::Female)),
        "male" | "m" => Ok(Some(Gender::Male)),
        "other" | "unknown" => Ok(None),
        _ => Err(Problem::Gender),
    }
}

fn refused(error: &csv::Error) -> Unreadable {
    let line = error.position().map_or(1, csv::Position::line);
    let problem = match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            Problem::Columns { has: *len, header: *expected_len }
        }
        csv::ErrorKind::Utf8 { .. } => Problem::Encoding,
        _ => Problem::Format,
    };
    Unreadable::Row { line, problem }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str =
        "full_name,first_name,middle_name,last_name,gender,date_of_birth,place_of_birth,nationality";

    fn alpha_2(text: &str) -> Option<String> {
        (text.len() == 2).then(|| text.to_ascii_uppercase())
    }

    fn refusal(text: &str) -> String {
        read(text.as_bytes(), alpha_2).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn a_row_is_read_by_the_names_of_its_columns() {
        let text = "\u{feff}nationality,extra,full_name,date_of_birth,gender,last_name,first_name\n\
                    in,x,\"Rao,  Lakshmi\",1969-7-6,female,Rao,Lakshmi\n\
                    Atlantis,,Otto Beispiel,,other,,\n";
        let names = read(text.as_bytes(), alpha_2).unwrap();
        assert_eq!(names.unknown_countries, 1);
        let [first, second] = &names.people[..] else { panic!("there are two rows") };
        assert_eq!(first.subject.name, "Rao,  Lakshmi");
        assert_eq!(first.subject.country.as_deref(), Some("IN"));
        assert_eq!(first.subject.gender, Some(Gender::Female));
        assert_eq!(first.subject.born.unwrap().to_string(), "1969-07-06");
        assert_eq!((first.given.as_deref(), first.surname.as_deref()), (Some("Lakshmi"), Some("Rao")));
        assert_eq!((second.subject.born, second.subject.gender), (None, None));
        assert_eq!((second.given.as_deref(), second.subject.country.as_deref()), (None, None));
    }

    #[test]
    fn only_the_name_is_needed() {
        let names = read("full_name\nOtto Beispiel\n".as_bytes(), alpha_2).unwrap();
        assert_eq!(names.people[0].subject.name, "Otto Beispiel");
    }

    #[test]
    fn dates_are_as_exact_as_they_are_written() {
        for (text, shown) in [("1965", "1965"), ("1963-02", "1963-02"), ("1969-7-16", "1969-07-16")] {
            assert_eq!(birth(text).map(|birth| birth.to_string()).as_deref(), Some(shown));
        }
        for (text, shown) in [("1974-01-32", "1974-01"), ("1974-13-02", "1974"), ("1974-13", "1974")] {
            assert_eq!(birth(text).map(|birth| birth.to_string()).as_deref(), Some(shown));
        }
        for text in ["65", "1965-", "1965-1-1-1", "1965-100", "+965", "1965/7/1", "٠١٢٣"] {
            assert_eq!(birth(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_without_its_value() {
        assert_eq!(refusal("name\nOtto\n"), "the header has no column full_name");
        assert_eq!(refusal(&format!("{HEADER}\n")), "there are no names in it");
        assert_eq!(refusal(""), "the header has no column full_name");
        let row = |row: &str| refusal(&format!("{HEADER}\n\"Two\nlines\",,,,,,,\n{row}\n"));
        assert_eq!(row("Otto,,,,,,"), "line 4: it has 7 columns, and the header has 8");
        assert_eq!(row(" ,,,,,,,"), "line 4: full_name is empty");
        assert!(row("Otto,,,,,16.7.1965,,").starts_with("line 4: date_of_birth is no date"));
        assert!(row("Otto,,,,yes,,,").starts_with("line 4: gender is none"));
        let latin_1 = [HEADER.as_bytes(), b"\nJos\xe9,,,,,,,\n"].concat();
        let error = read(&latin_1[..], alpha_2).err().unwrap();
        assert_eq!(error.to_string(), "line 2: this is no UTF-8");
    }

    #[test]
    fn a_file_without_an_end_is_refused() {
        let rows = "Otto\n".repeat(MAX_ROWS + 1);
        assert_eq!(refusal(&format!("full_name\n{rows}")), "it has more than 100000 rows");
        let endless = std::io::repeat(b'a');
        assert!(matches!(read(endless, alpha_2), Err(Unreadable::TooLarge)));
    }
}
