//! A customer gets another name or birth date: what was found is compared again, and only what still counts.

use kyc_stack::{
    checks::{Answer, sandbox::Outcome},
    kyc::check::runs_due,
};
use serde_json::{Value, json};

use super::{
    Phone, linked,
    runs::{pan, rows_of, step_of},
    scripted::{Scripted, looked_up, passed},
};
use crate::harness::app::{House, TestApp};

/// Changes the customer of an attempt; the first step afterwards.
async fn update(house: &House, attempt: &str, what: Value) -> Value {
    let document = "query($id: ID!) { attempt(id: $id) { customer { id } } }";
    let read = house.viewer().graphql(document, json!({ "id": attempt })).await;
    let mut input = what;
    input["id"] = json!(read.text_at("attempt.customer.id"));
    house.admin().done("customerUpdate", "__typename", input).await;
    step_of(house, attempt).await
}

#[tokio::test]
async fn another_trys_finding_decides_nothing() {
    let app = TestApp::open().await;
    let house = app.live_merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN", "SELFIE"])).await;
    let phone = Phone::enter(&app, &url).await;
    let by_name = Answer::RequiresAction { code: "NAME_MISMATCH", by: None, found: None };
    let kyc = Scripted::perform(&app, [passed("Zubin Quartermaine"), by_name]);
    for status in ["FAILED", "REQUIRES_ACTION"] {
        phone.pan("ABCPE4321F").await.data("journeyPanSubmit.journey");
        assert_eq!(runs_due(&kyc, 10).await.unwrap(), 1);
        let step = step_of(&house, &attempt).await;
        assert_eq!((&step["status"], &step["reason"]["code"]), (&json!(status), &json!("NAME_MISMATCH")));
    }
    // The first try found this name; the second, in which the provider itself said no, found none.
    let step = update(&house, &attempt, json!({ "name": "Zubin Quartermaine" })).await;
    assert_eq!((&step["status"], &step["waitingOn"]), (&json!("REQUIRES_ACTION"), &json!("REVIEWER")));
    app.close().await;
}

#[tokio::test]
async fn the_last_trys_finding_decides() {
    let app = TestApp::open().await;
    let house = app.live_merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN", "SELFIE"])).await;
    let phone = Phone::enter(&app, &url).await;
    let kyc = Scripted::perform(&app, [passed("Zubin Quartermaine"), passed("Asha Ramesh Rao Kulkarni")]);
    for _ in 0..2 {
        phone.pan("ABCPE4321F").await.data("journeyPanSubmit.journey");
        assert_eq!(runs_due(&kyc, 10).await.unwrap(), 1);
    }
    let reviewed = step_of(&house, &attempt).await;
    assert_eq!(
        (&reviewed["status"], &reviewed["waitingOn"]),
        (&json!("REQUIRES_ACTION"), &json!("REVIEWER"))
    );
    let step = update(&house, &attempt, json!({ "name": "Zubin Quartermaine" })).await;
    assert_eq!(step["status"], "REQUIRES_ACTION", "the name of the first try");
    let step = update(&house, &attempt, json!({ "name": "Asha Ramesh Rao Kulkarni" })).await;
    assert_eq!(step["status"], "COMPLETED");
    app.close().await;
}

#[tokio::test]
async fn a_check_that_did_not_pass_is_not_passed_by_a_name() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, _) =
        looked_up(&app, &house, app.kyc(), json!(["PAN", "SELFIE"]), &pan(rows_of(Outcome::Review))).await;
    // What it is registered under; the provider has said that a person has to look.
    let step = update(&house, &attempt, json!({ "name": "Asha Sample" })).await;
    assert_eq!(
        (&step["status"], &step["reason"]["code"]),
        (&json!("REQUIRES_ACTION"), &json!("NAME_MISMATCH"))
    );
    app.close().await;
}

#[tokio::test]
async fn a_reviewers_question_is_a_reviewers_to_answer() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, _) = looked_up(&app, &house, app.kyc(), json!(["PAN", "SELFIE"]), "ABCPE4321F").await;
    let step = step_of(&house, &attempt).await["id"].clone();
    let question =
        json!({ "stepId": step, "status": "REQUIRES_ACTION", "reason": { "code": "NAME_MISMATCH" } });
    house.reviewer().done("stepUpdateStatus", "__typename", question).await;
    let step = update(&house, &attempt, json!({ "dateOfBirth": "1990-01-31" })).await;
    assert_eq!((&step["status"], &step["waitingOn"]), (&json!("REQUIRES_ACTION"), &json!("REVIEWER")));
    app.close().await;
}

#[tokio::test]
async fn a_reviewers_pass_is_questioned_by_another_name() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, _) =
        looked_up(&app, &house, app.kyc(), json!(["PAN", "SELFIE"]), &pan(rows_of(Outcome::Review))).await;
    let step = step_of(&house, &attempt).await["id"].clone();
    let pass = json!({ "stepId": step, "status": "COMPLETED" });
    house.reviewer().done("stepUpdateStatus", "__typename", pass).await;
    let step = update(&house, &attempt, json!({ "name": "Vikram Bose" })).await;
    assert_eq!(
        (&step["status"], &step["reason"]["code"]),
        (&json!("REQUIRES_ACTION"), &json!("NAME_MISMATCH"))
    );
    app.close().await;
}

#[tokio::test]
async fn a_try_of_the_teams_own_that_found_nothing_leaves_no_finding_to_compare() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    for begins_again in [false, true] {
        let (attempt, _) = linked(&house, json!(["PAN", "SELFIE"])).await;
        let step = step_of(&house, &attempt).await["id"].clone();
        let moved = async |status: &str, more: Value| {
            let mut input = more;
            input["stepId"] = step.clone();
            input["status"] = json!(status);
            house.admin().done("stepUpdateStatus", "__typename", input).await;
        };
        let found = json!({ "pan": { "maskedPan": "ABxxxxxx4F", "registeredName": "Asha Rao" } });
        moved("COMPLETED", json!({ "result": found })).await;
        if begins_again {
            moved(
                "REQUIRES_ACTION",
                json!({ "reason": { "code": "DETAILS_CHANGED" }, "actionBy": "REVIEWER" }),
            )
            .await;
            moved("IN_PROGRESS", json!({})).await;
            moved("COMPLETED", json!({})).await;
        }
        let step = update(&house, &attempt, json!({ "name": "Vikram Bose" })).await;
        let expected = if begins_again { "COMPLETED" } else { "REQUIRES_ACTION" };
        assert_eq!(step["status"], expected, "begins again: {begins_again}");
    }
    app.close().await;
}
