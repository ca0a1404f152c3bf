//! The tables hold what the entities write, and refuse what no entity may read.
#![expect(clippy::disallowed_methods, reason = "the tables are read as they are, by no actor")]

use entity::{
    ActorKind, AttemptState, EventType, ExpiryReason, MerchantMode, Party, Role, StepKind, StepStatus, Time, api_key,
    attempt, customer, event, hold,
    id::{
        ApiKeyId, AttemptId, CustomerId, EventId, HoldId, LinkId, MemberId, MerchantId, SessionId, StepId,
    },
    idempotency, link, log_head, member,
    merchant::{self, Journey, Origins},
    search_token, session, step,
};
use sea_orm::{
    ActiveModelTrait, ConnectionTrait, DatabaseConnection, EntityTrait, IntoActiveModel, Statement,
    prelude::{DateTimeUtc, Json},
};
use serde_json::json;
use uuid::Uuid;

use crate::harness::database::{Backend, Database};

fn uuid(number: u128) -> Uuid {
    // Version and variant bits as v7 has them, and a high byte that no signed reading would keep in order.
    Uuid::from_u128(0xf9ab_3c25_a0b1_7000_8000_0000_0000_0000 | number)
}

fn at(text: &str) -> Time {
    text.parse::<DateTimeUtc>().unwrap()
}

fn some_time() -> Time {
    at("2026-11-22T19:25:25.031203Z")
}

fn some_json() -> Json {
    json!({"steps": [1, 2.5, -3], "nested": {"ü": "🪪 \" \\ \n"}, "none": null, "yes": true, "big": 9007199254740993_i64})
}

const NAME: &str = "Zoë 李 ज़ोया 🪪 O'Brien \\ \"%_";

pub(crate) fn merchant(number: u128) -> merchant::Model {
    merchant::Model {
        id: MerchantId(uuid(number)),
        name: NAME.to_owned(),
        slug: format!("slug-{number}"),
        mode: MerchantMode::Sandbox,
        time_zone: "Asia/Kolkata".to_owned(),
        journey: Journey(StepKind::ALL.to_vec()),
        link_validity_hours: 72,
        redirect_origins: Origins(vec!["https://example.com:8443".to_owned()]),
        display_name: NAME.to_owned(),
        primary_color: "#112233".to_owned(),
        background_color: "#ffffff".to_owned(),
        surface_color: "#eeeeee".to_owned(),
        text_color: "#000000".to_owned(),
        corner_radius: 0,
        support_email: Some("help@example.com".to_owned()),
        support_url: Some("https://example.com/".to_owned()),
        branding_updated_at: some_time(),
        created_at: some_time(),
    }
}

pub(crate) fn customer(merchant: u128, number: u128) -> customer::Model {
    customer::Model {
        id: CustomerId(uuid(number)),
        merchant_id: MerchantId(uuid(merchant)),
        reference: Some(format!("ref-{number}")),
        name: NAME.to_owned(),
        name_key: "zoe".to_owned(),
        email: Some("zoe@example.com".to_owned()),
        phone: Some("+919999999999".to_owned()),
        date_of_birth: Some("1969-12-31".parse().unwrap()),
        country: Some("IN".to_owned()),
        created_at: some_time(),
        updated_at: some_time(),
        version: 1,
    }
}

pub(crate) fn attempt(customer: &customer::Model, number: i32) -> attempt::Model {
    attempt::Model {
        id: AttemptId(uuid((customer.id.0.as_u128() & 0xffff) * 1000 + number as u128)),
        merchant_id: customer.merchant_id,
        customer_id: customer.id,
        number,
        newest: true,
        state: AttemptState::InProgress,
        mode: MerchantMode::Live,
        waiting_on: Some(Party::Customer),
        waiting_since: Some(some_time()),
        needs_customer: true,
        needs_provider: false,
        needs_reviewer: true,
        active_holds: 1,
        completed_steps: 0,
        total_steps: 6,
        redirect_url: Some("https://example.com/done".to_owned()),
        consented_at: Some(some_time()),
        rejection_code: None,
        rejection_message: None,
        rejection_staff_note: None,
        expiry_reason: None,
        created_at: some_time(),
        started_at: Some(some_time()),
        ended_at: None,
        expires_at: Some(at("2026-11-25T19:25:25Z")),
        due_at: Some(at("2026-11-25T19:25:25.1Z")),
        link_issued_count: 1,
        link_open_count: 2,
        link_last_opened_at: Some(some_time()),
        link_revoked_at: Some(some_time()),
        link_expiry_recorded: true,
        updated_at: some_time(),
        version: i32::MAX,
    }
}

fn rejected(customer: &customer::Model, number: i32) -> attempt::Model {
    attempt::Model {
        newest: false,
        state: AttemptState::Rejected,
        waiting_on: None,
        waiting_since: None,
        redirect_url: None,
        consented_at: None,
        rejection_code: Some("DOCUMENT_FORGED".to_owned()),
        rejection_message: Some(NAME.to_owned()),
        rejection_staff_note: Some(String::new()),
        started_at: None,
        ended_at: Some(some_time()),
        expires_at: None,
        due_at: None,
        link_last_opened_at: None,
        link_revoked_at: None,
        link_expiry_recorded: false,
        ..attempt(customer, number)
    }
}

fn step(attempt: &attempt::Model, kind: StepKind, position: i32) -> step::Model {
    step::Model {
        id: StepId(uuid((attempt.id.0.as_u128() & 0xff_ffff) * 10 + position as u128)),
        merchant_id: attempt.merchant_id,
        attempt_id: attempt.id,
        kind,
        position,
        status: StepStatus::RequiresAction,
        waiting_on: Some(Party::Reviewer),
        reason_code: Some("NAME_MISMATCH".to_owned()),
        reason_message: Some(NAME.to_owned()),
        reason_staff_note: Some(NAME.to_owned()),
        tries: 1,
        max_tries: 3,
        provider: Some("sandbox".to_owned()),
        started_at: Some(some_time()),
        ended_at: Some(some_time()),
        deadline_at: Some(some_time()),
        updated_at: some_time(),
        version: 2,
    }
}

fn event(merchant: u128, seq: i64, kind: EventType) -> event::Model {
    event::Model {
        merchant_id: MerchantId(uuid(merchant)),
        seq,
        id: EventId(uuid(0xe000 + seq as u128)),
        kind,
        at: some_time(),
        actor_kind: ActorKind::Member,
        actor_id: Some(uuid(90)),
        customer_id: Some(CustomerId(uuid(91))),
        attempt_id: Some(AttemptId(uuid(92))),
        step_id: Some(StepId(uuid(93))),
        subject_id: Some(uuid(94)),
        from: Some("NOT_STARTED".to_owned()),
        to: Some("COMPLETED".to_owned()),
        reason_code: Some("NAME_MISMATCH".to_owned()),
        data: some_json(),
    }
}

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
}

#[tokio::test]
async fn moments_sort_as_they_follow() {
    use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
    let (_database, db) = filled().await;
    // Text of different lengths, on SQLite.
    let moments = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:00.1Z",
        "2026-01-01T00:00:00.100001Z", "2026-01-01T00:00:00.12Z", "2026-01-01T00:00:01Z"].map(at);
    for (number, created_at) in moments.iter().enumerate().rev() {
        let row = customer::Model { created_at: *created_at, ..customer(1, 100 + number as u128) };
        keep::<customer::Entity>(&db, row).await;
    }
    let created = customer::Column::CreatedAt;
    let rows = customer::Entity::find().filter(created.lt(some_time())).order_by_asc(created).all(&db).await.unwrap();
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
    ];
    const ENDED: &str = ", waiting_on = NULL, due_at = NULL, ended_at = created_at";
    let (_database, db) = filled().await;
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
            assert!(takes(&db, &format!("UPDATE {table} SET {column} = '{word}'{with}")).await, "{table}.{column} {word}");
        }
        for word in ["NO_SUCH_WORD", "", "completed"] {
            assert!(!takes(&db, &format!("UPDATE {table} SET {column} = '{word}'")).await, "{table}.{column} {word:?}");
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
    refuses::<customer::Entity>(&db, customer::Model { reference: Some("ref-5".to_owned()), ..customer(1, 9) }).await;
    refuses::<attempt::Entity>(&db, attempt(&customer(1, 5), 2)).await;
    refuses::<attempt::Entity>(&db, attempt::Model { id: AttemptId(uuid(9)), ..rejected(&customer(1, 5), 1) }).await;
    keep::<attempt::Entity>(&db, rejected(&customer(1, 5), 2)).await;
    keep::<attempt::Entity>(&db, rejected(&customer(1, 5), 3)).await;
    refuses::<step::Entity>(&db, step(&open, StepKind::Pan, 2)).await;
    refuses::<step::Entity>(&db, step(&open, StepKind::Selfie, 1)).await;
    keep::<step::Entity>(&db, step(&open, StepKind::Selfie, 2)).await;
    refuses::<event::Entity>(&db, event::Model { id: EventId(uuid(9)), ..event(1, 1, EventType::LinkOpened) }).await;
    let twin = event::Model { id: event(1, 1, EventType::LinkOpened).id, ..event(1, 2, EventType::LinkOpened) };
    refuses::<event::Entity>(&db, twin).await;

    // A row of one merchant under a parent of another.
    keep::<merchant::Entity>(&db, merchant(8)).await;
    let elsewhere = MerchantId(uuid(8));
    let foreign = attempt::Model { merchant_id: elsewhere, ..rejected(&customer(1, 5), 4) };
    refuses::<attempt::Entity>(&db, foreign).await;
    let foreign = step::Model { merchant_id: elsewhere, ..step(&open, StepKind::Signature, 3) };
    refuses::<step::Entity>(&db, foreign).await;
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
