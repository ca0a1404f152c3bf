//! `kyc-stack sanctions`: lists are imported, looked at, searched by hand, and how well they are screened is measured.

pub mod benchmark;
mod import;
mod search;
mod status;

use chrono::NaiveDate;
use entity::sanction_list;
use serde_json::{Value, json};

pub use self::{
    import::{Import, import, progress},
    search::{Search, Unsearchable, print_matches, search},
    status::status,
};

/// A version as the commands print it.
fn version(version: &sanction_list::Model) -> Value {
    json!({
        "list": version.list,
        "number": version.number,
        "version": version.version,
        "publishedAt": version.published_at.map(|day: NaiveDate| day.to_string()),
        "importedAt": version.imported_at,
        "sha256": version.sha256,
        "persons": version.persons,
        "names": version.names,
        "skipped": version.skipped,
    })
}
