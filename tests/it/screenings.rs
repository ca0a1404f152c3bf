//! A name is screened by itself, what it resembles is decided by the team, and nobody passes before that.

mod memory;
mod races;
mod roles;
mod worker;

use kyc_stack::{
    checks::sanctions::{
        index::{Index, List},
        person::{Birth, ListedName, Person, Quality},
        shelf::Loaded,
    },
    kyc::{Kyc, screening::screenings_due},
};
use serde_json::{Value, json};

use crate::harness::app::{Client, House, TestApp};

/// What a reviewer sees of a screening.
const RESULT: &str = "query($id: ID!) { attempt(id: $id) { state waitingOn
    step(kind: SANCTION_SCREENING) { id status provider tries waitingOn reason { code staffNote } version
        result { __typename ... on ScreeningResult { threshold screenedAt lists { name version publishedAt }
            matches { id list entityId listedName score explanation listedNames listedBirthDates listedCountries programs
                decision note decidedBy { kind name } decidedAt } } } } } }";

/// Somebody who does not exist, under every name that is given.
pub(crate) fn person(id: &str, names: &[&str]) -> Person {
    let quality = |place| if place == 0 { Quality::Primary } else { Quality::Strong };
    Person {
        entity_id: id.to_owned(),
        names: names
            .iter()
            .enumerate()
            .map(|(place, name)| ListedName { text: (*name).to_owned(), quality: quality(place) })
            .collect(),
        births: Birth::in_years(1990, 1990).into_iter().collect(),
        nationalities: vec!["IN".to_owned()],
        countries: vec!["IN".to_owned(), "PK".to_owned()],
        gender: None,
        programs: vec!["MADE-UP".to_owned()],
        documents: Vec::new(),
    }
}

/// Puts one list on the shelf, as an import would.
pub(crate) fn load(kyc: &Kyc, number: i64, persons: Vec<Person>) {
    let list = List {
        name: "un".to_owned(),
        version: format!("2026-11-{number:02}"),
        number,
        published_at: "2026-11-20".parse().ok(),
        persons,
    };
    kyc.shelf.put(Loaded { index: Index::new(vec![list]), missing: Vec::new() });
}

/// Somebody whom nobody is called like, so that a list is there.
pub(crate) fn stranger() -> Person {
    person("XX.000", &["Qolbrand Ixtavian"])
}

/// The worker's step, until nothing is due any more.
async fn screen(app: &TestApp) -> usize {
    let mut done = 0;
    loop {
        match screenings_due(app.kyc(), 100).await.unwrap() {
            0 => return done,
            some => done += some,
        }
    }
}

/// A new attempt of a new customer of this name: its id, and the customer's.
async fn attempt_of(client: &Client, name: &str) -> (String, String) {
    let customer = json!({ "name": name, "dateOfBirth": "1990-01-02", "country": "IN" });
    let input = json!({ "customer": customer, "steps": ["PAN", "SANCTION_SCREENING"] });
    let made = client.done("attemptCreate", "attempt { id customer { id } }", input).await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["attempt"]["id"]), text(&made["attempt"]["customer"]["id"]))
}

/// What a reviewer sees.
async fn seen(house: &House, attempt: &str) -> Value {
    house.reviewer().graphql(RESULT, json!({ "id": attempt })).await.data("attempt").clone()
}

/// Status and reason of the screening.
fn stands(attempt: &Value) -> (&str, Option<&str>) {
    let step = &attempt["step"];
    (step["status"].as_str().unwrap(), step["reason"]["code"].as_str())
}

fn matches(attempt: &Value) -> &Vec<Value> {
    attempt["step"]["result"]["matches"].as_array().unwrap()
}

fn decision(id: &Value, decision: &str) -> Value {
    json!({ "matchId": id, "decision": decision, "note": "Another birth date." })
}

async fn decide(house: &House, id: &Value, to: &str) -> Value {
    let fields = "match { id decision note decidedBy { kind name } } step { status reason { code } version }";
    house.reviewer().done("screeningMatchDecide", fields, decision(id, to)).await
}

/// What was told of an attempt, in order: type, summary and actor.
async fn told(house: &House, attempt: &str) -> Vec<[String; 3]> {
    let document = "query($id: ID!) { attempt(id: $id) { tracker(first: 100) { nodes { type summary actor { kind } } } } }";
    let answer = house.viewer().graphql(document, json!({ "id": attempt })).await;
    let nodes = answer.data("attempt.tracker.nodes").as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    nodes
        .map(|event| [text(&event["type"]), text(&event["summary"]), text(&event["actor"]["kind"])])
        .collect()
}

#[tokio::test]
async fn whom_no_list_knows_passes_by_themselves() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, vec![stranger()]);
    let (attempt, _) = attempt_of(&house.agent(), "Asha Rao").await;
    assert_eq!(seen(&house, &attempt).await["step"]["waitingOn"], "PROVIDER");
    assert_eq!(screen(&app).await, 1);

    let seen = seen(&house, &attempt).await;
    assert_eq!(
        (&seen["state"], &seen["waitingOn"]),
        (&json!("CREATED"), &json!("CUSTOMER")),
        "nobody has begun"
    );
    assert_eq!((stands(&seen), &seen["step"]["provider"]), (("COMPLETED", None), &json!("embedded")));
    let result = &seen["step"]["result"];
    assert_eq!((&result["__typename"], &result["threshold"]), (&json!("ScreeningResult"), &json!(0.85)));
    assert_eq!(
        result["lists"],
        json!([{ "name": "un", "version": "2026-11-20", "publishedAt": "2026-11-20" }])
    );
    assert_eq!(result["matches"], json!([]));
    let told = told(&house, &attempt).await;
    let last: Vec<_> = told.iter().skip(1).map(|event| [&*event[0], &*event[2]]).collect();
    assert_eq!(last, [["SCREENING_COMPLETED", "SYSTEM"], ["STEP_STATUS_CHANGED", "SYSTEM"]]);
    assert_eq!(screen(&app).await, 0);
    app.close().await;
}

#[tokio::test]
async fn no_list_is_no_pass_and_a_list_that_comes_later_screens_them() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    let (attempt, _) = attempt_of(&house.agent(), "Asha Rao").await;
    assert_eq!(screen(&app).await, 1);
    let waiting = seen(&house, &attempt).await;
    assert_eq!(stands(&waiting), ("REQUIRES_ACTION", Some("SCREENING_UNAVAILABLE")));
    assert_eq!(
        (&waiting["step"]["waitingOn"], &waiting["step"]["result"]),
        (&json!("REVIEWER"), &Value::Null)
    );

    // A list that is required is missing: as good as none. Nothing is said twice.
    let index = Index::new(vec![]);
    app.kyc().shelf.put(Loaded { index, missing: vec!["un".to_owned()] });
    assert_eq!(screen(&app).await, 0);
    assert_eq!(seen(&house, &attempt).await, waiting);

    load(app.kyc(), 20, vec![stranger()]);
    assert_eq!(screen(&app).await, 1);
    let passed = seen(&house, &attempt).await;
    assert_eq!((stands(&passed), &passed["step"]["tries"]), (("COMPLETED", None), &json!(1)));
    app.close().await;
}

#[tokio::test]
async fn a_match_waits_for_a_decision_that_may_change_while_the_attempt_is_open() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, vec![stranger(), person("UN.7", &["Zorvan Petrakis", "Asha Rao"])]);
    let (attempt, _) = attempt_of(&house.agent(), "Asha Rao").await;
    assert_eq!(screen(&app).await, 1);
    let matched = seen(&house, &attempt).await;
    assert_eq!(stands(&matched), ("REQUIRES_ACTION", Some("SCREENING_MATCH")));
    let [found] = matches(&matched).as_slice() else { panic!("{matched}") };
    assert_eq!((&found["list"], &found["entityId"]), (&json!("un"), &json!("UN.7")));
    assert_eq!(found["listedName"], "Asha Rao");
    assert!(found["score"].as_f64().unwrap() >= 0.9, "{found}");
    assert_eq!(found["listedNames"], json!(["Zorvan Petrakis", "Asha Rao"]));
    assert_eq!((&found["listedBirthDates"], &found["programs"]), (&json!(["1990"]), &json!(["MADE-UP"])));
    assert_eq!(found["listedCountries"], json!(["IN", "PK"]));
    assert!(!found["explanation"].as_array().unwrap().is_empty(), "{found}");
    assert_eq!((&found["decision"], &found["decidedBy"]), (&json!("PENDING"), &Value::Null));

    let id = &found["id"];
    // Nothing but the decision completes it.
    let by_hand = json!({ "stepId": matched["step"]["id"], "status": "COMPLETED" });
    let refused = house.reviewer().mutate("stepUpdateStatus", "step { id }", by_hand).await;
    assert_eq!(refused.user_errors("stepUpdateStatus"), [("INVALID_TRANSITION", "status".to_owned())]);
    let cleared = decide(&house, id, "CLEARED").await;
    assert_eq!(cleared["step"]["status"], "COMPLETED");
    assert_eq!(cleared["match"]["decidedBy"], json!({ "kind": "API_KEY", "name": "REVIEWER" }));
    let log = told(&house, &attempt).await;
    let again = decide(&house, id, "CLEARED").await;
    assert_eq!((&again, told(&house, &attempt).await), (&cleared, log), "the same again changes nothing");

    let confirmed = decide(&house, id, "CONFIRMED").await;
    assert_eq!(confirmed["step"]["status"], "REQUIRES_ACTION");
    assert_eq!(confirmed["step"]["reason"]["code"], "SCREENING_CONFIRMED");
    assert_eq!(seen(&house, &attempt).await["state"], "CREATED");
    assert_eq!(decide(&house, id, "CLEARED").await["step"]["status"], "COMPLETED");

    let rejection = json!({ "attemptId": attempt, "reason": { "code": "SUSPECTED_FRAUD" } });
    house.reviewer().done("attemptReject", "attempt { state }", rejection).await;
    let late =
        house.reviewer().mutate("screeningMatchDecide", "match { id }", decision(id, "CONFIRMED")).await;
    assert_eq!(late.user_errors("screeningMatchDecide"), [("ATTEMPT_ENDED", String::new())]);
    app.close().await;
}

#[tokio::test]
async fn the_last_cleared_match_completes_an_attempt_and_a_hold_does_not_stop_the_decision() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, vec![person("UN.7", &["Asha Rao"]), person("UN.8", &["Asha Rao"])]);
    let (attempt, _) = attempt_of(&house.agent(), "Asha Rao").await;
    screen(&app).await;
    let steps = "query($id: ID!) { attempt(id: $id) { step(kind: PAN) { id } } }";
    let pan = house.viewer().graphql(steps, json!({ "id": attempt })).await.text_at("attempt.step.id");
    let passed = json!({ "stepId": pan, "status": "COMPLETED" });
    house.reviewer().done("stepUpdateStatus", "step { status }", passed).await;

    let matched = seen(&house, &attempt).await;
    let found = matches(&matched);
    assert_eq!(
        decide(&house, &found[0]["id"], "CONFIRMED").await["step"]["reason"]["code"],
        "SCREENING_CONFIRMED"
    );
    let version = |payload: &Value| payload["step"]["version"].as_i64().unwrap();
    let one = decide(&house, &found[0]["id"], "CLEARED").await;
    assert_eq!(one["step"]["reason"]["code"], "SCREENING_MATCH", "the other one is undecided");
    let both = decide(&house, &found[1]["id"], "CLEARED").await;
    assert!(version(&both) > version(&one));
    assert_eq!(seen(&house, &attempt).await["state"], "COMPLETED");
    app.close().await;
}

#[tokio::test]
async fn a_decision_says_what_is_missing() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, vec![person("UN.7", &["Asha Rao"])]);
    let (attempt, _) = attempt_of(&house.agent(), "Asha Rao").await;
    screen(&app).await;
    let matched = seen(&house, &attempt).await;
    let id = &matches(&matched)[0]["id"];
    let nobody = json!("match_01h2xcejqtf2nbrexx3vqjhp41");
    let long = "n".repeat(2001);
    for (input, error) in [
        (decision(id, "PENDING"), ("INVALID", "decision")),
        (decision(&nobody, "CLEARED"), ("NOT_FOUND", "matchId")),
        (json!({ "matchId": id, "decision": "CLEARED", "note": " " }), ("REQUIRED", "note")),
        (json!({ "matchId": id, "decision": "CLEARED", "note": long }), ("TOO_LONG", "note")),
        (json!({ "matchId": id, "decision": "CLEARED", "note": "2341 2341 2346" }), ("INVALID", "note")),
    ] {
        let refused = house.reviewer().mutate("screeningMatchDecide", "match { id }", input).await;
        assert_eq!(refused.user_errors("screeningMatchDecide"), [(error.0, error.1.to_owned())]);
    }
    // Once a key, however often it is sent.
    let mut input = decision(id, "CLEARED");
    input["idempotencyKey"] = json!("k1");
    let fields = "match { decision } step { status version }";
    let first = house.reviewer().done("screeningMatchDecide", fields, input.clone()).await;
    assert_eq!(house.reviewer().done("screeningMatchDecide", fields, input).await, first);
    app.close().await;
}

#[tokio::test]
async fn a_name_that_is_none_waits_for_a_reviewer_until_it_is_corrected() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, vec![person("UN.7", &["Asha Rao"])]);
    let (attempt, customer) = attempt_of(&house.agent(), "Asha Rao").await;
    screen(&app).await;
    let before = seen(&house, &attempt).await;
    let old = matches(&before)[0]["id"].clone();

    let rename = |name: &str| json!({ "id": customer, "name": name });
    house.agent().done("customerUpdate", "customer { id }", rename("Q")).await;
    assert_eq!(screen(&app).await, 1);
    let unscreenable = seen(&house, &attempt).await;
    assert_eq!(stands(&unscreenable), ("REQUIRES_ACTION", Some("UNDER_REVIEW")));
    assert!(unscreenable["step"]["reason"]["staffNote"].as_str().unwrap().contains("whole name"));
    assert_eq!(unscreenable["step"]["result"], Value::Null);
    // What was found about another name does not let this one pass.
    let refused =
        house.reviewer().mutate("screeningMatchDecide", "match { id }", decision(&old, "CLEARED")).await;
    assert_eq!(refused.user_errors("screeningMatchDecide"), [("INVALID", "matchId".to_owned())]);

    house.agent().done("customerUpdate", "customer { id }", rename("Quentin Dsouza")).await;
    assert_eq!(screen(&app).await, 1);
    assert_eq!(stands(&seen(&house, &attempt).await), ("COMPLETED", None));
    app.close().await;
}

#[tokio::test]
async fn of_many_matches_those_that_need_a_decision_come_first_until_none_is_left() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, (10..70).map(|n| person(&format!("UN.{n}"), &["Asha Rao"])).collect());
    let (attempt, _) = attempt_of(&house.agent(), "Asha Rao").await;
    screen(&app).await;
    let first = seen(&house, &attempt).await;
    assert_eq!(matches(&first).len(), 50);
    let note = first["step"]["reason"]["staffNote"].as_str().unwrap();
    assert!(note.contains("60") && note.contains("50"), "{note}");
    for found in matches(&first) {
        assert_eq!(decide(&house, &found["id"], "CLEARED").await["step"]["status"], "REQUIRES_ACTION");
    }
    assert_eq!(screen(&app).await, 1, "it runs again by itself");
    let rest = seen(&house, &attempt).await;
    let pending: Vec<_> = matches(&rest).iter().filter(|found| found["decision"] == "PENDING").collect();
    assert_eq!((stands(&rest).0, matches(&rest).len(), pending.len()), ("REQUIRES_ACTION", 50, 10));
    for found in pending {
        decide(&house, &found["id"], "CLEARED").await;
    }
    screen(&app).await;
    assert_eq!(stands(&seen(&house, &attempt).await), ("COMPLETED", None));
    app.close().await;
}
