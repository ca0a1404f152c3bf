//! Whether the process is alive, whether it can serve, and what it counts.

use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::{kyc::Kyc, telemetry};

/// `GET /healthz`: the process answers.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// `GET /readyz`: the database answers and is migrated.
pub async fn ready(State(kyc): State<Kyc>) -> Response {
    let (status, text) = match migration::run::pending(kyc.db.library()).await {
        Ok(false) => (StatusCode::OK, "ready\n"),
        Ok(true) => (StatusCode::SERVICE_UNAVAILABLE, "migrations are pending: run `kyc-stack migrate up`\n"),
        Err(error) => {
            tracing::warn!(%error, "the database does not answer");
            (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
        }
    };
    (status, text).into_response()
}

/// `GET /metrics`, for Prometheus.
pub async fn metrics() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], telemetry::metrics().render())
        .into_response()
}
