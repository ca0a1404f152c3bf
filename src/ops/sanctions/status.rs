//! `sanctions status`: what is imported, and what is missing.

use entity::{ListName, Time};
use serde_json::{Value, json};

use crate::{checks::sanctions::ledger, db::Db, error::Result};

/// Versions of a list that are shown, the current one included.
const SHOWN: u64 = 5;

/// Every list's current version with its age, and the versions before it.
///
/// # Errors
/// When the database fails.
pub async fn status(db: &Db, now: Time, required: &[ListName]) -> Result<Value> {
    let (mut lists, mut missing) = (Vec::new(), Vec::new());
    for list in ListName::ALL {
        let versions = ledger::newest(db, list, SHOWN).await?;
        let Some((current, before)) = versions.split_first() else {
            missing.extend(required.contains(&list).then_some(list));
            continue;
        };
        // Of what it says, not of the import: an old file that was imported today is old.
        let day = current.published_at.unwrap_or_else(|| current.imported_at.date_naive());
        let mut entry = super::version(current);
        if let Some(fields) = entry.as_object_mut() {
            fields.insert("ageDays".to_owned(), (now.date_naive() - day).num_days().into());
            fields.insert("before".to_owned(), before.iter().map(super::version).collect());
        }
        lists.push(entry);
    }
    let enough = !lists.is_empty() && missing.is_empty();
    Ok(json!({ "lists": lists, "required": required, "missing": missing, "canScreen": enough }))
}
