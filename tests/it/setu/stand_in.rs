//! Setu's protocol as its public documentation has it, with the values of its sandbox.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use kyc_stack::config::{Config, Secret};
use serde_json::{Value, json};

use crate::harness::stub::{Asked, Reply, Stub};

/// What the customer did at DigiLocker.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Visit {
    Unauthenticated,
    Authenticated,
    Revoked,
    NotLinked,
}

/// What the next requests come to in place of an answer, and how the visit stands.
pub(crate) struct State {
    pub(crate) faults: VecDeque<Reply>,
    pub(crate) visit: Visit,
    /// How often a penny drop is still pending.
    pub(crate) pending: u32,
}

pub(crate) struct StandIn {
    pub(crate) stub: Stub,
    pub(crate) state: Arc<Mutex<State>>,
}

pub(crate) const VISIT_ID: &str = "ea31e1e6-96eb-4e56-a355-7bc51de94d24";
pub(crate) const DROP_ID: &str = "02c2dc4c-1015-4ea0-8ec4-987829fc70cc";

impl StandIn {
    pub(crate) async fn open() -> Self {
        let state = State { faults: VecDeque::new(), visit: Visit::Unauthenticated, pending: 0 };
        let state = Arc::new(Mutex::new(state));
        let stub = Stub::serve({
            let state = state.clone();
            move |asked| {
                let mut state = state.lock().unwrap();
                state.faults.pop_front().unwrap_or_else(|| answer(asked, &mut state))
            }
        });
        Self { stub: stub.await, state }
    }

    /// What the next requests come to.
    pub(crate) fn fail(&self, faults: impl IntoIterator<Item = Reply>) {
        self.state.lock().unwrap().faults.extend(faults);
    }

    pub(crate) fn visit(&self, visit: Visit) {
        self.state.lock().unwrap().visit = visit;
    }

    /// The settings of a server that has its checks performed here.
    pub(crate) fn settle(&self, config: &mut Config) {
        let secret = |text: &str| Some(Secret::new(text));
        config.setu.url = Some(format!("http://{}", self.stub.address).parse().unwrap());
        (config.setu.client_id, config.setu.client_secret) = (secret("the-client"), secret("the-secret"));
        config.setu.digilocker = secret("instance-digilocker");
        (config.setu.pan, config.setu.bank) = (secret("instance-pan"), secret("instance-bank"));
    }

    /// Methods and paths that were asked, in order.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.stub.asked().iter().map(|asked| format!("{} {}", asked.method, asked.path)).collect()
    }
}

fn say(status: u16, body: &Value) -> Reply {
    Reply::Whole(status, "content-type: application/json\r\n".to_owned(), body.to_string().into_bytes())
}

fn error(status: u16, code: &str) -> Reply {
    say(status, &json!({"error": {"code": code, "detail": "In words.", "traceId": "1-65f9b08c"}}))
}

fn answer(asked: &Asked, state: &mut State) -> Reply {
    if asked.header("x-client-id") != Some("the-client")
        || asked.header("x-client-secret") != Some("the-secret")
    {
        return error(401, "unauthorized");
    }
    let product = match asked.path.as_str() {
        path if path.starts_with("/api/digilocker") => "instance-digilocker",
        path if path.starts_with("/api/verify/pan") => "instance-pan",
        _ => "instance-bank",
    };
    if asked.header("x-product-instance-id") != Some(product) {
        return error(403, "wrong_product");
    }
    let body: Value = serde_json::from_slice(&asked.body).unwrap_or_default();
    let visit = format!("/api/digilocker/{VISIT_ID}");
    let drop = format!("/api/verify/ban/async/{DROP_ID}");
    match (asked.method.as_str(), asked.path.as_str()) {
        ("POST", "/api/digilocker/") => begin(&body),
        ("GET", path) if path == format!("{visit}/status") => status(state.visit),
        ("GET", path) if path == format!("{visit}/aadhaar") => aadhaar(state.visit),
        ("GET", path) if path == format!("{visit}/revoke") => say(200, &json!({"success": true})),
        ("POST", "/api/verify/pan") => pan(&body),
        ("POST", "/api/verify/ban") => outcome(&body["ifsc"]),
        ("POST", "/api/verify/ban/async") => say(200, &json!({"id": DROP_ID})),
        ("GET", path) if path == drop => {
            if state.pending > 0 {
                state.pending -= 1;
                return say(200, &json!({"id": DROP_ID, "verification": "pending", "traceId": "1"}));
            }
            outcome(&"ABCD0123456".into())
        }
        _ => error(404, "request_not_found"),
    }
}

fn begin(body: &Value) -> Reply {
    if body["redirectUrl"].as_str().is_none_or(|url| !url.starts_with("https://")) {
        return error(400, "invalid_redirect_url");
    }
    let url = "https://digilocker.example/consent?request=1";
    say(
        201,
        &json!({"id": VISIT_ID, "status": "unauthenticated", "url": url, "validUpto": "2026-11-22T19:06:28+05:30"}),
    )
}

fn status(visit: Visit) -> Reply {
    let status = match visit {
        Visit::Unauthenticated => "unauthenticated",
        Visit::Authenticated | Visit::NotLinked => "authenticated",
        Visit::Revoked => "revoked",
    };
    say(
        200,
        &json!({"id": VISIT_ID, "status": status, "url": "https://digilocker.example/", "digilockerUserDetails": {}}),
    )
}

fn aadhaar(visit: Visit) -> Reply {
    match visit {
        Visit::Unauthenticated => error(401, "user_not_authenticated"),
        Visit::Revoked => error(401, "token_revoked"),
        Visit::NotLinked => error(400, "aadhaar_not_linked"),
        Visit::Authenticated => say(
            200,
            &json!({"aadhaar": {"address": {"careOf": "S/O John Doe", "country": "India", "district": "Pune", "house": "7",
                "pin": "411007", "state": "Maharashtra", "vtc": "Pune"}, "dateOfBirth": "01-01-1990", "email": "",
                "gender": "M", "generatedAt": "2026-10-26T17:17:36.342+05:30", "maskedNumber": "xxxx-xxxx-1234",
                "name": "Jack Kanarinson", "phone": "", "photo": "A".repeat(60_000),
                "verified": {"email": false, "phone": false, "signature": true},
                "xml": {"fileUrl": "https://files.example/1", "shareCode": "", "validUntil": "2026-10-09T06:04:16+05:30"}},
                "id": VISIT_ID, "status": "complete"}),
        ),
    }
}

fn pan(body: &Value) -> Reply {
    if body["consent"] != "Y" {
        return error(400, "consent_not_given");
    }
    if body["reason"].as_str().is_none_or(|reason| reason.len() < 20) {
        return error(400, "insufficient_reason_length");
    }
    match body["pan"].as_str() {
        Some("ABCDE1234A") => say(
            200,
            &json!({"data": {"aadhaar_seeding_status": "LINKED", "category": "Individual", "full_name": "Jack Kanarinson",
                "first_name": "Jack", "middle_name": "", "last_name": "Kanarinson"},
                "message": "PAN is valid", "verification": "success", "traceId": "1"}),
        ),
        Some("ABCDE1234B") => say(200, &json!({"verification": "failed", "message": "PAN is invalid"})),
        _ => say(404, &json!({"verification": "failed", "message": "PAN not found."})),
    }
}

fn outcome(ifsc: &Value) -> Reply {
    if ifsc == "ABCD0123456" {
        let data = json!({"name": "JACK KANARINSON", "transactionReference": "120716373986", "verifiedAt": "2026-08-28T09:36:18+00:00"});
        return say(
            200,
            &json!({"id": DROP_ID, "code": "BAV00", "verification": "success", "message": "", "data": data}),
        );
    }
    say(
        200,
        &json!({"id": DROP_ID, "code": "BAVM1", "verification": "failed", "message": "This account does not exist."}),
    )
}
