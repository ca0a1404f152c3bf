//! Connections that are lent: whoever has one next finds it fit, whatever became of the one before.

use std::time::Duration;

use entity::{Role, StepKind::Pan, StepStatus::InProgress};
use futures_util::{future::join_all, poll};
use kyc_stack::{
    db::Db,
    error::{Error, Result},
    kyc::{Kyc, step::update_status},
};
use sea_orm::{ConnectionTrait, Statement};
use tokio::sync::{Barrier, oneshot};

use crate::harness::{
    database::{Backend, Database},
    office::{Office, to},
};

async fn one_connection() -> (Database, Db) {
    let database = Database::fresh(Backend::under_test()).await;
    let db = Db::open(&database.url, 1).await.unwrap();
    (database, db)
}

async fn number(db: &impl ConnectionTrait, sql: &str) -> i32 {
    let statement = Statement::from_string(db.get_database_backend(), sql);
    db.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

#[tokio::test]
async fn who_leaves_in_the_middle_of_a_read_leaves_the_next_one_its_own_answer() {
    let (_database, db) = one_connection().await;
    let mut in_the_middle = 0;
    for round in 2..20 {
        let rows = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50000) SELECT i FROM n";
        let statement = Statement::from_string(db.backend(), rows);
        let mut left = Box::pin(db.reader().query_all_raw(statement));
        // Far enough for the statement to be sent; in later rounds for rows to have come, now and then for all of them.
        let mut ended = false;
        for _ in 0..round / 2 {
            ended = ended || poll!(&mut left).is_ready();
            tokio::task::yield_now().await;
        }
        drop(left);
        in_the_middle += i32::from(!ended);
        assert_eq!(number(db.reader(), &format!("SELECT {round}")).await, round);
    }
    assert!(in_the_middle > 0, "no read was left before its end");
}

#[tokio::test]
async fn a_statement_that_fails_is_nothing_to_the_next_one() {
    let (_database, db) = one_connection().await;
    let statement = Statement::from_string(db.backend(), "SELECT nothing FROM nowhere");
    db.reader().query_all_raw(statement).await.unwrap_err();
    assert_eq!(number(db.reader(), "SELECT 7").await, 7);
}

#[tokio::test]
async fn a_write_that_panics_is_taken_back_and_the_next_one_runs() {
    let (_database, db) = one_connection().await;
    db.write(|txn| {
        Box::pin(async move {
            txn.execute_unprepared("CREATE TABLE left_behind (i integer)").await?;
            Ok(())
        })
    })
    .await
    .unwrap();
    let panicked: Result<()> = db
        .write(|txn| {
            Box::pin(async move {
                txn.execute_unprepared("INSERT INTO left_behind VALUES (1)").await?;
                panic!("in the middle")
            })
        })
        .await;
    assert!(matches!(panicked, Err(Error::Internal(_))));
    let written = db
        .write(|txn| {
            Box::pin(async move {
                txn.execute_unprepared("INSERT INTO left_behind VALUES (2)").await?;
                Ok(number(txn, "SELECT CAST(count(*) AS integer) FROM left_behind").await)
            })
        })
        .await;
    assert_eq!(written.unwrap(), 1);
}

#[tokio::test]
async fn when_the_database_has_ended_all_connections_one_read_learns_of_it() {
    if Backend::under_test() != Backend::Postgres {
        return;
    }
    const CONNECTIONS: usize = 4;
    let database = Database::fresh(Backend::Postgres).await;
    let db = Db::open(&database.url, 4).await.unwrap();
    let barrier = Barrier::new(CONNECTIONS);
    let views = (0..CONNECTIONS).map(|_| {
        db.view(async |txn| {
            number(txn, "SELECT 1").await;
            barrier.wait().await;
            Ok(())
        })
    });
    assert!(join_all(views).await.iter().all(Result::is_ok));

    let operator = database.connect().await;
    let others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'COMMIT%'";
    let ended =
        number(&operator, &format!("SELECT CAST(count(pg_terminate_backend(pid)) AS integer) {others}"))
            .await;
    assert_eq!(usize::try_from(ended).unwrap(), CONNECTIONS);
    while number(&operator, &format!("SELECT CAST(count(*) AS integer) {others}")).await > 0 {}
    let mut failed = 0;
    for _ in 0..2 * CONNECTIONS {
        let statement = Statement::from_string(db.backend(), "SELECT 1");
        failed += usize::from(db.reader().query_all_raw(statement).await.is_err());
    }
    assert_eq!(failed, 1);
    operator.close().await.unwrap();
}

#[tokio::test]
async fn who_leaves_in_the_middle_of_a_long_read_leaves_nothing_that_runs() {
    if Backend::under_test() != Backend::Postgres {
        return;
    }
    let (database, db) = one_connection().await;
    let operator = database.connect().await;
    let its = number(db.reader(), "SELECT pg_backend_pid()").await;
    let runs = format!(
        "SELECT CAST(count(*) AS integer) FROM pg_stat_activity WHERE pid = {its} AND wait_event = 'PgSleep'"
    );
    let long = Statement::from_string(db.backend(), "SELECT pg_sleep(50)");
    let mut left = Box::pin(db.reader().query_all_raw(long));
    while number(&operator, &runs).await == 0 {
        assert!(poll!(&mut left).is_pending());
    }
    drop(left);
    assert_eq!(number(db.reader(), "SELECT 7").await, 7);
    assert_ne!(number(db.reader(), "SELECT pg_backend_pid()").await, its, "nobody waits for its end");
    let has_ended = async { while number(&operator, &runs).await > 0 {} };
    tokio::time::timeout(Duration::from_secs(30), has_ended).await.expect("it runs for nobody");
    operator.close().await.unwrap();
}

#[tokio::test]
async fn who_finds_no_connection_free_is_told_when_to_come_back() {
    let office = Office::open().await;
    let attempt = office.attempt(&[Pan]).await;
    let step = office.steps(attempt.id).await[0].id;
    let db = Db::open(office.url(), 1).await.unwrap();
    let kyc = Kyc { db: db.clone(), ..office.kyc.clone() };
    let (has_it, is_held) = oneshot::channel();
    let (go, told) = oneshot::channel::<()>();
    let busy = tokio::spawn(async move {
        db.write(|txn| {
            Box::pin(async move {
                number(txn, "SELECT 1").await;
                has_it.send(()).unwrap();
                told.await.unwrap();
                Ok(())
            })
        })
        .await
    });
    is_held.await.unwrap();
    let reviewer = office.member(Role::Reviewer);
    let move_it = || update_status(&kyc, &reviewer, to(step, InProgress), Some("k".to_owned()));
    let refused = move_it().await.unwrap_err().public();
    assert_eq!((refused.code, refused.retry_after), ("RATE_LIMITED", Some(5)));
    go.send(()).unwrap();
    busy.await.unwrap().unwrap();
    assert!(!move_it().await.unwrap().replayed);
    office.audit().await;
}
