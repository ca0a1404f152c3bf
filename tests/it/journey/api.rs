//! Walking a journey: consent, forms, order, and what goes wrong on the way.

use chrono::TimeDelta;
use kyc_stack::kyc::check::runs_due;
use serde_json::{Value, json};

use super::{Phone, linked, seen, told};
use crate::harness::{app::TestApp, dump::dump};

const PASSES: &str = "ABCPE4321F";

#[tokio::test]
async fn a_journey_is_walked_to_its_end() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN", "BANK_PENNY_DROP"])).await;
    let phone = Phone::enter(&app, &url).await;
    phone.pan(PASSES).await.data("journeyPanSubmit.journey.state");
    assert_eq!(phone.first_step().await["status"], "IN_PROGRESS");
    // The next step does not wait for the provider.
    phone.bank("123456789012345").await.data("journeyBankSubmit.journey.state");
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 2);
    assert_eq!(
        phone.journey("state currentStep { kind }").await,
        json!({ "state": "COMPLETED", "currentStep": null })
    );
    let after = seen(&house, &attempt).await;
    assert_eq!(after["state"], "COMPLETED");
    assert!(told(&after).contains(&"JOURNEY_CONSENTED"));
    // Nothing of the numbers is left, in no table.
    let rows = dump(app.kyc().db.library()).await;
    for secret in [PASSES, "123456789012345"] {
        assert!(!rows.contains(secret), "{secret} is stored");
    }
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 0);
    app.close().await;
}

#[tokio::test]
async fn no_step_begins_without_consent() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    let mut phone = Phone::of(&app, "a");
    phone.open(&url).await;
    let refused =
        |answer: &crate::harness::app::Answer| answer.user_errors("journeyPanSubmit")[0].0.to_owned();
    assert_eq!(refused(&phone.pan(PASSES).await), "INVALID_TRANSITION");
    let version = phone.journey("consentTextVersion").await["consentTextVersion"].clone();
    let says = |accepted: bool| json!({ "accepted": accepted, "textVersion": version, "language": "en" });
    for _ in 0..2 {
        phone.page().done("journeyConsent", "__typename", says(false)).await;
    }
    assert_eq!(refused(&phone.pan(PASSES).await), "INVALID_TRANSITION");
    assert_eq!(phone.journey("consentedAt").await["consentedAt"], Value::Null);
    let consented = phone.page().done("journeyConsent", "journey { consentedAt }", says(true)).await;
    app.pass(TimeDelta::minutes(1));
    let again = phone.page().done("journeyConsent", "journey { consentedAt }", says(true)).await;
    assert_eq!(again, consented, "a second consent changes nothing");
    let events = seen(&house, &attempt).await;
    assert_eq!(told(&events).iter().filter(|kind| **kind == "JOURNEY_CONSENTED").count(), 2);
    phone.pan(PASSES).await.data("journeyPanSubmit.journey.state");

    for (field, input) in [
        ("textVersion", json!({ "accepted": true, "textVersion": "1999", "language": "en" })),
        ("language", json!({ "accepted": true, "textVersion": version, "language": "English, please" })),
    ] {
        let answer = phone.page().mutate("journeyConsent", "__typename", input).await;
        assert_eq!(answer.user_errors("journeyConsent"), [("INVALID", field.to_owned())]);
    }
    // The version and the language are kept.
    assert!(dump(app.kyc().db.library()).await.contains("textVersion"));
    app.close().await;
}

#[tokio::test]
async fn what_is_typed_is_checked_and_a_full_aadhaar_number_is_never_kept() {
    const AADHAAR: &str = "2341 2341 2346";
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["PAN", "BANK_PENNY_DROP"])).await;
    let phone = Phone::enter(&app, &url).await;
    let before = phone.journey("steps { status triesLeft }").await;
    let pan = |pan: &str, name: &str| json!({ "pan": pan, "nameOnCard": name });
    for (fields, input) in [
        (vec!["pan"], pan("", "Asha Rao")),
        (vec!["pan"], pan("ABCDE", "Asha Rao")),
        (vec!["pan"], pan("ABCCE1234F", "Asha Rao")),
        (vec!["pan"], pan(AADHAAR, "Asha Rao")),
        (vec!["nameOnCard"], pan(PASSES, AADHAAR)),
        (vec!["pan", "nameOnCard"], pan("1", "")),
    ] {
        let answer = phone.page().mutate("journeyPanSubmit", "journey { id }", input).await;
        let errors = answer.user_errors("journeyPanSubmit");
        assert_eq!(
            errors.iter().map(|error| error.1.as_str()).collect::<Vec<_>>(),
            fields,
            "{}",
            answer.text
        );
        assert!(!answer.text.contains("2341"), "{}", answer.text);
    }
    let bank = |holder: &str, account: &str, ifsc: &str| json!({ "accountHolder": holder, "accountNumber": account, "ifsc": ifsc });
    for (fields, input) in [
        (vec!["accountNumber"], bank("Asha Rao", "12345678", "HDFC0001234")),
        (vec!["ifsc"], bank("Asha Rao", "123456789", "HDFCO001234")),
        (vec!["accountNumber"], bank("Asha Rao", AADHAAR, "HDFC0001234")),
        (vec!["accountHolder", "accountNumber", "ifsc"], bank("\u{202e}", "x", "y")),
    ] {
        let answer = phone.page().mutate("journeyBankSubmit", "journey { id }", input).await;
        let errors = answer.user_errors("journeyBankSubmit");
        assert_eq!(
            errors.iter().map(|error| error.1.as_str()).collect::<Vec<_>>(),
            fields,
            "{}",
            answer.text
        );
    }
    assert_eq!(phone.journey("steps { status triesLeft }").await, before, "it costs no try");
    assert!(!dump(app.kyc().db.library()).await.contains("2341"));
    app.close().await;
}

#[tokio::test]
async fn steps_have_their_turn_and_are_submitted_once() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN", "BANK_PENNY_DROP"])).await;
    let phone = Phone::enter(&app, &url).await;
    let code = |answer: crate::harness::app::Answer, of: &str| answer.user_errors(of)[0].0.to_owned();
    assert_eq!(
        code(phone.bank("123456789").await, "journeyBankSubmit"),
        "INVALID_TRANSITION",
        "PAN comes first"
    );
    let start = phone.page().mutate("journeyDigilockerStart", "authorizeUrl", json!({})).await;
    assert_eq!(code(start, "journeyDigilockerStart"), "NOT_FOUND", "there is no such step");

    // A double click, from two tabs.
    let (one, two) = futures_util::join!(phone.pan(PASSES), phone.pan(PASSES));
    for answer in [one, two] {
        assert_eq!(answer.user_errors("journeyPanSubmit"), []);
    }
    assert_eq!(phone.first_step().await["triesLeft"], 2, "one try");
    assert_eq!(app.rows().await["check_run"], 1);
    // Another one while it is looked up waits.
    assert_eq!(code(phone.pan("ABCPE1234F").await, "journeyPanSubmit"), "INVALID_TRANSITION");
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    assert_eq!(code(phone.pan(PASSES).await, "journeyPanSubmit"), "INVALID_TRANSITION", "it is done");
    // A key makes it once, too, and keeps nothing that could be guessed back.
    let input = json!({ "accountHolder": "Asha Rao", "accountNumber": "123456789", "ifsc": "HDFC0001234", "idempotencyKey": "k" });
    for _ in 0..2 {
        phone.page().done("journeyBankSubmit", "__typename", input.clone()).await;
    }
    assert_eq!(app.rows().await["check_run"], 2);

    // Revoked meanwhile, while the provider has it: the customer writes no more, and the answer counts.
    house.admin().done("kycLinkRevoke", "__typename", json!({ "attemptId": attempt })).await;
    assert_eq!(phone.bank("123456789").await.errors(), [("UNAUTHENTICATED", String::new())]);
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    assert_eq!(seen(&house, &attempt).await["state"], "COMPLETED");
    app.close().await;
}

#[tokio::test]
async fn a_journey_that_is_over_or_whose_link_ran_out_is_read_only() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    app.pass(TimeDelta::hours(24));
    let answer = phone.pan(PASSES).await;
    assert_eq!(answer.user_errors("journeyPanSubmit"), [("ATTEMPT_ENDED", String::new())]);
    assert_eq!(
        phone.journey("state currentStep { kind }").await,
        json!({ "state": "EXPIRED", "currentStep": null })
    );

    let (attempt, url) = linked(&house, json!(["PAN", "SELFIE"])).await;
    let phone = Phone::enter(&app, &url).await;
    house
        .admin()
        .done(
            "holdPlace",
            "__typename",
            json!({ "attemptId": attempt, "reason": { "code": "UNDER_REVIEW" } }),
        )
        .await;
    app.pass(TimeDelta::hours(25));
    let answer = phone.pan(PASSES).await;
    assert_eq!(answer.user_errors("journeyPanSubmit"), [("LINK_INACTIVE", String::new())]);
    assert_eq!(
        phone.journey("state underReview").await,
        json!({ "state": "IN_PROGRESS", "underReview": true })
    );
    house
        .admin()
        .done("kycLinkExtend", "__typename", json!({ "attemptId": attempt, "validityHours": 1 }))
        .await;
    assert_eq!(phone.pan(PASSES).await.user_errors("journeyPanSubmit"), []);
    app.close().await;
}

#[tokio::test]
async fn the_journey_is_told_at_once_and_when_it_changes() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    let told =
        phone.page().told("subscription { journeyChanged { state steps { status } } }", json!({})).await;
    assert_eq!(
        told.data("journeyChanged"),
        &json!({ "state": "IN_PROGRESS", "steps": [{ "status": "NOT_STARTED" }] })
    );
    app.close().await;
}
