//! A mutation with a key happens once.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use chrono::TimeDelta;
use entity::{
    Role,
    StepKind::{Pan, Selfie},
    StepStatus::{Completed, InProgress},
};
use futures_util::future::{OptionFuture, join_all};
use kyc_stack::{
    db::Db,
    error::{Error, UserErrorCode},
    kyc::{
        Kyc, REMEMBERED,
        attempt::{LinkGenerate, generate},
        link::{LinkResend, resend},
        step::update_status,
    },
    workers::cleaners::clean,
};
use sea_orm::DbBackend;

use crate::harness::{
    held::{Held, until_one_waits, until_so_many_wait},
    lossy::{Break, Lossy},
    office::{Office, refusal, somebody, to},
};

#[tokio::test]
async fn a_key_replays_its_answer_as_it_is_now_and_refuses_another_input() {
    let office = Office::open().await;
    let reviewer = office.member(Role::Reviewer);
    let attempt = office.attempt(&[Pan, Selfie]).await;
    let steps = office.steps(attempt.id).await;

    let first = office.step_as(&reviewer, Some("k"), to(steps[0].id, InProgress)).await.unwrap();
    assert!(!first.replayed);
    office.step(steps[0].id, Completed).await.unwrap();
    let told = office.log().await.len();
    let replay = office.step_as(&reviewer, Some("k"), to(steps[0].id, InProgress)).await.unwrap();
    assert!(replay.replayed);
    assert_eq!((replay.answer.step.status, replay.answer.step.version), (Completed, 3));
    let other = office.step_as(&reviewer, Some("k"), to(steps[1].id, InProgress)).await;
    assert_eq!(refusal(other), (UserErrorCode::IdempotencyKeyReused, "idempotencyKey".to_owned()));
    assert_eq!(office.log().await.len(), told);

    // Another actor's key is another key; so is a key of yesterday.
    let api = office.system(Role::Reviewer);
    assert!(!office.step_as(&api, Some("k"), to(steps[1].id, InProgress)).await.unwrap().replayed);
    office.kyc.clock.advance(TimeDelta::hours(24));
    assert!(!office.step_as(&reviewer, Some("k"), to(steps[1].id, Completed)).await.unwrap().replayed);

    // What was refused is not remembered.
    let refused = office.step_as(&reviewer, Some("late"), to(steps[1].id, InProgress)).await;
    assert_eq!(refusal(refused).0, UserErrorCode::AttemptEnded);
    assert!(office.step_as(&reviewer, Some("late"), to(steps[1].id, Completed)).await.is_ok());
    office.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn parallel_twins_act_once_and_show_a_secret_once() {
    let office = Office::open().await;
    let agent = office.member(Role::Agent);
    let input = LinkGenerate {
        customer_id: None,
        customer_reference: None,
        customer: Some(somebody()),
        steps: None,
        validity_hours: None,
        redirect_url: None,
    };
    let twins = (0..20).map(|_| generate(&office.kyc, &agent, input.clone(), Some("twin".to_owned())));
    let twins: Vec<_> = join_all(twins).await.into_iter().map(|outcome| outcome.ok().unwrap()).collect();
    assert_eq!(twins.iter().filter(|twin| !twin.replayed).count(), 1);
    for twin in &twins {
        assert_eq!(twin.answer.attempt, twins[0].answer.attempt);
        assert_eq!(twin.answer.url.is_none(), twin.replayed);
    }
    assert_eq!(office.log().await.len(), 3);

    // Nor do those of a key of yesterday, which nobody has cleaned away yet, act for it more than once.
    office.kyc.clock.advance(TimeDelta::hours(24));
    let again = (0..20).map(|_| generate(&office.kyc, &agent, input.clone(), Some("twin".to_owned())));
    let again: Vec<_> = join_all(again).await.into_iter().map(|outcome| outcome.ok().unwrap()).collect();
    assert_eq!(again.iter().filter(|twin| !twin.replayed).count(), 1);
    let twins = again;

    // A key belongs to one operation.
    let attempt_id = twins[0].answer.attempt.id;
    let resent = resend(&office.kyc, &agent, LinkResend { attempt_id }, Some("twin".to_owned())).await;
    assert!(!resent.ok().unwrap().replayed);
    office.audit().await;
}

#[tokio::test]
async fn a_replay_answers_although_the_attempt_is_overdue_meanwhile() {
    let office = Office::open().await;
    let agent = office.member(Role::Agent);
    let attempt_id = office.link(&[Pan]).await.attempt.id;
    office.kyc.clock.advance(TimeDelta::hours(23));
    let input = LinkResend { attempt_id };
    assert!(resend(&office.kyc, &agent, input.clone(), Some("k".to_owned())).await.is_ok());
    office.kyc.clock.advance(TimeDelta::hours(2));
    let replay = resend(&office.kyc, &agent, input, Some("k".to_owned())).await.ok().unwrap();
    assert!(replay.replayed && replay.answer.url.is_none());
    office.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_key_that_is_used_again_while_old_keys_are_removed_stays() {
    let office = Arc::new(Office::open().await);
    let reviewer = office.member(Role::Reviewer);
    let attempt = office.attempt(&[Pan, Selfie]).await;
    let step = office.steps(attempt.id).await[0].id;
    office.step_as(&reviewer, Some("k"), to(step, InProgress)).await.unwrap();
    office.kyc.clock.advance(REMEMBERED + TimeDelta::microseconds(1));

    // On PostgreSQL, whoever uses it again has it and waits for the log, and whoever removes it has found it old, and waits for them.
    // SQLite's writers come one after the other, whichever is first.
    let db = office.kyc.db.clone();
    let waits = db.backend() == DbBackend::Postgres;
    let nothing_else = || Held::take(db.clone(), |_| Box::pin(async { Ok(()) }));
    let held = OptionFuture::from(waits.then(nothing_else)).await;
    let again = tokio::spawn({
        let (office, reviewer) = (Arc::clone(&office), reviewer.clone());
        async move { office.step_as(&reviewer, Some("k"), to(step, Completed)).await }
    });
    if waits {
        until_one_waits(&db).await;
    }
    let cleaned = tokio::spawn({
        let office = Arc::clone(&office);
        async move { clean(&office.kyc).await }
    });
    if let Some(held) = held {
        until_so_many_wait(&db, 2).await;
        held.let_go_when(|| true).await;
    }
    assert!(!again.await.unwrap().unwrap().replayed, "a key of yesterday is another key");
    cleaned.await.unwrap().unwrap();

    let told = office.log().await.len();
    assert!(office.step_as(&reviewer, Some("k"), to(step, Completed)).await.unwrap().replayed);
    assert_eq!(office.log().await.len(), told);
    office.audit().await;
}

#[tokio::test]
async fn a_change_whose_answer_is_lost_is_found_by_its_key_or_is_said_to_be_unknown() {
    let office = Office::open().await;
    // SQLite has nobody on the way who could lose an answer.
    if office.kyc.db.backend() != DbBackend::Postgres {
        return;
    }
    let reviewer = office.member(Role::Reviewer);
    for how in [Break::BeforeIt, Break::AfterIt, Break::ForGood] {
        let attempt = office.attempt(&[Pan, Selfie]).await;
        let step = office.steps(attempt.id).await[0].id;
        let way = Lossy::to(office.url());
        let (kyc, woken) = by(&way, &office).await;
        let key = format!("key {how:?}");
        way.break_at(key.as_bytes(), how);
        let moved = update_status(&kyc, &reviewer, to(step, InProgress), Some(key.clone())).await;
        assert!(way.has_broken());
        match how {
            Break::BeforeIt => assert!(!moved.unwrap().replayed),
            Break::AfterIt => assert!(moved.unwrap().replayed),
            Break::ForGood => assert!(matches!(moved, Err(Error::Unknown(_))), "{moved:?}"),
        }
        assert!(woken.load(Ordering::Relaxed) > 0, "those who follow the log look, if it may be done");
        let again = office.step_as(&reviewer, Some(&key), to(step, InProgress)).await.unwrap();
        assert!(again.replayed && again.answer.step.version == 2, "{how:?}: it was done once");
    }

    // So is one that takes a transaction.
    let agent = office.member(Role::Agent);
    for how in [Break::BeforeIt, Break::AfterIt] {
        let input = LinkResend { attempt_id: office.link(&[Pan]).await.attempt.id };
        let way = Lossy::to(office.url());
        let (kyc, _) = by(&way, &office).await;
        way.break_at_next(how);
        let resent = resend(&kyc, &agent, input, Some(format!("{how:?}"))).await.ok().unwrap();
        assert!(way.has_broken());
        assert_eq!(resent.replayed, how == Break::AfterIt);
    }
    office.audit().await;
}

/// The use cases of an office by another way to its database, and how often those who follow the log were told of it.
async fn by(way: &Lossy, office: &Office) -> (Kyc, Arc<AtomicUsize>) {
    let woken = Arc::new(AtomicUsize::new(0));
    let wakes = Arc::clone(&woken);
    let kyc = Kyc {
        db: Db::open(&way.url(office.url()), 2).await.unwrap(),
        wake: Arc::new(move |_| {
            wakes.fetch_add(1, Ordering::Relaxed);
        }),
        ..office.kyc.clone()
    };
    (kyc, woken)
}
