//! A server's inside without its socket: use cases, sign-in, and the session routes, on a clock that the test moves.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode, header},
};
use chrono::TimeDelta;
use entity::{MerchantMode, Scope, event, id::MerchantId, merchant};
use kyc_stack::{
    auth::{Actor, Auth, Known},
    clock::Clock,
    db::Db,
    entropy::Entropy,
    events::log,
    kyc::{
        Kyc,
        merchant::{MerchantCreate, MerchantCreated},
        screening::Screening,
    },
    rest::{RestState, session},
};
use serde_json::Value;
use tower::ServiceExt;

use super::database::{Backend, Database};

pub(crate) const PLATFORM_KEY: &str = "platform-key-of-the-tests-0123456789";
pub(crate) const ORIGIN: &str = "http://localhost:8080";

pub(crate) struct Server {
    pub(crate) kyc: Kyc,
    pub(crate) auth: Auth,
    pub(crate) routes: Router,
    /// The same database as another process would see it: with nobody recognised yet.
    pub(crate) elsewhere: Auth,
    _database: Database,
}

impl Server {
    pub(crate) async fn open() -> Self {
        let database = Database::fresh(Backend::under_test()).await;
        let db = Db::open(&database.url, 4).await.unwrap();
        let clock = Clock::manual("2026-11-22T10:00:00Z".parse().unwrap());
        let entropy = Entropy::seeded(7);
        let known = Known::default();
        let auth =
            |known| Auth::new(db.clone(), clock.clone(), entropy.clone(), known, Some(PLATFORM_KEY), false);
        let (auth, elsewhere) = (auth(known.clone()), auth(Known::default()));
        let kyc = Kyc {
            db,
            clock,
            entropy,
            known,
            wake: Arc::new(|_| {}),
            public_url: ORIGIN.into(),
            shelf: Arc::default(),
            screening: Screening::default(),
            performing: kyc_stack::kyc::check::Performing::default(),
        };
        let state = RestState {
            auth: auth.clone(),
            kyc: kyc.clone(),
            origin: ORIGIN.into(),
            client_ip_header: None,
            journey: Arc::new(|_| Box::pin(async { unreachable!("no route of these reads a journey") })),
        };
        let routes = session::router::<RestState>().with_state(state);
        Self { kyc, auth, routes, elsewhere, _database: database }
    }

    pub(crate) async fn merchant(&self, slug: &str) -> MerchantCreated {
        let input = MerchantCreate {
            name: "Acme".to_owned(),
            slug: slug.to_owned(),
            admin_email: "asha@example.com".to_owned(),
            mode: Some(MerchantMode::Sandbox),
            time_zone: None,
        };
        kyc_stack::kyc::merchant::create(&self.kyc, &Actor::platform(), input, None).await.unwrap().answer
    }

    /// A merchant, and its first key's actor.
    pub(crate) async fn admin(&self) -> (MerchantId, Actor) {
        let created = self.merchant("acme").await;
        let actor = self.auth.bearer(&created.admin_api_key.unwrap()).await.unwrap();
        (created.merchant.id, actor)
    }

    pub(crate) async fn events(&self, merchant: MerchantId) -> Vec<event::Model> {
        log::read_after(self.kyc.db.reader(), Scope::of(merchant), 0, 1_000).await.unwrap()
    }

    pub(crate) async fn slugs(&self) -> Vec<String> {
        let rows = merchant::Entity::every().all(self.kyc.db.reader()).await.unwrap();
        rows.into_iter().map(|row| row.slug).collect()
    }

    pub(crate) fn pass(&self, time: TimeDelta) {
        self.kyc.clock.advance(time);
    }

    /// Sends JSON as a page of ours would.
    pub(crate) async fn send(
        &self,
        method: &str,
        path: &str,
        cookie: Option<&str>,
        body: &Value,
    ) -> Response<Body> {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::CONTENT_TYPE, "application/json")
            .header("sec-fetch-site", "same-origin");
        if let Some(cookie) = cookie {
            request = request.header(header::COOKIE, cookie);
        }
        self.request(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub(crate) async fn request(&self, request: Request<Body>) -> Response<Body> {
        self.routes.clone().oneshot(request).await.unwrap()
    }
}

/// The status and the body of an answer.
pub(crate) async fn read(response: Response<Body>) -> (StatusCode, Value) {
    let status = response.status();
    let body = to_bytes(response.into_body(), 1 << 16).await.unwrap();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    (status, body)
}

/// `name=token` of the cookie that an answer sets.
pub(crate) fn cookie_of(response: &Response<Body>) -> String {
    let set = response.headers()[header::SET_COOKIE].to_str().unwrap();
    set.split(';').next().unwrap().to_owned()
}

/// The token in a one-time link.
pub(crate) fn token_of(url: Option<String>) -> String {
    url.unwrap().split_once("/password#").unwrap().1.to_owned()
}
