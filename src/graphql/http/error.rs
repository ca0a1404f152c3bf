//! What keeps a request from running, and its HTTP status.

use std::borrow::Cow;

use axum::{
    body::Body,
    http::{HeaderName, HeaderValue, Response, StatusCode, header},
};

use super::{accept::Media, render};
use crate::graphql::{
    answer::{Answer, GraphError},
    guard::Refusal,
};

/// Why nothing ran.
#[derive(Clone, Debug)]
pub enum HttpError {
    /// It is no GraphQL request, or not one for this method: the status says so whatever the client accepts.
    Http {
        /// 4xx.
        status: StatusCode,
        /// What the body says.
        error: Box<GraphError>,
        /// What the client may send instead: `Allow`, `Accept-Post`.
        header: Option<(HeaderName, HeaderValue)>,
    },
    /// It is a GraphQL request that cannot run; [`render`] chooses the status.
    Request(Box<GraphError>),
}

impl HttpError {
    pub(super) fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::plain(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message, None)
    }

    pub(super) fn too_large(status: StatusCode, message: String) -> Self {
        Self::plain(status, "QUERY_TOO_LARGE", message, None)
    }

    pub(super) fn method_not_allowed(message: &'static str, allow: &'static str) -> Self {
        let header = (header::ALLOW, HeaderValue::from_static(allow));
        Self::plain(StatusCode::METHOD_NOT_ALLOWED, "BAD_USER_INPUT", message, Some(header))
    }

    pub(super) fn unsupported_media_type() -> Self {
        let message = "Send `Content-Type: application/json`, in UTF-8 and not compressed.";
        let header = (HeaderName::from_static("accept-post"), HeaderValue::from_static("application/json"));
        Self::plain(StatusCode::UNSUPPORTED_MEDIA_TYPE, "BAD_USER_INPUT", message, Some(header))
    }

    pub(super) fn not_acceptable() -> Self {
        let message = "Accept `application/graphql-response+json` or `application/json`.";
        Self::plain(StatusCode::NOT_ACCEPTABLE, "BAD_USER_INPUT", message, None)
    }

    /// No place for another connection just now.
    pub(in crate::graphql) fn full(status: StatusCode, message: &'static str, seconds: u64) -> Self {
        let header = (header::RETRY_AFTER, seconds.into());
        Self::plain(status, "RATE_LIMITED", message, Some(header))
    }

    /// A page of another site.
    pub(in crate::graphql) fn foreign_origin() -> Self {
        let message =
            "Pages of this origin may not connect. The operator names those that may in `allowed_origins`.";
        Self::plain(StatusCode::FORBIDDEN, "FORBIDDEN", message, None)
    }

    /// It asks for another protocol, and not as that wants to be asked for.
    pub(in crate::graphql) fn bad_upgrade() -> Self {
        let header = (header::SEC_WEBSOCKET_VERSION, HeaderValue::from_static("13"));
        let message = "To open a WebSocket, send `Connection: Upgrade`, `Upgrade: websocket`, `Sec-WebSocket-Version: 13` and \
                       `Sec-WebSocket-Key`.";
        Self::plain(StatusCode::BAD_REQUEST, "BAD_USER_INPUT", message, Some(header))
    }

    fn plain(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
        header: Option<(HeaderName, HeaderValue)>,
    ) -> Self {
        Self::Http { status, error: Box::new(GraphError::new(code, message)), header }
    }

    /// The answer, in GraphQL's shape.
    pub fn render(self, media: Media) -> Response<Body> {
        match self {
            Self::Request(error) => render(Answer::refused(*error), media),
            Self::Http { status, error, header } => {
                let mut response = render(Answer::refused(*error), media);
                *response.status_mut() = status;
                response.headers_mut().extend(header);
                response
            }
        }
    }
}

impl From<Refusal> for HttpError {
    fn from(refusal: Refusal) -> Self {
        GraphError::from(refusal).into()
    }
}

impl From<GraphError> for HttpError {
    fn from(error: GraphError) -> Self {
        Self::Request(Box::new(error))
    }
}
