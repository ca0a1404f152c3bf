//! Kill -9 between the answer of a provider and its commit: a process that starts again brings the step to its outcome, once.

use std::{net::SocketAddr, time::Duration};

use chrono::TimeDelta;
use kyc_stack::{clock::Clock, db::Db};
use sea_orm::{ConnectionTrait, DbBackend, Statement, TransactionOptions, TransactionTrait};
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::{
    harness::{
        database::{Backend, Database},
        http_client,
        process::{Replica, program},
        verify::assert_clean,
    },
    setu::stand_in::StandIn,
};

/// How long is waited for what has to come.
const LONGEST: Duration = Duration::from_secs(60);

/// A step that a customer submits: its kind, the mutation and what it takes.
struct Submitted {
    kind: &'static str,
    mutation: &'static str,
    input_type: &'static str,
    input: Value,
}

/// A database, what the program over it is set to, and the provider that it asks.
struct Place {
    provider: StandIn,
    database: Database,
    settings: Vec<(&'static str, String)>,
    key: String,
    /// Where pictures are kept. It goes with this.
    _pictures: tempfile::TempDir,
}

impl Place {
    async fn open() -> Self {
        let provider = StandIn::open().await;
        let database = Database::fresh(Backend::under_test()).await;
        let pictures = tempfile::tempdir().unwrap();
        let settings = vec![
            ("KYC_SETU_URL", format!("http://{}", provider.stub.address)),
            ("KYC_SETU_CLIENT_ID", "the-client".to_owned()),
            ("KYC_SETU_CLIENT_SECRET", "the-secret".to_owned()),
            ("KYC_SETU_PAN", "instance-pan".to_owned()),
            ("KYC_SETU_BANK", "instance-bank".to_owned()),
            ("KYC_SETU_BANK_MODE", "sync".to_owned()),
            ("KYC_IMAGES", format!("file:{}", pictures.path().display())),
        ];
        let create = "merchant create --live --name Acme --slug acme --admin-email a@example.com";
        let output = program(&database.url).args(create.split(' ')).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let created: Value = serde_json::from_slice(&output.stdout).unwrap();
        let key = created["adminApiKey"].as_str().unwrap().to_owned();
        Self { provider, database, settings, key, _pictures: pictures }
    }

    fn start(&self) -> Replica {
        Replica::start_with(&self.database.url, &self.settings)
    }

    async fn graphql(&self, server: SocketAddr, document: &str, input: Value) -> Value {
        let request = http_client().post(format!("http://{server}/graphql")).bearer_auth(&self.key);
        asked(request, document, input).await
    }

    /// A customer opens their link, consents, and submits the only step of their journey. Their attempt.
    async fn submit(&self, server: SocketAddr, what: &Submitted) -> String {
        let document = "mutation($input: KycLinkGenerateInput!) {
            kycLinkGenerate(input: $input) { url attempt { id } } }";
        let link =
            json!({ "customer": { "name": "Jack Kanarinson" }, "steps": [what.kind], "validityHours": 24 });
        let made = self.graphql(server, document, link).await["kycLinkGenerate"].clone();
        let client = http_client();
        let page = |path: &str| {
            client.post(format!("http://{server}{path}")).header("sec-fetch-site", "same-origin")
        };
        let (_, token) = made["url"].as_str().unwrap().split_once("/k#").unwrap();
        let session = json!({ "token": token, "nonce": "nonce-made-up-by-the-tests" });
        let opened = page("/journey/session").json(&session).send().await.unwrap();
        let cookie = opened.headers()["set-cookie"].to_str().unwrap().split(';').next().unwrap().to_owned();
        let journey = async |document: &str, input: Value| {
            asked(page("/journey/graphql").header("cookie", &cookie), document, input).await
        };
        let read = journey("{ journey { consentTextVersion } }", Value::Null).await;
        let version = &read["journey"]["consentTextVersion"];
        let consent = json!({ "accepted": true, "textVersion": version, "language": "en" });
        let mutation = |name: &str, of: &str| {
            format!("mutation($input: {of}!) {{ {name}(input: $input) {{ userErrors {{ code message }} }} }}")
        };
        journey(&mutation("journeyConsent", "JourneyConsentInput"), consent).await;
        let done = journey(&mutation(what.mutation, what.input_type), what.input.clone()).await;
        assert_eq!(done[what.mutation]["userErrors"], json!([]));
        made["attempt"]["id"].as_str().unwrap().to_owned()
    }

    /// A server that is killed when its provider has answered, and before that can be committed. The attempt it was about.
    async fn killed_between(&self, what: &Submitted) -> String {
        let mut server = self.start();
        let held = self.provider.stub.hold().await;
        let attempt = self.submit(server.address, what).await;
        timeout(LONGEST, self.provider.stub.reached(1)).await.expect("the provider is asked");
        // From here on nobody else commits.
        let db = self.database.connect().await;
        let writer = db.begin_with_options(TransactionOptions::default()).await.unwrap();
        let lock = match db.get_database_backend() {
            DbBackend::Postgres => "LOCK TABLE check_run IN EXCLUSIVE MODE",
            _ => "UPDATE log_head SET seq = seq",
        };
        writer.execute_unprepared(lock).await.unwrap();
        drop(held);
        timeout(LONGEST, self.provider.stub.said(1)).await.expect("the provider answers");
        server.kill();
        writer.rollback().await.unwrap();
        // Nobody waits here for the lease of a dead process to run out.
        let sql = "UPDATE check_run SET due_at = $1 WHERE ended_at IS NULL";
        let over = [(Clock::System.now() - TimeDelta::seconds(1)).into()];
        let over = Statement::from_sql_and_values(db.get_database_backend(), sql, over);
        assert_eq!(db.execute_raw(over).await.unwrap().rows_affected(), 1, "nothing was committed");
        db.close().await.unwrap();
        attempt
    }

    /// Starts again, and waits until the step has its outcome: the attempt as the team sees it.
    async fn started_again(&self, attempt: &str) -> Value {
        let mut server = self.start();
        let document = format!(
            "{{ attempt(id: \"{attempt}\") {{ state steps {{ status tries waitingOn reason {{ code }} }}
            tracker(first: 50) {{ nodes {{ type summary }} }} }} }}"
        );
        let looking = async {
            loop {
                let seen = self.graphql(server.address, &document, Value::Null).await["attempt"].clone();
                if seen["steps"][0]["status"] != "IN_PROGRESS" {
                    return seen;
                }
            }
        };
        let seen = timeout(LONGEST, looking).await.expect("the step comes to its outcome");
        server.kill();
        let db = Db::open(&self.database.url, 4).await.unwrap();
        assert_clean(&db).await;
        db.close().await.unwrap();
        seen
    }
}

async fn asked(request: reqwest::RequestBuilder, document: &str, input: Value) -> Value {
    let body = json!({ "query": document, "variables": { "input": input } });
    let answer: Value = request.json(&body).send().await.unwrap().json().await.unwrap();
    assert!(answer["errors"].is_null(), "{answer}");
    answer["data"].clone()
}

/// How the steps of an attempt have moved, in the tracker's words.
fn moves(attempt: &Value) -> Vec<&str> {
    let told = attempt["tracker"]["nodes"].as_array().unwrap().iter();
    let moves = told.filter(|event| event["type"] == "STEP_STATUS_CHANGED");
    moves.map(|event| event["summary"].as_str().unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_is_asked_again_and_its_outcome_counts_once() {
    let place = Place::open().await;
    let pan = Submitted {
        kind: "PAN",
        mutation: "journeyPanSubmit",
        input_type: "JourneyPanSubmitInput",
        input: json!({ "pan": "ABCDE1234A", "nameOnCard": "Jack Kanarinson" }),
    };
    let attempt = place.killed_between(&pan).await;
    let seen = place.started_again(&attempt).await;
    assert_eq!(seen["state"], "COMPLETED", "{seen}");
    assert_eq!(moves(&seen), ["PAN: not started → in progress", "PAN: in progress → completed"]);
    assert_eq!(seen["steps"][0]["tries"], 1);
    let asked = place.provider.stub.asked();
    let ids: Vec<_> = asked.iter().map(|call| call.header("x-request-id").unwrap()).collect();
    assert_eq!((ids.len(), ids[0] == ids[1]), (2, true), "the same question, by its id");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_not_given_again_and_a_reviewer_hears_of_it_once() {
    let place = Place::open().await;
    let bank = Submitted {
        kind: "BANK_PENNY_DROP",
        mutation: "journeyBankSubmit",
        input_type: "JourneyBankSubmitInput",
        input: json!({ "accountHolder": "Jack Kanarinson", "accountNumber": "1234567890", "ifsc": "ABCD0123456" }),
    };
    let attempt = place.killed_between(&bank).await;
    let seen = place.started_again(&attempt).await;
    assert_eq!(
        moves(&seen),
        ["Bank penny drop: not started → in progress", "Bank penny drop: in progress → requires action"]
    );
    let step = &seen["steps"][0];
    assert_eq!(
        (&step["reason"]["code"], &step["waitingOn"], &step["tries"]),
        (&json!("PROVIDER_ANSWER_LOST"), &json!("REVIEWER"), &json!(0))
    );
    assert_eq!(place.provider.calls(), ["POST /api/verify/ban"], "one rupee");
}
