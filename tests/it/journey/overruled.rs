//! Somebody of the team moves a step while its provider is at it.

use std::sync::Arc;

use chrono::TimeDelta;
use kyc_stack::{checks::sandbox::Outcome, kyc::check::runs_due};
use serde_json::json;

use super::{
    Phone, linked,
    runs::{pan, rows_of, step_of},
    scripted::{Scripted, passed},
    seen, told,
};
use crate::harness::{
    app::{House, TestApp},
    dump::dump,
};

const PAN: &str = "ABCPE4321F";

/// Open runs, and what they keep.
async fn open_runs(app: &TestApp) -> usize {
    let rows = dump(app.kyc().db.library()).await;
    rows.lines().filter(|row| row.starts_with("check_run:") && row.contains("ask")).count()
}

/// The ways in which a team moves on: a name, and the mutation.
async fn move_on(way: &str, house: &House, attempt: &str) {
    let step = step_of(house, attempt).await["id"].clone();
    let because = json!({ "code": "OTHER", "message": "Decided by hand." });
    let moved = |status: &str| json!({ "stepId": step, "status": status, "reason": because });
    let (mutation, input) = match way {
        "complete" => ("stepUpdateStatus", json!({ "stepId": step, "status": "COMPLETED" })),
        "fail" => ("stepUpdateStatus", moved("FAILED")),
        "ask" => {
            let mut input = moved("REQUIRES_ACTION");
            input["actionBy"] = json!("CUSTOMER");
            ("stepUpdateStatus", input)
        }
        "reject" => ("attemptReject", json!({ "attemptId": attempt, "reason": because })),
        other => panic!("{other}"),
    };
    house.reviewer().done(mutation, "__typename", input).await;
}

#[tokio::test]
async fn an_answer_that_was_on_its_way_is_late_and_changes_nothing() {
    let app = TestApp::open().await;
    let house = Arc::new(app.live_merchant("house").await);
    for way in ["complete", "fail", "ask", "reject"] {
        let (attempt, url) = linked(&house, json!(["PAN", "SELFIE"])).await;
        let phone = Phone::enter(&app, &url).await;
        phone.pan(PAN).await.data("journeyPanSubmit.journey");
        assert_eq!(open_runs(&app).await, 1);
        let meanwhile: Arc<dyn Fn() -> futures_util::future::BoxFuture<'static, ()> + Send + Sync> = {
            let (house, attempt) = (Arc::clone(&house), attempt.clone());
            Arc::new(move || {
                let (house, attempt) = (Arc::clone(&house), attempt.clone());
                Box::pin(async move { move_on(way, &house, &attempt).await })
            })
        };
        let kyc = Scripted::perform_while(&app, [passed("Asha Rao")], meanwhile);
        assert_eq!(runs_due(&kyc, 10).await.unwrap(), 1);
        let after = seen(&house, &attempt).await;
        assert_eq!(told(&after).last(), Some(&"LATE_RESULT_RECORDED"), "{way}");
        let kept = step_of(&house, &attempt).await;
        let expected = match way {
            "complete" => "COMPLETED",
            "fail" => "FAILED",
            "ask" => "REQUIRES_ACTION",
            _ => "IN_PROGRESS",
        };
        assert_eq!(kept["status"], expected, "{way}");
        let state = if way == "reject" { "REJECTED" } else { "IN_PROGRESS" };
        assert_eq!(after["state"], state, "{way}");
        assert_eq!((open_runs(&app).await, app.rows().await["step_result"]), (0, 0), "{way}");
        app.pass(TimeDelta::hours(1));
        assert_eq!(runs_due(&kyc, 10).await.unwrap(), 0, "{way}: nobody is asked again");
    }
    Arc::into_inner(house);
    app.close().await;
}

#[tokio::test]
async fn a_run_that_nobody_waits_for_any_more_is_gone_with_the_move() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    for (way, outcome) in [
        ("complete", Outcome::Slow),
        ("complete", Outcome::Late),
        ("fail", Outcome::Slow),
        ("ask", Outcome::Slow),
        ("reject", Outcome::Slow),
    ] {
        let (attempt, url) = linked(&house, json!(["PAN", "SELFIE"])).await;
        let phone = Phone::enter(&app, &url).await;
        phone.pan(&pan(rows_of(outcome))).await.data("journeyPanSubmit.journey");
        assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
        if outcome == Outcome::Late {
            // Out of time: it is listened to, until somebody decides.
            app.pass(TimeDelta::minutes(61));
            kyc_stack::kyc::expiry::step_timeouts_due(app.kyc(), 10).await.unwrap();
        }
        assert!(dump(app.kyc().db.library()).await.contains("\"masked_pan\""), "what is known so far");
        move_on(way, &house, &attempt).await;
        let rows = dump(app.kyc().db.library()).await;
        assert!(!rows.contains("masked_pan"), "{way}: {rows}");
        app.pass(TimeDelta::hours(2));
        assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 0, "{way} {outcome}");
    }
    app.close().await;
}

#[tokio::test]
async fn a_revoked_link_ends_the_visit_at_digilocker() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["DIGILOCKER_AADHAAR"])).await;
    let phone = Phone::enter(&app, &url).await;
    phone.page().done("journeyDigilockerStart", "authorizeUrl", json!({})).await;
    house.admin().done("kycLinkRevoke", "__typename", json!({ "attemptId": attempt })).await;
    assert_eq!(seen(&house, &attempt).await["state"], "EXPIRED");
    app.pass(TimeDelta::minutes(10));
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 0);
    app.close().await;
}
