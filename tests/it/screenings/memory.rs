//! What was cleared once stays cleared, until the list's entry or the customer becomes somebody else.

use serde_json::{Value, json};

use super::{attempt_of, decide, decision, load, matches, person, screen, seen, stands};
use crate::harness::app::{House, TestApp};

async fn rename(house: &House, customer: &str, change: Value) {
    let mut input = json!({ "id": customer });
    input.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    house.agent().done("customerUpdate", "customer { version }", input).await;
}

/// The decision about the only match, and who made it.
fn decided(attempt: &Value) -> (&str, &Value) {
    let [only] = matches(attempt).as_slice() else { panic!("{attempt}") };
    (only["decision"].as_str().unwrap(), &only["decidedBy"]["name"])
}

#[tokio::test]
async fn a_new_name_is_screened_and_the_old_one_is_remembered() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, vec![person("UN.7", &["Asha Rao"]), person("UN.9", &["Zubin Iyer"])]);
    let (attempt, customer) = attempt_of(&house.agent(), "Asha Rao").await;
    screen(&app).await;
    let first = seen(&house, &attempt).await;
    let old = matches(&first)[0]["id"].clone();
    decide(&house, &old, "CLEARED").await;

    rename(&house, &customer, json!({ "email": "asha@example.com", "country": "AE" })).await;
    assert_eq!((screen(&app).await, stands(&seen(&house, &attempt).await)), (0, ("COMPLETED", None)));

    rename(&house, &customer, json!({ "name": "Zubin Iyer" })).await;
    let questioned = seen(&house, &attempt).await;
    assert_eq!(stands(&questioned), ("REQUIRES_ACTION", Some("DETAILS_CHANGED")));
    assert_eq!(screen(&app).await, 1);
    let other = seen(&house, &attempt).await;
    assert_eq!((decided(&other).0, matches(&other)[0]["entityId"].as_str()), ("PENDING", Some("UN.9")));
    assert_eq!(other["step"]["tries"], 1, "a re-run costs no try");
    let stale =
        house.reviewer().mutate("screeningMatchDecide", "match { id }", decision(&old, "CONFIRMED")).await;
    assert_eq!(stale.user_errors("screeningMatchDecide"), [("INVALID", "matchId".to_owned())]);

    rename(&house, &customer, json!({ "name": "Asha Rao" })).await;
    screen(&app).await;
    let back = seen(&house, &attempt).await;
    assert_eq!((stands(&back), decided(&back)), (("COMPLETED", None), ("CLEARED", &json!("REVIEWER"))));
    assert_eq!(matches(&back)[0]["note"], "Another birth date.");
    assert_ne!(matches(&back)[0]["id"], old, "each run has matches of its own");
    app.close().await;
}

#[tokio::test]
async fn the_next_attempt_remembers_unless_somebody_is_somebody_else_by_then() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    let (cleared, confirmed) = (person("UN.7", &["Asha Rao"]), person("UN.8", &["Asha Rao"]));
    load(app.kyc(), 20, vec![cleared.clone()]);
    let (first, customer) = attempt_of(&house.agent(), "Asha Rao").await;
    screen(&app).await;
    decide(&house, &matches(&seen(&house, &first).await)[0]["id"], "CLEARED").await;

    let next = async |last: &str| {
        let reason = json!({ "attemptId": last, "reason": { "code": "CUSTOMER_WITHDREW" } });
        house.reviewer().done("attemptReject", "attempt { id }", reason).await;
        let input = json!({ "customerId": customer, "steps": ["PAN", "SANCTION_SCREENING"] });
        let made = house.agent().done("attemptCreate", "attempt { id }", input).await;
        screen(&app).await;
        made["attempt"]["id"].as_str().unwrap().to_owned()
    };
    let second = next(&first).await;
    let remembered = seen(&house, &second).await;
    assert_eq!((stands(&remembered), decided(&remembered).0), (("COMPLETED", None), "CLEARED"));
    assert_eq!(remembered["state"], "CREATED");

    // A new version of the list that says the same of them, and somebody new.
    load(app.kyc(), 21, vec![cleared.clone(), confirmed.clone()]);
    let third = next(&second).await;
    let found = seen(&house, &third).await;
    let decisions: Vec<_> = matches(&found).iter().map(|found| found["decision"].as_str().unwrap()).collect();
    assert_eq!((stands(&found).1, decisions), (Some("SCREENING_MATCH"), vec!["CLEARED", "PENDING"]));
    decide(&house, &matches(&found)[1]["id"], "CONFIRMED").await;

    // A confirmed one stays so; the cleared entry has another name since, and is looked at again.
    let changed = person("UN.7", &["Asha Rao", "Asha R."]);
    load(app.kyc(), 22, vec![changed, confirmed]);
    let fourth = next(&third).await;
    let found = seen(&house, &fourth).await;
    let decisions: Vec<_> = matches(&found).iter().map(|found| found["decision"].as_str().unwrap()).collect();
    assert_eq!((stands(&found).1, decisions), (Some("SCREENING_CONFIRMED"), vec!["PENDING", "CONFIRMED"]));

    rename(&house, &customer, json!({ "dateOfBirth": "1991-01-02" })).await;
    screen(&app).await;
    let reborn = seen(&house, &fourth).await;
    assert!(matches(&reborn).iter().all(|found| found["decision"] == "PENDING"), "{reborn}");
    app.close().await;
}

#[tokio::test]
async fn what_was_decided_about_one_customer_is_nothing_about_another() {
    let app = TestApp::open().await;
    let (house, other) = (app.merchant("acme").await, app.merchant("other").await);
    load(app.kyc(), 20, vec![person("UN.7", &["Asha Rao"])]);
    let (first, _) = attempt_of(&house.agent(), "Asha Rao").await;
    screen(&app).await;
    decide(&house, &matches(&seen(&house, &first).await)[0]["id"], "CLEARED").await;
    for house in [&house, &other] {
        let (namesake, _) = attempt_of(&house.agent(), "Asha Rao").await;
        screen(&app).await;
        assert_eq!(decided(&seen(house, &namesake).await).0, "PENDING");
    }
    app.close().await;
}

#[tokio::test]
async fn a_reviewer_can_have_it_run_again() {
    let app = TestApp::open().await;
    let house = app.merchant("acme").await;
    load(app.kyc(), 20, vec![person("UN.7", &["Asha Rao"])]);
    let (attempt, _) = attempt_of(&house.agent(), "Asha Rao").await;
    screen(&app).await;
    let matched = seen(&house, &attempt).await;
    load(app.kyc(), 21, vec![super::stranger()]);
    let input = json!({ "stepId": matched["step"]["id"], "status": "IN_PROGRESS" });
    house.reviewer().done("stepUpdateStatus", "step { waitingOn }", input).await;
    assert_eq!(screen(&app).await, 1);
    let passed = seen(&house, &attempt).await;
    assert_eq!((stands(&passed), matches(&passed).len()), (("COMPLETED", None), 0), "they are off the list");
    app.close().await;
}
