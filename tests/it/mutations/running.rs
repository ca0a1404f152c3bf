//! How the mutations of a document run: in order, once, with or without an idempotency key, and as far as the role goes.

use super::*;

#[tokio::test]
async fn mutations_of_one_document_run_in_its_order() {
    let team = Team::meets().await;
    let (_, steps) = team.attempt(&["PAN", "SELFIE"]).await;
    // In the other order the second would be refused. The names sort the other way round.
    let document = "mutation($step: ID!) {
        z: stepUpdateStatus(input: { stepId: $step, status: IN_PROGRESS }) { step { status version } userErrors { code } }
        a: stepUpdateStatus(input: { stepId: $step, status: COMPLETED }) { step { status version } userErrors { code } }
    }";
    let text = graph_text(&team.office.kyc, &team.admin, document, json!({ "step": steps[0] }), None).await;
    let expected = r#"{"data":{"z":{"step":{"status":"IN_PROGRESS","version":2},"userErrors":[]},"a":{"step":{"status":"COMPLETED","version":3},"userErrors":[]}}}"#;
    assert_eq!(text, expected);
    team.office.audit().await;
}

#[tokio::test]
async fn a_mutation_that_two_fragments_reach_runs_once() {
    let team = Team::meets().await;
    let document = "mutation { ...One ...Other }
        fragment One on Mutation { customerCreate(input: { customer: { name: \"Asha\" } }) { customer { name } } }
        fragment Other on Mutation {
            customerCreate(input: { customer: { name: \"Asha\" } }) { userErrors { code } customer { version } }
        }";
    let text = graph_text(&team.office.kyc, &team.admin, document, json!({}), None).await;
    let expected = r#"{"data":{"customerCreate":{"customer":{"name":"Asha","version":1},"userErrors":[]}}}"#;
    assert_eq!(text, expected);
    assert_eq!(team.office.log().await.len(), 1);
}

#[tokio::test]
async fn an_answer_has_the_order_of_the_question() {
    let team = Team::meets().await;
    let (attempt, _) = team.attempt(&["PAN"]).await;
    let document = "mutation($attempt: ID!) {
        holdPlace(input: { attemptId: $attempt, reason: { code: \"UNDER_REVIEW\" } }) {
            userErrors { code }
            attempt { version state customer { name } holds { reason { code } __typename } }
            why: hold { reason { code } attempt { state } }
        }
    }";
    let text =
        graph_text(&team.office.kyc, &team.reviewer, document, json!({ "attempt": attempt }), None).await;
    let expected = concat!(
        r#"{"data":{"holdPlace":{"userErrors":[],"#,
        r#""attempt":{"version":2,"state":"CREATED","customer":{"name":"Asha Rao"},"#,
        r#""holds":[{"reason":{"code":"UNDER_REVIEW"},"__typename":"Hold"}]},"#,
        r#""why":{"reason":{"code":"UNDER_REVIEW"},"attempt":{"state":"CREATED"}}}}}"#,
    );
    assert_eq!(text, expected);
}

#[tokio::test]
async fn a_missing_role_nulls_its_field_only() {
    let team = Team::meets().await;
    let (attempt, _) = team.attempt(&["PAN"]).await;
    let document = "mutation($attempt: ID!) {
        before: customerCreate(input: { customer: { name: \"One\" } }) { customer { name } }
        hold: holdPlace(input: { attemptId: $attempt, reason: { code: \"UNDER_REVIEW\" } }) { hold { id } }
        after: customerCreate(input: { customer: { name: \"Two\" } }) { customer { name } }
    }";
    let answer = graph(&team.office.kyc, &team.agent, document, json!({ "attempt": attempt })).await;
    let data = json!({ "before": { "customer": { "name": "One" } }, "hold": null, "after": { "customer": { "name": "Two" } } });
    assert_eq!(answer["data"], data);
    assert_eq!(answer["errors"].as_array().unwrap().len(), 1);
    assert_eq!(answer["errors"][0]["path"], json!(["hold"]));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    team.office.audit().await;
}

#[tokio::test]
async fn each_mutation_takes_its_role() {
    let team = Team::meets().await;
    let reason = json!({ "code": "UNDER_REVIEW" });
    // Nothing here exists: who lacks the role must not learn even that.
    let agents = [
        ("customerCreate", json!({ "customer": { "name": "" } })),
        ("customerUpdate", json!({ "id": "x" })),
        ("kycLinkGenerate", json!({ "customerId": "x" })),
        ("attemptCreate", json!({ "customerId": "x" })),
        ("kycLinkResend", json!({ "attemptId": "x" })),
        ("kycLinkExtend", json!({ "attemptId": "x", "validityHours": 1 })),
        ("kycLinkRevoke", json!({ "attemptId": "x" })),
    ];
    let reviewers = [
        ("stepUpdateStatus", json!({ "stepId": "x", "status": "COMPLETED" })),
        ("holdPlace", json!({ "attemptId": "x", "reason": reason })),
        ("holdRelease", json!({ "holdId": "x" })),
        ("attemptReject", json!({ "attemptId": "x", "reason": reason })),
    ];
    let platform = Actor::platform();
    let agents = agents.into_iter().map(|(name, input)| (name, input, &team.viewer, &team.agent));
    let reviewers = reviewers.into_iter().map(|(name, input)| (name, input, &team.agent, &team.reviewer));
    for (name, input, lacks, has) in agents.chain(reviewers) {
        for actor in [lacks, &platform] {
            let variables = json!({ "input": input });
            let answer = graph(&team.office.kyc, actor, &mutation(name, ""), variables).await;
            assert_eq!(answer["data"], json!({ name: null }), "{name}");
            assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN", "{name}");
        }
        let refused = mutate(&team.office.kyc, has, name, "", input).await;
        assert!(!refusals(&refused).is_empty(), "{name}");
    }
    assert_eq!(team.office.log().await.len(), 0);
}

#[tokio::test]
async fn a_key_in_the_input_makes_a_mutation_happen_once() {
    let team = Team::meets().await;
    let input = json!({ "customer": { "name": "Asha Rao" }, "steps": ["PAN"], "idempotencyKey": "k-1" });
    let fields = "attempt { id version } url replayed";
    let first = team.done("kycLinkGenerate", fields, input.clone()).await;
    let id = text(&first["attempt"]["id"]);
    assert!(first["url"].is_string());
    team.done("kycLinkExtend", "", json!({ "attemptId": id, "validityHours": 5 })).await;

    // The attempt as it is now; the URL was shown once.
    let again = team.done("kycLinkGenerate", fields, input.clone()).await;
    let expected =
        json!({ "attempt": { "id": id, "version": 2 }, "url": null, "replayed": true, "userErrors": [] });
    assert_eq!(again, expected);

    let mut other = input;
    other["steps"] = json!(["SELFIE"]);
    let other = team.does("kycLinkGenerate", fields, other).await;
    assert_eq!(refusals(&other), [("IDEMPOTENCY_KEY_REUSED", "idempotencyKey".to_owned())]);
    assert_eq!(
        (&other["attempt"], &other["url"], &other["replayed"]),
        (&json!(null), &json!(null), &json!(false))
    );

    let resend = json!({ "attemptId": id, "idempotencyKey": "k-1" });
    let sent = team.done("kycLinkResend", fields, resend.clone()).await;
    let replay = team.done("kycLinkResend", fields, resend).await;
    assert!(sent["url"].is_string() && replay["url"].is_null() && replay["replayed"] == true);
    assert_eq!(sent["attempt"], replay["attempt"]);
    team.office.audit().await;
}

#[tokio::test]
async fn every_mutation_takes_a_key() {
    let team = Team::meets().await;
    let (attempt, steps) = team.attempt(&["PAN", "SELFIE"]).await;
    let linked = json!({ "customer": { "name": "Ravi" } });
    let linked = team.done("kycLinkGenerate", "attempt { id customer { id } }", linked).await;
    let (linked, customer) = (&linked["attempt"]["id"], &linked["attempt"]["customer"]["id"]);
    let reason = json!({ "code": "UNDER_REVIEW" });
    let hold = team.done("holdPlace", "hold { id }", json!({ "attemptId": attempt, "reason": reason })).await;
    let calls = [
        ("customerCreate", "customer { id version }", json!({ "customer": { "name": "Asha" } })),
        ("customerUpdate", "customer { id version }", json!({ "id": customer, "name": "Ravi Rao" })),
        ("attemptCreate", "attempt { id version }", json!({ "customer": { "name": "Asha" } })),
        ("kycLinkExtend", "attempt { id version }", json!({ "attemptId": linked, "validityHours": 9 })),
        ("kycLinkRevoke", "attempt { id version }", json!({ "attemptId": linked })),
        (
            "stepUpdateStatus",
            "step { id version } attempt { id version }",
            json!({ "stepId": steps[0], "status": "COMPLETED" }),
        ),
        (
            "holdPlace",
            "hold { id placedAt } attempt { id version }",
            json!({ "attemptId": attempt, "reason": reason }),
        ),
        (
            "holdRelease",
            "hold { id releasedAt } attempt { id version }",
            json!({ "holdId": hold["hold"]["id"] }),
        ),
        ("attemptReject", "attempt { id version }", json!({ "attemptId": attempt, "reason": reason })),
    ];
    for (name, fields, mut input) in calls {
        input["idempotencyKey"] = json!("once");
        let first = team.done(name, fields, input.clone()).await;
        let events = team.office.log().await.len();
        assert_eq!(team.done(name, fields, input).await, first, "{name}");
        assert_eq!(team.office.log().await.len(), events, "{name}");
    }
    team.office.audit().await;
}

#[tokio::test]
async fn the_header_is_a_key_for_one_mutation() {
    let team = Team::meets().await;
    let add = |key: Option<&'static str>, input: Value| {
        let document = mutation("customerCreate", "customer { id }");
        let team = &team;
        async move {
            let text =
                graph_text(&team.office.kyc, &team.agent, &document, json!({ "input": input }), key).await;
            serde_json::from_str::<Value>(&text).unwrap()
        }
    };
    let asha = json!({ "customer": { "name": "Asha" } });
    let first = add(Some("h-1"), asha.clone()).await;
    assert_eq!(add(Some("h-1"), asha.clone()).await, first);
    assert_ne!(add(Some("h-2"), asha.clone()).await, first);
    // The input's own key comes before the header's.
    let mut own = asha.clone();
    own["idempotencyKey"] = json!("h-3");
    let own_first = add(Some("h-1"), own.clone()).await;
    assert_ne!(own_first, first);
    assert_eq!(add(None, own).await, own_first);
    assert_eq!(team.office.log().await.len(), 3);

    let long = "k".repeat(256);
    for key in ["", &long] {
        let malformed = json!({ "customer": { "name": "Asha" }, "idempotencyKey": key });
        let refused = team.does("customerCreate", "customer { id }", malformed).await;
        assert_eq!(refusals(&refused), [("INVALID", "idempotencyKey".to_owned())]);
    }

    let two = "mutation {
        a: customerCreate(input: { customer: { name: \"A\" } }) { customer { id } }
        b: customerCreate(input: { customer: { name: \"B\" } }) { customer { id } }
    }";
    let refused = graph_text(&team.office.kyc, &team.agent, two, json!({}), Some("h-4")).await;
    let refused: Value = serde_json::from_str(&refused).unwrap();
    assert!(refused.get("data").is_none());
    assert_eq!(refused["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert_eq!(team.office.log().await.len(), 3, "none of the two ran");
}
