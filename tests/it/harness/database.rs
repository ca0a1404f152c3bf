//! A database for each test, migrated and its own, in milliseconds: a copy of a template that this process migrated once.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    sync::atomic::{AtomicU32, Ordering},
};

use migration::run;
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use tempfile::TempDir;
use tokio::sync::OnceCell;

use super::postgres::Cluster;

/// The template of PostgreSQL's databases.
const TEMPLATE: &str = "template_kyc";

/// The two databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backend {
    Sqlite,
    Postgres,
}

impl Backend {
    /// The one that this run is on: `KYC_TEST_DATABASE`, `sqlite` (the default) or `postgres`.
    ///
    /// # Panics
    ///
    /// With any other word: a typing error must not pass for a run on PostgreSQL.
    #[expect(
        clippy::disallowed_methods,
        reason = "the tests' own switch, which no setting of the program is"
    )]
    pub(crate) fn under_test() -> Self {
        match std::env::var("KYC_TEST_DATABASE").as_deref() {
            Err(_) | Ok("sqlite") => Self::Sqlite,
            Ok("postgres") => Self::Postgres,
            Ok(other) => panic!("KYC_TEST_DATABASE is {other:?}: write sqlite or postgres"),
        }
    }
}

/// A database that nobody else uses. It is removed when this is dropped, connections to it or not.
pub(crate) struct Database {
    /// The address, as the program's settings take it.
    pub(crate) url: String,
    home: Home,
}

enum Home {
    Sqlite { _directory: TempDir },
    Postgres { name: String },
}

impl Database {
    /// Migrated, and without rows.
    pub(crate) async fn fresh(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::sqlite(sqlite_template().await),
            Backend::Postgres => Self::postgres(postgres_template().await).await,
        }
    }

    /// Without tables.
    pub(crate) async fn empty(backend: Backend) -> Self {
        match backend {
            Backend::Sqlite => Self::sqlite(&[]),
            Backend::Postgres => Self::postgres("template0").await,
        }
    }

    /// Connections of its own, as a program that has just started would open them.
    pub(crate) async fn connect(&self) -> DatabaseConnection {
        connect(&self.url).await
    }

    fn sqlite(content: &[u8]) -> Self {
        let directory = tempfile::Builder::new().prefix("kyc-sqlite-").tempdir().unwrap();
        let file = directory.path().join("kyc.db");
        // An empty file is an empty database.
        fs::write(&file, content).unwrap();
        // As the program creates it.
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
        Self { url: format!("sqlite://{}", file.display()), home: Home::Sqlite { _directory: directory } }
    }

    async fn postgres(template: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(1);
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        administer(&format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        Self { url: Cluster::shared().url(&name), home: Home::Postgres { name } }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let Home::Postgres { name } = &self.home else { return };
        let sql = format!("DROP DATABASE {name} WITH (FORCE)");
        // A runtime cannot wait inside another one, and the test's may be ending.
        let dropped = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap()
                .block_on(administer(&sql));
        });
        // A panic of the test comes first: a second one would abort and hide it.
        if dropped.join().is_err() && !std::thread::panicking() {
            panic!("the database was not removed");
        }
    }
}

// The content and not a file: nothing is left to remove when the process ends.
async fn sqlite_template() -> &'static [u8] {
    static TEMPLATE: OnceCell<Vec<u8>> = OnceCell::const_new();
    TEMPLATE
        .get_or_init(|| async {
            let database = Database::empty(Backend::Sqlite).await;
            let db = database.connect().await;
            run::up(&db).await.unwrap();
            // The last connection writes the journal back into the file.
            db.close().await.unwrap();
            fs::read(database.url.trim_start_matches("sqlite://")).unwrap()
        })
        .await
}

async fn postgres_template() -> &'static str {
    static MIGRATED: OnceCell<()> = OnceCell::const_new();
    MIGRATED
        .get_or_init(|| async {
            // An earlier try may have been cut short with its test.
            administer(&format!("DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")).await;
            administer(&format!("CREATE DATABASE {TEMPLATE} TEMPLATE template0")).await;
            let db = connect(&Cluster::shared().url(TEMPLATE)).await;
            run::up(&db).await.unwrap();
            db.close().await.unwrap();
        })
        .await;
    TEMPLATE
}

async fn administer(sql: &str) {
    let db = connect(&Cluster::shared().url("postgres")).await;
    db.execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).max_connections(4);
    options.map_sqlx_sqlite_opts(|options| {
        options.journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Off)
    });
    sea_orm::Database::connect(options).await.unwrap()
}
