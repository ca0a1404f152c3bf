//! Runs of checks: every outcome of the sandbox, providers that are down, slow, late or answer twice, and processes that die.

use chrono::TimeDelta;
use kyc_stack::kyc::{check::runs_due, expiry::step_timeouts_due};
use serde_json::{Value, json};

use super::{Phone, linked, scripted::looked_up, seen, told};
use crate::harness::{
    app::{House, TestApp},
    dump::dump,
};

pub(super) async fn step_of(house: &House, attempt: &str) -> Value {
    let document = "query($id: ID!) { attempt(id: $id) { state steps {
        id status provider tries waitingOn reason { code } } } }";
    house.reviewer().graphql(document, json!({ "id": attempt })).await.data("attempt.steps.0").clone()
}

/// A PAN whose last digits decide.
pub(super) fn pan(digits: &str) -> String {
    format!("ABCPE{digits}F")
}

pub(super) fn rows_of(outcome: kyc_stack::checks::sandbox::Outcome) -> &'static str {
    let mut rows = kyc_stack::checks::sandbox::rows(entity::StepKind::Pan);
    rows.find(|row| row.outcome == outcome).unwrap().value
}

#[tokio::test]
async fn each_outcome_moves_the_step_as_it_says() {
    use kyc_stack::checks::sandbox::Outcome;
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    for (outcome, status, reason, tries) in [
        (Outcome::Fail, "FAILED", json!("PAN_NOT_FOUND"), 1),
        (Outcome::Again, "REQUIRES_ACTION", json!("PAN_NOT_LINKED_TO_AADHAAR"), 1),
        (Outcome::Review, "REQUIRES_ACTION", json!("NAME_MISMATCH"), 1),
        (Outcome::OtherName, "FAILED", json!("NAME_MISMATCH"), 1),
    ] {
        let (attempt, phone) =
            looked_up(&app, &house, app.kyc(), json!(["PAN"]), &pan(rows_of(outcome))).await;
        let step = step_of(&house, &attempt).await;
        assert_eq!((&step["status"], &step["reason"]["code"]), (&json!(status), &reason), "{outcome}");
        assert_eq!((&step["provider"], &step["tries"]), (&json!("sandbox"), &json!(tries)), "{outcome}");
        // The customer may mend what is theirs to mend.
        let theirs = step["waitingOn"] == "CUSTOMER";
        let again = phone.pan("ABCPE4321F").await;
        assert_eq!(again.user_errors("journeyPanSubmit").is_empty(), theirs, "{outcome}");
        if theirs {
            assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
            assert_eq!(seen(&house, &attempt).await["state"], "COMPLETED", "{outcome}");
        }
    }
    app.close().await;
}

#[tokio::test]
async fn a_provider_that_is_down_is_asked_again_and_costs_no_try() {
    use kyc_stack::checks::sandbox::Outcome;
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    phone.pan(&pan(rows_of(Outcome::Down))).await.data("journeyPanSubmit.journey");
    let mut asked = 0;
    for _ in 0..120 {
        asked += runs_due(app.kyc(), 10).await.unwrap();
        let step = step_of(&house, &attempt).await;
        if step["status"] != "IN_PROGRESS" {
            assert_eq!(step["reason"]["code"], "PROVIDER_UNAVAILABLE");
            assert_eq!((&step["tries"], &step["waitingOn"]), (&json!(0), &json!("CUSTOMER")));
            assert_eq!(asked, 6);
            assert!(!dump(app.kyc().db.library()).await.contains(&pan(rows_of(Outcome::Down))));
            app.close().await;
            return;
        }
        app.pass(TimeDelta::seconds(30));
    }
    panic!("it is asked for ever");
}

#[tokio::test]
async fn slow_answers_come_doubled_ones_count_once_and_late_ones_change_nothing() {
    use kyc_stack::checks::sandbox::Outcome;
    let app = TestApp::open().await;
    let house = app.merchant("house").await;

    let (attempt, _) = looked_up(&app, &house, app.kyc(), json!(["PAN"]), &pan(rows_of(Outcome::Slow))).await;
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 0, "not before its time");
    assert!(
        !dump(app.kyc().db.library()).await.contains(&pan(rows_of(Outcome::Slow))),
        "the provider has it"
    );
    app.pass(TimeDelta::seconds(20));
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    assert_eq!(seen(&house, &attempt).await["state"], "COMPLETED");

    let (attempt, _) =
        looked_up(&app, &house, app.kyc(), json!(["PAN"]), &pan(rows_of(Outcome::Twice))).await;
    let after = seen(&house, &attempt).await;
    assert_eq!(told(&after).iter().filter(|kind| **kind == "STEP_STATUS_CHANGED").count(), 2);
    assert_eq!(told(&after).last(), Some(&"LATE_RESULT_RECORDED"));

    let (attempt, _) = looked_up(&app, &house, app.kyc(), json!(["PAN"]), &pan(rows_of(Outcome::Late))).await;
    app.pass(TimeDelta::minutes(61));
    assert_eq!(step_timeouts_due(app.kyc(), 10).await.unwrap(), 1);
    let timed_out = step_of(&house, &attempt).await;
    app.pass(TimeDelta::minutes(5));
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    assert_eq!(step_of(&house, &attempt).await, timed_out, "a late answer changes nothing");
    assert_eq!(told(&seen(&house, &attempt).await).last(), Some(&"LATE_RESULT_RECORDED"));
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 0);
    app.close().await;
}

#[tokio::test]
async fn who_dies_in_the_middle_of_a_run_loses_nothing() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    phone.pan("ABCPE4321F").await.data("journeyPanSubmit.journey");
    // Taken, asked, and gone before the commit.
    let kyc = app.kyc();
    let (now, lease) = (kyc.clock.now(), TimeDelta::minutes(5));
    let taken = kyc
        .db
        .write(move |txn| {
            Box::pin(async move { Ok(entity::check_run::take_due(txn, now, now + lease, 10).await?) })
        })
        .await
        .unwrap();
    assert_eq!(taken.len(), 1);
    let twin = app.twin().await;
    assert_eq!(runs_due(twin.kyc(), 10).await.unwrap(), 0, "nobody else has it meanwhile");
    app.pass(TimeDelta::minutes(5));
    let (one, two) = futures_util::join!(runs_due(kyc, 10), runs_due(twin.kyc(), 10));
    assert_eq!(one.unwrap() + two.unwrap(), 1);
    let after = seen(&house, &attempt).await;
    assert_eq!(after["state"], "COMPLETED");
    assert_eq!(told(&after).iter().filter(|kind| **kind == "STEP_STATUS_CHANGED").count(), 2);
    app.close().await;
}

#[tokio::test]
async fn a_run_whose_step_has_moved_on_asks_nobody_and_keeps_nothing() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN", "SELFIE"])).await;
    let phone = Phone::enter(&app, &url).await;
    phone.pan("ABCPE4321F").await.data("journeyPanSubmit.journey");
    let step = step_of(&house, &attempt).await;
    house
        .reviewer()
        .done("stepUpdateStatus", "__typename", json!({ "stepId": step["id"], "status": "COMPLETED" }))
        .await;
    assert!(!dump(app.kyc().db.library()).await.contains("ABCPE4321F"), "at once");
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 0);
    assert!(!told(&seen(&house, &attempt).await).contains(&"LATE_RESULT_RECORDED"));
    app.close().await;
}

#[tokio::test]
async fn a_new_name_is_compared_with_what_was_found() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, _) = looked_up(&app, &house, app.kyc(), json!(["PAN", "SELFIE"]), "ABCPE4321F").await;
    assert_eq!(step_of(&house, &attempt).await["status"], "COMPLETED");
    let document = "query($id: ID!) { attempt(id: $id) { customer { id } } }";
    let customer =
        house.viewer().graphql(document, json!({ "id": attempt })).await.text_at("attempt.customer.id");
    let renamed = async |name: &str| {
        house.admin().done("customerUpdate", "__typename", json!({ "id": customer, "name": name })).await;
        step_of(&house, &attempt).await
    };
    let other = renamed("Vikram Bose").await;
    assert_eq!((&other["status"], &other["waitingOn"]), (&json!("REQUIRES_ACTION"), &json!("REVIEWER")));
    assert_eq!(other["reason"]["code"], "NAME_MISMATCH");
    assert_eq!(renamed("Asha Rao").await["status"], "COMPLETED", "and back");
    app.close().await;
}

#[tokio::test]
async fn digilocker_is_walked_left_and_begun_again() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["DIGILOCKER_AADHAAR"])).await;
    let phone = Phone::enter(&app, &url).await;
    let start = async || {
        let started = phone.page().done("journeyDigilockerStart", "authorizeUrl", json!({})).await;
        started["authorizeUrl"].as_str().unwrap().to_owned()
    };
    let page = start().await;
    assert!(page.contains("/journey/sandbox/digilocker?id="), "{page}");
    start().await;
    assert_eq!(phone.first_step().await["triesLeft"], 2, "a second visit is no second try");
    let id = page.split("id=").nth(1).unwrap().split('&').next().unwrap().to_owned();
    let back = async |query: &str| {
        let answer = phone.page().get(&format!("/journey/digilocker/return?{query}")).await;
        assert_eq!((answer.status.as_u16(), answer.headers["location"].to_str().unwrap()), (303, "/k"));
    };
    // Somebody else's visit, and nobody's.
    back("id=other&success=true&outcome=pass").await;
    back("").await;
    assert_eq!(phone.first_step().await["status"], "IN_PROGRESS");
    back(&format!("id={id}&success=false&outcome=decline")).await;
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    let declined = phone.first_step().await;
    assert_eq!((&declined["reasonCode"], &declined["canRetry"]), (&json!("CONSENT_DECLINED"), &json!(true)));
    start().await;
    back(&format!("id={id}&success=true&outcome=pass")).await;
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    assert_eq!(seen(&house, &attempt).await["state"], "COMPLETED");
    app.close().await;
}
