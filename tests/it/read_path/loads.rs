//! How many statements a question takes: one a level, however many rows there are.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use entity::{Role, StepKind};
use kyc_stack::kyc::attempt::AttemptReject;
use serde_json::{Value, json};

use crate::harness::{
    graph::graph,
    office::{Office, of_nobody, reason},
};

/// An office that counts statements.
struct Counting {
    office: Office,
    statements: Arc<AtomicUsize>,
}

impl Counting {
    async fn open() -> Self {
        let mut office = Office::open().await;
        let statements = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&statements);
        office.kyc.db = office.kyc.db.clone().on_statement(move |_| {
            counter.fetch_add(1, Ordering::Relaxed);
        });
        Self { office, statements }
    }

    /// What a question answers, and how many statements it took.
    async fn asks(&self, document: &str) -> (Value, usize) {
        let before = self.statements.load(Ordering::Relaxed);
        let answer = graph(&self.office.kyc, &self.office.member(Role::Admin), document, json!({})).await;
        (answer, self.statements.load(Ordering::Relaxed) - before)
    }

    /// A customer with as many attempts of five steps.
    async fn customer(&self, attempts: usize) {
        let five = &StepKind::ALL[..5];
        let admin = self.office.member(Role::Admin);
        let mut row = self.office.attempt(five).await;
        for _ in 1..attempts {
            let input =
                AttemptReject { attempt_id: row.id, reason: reason("UNDER_REVIEW"), expected_version: None };
            kyc_stack::kyc::attempt::reject(&self.office.kyc, &admin, input, None).await.unwrap();
            let input = kyc_stack::kyc::attempt::AttemptCreate {
                customer_id: Some(row.customer_id),
                ..of_nobody(five)
            };
            let created = kyc_stack::kyc::attempt::create(&self.office.kyc, &admin, input, None).await;
            row = created.unwrap().answer.attempt;
        }
    }
}

#[tokio::test]
async fn a_page_of_fifty_customers_takes_as_many_statements_as_one_of_two() {
    let counting = Counting::open().await;
    for _ in 0..2 {
        counting.customer(3).await;
    }
    let page = "{ customers(first: 50) { nodes { id name kycState
        attempts(first: 3) { nodes { id state steps { id kind status reason { code } } } } } } }";
    let (answer, of_two) = counting.asks(page).await;
    assert_eq!(answer["data"]["customers"]["nodes"].as_array().unwrap().len(), 2);
    for _ in 2..50 {
        counting.customer(3).await;
    }
    let (answer, of_fifty) = counting.asks(page).await;
    let customers = answer["data"]["customers"]["nodes"].as_array().unwrap();
    assert_eq!(customers.len(), 50);
    let attempts = customers.iter().flat_map(|customer| customer["attempts"]["nodes"].as_array().unwrap());
    let steps = attempts.map(|attempt| attempt["steps"].as_array().unwrap().len()).collect::<Vec<_>>();
    assert_eq!(steps, vec![5; 150]);
    // Customers, their newest attempts, their attempts, the steps.
    assert_eq!((of_two, of_fifty), (4, 4));
}

#[tokio::test]
async fn a_field_that_two_fragments_reach_is_loaded_once() {
    let counting = Counting::open().await;
    counting.customer(2).await;
    let (answer, statements) = counting
        .asks(
            "{ customers { ...A nodes { ...B attempts { nodes { steps { id } } } } } }
             fragment A on CustomerConnection { nodes { attempts { nodes { number steps { kind } } } } }
             fragment B on Customer { ... on Node { id } ... { attempts { nodes { steps { kind status } } totalCount } } }",
        )
        .await;
    let attempt = &answer["data"]["customers"]["nodes"][0]["attempts"]["nodes"][0];
    assert_eq!(attempt["steps"][0]["status"], "NOT_STARTED");
    assert_eq!(answer["data"]["customers"]["nodes"][0]["attempts"]["totalCount"], 2);
    // Customers, attempts, their count, steps.
    assert_eq!(statements, 4, "{answer}");
}

#[tokio::test]
async fn the_same_field_with_other_arguments_is_loaded_for_each() {
    let counting = Counting::open().await;
    counting.customer(3).await;
    let (answer, statements) = counting
        .asks(
            "{ customers { nodes { newest: attempts(first: 1) { nodes { number } }
               oldest: attempts(last: 1) { nodes { number } } attempts { nodes { number } } } } }",
        )
        .await;
    let numbers = |key: &str| {
        let nodes = answer["data"]["customers"]["nodes"][0][key]["nodes"].as_array().unwrap().iter();
        nodes.map(|node| node["number"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(
        (numbers("newest"), numbers("oldest"), numbers("attempts")),
        (vec![3], vec![1], vec![3, 2, 1])
    );
    assert_eq!(statements, 4);
}

#[tokio::test]
async fn an_object_asked_for_twice_is_whole_in_both_places() {
    let counting = Counting::open().await;
    counting.customer(2).await;
    let (found, _) = counting.asks("{ customers { nodes { id latestAttempt { id } } } }").await;
    let customer = &found["data"]["customers"]["nodes"][0];
    let (customer, attempt) = (&customer["id"], &customer["latestAttempt"]["id"]);
    let ids = format!("[{attempt}, {customer}, \"step_nonsense\", {customer}, {attempt}]");
    let (answer, statements) = counting
        .asks(&format!(
            "{{ nodes(ids: {ids}) {{ id ... on Customer {{ attempts {{ totalCount nodes {{ number }} }} }}
                ... on Attempt {{ steps {{ kind }} }} }} }}"
        ))
        .await;
    let nodes = answer["data"]["nodes"].as_array().unwrap();
    assert_eq!((&nodes[0]["id"], &nodes[1]["id"]), (attempt, customer));
    assert_eq!((&nodes[0], &nodes[1], &nodes[2]), (&nodes[4], &nodes[3], &Value::Null));
    assert_eq!(nodes[4]["steps"].as_array().unwrap().len(), 5);
    assert_eq!(nodes[3]["attempts"]["nodes"].as_array().unwrap().len(), 2);
    // The actor's merchant, the customers, the attempts; below them attempts, their count, and steps.
    assert!(statements <= 6, "{statements} statements");
}

#[tokio::test]
async fn what_would_load_too_much_is_refused_with_numbers() {
    let counting = Counting::open().await;
    let (answer, statements) = counting
        .asks("{ customers(first: 100) { nodes { attempts(first: 100) { nodes { steps { id } } } } } }")
        .await;
    let error = &answer["errors"][0];
    assert_eq!(error["extensions"]["code"], "QUERY_TOO_LARGE");
    let message = error["message"].as_str().unwrap();
    let numbers: Vec<u64> =
        message.split(|c: char| !c.is_ascii_digit()).filter_map(|n| n.parse().ok()).collect();
    assert!(matches!(numbers[..], [asked, 5_000] if asked > 60_000), "{message}");
    assert!(answer.get("data").is_none());
    assert_eq!(statements, 0);
}
