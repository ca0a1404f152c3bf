//! Documents, as a client writes them, answered by the API without a server.

use std::sync::LazyLock;

use async_graphql::Variables;
use kyc_stack::{
    auth::Actor,
    graphql::{
        Api, Operation,
        guard::{Guard, Limits},
    },
    kyc::Kyc,
};
use serde_json::{Value, json};

/// What a document answers, as the client reads it.
pub(crate) async fn graph(kyc: &Kyc, actor: &Actor, document: &str, variables: Value) -> Value {
    serde_json::from_str(&graph_text(kyc, actor, document, variables, None).await).unwrap()
}

/// What a document answers, byte for byte. `key` is the `Idempotency-Key` header.
pub(crate) async fn graph_text(
    kyc: &Kyc,
    actor: &Actor,
    document: &str,
    variables: Value,
    key: Option<&str>,
) -> String {
    static API: LazyLock<Api> = LazyLock::new(Api::new);
    static GUARD: LazyLock<Guard> = LazyLock::new(|| Guard::new(Limits::default()));
    let document = GUARD.check(document).unwrap();
    let variables = Variables::from_json(variables);
    let asked = Operation { document: &document, name: None, variables, idempotency_key: key };
    String::from_utf8(API.execute(kyc, actor, asked).await.into_json()).unwrap()
}

/// [`graph`] with variables that are used again.
pub(crate) async fn ask(kyc: &Kyc, actor: &Actor, document: &str, variables: &Value) -> Value {
    graph(kyc, actor, document, variables.clone()).await
}

/// The same with an `Idempotency-Key` header.
pub(crate) async fn ask_with_key(
    kyc: &Kyc,
    actor: &Actor,
    document: &str,
    variables: &Value,
    key: Option<&str>,
) -> Value {
    serde_json::from_str(&graph_text(kyc, actor, document, variables.clone(), key).await).unwrap()
}

/// Runs one mutation and answers its payload, of which `fields` and the user errors are asked for.
///
/// # Panics
///
/// When there is a top-level error.
pub(crate) async fn mutate(kyc: &Kyc, actor: &Actor, name: &str, fields: &str, input: Value) -> Value {
    let mut answer = graph(kyc, actor, &mutation(name, fields), json!({ "input": input })).await;
    assert!(answer.get("errors").is_none(), "{answer}");
    answer["data"][name].take()
}

/// The document of one mutation with its input in `$input`.
pub(crate) fn mutation(name: &str, fields: &str) -> String {
    let of = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    format!(
        "mutation($input: {of}!) {{ {name}(input: $input) {{ {fields} userErrors {{ code field message }} }} }}"
    )
}

/// The user errors of a payload: code and field, with dots.
pub(crate) fn refusals(payload: &Value) -> Vec<(&str, String)> {
    let errors = payload["userErrors"].as_array().unwrap().iter();
    let path = |error: &Value| match error["field"].as_array() {
        Some(path) => path.iter().map(|part| part.as_str().unwrap()).collect::<Vec<_>>().join("."),
        None => String::new(),
    };
    errors.map(|error| (error["code"].as_str().unwrap(), path(error))).collect()
}
