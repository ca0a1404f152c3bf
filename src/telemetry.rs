//! What the server tells its operator: log lines, a request id, and metrics.
//!
//! None of them may hold a personal value. A request is known by its route as it is registered (`/logos/{merchant}`), never by
//! its path or query, and no header is looked at.

use std::{
    hash::{BuildHasher, RandomState},
    io::IsTerminal,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use axum::{
    extract::{MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode},
    middleware::Next,
    response::Response,
};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tracing::Instrument;
use tracing_subscriber::{EnvFilter, fmt, layer::SubscriberExt, util::SubscriberInitExt};

use crate::config::LogFormat;

/// Requests answered, by `method`, `route` and `status`.
pub const REQUESTS: &str = "http_requests_total";
/// Seconds from a request's arrival to the head of its answer, by `method` and `route`. A stream's body is not in it.
pub const REQUEST_SECONDS: &str = "http_request_duration_seconds";

/// The target of the request lines, for filters: `info,kyc_stack::request=warn` keeps only requests that failed.
const REQUEST_TARGET: &str = "kyc_stack::request";
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// The route of a request that no route matched.
const NO_ROUTE: &str = "none";
/// Upper bounds in seconds: a cached read at one end, a slow report's first byte at the other.
const SECONDS: [f64; 11] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 2.5, 10.0];
/// Each of so many requests folds the histograms' samples into their buckets. Without it they pile up until somebody asks for
/// `/metrics`, which may be never.
const UPKEEP_EVERY: u64 = 1024;

/// Starts logging to stderr, once in a process: `filter` in the words of `tracing`, as [`Config`](crate::config::Config)
/// has checked it.
///
/// # Errors
/// When the filter is not understood, or logging has been started before.
pub fn init(format: LogFormat, filter: &str) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    // What was applied, our own lines say; the library's say at every start that nothing was. A filter that names it has it back.
    let filter = EnvFilter::try_new(format!("sea_orm_migration=warn,{filter}"))?;
    let registry = tracing_subscriber::registry().with(filter);
    let lines = fmt::layer().with_writer(std::io::stderr);
    match format {
        LogFormat::Text => {
            registry.with(lines.compact().with_ansi(std::io::stderr().is_terminal())).try_init()?;
        }
        LogFormat::Json => {
            registry.with(lines.json().flatten_event(true).with_span_list(false)).try_init()?
        }
    }
    Ok(())
}

/// The metrics of this process. The first call installs the recorder; every later one returns the same handle, so that many
/// apps can live in one test process.
pub fn metrics() -> PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(install).clone()
}

fn install() -> PrometheusHandle {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &SECONDS)
        .expect("the list of buckets is not empty")
        .build_recorder();
    let handle = recorder.handle();
    if metrics::set_global_recorder(recorder).is_err() {
        tracing::warn!("another recorder of metrics is installed: /metrics stays empty");
        return handle;
    }
    metrics::describe_counter!(REQUESTS, "Requests answered.");
    metrics::describe_histogram!(
        REQUEST_SECONDS,
        metrics::Unit::Seconds,
        "Time from a request's arrival to the head of its answer."
    );
    handle
}

/// The name of one request: in the log, in the answer's `x-request-id`, in the reference of a masked error. Handlers take it
/// out of the request's extensions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Random for the process and counted within it. A client's own id is not taken over: it could carry anything into the log.
    fn next() -> (u64, Self) {
        static PROCESS: OnceLock<u64> = OnceLock::new();
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let process = PROCESS.get_or_init(|| RandomState::new().hash_one(std::process::id()));
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        (count, Self(format!("{process:016x}-{count:x}").into()))
    }
}

/// Gives a request its [`RequestId`] and its span, and logs and measures its answer.
///
/// It goes on the finished router with [`Router::layer`](axum::Router::layer): the route is known there.
pub async fn observe(mut request: Request, next: Next) -> Response {
    let start = Instant::now();
    let (count, id) = RequestId::next();
    let method = method(request.method());
    let route = request.extensions().get::<MatchedPath>().cloned();
    let route = route.as_ref().map_or(NO_ROUTE, MatchedPath::as_str);
    request.extensions_mut().insert(id.clone());

    let span = tracing::info_span!(target: REQUEST_TARGET, "request", id = id.as_str(), method, route);
    let mut response = next.run(request).instrument(span.clone()).await;

    let elapsed = start.elapsed();
    span.in_scope(|| log(route, response.status(), elapsed));
    measure(method, route, response.status(), elapsed);
    if count % UPKEEP_EVERY == UPKEEP_EVERY - 1 {
        self::metrics().run_upkeep();
    }
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

fn log(route: &str, status: StatusCode, elapsed: Duration) {
    let (status, milliseconds) = (status.as_u16(), elapsed.as_secs_f64() * 1000.0);
    match (status, route) {
        (500.., _) => tracing::error!(target: REQUEST_TARGET, status, milliseconds, "failed"),
        // Asked for every few seconds by whoever watches the server.
        (..400, "/healthz" | "/readyz" | "/metrics") => {
            tracing::debug!(target: REQUEST_TARGET, status, milliseconds, "answered");
        }
        _ => tracing::info!(target: REQUEST_TARGET, status, milliseconds, "answered"),
    }
}

fn measure(method: &'static str, route: &str, status: StatusCode, elapsed: Duration) {
    let route = Arc::<str>::from(route);
    let status = Arc::<str>::from(status.as_str());
    metrics::counter!(REQUESTS, "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!(REQUEST_SECONDS, "method" => method, "route" => route).record(elapsed);
}

/// A method's name out of a closed list: clients may invent methods, and every new label is a new time series.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        Method::PATCH => "PATCH",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use axum::{Router, body::Body, middleware, routing::get};
    use tower::ServiceExt;
    use tracing::instrument::WithSubscriber;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    impl Lines {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().unwrap().clone()).unwrap()
        }
    }

    fn app() -> Router {
        Router::new()
            .route("/people/{name}", get(|| async { "here" }))
            .route("/broken", get(|| async { StatusCode::INTERNAL_SERVER_ERROR }))
            .route("/healthz", get(|| async { "alive" }))
            .layer(middleware::from_fn(observe))
    }

    /// The answer to one request, and what was logged meanwhile.
    async fn ask(uri: &str) -> (Response, String) {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::registry()
            .with(EnvFilter::new("info"))
            .with(fmt::layer().json().flatten_event(true).with_writer(move || writer.clone()));
        let request =
            Request::get(uri).header("authorization", "Bearer topsecret").body(Body::empty()).unwrap();
        let response = app().oneshot(request).with_subscriber(subscriber).await.unwrap();
        (response, lines.text())
    }

    #[tokio::test]
    async fn a_request_is_logged_by_its_route_without_what_is_in_it() {
        let (response, log) = ask("/people/asha?token=topsecret").await;
        let id = response.headers()[REQUEST_ID].to_str().unwrap().to_owned();
        for part in ["\"route\":\"/people/{name}\"", "\"method\":\"GET\"", "\"status\":200", &id] {
            assert!(log.contains(part), "{part} is missing: {log}");
        }
        assert!(!log.contains("asha") && !log.contains("topsecret"), "{log}");
    }

    #[tokio::test]
    async fn two_requests_have_two_ids() {
        let (first, second) = (ask("/broken").await.0, ask("/broken").await.0);
        assert_ne!(first.headers()[REQUEST_ID], second.headers()[REQUEST_ID]);
    }

    #[tokio::test]
    async fn our_own_failures_are_errors_and_probes_are_silent() {
        assert!(ask("/broken").await.1.contains("\"level\":\"ERROR\""));
        assert_eq!(ask("/healthz").await.1, "");
    }

    #[tokio::test]
    async fn metrics_count_by_route_and_survive_a_second_app() {
        metrics();
        let _ = ask("/people/ravi?token=topsecret").await;
        let text = metrics().render();
        let count = "http_requests_total{method=\"GET\",route=\"/people/{name}\",status=\"200\"}";
        let bucket =
            "http_request_duration_seconds_bucket{method=\"GET\",route=\"/people/{name}\",le=\"10\"}";
        assert!(text.contains(count) && text.contains(bucket), "{text}");
        assert!(!text.contains("ravi") && !text.contains("topsecret"), "{text}");
    }

    #[test]
    fn an_invented_method_is_no_new_label() {
        assert_eq!(method(&Method::from_bytes(b"BREW").unwrap()), "OTHER");
    }
}
