//! Reading the files of a list, up to what an import writes.

use std::{
    cell::RefCell,
    io::{self, Chain, Cursor, Read},
};

use chrono::NaiveDate;
use entity::ListName;
use sha2::{Digest, Sha256};

use super::{
    lists::{
        Malformed, Parsed,
        ofac::{self, Table},
        opensanctions, un,
    },
    person::Person,
};

/// How much of a file is looked at to see which one it is.
const HEAD: u64 = 1 << 16;
/// Where a publisher gives no mark, so many characters of the hash are one.
const MARK: usize = 12;

/// A file that was named.
pub struct Source<R> {
    /// How errors call it.
    pub name: String,
    pub bytes: R,
}

/// A whole list, read and not yet imported.
pub struct Edition {
    pub list: ListName,
    /// The publisher's mark of it; a part of the hash where there is none.
    pub version: String,
    pub published_at: Option<NaiveDate>,
    /// Of the files one behind another, in hexadecimal: `cat sdn.csv alt.csv add.csv | sha256sum`.
    pub sha256: String,
    /// How many names the persons have together.
    pub names: usize,
    /// Entries that are no persons.
    pub skipped: u64,
    /// The persons. Their ids differ.
    pub records: Vec<Record>,
    /// Files that belong to the list and were not given: it finds fewer people without them.
    pub left_out: Vec<&'static str>,
}

/// A person as they are stored.
pub struct Record {
    pub entity_id: String,
    /// JSON of a [`Person`].
    pub json: String,
    /// SHA-256 of `json`, in hexadecimal.
    pub hash: String,
}

/// Why files are no list.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    #[error("{file}: {problem}")]
    File { file: String, problem: Malformed },
    /// Not what the command takes.
    #[error("{0}")]
    Files(String),
}

impl Record {
    fn of(person: &Person) -> serde_json::Result<Self> {
        let json = serde_json::to_string(person)?;
        let hash = hash(&json);
        Ok(Self { entity_id: person.entity_id.clone(), json, hash })
    }
}

/// SHA-256 in hexadecimal: what tells one record of a person from another.
fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}

/// Reads a list. `on_bytes` hears of every piece that was read. It takes a second or two for a large list: call it where
/// nothing waits.
///
/// # Errors
/// When the files are not those of the list, or are damaged.
pub fn read<R: Read>(
    list: ListName,
    files: Vec<Source<R>>,
    on_bytes: &dyn Fn(u64),
) -> Result<Edition, Unreadable> {
    let digest = RefCell::new(Sha256::new());
    let watch = |bytes: R| Watched { inner: bytes, digest: &digest, on_bytes };
    let mut left_out = Vec::new();
    let parsed = match list {
        ListName::OfacSdn => {
            let mut tables = Tables::sorted(files)?;
            left_out = tables.left_out();
            let mut next = |table| tables.take(table).map(|part| part.bytes);
            let sdn = next(Table::Sdn)
                .ok_or_else(|| Unreadable::Files("sdn.csv is missing: name it too".to_owned()))?;
            let watch = |bytes: Recognised<R>| Watched { inner: bytes, digest: &digest, on_bytes };
            let (alt, add) = (next(Table::Alt), next(Table::Add));
            ofac::parse(watch(sdn), alt.map(watch), add.map(watch))
                .map_err(|(table, problem)| Unreadable::File { file: tables.name(table), problem })?
        }
        ListName::Un | ListName::OpenSanctions => {
            let parse =
                |bytes| if list == ListName::Un { un::parse(bytes) } else { opensanctions::parse(bytes) };
            let Ok([Source { name, bytes }]) = <[Source<R>; 1]>::try_from(files) else {
                return Err(Unreadable::Files(format!("the list {list} is one file: name that one")));
            };
            parse(watch(bytes)).map_err(|problem| Unreadable::File { file: name, problem })?
        }
    };
    let sha256 = hex::encode(digest.into_inner().finalize());
    edition(list, &parsed, sha256, left_out)
}

fn edition(
    list: ListName,
    parsed: &Parsed,
    sha256: String,
    left_out: Vec<&'static str>,
) -> Result<Edition, Unreadable> {
    let records: serde_json::Result<Vec<_>> = parsed.persons.iter().map(Record::of).collect();
    Ok(Edition {
        list,
        version: parsed.version.clone().unwrap_or_else(|| sha256[..MARK].to_owned()),
        published_at: parsed.published_at,
        sha256,
        names: parsed.names(),
        skipped: parsed.skipped,
        records: records.map_err(|error| Unreadable::Files(error.to_string()))?,
        left_out,
    })
}

type Recognised<R> = Chain<Cursor<Vec<u8>>, R>;

/// OFAC's files, told apart by what is in them and not by their names.
struct Tables<R> {
    found: Vec<(Table, Option<Source<Recognised<R>>>)>,
    names: Vec<(Table, String)>,
}

impl<R: Read> Tables<R> {
    fn sorted(files: Vec<Source<R>>) -> Result<Self, Unreadable> {
        let (mut found, mut names) = (Vec::new(), Vec::new());
        for Source { name, mut bytes } in files {
            let mut head = Vec::new();
            let problem = match bytes.by_ref().take(HEAD).read_to_end(&mut head) {
                Err(error) => Malformed::Unreadable(error),
                Ok(_) => match Table::of(head.as_slice()) {
                    Err(problem) => problem,
                    Ok(table) if names.iter().any(|(other, _)| *other == table) => {
                        let table = table.file();
                        return Err(Unreadable::Files(format!(
                            "{name} is a second {table}: name each of OFAC's files once"
                        )));
                    }
                    Ok(table) => {
                        names.push((table, name.clone()));
                        found.push((table, Some(Source { name, bytes: Cursor::new(head).chain(bytes) })));
                        continue;
                    }
                },
            };
            return Err(Unreadable::File { file: name, problem });
        }
        Ok(Self { found, names })
    }

    fn take(&mut self, table: Table) -> Option<Source<Recognised<R>>> {
        self.found.iter_mut().find(|(other, _)| *other == table)?.1.take()
    }

    fn name(&self, table: Table) -> String {
        let named = self.names.iter().find(|(other, _)| *other == table);
        named.map_or(table.file(), |(_, name)| name).to_owned()
    }

    fn left_out(&self) -> Vec<&'static str> {
        let given = |table: &Table| self.names.iter().any(|(other, _)| other == table);
        Table::ALL.into_iter().filter(|table| !given(table)).map(Table::file).collect()
    }
}

/// Hashes what goes by, and says how much it was.
struct Watched<'w, R> {
    inner: R,
    digest: &'w RefCell<Sha256>,
    on_bytes: &'w dyn Fn(u64),
}

impl<R: Read> Read for Watched<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.inner.read(buffer)?;
        self.digest.borrow_mut().update(&buffer[..count]);
        (self.on_bytes)(count as u64);
        Ok(count)
    }
}
