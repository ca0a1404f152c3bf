//! Which versions of which lists there are, and each of them as it was.

use entity::{ListName, sanction_list, sanction_person};

use super::index::List;
use crate::{
    db::Db,
    error::{Error, Result},
};

/// The current version of each list.
///
/// # Errors
/// When the database fails.
pub async fn heads(db: &Db) -> Result<Vec<sanction_list::Model>> {
    Ok(sanction_list::Entity::heads().all(db.reader()).await?)
}

/// The newest versions of a list, the current one first.
///
/// # Errors
/// When the database fails.
pub async fn newest(db: &Db, list: ListName, count: u64) -> Result<Vec<sanction_list::Model>> {
    Ok(sanction_list::Entity::newest(list, count).all(db.reader()).await?)
}

/// One version of a list; none where the ledger has no such number.
///
/// # Errors
/// When the database fails.
pub async fn numbered(db: &Db, list: ListName, number: i64) -> Result<Option<sanction_list::Model>> {
    Ok(sanction_list::Entity::numbered(list, number).one(db.reader()).await?)
}

/// A version with its persons, exactly as it was imported. An import that commits meanwhile changes nothing of it: records are closed
/// and added, never edited.
///
/// # Errors
/// When the database fails, or the records are not those that were imported.
pub async fn load(db: &Db, version: &sanction_list::Model) -> Result<List> {
    let records = sanction_person::Entity::of_version(version.list, version.number).all(db.reader()).await?;
    // A large list takes a second to read.
    let persons = tokio::task::spawn_blocking(move || {
        let persons = records.iter().map(|row| serde_json::from_str(&row.record));
        persons.collect::<serde_json::Result<Vec<_>>>()
    });
    let persons = persons.await.map_err(|panic| Error::Internal(Box::new(panic)))??;
    // Half a list would clear whoever is on the other half.
    if i64::try_from(persons.len()).ok() != Some(version.persons) {
        let (list, number, found, right) = (version.list, version.number, persons.len(), version.persons);
        return Err(Error::internal(format!(
            "{list} {number}: {found} records are there, {right} were imported"
        )));
    }
    Ok(List {
        name: version.list.to_string(),
        number: version.number,
        version: version.version.clone(),
        published_at: version.published_at,
        persons,
    })
}
