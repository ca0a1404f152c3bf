//! The server: what its parts are, which routes it has, how it starts and how it stops.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{FromRef, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{catch_panic::CatchPanicLayer, timeout::RequestBodyTimeoutLayer};

use crate::{
    auth::{Auth, Known, csrf},
    clock::Clock,
    config::Config,
    db::Db,
    entropy::Entropy,
    error::Error,
    graphql::{self, Api, Operation, guard},
    kyc::Kyc,
    pages,
    rest::{self, RestState},
    serve::{self, Limits},
    telemetry, workers,
};

/// A client that stops sending a body is not waited for.
const BODY_TIMEOUT: Duration = Duration::from_secs(20);

/// One server. Clones are one.
#[derive(Clone)]
pub struct App {
    kyc: Kyc,
    auth: Auth,
    api: Api,
    guard: Arc<guard::Guard>,
    rest: RestState,
    introspection: bool,
    graphiql: bool,
    metrics: bool,
}

impl FromRef<App> for RestState {
    fn from_ref(app: &App) -> Self {
        app.rest.clone()
    }
}

impl FromRef<App> for Kyc {
    fn from_ref(app: &App) -> Self {
        app.kyc.clone()
    }
}

impl App {
    /// Puts the parts together over a database that is migrated.
    pub fn new(config: &Config, db: Db, clock: Clock, entropy: Entropy) -> Self {
        let origin = config.public_url();
        let public_url: Arc<str> = origin.as_str().into();
        let known = Known::default();
        let auth = Auth::new(
            db.clone(),
            clock.clone(),
            entropy.clone(),
            known.clone(),
            config.platform_key.as_ref().map(|key| key.expose()),
            origin.is_https(),
        );
        let kyc =
            Kyc { db, clock, entropy, known, wake: Arc::new(|_| {}), public_url: Arc::clone(&public_url) };
        let rest = RestState {
            auth: auth.clone(),
            kyc: kyc.clone(),
            origin: public_url,
            client_ip_header: config.client_ip_header.clone(),
        };
        Self {
            kyc,
            auth,
            api: Api::new(),
            guard: Arc::new(guard::Guard::new(guard::Limits::default())),
            rest,
            introspection: config.introspection,
            graphiql: config.graphiql,
            metrics: config.metrics,
        }
    }

    /// The use cases.
    pub fn kyc(&self) -> &Kyc {
        &self.kyc
    }

    /// Who is asking.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// Every route.
    pub fn router(&self) -> Router {
        let mut routes = Router::new()
            .route("/graphql", get(graphql).post(graphql))
            .route(
                "/reports/kyc.csv",
                get(rest::report::kyc_csv).layer(middleware::from_fn_with_state(self.clone(), recognise)),
            )
            .route("/schema.graphql", get(schema))
            .route("/healthz", get(rest::health::alive))
            .route("/readyz", get(rest::health::ready))
            .merge(rest::session::router::<Self>());
        if self.metrics {
            // Begins to count: what comes before the first look counts as well.
            telemetry::metrics();
            routes = routes.route("/metrics", get(rest::health::metrics));
        }
        routes
            .with_state(self.clone())
            .merge(pages::router(self.graphiql))
            .fallback(rest::not_found)
            .layer(RequestBodyTimeoutLayer::new(BODY_TIMEOUT))
            .layer(CatchPanicLayer::custom(|_| Error::internal("a request panicked").into_response()))
            .layer(middleware::from_fn(telemetry::observe))
    }

    /// Serves until `stop` is cancelled, then lets what has begun come to its end.
    pub async fn serve(&self, listener: TcpListener, stop: CancellationToken) {
        workers::start(&self.kyc, &self.auth, &stop);
        serve::serve(listener, self.router(), Limits::default(), stop).await;
    }

    /// Waits for transactions that have begun, and closes the database.
    pub async fn close(self) {
        if let Err(error) = self.auth.touch_due().await {
            tracing::warn!(%error, "not all `lastUsedAt` were written");
        }
        if let Err(error) = self.kyc.db.clone().close().await {
            tracing::warn!(%error, "the database did not close");
        }
    }
}

/// `GET` and `POST /graphql`.
async fn graphql(State(app): State<App>, request: Request) -> Response {
    let headers = request.headers().clone();
    let refused = csrf::check(request.method(), &headers, &app.rest.origin).is_err();
    graphql::http::respond(&app.guard, app.introspection, request, async |call, document| {
        let actor = match app.auth.credential(&headers) {
            Ok(Some(credential)) if credential.is_cookie() && refused => {
                return graphql::answer::Answer::refused(graphql::error::foreign_page());
            }
            Ok(Some(credential)) => app.auth.actor(&credential).await,
            Ok(None) => Err(Error::Unauthenticated),
            Err(error) => Err(error),
        };
        let actor = match actor {
            Ok(actor) => actor,
            Err(error) => return graphql::answer::Answer::refused(graphql::error::public(&error)),
        };
        let operation = Operation {
            document: &document,
            name: call.operation_name.as_deref(),
            variables: call.variables,
            idempotency_key: idempotency_key(&headers),
        };
        app.api.execute(&app.kyc, &actor, operation).await
    })
    .await
}

/// The `Idempotency-Key` header; one that is no text is as malformed as an empty one.
fn idempotency_key(headers: &HeaderMap) -> Option<&str> {
    headers.get("idempotency-key").map(|value| value.to_str().unwrap_or_default())
}

/// Hands the actor on to a route. Nobody is refused here: the route says what it takes.
async fn recognise(State(app): State<App>, mut request: Request, next: Next) -> Response {
    match app.auth.actor_of(request.headers()).await {
        Ok(Some(actor)) => {
            request.extensions_mut().insert(actor);
        }
        Ok(None) => {}
        Err(error) => return error.into_response(),
    }
    next.run(request).await
}

/// The schema definition.
async fn schema(State(app): State<App>) -> Response {
    (StatusCode::OK, [(header::CONTENT_TYPE, "application/graphql; charset=utf-8")], app.api.sdl())
        .into_response()
}
