//! The history runs forth and back, once, however many processes start it.

use futures_util::future::join_all;
use kyc_stack::db::Db;
use migration::{
    Migrator,
    run::{self, Status},
};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sea_orm_migration::MigratorTrait;

use crate::harness::database::{Backend, Database};

fn every_migration() -> Vec<String> {
    Migrator::migrations().iter().map(|migration| migration.name().to_owned()).collect()
}

fn every_status(applied: bool) -> Vec<Status> {
    every_migration().into_iter().map(|name| Status { name, applied, known: true }).collect()
}

async fn count(db: &DatabaseConnection, from: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM {from}");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    row.unwrap().try_get_by_index(0).unwrap()
}

/// Tables, indexes and all.
async fn count_objects(db: &DatabaseConnection) -> i64 {
    match Backend::under_test() {
        Backend::Sqlite => count(db, "sqlite_schema WHERE tbl_name <> 'seaql_migrations'").await,
        Backend::Postgres => count(
            db,
            "pg_class WHERE relnamespace = 'public'::regnamespace AND relname NOT LIKE 'seaql_migrations%'",
        )
        .await,
    }
}

#[tokio::test]
async fn up_down_and_up_again() {
    let database = Database::empty(Backend::under_test()).await;
    let db = database.connect().await;
    assert_eq!(run::status(&db).await.unwrap(), every_status(false));
    assert!(run::pending(&db).await.unwrap());

    assert_eq!(run::up(&db).await.unwrap(), every_migration());
    assert_eq!(run::status(&db).await.unwrap(), every_status(true));
    assert!(!run::pending(&db).await.unwrap());
    let objects = count_objects(&db).await;
    assert!(objects > 13, "{objects}");
    assert_eq!(run::up(&db).await.unwrap(), Vec::<String>::new());

    let mut backwards = every_migration();
    backwards.reverse();
    assert_eq!(run::down(&db, u32::MAX).await.unwrap(), backwards);
    assert_eq!(run::status(&db).await.unwrap(), every_status(false));
    assert_eq!(count_objects(&db).await, 0);

    assert_eq!(run::up(&db).await.unwrap(), every_migration());
    assert_eq!(count_objects(&db).await, objects);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn processes_that_start_at_once_migrate_once() {
    for processes in [2, 10] {
        let database = Database::empty(Backend::under_test()).await;
        let runs = join_all((0..processes).map(|_| {
            let url = database.url.clone();
            tokio::spawn(async move {
                // As a process with the smallest pool: the lock may not need a second connection.
                let db = Db::open(&url, 1).await.unwrap();
                run::up(db.library()).await
            })
        }))
        .await;
        let applied: Vec<Vec<String>> = runs.into_iter().map(|run| run.unwrap().unwrap()).collect();
        assert_eq!(applied.iter().filter(|names| **names == every_migration()).count(), 1, "{applied:?}");
        assert_eq!(applied.iter().filter(|names| names.is_empty()).count(), processes - 1, "{applied:?}");
        let history = count(&database.connect().await, "seaql_migrations").await;
        assert_eq!(history, every_migration().len() as i64);
    }
}

#[tokio::test]
async fn a_migration_that_fails_leaves_nothing_behind() {
    let database = Database::empty(Backend::under_test()).await;
    let db = database.connect().await;
    // Somebody's own table stands where one of the last would.
    db.execute_unprepared("CREATE TABLE event (x integer)").await.unwrap();
    run::up(&db).await.unwrap_err();
    assert_eq!(count_objects(&db).await, 1);
    assert_eq!(run::status(&db).await.unwrap(), every_status(false));

    db.execute_unprepared("DROP TABLE event").await.unwrap();
    assert_eq!(run::up(&db).await.unwrap(), every_migration());
}

#[tokio::test]
async fn a_database_of_the_future_is_read_and_not_migrated() {
    let database = Database::fresh(Backend::under_test()).await;
    let db = database.connect().await;
    let future = "m99990101_000001_future";
    db.execute_unprepared(&format!(
        "INSERT INTO seaql_migrations (version, applied_at) VALUES ('{future}', 0)"
    ))
    .await
    .unwrap();
    assert!(!run::pending(&db).await.unwrap());
    let newest = run::status(&db).await.unwrap().pop();
    assert_eq!(newest, Some(Status { name: future.to_owned(), applied: true, known: false }));
    let refused = run::up(&db).await.unwrap_err();
    assert!(refused.to_string().contains(future), "{refused}");
}

#[tokio::test]
async fn a_probe_needs_no_right_to_create_tables() {
    let database = Database::fresh(Backend::under_test()).await;
    let url = match Backend::under_test() {
        Backend::Sqlite => format!("{}?mode=ro", database.url),
        Backend::Postgres => {
            let db = database.connect().await;
            db.execute_unprepared("CREATE ROLE probe LOGIN; GRANT SELECT ON seaql_migrations TO probe")
                .await
                .unwrap();
            database.url.replace("postgres@", "probe@")
        }
    };
    let probe = sea_orm::Database::connect(url).await.unwrap();
    probe.execute_unprepared("CREATE TABLE forbidden (x integer)").await.unwrap_err();
    assert!(!run::pending(&probe).await.unwrap());
}

#[tokio::test]
async fn a_dropped_database_is_gone() {
    let database = Database::fresh(Backend::under_test()).await;
    let url = database.url.clone();
    let open = database.connect().await;
    drop(database);
    sea_orm::Database::connect(url).await.unwrap_err();
    drop(open);
}
