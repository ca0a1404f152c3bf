//! The whole server without a socket, and the people and programs who use it: what goes in is a request, what comes out is
//! read as its sender would read it.
//!
//! Every answer is looked at twice: by the test, and by [`Answer::read`], which holds that no error tells anything of the
//! database, of the program's own types, or of what its sender typed ([`SECRET`]). Every test ends with
//! [`TestApp::close`], which has the whole database verified.

use std::{collections::BTreeMap, path::Path};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderName, Method, Request, Response, StatusCode, header},
};
use chrono::TimeDelta;
use entity::{MerchantMode, Role, id::MerchantId};
use futures_util::StreamExt;
use kyc_stack::{
    app::{App, BodyTimes},
    auth::Actor,
    clock::Clock,
    config::{Config, Images, Secret},
    db::Db,
    entropy::Entropy,
    graphql::live::Limits,
    kyc::{
        api_key::{self, ApiKeyCreate},
        member::{self, MemberCreate},
        merchant::{self, MerchantCreate},
    },
};
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};
use tempfile::TempDir;
use tower::ServiceExt;

use super::{
    database::{Backend, Database},
    live::Served,
};

pub(crate) use super::{answer::Answer, told::SECRET};

/// The operator's key.
const PLATFORM_KEY: &str = "platform-key-of-the-tests-0123456789";
/// What signs callbacks.
pub(crate) const CALLBACK_SECRET: &str = "callback-secret-of-the-tests-0123456789";
/// What every member's password is.
const PASSWORD: &str = "correct horse battery";
/// The largest answer that is read.
const MAX_ANSWER: usize = 4 << 20;

const TABLES: [&str; 23] = [
    "api_key",
    "attempt",
    "callback",
    "check_run",
    "customer",
    "event",
    "hold",
    "idempotency",
    "link",
    "link_session",
    "log_head",
    "member",
    "merchant",
    "sanction_list",
    "sanction_person",
    "screening",
    "screening_match",
    "search_token",
    "secret",
    "session",
    "step",
    "step_result",
    "unnamed_picture",
];

/// A server over a database of its own, on a clock that moves when it is told to.
pub(crate) struct TestApp {
    app: App,
    clock: Clock,
    closed: bool,
    /// Where pictures are kept. It goes with this.
    pictures: TempDir,
    // After the connections: it removes the database.
    database: Database,
}

impl TestApp {
    pub(crate) async fn open() -> Self {
        Self::open_with(Limits::default()).await
    }

    /// The same with other limits of live connections.
    pub(crate) async fn open_with(limits: Limits) -> Self {
        Self::opened(limits, |_| {}).await
    }

    /// The same with other settings.
    pub(crate) async fn open_as(settle: impl FnOnce(&mut Config)) -> Self {
        Self::opened(Limits::default(), settle).await
    }

    async fn opened(limits: Limits, settle: impl FnOnce(&mut Config)) -> Self {
        let database = Database::fresh(Backend::under_test()).await;
        let clock = Clock::manual("2026-11-22T10:00:00Z".parse().unwrap());
        let pictures = tempfile::Builder::new().prefix("kyc-pictures-").tempdir().unwrap();
        let app = server(&database.url, pictures.path(), &clock, 7, limits, settle).await;
        Self { app, clock, closed: false, pictures, database }
    }

    /// On a port of the loopback. It has to stop before the test closes.
    pub(crate) async fn serve(&self) -> Served {
        Served::of(&self.app).await
    }

    /// Another process on the same database, which has recognised nobody yet.
    pub(crate) async fn twin(&self) -> Twin {
        self.twin_at(&self.database.url).await
    }

    /// The same, reaching the database by another way.
    pub(crate) async fn twin_at(&self, url: &str) -> Twin {
        let app = server(url, self.pictures.path(), &self.clock, 8, Limits::default(), |_| {}).await;
        Twin { app }
    }

    /// The address of its database.
    pub(crate) fn url(&self) -> &str {
        &self.database.url
    }

    /// Where pictures are kept.
    pub(crate) fn pictures(&self) -> &Path {
        self.pictures.path()
    }

    pub(crate) fn kyc(&self) -> &kyc_stack::kyc::Kyc {
        self.app.kyc()
    }

    /// Who is asking.
    pub(crate) fn auth(&self) -> &kyc_stack::auth::Auth {
        self.app.auth()
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.clock.advance(time);
    }

    pub(crate) fn anonymous(&self) -> Client {
        Client::of(&self.app)
    }

    /// Somebody whose bodies may take so long to come.
    pub(crate) fn anonymous_within(&self, times: BodyTimes) -> Client {
        Client { router: self.app.router_within(times), ..self.anonymous() }
    }

    /// The operator.
    pub(crate) fn platform(&self) -> Client {
        self.anonymous().bearer(PLATFORM_KEY)
    }

    /// A merchant with a key of each role, whose journey is one step, PAN.
    pub(crate) async fn merchant(&self, slug: &str) -> House {
        self.merchant_of(slug, MerchantMode::Sandbox).await
    }

    /// The same for people who are real.
    pub(crate) async fn live_merchant(&self, slug: &str) -> House {
        self.merchant_of(slug, MerchantMode::Live).await
    }

    async fn merchant_of(&self, slug: &str, mode: MerchantMode) -> House {
        let input = MerchantCreate {
            name: slug.to_owned(),
            slug: slug.to_owned(),
            admin_email: format!("first@{slug}.example"),
            mode: Some(mode),
            time_zone: None,
        };
        let created = merchant::create(self.kyc(), &Actor::platform(), input, None).await.unwrap().answer;
        let admin = created.admin_api_key.unwrap();
        let actor = self.app.auth().bearer(&admin).await.unwrap();
        let mut keys = vec![admin];
        for role in [Role::Reviewer, Role::Agent, Role::Viewer] {
            let input = ApiKeyCreate { name: role.to_string(), role };
            let key = api_key::create(self.kyc(), &actor, input, None).await.unwrap();
            keys.push(key.answer.secret.unwrap());
        }
        let keys = keys.try_into().unwrap();
        let house =
            House { id: created.merchant.id, slug: slug.to_owned(), app: self.app.clone(), actor, keys };
        // Below ADMIN, an attempt has at least the merchant's journey: a short one leaves the choice to the test.
        house.admin().done("merchantUpdate", "__typename", json!({ "journey": ["PAN"] })).await;
        house
    }

    /// How many rows each table has.
    pub(crate) async fn rows(&self) -> BTreeMap<&'static str, i64> {
        let db = self.kyc().db.reader();
        let mut rows = BTreeMap::new();
        for table in TABLES {
            let count = Statement::from_string(
                db.get_database_backend(),
                format!("SELECT count(*) AS rows FROM {table}"),
            );
            let row = db.query_one_raw(count).await.unwrap().unwrap();
            rows.insert(table, row.try_get::<i64>("", "rows").unwrap());
        }
        rows
    }

    /// Ends the test: the whole database has to be in order.
    ///
    /// # Panics
    ///
    /// When it is not.
    pub(crate) async fn close(self) {
        super::verify::assert_clean(&self.kyc().db).await;
        self.close_broken().await;
    }

    /// Ends a test that has broken the database on purpose.
    pub(crate) async fn close_broken(mut self) {
        self.closed = true;
        self.app.clone().close().await;
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        assert!(self.closed || std::thread::panicking(), "the test did not end with `close`");
    }
}

/// Another process on the database of a [`TestApp`].
pub(crate) struct Twin {
    app: App,
}

impl Twin {
    /// On a port of the loopback.
    pub(crate) async fn serve(&self) -> Served {
        Served::of(&self.app).await
    }

    pub(crate) fn anonymous(&self) -> Client {
        Client::of(&self.app)
    }

    /// Ends it; its database may be gone.
    pub(crate) async fn close(self) {
        self.app.close().await;
    }

    pub(crate) fn kyc(&self) -> &kyc_stack::kyc::Kyc {
        self.app.kyc()
    }
}

async fn server(
    url: &str,
    pictures: &Path,
    clock: &Clock,
    seed: u64,
    limits: Limits,
    settle: impl FnOnce(&mut Config),
) -> App {
    let mut config = Config { platform_key: Some(Secret::new(PLATFORM_KEY)), ..Config::default() };
    config.images = Images::Folder(pictures.to_owned());
    config.setu.callback_authorization = Some(Secret::new("Basic agreed-upon"));
    config.setu.callback_secret = Some(Secret::new(CALLBACK_SECRET));
    settle(&mut config);
    let db = Db::open(url, 8).await.unwrap();
    App::with_limits(&config, db, clock.clone(), Entropy::seeded(seed), limits).unwrap()
}

/// A merchant's back office.
pub(crate) struct House {
    pub(crate) id: MerchantId,
    slug: String,
    app: App,
    actor: Actor,
    keys: [String; 4],
}

impl House {
    /// The ADMIN's key, for use cases.
    pub(crate) fn actor(&self) -> &Actor {
        &self.actor
    }

    pub(crate) fn admin(&self) -> Client {
        self.key(Role::Admin)
    }

    pub(crate) fn reviewer(&self) -> Client {
        self.key(Role::Reviewer)
    }

    pub(crate) fn agent(&self) -> Client {
        self.key(Role::Agent)
    }

    pub(crate) fn viewer(&self) -> Client {
        self.key(Role::Viewer)
    }

    /// The secret of the API key of a role.
    pub(crate) fn secret(&self, role: Role) -> &str {
        let place =
            [Role::Admin, Role::Reviewer, Role::Agent, Role::Viewer].iter().position(|of| *of == role);
        &self.keys[place.unwrap()]
    }

    fn key(&self, role: Role) -> Client {
        Client::of(&self.app).bearer(self.secret(role))
    }

    /// A person of the team, signed in to a page of ours.
    pub(crate) async fn member(&self, role: Role) -> Client {
        let email = format!("{}@{}.example", role.to_string().to_lowercase(), self.slug);
        let input = MemberCreate { email: email.clone(), name: "Meera".to_owned(), role };
        let invited = member::create(self.app.kyc(), &self.actor, input, None).await.unwrap().answer;
        let token = invited.password_url.unwrap().split_once("/password#").unwrap().1.to_owned();
        let page = Client::of(&self.app).with("sec-fetch-site", "same-origin");
        let set = page.post("/password", json!({ "token": token, "password": PASSWORD })).await;
        assert_eq!(set.status, StatusCode::NO_CONTENT);
        let sign_in = json!({ "merchant": self.slug, "email": email, "password": PASSWORD });
        let signed_in = page.post("/session", sign_in).await;
        assert_eq!(signed_in.status, StatusCode::OK);
        let cookie = signed_in.headers[header::SET_COOKIE].to_str().unwrap();
        page.with("cookie", cookie.split(';').next().unwrap())
    }
}

/// Somebody who sends requests.
#[derive(Clone)]
pub(crate) struct Client {
    router: Router,
    headers: HeaderMap,
    /// Where it sends documents.
    endpoint: &'static str,
}

impl Client {
    fn of(app: &App) -> Self {
        let client = Self { router: app.router(), headers: HeaderMap::new(), endpoint: "/graphql" };
        client.with("content-type", "application/json")
    }

    /// The same, sending its documents elsewhere.
    pub(crate) fn at(self, endpoint: &'static str) -> Self {
        Self { endpoint, ..self }
    }

    pub(crate) fn bearer(self, secret: &str) -> Self {
        self.with("authorization", &format!("Bearer {secret}"))
    }

    /// The same with another header.
    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), value.parse().unwrap());
        self
    }

    /// What it sends as this header.
    pub(crate) fn header(&self, name: &str) -> Option<String> {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned())
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.remove(name);
        self
    }

    pub(crate) async fn graphql(&self, document: &str, variables: Value) -> Answer {
        self.post(self.endpoint, json!({ "query": document, "variables": variables })).await
    }

    /// The first thing that a subscription tells; for all else as [`Client::graphql`]. The stream ends with it.
    pub(crate) async fn told(&self, document: &str, variables: Value) -> Answer {
        if !document.trim_start().starts_with("subscription") {
            return self.graphql(document, variables).await;
        }
        let (parts, body) = self.follow(document, variables).await.into_parts();
        let mut text = String::new();
        if parts.headers[header::CONTENT_TYPE] == "text/event-stream; charset=utf-8" {
            let mut body = body.into_data_stream();
            let told = loop {
                let found = text
                    .split("\n\n")
                    .find_map(|entry| entry.split_once("\ndata: "))
                    .filter(|_| text.ends_with("\n\n"));
                if let Some((_, data)) = found {
                    break data.to_owned();
                }
                text.push_str(
                    std::str::from_utf8(&body.next().await.expect("the stream goes on").unwrap()).unwrap(),
                );
            };
            text = told;
        } else {
            text = String::from_utf8(to_bytes(body, MAX_ANSWER).await.unwrap().into()).unwrap();
        }
        Answer::read(parts.status, parts.headers, text)
    }

    /// The answer to a subscription, which goes on for as long as it is held.
    pub(crate) async fn follow(&self, document: &str, variables: Value) -> Response<Body> {
        let body = Body::from(json!({ "query": document, "variables": variables }).to_string());
        let mut request = Request::post(self.endpoint).body(body).unwrap();
        *request.headers_mut() = self.clone().with("accept", "text/event-stream").headers;
        self.router.clone().oneshot(request).await.unwrap()
    }

    /// Runs one mutation, of whose payload `fields` and the user errors are asked for.
    pub(crate) async fn mutate(&self, name: &str, fields: &str, input: Value) -> Answer {
        self.graphql(&super::graph::mutation(name, fields), json!({ "input": input })).await
    }

    /// The payload of a mutation that nothing refuses.
    pub(crate) async fn done(&self, name: &str, fields: &str, input: Value) -> Value {
        let answer = self.mutate(name, fields, input).await;
        assert_eq!(answer.user_errors(name), [], "{name}: {}", answer.text);
        answer.data(name).clone()
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.post_text(path, body.to_string()).await
    }

    pub(crate) async fn post_text(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(Method::POST, path, body.into()).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Body::empty()).await
    }

    /// What is no text: status, headers, and the body.
    pub(crate) async fn bytes(&self, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let mut request = Request::get(path).body(Body::empty()).unwrap();
        *request.headers_mut() = self.headers.clone();
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        (parts.status, parts.headers, to_bytes(body, MAX_ANSWER).await.unwrap().into())
    }

    pub(crate) async fn send(&self, method: Method, path: &str, body: Body) -> Answer {
        let mut request = Request::builder().method(method).uri(path).body(body).unwrap();
        *request.headers_mut() = self.headers.clone();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, MAX_ANSWER).await.unwrap();
        Answer::read(parts.status, parts.headers, String::from_utf8_lossy(&body).into_owned())
    }
}

#[tokio::test]
#[should_panic(expected = "the test did not end with `close`")]
async fn a_test_that_forgets_to_close_fails() {
    TestApp::open().await;
}
