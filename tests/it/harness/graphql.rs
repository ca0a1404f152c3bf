//! The public API without its transport: a document goes through the guard and is answered as JSON.

use async_graphql::Variables;
use kyc_stack::{
    auth::Actor,
    graphql::{
        Api, Operation,
        guard::{Guard, Limits},
    },
    kyc::Kyc,
};
use serde_json::Value;

/// Answers a document with one operation: `data` and `errors`, as a client reads them.
pub(crate) async fn ask(kyc: &Kyc, actor: &Actor, text: &str, variables: &Value) -> Value {
    ask_with_key(kyc, actor, text, variables, None).await
}

/// The same with an `Idempotency-Key` header.
pub(crate) async fn ask_with_key(
    kyc: &Kyc,
    actor: &Actor,
    text: &str,
    variables: &Value,
    idempotency_key: Option<&str>,
) -> Value {
    let document = Guard::new(Limits::default()).check(text).unwrap();
    let variables = Variables::from_json(variables.clone());
    let asked = Operation { document: &document, name: None, variables, idempotency_key };
    serde_json::from_slice(&Api::new().execute(kyc, actor, asked).await.into_json()).unwrap()
}
