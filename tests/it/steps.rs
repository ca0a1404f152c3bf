//! Steps are moved one after the other, whoever asks at the same time, and the attempt follows.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use entity::{
    AttemptState, EventType, Party, Role, Scoped,
    StepKind::{BankPennyDrop, DigilockerAadhaar, Pan, Selfie, Signature},
    StepStatus::{Completed, Failed, InProgress, NotStarted, RequiresAction},
    id::StepId,
    step_result,
};
use futures_util::future::join_all;
use kyc_stack::{
    error::{Current, Error, UserErrorCode},
    kyc::step::StepUpdateStatus,
};
use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

use crate::harness::{
    held::{Held, until_one_waits},
    office::{Office, current, refusal, to},
};

#[tokio::test(flavor = "multi_thread")]
async fn of_a_hundred_parallel_writers_one_wins_each_version() {
    let office = Office::open().await;
    let attempt = office.attempt(&[Selfie, Pan]).await;
    let step = office.steps(attempt.id).await[0].id;
    let reviewer = office.member(Role::Reviewer);
    for (version, status) in [(1, InProgress), (2, RequiresAction), (3, InProgress)] {
        let input = StepUpdateStatus { expected_version: Some(version), ..to(step, status) };
        let writers = (0..100).map(|_| office.step_as(&reviewer, None, input.clone()));
        let (won, lost): (Vec<_>, Vec<_>) = join_all(writers).await.into_iter().partition(Result::is_ok);
        assert_eq!(won.len(), 1, "version {version}");
        for outcome in lost {
            assert_eq!(current(&outcome), Some(Current::Step(step, attempt.id)));
        }
    }
    // Without a version, those who come late find the step where they want it: no event, no version.
    let writers = (0..100).map(|_| office.step(step, Completed));
    for outcome in join_all(writers).await {
        let moved = outcome.unwrap().answer;
        assert_eq!((moved.step.status, moved.step.version), (Completed, 5));
    }
    assert_eq!(office.row(attempt.id).await.version, 5);
    let told = office.told(attempt.id).await;
    assert_eq!(told.iter().filter(|kind| **kind == EventType::StepStatusChanged).count(), 4);
    office.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_parallel_completions_of_the_last_two_steps_complete_the_attempt() {
    let office = Office::open().await;
    for _ in 0..20 {
        let attempt = office.attempt(&[Selfie, Pan]).await;
        let steps = office.steps(attempt.id).await;
        let (one, other) =
            tokio::join!(office.step(steps[0].id, Completed), office.step(steps[1].id, Completed));
        // Whoever came second saw the end.
        let states = [one.unwrap().answer.attempt.state, other.unwrap().answer.attempt.state];
        assert!(states.contains(&AttemptState::Completed), "{states:?}");
        let row = office.row(attempt.id).await;
        assert_eq!((row.state, row.completed_steps), (AttemptState::Completed, 2));
    }
    office.audit().await;
}

#[tokio::test]
async fn a_move_is_told_once_and_says_who_performed_the_step() {
    let office = Office::open().await;
    let attempt = office.attempt(&[Pan, Selfie]).await;
    let steps = office.steps(attempt.id).await;
    let api = office.system(Role::Reviewer);

    let moved = office.step_as(&api, None, to(steps[0].id, InProgress)).await.unwrap().answer;
    assert_eq!(moved.attempt.state, AttemptState::InProgress);
    assert_eq!(
        moved.attempt.waiting_on,
        Some(Party::Customer),
        "the selfie is theirs, whatever the PAN waits on"
    );
    let moved = office.step_as(&api, None, to(steps[0].id, Completed)).await.unwrap().answer;
    assert_eq!(moved.step.provider.as_deref(), Some("api"));
    let moved = office.step(steps[0].id, RequiresAction).await.unwrap().answer;
    assert_eq!(moved.step.provider.as_deref(), Some("api"), "who questions it has not performed it");
    let moved = office.step(steps[0].id, Completed).await.unwrap().answer;
    assert_eq!(moved.step.provider.as_deref(), Some("reviewer"), "who decides it has");

    let untouched = office.steps(attempt.id).await.remove(1);
    assert_eq!((untouched.status, untouched.version), (NotStarted, 1), "its version is its own");
    use EventType::{AttemptCreated, AttemptStateChanged, StepStatusChanged};
    let told = [AttemptCreated, StepStatusChanged, AttemptStateChanged]
        .into_iter()
        .chain([StepStatusChanged; 3])
        .collect::<Vec<_>>();
    assert_eq!(office.told(attempt.id).await, told);
    let log = office.log().await;
    let last = log.last().unwrap();
    assert_eq!(last.step_id, Some(steps[0].id));
    assert_eq!((last.from.as_deref(), last.to.as_deref()), (Some("REQUIRES_ACTION"), Some("COMPLETED")));
    office.audit().await;
}

#[tokio::test]
async fn the_last_failure_rejects_the_attempt_and_nothing_moves_it_then() {
    let office = Office::open().await;
    let attempt = office.attempt(&[Pan, DigilockerAadhaar]).await;
    let steps = office.steps(attempt.id).await;
    // In the middle of DigiLocker: nobody is to look after its time limit once the attempt is over.
    office.step(steps[1].id, InProgress).await.unwrap();
    for _ in 0..2 {
        office.step(steps[0].id, Failed).await.unwrap();
        office.step(steps[0].id, InProgress).await.unwrap();
    }
    let moved = office.step(steps[0].id, Failed).await.unwrap().answer;
    assert_eq!(moved.attempt.state, AttemptState::Rejected);
    assert_eq!(moved.attempt.rejection_code.as_deref(), Some("TRIES_EXHAUSTED"));
    assert_eq!(office.steps(attempt.id).await[1].deadline_at, None);

    let again = office.step(steps[0].id, Failed).await.unwrap().answer;
    assert_eq!(again.attempt.version, moved.attempt.version, "a repeat of what ended it is no change");
    let refused = office.step(steps[1].id, Completed).await;
    assert_eq!(refusal(refused), (UserErrorCode::AttemptEnded, String::new()));
    office.audit().await;
}

#[tokio::test]
async fn what_an_actor_may_not_do_or_see() {
    let office = Office::open().await;
    let attempt = office.attempt(&[BankPennyDrop, Signature]).await;
    let step = office.steps(attempt.id).await[0].id;

    let agent = office.step_as(&office.member(Role::Agent), None, to(step, Completed)).await;
    assert!(matches!(agent, Err(Error::Forbidden(Role::Reviewer))));
    let nobody = office.step(StepId(Uuid::from_u128(1)), Completed).await;
    assert_eq!(refusal(nobody), (UserErrorCode::NotFound, "stepId".to_owned()));
    let stranger = crate::harness::rows::merchant(2).id;
    let stranger = kyc_stack::auth::Actor::system(stranger);
    let foreign = office.step_as(&stranger, None, to(step, Completed)).await;
    assert_eq!(refusal(foreign), (UserErrorCode::NotFound, "stepId".to_owned()));

    let unexplained = StepUpdateStatus { reason: None, ..to(step, Failed) };
    let unexplained = office.step_as(&office.member(Role::Reviewer), None, unexplained).await;
    assert_eq!(refusal(unexplained), (UserErrorCode::Required, "reason".to_owned()));
    assert_eq!(office.row(attempt.id).await.version, 1);
    office.audit().await;
}

#[tokio::test]
async fn on_postgresql_a_move_is_one_read_and_one_write_with_a_key_or_without() {
    let mut office = Office::open().await;
    let attempt = office.attempt(&[Pan, Selfie]).await;
    let steps = office.steps(attempt.id).await;
    let reviewer = office.member(Role::Reviewer);
    let statements = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&statements);
    office.kyc.db = office.kyc.db.clone().on_statement(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
    });
    office.step_as(&reviewer, None, to(steps[0].id, InProgress)).await.unwrap();
    let without = statements.swap(0, Ordering::Relaxed);
    office.step_as(&reviewer, Some("k"), to(steps[0].id, Completed)).await.unwrap();
    let with = statements.swap(0, Ordering::Relaxed);
    office.step_as(&reviewer, None, to(steps[0].id, RequiresAction)).await.unwrap();
    statements.store(0, Ordering::Relaxed);
    office.step_as(&reviewer, None, to(steps[0].id, InProgress)).await.unwrap();
    let again = statements.swap(0, Ordering::Relaxed);
    // SQLite reads the attempt and its steps, and writes both, the log's head, and the log; and the key, twice; and of a step that
    // is tried again the result, which it does not have.
    let expected = if office.kyc.db.backend() == DbBackend::Postgres { (2, 2, 2) } else { (6, 8, 7) };
    assert_eq!((without, with, again), expected);
    office.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_changes_that_wait_for_one_log_are_written_together() {
    let mut office = Office::open().await;
    if office.kyc.db.backend() != DbBackend::Postgres {
        return;
    }
    let mut steps = Vec::new();
    for _ in 0..20 {
        let attempt = office.attempt(&[Pan, Selfie]).await;
        steps.push(office.steps(attempt.id).await[0].id);
    }
    let (reads, writes) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (read, written) = (Arc::clone(&reads), Arc::clone(&writes));
    let db = office.kyc.db.clone();
    office.kyc.db = db.clone().on_statement(move |info| {
        let of_a_chain = info.statement.sql.starts_with("WITH put_0");
        (if of_a_chain { &written } else { &read }).fetch_add(1, Ordering::Relaxed);
    });

    // Somebody has the log's head, so that the first of them waits in the database and the others for it.
    let held = Held::take(db, |_| Box::pin(async { Ok(()) })).await;
    let moves = join_all(steps.iter().map(|step| office.step(*step, InProgress)));
    let all_have_read = held.let_go_when(|| reads.load(Ordering::Relaxed) >= steps.len());
    let (moved, ()) = tokio::join!(moves, all_have_read);
    assert!(moved.iter().all(Result::is_ok));
    let writes = writes.load(Ordering::Relaxed);
    assert!(writes < steps.len() / 2, "{} changes took {writes} statements", steps.len());
    office.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_one_whose_attempt_has_moved_leaves_those_that_are_written_with_it_alone() {
    let mut office = Office::open().await;
    if office.kyc.db.backend() != DbBackend::Postgres {
        return;
    }
    let (mut steps, mut moved) = (Vec::new(), None);
    for _ in 0..8 {
        let attempt = office.attempt(&[Pan, Selfie]).await;
        steps.push(office.steps(attempt.id).await[0].id);
        moved = Some(attempt.id);
    }
    let moved = moved.unwrap();
    let (reads, failed, twice) =
        (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (read, fails, locks) = (Arc::clone(&reads), Arc::clone(&failed), Arc::clone(&twice));
    let db = office.kyc.db.clone();
    office.kyc.db = db.clone().on_statement(move |info| {
        let of_a_chain = info.statement.sql.starts_with("WITH put_0");
        read.fetch_add(usize::from(!of_a_chain), Ordering::Relaxed);
        fails.fetch_add(usize::from(info.failed), Ordering::Relaxed);
        locks.fetch_add(
            usize::from(info.statement.sql.starts_with("INSERT INTO \"idempotency\"")),
            Ordering::Relaxed,
        );
    });

    // The first waits in the database for the log's head, the others for the first. All of them have read their attempts before the
    // last one's moves.
    let held = Held::take(db, move |txn| {
        Box::pin(async move {
            let sql = format!("UPDATE attempt SET version = version + 1 WHERE id = '{}'", moved.0);
            txn.execute_unprepared(&sql).await?;
            Ok(())
        })
    })
    .await;
    let office = Arc::new(office);
    let (before, unkeyed) = (Arc::clone(&office), steps.remove(0));
    let first = tokio::spawn(async move { before.step(unkeyed, InProgress).await });
    until_one_waits(&office.kyc.db).await;
    reads.store(0, Ordering::Relaxed);
    let reviewer = office.member(Role::Reviewer);
    let keys: Vec<_> = steps.iter().map(ToString::to_string).collect();
    let moves = steps
        .iter()
        .zip(&keys)
        .map(|(step, key)| office.step_as(&reviewer, Some(key), to(*step, InProgress)));
    let all_have_read = held.let_go_when(|| reads.load(Ordering::Relaxed) >= steps.len());
    let (moves, ()) = tokio::join!(join_all(moves), all_have_read);
    first.await.unwrap().unwrap();
    assert!(moves.iter().all(Result::is_ok));
    assert_eq!(failed.load(Ordering::Relaxed), 0, "no statement fails for one that has moved");
    assert_eq!(twice.load(Ordering::Relaxed), 1, "it runs again, and nobody else");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_keyed_changes_of_one_attempt_leave_those_that_wait_with_them_alone() {
    let mut office = Office::open().await;
    if office.kyc.db.backend() != DbBackend::Postgres {
        return;
    }
    let mut attempts = Vec::new();
    for _ in 0..5 {
        let attempt = office.attempt(&[Pan, Selfie]).await;
        attempts.push(office.steps(attempt.id).await);
    }
    let (reads, failed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (read, fails) = (Arc::clone(&reads), Arc::clone(&failed));
    let db = office.kyc.db.clone();
    office.kyc.db = db.clone().on_statement(move |info| {
        let of_a_chain = info.statement.sql.starts_with("WITH put_0");
        read.fetch_add(usize::from(!of_a_chain), Ordering::Relaxed);
        fails.fetch_add(usize::from(info.failed), Ordering::Relaxed);
    });

    // The first waits in the database for the log's head, the others for the first: two of each attempt, each with a key of its own.
    let held = Held::take(db, |_| Box::pin(async { Ok(()) })).await;
    let office = Arc::new(office);
    let (before, unkeyed) = (Arc::clone(&office), attempts.remove(0)[0].id);
    let first = tokio::spawn(async move { before.step(unkeyed, InProgress).await });
    until_one_waits(&office.kyc.db).await;
    reads.store(0, Ordering::Relaxed);
    let reviewer = office.member(Role::Reviewer);
    let steps: Vec<_> = attempts.iter().flatten().map(|step| (step.id, step.id.to_string())).collect();
    let moves = steps.iter().map(|(step, key)| office.step_as(&reviewer, Some(key), to(*step, InProgress)));
    let all_have_read = held.let_go_when(|| reads.load(Ordering::Relaxed) >= steps.len());
    let (moves, ()) = tokio::join!(join_all(moves), all_have_read);
    first.await.unwrap().unwrap();
    assert!(moves.iter().all(Result::is_ok));
    assert_eq!(failed.load(Ordering::Relaxed), 0, "no statement fails for two that meet");
    office.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_a_result_that_comes_between_reading_and_writing_is_outlived() {
    let mut office = Office::open().await;
    if office.kyc.db.backend() != DbBackend::Postgres {
        return;
    }
    let (other, attempt) = (office.attempt(&[Pan, Selfie]).await, office.attempt(&[Pan, Selfie]).await);
    let (first, tried) = (office.steps(other.id).await[0].id, office.steps(attempt.id).await[0].id);
    office.step(tried, RequiresAction).await.unwrap();
    let reads = Arc::new(AtomicUsize::new(0));
    let read = Arc::clone(&reads);
    let db = office.kyc.db.clone();
    office.kyc.db = db.clone().on_statement(move |info| {
        read.fetch_add(usize::from(!info.statement.sql.starts_with("WITH put_0")), Ordering::Relaxed);
    });

    // The first waits in the database for the log's head, the other for the first: it has read that there is no result.
    let result = step_result::Model {
        step_id: tried,
        merchant_id: attempt.merchant_id,
        attempt_id: attempt.id,
        found: Some(serde_json::json!({})),
        name_match: None,
        image: None,
        width: None,
        height: None,
        passed: true,
        of_last_try: true,
        at: attempt.created_at,
    };
    let held = Held::take(db, |txn| {
        Box::pin(async move {
            // As whoever stores a result does.
            let sql =
                format!("UPDATE attempt SET version = version + 1 WHERE id = '{}'", result.attempt_id.0);
            txn.execute_unprepared(&sql).await?;
            step_result::Entity::put(result).exec_without_returning(txn).await?;
            Ok(())
        })
    })
    .await;
    let office = Arc::new(office);
    let before = Arc::clone(&office);
    let first = tokio::spawn(async move { before.step(first, InProgress).await });
    until_one_waits(&office.kyc.db).await;
    reads.store(0, Ordering::Relaxed);
    let has_read = held.let_go_when(|| reads.load(Ordering::Relaxed) >= 1);
    let (moved, ()) = tokio::join!(office.step(tried, InProgress), has_read);
    first.await.unwrap().unwrap();
    assert_eq!(moved.unwrap().answer.step.status, InProgress);
    let kept = step_result::Entity::scoped(office.scope());
    let kept = kept.one(office.kyc.db.library()).await.unwrap().unwrap();
    assert!(!kept.passed && !kept.of_last_try, "what was found before decides nothing any more");
}

#[tokio::test(flavor = "multi_thread")]
async fn moves_with_keys_of_their_own_get_into_each_others_way_and_all_happen() {
    let office = Office::open().await;
    let reviewer = office.member(Role::Reviewer);
    for _ in 0..20 {
        let attempt = office.attempt(&[Selfie, Pan, Signature]).await;
        let steps = office.steps(attempt.id).await;
        let moves = steps.iter().map(|step| async {
            let key = step.id.to_string();
            let twins = (0..3).map(|_| office.step_as(&reviewer, Some(&key), to(step.id, Completed)));
            join_all(twins).await.into_iter().map(Result::unwrap).filter(|twin| !twin.replayed).count()
        });
        assert_eq!(join_all(moves).await, [1, 1, 1], "each key is used once");
        let row = office.row(attempt.id).await;
        assert_eq!((row.state, row.completed_steps), (AttemptState::Completed, 3));
    }
    office.audit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgresql_a_move_whose_statement_is_cancelled_is_made_again() {
    let mut office = Office::open().await;
    if office.kyc.db.backend() != DbBackend::Postgres {
        return;
    }
    let attempt = office.attempt(&[Pan, Selfie]).await;
    let step = office.steps(attempt.id).await[0].id;
    let failed = Arc::new(AtomicUsize::new(0));
    let fails = Arc::clone(&failed);
    let db = office.kyc.db.clone();
    office.kyc.db = db.clone().on_statement(move |info| {
        fails.fetch_add(usize::from(info.failed), Ordering::Relaxed);
    });
    let held = Held::take(db.clone(), |_| Box::pin(async { Ok(()) })).await;
    let office = Arc::new(office);
    let mover = Arc::clone(&office);
    let moved = tokio::spawn(async move { mover.step(step, InProgress).await });
    until_one_waits(&db).await;
    let cancel = "SELECT pg_cancel_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    db.library().execute_unprepared(cancel).await.unwrap();
    held.let_go_when(|| failed.load(Ordering::Relaxed) > 0).await;
    assert_eq!(moved.await.unwrap().unwrap().answer.step.version, 2);
    office.audit().await;
}
