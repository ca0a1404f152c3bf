//! A customer's own side, as a person with a phone meets it.

mod api;
mod callbacks;
mod doors;
mod judged;
mod kept;
mod killed;
mod links;
mod orders;
mod overruled;
pub(crate) mod pictures;
mod results;
mod runs;
pub(crate) mod scripted;
mod texts;

use axum::http::{StatusCode, header};
use serde_json::{Value, json};

use crate::harness::app::{Answer, Client, House, TestApp};

/// A browser of a customer: it makes up a nonce when it first opens a link, and keeps its cookie.
pub(crate) struct Phone {
    page: Client,
    nonce: String,
    cookie: Option<String>,
}

impl Phone {
    pub(crate) fn of(app: &TestApp, nonce: &str) -> Self {
        let page = app.anonymous().with("sec-fetch-site", "same-origin");
        Self { page, nonce: format!("{nonce}-made-up-by-the-tests"), cookie: None }
    }

    /// Sends the token of a link, and keeps the cookie that comes back.
    pub(crate) async fn open(&mut self, url: &str) -> Answer {
        let token = url.split_once("/k#").map_or(url, |(_, token)| token);
        let body = json!({ "token": token, "nonce": self.nonce });
        let answer = self.page.post("/journey/session", body).await;
        if let Some(set) = answer.headers.get(header::SET_COOKIE) {
            self.cookie = Some(set.to_str().unwrap().split(';').next().unwrap().to_owned());
        }
        answer
    }

    /// Opens a link that opens, and consents.
    pub(crate) async fn enter(app: &TestApp, url: &str) -> Self {
        let mut phone = Self::of(app, "phone");
        assert_eq!(phone.open(url).await.status, StatusCode::OK);
        phone.consent().await;
        phone
    }

    /// The page with the cookie that it has.
    pub(crate) fn page(&self) -> Client {
        let page = self.page.clone().at("/journey/graphql");
        match &self.cookie {
            Some(cookie) => page.with("cookie", cookie),
            None => page,
        }
    }

    /// The same page, served by another process.
    pub(crate) fn page_of(&self, server: Client) -> Client {
        server.with("sec-fetch-site", "same-origin").with("cookie", self.cookie.as_deref().unwrap())
    }

    pub(crate) async fn consent(&self) {
        let version = self.journey("consentTextVersion").await["consentTextVersion"].clone();
        let input = json!({ "accepted": true, "textVersion": version, "language": "hi" });
        self.page().done("journeyConsent", "__typename", input).await;
    }

    /// Fields of its journey.
    pub(crate) async fn journey(&self, fields: &str) -> Value {
        let answer = self.page().graphql(&format!("{{ journey {{ {fields} }} }}"), json!({})).await;
        answer.data("journey").clone()
    }

    /// Where the first step stands: status, reason, tries left, whether it can be done again.
    pub(crate) async fn first_step(&self) -> Value {
        self.journey("steps { status reasonCode triesLeft canRetry }").await["steps"][0].clone()
    }

    pub(crate) async fn pan(&self, pan: &str) -> Answer {
        self.page()
            .mutate("journeyPanSubmit", "journey { state }", json!({ "pan": pan, "nameOnCard": "Asha Rao" }))
            .await
    }

    pub(crate) async fn bank(&self, account: &str) -> Answer {
        let input = json!({ "accountHolder": "Asha Rao", "accountNumber": account, "ifsc": "HDFC0001234" });
        self.page().mutate("journeyBankSubmit", "journey { state }", input).await
    }

    /// Whether its session is somebody's.
    pub(crate) async fn is_in(&self, app: &TestApp) -> bool {
        let Some((_, token)) = self.cookie.as_ref().and_then(|cookie| cookie.split_once('=')) else {
            return false;
        };
        let credential = kyc_stack::auth::Credential::link_session(token).unwrap();
        app.auth().actor(&credential).await.is_ok()
    }
}

/// A new attempt with a link of 24 hours: its id, and the URL.
pub(crate) async fn linked(house: &House, steps: Value) -> (String, String) {
    let input = json!({ "customer": { "name": "Asha Rao" }, "steps": steps, "validityHours": 24 });
    let made = house.admin().done("kycLinkGenerate", "url attempt { id }", input).await;
    (made["attempt"]["id"].as_str().unwrap().to_owned(), made["url"].as_str().unwrap().to_owned())
}

/// What the team sees of an attempt's link and state.
pub(crate) async fn seen(house: &House, attempt: &str) -> Value {
    let document = "query($id: ID!) { attempt(id: $id) {
        state expiryReason link { state openCount } tracker { nodes { type actor { kind } } } } }";
    house.viewer().graphql(document, json!({ "id": attempt })).await.data("attempt").clone()
}

/// The types of an attempt's events, in order.
pub(crate) fn told(attempt: &Value) -> Vec<&str> {
    let events = attempt["tracker"]["nodes"].as_array().unwrap().iter();
    events.map(|event| event["type"].as_str().unwrap()).collect()
}
