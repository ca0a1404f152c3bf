//! GraphQL over HTTP (<https://graphql.github.io/graphql-over-http/draft/>), in our own hands because the library's
//! handlers run mutations on GET, take any content type, batches of any length and bodies of any size.
//!
//! | case | `application/graphql-response+json` | `application/json` |
//! |---|---|---|
//! | the operation ran, field errors or none | 200 | 200 |
//! | syntax, validation, variables, a limit of the document | 400 | 200 |
//! | not a GraphQL request: JSON, types of members, batches | 400 | 400 |
//! | no valid credentials, not for this actor | 401, 403 | 401, 403 |
//! | too much at once (`Retry-After`) | 429 | 429 |
//! | our own bug before anything ran | 500 | 500 |
//! | mutation over GET, other methods (`Allow`) | 405 | 405 |
//! | accepts neither (answered as `application/json`) | 406 | 406 |
//! | body over the limit, query string over the limit | 413, 414 | 413, 414 |
//! | not `application/json` in UTF-8 | 415 | 415 |
//!
//! 401, 403, 429 and 500 do not bow to `application/json`: they are decided before GraphQL begins, and what stands between
//! us and the client acts on them.

mod accept;
mod call;
mod error;
pub(in crate::graphql) mod json;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_graphql::parser::types::OperationType;
use axum::{
    body::Body,
    extract::Request,
    http::{HeaderValue, Method, Response, StatusCode, header},
};

pub use self::{
    accept::{Accept, Media},
    call::{Call, MAX_REQUEST_BYTES, idempotency_key, parse_get, parse_post, read},
    error::HttpError,
};
use super::{
    answer::{Answer, GraphError},
    guard::{Document, Guard},
};

/// Serves one request that is answered at once: reads it, guards the document, and has it executed. Subscriptions are
/// refused here: where [`Accept::event_stream`] or an upgrade asks for a stream, [`read`] and [`admit`] serve that.
///
/// `execute` gets documents that passed the guard, but were not validated against the schema.
pub async fn respond<E, A>(guard: &Guard, introspection: bool, request: Request, execute: E) -> Response<Body>
where
    E: FnOnce(Call, Arc<Document>) -> A,
    A: Future<Output = Answer>,
{
    let (parts, body) = request.into_parts();
    let Some(media) = Accept::of(&parts.headers).media() else {
        return HttpError::not_acceptable().render(Media::Json);
    };
    let admitted = match read(&parts, body).await {
        Ok(call) => {
            admit(guard, introspection, &call).map(|(document, operation)| (call, document, operation))
        }
        Err(error) => Err(error),
    };
    match admitted {
        Ok((_, _, OperationType::Subscription)) => {
            let message =
                "A subscription needs a stream: send `Accept: text/event-stream`, or use a WebSocket.";
            HttpError::from(GraphError::new("BAD_USER_INPUT", message)).render(media)
        }
        Ok((call, document, _)) => render(execute(call, document).await, media),
        Err(error) => error.render(media),
    }
}

/// Guards the document of a call, and says what kind of operation runs.
///
/// # Errors
/// 405 for a mutation over GET; a request error for what the guard refuses, an operation that is not there, and
/// introspection where that is off.
pub fn admit(
    guard: &Guard,
    introspection: bool,
    call: &Call,
) -> Result<(Arc<Document>, OperationType), HttpError> {
    let document = guard.check(&call.query)?;
    let operation = document.operation(call.operation_name.as_deref())?.node.ty;
    if operation == OperationType::Mutation && call.method == Method::GET {
        return Err(HttpError::method_not_allowed(
            "A GET runs queries only. Send the mutation in a POST.",
            "POST",
        ));
    }
    if document.introspects() && !introspection {
        let message = "Introspection is off here. The schema is at /schema.graphql.";
        return Err(GraphError::new("BAD_USER_INPUT", message).into());
    }
    Ok((document, operation))
}

/// Writes an answer. The table of this module says which status it gets.
pub fn render(answer: Answer, media: Media) -> Response<Body> {
    let first = answer.errors.first().filter(|_| answer.request_error);
    let status = first.map_or(StatusCode::OK, |error| request_error_status(error.code, media));
    let wait = first.filter(|_| status == StatusCode::TOO_MANY_REQUESTS).and_then(|error| error.retry_after);

    let mut response = Response::new(Body::from(answer.into_json()));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media.content_type()));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(seconds) = wait {
        headers.insert(header::RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn request_error_status(code: &str, media: Media) -> StatusCode {
    match (code, media) {
        ("UNAUTHENTICATED", _) => StatusCode::UNAUTHORIZED,
        ("FORBIDDEN", _) => StatusCode::FORBIDDEN,
        ("RATE_LIMITED", _) => StatusCode::TOO_MANY_REQUESTS,
        ("INTERNAL", _) => StatusCode::INTERNAL_SERVER_ERROR,
        // What the client asked is at fault.
        (_, Media::Json) => StatusCode::OK,
        (_, Media::GraphqlResponse) => StatusCode::BAD_REQUEST,
    }
}
