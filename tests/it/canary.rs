//! Personal values and secrets go to whoever may read them, and nowhere else: not into a log line at any level, not into a
//! metric, not into the event log.

use std::sync::atomic::{AtomicBool, Ordering};

use chrono::TimeDelta;
use entity::{Role, Scope};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tracing_subscriber::{filter::filter_fn, fmt, layer::SubscriberExt};

use crate::harness::{
    app::{Client, TestApp},
    lines::Lines,
};

const NAME: &str = "Vasundhara Kanarischa";
const EMAIL: &str = "vasundhara.k@kanarischa.example";
const PHONE: &str = "+919812340987";
const BORN: &str = "1987-04-19";
const REFERENCE: &str = "KANARI-5521";
const NOTE: &str = "her brother-in-law called, account 50100234567891";
const MESSAGE: &str = "Please bring your kanarischa papers";
const AADHAAR: &str = "2341 2341 2346";
const COLLEAGUE: &str = "Kanarischa Menon";

static LISTENING: AtomicBool = AtomicBool::new(false);

/// Hears every level of everybody until [`stop`], by whichever thread: the workers of the database have their own. Other
/// tests that run meanwhile are heard, too: their values are none of those above.
fn listen() -> Lines {
    let lines = Lines::default();
    let writer = lines.clone();
    let layer = fmt::layer().with_ansi(false).with_writer(move || writer.clone());
    let heard = filter_fn(|_| LISTENING.load(Ordering::Relaxed));
    let subscriber = tracing_subscriber::registry().with(heard).with(layer);
    tracing::subscriber::set_global_default(subscriber).unwrap();
    LISTENING.store(true, Ordering::SeqCst);
    lines
}

fn stop(lines: &Lines) -> String {
    LISTENING.store(false, Ordering::SeqCst);
    lines.said()
}

/// What a day makes of the values above; the secrets that it shows.
async fn a_day(app: &TestApp) -> Vec<String> {
    let house = app.merchant("kanari").await;
    let (admin, agent, reviewer) = (house.admin(), house.agent(), house.reviewer());
    let mut secrets: Vec<String> = [Role::Admin, Role::Reviewer, Role::Agent]
        .iter()
        .map(|role| house.secret(*role).to_owned())
        .collect();
    let page = house.member(Role::Reviewer).await;
    page.graphql("{ viewer { name } merchant { name } }", json!({})).await.data("viewer.name");

    let key = admin.done("apiKeyCreate", "secret", json!({ "name": COLLEAGUE, "role": "VIEWER" })).await;
    secrets.push(key["secret"].as_str().unwrap().to_owned());
    let invited = json!({ "email": EMAIL, "name": COLLEAGUE, "role": "AGENT" });
    let member = admin.done("memberCreate", "passwordUrl", invited).await;
    let (_, token) = member["passwordUrl"].as_str().unwrap().split_once('#').unwrap();
    secrets.push(token.to_owned());

    let customer = json!({
        "name": NAME, "email": EMAIL, "phone": PHONE, "dateOfBirth": BORN, "country": "IN", "reference": REFERENCE,
    });
    let input = json!({ "customer": customer, "validityHours": 24, "idempotencyKey": "kanarischa-key-1" });
    let shown = "url attempt { id customer { id name email phone } steps { id } }";
    let link = agent.done("kycLinkGenerate", shown, input).await;
    secrets.push(link["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned());
    let attempt = &link["attempt"];
    let (id, step) = (&attempt["id"], &attempt["steps"][0]["id"]);

    let reason = json!({ "code": "OTHER", "message": MESSAGE, "staffNote": NOTE });
    let moved =
        json!({ "stepId": step, "status": "REQUIRES_ACTION", "reason": reason, "actionBy": "REVIEWER" });
    reviewer.done("stepUpdateStatus", "step { reason { message staffNote } }", moved).await;
    let hold = reviewer.done("holdPlace", "hold { id }", json!({ "attemptId": id, "reason": reason })).await;
    reviewer
        .done("holdRelease", "hold { releaseNote }", json!({ "holdId": hold["hold"]["id"], "note": NOTE }))
        .await;
    let update = json!({ "id": attempt["customer"]["id"], "name": format!("{NAME} Rao"), "phone": PHONE });
    agent.done("customerUpdate", "customer { name }", update).await;
    reviewer.done("attemptReject", "attempt { state }", json!({ "attemptId": id, "reason": reason })).await;
    reads(&reviewer).await;
    mistakes(app, &agent, &reviewer).await;
    assert_eq!(admin.get("/reports/kyc.csv?from=2026-11-01&to=2026-11-30").await.status, 200);
    app.pass(TimeDelta::days(2));
    kyc_stack::kyc::expiry::expire_due(app.kyc(), 10).await.unwrap();
    secrets
}

async fn reads(reviewer: &Client) {
    let document = "query($search: String, $reference: String) {
        customers(first: 2, filter: { search: $search }) { nodes { name email phone dateOfBirth
            attempts(first: 2) { nodes { rejection { message staffNote } holds(includeReleased: true) { reason { staffNote } releaseNote }
                tracker(first: 50) { nodes { summary data: type } } } } } }
        customer(reference: $reference) { name } }";
    let variables = json!({ "search": "Vasundhara", "reference": REFERENCE });
    let answer = reviewer.graphql(document, variables).await;
    assert!(
        answer.text.contains(NAME) && answer.text.contains(NOTE),
        "whoever may read it, does: {}",
        answer.text
    );
    let path = "/graphql?query=%7Bcustomers(filter:%7Bsearch:%22Vasundhara%22%7D)%7BtotalCount%7D%7D";
    assert_eq!(reviewer.get(path).await.data("customers.totalCount"), 1);
}

/// Refusals know the values that they refuse.
async fn mistakes(app: &TestApp, agent: &Client, reviewer: &Client) {
    let twice = json!({ "customer": { "name": NAME, "reference": REFERENCE, "phone": PHONE } });
    assert_eq!(
        agent.mutate("customerCreate", "__typename", twice).await.user_errors("customerCreate")[0].0,
        "TAKEN"
    );
    for customer in [
        json!({ "name": format!("{NAME} {AADHAAR}") }),
        json!({ "name": NAME, "email": format!("{EMAIL} {PHONE}"), "phone": EMAIL }),
        json!({ "name": { "first": NAME } }),
        json!({ "name": NAME, "dateOfBirth": PHONE }),
    ] {
        agent.mutate("customerCreate", "__typename", json!({ "customer": customer })).await;
    }
    agent
        .graphql(&format!("{{ customer(reference: \"{NAME}\" {{ {EMAIL} }} }}"), json!({ "note": NOTE }))
        .await;
    agent.get("/nowhere/Vasundhara%20Kanarischa?token=kanarischa-token").await;
    agent.get("/reports/kyc.csv?from=vasundhara.k@kanarischa.example").await;
    let nobody = app.anonymous().with("sec-fetch-site", "same-origin");
    let sign_in = json!({ "merchant": "kanari", "email": EMAIL, "password": "kanarischa battery staple" });
    assert_eq!(nobody.post("/session", sign_in).await.status, 401);
    let set = json!({ "token": "kanarischa-token", "password": "kanarischa battery staple" });
    assert_eq!(nobody.post("/password", set).await.status, 400);
    nobody.bearer("kyc_test_kanarischa-token").graphql("{ viewer { name } }", json!({})).await;

    // Our own bug: a statement that fails in the middle, with the values bound to it.
    let db = app.kyc().db.library();
    db.execute_unprepared("ALTER TABLE search_token RENAME TO gone").await.unwrap();
    let customer = json!({ "customer": { "name": NAME, "email": EMAIL, "phone": PHONE } });
    let before = "{ customers(first: 1) { totalCount } }";
    let count = agent.graphql(before, json!({})).await;
    let broken = agent.mutate("customerCreate", "customer { id }", customer).await;
    assert_eq!(broken.errors(), [("INTERNAL", "customerCreate".to_owned())]);
    assert!(broken.json["errors"][0]["extensions"]["reference"].is_string());
    let search =
        reviewer.graphql("{ customers(filter: { search: \"Vasundhara\" }) { totalCount } }", json!({})).await;
    assert_eq!(search.errors(), [("INTERNAL", "customers".to_owned())]);
    db.execute_unprepared("ALTER TABLE gone RENAME TO search_token").await.unwrap();
    assert_eq!(agent.graphql(before, json!({})).await.json, count.json, "nothing was half done");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_personal_value_and_no_secret_leaves_by_the_back_door() {
    let lines = listen();
    let app = TestApp::open().await;
    let secrets = a_day(&app).await;
    std::thread::spawn(|| tracing::trace!("the end is heard on every thread")).join().unwrap();
    let log = stop(&lines);
    let metrics = app.anonymous().get("/metrics").await.text;
    let db = app.kyc().db.reader();
    let mut events = String::new();
    for merchant in entity::merchant::Entity::every().all(db).await.unwrap() {
        let log = kyc_stack::events::log::read_after(db, Scope::of(merchant.id), 0, 10_000).await.unwrap();
        events += &format!("{log:?}");
    }

    assert!(
        log.contains("kyc_stack::request") && log.contains("internal error"),
        "requests and failures are logged"
    );
    assert!(log.contains("the end is heard on every thread"));
    assert!(metrics.contains("http_requests_total"), "{metrics}");
    assert!(events.contains("AttemptStateChanged"), "{events}");

    let words = [
        "Vasundhara",
        "anarischa",
        "98123",
        "1987-04-19",
        REFERENCE,
        "brother-in-law",
        "50100234567891",
        "2341 2341",
    ];
    let secrets = secrets.iter().map(String::as_str);
    for value in words.into_iter().chain(secrets).chain(["correct horse battery"]) {
        for (place, text) in [("log", &log), ("metrics", &metrics), ("event", &events)] {
            if let Some(found) = text.find(value) {
                let line = text[..found].rfind('\n').map_or(0, |start| start + 1);
                let end = text[found..].find('\n').map_or(text.len(), |end| found + end);
                panic!("{value:?} is in the {place}: {}", &text[line..end.min(line + 600)]);
            }
        }
    }
    app.close().await;
}
