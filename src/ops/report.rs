//! `kyc-stack report`: the CSV of the route, byte for byte, into a file or onto standard output.

use std::{
    io::{self, Write},
    path::Path,
};

use entity::merchant;
use futures_util::TryStreamExt;

use crate::{
    auth::Actor,
    error::{Error, Result},
    kyc::{self, Kyc},
    report::Query,
};

/// Writes the report of a merchant, acting as the system for it, and answers how many bytes it has.
///
/// # Errors
/// BAD_USER_INPUT for an unknown merchant; whatever [`kyc::report::export`] answers; and when `out` does not take the
/// bytes. What was written by then is no report.
pub async fn run(kyc: &Kyc, merchant_slug: &str, query: Query, mut out: impl Write) -> Result<u64> {
    let merchant = merchant::Entity::by_slug(merchant_slug).one(kyc.db.reader()).await?;
    let merchant =
        merchant.ok_or_else(|| Error::BadInput("merchant: there is none with this slug".into()))?;
    let mut export = kyc::report::export(kyc, &Actor::system(merchant.id), query).await?;
    let mut length = 0;
    while let Some(bytes) = export.rows.try_next().await? {
        out.write_all(&bytes).map_err(disk)?;
        length += bytes.len() as u64;
    }
    out.flush().map_err(disk)?;
    Ok(length)
}

/// [`run`] into a file that appears under its name only when it is whole and on disk. Nobody but its owner may read it.
///
/// # Errors
/// As [`run`]; whatever stood under the name before is still there then.
pub async fn run_to_file(kyc: &Kyc, merchant_slug: &str, query: Query, path: &Path) -> Result<u64> {
    // Beside its place: a rename does not cross file systems.
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut file = tempfile::Builder::new().prefix(".kyc-report-").tempfile_in(folder).map_err(disk)?;
    let length = run(kyc, merchant_slug, query, &mut file).await?;
    file.as_file().sync_all().map_err(disk)?;
    file.persist(path).map_err(|error| disk(error.error))?;
    Ok(length)
}

fn disk(error: io::Error) -> Error {
    Error::Internal(Box::new(error))
}
