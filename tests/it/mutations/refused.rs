//! What the mutations refuse, with the field that a form marks.

use entity::id::{AttemptId, CustomerId, HoldId, StepId};
use uuid::Uuid;

use super::*;

/// Sends each input and holds its one refusal; nothing is shown and nothing is stored.
async fn each(team: &Team, actor: &Actor, name: &str, shown: &str, cases: &[(&str, &str, Value)]) {
    let before = team.office.log().await.len();
    for (code, field, input) in cases {
        let fields = format!("{shown} {{ id }}");
        let payload = mutate(&team.office.kyc, actor, name, &fields, input.clone()).await;
        assert_eq!(refusals(&payload), [(*code, (*field).to_owned())], "{name} {input}");
        assert_eq!(payload[shown], json!(null), "{name} {input}");
        assert!(!payload["userErrors"][0]["message"].as_str().unwrap().is_empty());
    }
    assert_eq!(team.office.log().await.len(), before);
}

#[tokio::test]
async fn what_is_not_there_or_not_yours_does_not_exist() {
    let team = Team::meets().await;
    let (attempt, steps) = team.attempt(&["PAN"]).await;
    let reason = json!({ "code": "UNDER_REVIEW" });
    let hold = team.done("holdPlace", "hold { id }", json!({ "attemptId": attempt, "reason": reason })).await;
    let hold = text(&hold["hold"]["id"]);
    let customer =
        team.done("customerCreate", "customer { id }", json!({ "customer": { "name": "Asha" } })).await;
    let customer = text(&customer["customer"]["id"]);
    let new = Uuid::from_u128(7);
    let (no_attempt, no_step) = (AttemptId(new).to_string(), StepId(new).to_string());
    let (no_hold, no_customer) = (HoldId(new).to_string(), CustomerId(new).to_string());
    let neighbour = Actor::system(crate::harness::rows::merchant(2).id);

    let calls = [
        ("customerUpdate", "id", &customer, &no_customer, &attempt, json!({ "name": "X" })),
        ("kycLinkResend", "attemptId", &attempt, &no_attempt, &customer, json!({})),
        ("kycLinkExtend", "attemptId", &attempt, &no_attempt, &steps[0], json!({ "validityHours": 1 })),
        ("kycLinkRevoke", "attemptId", &attempt, &no_attempt, &hold, json!({})),
        ("stepUpdateStatus", "stepId", &steps[0], &no_step, &attempt, json!({ "status": "COMPLETED" })),
        ("holdPlace", "attemptId", &attempt, &no_attempt, &steps[0], json!({ "reason": reason })),
        ("holdRelease", "holdId", &hold, &no_hold, &attempt, json!({})),
        ("attemptReject", "attemptId", &attempt, &no_attempt, &customer, json!({ "reason": reason })),
    ];
    let before = team.office.log().await.len();
    for (name, field, theirs, nobodys, anothers, input) in calls {
        let malformed = "attempt_7".to_owned();
        for (actor, id) in [
            (&team.admin, nobodys),
            (&team.admin, anothers),
            (&team.admin, &malformed),
            (&team.admin, &String::new()),
            (&neighbour, theirs),
        ] {
            let mut input = input.clone();
            input[field] = json!(id);
            let payload = mutate(&team.office.kyc, actor, name, "", input).await;
            assert_eq!(refusals(&payload), [("NOT_FOUND", field.to_owned())], "{name} {id}");
        }
    }
    for name in ["kycLinkGenerate", "attemptCreate"] {
        for id in [&no_customer, &attempt, "x"] {
            each(
                &team,
                &team.admin,
                name,
                "attempt",
                &[("NOT_FOUND", "customerId", json!({ "customerId": id }))],
            )
            .await;
        }
        let unknown = json!({ "customerReference": "C-404" });
        each(&team, &team.admin, name, "attempt", &[("NOT_FOUND", "customerReference", unknown)]).await;
    }
    assert_eq!(team.office.log().await.len(), before);
}

#[tokio::test]
async fn customers() {
    let team = Team::meets().await;
    let asha = json!({ "customer": { "name": "Asha", "reference": "C-1" } });
    let asha = team.done("customerCreate", "customer { id }", asha).await;
    let id = &asha["customer"]["id"];
    let with = |field: &str, value: Value| {
        let mut customer = json!({ "name": "Asha" });
        customer[field] = value;
        json!({ "customer": customer })
    };
    let new = [
        ("REQUIRED", "customer.name", with("name", json!(" "))),
        ("TOO_LONG", "customer.name", with("name", json!("a".repeat(301)))),
        ("INVALID", "customer.name", with("name", json!("2341 2341 2346"))),
        ("TAKEN", "customer.reference", with("reference", json!("C-1"))),
        ("TOO_LONG", "customer.reference", with("reference", json!("a".repeat(129)))),
        ("INVALID", "customer.email", with("email", json!("asha"))),
        ("INVALID", "customer.phone", with("phone", json!("98"))),
        ("INVALID", "customer.dateOfBirth", with("dateOfBirth", json!("2040-01-01"))),
        ("INVALID", "customer.country", with("country", json!("XX"))),
    ];
    each(&team, &team.agent, "customerCreate", "customer", &new).await;
    each(&team, &team.agent, "attemptCreate", "attempt", &new).await;
    each(&team, &team.agent, "kycLinkGenerate", "attempt", &new).await;
    let update = [
        ("REQUIRED", "name", json!({ "id": id, "name": null })),
        ("TOO_LONG", "name", json!({ "id": id, "name": "a".repeat(301) })),
        ("INVALID", "email", json!({ "id": id, "email": "asha" })),
        ("INVALID", "phone", json!({ "id": id, "phone": "98" })),
        ("INVALID", "dateOfBirth", json!({ "id": id, "dateOfBirth": "1899-12-31" })),
        ("INVALID", "country", json!({ "id": id, "country": "XX" })),
        ("INVALID", "idempotencyKey", json!({ "id": id, "idempotencyKey": "" })),
    ];
    each(&team, &team.agent, "customerUpdate", "customer", &update).await;

    // All that is wrong at once.
    let input = json!({ "customer": { "name": "", "email": "x", "phone": "x" } });
    let payload = team.does("customerCreate", "", input).await;
    let fields = [("REQUIRED", "name"), ("INVALID", "email"), ("INVALID", "phone")];
    assert_eq!(refusals(&payload), fields.map(|(code, field)| (code, format!("customer.{field}"))));
    // A day that does not exist is no Date: the document itself is wrong.
    let document = mutation("customerCreate", "");
    let variables = json!({ "input": with("dateOfBirth", json!("2026-02-30")) });
    let answer = graph(&team.office.kyc, &team.admin, &document, variables).await;
    assert!(answer.get("data").is_none());
    assert_eq!(answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
}

#[tokio::test]
async fn new_attempts() {
    let team = Team::meets().await;
    let new = |more: Value| {
        let mut input = json!({ "customer": { "name": "Asha" } });
        for (field, value) in more.as_object().unwrap() {
            input[field] = value.clone();
        }
        input
    };
    let both = [
        ("REQUIRED", "", json!({})),
        ("INVALID", "", new(json!({ "customerReference": "C-1" }))),
        ("INVALID", "", new(json!({ "customerId": "x" }))),
        ("REQUIRED", "steps", new(json!({ "steps": [] }))),
        ("INVALID", "steps", new(json!({ "steps": ["PAN", "SELFIE", "PAN"] }))),
        ("FORBIDDEN_STEPS", "steps", new(json!({ "steps": ["PAN"] }))),
        ("INVALID", "idempotencyKey", new(json!({ "idempotencyKey": "" }))),
    ];
    each(&team, &team.agent, "attemptCreate", "attempt", &both).await;
    each(&team, &team.agent, "kycLinkGenerate", "attempt", &both).await;
    let link = [
        ("INVALID", "validityHours", new(json!({ "validityHours": 0 }))),
        ("INVALID", "validityHours", new(json!({ "validityHours": 8761 }))),
        ("INVALID", "redirectUrl", new(json!({ "redirectUrl": "done" }))),
        ("INVALID", "redirectUrl", new(json!({ "redirectUrl": "https://evil.example/" }))),
        (
            "TOO_LONG",
            "redirectUrl",
            new(json!({ "redirectUrl": format!("https://e.com/{}", "a".repeat(2048)) })),
        ),
    ];
    each(&team, &team.agent, "kycLinkGenerate", "attempt", &link).await;

    // The attempt in the way is shown.
    let known = json!({ "customer": { "name": "Asha", "reference": "C-1" } });
    let known = team.done("kycLinkGenerate", "attempt { id customer { id } }", known).await;
    let (open, customer) = (&known["attempt"]["id"], &known["attempt"]["customer"]["id"]);
    for name in ["kycLinkGenerate", "attemptCreate"] {
        for (field, value) in [("customerId", customer), ("customerReference", &json!("C-1"))] {
            let payload = team.does(name, "attempt { id state }", json!({ field: value })).await;
            assert_eq!(refusals(&payload), [("ACTIVE_ATTEMPT_EXISTS", field.to_owned())]);
            assert_eq!(payload["attempt"], json!({ "id": open, "state": "CREATED" }));
        }
    }
}

#[tokio::test]
async fn links() {
    let team = Team::meets().await;
    let (bare, _) = team.attempt(&["PAN"]).await;
    let extend = |attempt: &Value| json!({ "attemptId": attempt, "validityHours": 1 });
    let (no_link, too_long) = (json!(bare), json!({ "attemptId": bare, "validityHours": 8761 }));
    let cases = [("LINK_INACTIVE", "", extend(&no_link)), ("INVALID", "validityHours", too_long)];
    each(&team, &team.agent, "kycLinkExtend", "attempt", &cases).await;
    let cases = [("LINK_INACTIVE", "", json!({ "attemptId": bare }))];
    each(&team, &team.agent, "kycLinkRevoke", "attempt", &cases).await;

    let over = json!({ "customer": { "name": "Asha" }, "steps": ["PAN"], "validityHours": 1 });
    let over = team.done("kycLinkGenerate", "attempt { id }", over).await;
    let over = &over["attempt"]["id"];
    // Nobody has written the expiry: the first to meet it does, and is refused.
    team.office.later(1);
    let payload = team.does("kycLinkExtend", "attempt { id }", extend(over)).await;
    assert_eq!(refusals(&payload), [("ATTEMPT_ENDED", String::new())]);
    each(&team, &team.agent, "kycLinkExtend", "attempt", &[("ATTEMPT_ENDED", "", extend(over))]).await;
    for name in ["kycLinkResend", "kycLinkRevoke"] {
        each(&team, &team.agent, name, "attempt", &[("ATTEMPT_ENDED", "", json!({ "attemptId": over }))])
            .await;
    }
    team.office.audit().await;
}

#[tokio::test]
async fn steps() {
    let team = Team::meets().await;
    let (_, steps) = team.attempt(&["PAN", "SANCTION_SCREENING"]).await;
    let to = |status: &str, more: Value| {
        let mut input = json!({ "stepId": steps[0], "status": status });
        for (field, value) in more.as_object().unwrap() {
            input[field] = value.clone();
        }
        input
    };
    let own = json!({ "code": "OUR_OWN", "message": "Please wait." });
    let because = |reason: Value| to("FAILED", json!({ "reason": reason }));
    let cases = [
        ("INVALID_TRANSITION", "status", json!({ "stepId": steps[1], "status": "COMPLETED" })),
        ("REQUIRED", "reason", to("FAILED", json!({}))),
        ("REQUIRED", "reason", to("REQUIRES_ACTION", json!({}))),
        ("REQUIRED", "actionBy", to("REQUIRES_ACTION", json!({ "reason": own }))),
        ("INVALID", "actionBy", to("REQUIRES_ACTION", json!({ "reason": own, "actionBy": "PROVIDER" }))),
        ("INVALID", "actionBy", to("FAILED", json!({ "reason": own, "actionBy": "REVIEWER" }))),
        ("INVALID", "reason.code", because(json!({ "code": "no such" }))),
        ("REQUIRED", "reason.message", because(json!({ "code": "OUR_OWN" }))),
        ("TOO_LONG", "reason.message", because(json!({ "code": "OUR_OWN", "message": "a".repeat(501) }))),
        ("INVALID", "reason.message", because(json!({ "code": "OUR_OWN", "message": "2341 2341 2346" }))),
        (
            "TOO_LONG",
            "reason.staffNote",
            because(json!({ "code": "NAME_MISMATCH", "staffNote": "a".repeat(2001) })),
        ),
        ("INVALID", "idempotencyKey", to("COMPLETED", json!({ "idempotencyKey": "" }))),
    ];
    each(&team, &team.reviewer, "stepUpdateStatus", "step", &cases).await;

    // The step is shown as it is, with its attempt.
    team.done("stepUpdateStatus", "", to("IN_PROGRESS", json!({}))).await;
    let stale = to("COMPLETED", json!({ "expectedVersion": 1 }));
    let stale =
        team.does("stepUpdateStatus", "step { status version } attempt { state version }", stale).await;
    assert_eq!(refusals(&stale), [("VERSION_CONFLICT", "expectedVersion".to_owned())]);
    assert_eq!(stale["step"], json!({ "status": "IN_PROGRESS", "version": 2 }));
    assert_eq!(stale["attempt"], json!({ "state": "IN_PROGRESS", "version": 2 }));

    for _ in 0..3 {
        team.done("stepUpdateStatus", "", because(json!({ "code": "NAME_MISMATCH" }))).await;
        team.does("stepUpdateStatus", "", to("IN_PROGRESS", json!({}))).await;
    }
    // The last try has rejected the attempt.
    each(
        &team,
        &team.reviewer,
        "stepUpdateStatus",
        "step",
        &[("ATTEMPT_ENDED", "", to("IN_PROGRESS", json!({})))],
    )
    .await;
    team.office.audit().await;
}

#[tokio::test]
async fn holds_and_rejections() {
    let team = Team::meets().await;
    let (attempt, _) = team.attempt(&["PAN"]).await;
    let because = |reason: Value| json!({ "attemptId": attempt, "reason": reason });
    let cases = [
        ("INVALID", "reason.code", because(json!({ "code": "x" }))),
        ("REQUIRED", "reason.message", because(json!({ "code": "OTHER" }))),
        (
            "TOO_LONG",
            "reason.staffNote",
            because(json!({ "code": "UNDER_REVIEW", "staffNote": "a".repeat(2001) })),
        ),
    ];
    each(&team, &team.reviewer, "holdPlace", "hold", &cases).await;
    each(&team, &team.reviewer, "attemptReject", "attempt", &cases).await;

    let reason = json!({ "code": "UNDER_REVIEW" });
    let hold = team.done("holdPlace", "hold { id }", because(reason.clone())).await;
    let hold = &hold["hold"]["id"];
    let cases = [
        ("TOO_LONG", "note", json!({ "holdId": hold, "note": "a".repeat(2001) })),
        ("INVALID", "note", json!({ "holdId": hold, "note": "2341 2341 2346" })),
    ];
    each(&team, &team.reviewer, "holdRelease", "hold", &cases).await;

    let mut stale = because(reason.clone());
    stale["expectedVersion"] = json!(1);
    let stale = team.does("attemptReject", "attempt { state version }", stale).await;
    assert_eq!(refusals(&stale), [("VERSION_CONFLICT", "expectedVersion".to_owned())]);
    assert_eq!(stale["attempt"], json!({ "state": "CREATED", "version": 2 }));

    team.done("attemptReject", "", because(reason.clone())).await;
    let ended = [("ATTEMPT_ENDED", "", because(reason))];
    each(&team, &team.reviewer, "attemptReject", "attempt", &ended).await;
    each(&team, &team.reviewer, "holdPlace", "hold", &ended).await;
    each(&team, &team.reviewer, "holdRelease", "hold", &[("ATTEMPT_ENDED", "", json!({ "holdId": hold }))])
        .await;
    team.office.audit().await;
}
