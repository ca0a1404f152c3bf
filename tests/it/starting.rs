//! What the program says and does when it starts.

use std::{
    fs,
    os::unix::fs::{PermissionsExt, symlink},
    path::Path,
};

use kyc_stack::db::Db;
use sea_orm::ConnectionTrait;

use crate::harness::{
    database::{Backend, Database},
    process::Replica,
};

/// The lines of a start with these settings that warn.
async fn warnings(settings: &[(&str, &str)]) -> Vec<String> {
    warnings_at(&Database::fresh(Backend::under_test()).await.url, settings)
}

/// The same on a database that is there, or is made.
fn warnings_at(url: &str, settings: &[(&str, &str)]) -> Vec<String> {
    let settings: Vec<_> = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let mut server = Replica::start_with(url, &settings);
    server.kill();
    server.said.iter().filter(|line| line.contains("WARN")).cloned().collect()
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[tokio::test]
async fn the_file_of_a_database_is_its_owners_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kyc 100%.db");
    // As sqlx reads it: a name may be percent-encoded.
    let db = Db::open(&format!("sqlite:{}/kyc%20100%25.db", folder.path().display()), 2).await.unwrap();
    db.library().execute_unprepared("CREATE TABLE kept (i integer)").await.unwrap();
    let mut names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert!(names.contains(&file) && names.len() == 3, "{names:?}");
    assert_eq!(names.iter().map(|name| mode(name)).collect::<Vec<_>>(), [0o600; 3], "{names:?}");
    db.close().await.unwrap();

    // By another name, too; and what is there is not touched.
    let link = folder.path().join("link.db");
    symlink(folder.path().join("aim.db"), &link).unwrap();
    Db::open(&format!("sqlite://{}?mode=rwc", link.display()), 2).await.unwrap().close().await.unwrap();
    assert_eq!(mode(&link), 0o600);
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let db = Db::open(&format!("sqlite:{}/kyc%20100%25.db", folder.path().display()), 2).await.unwrap();
    db.library().execute_unprepared("SELECT i FROM kept").await.unwrap();
    db.close().await.unwrap();
    assert_eq!(mode(&file), 0o640);
}

#[test]
fn a_database_that_others_may_read_is_warned_of() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("kyc.db");
    let url = format!("sqlite:{}", file.display());
    assert_eq!(warnings_at(&url, &[]), [""; 0], "the program has made it");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
    let said = warnings_at(&url, &[]);
    assert!(said.len() == 1 && said[0].contains("chmod 600"), "{said:?}");
}

#[tokio::test]
async fn behind_a_proxy_that_hands_on_no_address_it_says_what_to_set() {
    const HTTPS: (&str, &str) = ("KYC_PUBLIC_URL", "https://kyc.example.com");
    let said = warnings(&[HTTPS]).await;
    assert!(said.iter().any(|line| line.contains("KYC_CLIENT_IP_HEADER=")), "{said:?}");
    for settings in [&[HTTPS, ("KYC_CLIENT_IP_HEADER", "X-Real-IP")][..], &[]] {
        assert_eq!(warnings(settings).await, [""; 0], "{settings:?}");
    }
}
