//! Who may run which mutation, as the contract's comments say, and an input for it.

use entity::Role;
use serde_json::{Value, json};

#[derive(Clone, Copy)]
pub(super) enum Needs {
    Platform,
    Customer,
    Role(Role),
}

/// How much a role contains.
pub(super) fn rank(role: Role) -> u8 {
    match role {
        Role::Admin => 4,
        Role::Reviewer => 3,
        Role::Agent => 2,
        Role::Viewer => 1,
    }
}

/// Name, who may, input; `@…` stands for an object.
pub(super) fn all() -> Vec<(&'static str, Needs, Value)> {
    let [admin, reviewer, agent] = [Role::Admin, Role::Reviewer, Role::Agent].map(Needs::Role);
    let customer = Needs::Customer;
    let reason = json!({ "code": "UNDER_REVIEW" });
    vec![
        (
            "merchantCreate",
            Needs::Platform,
            json!({ "name": "C", "slug": "c-shop", "adminEmail": "c@c.example" }),
        ),
        ("merchantUpdate", admin, json!({ "name": "Renamed" })),
        ("brandingUpdate", admin, json!({ "displayName": "Renamed" })),
        ("apiKeyCreate", admin, json!({ "name": "New", "role": "ADMIN" })),
        ("apiKeyRevoke", admin, json!({ "id": "@key" })),
        ("memberCreate", admin, json!({ "email": "new@house.example", "name": "New", "role": "ADMIN" })),
        ("memberUpdate", admin, json!({ "id": "@member", "name": "Renamed" })),
        ("memberPasswordReset", admin, json!({ "id": "@member" })),
        ("customerCreate", agent, json!({ "customer": { "name": "New" } })),
        ("customerUpdate", agent, json!({ "id": "@customer", "name": "Renamed" })),
        ("kycLinkGenerate", agent, json!({ "customer": { "name": "New" }, "steps": ["PAN"] })),
        ("attemptCreate", agent, json!({ "customer": { "name": "New" }, "steps": ["PAN"] })),
        ("kycLinkResend", agent, json!({ "attemptId": "@attempt" })),
        ("kycLinkExtend", agent, json!({ "attemptId": "@attempt", "validityHours": 48 })),
        ("kycLinkRevoke", agent, json!({ "attemptId": "@attempt" })),
        ("stepUpdateStatus", reviewer, json!({ "stepId": "@step", "status": "COMPLETED" })),
        ("holdPlace", reviewer, json!({ "attemptId": "@attempt", "reason": reason })),
        ("holdRelease", reviewer, json!({ "holdId": "@hold" })),
        (
            "screeningMatchDecide",
            reviewer,
            json!({ "matchId": "@match", "decision": "CLEARED", "note": "Another birth date." }),
        ),
        ("attemptReject", reviewer, json!({ "attemptId": "@attempt", "reason": reason })),
        ("journeyConsent", customer, json!({ "accepted": true, "textVersion": "1", "language": "en" })),
        ("journeyDigilockerStart", customer, json!({})),
        ("journeyPanSubmit", customer, json!({ "pan": "ABCPE1234F", "nameOnCard": "Asha Rao" })),
        (
            "journeyBankSubmit",
            customer,
            json!({ "accountHolder": "Asha Rao", "accountNumber": "123456789", "ifsc": "HDFC0001234" }),
        ),
    ]
}
