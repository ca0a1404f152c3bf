//! Fields that fail: what is null, what lives, and where the error says it was.

use entity::{Role, Scoped, StepKind, customer};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::harness::{
    graph::{graph, graph_text},
    office::Office,
};

async fn asks(office: &Office, role: Role, document: &str, variables: Value) -> Value {
    graph(&office.kyc, &office.member(role), document, variables).await
}

/// Codes and paths of the errors.
fn errors(answer: &Value) -> Vec<(&str, &Value)> {
    let errors = answer["errors"].as_array().unwrap().iter();
    errors.map(|error| (error["extensions"]["code"].as_str().unwrap(), &error["path"])).collect()
}

#[tokio::test]
async fn a_forbidden_field_is_null_and_its_siblings_live() {
    let office = Office::open().await;
    let merchant = office.merchant.id;
    let document = format!(
        "{{ viewer {{ shop: merchant {{ name keys: apiKeys {{ id }} slug }} }}
            nodes(ids: [\"{merchant}\", \"{merchant}\"]) {{ ... on Merchant {{ members {{ id }} slug }} }} }}"
    );
    let answer = asks(&office, Role::Agent, &document, json!({})).await;
    let (name, slug) = (&office.merchant.name, &office.merchant.slug);
    let expected = json!({
        "viewer": { "shop": { "name": name, "keys": null, "slug": slug } },
        "nodes": [{ "members": null, "slug": slug }, { "members": null, "slug": slug }],
    });
    assert_eq!(answer["data"], expected);
    let paths =
        [json!(["viewer", "shop", "keys"]), json!(["nodes", 0, "members"]), json!(["nodes", 1, "members"])];
    assert_eq!(errors(&answer), paths.iter().map(|path| ("FORBIDDEN", path)).collect::<Vec<_>>());
    assert!(asks(&office, Role::Admin, &document, json!({})).await.get("errors").is_none());
}

#[tokio::test]
async fn a_failure_of_what_may_not_be_null_ends_at_what_may() {
    let office = Office::open().await;
    let attempt = office.attempt(&[StepKind::Pan]).await;
    let document = format!(
        "{{ ok: attempt(id: \"{0}\") {{ number }}
            broken: attempt(id: \"{0}\") {{ number customer {{ attempts(first: 0) {{ totalCount }} name }} }}
            list: nodes(ids: [\"{0}\", \"nothing\", \"{0}\"]) {{ id ... on Attempt {{ tracker(first: 101) {{ totalCount }} }} }} }}",
        attempt.id
    );
    let answer = asks(&office, Role::Admin, &document, json!({})).await;
    assert_eq!(answer["data"], json!({ "ok": { "number": 1 }, "broken": null, "list": [null, null, null] }));
    let paths = [
        json!(["broken", "customer", "attempts"]),
        json!(["list", 0, "tracker"]),
        json!(["list", 2, "tracker"]),
    ];
    assert_eq!(errors(&answer), paths.iter().map(|path| ("BAD_USER_INPUT", path)).collect::<Vec<_>>());

    // A root field that may not be null takes everything with it.
    for list in ["customers", "attempts", "activity"] {
        let document = format!("{{ viewer {{ name }} {list}(first: -1) {{ totalCount }} }}");
        let answer = asks(&office, Role::Admin, &document, json!({})).await;
        assert_eq!(answer["data"], Value::Null);
        assert_eq!(errors(&answer), [("BAD_USER_INPUT", &json!([list]))]);
    }
}

#[tokio::test]
async fn our_own_trouble_is_masked_and_stays_where_it_is() {
    let office = Office::open().await;
    let attempt = office.attempt(&[StepKind::Pan]).await;
    office.kyc.db.library().execute_unprepared("ALTER TABLE hold RENAME TO lost").await.unwrap();
    let document = "query($id: ID!) { attempt(id: $id) { number holds { id } } viewer { kind } }";
    let answer = asks(&office, Role::Admin, document, json!({ "id": attempt.id.to_string() })).await;
    assert_eq!(answer["data"], json!({ "attempt": null, "viewer": { "kind": "MEMBER" } }));
    assert_eq!(errors(&answer), [("INTERNAL", &json!(["attempt", "holds"]))]);
    assert!(answer["errors"][0]["extensions"]["reference"].is_string());
    assert!(!answer.to_string().contains("hold\""), "{answer}");
}

#[tokio::test]
async fn two_meanings_of_one_name_are_refused() {
    let office = Office::open().await;
    for document in [
        "{ viewer { x: name x: kind } }",
        "{ customers { nodes { attempts(first: 1) { totalCount } attempts(first: 2) { totalCount } } } }",
        "{ customers { nodes { ...A x: reference } } } fragment A on Customer { x: name }",
        "{ node(id: \"a\") { ... on Customer { x: name } ... on Node { x: id } } }",
        "{ customers { nodes { attempts { nodes { id } } } } ...A } fragment A on Query { customers { nodes { attempts { nodes { id: number } } } } }",
        "query($n: Int) { customers(first: $n) { totalCount } customers(first: 1) { totalCount } }",
        // One name, two types: a client could not read it.
        "{ node(id: \"a\") { ... on Customer { x: name } ... on Step { x: tries } } }",
        "{ node(id: \"a\") { ... on Hold { reason { code } } ... on Step { reason { code } } } }",
        "{ node(id: \"a\") { ... on Hold { x: attempt { id } } ... on Step { x: kind } } }",
        "{ node(id: \"a\") { ... on Hold { x: attempt { y: id } } ... on Attempt { x: customer { y: version } } } }",
    ] {
        let answer = asks(&office, Role::Admin, document, json!({})).await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{document}: {answer}");
        assert!(answer.get("data").is_none(), "{document}: {answer}");
    }
}

#[tokio::test]
async fn a_condition_that_is_no_condition_is_refused() {
    let office = Office::open().await;
    let document = "query($on: Boolean!) { viewer { name kind @include(if: $on) } }";
    for (given, refused) in [
        (json!({ "on": "yes" }), true),
        (json!({ "on": 1 }), true),
        (json!({ "on": null }), true),
        (json!({}), true),
        (json!({ "on": true }), false),
    ] {
        let answer = asks(&office, Role::Admin, document, given.clone()).await;
        assert_eq!(answer.get("data").is_none(), refused, "{given}: {answer}");
    }
    // The default makes it fit; null then is no value for it.
    let document = "query($on: Boolean = true) { viewer { name kind @include(if: $on) } }";
    let answer = asks(&office, Role::Admin, document, json!({ "on": null })).await;
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
}

#[tokio::test]
async fn nothing_is_read_for_what_is_skipped() {
    let office = Office::open().await;
    office.attempt(&[StepKind::Pan]).await;
    let document = "query($no: Boolean!) { merchant @include(if: $no) { apiKeys { id } } customers { totalCount nodes @skip(if: true) { id } } }";
    let text =
        graph_text(&office.kyc, &office.member(Role::Viewer), document, json!({ "no": false }), None).await;
    assert_eq!(text, r#"{"data":{"customers":{"totalCount":1}}}"#);
    assert_eq!(customer::Entity::scoped(office.scope()).all(office.kyc.db.reader()).await.unwrap().len(), 1);
}
