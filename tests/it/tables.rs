//! The tables hold what the entities write, and refuse what no entity may read.
#![expect(clippy::disallowed_methods, reason = "the tables are read as they are, by no actor")]

use entity::{
    ActorKind, AttemptState, EventType, ExpiryReason, ListName, MatchDecision, MerchantMode, Party, Role,
    StepKind, StepStatus, api_key, attempt, callback,
    check_run::{self, Asked},
    customer, event, hold,
    id::{
        ApiKeyId, AttemptId, CustomerId, EventId, HoldId, LinkId, LinkSessionId, MatchId, MemberId,
        MerchantId, RunId, ScreeningId, SessionId, StepId,
    },
    idempotency, link, link_session, log_head, member, merchant, sanction_list, sanction_person,
    screening::{self, ScreenedList, ScreenedLists},
    screening_match::{self, Texts},
    search_token, secret, session, step, step_result, unnamed_picture,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel,
    QueryFilter, QueryOrder, Statement,
};
use serde_json::json;

use crate::harness::{
    database::{Backend, Database},
    rows::{NAME, at, attempt, customer, event, merchant, rejected, some_json, some_time, step, uuid},
};

/// Writes a row and reads the same one back.
async fn keep<E>(db: &DatabaseConnection, row: E::Model)
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel> + Clone + PartialEq + std::fmt::Debug + Sync,
    E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
{
    let returned = E::insert(row.clone().into_active_model()).exec_with_returning(db).await.unwrap();
    assert_eq!(returned, row);
    let all = E::find().all(db).await.unwrap();
    assert!(all.contains(&row), "{row:?} is not among {all:?}");
}

/// A browser that has the link open.
fn browser() -> link_session::Model {
    link_session::Model {
        id: LinkSessionId(uuid(10)),
        merchant_id: MerchantId(uuid(1)),
        attempt_id: attempt(&customer(1, 5), 1).id,
        link_id: LinkId(uuid(7)),
        token_hash: vec![1; 32],
        nonce_hash: vec![2; 32],
        created_at: some_time(),
        last_seen_at: some_time(),
        ended_at: None,
    }
}

/// A run that is to be asked.
fn open_run() -> check_run::Model {
    let step = step(&attempt(&customer(1, 5), 1), StepKind::Pan, 1);
    check_run::Model {
        id: RunId(uuid(12)),
        merchant_id: step.merchant_id,
        attempt_id: step.attempt_id,
        step_id: step.id,
        ask: Some(Asked(some_json())),
        ask_hash: Some((0..32).collect()),
        reference: Some("02c2dc4c-1015-4ea0-8ec4-987829fc70cc".to_owned()),
        found: Some(some_json()),
        asked: i32::MAX,
        due_at: Some(some_time()),
        created_at: some_time(),
        ended_at: None,
        sent_at: Some(some_time()),
        answered_at: None,
    }
}

/// What is left of a run.
fn over(number: u128) -> check_run::Model {
    check_run::Model {
        id: RunId(uuid(number)),
        ask: None,
        ask_hash: None,
        reference: None,
        found: None,
        asked: 0,
        due_at: None,
        ended_at: Some(some_time()),
        sent_at: None,
        answered_at: Some(some_time()),
        ..open_run()
    }
}

/// What a check found.
fn finding() -> step_result::Model {
    let run = open_run();
    step_result::Model {
        step_id: run.step_id,
        merchant_id: run.merchant_id,
        attempt_id: run.attempt_id,
        found: Some(some_json()),
        name_match: Some(100),
        image: None,
        width: None,
        height: None,
        passed: true,
        of_last_try: true,
        at: some_time(),
    }
}

/// One row in every table.
async fn filled() -> (Database, DatabaseConnection) {
    let database = Database::fresh(Backend::under_test()).await;
    let db = database.connect().await;
    keep::<merchant::Entity>(&db, merchant(1)).await;
    keep::<log_head::Entity>(&db, log_head::Model { merchant_id: MerchantId(uuid(1)), seq: i64::MAX }).await;
    let member = member::Model {
        id: MemberId(uuid(2)),
        merchant_id: MerchantId(uuid(1)),
        email: "ann@example.com".to_owned(),
        name: NAME.to_owned(),
        role: Role::Admin,
        password_hash: Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".to_owned()),
        password_token_hash: Some((0..32).collect()),
        password_token_expires_at: Some(some_time()),
        created_at: some_time(),
        last_seen_at: Some(some_time()),
        disabled_at: Some(some_time()),
    };
    keep::<member::Entity>(&db, member).await;
    let key = api_key::Model {
        id: ApiKeyId(uuid(3)),
        merchant_id: MerchantId(uuid(1)),
        name: NAME.to_owned(),
        role: Role::Viewer,
        prefix: "kyc_ab12".to_owned(),
        secret_hash: (100..132).collect(),
        created_at: some_time(),
        last_used_at: Some(some_time()),
        revoked_at: Some(some_time()),
    };
    keep::<api_key::Entity>(&db, key).await;
    let session = session::Model {
        id: SessionId(uuid(4)),
        merchant_id: MerchantId(uuid(1)),
        member_id: MemberId(uuid(2)),
        token_hash: (224..=255).collect(),
        created_at: some_time(),
        last_seen_at: some_time(),
        expires_at: some_time(),
    };
    keep::<session::Entity>(&db, session).await;

    let customer = customer(1, 5);
    keep::<customer::Entity>(&db, customer.clone()).await;
    let token = search_token::Model {
        merchant_id: MerchantId(uuid(1)),
        token: "ज़ोया".to_owned(),
        customer_id: customer.id,
    };
    keep::<search_token::Entity>(&db, token).await;
    let attempt = attempt(&customer, 1);
    keep::<attempt::Entity>(&db, attempt.clone()).await;
    keep::<step::Entity>(&db, step(&attempt, StepKind::Pan, 1)).await;
    let hold = hold::Model {
        id: HoldId(uuid(6)),
        merchant_id: MerchantId(uuid(1)),
        attempt_id: attempt.id,
        reason_code: "MANUAL".to_owned(),
        reason_message: NAME.to_owned(),
        reason_staff_note: Some(NAME.to_owned()),
        release_note: Some(NAME.to_owned()),
        placed_by_kind: ActorKind::Member,
        placed_by_id: Some(uuid(2)),
        placed_at: some_time(),
        released_by_kind: Some(ActorKind::System),
        released_by_id: Some(uuid(2)),
        released_at: Some(some_time()),
    };
    keep::<hold::Entity>(&db, hold).await;
    let link = link::Model {
        id: LinkId(uuid(7)),
        merchant_id: MerchantId(uuid(1)),
        attempt_id: attempt.id,
        token_hash: vec![0; 32],
        issued_at: some_time(),
        replaced_at: Some(some_time()),
    };
    keep::<link::Entity>(&db, link).await;
    keep::<link_session::Entity>(&db, browser()).await;
    let unnamed = unnamed_picture::Model {
        key: "a/selfie/b".to_owned(),
        merchant_id: MerchantId(uuid(1)),
        since: some_time(),
        going: true,
    };
    keep::<unnamed_picture::Entity>(&db, unnamed).await;
    let kept = secret::Model { name: "of the tests".to_owned(), value: secret::Hidden((0..32).collect()) };
    keep::<secret::Entity>(&db, kept).await;
    let run = screening::Model {
        id: ScreeningId(uuid(8)),
        merchant_id: MerchantId(uuid(1)),
        attempt_id: attempt.id,
        step_id: step(&attempt, StepKind::Pan, 1).id,
        newest: true,
        screened_at: some_time(),
        threshold: 0.8125,
        engine: i32::MAX,
        inputs_hash: "0a".repeat(32),
        identity_hash: "0b".repeat(32),
        lists: ScreenedLists(vec![ScreenedList {
            name: "un".to_owned(),
            version: NAME.to_owned(),
            number: i64::MAX,
            published_at: Some("1969-12-31".parse().unwrap()),
        }]),
    };
    keep::<screening::Entity>(&db, run.clone()).await;
    let texts = || Texts(vec![NAME.to_owned(), String::new()]);
    let found = screening_match::Model {
        id: MatchId(uuid(9)),
        merchant_id: run.merchant_id,
        customer_id: customer.id,
        attempt_id: attempt.id,
        step_id: run.step_id,
        screening_id: run.id,
        position: 1,
        list: "un".to_owned(),
        entity_id: NAME.to_owned(),
        record_hash: "0c".repeat(32),
        listed_name: NAME.to_owned(),
        score: 1.0,
        explanation: texts(),
        listed_names: texts(),
        listed_birth_dates: texts(),
        listed_countries: Texts(Vec::new()),
        programs: texts(),
        identity_hash: run.identity_hash.clone(),
        decision: MatchDecision::Cleared,
        note: Some(NAME.to_owned()),
        decided_by_kind: Some(ActorKind::Member),
        decided_by_id: Some(uuid(2)),
        decided_at: Some(some_time()),
    };
    keep::<screening_match::Entity>(&db, found).await;
    keep::<check_run::Entity>(&db, open_run()).await;
    keep::<step_result::Entity>(&db, finding()).await;
    keep::<callback::Entity>(&db, callback::Model { id: (7..39).collect(), at: some_time() }).await;
    keep::<event::Entity>(&db, event(1, 1, EventType::StepStatusChanged)).await;
    let answer = idempotency::Model {
        actor: format!("MEMBER:{}", MemberId(uuid(2))),
        operation: "stepUpdateStatus".to_owned(),
        key: NAME.to_owned(),
        merchant_id: MerchantId(uuid(1)),
        input_hash: (0..32).rev().collect(),
        answer: some_json(),
        created_at: some_time(),
    };
    keep::<idempotency::Entity>(&db, answer).await;
    let list = sanction_list::Model {
        list: ListName::OfacSdn,
        number: 1,
        version: "2026-02-27".to_owned(),
        published_at: some_time().date_naive().into(),
        imported_at: some_time(),
        sha256: "a".repeat(64),
        persons: 1,
        names: 2,
        skipped: 0,
    };
    keep::<sanction_list::Entity>(&db, list).await;
    let person = sanction_person::Model {
        list: ListName::OfacSdn,
        entity_id: "7".to_owned(),
        first_number: 1,
        last_number: Some(1),
        record_hash: "b".repeat(64),
        record: NAME.to_owned(),
    };
    keep::<sanction_person::Entity>(&db, person).await;
    (database, db)
}

#[tokio::test]
async fn what_is_written_is_read() {
    let (_database, db) = filled().await;
    // And with everything left empty that may be.
    let customer = customer::Model {
        reference: None,
        email: None,
        phone: None,
        date_of_birth: None,
        country: None,
        ..customer(1, 50)
    };
    keep::<customer::Entity>(&db, customer.clone()).await;
    keep::<attempt::Entity>(&db, rejected(&customer, 1)).await;
    let event = event::Model {
        actor_id: None,
        customer_id: None,
        attempt_id: None,
        step_id: None,
        subject_id: None,
        from: None,
        to: None,
        reason_code: None,
        data: json!({}),
        ..event(1, i64::MAX, EventType::MerchantCreated)
    };
    keep::<event::Entity>(&db, event).await;
    keep::<check_run::Entity>(&db, over(50)).await;
    let selfie = step(&attempt(&self::customer(1, 5), 1), StepKind::Selfie, 2);
    keep::<step::Entity>(&db, selfie.clone()).await;
    let picture = step_result::Model {
        step_id: selfie.id,
        found: None,
        name_match: None,
        image: Some("merchant/selfie/1.jpg".to_owned()),
        width: Some(i32::MAX),
        height: Some(1),
        passed: false,
        of_last_try: false,
        ..finding()
    };
    keep::<step_result::Entity>(&db, picture).await;
}

#[tokio::test]
async fn moments_sort_as_they_follow() {
    let (_database, db) = filled().await;
    // Text of different lengths, on SQLite.
    let moments = [
        "2026-01-01T00:00:00Z",
        "2026-01-01T00:00:00.000001Z",
        "2026-01-01T00:00:00.1Z",
        "2026-01-01T00:00:00.100001Z",
        "2026-01-01T00:00:00.12Z",
        "2026-01-01T00:00:01Z",
    ]
    .map(at);
    for (number, created_at) in moments.iter().enumerate().rev() {
        let row = customer::Model { created_at: *created_at, ..customer(1, 100 + number as u128) };
        keep::<customer::Entity>(&db, row).await;
    }
    let created = customer::Column::CreatedAt;
    let rows = customer::Entity::find()
        .filter(created.lt(some_time()))
        .order_by_asc(created)
        .all(&db)
        .await
        .unwrap();
    assert_eq!(rows.iter().map(|row| row.created_at).collect::<Vec<_>>(), moments);
    let later = customer::Entity::find().filter(created.lt(some_time())).filter(created.gt(moments[2]));
    assert_eq!(later.all(&db).await.unwrap().len(), 3);
}

/// Runs one statement; whether the database took it.
async fn takes(db: &DatabaseConnection, sql: &str) -> bool {
    db.execute_raw(Statement::from_string(db.get_database_backend(), sql)).await.is_ok()
}

#[tokio::test]
async fn a_column_of_words_takes_the_words_of_its_list_and_no_other() {
    fn words<T: Copy>(all: &[T], spell: fn(T) -> &'static str) -> Vec<&'static str> {
        all.iter().map(|word| spell(*word)).collect()
    }
    let actors = words(ActorKind::ALL, ActorKind::as_str);
    let parties = words(Party::ALL, Party::as_str);
    let modes = words(MerchantMode::ALL, MerchantMode::as_str);
    let roles = words(Role::ALL, Role::as_str);
    let columns = [
        ("merchant", "mode", modes.clone()),
        ("member", "role", roles.clone()),
        ("api_key", "role", roles),
        ("attempt", "state", words(AttemptState::ALL, AttemptState::as_str)),
        ("attempt", "mode", modes),
        ("attempt", "waiting_on", parties.clone()),
        ("attempt", "expiry_reason", words(ExpiryReason::ALL, ExpiryReason::as_str)),
        ("step", "kind", words(StepKind::ALL, StepKind::as_str)),
        ("step", "status", words(StepStatus::ALL, StepStatus::as_str)),
        ("step", "waiting_on", parties),
        ("hold", "placed_by_kind", actors.clone()),
        ("hold", "released_by_kind", actors.clone()),
        ("event", "type", words(EventType::ALL, EventType::as_str)),
        ("event", "actor_kind", actors),
        ("sanction_list", "list", words(&ListName::ALL, ListName::as_str)),
    ];
    const ENDED: &str = ", waiting_on = NULL, due_at = NULL, ended_at = created_at";
    let (_database, db) = filled().await;
    // It refers to its list, whose word is to change.
    assert!(takes(&db, "DELETE FROM sanction_person").await);
    for (table, column, words) in columns {
        for word in words {
            let with = match (column, word) {
                ("state", "CREATED" | "IN_PROGRESS") => String::new(),
                ("state", "COMPLETED") => ENDED.to_owned(),
                ("state", "REJECTED") => format!("{ENDED}, rejection_code = 'X'"),
                ("state", "EXPIRED") => {
                    format!("{ENDED}, rejection_code = NULL, expiry_reason = 'REVOKED'")
                }
                ("waiting_on", _) if table == "attempt" => {
                    ", state = 'CREATED', ended_at = NULL, expiry_reason = NULL".to_owned()
                }
                ("expiry_reason", _) => format!("{ENDED}, state = 'EXPIRED'"),
                _ => String::new(),
            };
            assert!(
                takes(&db, &format!("UPDATE {table} SET {column} = '{word}'{with}")).await,
                "{table}.{column} {word}"
            );
        }
        for word in ["NO_SUCH_WORD", "", "completed"] {
            assert!(
                !takes(&db, &format!("UPDATE {table} SET {column} = '{word}'")).await,
                "{table}.{column} {word:?}"
            );
        }
    }
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let (_database, db) = filled().await;
    let open = attempt(&customer(1, 5), 1);
    for lie in [
        "UPDATE attempt SET state = 'COMPLETED'",
        "UPDATE attempt SET ended_at = created_at",
        "UPDATE attempt SET state = 'COMPLETED', ended_at = created_at, due_at = NULL",
        "UPDATE attempt SET state = 'COMPLETED', ended_at = created_at, waiting_on = NULL",
        "UPDATE attempt SET state = 'REJECTED', ended_at = created_at, waiting_on = NULL, due_at = NULL",
        "UPDATE attempt SET state = 'EXPIRED', ended_at = created_at, waiting_on = NULL, due_at = NULL",
        "UPDATE attempt SET completed_steps = 7",
        "UPDATE attempt SET active_holds = -1",
        "UPDATE step SET status = 'FAILED', reason_code = NULL",
        "UPDATE hold SET released_at = NULL",
        "UPDATE log_head SET seq = -1",
        "DELETE FROM merchant",
        "DELETE FROM attempt",
        "DELETE FROM sanction_list",
        "UPDATE sanction_list SET persons = 0",
        "UPDATE sanction_list SET names = 0",
        "UPDATE sanction_person SET last_number = 0",
        "UPDATE sanction_person SET first_number = 2, last_number = NULL",
        // A run is due until it has ended, and then keeps nothing of what was asked.
        "UPDATE check_run SET due_at = NULL",
        "UPDATE check_run SET ended_at = created_at",
        "UPDATE check_run SET ended_at = created_at, due_at = NULL",
        "UPDATE check_run SET ended_at = created_at, due_at = NULL, ask = NULL, ask_hash = NULL",
        "UPDATE check_run SET ended_at = created_at, due_at = NULL, ask = NULL, found = NULL",
        "UPDATE check_run SET ended_at = created_at, due_at = NULL, ask_hash = NULL, found = NULL",
        "UPDATE check_run SET asked = -1",
        "DELETE FROM step",
        // A result is what was found or a picture, whole and not both.
        "UPDATE step_result SET found = NULL",
        "UPDATE step_result SET image = 'x', width = 1, height = 1",
        "UPDATE step_result SET found = NULL, image = 'x', width = 1",
        "UPDATE step_result SET found = NULL, image = 'x', height = 1",
        "UPDATE step_result SET found = NULL, image = 'x', width = 0, height = 1",
        "UPDATE step_result SET found = NULL, image = 'x', width = 1, height = -1",
        "UPDATE step_result SET width = 1",
        "UPDATE step_result SET name_match = 101",
        "UPDATE step_result SET name_match = -1",
        "UPDATE step_result SET passed = NULL",
        "UPDATE step_result SET of_last_try = NULL",
    ] {
        assert!(!takes(&db, lie).await, "{lie}");
    }

    async fn refuses<E: EntityTrait>(db: &DatabaseConnection, row: E::Model)
    where
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
    {
        E::insert(row.into_active_model()).exec_without_returning(db).await.unwrap_err();
    }
    // A second of what there is one of.
    refuses::<merchant::Entity>(&db, merchant::Model { slug: "slug-1".to_owned(), ..merchant(9) }).await;
    refuses::<customer::Entity>(
        &db,
        customer::Model { reference: Some("ref-5".to_owned()), ..customer(1, 9) },
    )
    .await;
    refuses::<attempt::Entity>(&db, attempt(&customer(1, 5), 2)).await;
    refuses::<attempt::Entity>(
        &db,
        attempt::Model { id: AttemptId(uuid(9)), ..rejected(&customer(1, 5), 1) },
    )
    .await;
    keep::<attempt::Entity>(&db, rejected(&customer(1, 5), 2)).await;
    keep::<attempt::Entity>(&db, rejected(&customer(1, 5), 3)).await;
    let second = link_session::Model { id: LinkSessionId(uuid(11)), token_hash: vec![3; 32], ..browser() };
    refuses::<link_session::Entity>(&db, second.clone()).await;
    keep::<link_session::Entity>(&db, link_session::Model { ended_at: Some(some_time()), ..second }).await;
    // A step has one open run, and any number of those that are over; and one result.
    refuses::<check_run::Entity>(&db, check_run::Model { id: RunId(uuid(13)), ..open_run() }).await;
    keep::<check_run::Entity>(&db, over(14)).await;
    keep::<check_run::Entity>(&db, over(15)).await;
    refuses::<step_result::Entity>(&db, finding()).await;
    refuses::<callback::Entity>(&db, callback::Model { id: (7..39).collect(), at: some_time() }).await;
    refuses::<step::Entity>(&db, step(&open, StepKind::Pan, 2)).await;
    refuses::<step::Entity>(&db, step(&open, StepKind::Selfie, 1)).await;
    keep::<step::Entity>(&db, step(&open, StepKind::Selfie, 2)).await;
    refuses::<event::Entity>(
        &db,
        event::Model { id: EventId(uuid(9)), ..event(1, 1, EventType::LinkOpened) },
    )
    .await;
    let twin =
        event::Model { id: event(1, 1, EventType::LinkOpened).id, ..event(1, 2, EventType::LinkOpened) };
    refuses::<event::Entity>(&db, twin).await;

    // A row of one merchant under a parent of another.
    keep::<merchant::Entity>(&db, merchant(8)).await;
    let elsewhere = MerchantId(uuid(8));
    let foreign = attempt::Model { merchant_id: elsewhere, ..rejected(&customer(1, 5), 4) };
    refuses::<attempt::Entity>(&db, foreign).await;
    let foreign = step::Model { merchant_id: elsewhere, ..step(&open, StepKind::Signature, 3) };
    refuses::<step::Entity>(&db, foreign).await;
    refuses::<check_run::Entity>(&db, check_run::Model { merchant_id: elsewhere, ..over(16) }).await;
    let nowhere = check_run::Model { step_id: StepId(uuid(17)), ..over(17) };
    refuses::<check_run::Entity>(&db, nowhere).await;
    let signature = step(&open, StepKind::Signature, 4);
    keep::<step::Entity>(&db, signature.clone()).await;
    let foreign = step_result::Model { step_id: signature.id, merchant_id: elsewhere, ..finding() };
    refuses::<step_result::Entity>(&db, foreign).await;
    refuses::<step_result::Entity>(&db, step_result::Model { step_id: StepId(uuid(17)), ..finding() }).await;
    let foreign = search_token::Model {
        merchant_id: elsewhere,
        token: "zoe".to_owned(),
        customer_id: CustomerId(uuid(5)),
    };
    refuses::<search_token::Entity>(&db, foreign).await;
}

#[tokio::test]
async fn text_is_compared_byte_by_byte() {
    if Backend::under_test() == Backend::Sqlite {
        // Its default, which no operating system changes.
        return;
    }
    let database = Database::fresh(Backend::Postgres).await;
    let db = database.connect().await;
    let sql = "SELECT table_name || '.' || column_name FROM information_schema.columns \
               WHERE table_schema = 'public' AND table_name <> 'seaql_migrations' \
               AND data_type = 'text' AND collation_name IS DISTINCT FROM 'C'";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let others: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    assert_eq!(others, Vec::<String>::new());
}
