//! The values that need more than a standard type, and the parser of every key. A parser's error is the end of a sentence: what
//! is wrong, and what would be right. Parsers of secrets do not repeat their input.

use std::{fmt, net::SocketAddr, path::PathBuf};

use axum::http::HeaderName;
use entity::ListName;
use subtle::ConstantTimeEq;
use url::Url;

use super::Config;

/// A text that no log, error or panic message shows.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself. Search for the callers of this function to see where secrets go.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether this is the secret, in a time that tells nothing about it but its length.
    pub fn is(&self, candidate: &str) -> bool {
        self.0.as_bytes().ct_eq(candidate.as_bytes()).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// The database. Prints as its kind and place: `sqlite:kyc.db`, `postgres://db.internal:5432/kyc`.
#[derive(Clone)]
pub enum Database {
    Sqlite {
        path: PathBuf,
    },
    /// A whole connection URL, as sqlx reads it; it may carry a password.
    Postgres {
        url: Secret,
    },
}

impl Database {
    /// The URL to connect with.
    pub fn url(&self) -> Secret {
        match self {
            Self::Sqlite { path } => Secret::new(format!("sqlite:{}", path.display())),
            Self::Postgres { url } => url.clone(),
        }
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite { path } => write!(f, "sqlite:{}", path.display()),
            Self::Postgres { url } => match Url::parse(url.expose()) {
                Ok(url) => {
                    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
                    write!(f, "postgres://{}{port}{}", url.host_str().unwrap_or_default(), url.path())
                }
                Err(_) => f.write_str("postgres://[redacted]"),
            },
        }
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Scheme, host and port, spelled as a browser spells its `Origin` header: lower case, no default port, no slash at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl Origin {
    /// How a browser on this machine reaches a listener.
    pub(super) fn of_listener(listen: SocketAddr) -> Self {
        let text = if listen.ip().is_unspecified() {
            format!("http://localhost:{}", listen.port())
        } else {
            format!("http://{listen}")
        };
        // Through the same parser, so that port 80 is left out as a browser leaves it out.
        Self(Url::parse(&text).map_or(text, |url| url.origin().ascii_serialization()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether cookies may be marked `Secure`.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One line for people; coloured on a terminal.
    Text,
    /// One JSON object a line.
    Json,
}

pub(super) fn address(text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| {
        format!("{text:?} is not an IP address with a port; right would be 127.0.0.1:8080 or [::]:8080")
    })
}

pub(super) fn database(text: &str) -> Result<Database, String> {
    if let Some(path) = text.strip_prefix("sqlite:") {
        return sqlite(path.strip_prefix("//").unwrap_or(path));
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return match Url::parse(text) {
            Ok(_) => Ok(Database::Postgres { url: Secret::new(text) }),
            Err(error) => Err(format!(
                "not a URL ({error}); right would be postgres://USER:PASSWORD@HOST:5432/DATABASE, with special characters of \
                 the password percent-encoded"
            )),
        };
    }
    Err("neither SQLite nor PostgreSQL; right would be sqlite:kyc.db, sqlite:///var/lib/kyc/kyc.db or \
         postgres://USER:PASSWORD@HOST:5432/DATABASE"
        .to_owned())
}

fn sqlite(path: &str) -> Result<Database, String> {
    let right = "right would be sqlite:kyc.db or sqlite:///var/lib/kyc/kyc.db";
    if path.is_empty() {
        return Err(format!("no file is named; {right}"));
    }
    if path.contains(":memory:") {
        return Err(format!(
            "the server reads and writes on several connections, which memory cannot share; {right}"
        ));
    }
    if path.contains('?') {
        return Err(format!("the server sets SQLite's options itself, none may follow the file; {right}"));
    }
    Ok(Database::Sqlite { path: path.into() })
}

pub(super) fn connections(text: &str) -> Result<u32, String> {
    match text.parse() {
        Ok(count @ 1..=1000) => Ok(count),
        _ => Err(format!("{text:?} is not a whole number from 1 to 1000")),
    }
}

pub(super) fn sockets(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(count @ 1..=1_000_000) => Ok(count),
        _ => Err(format!("{text:?} is not a whole number from 1 to 1000000")),
    }
}

pub(super) fn platform_key(text: &str) -> Result<Secret, String> {
    let (found, needed) = (text.chars().count(), Config::PLATFORM_KEY_CHARS);
    if found < needed {
        return Err(format!(
            "{found} characters, at least {needed} are needed; `openssl rand -hex 32` makes a good one"
        ));
    }
    // A bearer is a header value: anything else could never be sent, so it could never match.
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(
            "only visible ASCII characters, no spaces; `openssl rand -hex 32` makes a good one".to_owned()
        );
    }
    Ok(Secret::new(text))
}

pub(super) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

pub(super) fn origin(text: &str) -> Result<Origin, String> {
    // Before anything that repeats the text: it may hold a password.
    if text.contains('@') {
        return Err("no user or password belongs in it; right would be https://kyc.example.com".to_owned());
    }
    let wrong = |why: &str| format!("{text:?} {why}; right would be https://kyc.example.com");
    let url = Url::parse(text).map_err(|_| wrong("is not a URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(wrong("begins with neither http:// nor https://"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("has more than scheme, host and port"));
    }
    Ok(Origin(url.origin().ascii_serialization()))
}

pub(super) fn origins(text: &str) -> Result<Vec<Origin>, String> {
    text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(origin).collect()
}

pub(super) fn header(text: &str) -> Result<HeaderName, String> {
    HeaderName::try_from(text)
        .map_err(|_| format!("{text:?} is not the name of a header; right would be x-real-ip"))
}

/// Names with commas; `none` too, since an empty variable counts as not set.
pub(super) fn lists(text: &str) -> Result<Vec<ListName>, String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    if text.trim() == "none" {
        return Ok(Vec::new());
    }
    names
        .map(|name| {
            let known = ListName::ALL.map(ListName::as_str).join(", ");
            name.parse()
                .map_err(|_| format!("there is no list {name:?}; there are {known}, and none for no list"))
        })
        .collect()
}

pub(super) fn threshold(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(score) if (0.5..=1.0).contains(&score) => Ok(score),
        _ => Err(format!("{text:?} is not a number from 0.5 to 1; right would be 0.8")),
    }
}

pub(super) fn percent(text: &str) -> Result<u8, String> {
    match text.parse() {
        Ok(score @ 0..=100) => Ok(score),
        _ => Err(format!("{text:?} is not a whole number from 0 to 100")),
    }
}

pub(super) fn log_filter(text: &str) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(text) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{error}; right would be info, or info,kyc_stack::request=warn")),
    }
}

pub(super) fn log_format(text: &str) -> Result<LogFormat, String> {
    match text {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err(format!("{text:?} is neither text nor json")),
    }
}
