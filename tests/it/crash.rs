//! Kill -9, in the middle of things: what was acknowledged is there, what was not is whole or absent, and `verify` is clean.

use std::{
    collections::HashMap,
    net::SocketAddr,
    process::Stdio,
    sync::{Arc, Mutex},
};

use kyc_stack::{clock::Clock, db::Db, ops::verify};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::harness::{
    database::{Backend, Database},
    process::{Replica, merchant, program},
};

/// Writers that send at once.
const WRITERS: usize = 6;
/// How many answers to wait for before the blow.
const BEFORE_THE_BLOW: usize = 60;

async fn post(client: &reqwest::Client, address: SocketAddr, key: &str, body: &Value) -> Option<Value> {
    let request = client.post(format!("http://{address}/graphql")).bearer_auth(key).json(body);
    request.send().await.ok()?.json().await.ok()
}

async fn verified(database: &Database) {
    let db = Db::open(&database.url, 4).await.unwrap();
    let report = verify::run(&db, Clock::System.now(), |_| {}).await.unwrap();
    assert!(report.is_clean(), "{report:?}");
    db.close().await.unwrap();
}

async fn count(db: &Db, sql: &str) -> i64 {
    let statement = Statement::from_string(db.backend(), sql);
    let row = db.reader().query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index::<i64>(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seed_that_is_killed_leaves_whole_customers_and_nothing_else() {
    let database = Database::fresh(Backend::under_test()).await;
    let mut seed = program(&database.url)
        .args(["seed", "--customers", "20000", "--attempts-per-customer", "2"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let db = Db::open(&database.url, 2).await.unwrap();
    while count(&db, "SELECT count(*) FROM event").await < 2_000 {
        assert!(seed.try_wait().unwrap().is_none(), "the seed ended before it was killed");
    }
    seed.kill().unwrap();
    seed.wait().unwrap();
    assert!(count(&db, "SELECT count(*) FROM customer").await < 20_000, "killed in the middle");
    db.close().await.unwrap();
    verified(&database).await;
}

/// What one writer does, again and again: a customer with a link, and a step of theirs moved. Each request has a key, so
/// that after the blow it can be sent again.
fn request(number: usize) -> Value {
    let key = format!("link-{number}");
    json!({
        "query": "mutation($input: KycLinkGenerateInput!) { kycLinkGenerate(input: $input) {
            attempt { id steps { id } } replayed userErrors { code message } } }",
        "variables": { "input": {
            "customer": { "name": "Asha Rao", "reference": format!("C{number}") },
            "idempotencyKey": key,
        } },
    })
}

fn step_moved(step: &str) -> Value {
    json!({
        "query": "mutation($input: StepUpdateStatusInput!) { stepUpdateStatus(input: $input) {
            step { id version status } userErrors { code message } } }",
        "variables": { "input": { "stepId": step, "status": "IN_PROGRESS", "idempotencyKey": step } },
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_killed_server_acknowledged_is_there_and_the_rest_can_be_sent_again() {
    let database = Database::fresh(Backend::under_test()).await;
    let (_, key) = merchant(&database.url, "acme");
    let mut server = Replica::start(&database.url);
    let address = server.address;
    let client = crate::harness::http_client();

    let acknowledged: Arc<Mutex<HashMap<usize, Value>>> = Arc::default();
    let moved: Arc<Mutex<Vec<String>>> = Arc::default();
    let (enough, mut reached) = tokio::sync::mpsc::channel(WRITERS);
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (client, address, key) = (client.clone(), address, key.clone());
            let (acknowledged, moved, enough) = (acknowledged.clone(), moved.clone(), enough.clone());
            tokio::spawn(async move {
                for round in 0..10_000 {
                    let number = round * WRITERS + writer;
                    let Some(answer) = post(&client, address, &key, &request(number)).await else {
                        return number;
                    };
                    let attempt = answer["data"]["kycLinkGenerate"]["attempt"].clone();
                    assert!(attempt.is_object(), "{answer}");
                    let step = attempt["steps"][0]["id"].as_str().unwrap().to_owned();
                    acknowledged.lock().unwrap().insert(number, attempt);
                    let Some(answer) = post(&client, address, &key, &step_moved(&step)).await else {
                        return number;
                    };
                    assert_eq!(answer["data"]["stepUpdateStatus"]["step"]["version"], 2, "{answer}");
                    moved.lock().unwrap().push(step);
                    if acknowledged.lock().unwrap().len() >= BEFORE_THE_BLOW {
                        // Whoever comes later finds it full: one is enough.
                        let _ = enough.try_send(());
                    }
                }
                unreachable!("the server was never killed")
            })
        })
        .collect();
    reached.recv().await.unwrap();
    server.kill();
    let mut cut_off = Vec::new();
    for writer in writers {
        cut_off.push(writer.await.unwrap());
    }
    verified(&database).await;

    let mut server = Replica::start(&database.url);
    let address = server.address;
    let acknowledged = acknowledged.lock().unwrap().clone();
    assert!(acknowledged.len() >= BEFORE_THE_BLOW);
    for (number, attempt) in &acknowledged {
        let answer = post(&client, address, &key, &request(*number)).await.unwrap();
        let again = &answer["data"]["kycLinkGenerate"];
        assert_eq!((&again["attempt"]["id"], &again["replayed"]), (&attempt["id"], &json!(true)), "{answer}");
    }
    let moved = moved.lock().unwrap().clone();
    for step in &moved {
        let answer = post(&client, address, &key, &step_moved(step)).await.unwrap();
        assert_eq!(answer["data"]["stepUpdateStatus"]["step"]["version"], 2, "it moved once: {answer}");
    }
    // Cut off between the commit and the answer, or before it: sent again, it happened once.
    for number in cut_off {
        let answer = post(&client, address, &key, &request(number)).await.unwrap();
        assert!(answer["data"]["kycLinkGenerate"]["attempt"]["id"].is_string(), "{answer}");
    }
    let db = Db::open(&database.url, 2).await.unwrap();
    let customers = count(&db, "SELECT count(*) FROM customer").await;
    let attempts = count(&db, "SELECT count(*) FROM attempt").await;
    assert_eq!(customers, attempts, "one attempt a customer: none was made twice");
    db.close().await.unwrap();
    server.kill();
    verified(&database).await;
}
