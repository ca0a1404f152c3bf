//! `sanctions import`: the files of one list become its current version.

use std::{fs::File, path::PathBuf};

use entity::{ListName, Time};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use crate::{
    checks::sanctions::{
        import::{self, Allow, Imported, Refused},
        lists::Malformed,
        read::{self, Edition, Source, Unreadable},
    },
    db::Db,
    error::Error,
};

/// Which files to import, and as what.
#[derive(Clone, Debug, clap::Args)]
pub struct Import {
    /// The list: un, ofac-sdn or opensanctions
    #[arg(long, value_name = "LIST", value_parser = name)]
    pub list: ListName,
    /// Take a list that lost more than a fifth of its persons or names
    #[arg(long)]
    pub allow_shrink: bool,
    /// Take a list that was published before the current one
    #[arg(long)]
    pub allow_older: bool,
    /// The files as they are published. ofac-sdn: sdn.csv, alt.csv and add.csv, in any order
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// The progress of an import, on standard error, and only when that is a terminal.
pub fn progress() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{msg} {bar:40} {bytes}/{total_bytes}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())).with_message("reading")
}

/// Imports, and answers what `sanctions import` prints. What a person should know besides is said on standard error.
///
/// # Errors
/// When the files are no such list, or look like a mistake; the version that was current stays.
pub async fn import(db: &Db, now: Time, what: &Import, progress: &ProgressBar) -> Result<Value, Refused> {
    let edition = {
        let (list, files, progress) = (what.list, what.files.clone(), progress.clone());
        let read = tokio::task::spawn_blocking(move || open(list, files, &progress));
        read.await.map_err(|panic| Refused::Failed(Error::Internal(Box::new(panic))))??
    };
    for file in &edition.left_out {
        progress.suspend(|| {
            eprintln!(
                "{file} was not given: without it the list finds fewer people. Import it with the others."
            );
        });
    }
    progress.set_message("writing");
    let allow = Allow { shrink: what.allow_shrink, older: what.allow_older };
    let imported = import::import(db, now, edition, allow).await?;
    if imported.change.is_none() {
        progress.suspend(|| eprintln!("{}: already current; nothing was written", what.list));
    }
    Ok(answer(&imported))
}

fn open(list: ListName, paths: Vec<PathBuf>, progress: &ProgressBar) -> Result<Edition, Unreadable> {
    let mut files = Vec::with_capacity(paths.len());
    for path in paths {
        let name = path.display().to_string();
        let opened = File::open(&path).and_then(|file| Ok((file.metadata()?.len(), file)));
        let (length, bytes) = opened.map_err(|error| Unreadable::File {
            file: name.clone(),
            problem: Malformed::Unreadable(error),
        })?;
        progress.inc_length(length);
        files.push(Source { name, bytes });
    }
    read::read(list, files, &|bytes| progress.inc(bytes))
}

fn answer(imported: &Imported) -> Value {
    let mut answer = super::version(&imported.version);
    let change = imported
        .change
        .map(|change| json!({ "added": change.added, "changed": change.changed, "removed": change.removed }));
    if let Some(fields) = answer.as_object_mut() {
        fields.insert("alreadyCurrent".to_owned(), change.is_none().into());
        fields.insert("change".to_owned(), change.unwrap_or_default());
    }
    answer
}

/// A list's name, or which there are.
pub(super) fn name(text: &str) -> Result<ListName, String> {
    let known = ListName::ALL.map(ListName::as_str).join(", ");
    text.parse().map_err(|_| format!("there are {known}"))
}
