//! The mutations of the journey as a front-end uses them: documents in, JSON out.

mod refused;
mod running;

use entity::Role;
use kyc_stack::{auth::Actor, kyc::Kyc};
use serde_json::{Value, json};

use crate::harness::{
    graph::{graph, graph_text, mutate, mutation, refusals},
    office::Office,
};

/// An office, and one member of each role.
struct Team {
    office: Office,
    admin: Actor,
    reviewer: Actor,
    agent: Actor,
    viewer: Actor,
}

impl Team {
    async fn meets() -> Self {
        let office = Office::open().await;
        let [admin, reviewer, agent, viewer] =
            [Role::Admin, Role::Reviewer, Role::Agent, Role::Viewer].map(|role| office.member(role));
        Self { office, admin, reviewer, agent, viewer }
    }

    /// A mutation by the ADMIN.
    async fn does(&self, name: &str, fields: &str, input: Value) -> Value {
        mutate(&self.office.kyc, &self.admin, name, fields, input).await
    }

    /// [`Team::does`] that nothing refuses.
    async fn done(&self, name: &str, fields: &str, input: Value) -> Value {
        let payload = self.does(name, fields, input).await;
        assert_eq!(payload["userErrors"], json!([]), "{name}");
        payload
    }

    /// A new customer's attempt without a link: its id, and those of its steps.
    async fn attempt(&self, steps: &[&str]) -> (String, Vec<String>) {
        let input = json!({ "customer": { "name": "Asha Rao" }, "steps": steps });
        let payload = self.done("attemptCreate", "attempt { id steps { id } }", input).await;
        let attempt = &payload["attempt"];
        let steps = attempt["steps"].as_array().unwrap().iter().map(|step| text(&step["id"])).collect();
        (text(&attempt["id"]), steps)
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap().to_owned()
}

const CUSTOMER: &str = "customer { id reference name email phone dateOfBirth country kycState version }";

#[tokio::test]
async fn a_customer_is_added_and_changed() {
    let team = Team::meets().await;
    let input = json!({ "customer": {
        "reference": "C-1", "name": "Asha Rao", "email": "Asha@Example.com", "phone": "+919800000000",
        "dateOfBirth": "1990-02-28", "country": "IN",
    }});
    let added = mutate(&team.office.kyc, &team.agent, "customerCreate", CUSTOMER, input).await;
    let id = text(&added["customer"]["id"]);
    assert!(id.starts_with("customer_"));
    let asha = json!({
        "id": id, "reference": "C-1", "name": "Asha Rao", "email": "asha@example.com", "phone": "+919800000000",
        "dateOfBirth": "1990-02-28", "country": "IN", "kycState": null, "version": 1,
    });
    assert_eq!(added, json!({ "customer": asha, "userErrors": [] }));

    // Left out is kept, null is emptied.
    let input = json!({ "id": id, "name": "Asha Devi Rao", "phone": null, "expectedVersion": 1 });
    let changed = mutate(&team.office.kyc, &team.agent, "customerUpdate", CUSTOMER, input).await;
    let mut devi = asha.clone();
    (devi["name"], devi["phone"], devi["version"]) = (json!("Asha Devi Rao"), json!(null), json!(2));
    assert_eq!(changed, json!({ "customer": devi, "userErrors": [] }));

    // A variable that is not given leaves its field out, too.
    let document = "mutation($id: ID!, $email: String, $country: String) {
        customerUpdate(input: { id: $id, email: $email, country: $country }) { customer { email country version } }
    }";
    let variables = json!({ "id": id, "country": null });
    let answer = graph(&team.office.kyc, &team.admin, document, variables).await;
    let customer = json!({ "email": "asha@example.com", "country": null, "version": 3 });
    assert_eq!(answer, json!({ "data": { "customerUpdate": { "customer": customer } } }));

    let stale = json!({ "id": id, "name": "Nobody", "expectedVersion": 2 });
    let stale = team.does("customerUpdate", "customer { name version }", stale).await;
    assert_eq!(refusals(&stale), [("VERSION_CONFLICT", "expectedVersion".to_owned())]);
    assert_eq!(stale["customer"], json!({ "name": "Asha Devi Rao", "version": 3 }));
    team.office.audit().await;
}

#[tokio::test]
async fn a_link_is_generated_extended_resent_and_revoked() {
    let team = Team::meets().await;
    let fields = "attempt {
        number state mode waitingOn redirectUrl expiresAt endedAt expiryReason version
        customer { name kycState latestAttempt { number } } steps { kind status } progress { completed total }
        link { state expiresAt openCount issuedCount }
    } url replayed";
    let input = json!({
        "customer": { "name": "Asha Rao", "reference": "C-1" }, "steps": ["PAN", "SELFIE"], "validityHours": 24,
        "redirectUrl": "https://example.com:8443/done",
    });
    let generated = team.done("kycLinkGenerate", fields, input).await;
    let first = text(&generated["url"]);
    assert!(first.starts_with("https://kyc.example.com/k#"), "{first}");
    let mut attempt = json!({
        "number": 1, "state": "CREATED", "mode": "SANDBOX", "waitingOn": "CUSTOMER",
        "redirectUrl": "https://example.com:8443/done", "expiresAt": "2026-11-23T10:00:00Z", "endedAt": null,
        "expiryReason": null, "version": 1,
        "customer": { "name": "Asha Rao", "kycState": "CREATED", "latestAttempt": { "number": 1 } },
        "steps": [
            { "kind": "PAN", "status": "NOT_STARTED" }, { "kind": "SELFIE", "status": "NOT_STARTED" },
        ],
        "progress": { "completed": 0, "total": 2 },
        "link": { "state": "ACTIVE", "expiresAt": "2026-11-23T10:00:00Z", "openCount": 0, "issuedCount": 1 },
    });
    assert_eq!(generated["attempt"], attempt);
    assert_eq!(generated["replayed"], false);

    let find = "query { customer(reference: \"C-1\") { latestAttempt { id } } }";
    let found = graph(&team.office.kyc, &team.viewer, find, json!({})).await;
    let id = &found["data"]["customer"]["latestAttempt"]["id"];
    let extended = team
        .done(
            "kycLinkExtend",
            "attempt { expiresAt version }",
            json!({ "attemptId": id, "validityHours": 48 }),
        )
        .await;
    assert_eq!(extended["attempt"], json!({ "expiresAt": "2026-11-24T10:00:00Z", "version": 2 }));

    let resent = team
        .done("kycLinkResend", "attempt { link { issuedCount } } url replayed", json!({ "attemptId": id }))
        .await;
    assert_eq!(resent["attempt"], json!({ "link": { "issuedCount": 2 } }));
    assert_ne!(text(&resent["url"]), first);

    team.office.later(1);
    let fields = fields.trim_end_matches(" url replayed");
    let revoked = team.done("kycLinkRevoke", fields, json!({ "attemptId": id })).await;
    (attempt["state"], attempt["expiryReason"], attempt["version"]) =
        (json!("EXPIRED"), json!("REVOKED"), json!(4));
    (attempt["waitingOn"], attempt["endedAt"]) = (json!(null), json!("2026-11-22T11:00:00Z"));
    attempt["customer"]["kycState"] = json!("EXPIRED");
    attempt["expiresAt"] = json!("2026-11-24T10:00:00Z");
    attempt["link"] =
        json!({ "state": "REVOKED", "expiresAt": "2026-11-24T10:00:00Z", "openCount": 0, "issuedCount": 2 });
    assert_eq!(revoked["attempt"], attempt);
    team.office.audit().await;
}

#[tokio::test]
async fn an_attempt_is_driven_held_and_released_through_the_api_alone() {
    let team = Team::meets().await;
    let (attempt, steps) = team.attempt(&["PAN", "SELFIE"]).await;

    let fields = "step { id status waitingOn tries provider version reason { code message staffNote } attempt { state } }
        attempt { id state waitingOn version link { state } expiresAt }";
    let input = json!({
        "stepId": steps[0], "status": "REQUIRES_ACTION", "actionBy": "REVIEWER",
        "reason": { "code": "OUR_OWN", "message": "Please wait.", "staffNote": "Odd." },
    });
    let moved = mutate(&team.office.kyc, &team.reviewer, "stepUpdateStatus", fields, input).await;
    let expected = json!({
        "step": {
            "id": steps[0], "status": "REQUIRES_ACTION", "waitingOn": "REVIEWER", "tries": 1, "provider": "reviewer",
            "version": 2, "reason": { "code": "OUR_OWN", "message": "Please wait.", "staffNote": "Odd." },
            "attempt": { "state": "IN_PROGRESS" },
        },
        "attempt": {
            "id": attempt, "state": "IN_PROGRESS", "waitingOn": "CUSTOMER", "version": 2, "link": null, "expiresAt": null,
        },
        "userErrors": [],
    });
    assert_eq!(moved, expected);

    let hold = "hold { id reason { code } releaseNote placedBy { kind } placedAt releasedAt attempt { id } }
        attempt { state endedAt waitingOn holds { id } }";
    let placed = team
        .done("holdPlace", hold, json!({ "attemptId": attempt, "reason": { "code": "UNDER_REVIEW" } }))
        .await;
    let id = text(&placed["hold"]["id"]);
    let expected = json!({
        "hold": {
            "id": id, "reason": { "code": "UNDER_REVIEW" }, "releaseNote": null, "placedBy": { "kind": "MEMBER" },
            "placedAt": "2026-11-22T10:00:00Z", "releasedAt": null, "attempt": { "id": attempt },
        },
        "attempt": { "state": "IN_PROGRESS", "endedAt": null, "waitingOn": "CUSTOMER", "holds": [{ "id": id }] },
        "userErrors": [],
    });
    assert_eq!(placed, expected);

    for step in &steps {
        let done = team
            .done(
                "stepUpdateStatus",
                "step { status } attempt { state waitingOn }",
                json!({ "stepId": step, "status": "COMPLETED" }),
            )
            .await;
        assert_eq!(
            (&done["step"]["status"], &done["attempt"]["state"]),
            (&json!("COMPLETED"), &json!("IN_PROGRESS"))
        );
    }

    team.office.later(1);
    let released = team.done("holdRelease", hold, json!({ "holdId": id, "note": "Called them." })).await;
    let expected = json!({
        "hold": {
            "id": id, "reason": { "code": "UNDER_REVIEW" }, "releaseNote": "Called them.",
            "placedBy": { "kind": "MEMBER" }, "placedAt": "2026-11-22T10:00:00Z",
            "releasedAt": "2026-11-22T11:00:00Z", "attempt": { "id": attempt },
        },
        "attempt": { "state": "COMPLETED", "endedAt": "2026-11-22T11:00:00Z", "waitingOn": null, "holds": [] },
        "userErrors": [],
    });
    assert_eq!(released, expected);
    team.office.audit().await;
}

#[tokio::test]
async fn an_attempt_is_rejected() {
    let team = Team::meets().await;
    let (attempt, _) = team.attempt(&["PAN"]).await;
    let fields = "attempt { state rejection { code message staffNote } waitingOn steps { waitingOn } customer { kycState } }";
    let input = json!({
        "attemptId": attempt, "expectedVersion": 1, "reason": { "code": "NAME_MISMATCH", "staffNote": "Seen." },
    });
    let rejected = mutate(&team.office.kyc, &team.reviewer, "attemptReject", fields, input).await;
    let expected = json!({
        "attempt": {
            "state": "REJECTED",
            "rejection": {
                "code": "NAME_MISMATCH", "message": "The name does not match the name we have for you.",
                "staffNote": "Seen.",
            },
            "waitingOn": null, "steps": [{ "waitingOn": null }], "customer": { "kycState": "REJECTED" },
        },
        "userErrors": [],
    });
    assert_eq!(rejected, expected);
    team.office.audit().await;
}

#[tokio::test]
async fn an_answer_shows_the_attempt_as_it_is_when_it_is_answered() {
    let team = Team::meets().await;
    let clock = team.office.kyc.clock.clone();
    // The clock runs on while the change commits.
    let wake = std::sync::Arc::new(move |_| clock.advance(chrono::TimeDelta::hours(2)));
    let kyc = Kyc { wake, ..team.office.kyc.clone() };
    let input = json!({ "customer": { "name": "Asha Rao" }, "steps": ["PAN"], "validityHours": 1 });
    let fields = "attempt { state expiryReason endedAt link { state } }";
    let late = mutate(&kyc, &team.admin, "kycLinkGenerate", fields, input).await;
    let expected = json!({
        "state": "EXPIRED", "expiryReason": "NEVER_OPENED", "endedAt": "2026-11-22T11:00:00Z",
        "link": { "state": "EXPIRED" },
    });
    assert_eq!(late["attempt"], expected);
}
