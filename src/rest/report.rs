//! `GET /reports/kyc.csv`.

use axum::{
    Extension,
    body::Body,
    extract::{RawQuery, State},
    http::{Method, StatusCode, Version, header},
    response::{IntoResponse, Response},
};

use super::error::answer;
use crate::{
    auth::Actor,
    error::{Error, Result},
    kyc::{self, Kyc},
    report::{Params, Query},
};

/// The position of the log that a report shows: what a subscription continues from.
pub const CURSOR_HEADER: &str = "kyc-event-cursor";

/// Answers the report: the actor comes from whatever resolved the credentials, and nobody's request is refused.
pub async fn kyc_csv(
    State(kyc): State<Kyc>,
    actor: Option<Extension<Actor>>,
    method: Method,
    version: Version,
    RawQuery(query): RawQuery,
) -> Response {
    // The router answers HEAD by GET, which would leave an event and read a whole report for nobody.
    if method == Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET")]).into_response();
    }
    // There a body without a length ends with its connection: a report that is cut would pass for a whole one.
    if version < Version::HTTP_11 {
        let refusal = answer(
            StatusCode::UPGRADE_REQUIRED,
            "BAD_USER_INPUT",
            "The report is sent over HTTP/1.1 or newer only: over HTTP/1.0 nobody could tell whether it arrived whole. Where a proxy \
             asks, have it speak HTTP/1.1 to this server, as nginx does with `proxy_http_version 1.1;`.",
        );
        return ([(header::UPGRADE, "HTTP/1.1"), (header::CONNECTION, "upgrade")], refusal).into_response();
    }
    let answered = async {
        let Extension(actor) = actor.ok_or(Error::Unauthenticated)?;
        let query = parse(query.as_deref().unwrap_or_default())?;
        kyc::report::export(&kyc, &actor, query).await
    };
    let export = match answered.await {
        Ok(export) => export,
        Err(error) => return error.into_response(),
    };
    let headers = [
        (header::CONTENT_TYPE.as_str(), "text/csv; charset=utf-8; header=present".to_owned()),
        (header::CONTENT_DISPOSITION.as_str(), format!("attachment; filename=\"{}\"", export.file_name)),
        (header::CACHE_CONTROL.as_str(), "no-store".to_owned()),
        (header::X_CONTENT_TYPE_OPTIONS.as_str(), "nosniff".to_owned()),
        (CURSOR_HEADER, export.cursor.to_string()),
    ];
    // Without a length the body is chunked, and an error closes the connection before the last chunk.
    (headers, Body::from_stream(export.rows)).into_response()
}

/// Reads the query string. Unknown parameters are refused: a mistyped `state` must not export everything.
fn parse(query: &str) -> Result<Query> {
    let mut params = Params::default();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        params.set(&name, value.into_owned())?;
    }
    Query::parse(&params)
}
