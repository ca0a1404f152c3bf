//! Rows beside what the log says of them.

use std::{collections::BTreeMap, fmt::Display};

use serde::Serialize;
use serde_json::Value;

use crate::error::Result;

/// What is wrong, and with what.
pub(super) type Found = Vec<(String, String)>;

/// The fields in which a row differs from what the log says of it, each in a sentence. Images have no personal values,
/// so both may be shown.
pub(super) fn differences<T: Serialize>(row: &T, told: &T) -> Result<Vec<String>> {
    let (row, told) = (serde_json::to_value(row)?, serde_json::to_value(told)?);
    let (Value::Object(row), Value::Object(told)) = (row, told) else { return Ok(Vec::new()) };
    let differ = row.iter().filter(|(field, value)| told.get(*field) != Some(*value));
    Ok(differ
        .map(|(field, value)| {
            let told = told.get(field).unwrap_or(&Value::Null);
            format!("{field} is {value}, but the log says {told}")
        })
        .collect())
}

/// Compares the rows of a table with what the log says of them: missing rows, rows too many, fields that differ.
pub(super) fn rows<I: Ord + Display, T: Serialize>(
    table: &str,
    rows: impl IntoIterator<Item = (I, T)>,
    mut told: BTreeMap<I, T>,
) -> Result<Found> {
    let mut found = Found::new();
    for (id, row) in rows {
        let subject = format!("{table} {id}");
        match told.remove(&id) {
            None => found.push((subject, "the log does not tell of it".to_owned())),
            Some(image) => {
                found.extend(differences(&row, &image)?.into_iter().map(|what| (subject.clone(), what)));
            }
        }
    }
    let missing = "the log tells of it, but there is no such row";
    found.extend(told.into_keys().map(|id| (format!("{table} {id}"), missing.to_owned())));
    Ok(found)
}
