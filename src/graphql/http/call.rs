//! From an HTTP request to what it asks, without running anything. Nothing of the request is shown in an error.

use async_graphql::{Extensions, Name, Value, Variables, indexmap::IndexMap};
use axum::{
    body::Body,
    http::{HeaderMap, Method, StatusCode, header, request::Parts},
};
use futures_util::StreamExt;

use super::{error::HttpError, json};

/// The most bytes of a body, and of a query string.
pub const MAX_REQUEST_BYTES: usize = 256 * 1024;

/// What one request asks. It has no `Debug`: it holds personal values.
#[derive(Clone)]
pub struct Call {
    /// The text of the document, as yet unchecked.
    pub query: String,
    /// Which operation of the document runs.
    pub operation_name: Option<String>,
    /// The values of its variables.
    pub variables: Variables,
    /// What a client adds for servers that understand it.
    pub extensions: Extensions,
    /// GET or POST. A GET runs queries only.
    pub method: Method,
}

/// Reads a request, its body included.
///
/// # Errors
/// [`HttpError`] when it is not a GraphQL request; the statuses are those of [`parse_get`] and [`parse_post`], 405 for
/// other methods, 413 for a body over [`MAX_REQUEST_BYTES`].
pub async fn read(parts: &Parts, body: Body) -> Result<Call, HttpError> {
    match parts.method {
        Method::GET => parse_get(parts.uri.query().unwrap_or_default()),
        Method::POST => {
            // Before the body is read: a form or a file is not worth reading.
            check_content_type(&parts.headers)?;
            let body = read_body(&parts.headers, body).await?;
            parse_post(&parts.headers, &body)
        }
        _ => Err(HttpError::method_not_allowed("Send GET or POST.", "GET, POST")),
    }
}

/// The `Idempotency-Key` header; one that is no text is as malformed as an empty one.
pub fn idempotency_key(headers: &HeaderMap) -> Option<&str> {
    headers.get("idempotency-key").map(|value| value.to_str().unwrap_or_default())
}

async fn read_body(headers: &HeaderMap, body: Body) -> Result<Vec<u8>, HttpError> {
    let too_large = || {
        let message = format!("The body is larger than {MAX_REQUEST_BYTES} bytes. Send several requests.");
        HttpError::too_large(StatusCode::PAYLOAD_TOO_LARGE, message)
    };
    let announced =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > MAX_REQUEST_BYTES) {
        return Err(too_large());
    }
    let mut bytes = Vec::with_capacity(announced.unwrap_or_default());
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk =
            chunk.map_err(|_| HttpError::bad_request("The body ended before its end. Send it again."))?;
        if bytes.len() + chunk.len() > MAX_REQUEST_BYTES {
            return Err(too_large());
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads the query string of a GET: `query`, `operationName`, and `variables` and `extensions` as JSON. Other parameters
/// are left alone.
///
/// # Errors
/// 400 for what is missing, given twice, or not of its type; 414 over [`MAX_REQUEST_BYTES`].
pub fn parse_get(query_string: &str) -> Result<Call, HttpError> {
    if query_string.len() > MAX_REQUEST_BYTES {
        let message = format!("The query string is larger than {MAX_REQUEST_BYTES} bytes. Send a POST.");
        return Err(HttpError::too_large(StatusCode::URI_TOO_LONG, message));
    }
    let mut members = IndexMap::new();
    for (name, text) in url::form_urlencoded::parse(query_string.as_bytes()) {
        let Some(name) = MEMBERS.into_iter().find(|known| *known == name) else { continue };
        if text.contains(char::REPLACEMENT_CHARACTER) {
            return Err(HttpError::bad_request(format!("The parameter `{name}` is not valid UTF-8.")));
        }
        let value = if matches!(name, "variables" | "extensions") {
            json::read(text.as_bytes()).map_err(|json::Unreadable(why)| {
                HttpError::bad_request(format!(
                    "The parameter `{name}` is not JSON that is taken here: {why}."
                ))
            })?
        } else {
            Value::String(text.into_owned())
        };
        if members.insert(Name::new(name), value).is_some() {
            return Err(HttpError::bad_request(format!("The parameter `{name}` is given twice.")));
        }
    }
    call(members, Method::GET)
}

/// Reads the body of a POST: a JSON object. Members that are not of GraphQL over HTTP are left alone.
///
/// # Errors
/// 415 unless the body is `application/json` in UTF-8, not compressed: a page of another origin can then not send one with
/// a person's cookie without asking us first. 400 for a body that is not such an object, a batch among them.
pub fn parse_post(headers: &HeaderMap, body: &[u8]) -> Result<Call, HttpError> {
    check_content_type(headers)?;
    let value = json::read(body).map_err(|json::Unreadable(why)| {
        HttpError::bad_request(format!("The body is not JSON that is taken here: {why}."))
    })?;
    match value {
        Value::Object(members) => call(members, Method::POST),
        Value::List(_) => {
            Err(HttpError::bad_request("Batches are not taken. Send each operation in its own request."))
        }
        _ => Err(HttpError::bad_request("The body has to be a JSON object with the member `query`.")),
    }
}

fn check_content_type(headers: &HeaderMap) -> Result<(), HttpError> {
    let encoded = headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity");
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    let only = types.next().filter(|_| types.next().is_none()).and_then(|value| value.to_str().ok());
    if encoded || !only.is_some_and(is_utf8_json) {
        return Err(HttpError::unsupported_media_type());
    }
    Ok(())
}

fn is_utf8_json(content_type: &str) -> bool {
    let mut parts = content_type.split(';').map(str::trim);
    parts.next().is_some_and(|media| media.eq_ignore_ascii_case("application/json"))
        && parts.all(|parameter| match parameter.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
            }
            _ => true,
        })
}

const MEMBERS: [&str; 4] = ["query", "operationName", "variables", "extensions"];

impl Call {
    /// Reads the members of a request: those of a POST's body, or of a WebSocket's `subscribe`.
    ///
    /// # Errors
    /// 400 when one is missing or not of its type.
    pub fn of_members(members: IndexMap<Name, Value>, method: Method) -> Result<Self, HttpError> {
        call(members, method)
    }
}

fn call(mut members: IndexMap<Name, Value>, method: Method) -> Result<Call, HttpError> {
    let mut take = |name: &str| members.swap_remove(name).filter(|value| *value != Value::Null);
    let wrong = |name: &str, kind: &str| HttpError::bad_request(format!("`{name}` has to be {kind}."));
    let [query, operation_name, variables, extensions] = MEMBERS.map(&mut take);
    let query = match query {
        Some(Value::String(query)) => query,
        Some(_) => return Err(wrong("query", "a string")),
        None => {
            return Err(HttpError::bad_request(
                "`query` is missing. Give the text of the GraphQL document in it.",
            ));
        }
    };
    let operation_name = match operation_name {
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(wrong("operationName", "a string or null")),
        None => None,
    };
    let variables = match variables {
        Some(variables @ Value::Object(_)) => Variables::from_value(variables),
        Some(_) => return Err(wrong("variables", "an object or null")),
        None => Variables::default(),
    };
    let extensions = match extensions {
        Some(Value::Object(members)) => {
            Extensions(members.into_iter().map(|(name, value)| (name.to_string(), value)).collect())
        }
        Some(_) => return Err(wrong("extensions", "an object or null")),
        None => Extensions::default(),
    };
    Ok(Call { query, operation_name, variables, extensions, method })
}
