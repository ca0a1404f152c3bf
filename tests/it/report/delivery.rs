//! Who may export, what the log says of it, and how one snapshot reaches slow, leaving and unlucky readers.

use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use entity::{EventType, Role, Scoped, event, id::AttemptId};
use futures_util::{StreamExt, TryStreamExt};
use kyc_stack::{
    auth::Actor,
    error::Error,
    events::{Draft, log},
    kyc::report::export,
    ops,
};
use sea_orm::{ActiveModelTrait, ConnectionTrait, IntoActiveModel, Statement};

use super::fixture::{Journey, Shop, damage, now, query, records};
use crate::harness::database::Backend;

async fn events(shop: &Shop) -> Vec<event::Model> {
    event::Entity::scoped(shop.scope).all(shop.kyc.db.reader()).await.unwrap()
}

#[tokio::test]
async fn only_an_admin_exports_and_a_refusal_leaves_no_event() {
    let shop = Shop::open().await;
    for role in [Role::Reviewer, Role::Agent, Role::Viewer] {
        let refused = export(&shop.kyc, &shop.key(role), query(&[])).await.err();
        assert!(matches!(refused, Some(Error::Forbidden(Role::Admin))), "{refused:?}");
    }
    let refused = export(&shop.kyc, &Actor::platform(), query(&[])).await.err();
    assert!(matches!(refused, Some(Error::NotForThisActor(_))), "{refused:?}");
    assert!(events(&shop).await.is_empty());
}

#[tokio::test]
async fn the_export_is_an_event_that_the_report_itself_is_later_than() {
    let shop = Shop::open().await;
    let admin = shop.key(Role::Admin);
    let pairs = [("state", "EXPIRED"), ("date", "ended"), ("layout", "long")];
    let started = export(&shop.kyc, &admin, query(&pairs)).await.unwrap();
    // Not a byte was read, and it is committed.
    let events = events(&shop).await;
    let [event] = events.as_slice() else { panic!("{events:?}") };
    assert_eq!((event.kind, event.actor_id), (EventType::ReportExported, admin.id()));
    assert_eq!(
        event.data["details"],
        serde_json::json!({
            "from": "2026-01-01", "to": "2026-01-31", "timeZone": "UTC",
            "date": "ended", "layout": "long", "states": ["EXPIRED"],
        })
    );
    assert_eq!(started.cursor.seq, event.seq);
    assert_eq!(started.file_name, "kyc-acme-2026-01-01-2026-01-31-steps.csv");
}

#[tokio::test]
async fn a_slow_reader_holds_no_snapshot_and_no_writer() {
    let shop = Shop::open().await;
    let before: HashSet<AttemptId> = shop.fill(4_000).await.into_iter().collect();
    let mut started = export(&shop.kyc, &shop.key(Role::Admin), query(&[])).await.unwrap();
    let mut csv = started.rows.try_next().await.unwrap().unwrap().to_vec();

    // The reader stops here. Every transaction ends all the same.
    shop.kyc.db.tasks().close();
    shop.kyc.db.tasks().wait().await;
    shop.insert(&[Journey::new(shop.scope, now())]).await;
    if Backend::under_test() == Backend::Sqlite {
        // A checkpoint can truncate the log only when nobody reads an older state.
        let checkpoint = Statement::from_string(shop.kyc.db.backend(), "PRAGMA wal_checkpoint(TRUNCATE)");
        let row = shop.kyc.db.library().query_one_raw(checkpoint).await.unwrap().unwrap();
        assert_eq!(row.try_get_by_index::<i32>(0).unwrap(), 0, "a reader stood in the way");
    }

    while let Some(bytes) = started.rows.try_next().await.unwrap() {
        csv.extend(bytes);
    }
    let read: Vec<AttemptId> = records(&csv).iter().map(|record| record[0].parse().unwrap()).collect();
    assert_eq!(read.len(), before.len());
    assert_eq!(HashSet::from_iter(read), before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_report_shows_the_log_up_to_its_cursor_and_nothing_after() {
    let shop = Shop::open().await;
    shop.fill(1_000).await;
    let done = Arc::new(AtomicBool::new(false));
    let (kyc, scope, actor) = (shop.kyc.clone(), shop.scope, shop.key(Role::Agent));
    let writing = tokio::spawn({
        let done = Arc::clone(&done);
        async move {
            while !done.load(Ordering::SeqCst) {
                kyc.change(&actor, scope, |change| {
                    Box::pin(async move {
                        let journey = Journey::new(change.scope, now());
                        journey.customer.clone().into_active_model().insert(change.txn).await?;
                        journey.attempt.clone().into_active_model().insert(change.txn).await?;
                        let draft = Draft::new(EventType::AttemptCreated);
                        change.event(draft.attempt(journey.attempt.id, journey.customer.id));
                        change.touched(&journey.attempt);
                        Ok(())
                    })
                })
                .await
                .unwrap();
            }
        }
    });
    for _ in 0..5 {
        let started = export(&shop.kyc, &shop.key(Role::Admin), query(&[])).await.unwrap();
        let seq = started.cursor.seq;
        let csv = started.rows.try_collect::<Vec<_>>().await.unwrap().concat();
        let log = log::read_after(shop.kyc.db.reader(), shop.scope, 0, 1_000_000).await.unwrap();
        let created = log.iter().filter(|event| event.seq <= seq && event.kind == EventType::AttemptCreated);
        assert_eq!(records(&csv).len(), 1_000 + created.count());
    }
    done.store(true, Ordering::SeqCst);
    writing.await.unwrap();
    assert!(log::head(shop.kyc.db.reader(), shop.scope).await.unwrap() > 5, "the writer wrote meanwhile");
}

#[tokio::test]
async fn a_failure_after_the_first_bytes_is_an_error_and_no_end() {
    let shop = Shop::open().await;
    let ids = shop.fill(2_000).await;
    damage(&shop, ids[1_700]).await;
    let mut started = export(&shop.kyc, &shop.key(Role::Admin), query(&[])).await.unwrap();
    let mut outcome = Ok(());
    while let Some(bytes) = started.rows.next().await {
        outcome = bytes.map(drop);
        if outcome.is_err() {
            break;
        }
    }
    assert!(matches!(outcome, Err(Error::Internal(_))), "{outcome:?}");
}

#[tokio::test]
async fn a_failure_before_the_first_bytes_is_no_report_at_all() {
    let shop = Shop::open().await;
    let ids = shop.fill(3).await;
    damage(&shop, ids[1]).await;
    let refused = export(&shop.kyc, &shop.key(Role::Admin), query(&[])).await.err();
    assert!(matches!(refused, Some(Error::Internal(_))), "{refused:?}");
}

#[tokio::test]
async fn the_third_export_at_a_time_is_refused_until_one_leaves() {
    let shop = Shop::open().await;
    shop.fill(2_000).await;
    let admin = shop.key(Role::Admin);
    let start = || export(&shop.kyc, &admin, query(&[]));
    let (first, _second) = (start().await.unwrap(), start().await.unwrap());
    let refused = start().await.err();
    assert!(matches!(refused, Some(Error::RateLimited(seconds)) if seconds > 0), "{refused:?}");
    assert_eq!(events(&shop).await.len(), 2, "the refused one left an event");

    // It leaves with nearly everything unread.
    drop(first);
    let freed = async {
        while shop.kyc.db.export_slot().is_none() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), freed).await.unwrap();
    assert!(start().await.is_ok());
}

#[tokio::test]
async fn the_command_writes_what_the_route_sends_and_only_when_it_is_whole() {
    let shop = Shop::open().await;
    let ids = shop.fill(600).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.csv");
    let length = ops::report::run_to_file(&shop.kyc, "acme", query(&[]), &path).await.unwrap();
    let file = std::fs::read(&path).unwrap();
    assert_eq!(file, shop.csv(&[]).await.unwrap());
    assert_eq!(length, file.len() as u64);

    damage(&shop, ids[550]).await;
    for slug in ["acme", "nobody"] {
        assert!(ops::report::run_to_file(&shop.kyc, slug, query(&[]), &path).await.is_err());
        assert_eq!(std::fs::read(&path).unwrap(), file);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "something was left beside it");
    }
}
