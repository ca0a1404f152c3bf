//! The file of a SQLite database: whose it is to read.

use std::path::Path;

use sea_orm::sqlx::sqlite::SqliteConnectOptions;

/// Creates the file that SQLite would create, for its owner alone. SQLite goes by the umask, which mostly lets everybody read; its
/// log and its index (`-wal`, `-shm`) then get the mode of the file. One that others may read stays as it is, and is warned of: who
/// made it so may need it. `url` is what `options` were read from.
pub(super) fn keep_to_owner(url: &str, options: &SqliteConnectOptions) {
    let path = options.get_filename();
    if creates(url) && !path.as_os_str().is_empty() && !path.to_string_lossy().starts_with("file:") {
        keep(path);
    }
}

/// Whether a missing file is created, as the driver reads the options behind the path.
fn creates(url: &str) -> bool {
    let Some((_, options)) = url.split_once('?') else { return false };
    let modes: Vec<_> =
        url::form_urlencoded::parse(options.as_bytes()).filter(|(key, _)| key == "mode").collect();
    let has = |mode: &str| modes.iter().any(|(_, value)| value == mode);
    has("rwc") && !has("memory") && !has("ro")
}

#[cfg(unix)]
fn keep(path: &Path) {
    use std::{
        fs::{self, OpenOptions},
        io::ErrorKind,
        os::unix::fs::{OpenOptionsExt, PermissionsExt},
    };

    // One that is there is looked at, and not opened: to close it would give up the locks that this process may have on it.
    match fs::metadata(path) {
        Ok(about) => {
            let mode = about.permissions().mode() & 0o777;
            if about.is_file() && mode & 0o077 != 0 {
                let path = path.display();
                tracing::warn!(
                    "{path} is open to others than its owner (mode {mode:03o}), and holds names, numbers and secrets: \
                     `chmod 600 {path} {path}-wal {path}-shm`"
                );
            }
        }
        // What cannot be created SQLite says in its own words.
        Err(error) if error.kind() == ErrorKind::NotFound => {
            drop(OpenOptions::new().append(true).create(true).mode(0o600).open(path));
        }
        Err(_) => {}
    }
}

#[cfg(not(unix))]
fn keep(_: &Path) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_created_is_told_as_the_driver_tells_it() {
        for (url, expected) in [
            ("sqlite:kyc.db?mode=rwc", true),
            ("sqlite:kyc.db?cache=private&mode=rwc", true),
            ("sqlite:kyc.db", false),
            ("sqlite:kyc.db?mode=rw", false),
            ("sqlite:kyc.db?mode=ro", false),
            ("sqlite::memory:?mode=memory", false),
            ("sqlite:kyc.db?cache=rwc", false),
        ] {
            assert_eq!(creates(url), expected, "{url}");
        }
    }
}
