//! Changes that came too late, or twice.

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::{attempt, text};
use crate::harness::app::{SECRET, TestApp};

#[tokio::test]
async fn a_second_open_attempt_is_shown_the_first() {
    let app = TestApp::open().await;
    let agent = app.merchant("acme").await.agent();
    let (open, customer, _) = attempt(&agent, &["PAN"]).await;
    let before = app.rows().await;
    for mutation in ["attemptCreate", "kycLinkGenerate"] {
        let answer = agent.mutate(mutation, "attempt { id state }", json!({ "customerId": customer })).await;
        assert_eq!(answer.user_errors(mutation), [("ACTIVE_ATTEMPT_EXISTS", "customerId".to_owned())]);
        assert_eq!(answer.data(&format!("{mutation}.attempt.id")), &json!(open));
    }
    assert_eq!(app.rows().await, before);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_attempt_is_opened() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let agent = acme.agent();
    let customer = agent
        .done(
            "customerCreate",
            "customer { id }",
            json!({ "customer": { "name": "Asha", "reference": "C-1" } }),
        )
        .await;
    let input = json!({ "customerReference": "C-1", "steps": ["PAN"] });
    let answers =
        join_all((0..12).map(|_| agent.mutate("attemptCreate", "attempt { id }", input.clone()))).await;
    let refused = answers.iter().filter(|answer| {
        let errors = answer.user_errors("attemptCreate");
        errors == [("ACTIVE_ATTEMPT_EXISTS", "customerReference".to_owned())]
    });
    assert_eq!(refused.count(), 11);
    let shown: std::collections::BTreeSet<_> =
        answers.iter().map(|answer| answer.text_at("attemptCreate.attempt.id")).collect();
    assert_eq!(shown.len(), 1, "{customer:?}");
    assert_eq!(app.rows().await["attempt"], 1);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_that_is_moved_twice_at_once_moves_once() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let reviewer = acme.reviewer();
    let (_, _, steps) = attempt(&acme.agent(), &["PAN", "SELFIE"]).await;
    let before = app.rows().await["event"];
    let shown = "step { status version tries } attempt { state version }";

    // The same status again is a success that changes nothing.
    let input = json!({ "stepId": steps[0], "status": "COMPLETED" });
    let twins = join_all((0..8).map(|_| reviewer.mutate("stepUpdateStatus", shown, input.clone()))).await;
    for twin in &twins {
        assert_eq!(twin.user_errors("stepUpdateStatus"), []);
        assert_eq!(
            twin.data("stepUpdateStatus.step"),
            &json!({ "status": "COMPLETED", "version": 2, "tries": 1 })
        );
    }
    // The step, and the attempt that began with it.
    assert_eq!(app.rows().await["event"], before + 2);

    // Of two that were decided upon the same version, one is told what the other did.
    let moves = ["COMPLETED", "IN_PROGRESS"].map(|status| {
        let input = json!({ "stepId": steps[1], "status": status, "expectedVersion": 1 });
        let reviewer = reviewer.clone();
        async move { reviewer.mutate("stepUpdateStatus", shown, input).await }
    });
    let answers = join_all(moves).await;
    let lost: Vec<_> =
        answers.iter().filter(|answer| !answer.user_errors("stepUpdateStatus").is_empty()).collect();
    assert_eq!(lost.len(), 1);
    let code = lost[0].user_errors("stepUpdateStatus");
    assert_eq!(code, [("VERSION_CONFLICT", "expectedVersion".to_owned())]);
    assert_eq!(lost[0].data("stepUpdateStatus.step.version"), 2);
    app.close().await;
}

#[tokio::test]
async fn what_is_over_stays_as_it_is() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let (agent, reviewer) = (acme.agent(), acme.reviewer());
    let reason = json!({ "code": "OTHER", "message": "A message", "staffNote": SECRET });
    let (over, _, steps) = attempt(&agent, &["PAN", "SELFIE"]).await;
    let hold =
        reviewer.done("holdPlace", "hold { id }", json!({ "attemptId": over, "reason": reason })).await;
    reviewer.done("attemptReject", "attempt { state }", json!({ "attemptId": over, "reason": reason })).await;

    let before = app.rows().await;
    for (mutation, input) in [
        ("stepUpdateStatus", json!({ "stepId": steps[0], "status": "COMPLETED" })),
        ("attemptReject", json!({ "attemptId": over, "reason": reason })),
        ("holdPlace", json!({ "attemptId": over, "reason": reason })),
        ("kycLinkResend", json!({ "attemptId": over })),
        ("kycLinkExtend", json!({ "attemptId": over, "validityHours": 5 })),
        ("kycLinkRevoke", json!({ "attemptId": over })),
    ] {
        let answer = reviewer.mutate(mutation, "__typename", input).await;
        assert_eq!(answer.user_errors(mutation), [("ATTEMPT_ENDED", String::new())], "{mutation}");
    }
    assert_eq!(app.rows().await, before);
    // A hold that outlived its attempt can still be put away.
    let id = text(&hold["hold"]["id"]);
    let answer = reviewer.mutate("holdRelease", "hold { releasedAt }", json!({ "holdId": id })).await;
    assert!(answer.json["data"]["holdRelease"]["userErrors"].is_array(), "{}", answer.text);
    app.close().await;
}

#[tokio::test]
async fn an_expired_link_is_written_as_everybody_saw_it() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let (agent, reviewer) = (acme.agent(), acme.reviewer());
    let input = json!({ "customer": { "name": "Asha Rao" }, "steps": ["PAN"], "validityHours": 24 });
    let made = agent.done("kycLinkGenerate", "url attempt { id expiresAt steps { id } }", input).await;
    let (id, step) = (text(&made["attempt"]["id"]), text(&made["attempt"]["steps"][0]["id"]));
    assert!(text(&made["url"]).contains("/k#"));
    let read = "query($id: ID!) { attempt(id: $id) { state expiryReason endedAt expiresAt waitingOn version link { state } customer { kycState } } }";
    app.pass(TimeDelta::hours(24) - TimeDelta::microseconds(1));
    let open = agent.graphql(read, json!({ "id": id })).await;
    assert_eq!(open.data("attempt.state"), "CREATED");
    app.pass(TimeDelta::microseconds(1));
    let seen = agent.graphql(read, json!({ "id": id })).await;
    assert_eq!(seen.data("attempt.state"), "EXPIRED");
    assert_eq!(seen.data("attempt.customer.kycState"), "EXPIRED");
    assert_eq!(seen.data("attempt.expiryReason"), "NEVER_OPENED");
    assert_eq!(seen.data("attempt.endedAt"), &made["attempt"]["expiresAt"]);
    assert_eq!(seen.data("attempt.waitingOn"), &Value::Null);
    assert_eq!(seen.data("attempt.link.state"), "EXPIRED");

    // Whoever would change it finds it over; that it is over is written by them, an hour late.
    app.pass(TimeDelta::hours(1));
    for (mutation, input) in [
        ("kycLinkResend", json!({ "attemptId": id })),
        ("kycLinkExtend", json!({ "attemptId": id, "validityHours": 5 })),
        ("stepUpdateStatus", json!({ "stepId": step, "status": "COMPLETED" })),
    ] {
        let answer = reviewer.mutate(mutation, "__typename", input).await;
        assert_eq!(answer.user_errors(mutation), [("ATTEMPT_ENDED", String::new())], "{mutation}");
    }
    let written = agent.graphql(read, json!({ "id": id })).await;
    for field in ["state", "expiryReason", "endedAt", "expiresAt", "waitingOn", "link"] {
        let path = format!("attempt.{field}");
        assert_eq!(written.data(&path), seen.data(&path));
    }
    app.close().await;
}

#[tokio::test]
async fn a_role_too_low_takes_its_own_field_only() {
    let app = TestApp::open().await;
    let acme = app.merchant("acme").await;
    let (id, _, steps) = attempt(&acme.agent(), &["PAN"]).await;
    let before = app.rows().await;
    let document = "mutation($step: ID!, $id: ID!) {
        a: customerCreate(input: { customer: { name: \"Asha\" } }) { customer { id } }
        b: stepUpdateStatus(input: { stepId: $step, status: COMPLETED }) { step { id } }
        c: attemptReject(input: { attemptId: $id, reason: { code: \"OTHER\", message: \"m\" } }) { attempt { id } }
        d: apiKeyCreate(input: { name: \"k\", role: ADMIN }) { secret }
        e: merchantCreate(input: { name: \"x\", slug: \"xxx\", adminEmail: \"x@example.com\" }) { adminApiKey } }";
    let answer = acme.viewer().graphql(document, json!({ "step": steps[0], "id": id })).await;
    assert_eq!(answer.status, 200);
    let forbidden = ["a", "b", "c", "d", "e"].map(|field| ("FORBIDDEN", field.to_owned()));
    assert_eq!(answer.errors(), forbidden);
    assert_eq!(answer.json["data"], json!({ "a": null, "b": null, "c": null, "d": null, "e": null }));
    let settings = "{ merchant { name apiKeys { name } members { email } } viewer { role } }";
    let answer = acme.reviewer().graphql(settings, json!({})).await;
    let paths = ["merchant.apiKeys", "merchant.members"].map(|path| ("FORBIDDEN", path.to_owned()));
    assert_eq!(answer.errors(), paths);
    assert_eq!(answer.json["data"]["merchant"]["name"], "acme");
    assert_eq!(app.rows().await, before);
    app.close().await;
}
