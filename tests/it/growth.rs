//! What a request costs does not grow with the merchant: no statement of these documents reads a table, or one merchant's part
//! of it, from end to end. `benches/growth` measures the same documents.
#![expect(
    clippy::disallowed_methods,
    reason = "plans are asked for by no actor, on settings that end with it"
)]

use std::sync::{Arc, Mutex};

use entity::{Role, StepKind};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use serde_json::json;

use crate::{
    harness::{graph::graph, office::Office},
    indexes::alone,
};

/// Lists, and the index in whose order each is read.
const LISTS: [(&str, &str); 27] = [
    ("attempts(first: 50)", "attempt_created"),
    ("attempts(last: 50)", "attempt_created"),
    ("attempts(sort: {field: CREATED_AT, direction: ASC})", "attempt_created"),
    ("attempts(sort: {field: UPDATED_AT, direction: ASC})", "attempt_updated"),
    ("attempts(sort: {field: UPDATED_AT, direction: DESC})", "attempt_updated"),
    ("attempts(sort: {field: EXPIRES_AT, direction: ASC})", "attempt_class_expires"),
    ("attempts(sort: {field: EXPIRES_AT, direction: DESC})", "attempt_class_expires"),
    ("attempts(sort: {field: WAITING_SINCE, direction: ASC})", "attempt_class_waiting"),
    ("attempts(sort: {field: WAITING_SINCE, direction: DESC})", "attempt_class_waiting"),
    ("attempts(filter: {state: [REJECTED]})", "attempt_state"),
    ("attempts(filter: {waitingOn: REVIEWER})", "attempt_class_created"),
    ("attempts(filter: {needs: [REVIEWER]})", "attempt_class_created"),
    ("attempts(filter: {onHold: true})", "attempt_class_created"),
    ("attempts(filter: {state: [COMPLETED, REJECTED]})", "attempt_class_created"),
    (
        "attempts(filter: {state: [IN_PROGRESS]}, sort: {field: UPDATED_AT, direction: ASC})",
        "attempt_class_updated",
    ),
    (
        "attempts(filter: {needs: [REVIEWER]}, sort: {field: UPDATED_AT, direction: ASC})",
        "attempt_class_updated",
    ),
    ("attempts(filter: {onHold: true}, sort: {field: EXPIRES_AT, direction: DESC})", "attempt_class_expires"),
    (
        "attempts(filter: {needs: [REVIEWER]}, sort: {field: WAITING_SINCE, direction: ASC})",
        "attempt_class_waiting",
    ),
    ("attempts(filter: {expiryReason: [REVOKED]})", "attempt_class_created"),
    ("attempts(filter: {createdFrom: \"2026-11-01T00:00:00Z\"})", "attempt_created"),
    ("customers(first: 50)", "customer_created"),
    ("customers(last: 50)", "customer_created"),
    ("customers(sort: {field: UPDATED_AT, direction: ASC})", "customer_updated"),
    ("customers(sort: {field: NAME, direction: ASC})", "customer_name"),
    ("customers(sort: {field: NAME, direction: DESC})", "customer_name"),
    ("customers(filter: {state: [IN_PROGRESS]})", "customer_created"),
    ("customers(filter: {createdTo: \"2026-11-01T00:00:00Z\"})", "customer_created"),
];

/// Documents that read some index, and what is a word of the plan of one of their statements.
const OTHERS: [(&str, &str); 14] = [
    ("{ attempts(filter: {stepStatus: [FAILED]}) { nodes { id } } }", "step_status"),
    ("{ attempts(filter: {state: [EXPIRED]}) { nodes { id } } }", "attempt_class_created"),
    (
        "{ attempts(filter: {expiryReason: [NEVER_OPENED]}, sort: {field: UPDATED_AT, direction: ASC}) { nodes { id } } }",
        "attempt_class_updated",
    ),
    ("{ attempts(filter: {needs: [REVIEWER]}) { totalCount } }", "attempt_class_created"),
    ("{ customers { nodes { id attempts(first: 3) { nodes { id steps { kind } } } } } }", "customer_created"),
    ("{ attempt(id: \"ATTEMPT\") { id tracker(first: 50) { nodes { type summary } } } }", "event_attempt"),
    ("{ attempts(filter: {search: \"zoe\"}) { nodes { id } } }", "search_token"),
    ("{ customers(filter: {search: \"zoe cust-1\"}) { nodes { id } } }", "search_token"),
    ("{ attempts(filter: {state: [COMPLETED]}) { totalCount } }", "attempt_state"),
    (
        "{ summary(from: \"2026-01-01\", to: \"2026-12-31\") { attemptsByState { count } } }",
        "attempt_created",
    ),
    ("{ summary(from: \"2026-01-01\", to: \"2026-12-31\") { byDay { count } } }", "attempt_created"),
    ("{ summary(from: \"2026-01-01\", to: \"2026-12-31\") { funnel { reached } } }", "attempt_created"),
    ("{ summary(from: \"2026-01-01\", to: \"2026-12-31\") { medianSecondsToComplete } }", "attempt_created"),
    ("{ summary(from: \"2026-01-01\", to: \"2026-12-31\") { funnel { medianSeconds } } }", "attempt_created"),
];

/// The tables that grow.
const TABLES: [&str; 5] = ["attempt", "step", "customer", "event", "search_token"];

/// An office whose statements are kept.
struct Watched {
    office: Office,
    statements: Arc<Mutex<Vec<Statement>>>,
    db: DatabaseConnection,
}

impl Watched {
    async fn open() -> Self {
        let mut office = Office::open().await;
        let statements = Arc::new(Mutex::new(Vec::new()));
        let db = office.kyc.db.library().clone();
        let kept = Arc::clone(&statements);
        office.kyc.db = office.kyc.db.clone().on_statement(move |info| {
            kept.lock().unwrap().push(info.statement.clone());
        });
        Self { office, statements, db }
    }

    /// How the database goes about each statement that a document takes, which `index` is to serve.
    async fn plans(&self, document: &str, index: &str) -> Vec<(String, String)> {
        self.statements.lock().unwrap().clear();
        let answer = graph(&self.office.kyc, &self.office.member(Role::Admin), document, json!({})).await;
        assert_eq!(answer["errors"], json!(null), "{document}");
        let statements = std::mem::take(&mut *self.statements.lock().unwrap());
        let mut plans = Vec::new();
        for statement in statements {
            plans.push((statement.sql.clone(), plan(&self.db, statement, index).await));
        }
        assert!(!plans.is_empty(), "{document}");
        plans
    }
}

/// PostgreSQL would rather read so small a table than look anything up: told not to, it does so only where it has to.
async fn plan(db: &DatabaseConnection, statement: Statement, index: &str) -> String {
    let (explain, column, prepare) = match statement.db_backend {
        DbBackend::Sqlite => ("EXPLAIN QUERY PLAN", 3, "SELECT 1".to_owned()),
        _ => {
            let ways = "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off";
            ("EXPLAIN", 0, format!("{ways}; {}", alone(index)))
        }
    };
    let txn = db.begin().await.unwrap();
    txn.execute_unprepared(&prepare).await.unwrap();
    let sql = format!("{explain} {}", statement.sql);
    let rows = txn.query_all_raw(Statement { sql, ..statement }).await.unwrap();
    txn.rollback().await.unwrap();
    rows.iter().map(|row| row.try_get_by_index::<String>(column).unwrap()).collect::<Vec<_>>().join("\n")
}

/// The tables that a plan reads from end to end.
fn scanned(plan: &str) -> Vec<&'static str> {
    let whole = |table: &&str| {
        let lines = || plan.lines().map(str::trim);
        let scans = lines().filter(|line| {
            line.strip_prefix("SCAN ").is_some_and(|rest| rest.split(' ').next() == Some(*table))
                || line.contains(&format!("Seq Scan on {table} "))
        });
        // A subquery under the table's name.
        let made = lines()
            .filter(|line| *line == format!("CO-ROUTINE {table}") || *line == format!("MATERIALIZE {table}"));
        scans.count() > made.count()
    };
    TABLES.into_iter().filter(whole).collect()
}

/// Whether rows are put in order by more than merging what comes in order.
fn sorted(plan: &str) -> bool {
    let lines: Vec<_> = plan.lines().map(str::trim).collect();
    // SQLite sorts each part of a union anew, once it has come to its limit.
    let of_a_part = |at: usize| at > 0 && lines.get(at - 1).is_some_and(|before| *before == "SCAN part");
    let sorts = |line: &str| {
        line.starts_with("Sort  (")
            || line.starts_with("->  Sort  (")
            || line == "USE TEMP B-TREE FOR ORDER BY"
    };
    lines.iter().enumerate().any(|(at, line)| sorts(line) && !of_a_part(at))
}

fn names(plan: &str, index: &str) -> bool {
    plan.split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == index || word == format!("{index}_pkey"))
}

#[tokio::test]
async fn a_page_is_read_in_the_order_of_its_index() {
    let watched = Watched::open().await;
    watched.office.attempt(&[StepKind::Pan]).await;
    for (list, index) in LISTS {
        let plans = watched
            .plans(&format!("{{ {list} {{ nodes {{ id }} pageInfo {{ hasNextPage }} }} }}"), index)
            .await;
        for (sql, plan) in &plans {
            assert_eq!(scanned(plan), Vec::<&str>::new(), "{list}: {sql}\n{plan}");
            assert!(!sorted(plan) && names(plan, index), "{list} does not walk {index}: {sql}\n{plan}");
        }
    }
}

#[tokio::test]
async fn nothing_else_reads_a_table_from_end_to_end() {
    let watched = Watched::open().await;
    let attempt = watched.office.attempt(&[StepKind::Pan, StepKind::Selfie]).await;
    for (document, index) in OTHERS {
        let plans = watched.plans(&document.replace("ATTEMPT", &attempt.id.to_string()), index).await;
        for (sql, plan) in &plans {
            assert_eq!(scanned(plan), Vec::<&str>::new(), "{document}: {sql}\n{plan}");
        }
        // The index of any sort has a class by itself.
        let any_of = |all: &str, plan: &str| index.starts_with(all) && plan.contains(all);
        let used =
            |plan: &str| names(plan, index) || any_of("search_token", plan) || any_of("attempt_class", plan);
        assert!(plans.iter().any(|(_, plan)| used(plan)), "{document} does not use {index}: {plans:#?}");
        // What is due is found by when: SQLite would rather look at all that the merchant has.
        let asks_due = document.contains("EXPIRED") && watched.db.get_database_backend() == DbBackend::Sqlite;
        assert!(!asks_due || plans.iter().any(|(_, plan)| names(plan, "attempt_due")), "{plans:#?}");
        // Whoever counts a year of attempts reads the index, and not one of its rows.
        let counts = document.contains("summary(") && !document.contains("median");
        let covered = |plan: &str| {
            plan.contains("Index Only Scan using attempt_created")
                || plan.contains("COVERING INDEX attempt_created")
        };
        assert!(!counts || plans.iter().any(|(_, plan)| covered(plan)), "{document} reads rows: {plans:#?}");
    }
}

/// SQLite copies what stands beside a list of several parts into each of them.
#[tokio::test]
async fn a_list_of_several_parts_is_counted_once() {
    let watched = Watched::open().await;
    watched.office.attempt(&[StepKind::Pan]).await;
    for list in [
        "attempts(sort: {field: WAITING_SINCE, direction: ASC})",
        "attempts(filter: {needs: [REVIEWER]}, sort: {field: WAITING_SINCE, direction: ASC})",
        "attempts(filter: {state: [EXPIRED, COMPLETED]})",
    ] {
        let document = format!("{{ {list} {{ totalCount nodes {{ id }} }} }}");
        let plans = watched.plans(&document, "attempt_class_waiting").await;
        let of_parts: Vec<_> = plans.iter().filter(|(sql, _)| sql.contains(" UNION ALL ")).collect();
        assert_eq!(of_parts.len(), 1, "{list}");
        let counts = |plan: &str| plan.lines().filter(|line| line.contains("SCALAR SUBQUERY")).count();
        assert!(of_parts.iter().all(|(_, plan)| counts(plan) == 0), "{list}: {of_parts:#?}");
    }
}

/// A statement is planned once a connection, whatever is bound to it: `.cargo/config.toml` asks SQLite for that. Without, one that
/// ends with `LIMIT ?` is planned anew each time, which costs more than to run it.
#[tokio::test]
async fn sqlite_keeps_its_plans() {
    let office = Office::open().await;
    if office.kyc.db.backend() != DbBackend::Sqlite {
        return;
    }
    let asked = Statement::from_string(DbBackend::Sqlite, "PRAGMA compile_options");
    let options = office.kyc.db.library().query_all_raw(asked).await.unwrap();
    let options: Vec<_> = options.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()).collect();
    assert!(options.iter().any(|option| option == "ENABLE_QPSG"), "{options:?}");
}
