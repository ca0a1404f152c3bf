//! The limit on SQLite: what `ours.json` asks, answered by one hand-written text of SQL each. No GraphQL, no look-up of who asks, no
//! roles, no validation, no metrics. It is there to be measured beside the server, on a copy of the database that `kyc-stack seed` made:
//!
//! ```console
//! $ cargo bench --bench limit -- sqlite:copy.db 127.0.0.1:8090
//! ```
//!
//! It reads the same requests at the same path, and knows them by their names. Its answers are about as long: ids are hexadecimal, there
//! is no cursor, and M1 does not say what `userErrors` there are. It is for one merchant, the first.
#![expect(
    clippy::disallowed_methods,
    reason = "nothing of it is tested or repeated: the clock and the ids are the machine's"
)]

use std::{env, time::Duration};

use axum::{Json, Router, extract::State, http::StatusCode, response::IntoResponse, routing::post};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, SecondsFormat, Utc};
use entity::id::{AttemptId, StepId};
use sea_orm::sqlx::{
    self, Row, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use serde::Deserialize;
use uuid::Uuid;

/// As the server's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const Q1: &str = "
SELECT json_object('attempt', json_object('id', hex(a.id), 'number', a.number, 'state', a.state,
    'createdAt', a.created_at, 'updatedAt', a.updated_at,
    'customer', json_object('id', hex(c.id), 'name', c.name, 'email', c.email, 'phone', c.phone, 'country', c.country),
    'steps', (SELECT json_group_array(json_object('id', hex(s.id), 'position', s.position, 'kind', s.kind,
            'status', s.status, 'provider', s.provider, 'updatedAt', s.updated_at, 'version', s.version))
        FROM (SELECT * FROM step WHERE attempt_id = a.id ORDER BY position) s)))
FROM attempt a JOIN customer c ON c.id = a.customer_id WHERE a.id = ?1";

const Q2: &str = "
SELECT json_object('customers', json_object('nodes', json_group_array(json_object('id', hex(c.id), 'name', c.name,
    'email', c.email, 'country', c.country, 'attempts', json_object('nodes', (
        SELECT json_group_array(json_object('id', hex(a.id), 'number', a.number, 'state', a.state, 'createdAt', a.created_at,
            'steps', (SELECT json_group_array(json_object('id', hex(s.id), 'position', s.position, 'kind', s.kind,
                    'status', s.status, 'updatedAt', s.updated_at))
                FROM (SELECT * FROM step WHERE attempt_id = a.id ORDER BY position) s)))
        FROM (SELECT * FROM attempt WHERE customer_id = c.id ORDER BY number DESC LIMIT 3) a))))))
FROM (SELECT * FROM customer WHERE merchant_id = ?1 AND (created_at, id) < (?2, ?3)
    ORDER BY created_at DESC, id DESC LIMIT 50) c";

/// With a count, where `{count}` stands.
const Q3: &str = "
SELECT json_object('attempts', json_object({count}'nodes', json_group_array(json_object('id', hex(a.id), 'number', a.number,
    'state', a.state, 'createdAt', a.created_at, 'customer', json_object('id', hex(c.id), 'name', c.name)))))
FROM (SELECT * FROM attempt WHERE merchant_id = ?1 AND state = ?2 AND created_at >= ?3 AND created_at < ?4
    ORDER BY created_at DESC, id DESC LIMIT 25) a JOIN customer c ON c.id = a.customer_id";
const COUNT: &str = "'totalCount', (SELECT count(*) FROM attempt WHERE merchant_id = ?1 AND state = ?2
    AND created_at >= ?3 AND created_at < ?4), ";

/// A step's status, its attempt's moment, and an event with the log's next number.
const M1: &str = "
BEGIN IMMEDIATE;
UPDATE step SET status = ?2, waiting_on = 'REVIEWER', reason_code = 'UNDER_REVIEW', updated_at = ?3, version = version + 1
    WHERE id = ?1;
UPDATE attempt SET needs_reviewer = 1, waiting_on = 'REVIEWER', waiting_since = ?3, updated_at = ?3, version = version + 1
    WHERE id = (SELECT attempt_id FROM step WHERE id = ?1);
UPDATE log_head SET seq = seq + 1 WHERE merchant_id = ?4;
INSERT INTO event (merchant_id, seq, id, type, at, actor_kind, customer_id, attempt_id, step_id, \"from\", \"to\", reason_code, data)
    SELECT ?4, (SELECT seq FROM log_head WHERE merchant_id = ?4), ?5, 'STEP_STATUS_CHANGED', ?3, 'SYSTEM',
        a.customer_id, a.id, s.id, NULL, ?2, 'UNDER_REVIEW', json_object('version', s.version)
    FROM step s JOIN attempt a ON a.id = s.attempt_id WHERE s.id = ?1;
COMMIT;
SELECT json_object('stepUpdateStatus', json_object('step', json_object('id', hex(s.id), 'status', s.status, 'version', s.version),
    'attempt', json_object('id', hex(a.id), 'state', a.state)))
FROM step s JOIN attempt a ON a.id = s.attempt_id WHERE s.id = ?1";

#[derive(Clone)]
struct World {
    reader: SqlitePool,
    writer: SqlitePool,
    merchant: Uuid,
    q3: &'static str,
    q3n: &'static str,
}

#[derive(Deserialize)]
struct Request {
    query: String,
    variables: Variables,
}

#[derive(Deserialize)]
struct Variables {
    id: Option<String>,
    after: Option<String>,
    state: Option<String>,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
    input: Option<Input>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Input {
    step_id: String,
    status: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // `cargo bench` adds `--bench`.
    let arguments: Vec<String> = env::args().skip(1).filter(|argument| argument != "--bench").collect();
    let [database, listen] = arguments.as_slice() else {
        // Started with every other benchmark.
        println!("limit: give a database and an address: sqlite:copy.db 127.0.0.1:8090");
        return Ok(());
    };
    // As the server opens it.
    let options = database
        .parse::<SqliteConnectOptions>()?
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(Duration::from_secs(10))
        .foreign_keys(true);
    let pool = |size| {
        SqlitePoolOptions::new().max_connections(size).min_connections(size).test_before_acquire(false)
    };
    let writer = pool(1).connect_with(options.clone()).await?;
    let reader = pool(8).connect_with(options).await?;
    let merchant =
        sqlx::query("SELECT id FROM merchant ORDER BY id LIMIT 1").fetch_one(&reader).await?.try_get(0)?;
    let q3 = &*Q3.replace("{count}", COUNT).leak();
    let q3n = &*Q3.replace("{count}", "").leak();
    let app =
        Router::new().route("/graphql", post(answer)).with_state(World { reader, writer, merchant, q3, q3n });
    axum::serve(tokio::net::TcpListener::bind(listen).await?, app).await?;
    Ok(())
}

async fn answer(State(world): State<World>, Json(request): Json<Request>) -> impl IntoResponse {
    let json = [("content-type", "application/json")];
    match data(&world, &request).await {
        Some(Ok(data)) => (StatusCode::OK, json, format!("{{\"data\":{data}}}")),
        Some(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, json, error.to_string()),
        None => (StatusCode::BAD_REQUEST, json, "no request of ours.json".into()),
    }
}

/// The answer to a request; none when it is not one of these, or a variable is missing.
async fn data(world: &World, request: &Request) -> Option<Result<String, sqlx::Error>> {
    let Variables { id, after, state, from, to, input } = &request.variables;
    let name = request.query.split(['(', ' ']).nth(1)?;
    let (query, pool) = match name {
        "Q1" => (sqlx::query(Q1).bind(id.as_ref()?.parse::<AttemptId>().ok()?.0), &world.reader),
        "Q2" => {
            let (created, id) = place(after.as_ref()?)?;
            (sqlx::query(Q2).bind(world.merchant).bind(text(created)).bind(id), &world.reader)
        }
        "Q3" | "Q3N" => {
            let sql = if name == "Q3" { world.q3 } else { world.q3n };
            let (from, to) = (text((*from)?), text((*to)?));
            (sqlx::query(sql).bind(world.merchant).bind(state.as_ref()?).bind(from).bind(to), &world.reader)
        }
        "M1" => {
            let (step, now) = (input.as_ref()?.step_id.parse::<StepId>().ok()?.0, text(Utc::now()));
            let query = sqlx::query(M1).bind(step).bind(&input.as_ref()?.status).bind(now);
            (query.bind(world.merchant).bind(Uuid::now_v7()), &world.writer)
        }
        _ => return None,
    };
    // All rows: a text of several statements is run to its end.
    let rows = query.fetch_all(pool).await;
    Some(rows.and_then(|rows| rows.last().ok_or(sqlx::Error::RowNotFound)?.try_get(0)))
}

/// The place that a cursor of the customers' list tells: behind its mark, an id, a letter and microseconds.
fn place(cursor: &str) -> Option<(DateTime<Utc>, Uuid)> {
    let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
    let id = Uuid::from_slice(bytes.get(4..20)?).ok()?;
    let micros = i64::from_be_bytes(bytes.get(21..)?.try_into().ok()?);
    Some((DateTime::from_timestamp_micros(micros)?, id))
}

/// A moment as the tables have it.
fn text(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::AutoSi, false)
}
