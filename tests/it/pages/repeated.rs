//! Lists of words in a filter, as programs that put them together may send them: the same word again and again.

use serde_json::{Value, json};

use super::town::Town;
use crate::harness::graph::graph;

/// More than any statement has places for.
const MANY: usize = 70_000;

const ATTEMPTS: &str =
    "query($f: AttemptFilter) { attempts(first: 100, filter: $f) { totalCount nodes { id } } }";
const CUSTOMERS: &str =
    "query($f: CustomerFilter) { customers(first: 100, filter: $f) { totalCount nodes { id } } }";
const ACTIVITY: &str =
    "query($f: [EventType!]) { activity(first: 100, types: $f) { totalCount nodes { id type } } }";

/// These words in turn, over and over.
fn repeated(words: &[&str]) -> Value {
    words.iter().rev().cycle().take(MANY).copied().collect()
}

#[tokio::test]
async fn a_word_said_again_changes_nothing() {
    let town = Town::with(60).await;
    let of = |field: &'static str| move |words: Value| json!({ field: words });
    type Case = (&'static str, Box<dyn Fn(Value) -> Value>, &'static [&'static str]);
    let cases: [Case; 10] = [
        (ATTEMPTS, Box::new(of("state")), &["CREATED", "COMPLETED"]),
        (ATTEMPTS, Box::new(of("state")), &["EXPIRED"]),
        (ATTEMPTS, Box::new(of("state")), &["COMPLETED"]),
        (ATTEMPTS, Box::new(of("needs")), &["REVIEWER"]),
        (ATTEMPTS, Box::new(of("needs")), &["CUSTOMER", "PROVIDER", "REVIEWER"]),
        (ATTEMPTS, Box::new(of("stepStatus")), &["COMPLETED", "REQUIRES_ACTION"]),
        (ATTEMPTS, Box::new(of("expiryReason")), &["NEVER_OPENED", "REVOKED"]),
        (ATTEMPTS, Box::new(|words| json!({ "stepKind": "PAN", "stepStatus": words })), &["NOT_STARTED"]),
        (CUSTOMERS, Box::new(of("state")), &["CREATED", "IN_PROGRESS"]),
        (ACTIVITY, Box::new(|words| words), &["LINK_OPENED", "STEP_STATUS_CHANGED"]),
    ];
    for (document, filter, words) in cases {
        let ask = |words: Value| {
            let (kyc, actor, variables) = (town.app.kyc(), town.house.actor(), json!({ "f": filter(words) }));
            async move { graph(kyc, actor, document, variables).await }
        };
        let (once, again) = (ask(json!(words)).await, ask(repeated(words)).await);
        assert_eq!(again, once, "{document} {words:?}");
        let data = once["data"].as_object().unwrap();
        let found = data.values().next().unwrap()["totalCount"].as_i64().unwrap();
        assert!(found > 0, "{document} {words:?} found nothing worth comparing");
    }
    town.app.close().await;
}
