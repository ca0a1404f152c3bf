//! Subscriptions, as clients on the network meet them: whatever one of them does, the others go on, and nobody misses an
//! event or sees one twice.

mod count;
mod counting;
mod credentials;
mod faults;
mod feed;
mod filters;
mod guarantee;
mod limits;
mod operations;
mod pressure;
mod protocol;
mod roles;
mod streams;

use entity::{Role, event, id::MerchantId};
use kyc_stack::{
    events::{Cursor, log},
    graphql::live::Limits,
    kyc::Kyc,
};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::harness::{
    app::{Client, House, TestApp},
    live::{
        Refusal, Served,
        follower::{Follower, News, Transport},
        socket::Socket,
        within,
    },
};

/// Everything that happens, by cursor.
const EVERYTHING: &str = "subscription($after: EventCursor) { trackerEvent(after: $after) { cursor type } }";
/// Every move of a step.
const MOVES: &str = "subscription($attempt: ID, $customer: ID, $after: EventCursor) {
    stepChanged(attemptId: $attempt, customerId: $customer, after: $after) { cursor from to step { id version } } }";

/// A server with a merchant, one of whose attempts can be moved again and again.
struct Stage {
    app: TestApp,
    served: Served,
    acme: House,
    attempt: String,
    customer: String,
    step: String,
}

impl Stage {
    async fn open() -> Self {
        Self::open_with(Limits::default()).await
    }

    async fn open_with(limits: Limits) -> Self {
        let app = TestApp::open_with(limits).await;
        let served = app.serve().await;
        let acme = app.merchant("acme").await;
        let (attempt, customer, step) = attempt(&acme.agent()).await;
        Self { app, served, acme, attempt, customer, step }
    }

    /// The log grows by one event.
    async fn stir(&self) {
        stir(&self.acme, &self.step).await;
    }

    /// A socket with a key of this role.
    async fn socket(&self, role: Role) -> Socket {
        Socket::open(self.served.address, self.acme.secret(role)).await
    }

    /// A VIEWER who follows.
    async fn follow(&self, transport: Transport, document: &str, variables: Value) -> Follower {
        self.try_follow(transport, document, variables).await.unwrap()
    }

    /// The same, where it may be refused.
    async fn try_follow(
        &self,
        transport: Transport,
        document: &str,
        variables: Value,
    ) -> Result<Follower, Refusal> {
        let secret = self.acme.secret(Role::Viewer);
        Follower::follow(transport, self.served.address, secret, document, variables).await
    }

    /// The merchant's log.
    async fn log(&self) -> Vec<event::Model> {
        log(self.app.kyc(), self.acme.id).await
    }

    /// The cursor of the log's head, as the API gives it.
    async fn head(&self) -> String {
        head(&self.acme.viewer()).await
    }

    /// One who hears everything from here on, whatever happens to others.
    async fn witness(&self) -> Witness {
        let (after, secret) = (self.head().await, self.acme.secret(Role::Reviewer));
        let variables = json!({ "after": after });
        let follower =
            Follower::follow(Transport::WebSocket, self.served.address, secret, EVERYTHING, variables).await;
        Witness::of(follower.unwrap(), self.log().await.len() as i64)
    }

    async fn close(self) {
        self.served.stop().await;
        self.app.close().await;
    }
}

/// Always awake, as a good client is.
struct Witness {
    /// The newest event of those that were heard, none of them left out.
    heard: watch::Receiver<i64>,
}

impl Witness {
    fn of(mut follower: Follower, from: i64) -> Self {
        let (hear, heard) = watch::channel(from);
        tokio::spawn(async move {
            loop {
                match follower.next().await {
                    News::Event(event) if event.seq() == *hear.borrow() + 1 => hear.send_replace(event.seq()),
                    // The server has ended, with the test or before it.
                    News::Ended(_) => return,
                    other => panic!("after {}: {other:?}", *hear.borrow()),
                };
            }
        });
        Self { heard }
    }

    /// Something happens, and it is heard, with all that happened since it was last asked.
    async fn goes_on(&mut self, stage: &Stage) {
        stage.stir().await;
        self.hears(stage).await;
    }

    /// All that has happened is heard.
    async fn hears(&mut self, stage: &Stage) {
        let head = stage.log().await.len() as i64;
        let heard = within("what others hear", self.heard.wait_for(|heard| *heard >= head)).await;
        assert!(heard.is_ok(), "the witness hears nothing any more");
    }
}

/// A new customer's attempt of one step that has been begun: its id, its customer's, and the step's.
async fn attempt(agent: &Client) -> (String, String, String) {
    let input = json!({ "customer": { "name": "Asha Rao" }, "steps": ["PAN"] });
    let payload = agent.done("attemptCreate", "attempt { id customer { id } steps { id } }", input).await;
    let attempt = &payload["attempt"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&attempt["id"]), text(&attempt["customer"]["id"]), text(&attempt["steps"][0]["id"]))
}

/// Moves a step to and fro; after the first time, that is one event each.
async fn stir(house: &House, step: &str) {
    let asked = "query($id: ID!) { step(id: $id) { status } }";
    let status = house.viewer().graphql(asked, json!({ "id": step })).await;
    let moved = match status.data("step.status").as_str() {
        Some("IN_PROGRESS") => {
            json!({ "stepId": step, "status": "REQUIRES_ACTION", "reason": { "code": "UNDER_REVIEW" } })
        }
        _ => json!({ "stepId": step, "status": "IN_PROGRESS" }),
    };
    house.reviewer().done("stepUpdateStatus", "step { version }", moved).await;
}

async fn head(client: &Client) -> String {
    client.graphql("{ eventCursor }", json!({})).await.text_at("eventCursor")
}

async fn log(kyc: &Kyc, merchant: MerchantId) -> Vec<event::Model> {
    log::read_after(kyc.db.reader(), entity::Scope::of(merchant), 0, 1_000_000).await.unwrap()
}

/// The cursors of those events that are wanted.
fn cursors(log: &[event::Model], wanted: impl Fn(&event::Model) -> bool) -> Vec<String> {
    log.iter().filter(|event| wanted(event)).map(|event| Cursor::of(event).to_string()).collect()
}
