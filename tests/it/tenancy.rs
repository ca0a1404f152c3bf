//! Nobody gets at a merchant's objects who is not of it, and nobody of it does what their role does not contain: every
//! place of the schema that takes an id, and every mutation, tried by everybody. The places come from the schema: one that is
//! new has to get a row in [`places`], [`routes`] or [`mutations`], and a row whose place is gone has to go, too.

mod mutations;
mod places;
mod routes;
mod schema;

use entity::{Role, id::ApiKeyId};
use kyc_stack::{graphql::Api, kyc::screening::screenings_due};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    harness::{
        app::{Client, House, TestApp},
        dump::dump,
    },
    journey::{Phone, linked},
    screenings::{load, person},
};
use mutations::Needs;
use places::Place;

/// What stands for an object of the merchant in a row, and the object.
struct Objects(Vec<(&'static str, String)>);

impl Objects {
    /// One of everything that has an id.
    async fn of(app: &TestApp, house: &House) -> Self {
        let admin = house.admin();
        let begin = admin.graphql("{ eventCursor }", json!({})).await.text_at("eventCursor");
        let input = json!({
            "customer": { "reference": "REF-OF-HOUSE", "name": "Asha Rao" }, "steps": ["PAN", "SELFIE", "SANCTION_SCREENING"],
            "validityHours": 24,
        });
        let generated =
            admin.done("kycLinkGenerate", "attempt { id customer { id } steps { id } }", input).await;
        let attempt = text(&generated["attempt"]["id"]);
        let reason = json!({ "code": "UNDER_REVIEW" });
        let step = text(&generated["attempt"]["steps"][0]["id"]);
        admin
            .done("stepUpdateStatus", "__typename", json!({ "stepId": step, "status": "IN_PROGRESS" }))
            .await;
        load(app.kyc(), 20, vec![person("UN.7", &["Asha Rao"])]);
        assert!(screenings_due(app.kyc(), 100).await.unwrap() > 0);
        let document = "query($id: ID!) { attempt(id: $id) { step(kind: SANCTION_SCREENING) {
            result { ... on ScreeningResult { matches { id } } } } } }";
        let found = admin.graphql(document, json!({ "id": attempt })).await;
        let found = found.text_at("attempt.step.result.matches.0.id");
        let held =
            admin.done("holdPlace", "hold { id }", json!({ "attemptId": attempt, "reason": reason })).await;
        let key =
            admin.done("apiKeyCreate", "apiKey { id }", json!({ "name": "Ledger", "role": "VIEWER" })).await;
        let input = json!({ "email": "ravi@house.example", "name": "Ravi Kumar", "role": "ADMIN" });
        let member = admin.done("memberCreate", "member { id }", input).await;
        let cursors = admin
            .graphql(
                "query($id: ID!) { eventCursor customers { edges { cursor } } attempts { edges { cursor } }
                   activity { edges { cursor node { id } } }
                   attempt(id: $id) { customer { attempts { edges { cursor } } recentActivity { edges { cursor } } }
                     tracker { edges { cursor } } } }",
                json!({ "id": attempt }),
            )
            .await;
        let cursor = |path: &str| cursors.text_at(&format!("{path}.edges.0.cursor"));
        Self(vec![
            ("@merchant", house.id.to_string()),
            ("@attempt", attempt.clone()),
            ("@customer", text(&generated["attempt"]["customer"]["id"])),
            ("@step", step),
            ("@match", found),
            ("@hold", text(&held["hold"]["id"])),
            ("@key", text(&key["apiKey"]["id"])),
            ("@member", text(&member["member"]["id"])),
            ("@event", cursors.text_at("activity.edges.0.node.id")),
            ("@reference", "REF-OF-HOUSE".to_owned()),
            ("@begin", begin.clone()),
            ("@cursor:begin", begin),
            ("@cursor:customers", cursor("customers")),
            ("@cursor:attempts", cursor("attempts")),
            ("@cursor:activity", cursor("activity")),
            ("@cursor:customer.attempts", cursor("attempt.customer.attempts")),
            ("@cursor:customer.activity", cursor("attempt.customer.recentActivity")),
            ("@cursor:tracker", cursor("attempt.tracker")),
        ])
    }

    /// The same kinds of objects, none of which is there.
    fn of_nobody() -> Self {
        let id = |prefix: &str| {
            let key = ApiKeyId(Uuid::from_u128(0x0123_4567_89ab_7cde_8f01_2345_6789_abcd)).to_string();
            format!("{prefix}_{}", key.rsplit_once('_').unwrap().1)
        };
        Self(vec![
            ("@merchant", id("merchant")),
            ("@attempt", id("attempt")),
            ("@customer", id("customer")),
            ("@step", id("step")),
            ("@hold", id("hold")),
            ("@match", id("match")),
            ("@key", id(ApiKeyId::PREFIX)),
            ("@member", id("member")),
            ("@event", id("event")),
            ("@reference", "REF-OF-NOBODY".to_owned()),
            ("@begin", "nowhere".to_owned()),
        ])
    }

    /// A row with objects in the places of their names.
    fn put(&self, row: &Value) -> Value {
        match row {
            Value::String(name) if name.starts_with('@') => {
                json!(self.0.iter().find(|(known, _)| known == name).unwrap_or_else(|| panic!("no {name}")).1)
            }
            Value::Array(values) => values.iter().map(|value| self.put(value)).collect(),
            Value::Object(members) => {
                members.iter().map(|(name, value)| (name.clone(), self.put(value))).collect()
            }
            other => other.clone(),
        }
    }

    /// The first of the merchant's texts in an answer.
    fn seen_in(&self, answer: &str) -> Option<&str> {
        self.0
            .iter()
            .map(|(_, text)| &**text)
            .chain(["Asha Rao", "Ravi Kumar"])
            .find(|text| answer.contains(text))
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

/// The merchant's rows, whole.
async fn rows_of(app: &TestApp, house: &House) -> Vec<String> {
    let id = house.id.0;
    let (simple, hyphenated) = (id.simple().to_string(), id.to_string());
    let dump = dump(app.kyc().db.library()).await;
    let mut rows: Vec<_> = dump
        .lines()
        .filter(|row| row.contains(&simple) || row.contains(&hyphenated))
        .map(str::to_owned)
        .collect();
    rows.sort();
    assert!(rows.len() > 15, "{rows:?}");
    rows
}

/// Those who have no business with the merchant's objects.
async fn outsiders(app: &TestApp, house: &House) -> Vec<(&'static str, Client)> {
    let other = app.merchant("other").await;
    other
        .admin()
        .done("attemptCreate", "__typename", json!({ "customer": { "name": "Zoya" }, "steps": ["PAN"] }))
        .await;
    let admin = house.admin();
    let made =
        admin.done("apiKeyCreate", "secret apiKey { id }", json!({ "name": "Old", "role": "ADMIN" })).await;
    let revoked = app.anonymous().bearer(made["secret"].as_str().unwrap());
    // Recognised before it is revoked, so that a cache would show.
    revoked.graphql("{ viewer { kind } }", json!({})).await.data("viewer");
    admin.done("apiKeyRevoke", "__typename", json!({ "id": made["apiKey"]["id"] })).await;
    let disabled = house.member(Role::Admin).await;
    let id = disabled.graphql("{ viewer { id } }", json!({})).await.text_at("viewer.id");
    admin.done("memberUpdate", "__typename", json!({ "id": id, "disabled": true })).await;
    vec![
        ("nobody", app.anonymous()),
        ("another merchant's ADMIN", other.admin()),
        ("another merchant's member", other.member(Role::Admin).await),
        ("a revoked key", revoked),
        ("a disabled member", disabled),
        ("the platform", app.platform()),
        // Of the merchant, and of one of its attempts: all the same it is nobody's business.
        ("a customer", phone(app, house).await.page()),
    ]
}

/// A customer of the merchant's who has opened their link.
async fn phone(app: &TestApp, house: &House) -> Phone {
    let (_, url) = linked(house, json!(["PAN", "SANCTION_SCREENING"])).await;
    Phone::enter(app, &url).await
}

#[tokio::test]
async fn an_id_of_a_merchant_is_worth_nothing_to_anybody_else() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (objects, nothing) = (Objects::of(&app, &house).await, Objects::of_nobody());
    let outsiders = outsiders(&app, &house).await;
    let before = rows_of(&app, &house).await;
    for Place { at, document, variables } in places::all() {
        for (who, client) in &outsiders {
            let answer = client.told(&document, objects.put(&variables)).await;
            assert_eq!(objects.seen_in(&answer.text), None, "{at} tells {who}: {}", answer.text);
            if ["nobody", "a revoked key", "a disabled member"].contains(who) {
                assert_eq!(answer.errors(), [("UNAUTHENTICATED", String::new())], "{at} by {who}");
                assert!(answer.json.get("data").is_none(), "{at} by {who}: {}", answer.text);
                continue;
            }
            for (code, _) in answer.errors() {
                // A stream on which nothing can ever come is refused, whoever's the id is.
                let refused = code == "BAD_USER_INPUT" && at.starts_with("Subscription.");
                assert!(
                    refused || ["FORBIDDEN", "CURSOR_INVALID"].contains(&code),
                    "{at} by {who}: {}",
                    answer.text
                );
            }
            // What is another's is not told from what is not there. Where a customer is made, two differ.
            if !variables.to_string().contains("@cursor") && !at.starts_with("CustomerInput.") {
                let unknown = client.told(&document, nothing.put(&variables)).await;
                assert_eq!(answer.text, unknown.text, "{at} tells {who} that it is there");
            }
        }
        assert_eq!(rows_of(&app, &house).await, before, "{at} changed something");
    }
    app.close().await;
}

#[tokio::test]
async fn every_row_works_for_those_who_may() {
    let app = TestApp::open().await;
    for (row, place) in places::all().into_iter().enumerate() {
        // Anew each time: what one row does is in the way of the next.
        let house = app.merchant(&format!("house-{row}")).await;
        let objects = Objects::of(&app, &house).await;
        let answer = house.admin().told(&place.document, objects.put(&place.variables)).await;
        assert!(answer.errors().is_empty(), "{}: {}", place.at, answer.text);
        let refused =
            answer.json["data"].as_object().unwrap().values().filter_map(|payload| payload.get("userErrors"));
        for errors in refused {
            // These would need a world of their own to succeed: they found the object.
            let code = errors[0]["code"].as_str();
            assert!(errors == &json!([]) || place.may_refuse(code), "{}: {}", place.at, answer.text);
        }
        if answer.json["data"].as_object().unwrap().values().any(Value::is_null) {
            panic!("{} finds nothing: {}", place.at, answer.text);
        }
    }
    app.close().await;
}

#[tokio::test]
async fn every_mutation_takes_the_role_that_it_says() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (objects, nothing) = (Objects::of(&app, &house).await, Objects::of_nobody());
    let roles = [
        ("ADMIN", house.admin(), 4),
        ("REVIEWER", house.reviewer(), 3),
        ("AGENT", house.agent(), 2),
        ("VIEWER", house.viewer(), 1),
        ("the platform", app.platform(), 0),
        ("a customer", phone(&app, &house).await.page(), 0),
        ("nobody", app.anonymous(), 0),
    ];
    for (name, needs, input) in mutations::all() {
        let document = crate::harness::graph::mutation(name, "__typename");
        for (who, client, rank) in &roles {
            let allowed = match needs {
                Needs::Platform => *who == "the platform",
                Needs::Customer => *who == "a customer",
                Needs::Role(role) => *rank >= mutations::rank(role),
            };
            if allowed {
                // Of nothing, where it takes an id: the role is looked at before the object.
                let answer = client.graphql(&document, json!({ "input": nothing.put(&input) })).await;
                assert!(
                    answer.errors().is_empty() && !answer.json["data"][name].is_null(),
                    "{name} by {who}: {}",
                    answer.text
                );
                continue;
            }
            let before = dump(app.kyc().db.library()).await;
            let answer = client.graphql(&document, json!({ "input": objects.put(&input) })).await;
            let refused = if *who == "nobody" {
                ("UNAUTHENTICATED", String::new())
            } else {
                ("FORBIDDEN", name.to_owned())
            };
            assert_eq!(answer.errors(), [refused], "{name} by {who}: {}", answer.text);
            assert!(answer.json["data"][name].is_null(), "{name} by {who}: {}", answer.text);
            assert_eq!(dump(app.kyc().db.library()).await, before, "{name} by {who} changed something");
        }
    }
    app.close().await;
}

#[test]
fn every_place_that_takes_an_id_has_a_row_and_every_row_a_place() {
    let schema = schema::Places::of(&Api::new().sdl());
    let rows: Vec<_> = places::all().iter().map(|place| place.at.to_owned()).collect();
    let missing: Vec<_> = schema.ids.iter().filter(|place| !rows.contains(place)).collect();
    assert!(
        missing.is_empty(),
        "new places that take an id, without a row in tenancy/places.rs: {missing:?}"
    );
    let gone: Vec<_> = rows.iter().filter(|row| !schema.ids.contains(*row)).collect();
    assert!(gone.is_empty(), "rows of places that are gone: {gone:?}");

    let rows: Vec<_> = mutations::all().iter().map(|(name, ..)| (*name).to_owned()).collect();
    let missing: Vec<_> = schema.mutations.iter().filter(|name| !rows.contains(name)).collect();
    assert!(missing.is_empty(), "new mutations without a row in tenancy/mutations.rs: {missing:?}");
    let gone: Vec<_> = rows.iter().filter(|row| !schema.mutations.contains(*row)).collect();
    assert!(gone.is_empty(), "rows of mutations that are gone: {gone:?}");
}
