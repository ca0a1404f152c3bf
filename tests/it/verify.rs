//! `verify` finds nothing in a database that the use cases wrote, and names every row that something else has touched.
#![expect(clippy::disallowed_methods, reason = "rows are broken here, which no actor does")]

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use entity::{
    AttemptState, EventType, ExpiryReason, Party, Role, StepKind, StepStatus, attempt, customer, event, hold,
    id::{AttemptId, CustomerId, HoldId, LinkId, MerchantId, StepId},
    link, log_head, merchant, step,
};
use kyc_stack::{
    entropy::Entropy,
    kyc::{
        Patch,
        attempt::{AttemptCreate, AttemptReject, create, reject},
        customer::{CustomerUpdate, update},
        expiry::{expire_due, link_expiries_due, step_timeouts_due},
        hold::{HoldPlace, HoldRelease, place, release},
        link::{LinkExtend, LinkResend, LinkRevoke, extend, resend, revoke},
    },
    ops::verify::{self, Report},
};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IntoActiveModel, Statement,
    Value,
};
use uuid::Uuid;

use crate::harness::{
    database::Backend,
    office::{Office, of_nobody, reason},
    rows,
    verify::assert_clean,
};

/// A second merchant, without customers.
const STRANGER: u128 = 2;

/// Attempts in every state that the use cases reach by now, of a merchant that is not alone.
async fn busy() -> Office {
    use StepKind::{BankPennyDrop, DigilockerAadhaar, Pan, Selfie, Signature};
    use StepStatus::{Completed, Failed, InProgress, RequiresAction};
    let office = Office::open().await;
    let (kyc, admin) = (&office.kyc, office.member(Role::Admin));
    let stranger = rows::merchant(STRANGER);
    let head = log_head::Model { merchant_id: stranger.id, seq: 0 };
    let db = kyc.db.writer();
    merchant::Entity::insert(stranger.into_active_model()).exec_without_returning(db).await.unwrap();
    log_head::Entity::insert(head.into_active_model()).exec_without_returning(db).await.unwrap();

    // Held, completed when the last hold is released.
    let completed = office.attempt(&[Pan, Selfie]).await;
    let on = |attempt_id| HoldPlace { attempt_id, reason: reason("SUSPECTED_FRAUD") };
    let held = place(kyc, &admin, None, on(completed.id)).await.unwrap().answer.hold;
    for step in office.steps(completed.id).await {
        office.step(step.id, InProgress).await.unwrap();
        office.step(step.id, RequiresAction).await.unwrap();
        office.step(step.id, Completed).await.unwrap();
    }
    let off = HoldRelease { hold_id: held.id, note: Some("looked at it".to_owned()) };
    release(kyc, &office.system(Role::Reviewer), None, off).await.unwrap();

    // Failed for good, in the middle of another step.
    let failed = office.attempt(&[BankPennyDrop, DigilockerAadhaar]).await;
    let steps = office.steps(failed.id).await;
    office.step(steps[1].id, InProgress).await.unwrap();
    for _ in 0..2 {
        office.step(steps[0].id, Failed).await.unwrap();
        office.step(steps[0].id, InProgress).await.unwrap();
    }
    office.step(steps[0].id, Failed).await.unwrap();

    // Rejected by a reviewer, with a hold that outlives it.
    let rejected = office.attempt(&[Signature]).await;
    place(kyc, &admin, None, on(rejected.id)).await.unwrap();
    let input =
        AttemptReject { attempt_id: rejected.id, reason: reason("UNDER_AGE"), expected_version: None };
    reject(kyc, &admin, None, input).await.unwrap();

    // One customer's attempts: run out unopened, then revoked, then open and held, with two links.
    let first = office.link(&[Selfie]).await.attempt;
    office.later(24);
    assert_eq!(expire_due(kyc, 100).await.unwrap(), 1);
    let next = || AttemptCreate { customer_id: Some(first.customer_id), ..of_nobody(&[Selfie, Pan]) };
    let second = create(kyc, &admin, None, next()).await.unwrap().answer.attempt;
    resend(kyc, &admin, None, LinkResend { attempt_id: second.id }).await.unwrap();
    revoke(kyc, &admin, None, LinkRevoke { attempt_id: second.id }).await.unwrap();
    let third = create(kyc, &admin, None, next()).await.unwrap().answer.attempt;
    resend(kyc, &admin, None, LinkResend { attempt_id: third.id }).await.unwrap();
    office.later(1);
    resend(kyc, &admin, None, LinkResend { attempt_id: third.id }).await.unwrap();
    extend(kyc, &admin, None, LinkExtend { attempt_id: third.id, validity_hours: 48 }).await.unwrap();
    place(kyc, &admin, None, on(third.id)).await.unwrap();
    let renamed = CustomerUpdate {
        id: first.customer_id,
        name: Patch::Set("Zoë D’Souza".to_owned()),
        email: Patch::Set("zoe@example.com".to_owned()),
        phone: Patch::Keep,
        date_of_birth: Patch::Keep,
        country: Patch::Keep,
        expected_version: None,
    };
    update(kyc, &admin, renamed, None).await.unwrap();

    // With a provider, and the time of both the step and the link has passed.
    let late = office.link(&[Pan]).await.attempt;
    let step = office.steps(late.id).await[0].id;
    office
        .step_as(&office.system(Role::Admin), None, crate::harness::office::to(step, InProgress))
        .await
        .unwrap();
    office.later(25);
    assert_eq!(step_timeouts_due(kyc, 100).await.unwrap(), 1);
    assert_eq!(link_expiries_due(kyc, 100).await.unwrap(), 1);
    // In the middle of a step.
    let running = office.link(&[Pan, Selfie]).await.attempt;
    let step = office.steps(running.id).await[0].id;
    office.step(step, InProgress).await.unwrap();

    let states: Vec<_> = [completed.id, failed.id, rejected.id, first.id, second.id, third.id].to_vec();
    let mut reached = Vec::new();
    for id in states {
        let row = office.row(id).await;
        reached.push((row.state, row.expiry_reason));
    }
    assert_eq!(
        reached,
        [
            (AttemptState::Completed, None),
            (AttemptState::Rejected, None),
            (AttemptState::Rejected, None),
            (AttemptState::Expired, Some(ExpiryReason::NeverOpened)),
            (AttemptState::Expired, Some(ExpiryReason::Revoked)),
            (AttemptState::Created, None),
        ]
    );
    assert_eq!(office.row(late.id).await.waiting_on, Some(Party::Reviewer));
    office
}

async fn report(office: &Office) -> Report {
    verify::run(&office.kyc.db, office.kyc.clock.now(), |_| ()).await.unwrap()
}

#[tokio::test]
async fn what_the_use_cases_wrote_is_clean_and_counted() {
    let office = busy().await;
    assert_clean(&office.kyc.db).await;
    let (read, calls) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let (told, called) = (Arc::clone(&read), Arc::clone(&calls));
    let progress = move |rows| {
        assert!(told.swap(rows, Ordering::Relaxed) <= rows, "progress never goes back");
        called.fetch_add(1, Ordering::Relaxed);
    };
    let report = verify::run(&office.kyc.db, office.kyc.clock.now(), progress).await.unwrap();
    assert_eq!(report.problems, []);
    assert_eq!((report.merchants, report.customers, report.attempts), (2, 6, 8));
    assert_eq!((report.steps, report.holds, report.links), (13, 3, 6));
    assert_eq!(report.events, office.log().await.len() as u64);
    assert!(read.load(Ordering::Relaxed) > report.events && calls.load(Ordering::Relaxed) > 3);
}

/// A database that lets itself be broken: one connection, which looks after no foreign keys.
struct Vandal {
    office: Office,
    db: DatabaseConnection,
    entropy: Entropy,
}

const TABLES: [&str; 8] =
    ["customer", "search_token", "attempt", "step", "hold", "link", "event", "log_head"];

impl Vandal {
    async fn new() -> Self {
        let office = busy().await;
        let mut options = ConnectOptions::new(office.url());
        options.sqlx_logging(false).max_connections(1);
        let db = sea_orm::Database::connect(options).await.unwrap();
        db.execute_unprepared(match db.get_database_backend() {
            DbBackend::Postgres => "SET session_replication_role = replica",
            _ => "PRAGMA foreign_keys = OFF; PRAGMA synchronous = OFF",
        })
        .await
        .unwrap();
        for table in TABLES {
            db.execute_unprepared(&format!("CREATE TABLE kept_{table} AS SELECT * FROM {table}"))
                .await
                .unwrap();
        }
        Self { office, db, entropy: Entropy::seeded(7) }
    }

    /// An SQL literal that stands for this id.
    fn uuid(&self, id: Uuid) -> String {
        match self.db.get_database_backend() {
            DbBackend::Postgres => format!("'{id}'::uuid"),
            _ => format!("x'{}'", id.simple()),
        }
    }

    /// Any of them, by chance that repeats itself.
    fn pick<T>(&self, rows: &mut Vec<T>) -> Option<T> {
        let chance = u32::from_le_bytes(self.entropy.bytes());
        (!rows.is_empty()).then(|| rows.swap_remove(chance as usize % rows.len()))
    }

    /// Changes rows, and answers whether the database let it happen and there was something to change.
    async fn breaks(&self, sql: &str, key: impl IntoIterator<Item = Value>) -> bool {
        let statement = Statement::from_sql_and_values(self.db.get_database_backend(), sql, key);
        self.db.execute_raw(statement).await.is_ok_and(|done| done.rows_affected() > 0)
    }

    async fn repair(&self, table: &str) {
        self.db.execute_unprepared(&format!("DELETE FROM {table}")).await.unwrap();
        self.db.execute_unprepared(&format!("INSERT INTO {table} SELECT * FROM kept_{table}")).await.unwrap();
    }

    /// Breaks by `sql`, looks, and repairs: the subjects of what was found, or none when the database refused to be broken.
    async fn found(&self, table: &str, sql: &str, key: Vec<Value>) -> Option<Vec<String>> {
        if !self.breaks(sql, key).await {
            return None;
        }
        let report = report(&self.office).await;
        self.repair(table).await;
        Some(report.problems.into_iter().map(|problem| problem.subject).collect())
    }
}

/// A row that can be broken: what `verify` calls it, and its key.
struct Target {
    subject: String,
    key: Vec<Value>,
}

const BY_ID: &str = "id = $1";

impl Target {
    fn of(table: &'static str, id: Uuid, subject: impl std::fmt::Display) -> Self {
        Self { subject: format!("{table} {subject}"), key: vec![id.into()] }
    }
}

async fn targets(db: &DatabaseConnection, table: &'static str, only: &str) -> Vec<Target> {
    let only = if only.is_empty() { "1 = 1" } else { only };
    let sql = match table {
        "event" => format!("SELECT merchant_id, seq FROM event WHERE {only} ORDER BY seq"),
        _ => format!("SELECT id FROM {table} WHERE {only} ORDER BY id"),
    };
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap();
    let target = |row: &sea_orm::QueryResult| {
        let id: Uuid = row.try_get_by_index(0).unwrap();
        match table {
            "event" => {
                let seq: i64 = row.try_get_by_index(1).unwrap();
                Target { subject: format!("event {seq}"), key: vec![id.into(), seq.into()] }
            }
            "customer" => Target::of(table, id, CustomerId(id)),
            "attempt" => Target::of(table, id, AttemptId(id)),
            "step" => Target::of(table, id, StepId(id)),
            "hold" => Target::of(table, id, HoldId(id)),
            "link" => Target::of(table, id, LinkId(id)),
            other => panic!("{other}"),
        }
    };
    rows.iter().map(target).collect()
}

/// Columns, what is written over them, and in which rows. Every pair of column and value has to be found in the rows where
/// it changes something, unless the database refuses it. `ID` is an id that nothing has, `MERCHANT` and `CUSTOMER` are others'.
const BREAKS: &[(&str, &str, &[&str], &str)] = &[
    ("attempt", "id", &["ID"], ""),
    ("attempt", "merchant_id", &["MERCHANT", "ID"], ""),
    ("attempt", "customer_id", &["CUSTOMER", "ID"], ""),
    ("attempt", "number", &["number + 1", "number + 7"], ""),
    ("attempt", "newest", &["NOT newest"], ""),
    ("attempt", "state", &["'CREATED'", "'IN_PROGRESS'", "'COMPLETED'", "'REJECTED'", "'EXPIRED'"], ""),
    ("attempt", "mode", &["'LIVE'"], ""),
    ("attempt", "waiting_on", &["NULL", "'CUSTOMER'", "'PROVIDER'", "'REVIEWER'"], ""),
    ("attempt", "waiting_since", &["NULL", "TIME"], ""),
    ("attempt", "needs_customer", &["NOT needs_customer"], ""),
    ("attempt", "needs_provider", &["NOT needs_provider"], ""),
    ("attempt", "needs_reviewer", &["NOT needs_reviewer"], ""),
    ("attempt", "active_holds", &["active_holds + 1", "0"], ""),
    ("attempt", "completed_steps", &["completed_steps + 1", "0"], ""),
    ("attempt", "total_steps", &["total_steps + 1", "1"], ""),
    ("attempt", "redirect_url", &["'https://example.com/'"], "link_issued_count = 0"),
    ("attempt", "consented_at", &["TIME"], ""),
    ("attempt", "rejection_code", &["NULL", "'OTHER'"], ""),
    ("attempt", "rejection_message", &["NULL"], ""),
    ("attempt", "rejection_message", &["'why'"], "rejection_code IS NULL"),
    ("attempt", "rejection_staff_note", &["'why'"], "rejection_code IS NULL"),
    ("attempt", "expiry_reason", &["NULL", "'NEVER_OPENED'", "'ABANDONED'", "'REVOKED'"], ""),
    ("attempt", "created_at", &["TIME"], ""),
    ("attempt", "started_at", &["NULL", "TIME"], ""),
    ("attempt", "ended_at", &["NULL", "TIME"], ""),
    ("attempt", "expires_at", &["NULL", "TIME"], ""),
    ("attempt", "due_at", &["NULL", "TIME"], ""),
    ("attempt", "link_issued_count", &["link_issued_count + 1", "0"], ""),
    ("attempt", "link_open_count", &["link_open_count + 1"], ""),
    ("attempt", "link_last_opened_at", &["TIME"], ""),
    ("attempt", "link_revoked_at", &["NULL", "TIME"], ""),
    ("attempt", "link_expiry_recorded", &["NOT link_expiry_recorded"], ""),
    ("attempt", "updated_at", &["TIME"], ""),
    ("attempt", "version", &["version + 1", "0"], ""),
    ("step", "id", &["ID"], ""),
    ("step", "merchant_id", &["MERCHANT", "ID"], ""),
    ("step", "attempt_id", &["ATTEMPT", "ID"], ""),
    ("step", "kind", &["'PAN'", "'SANCTION_SCREENING'"], ""),
    ("step", "position", &["position + 1", "position + 7"], ""),
    (
        "step",
        "status",
        &["'NOT_STARTED'", "'IN_PROGRESS'", "'COMPLETED'", "'FAILED'", "'REQUIRES_ACTION'"],
        "",
    ),
    ("step", "waiting_on", &["NULL", "'CUSTOMER'", "'PROVIDER'", "'REVIEWER'"], ""),
    ("step", "reason_code", &["NULL", "'OTHER'"], ""),
    ("step", "reason_message", &["NULL"], ""),
    ("step", "reason_message", &["'why'"], "reason_code IS NULL"),
    ("step", "reason_staff_note", &["'why'"], "reason_code IS NULL"),
    ("step", "tries", &["tries + 1", "0"], ""),
    ("step", "max_tries", &["max_tries + 1"], ""),
    ("step", "provider", &["NULL", "'setu'"], ""),
    ("step", "started_at", &["NULL", "TIME"], ""),
    ("step", "ended_at", &["NULL", "TIME"], ""),
    ("step", "deadline_at", &["NULL", "TIME"], ""),
    ("step", "updated_at", &["TIME"], ""),
    ("step", "version", &["version + 1", "0"], ""),
    ("hold", "id", &["ID"], ""),
    ("hold", "merchant_id", &["MERCHANT", "ID"], ""),
    ("hold", "attempt_id", &["ATTEMPT", "ID"], ""),
    ("hold", "reason_code", &["'OTHER'"], ""),
    ("hold", "reason_message", &["''"], ""),
    ("hold", "release_note", &["'done'"], "released_at IS NULL"),
    ("hold", "placed_by_kind", &["'API_KEY'", "'SYSTEM'"], ""),
    ("hold", "placed_by_id", &["NULL", "ID"], ""),
    ("hold", "placed_at", &["TIME"], ""),
    ("hold", "released_by_kind", &["NULL", "'MEMBER'"], ""),
    ("hold", "released_by_id", &["NULL", "ID"], ""),
    ("hold", "released_at", &["NULL", "TIME"], ""),
    ("link", "id", &["ID"], ""),
    ("link", "merchant_id", &["MERCHANT", "ID"], ""),
    ("link", "attempt_id", &["ATTEMPT", "ID"], ""),
    ("link", "token_hash", &["BYTES"], ""),
    ("link", "issued_at", &["TIME"], ""),
    ("link", "replaced_at", &["NULL", "TIME"], ""),
    ("customer", "id", &["ID"], ""),
    ("customer", "merchant_id", &["MERCHANT", "ID"], ""),
    ("customer", "reference", &["'other'"], ""),
    ("customer", "name", &["'Somebody Else'"], ""),
    ("customer", "name_key", &["'zzz'"], ""),
    ("customer", "created_at", &["TIME"], ""),
    ("customer", "updated_at", &["TIME"], ""),
    ("customer", "version", &["version + 1", "0"], ""),
    ("event", "id", &["ID"], ""),
    ("event", "merchant_id", &["MERCHANT", "ID"], ""),
    ("event", "seq", &["seq + 1000"], ""),
    (
        "event",
        "type",
        &[
            "'REPORT_EXPORTED'",
            "'STEP_STATUS_CHANGED'",
            "'ATTEMPT_CREATED'",
            "'HOLD_PLACED'",
            "'LINK_RESENT'",
        ],
        "",
    ),
    ("event", "at", &["TIME"], ""),
    ("event", "actor_kind", &["'SYSTEM'"], "actor_id IS NOT NULL"),
    ("event", "actor_kind", &["'MEMBER'"], "actor_id IS NULL"),
    ("event", "actor_id", &["NULL"], ""),
    ("event", "customer_id", &["NULL", "CUSTOMER", "ID"], ""),
    ("event", "attempt_id", &["NULL", "ATTEMPT", "ID"], ""),
    ("event", "step_id", &["NULL", "ID"], ""),
    ("event", "subject_id", &["NULL", "ID"], ""),
    ("event", "\"from\"", &["NULL", "'NOT_STARTED'", "'CREATED'", "'nonsense'"], ""),
    ("event", "\"to\"", &["NULL", "'IN_PROGRESS'", "'COMPLETED'", "'nonsense'"], ""),
    ("event", "reason_code", &["NULL", "'OTHER'"], ""),
    ("event", "data", &["'{\"unknown\": 1}'", "'[]'", "'{}'"], ""),
];

/// What no rule and no log says anything about, so that a wrong value looks like a right one.
const SILENT: &[(&str, &str)] = &[
    ("hold", "reason_staff_note"),
    ("customer", "email"),
    ("customer", "phone"),
    ("customer", "date_of_birth"),
    ("customer", "country"),
];

#[tokio::test]
async fn whatever_is_changed_is_named() {
    let vandal = Vandal::new().await;
    let other = |table: &'static str| targets(&vandal.db, table, "");
    let last = |rows: Vec<Target>| rows.into_iter().next_back().unwrap().key.remove(0);
    let as_uuid = |value: Value| match value {
        Value::Uuid(Some(id)) => id,
        other => panic!("{other:?}"),
    };
    let customer = vandal.uuid(as_uuid(last(other("customer").await)));
    let attempt = vandal.uuid(as_uuid(last(other("attempt").await)));
    let words = [
        ("ID", vandal.uuid(rows::uuid(77))),
        ("MERCHANT", vandal.uuid(MerchantId::from(rows::merchant(STRANGER).id.0).0)),
        ("CUSTOMER", customer),
        ("ATTEMPT", attempt),
        ("TIME", "'2020-01-01T00:00:00+00:00'".to_owned()),
        (
            "BYTES",
            match Backend::under_test() {
                Backend::Postgres => "'\\x00'::bytea".to_owned(),
                Backend::Sqlite => "x'00'".to_owned(),
            },
        ),
    ];
    let mut unnamed = Vec::new();
    for (table, column, values, only) in BREAKS {
        let mut named = 0;
        for value in *values {
            let sql = words.iter().find(|(word, _)| word == value).map_or(*value, |(_, sql)| sql);
            let condition = if only.is_empty() { "1 = 1" } else { only };
            let condition = format!("({condition}) AND {column} IS DISTINCT FROM {sql}");
            let mut rows = targets(&vandal.db, table, &condition).await;
            let key = if *table == "event" { "merchant_id = $1 AND seq = $2" } else { BY_ID };
            let update = format!("UPDATE {table} SET {column} = {sql} WHERE {key}");
            // The first that the database lets be broken.
            let broken = loop {
                let Some(target) = vandal.pick(&mut rows) else { break None };
                if let Some(found) = vandal.found(table, &update, target.key.clone()).await {
                    break Some((target, found));
                }
            };
            let Some((target, found)) = broken else { continue };
            // An event that has lost its place, or what it was about, is missed where it was.
            let is_elsewhere =
                matches!(*column, "merchant_id" | "seq" | "customer_id" | "attempt_id" | "data" | "type");
            let enough = if *table == "event" && is_elsewhere {
                !found.is_empty()
            } else {
                found.contains(&target.subject)
            };
            if enough {
                named += 1;
            } else {
                unnamed.push(format!("{update} of {}: {found:?}", target.subject));
            }
        }
        assert!(named > 0 || !unnamed.is_empty(), "nothing could be broken in {table}.{column}");
    }
    assert!(unnamed.is_empty(), "{unnamed:#?}");
    assert_clean(&vandal.office.kyc.db).await;
}

#[test]
fn no_column_is_left_out() {
    use sea_orm::{IdenStatic, Iterable};
    fn columns<E: EntityTrait>(table: &str) -> Vec<(String, String)> {
        E::Column::iter().map(|column| (table.to_owned(), column.as_str().to_owned())).collect()
    }
    let all = [
        columns::<attempt::Entity>("attempt"),
        columns::<step::Entity>("step"),
        columns::<hold::Entity>("hold"),
        columns::<link::Entity>("link"),
        columns::<customer::Entity>("customer"),
        columns::<event::Entity>("event"),
    ];
    for (table, column) in all.into_iter().flatten() {
        let is = |(t, c): (&str, &str)| t == table && c.trim_matches('"') == column;
        let broken = BREAKS.iter().any(|(t, c, ..)| is((t, c)));
        assert!(broken || SILENT.iter().any(|silent| is(*silent)), "{table}.{column}");
    }
}

#[tokio::test]
async fn rows_that_are_gone_or_too_many_are_named() {
    let vandal = Vandal::new().await;
    for table in ["customer", "attempt", "step", "hold", "link"] {
        let target = vandal.pick(&mut targets(&vandal.db, table, "").await).unwrap();
        let found =
            vandal.found(table, &format!("DELETE FROM {table} WHERE {BY_ID}"), target.key).await.unwrap();
        assert!(found.contains(&target.subject), "{}: {found:?}", target.subject);
    }
    // The first, the last, and some in between.
    let events = targets(&vandal.db, "event", "").await;
    let last = events.len() - 1;
    for (index, target) in events.into_iter().enumerate() {
        if index % 9 == 0 || index == last {
            let gone = "DELETE FROM event WHERE merchant_id = $1 AND seq = $2";
            let found = vandal.found("event", gone, target.key).await.unwrap();
            assert!(found.contains(&"log".to_owned()), "{}: {found:?}", target.subject);
        }
    }
    for broken in [
        "UPDATE log_head SET seq = seq + 1",
        "UPDATE log_head SET seq = seq - 1 WHERE seq > 0",
        "DELETE FROM log_head",
    ] {
        let found = vandal.found("log_head", broken, Vec::new()).await.unwrap();
        assert!(found.contains(&"log".to_owned()), "{broken}: {found:?}");
    }
    let stray = format!("INSERT INTO log_head VALUES ({}, 3)", vandal.uuid(rows::uuid(77)));
    assert_eq!(vandal.found("log_head", &stray, Vec::new()).await.unwrap(), ["log"]);

    let customer = targets(&vandal.db, "customer", "").await.remove(0);
    let stranger = vandal.uuid(rows::merchant(STRANGER).id.0);
    for broken in [
        "DELETE FROM search_token WHERE customer_id = $1".to_owned(),
        "UPDATE search_token SET token = token || 'x' WHERE customer_id = $1".to_owned(),
        format!("UPDATE search_token SET merchant_id = {stranger} WHERE customer_id = $1"),
        format!("UPDATE search_token SET customer_id = {stranger} WHERE customer_id = $1"),
    ] {
        let found = vandal.found("search_token", &broken, customer.key.clone()).await.unwrap();
        assert!(found.contains(&customer.subject), "{broken}: {found:?}");
    }

    let db = vandal.office.kyc.db.reader();
    let hold = hold::Entity::find().one(db).await.unwrap().unwrap();
    let extra = hold::Model { id: HoldId(rows::uuid(78)), ..hold };
    hold::Entity::insert(extra.clone().into_active_model()).exec_without_returning(&vandal.db).await.unwrap();
    let link = link::Entity::find().one(db).await.unwrap().unwrap();
    let second = link::Model { id: LinkId(rows::uuid(79)), token_hash: vec![1; 32], ..link };
    link::Entity::insert(second.clone().into_active_model())
        .exec_without_returning(&vandal.db)
        .await
        .unwrap();
    let found = report(&vandal.office).await;
    for subject in [format!("hold {}", extra.id), format!("link {}", second.id)] {
        let what = found.problems.iter().find(|problem| problem.subject == subject).map(|p| p.what.as_str());
        assert_eq!(what, Some("the log does not tell of it"));
    }
}

#[tokio::test]
async fn what_follows_the_end_of_an_attempt_is_named_unless_it_is_a_late_result() {
    let office = busy().await;
    let db = office.kyc.db.writer();
    let ended = attempt::Entity::find().all(db).await.unwrap();
    let ended = ended.into_iter().find(|row| row.state == AttemptState::Completed).unwrap();
    let log = office.log().await;
    let newest = log.last().unwrap().clone();
    let late = |seq: i64, kind: EventType| event::Model {
        seq,
        id: office.kyc.entropy.id(newest.at),
        kind,
        at: newest.at,
        actor_kind: entity::ActorKind::Provider,
        actor_id: None,
        customer_id: Some(ended.customer_id),
        attempt_id: Some(ended.id),
        step_id: None,
        subject_id: None,
        from: None,
        to: None,
        reason_code: None,
        data: serde_json::json!({}),
        ..newest.clone()
    };
    for (extra, kind, expected) in [
        (1, EventType::LateResultRecorded, None),
        (2, EventType::LinkExtended, Some("LINK_EXTENDED after the attempt was COMPLETED")),
    ] {
        let row = late(newest.seq + extra, kind);
        event::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
        db.execute_unprepared("UPDATE log_head SET seq = seq + 1 WHERE seq > 0").await.unwrap();
        let found: Vec<_> = report(&office).await.problems.into_iter().map(|problem| problem.what).collect();
        assert_eq!(found, expected.into_iter().map(str::to_owned).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn problems_name_no_person() {
    let vandal = Vandal::new().await;
    vandal.breaks("UPDATE customer SET name_key = 'secret', name = 'Secret Person'", []).await;
    vandal.breaks("DELETE FROM search_token", []).await;
    vandal
        .breaks("UPDATE step SET reason_message = 'Secret Person', reason_staff_note = 'Secret Person'", [])
        .await;
    vandal.breaks("UPDATE event SET data = '{\"secret\": 1}', \"to\" = 'secret'", []).await;
    let found = report(&vandal.office).await;
    assert!(!found.is_clean());
    let told = format!("{found:?}").to_lowercase();
    assert!(!told.contains("secret") && !told.contains("asha"), "{told}");
}
