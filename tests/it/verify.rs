//! `verify` finds nothing in a database that the use cases wrote, and names every row that something else has touched.
#![expect(clippy::disallowed_methods, reason = "rows are broken here, which no actor does")]

mod breaks;
mod busy;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use entity::{
    AttemptState, EventType, attempt, check_run, customer, event, hold,
    id::{
        AttemptId, CustomerId, HoldId, LinkId, LinkSessionId, MatchId, MerchantId, RunId, ScreeningId, StepId,
    },
    link, link_session, screening, screening_match, step, step_result,
};
use kyc_stack::{
    entropy::Entropy,
    ops::verify::{self, Report},
};
use sea_orm::{
    ConnectOptions, ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, IntoActiveModel, Statement,
    Value,
};
use uuid::Uuid;

use self::{
    breaks::{BREAKS, SILENT},
    busy::{STRANGER, busy},
};
use crate::harness::{database::Backend, office::Office, rows, verify::assert_clean};

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
    assert_eq!((report.merchants, report.customers, report.attempts), (2, 10, 12));
    assert_eq!((report.steps, report.holds, report.links), (21, 3, 7));
    assert_eq!((report.screenings, report.matches), (3, 6));
    assert_eq!(report.events, office.log().await.len() as u64);
    assert!(read.load(Ordering::Relaxed) > report.events && calls.load(Ordering::Relaxed) > 3);
}

/// A database that lets itself be broken: one connection, which looks after no foreign keys.
struct Vandal {
    office: Office,
    db: DatabaseConnection,
    entropy: Entropy,
}

const TABLES: [&str; 13] = [
    "customer",
    "search_token",
    "attempt",
    "step",
    "hold",
    "link",
    "link_session",
    "check_run",
    "step_result",
    "screening",
    "screening_match",
    "event",
    "log_head",
];

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
        let columns = self.columns(table).await;
        let sql = format!("INSERT INTO {table} ({columns}) SELECT {columns} FROM kept_{table}");
        self.db.execute_unprepared(&sql).await.unwrap();
    }

    /// The columns of a table that somebody writes.
    async fn columns(&self, table: &str) -> String {
        let backend = self.db.get_database_backend();
        let sql = match backend {
            DbBackend::Postgres => format!(
                "SELECT column_name::text FROM information_schema.columns \
                 WHERE table_schema = 'public' AND table_name = '{table}' AND is_generated = 'NEVER'"
            ),
            // It leaves out what is generated.
            _ => format!("SELECT name FROM pragma_table_info('{table}')"),
        };
        let rows = self.db.query_all_raw(Statement::from_string(backend, sql)).await.unwrap();
        let names: Vec<_> =
            rows.iter().map(|row| format!("\"{}\"", row.try_get_by_index::<String>(0).unwrap())).collect();
        names.join(", ")
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
        "step_result" => format!("SELECT step_id FROM step_result WHERE {only} ORDER BY step_id"),
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
            "check_run" => Target::of("run", id, RunId(id)),
            "step_result" => Target::of("result", id, StepId(id)),
            "link_session" => Target::of("linksession", id, LinkSessionId(id)),
            "screening" => Target::of(table, id, ScreeningId(id)),
            "screening_match" => Target::of("match", id, MatchId(id)),
            other => panic!("{other}"),
        }
    };
    rows.iter().map(target).collect()
}

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
            let key = match *table {
                "event" => "merchant_id = $1 AND seq = $2",
                "step_result" => "step_id = $1",
                _ => BY_ID,
            };
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
            // A result is known by its step.
            let is_renamed = (*table, *column) == ("step_result", "step_id");
            let enough = if (*table == "event" && is_elsewhere) || is_renamed {
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
        columns::<link_session::Entity>("link_session"),
        columns::<check_run::Entity>("check_run"),
        columns::<step_result::Entity>("step_result"),
        columns::<screening::Entity>("screening"),
        columns::<screening_match::Entity>("screening_match"),
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
    for table in ["customer", "attempt", "step", "hold", "link", "screening", "screening_match"] {
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
    let db = office.kyc.db.library();
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
        (1, EventType::LateResultRecorded, &[][..]),
        (
            2,
            EventType::LinkExtended,
            &[
                "it is the last of its change, and leaves no image of the attempt",
                "LINK_EXTENDED after the attempt was COMPLETED",
            ],
        ),
    ] {
        let row = late(newest.seq + extra, kind);
        event::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
        db.execute_unprepared("UPDATE log_head SET seq = seq + 1 WHERE seq > 0").await.unwrap();
        let found: Vec<_> = report(&office).await.problems.into_iter().map(|problem| problem.what).collect();
        assert_eq!(found, expected);
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
