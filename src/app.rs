//! The server: what its parts are, which routes it has, how it starts and how it stops.

pub mod journey;
pub mod providers;

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{FromRef, Request, State},
    http::{StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::get,
};
use entity::Scope;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;
use tower_http::{
    catch_panic::CatchPanicLayer,
    timeout::{RequestBodyDeadlineLayer, RequestBodyTimeoutLayer},
};

use self::providers::ProvidersError;
use crate::{
    auth::{Auth, Credential, Known, csrf},
    checks::sanctions::shelf::Shelf,
    clock::Clock,
    config::Config,
    db::Db,
    entropy::Entropy,
    error::Error,
    events::{self, Feed},
    graphql::{
        self, Api, Operation,
        answer::Answer,
        guard,
        http::Accept,
        live::{self, Door, Live},
    },
    kyc::{Kyc, screening::Screening},
    pages,
    rest::{self, RestState},
    serve::{self, Limits},
    telemetry, workers,
};

/// How long a request's body may take to come.
#[derive(Clone, Copy, Debug)]
pub struct BodyTimes {
    /// Between two pieces: a client that stops sending is not waited for.
    pub idle: Duration,
    /// All of it, or a client that sends a byte now and then keeps its place for hours. Pictures have a time of their own.
    pub whole: Duration,
}

impl Default for BodyTimes {
    fn default() -> Self {
        Self { idle: Duration::from_secs(20), whole: Duration::from_secs(60) }
    }
}

/// Places for connections that ask and are answered, however many sockets are open.
const OTHER_CONNECTIONS: usize = 5_000;

/// One server. Clones are one.
#[derive(Clone)]
pub struct App {
    kyc: Kyc,
    auth: Auth,
    live: Live,
    rest: RestState,
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
    ///
    /// # Errors
    /// When the settings of providers, or of where pictures are kept, do not go together.
    pub fn new(config: &Config, db: Db, clock: Clock, entropy: Entropy) -> Result<Self, ProvidersError> {
        let limits = live::Limits::default().of_connections(config.max_sockets, config.max_sockets_per_actor);
        Self::with_limits(config, db, clock, entropy, limits)
    }

    /// As [`App::new`], with other limits of live connections than the settings': tests do not wait for minutes.
    ///
    /// # Errors
    /// As [`App::new`].
    pub fn with_limits(
        config: &Config,
        db: Db,
        clock: Clock,
        entropy: Entropy,
        limits: live::Limits,
    ) -> Result<Self, ProvidersError> {
        let performing = providers::performing(config, &entropy)?;
        if config.metrics {
            // Before anything counts: a counter that finds no recorder counts for nobody, for good.
            telemetry::metrics();
            events::feed::metrics::begin();
            live::metrics::begin();
        }
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
        let feed = Feed::new(db.clone(), clock.clone(), entropy.token());
        let wake: Arc<dyn Fn(Scope) + Send + Sync> = {
            let feed = feed.clone();
            Arc::new(move |scope| feed.wake(scope))
        };
        let required: Vec<_> = config.required_lists.iter().map(ToString::to_string).collect();
        let shelf = Arc::new(Shelf::new(&required));
        let kyc = Kyc {
            db,
            clock,
            entropy,
            known,
            wake,
            public_url: Arc::clone(&public_url),
            shelf,
            screening: config.screening_threshold.map(Screening::new).unwrap_or_default(),
            performing,
        };
        let live = Live::new(live::Parts {
            api: Api::new(),
            kyc: kyc.clone(),
            auth: auth.clone(),
            feed,
            guard: Arc::new(guard::Guard::new(guard::Limits::default())),
            introspection: config.introspection,
            origins: config.own_origins(),
            limits,
        });
        let rest = RestState {
            auth: auth.clone(),
            kyc: kyc.clone(),
            origin: public_url,
            client_ip_header: config.client_ip_header.clone(),
            journey: journey::reader(live.parts()),
        };
        Ok(Self { kyc, auth, live, rest, graphiql: config.graphiql, metrics: config.metrics })
    }

    /// The use cases.
    pub fn kyc(&self) -> &Kyc {
        &self.kyc
    }

    /// Who is asking.
    pub fn auth(&self) -> &Auth {
        &self.auth
    }

    /// What a request to the API would be recognised by.
    fn credential(&self, request: &Request, door: Door) -> Result<Credential, Error> {
        let headers = request.headers();
        let credential = door.credential(&self.auth, headers)?.ok_or(Error::Unauthenticated)?;
        let foreign = csrf::check(request.method(), headers, &self.rest.origin).is_err();
        if credential.is_cookie() && foreign {
            return Err(Error::NotForThisActor(
                "A signed-in session works on this server's own pages only. From elsewhere, send an API key.",
            ));
        }
        Ok(credential)
    }

    /// Every route.
    pub fn router(&self) -> Router {
        self.router_within(BodyTimes::default())
    }

    /// As [`App::router`], with other times for bodies: tests do not wait for minutes.
    pub fn router_within(&self, times: BodyTimes) -> Router {
        let mut routes = Router::new()
            .route("/graphql", get(graphql).post(graphql))
            .route("/journey/graphql", get(of_journey).post(of_journey))
            .route(
                "/reports/kyc.csv",
                get(rest::report::kyc_csv).layer(middleware::from_fn_with_state(self.clone(), recognise)),
            )
            .route("/schema.graphql", get(schema))
            .route("/healthz", get(rest::health::alive))
            .route("/readyz", get(rest::health::ready))
            .merge(rest::session::router::<Self>())
            .merge(rest::journey::router::<Self>())
            .merge(rest::callback::router::<Self>());
        if self.metrics {
            routes = routes.route("/metrics", get(rest::health::metrics));
        }
        routes
            .layer(RequestBodyDeadlineLayer::new(times.whole))
            // They take megabytes, and wait for them by themselves.
            .merge(rest::journey::pictures::<Self>())
            .merge(rest::picture::router::<Self>())
            .with_state(self.clone())
            .merge(pages::router(self.graphiql))
            .fallback(rest::not_found)
            .layer(RequestBodyTimeoutLayer::new(times.idle))
            .layer(CatchPanicLayer::custom(|_| Error::internal("a request panicked").into_response()))
            .layer(middleware::from_fn(telemetry::observe))
    }

    /// Serves until `stop` is cancelled, then lets what has begun come to its end.
    pub async fn serve(&self, listener: TcpListener, stop: CancellationToken) {
        // Before the first request: nobody is told that no list is there because none was looked for.
        if let Err(error) = self.kyc.shelf.refresh(&self.kyc.db).await {
            tracing::warn!(%error, "the sanctions lists were not loaded; the next try follows");
        }
        workers::start(&self.kyc, &self.auth, &stop);
        self.live.parts().feed.start(&stop);
        let draining = {
            let (live, stop) = (self.live.clone(), stop.clone());
            async move {
                stop.cancelled().await;
                live.drain();
            }
        };
        self.kyc.db.tasks().spawn(draining);
        // Those who ask and answer come beside those who stay.
        let defaults = Limits::default();
        let places = defaults.max_connections.max(self.live.limits().connections + OTHER_CONNECTIONS);
        let limits = Limits { max_connections: places, ..defaults };
        serve::serve(listener, self.router(), limits, stop).await;
    }

    /// Waits for transactions that have begun, and closes the database.
    pub async fn close(self) {
        self.live.drain();
        self.live.parts().feed.close();
        if let Err(error) = self.auth.touch_due().await {
            tracing::warn!(%error, "not all `lastUsedAt` were written");
        }
        if let Err(error) = self.kyc.db.clone().close().await {
            tracing::warn!(%error, "the database did not close");
        }
    }
}

/// `GET` and `POST /graphql`: a WebSocket, an event stream, or one answer.
async fn graphql(State(app): State<App>, request: Request) -> Response {
    serve_graphql(app, request, Door::Team).await
}

/// The same at `/journey/graphql`, for customers.
async fn of_journey(State(app): State<App>, request: Request) -> Response {
    serve_graphql(app, request, Door::Journey).await
}

async fn serve_graphql(app: App, request: Request, door: Door) -> Response {
    let headers = request.headers().clone();
    if graphql::ws::is_asked_for(&headers) {
        return graphql::ws::accept(&app.live, request, door);
    }
    let credential = app.credential(&request, door);
    if Accept::of(&headers).event_stream() {
        return graphql::sse::respond(&app.live, request, credential).await;
    }
    let parts = app.live.parts();
    graphql::http::respond(&parts.guard, parts.introspection, request, async |call, document| {
        let actor = match credential {
            Ok(credential) => app.auth.actor(&credential).await,
            Err(error) => Err(error),
        };
        let actor = match actor {
            Ok(actor) => actor,
            Err(error) => return Answer::refused(graphql::error::public(&error)),
        };
        let operation = Operation {
            document: &document,
            name: call.operation_name.as_deref(),
            variables: call.variables,
            idempotency_key: graphql::http::idempotency_key(&headers),
        };
        parts.api.execute(&app.kyc, &actor, operation).await
    })
    .await
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
    (
        StatusCode::OK,
        [(header::CONTENT_TYPE, "application/graphql; charset=utf-8")],
        app.live.parts().api.sdl(),
    )
        .into_response()
}
