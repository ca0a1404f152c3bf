//! Bad input, as clients send it: each gets the right status, a code, and where the fault is; nothing is half done, and no
//! answer tells anything of what is below (the harness reads every one of them for that).

mod credentials;
mod journey;
mod requests;
mod values;

use serde_json::{Value, json};

use crate::harness::app::{Answer, Client};

/// The document of a list of attempts whose arguments are written out.
fn attempts(arguments: &str) -> String {
    format!("{{ attempts({arguments}) {{ totalCount nodes {{ id }} }} }}")
}

/// A new customer's attempt without a link: its id, its customer's, and those of its steps.
async fn attempt(agent: &Client, steps: &[&str]) -> (String, String, Vec<String>) {
    let input = json!({ "customer": { "name": "Asha Rao" }, "steps": steps });
    let payload = agent.done("attemptCreate", "attempt { id customer { id } steps { id } }", input).await;
    let attempt = &payload["attempt"];
    let steps = attempt["steps"].as_array().unwrap().iter().map(|step| text(&step["id"])).collect();
    (text(&attempt["id"]), text(&attempt["customer"]["id"]), steps)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// That a request was refused before anything ran, and how.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) {
    assert_eq!(answer.status, status, "{}", answer.text);
    let errors = answer.errors();
    assert!(
        !errors.is_empty() && errors.iter().all(|error| *error == (code, String::new())),
        "{}",
        answer.text
    );
    assert_eq!(answer.json.get("data"), None, "{}", answer.text);
    assert_eq!(answer.headers["cache-control"], "no-store");
}
