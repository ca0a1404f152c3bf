//! Settings: command-line flags, then environment, then a TOML file, then defaults.
//!
//! Every key has one name at each of these: `public_url` in the file, `KYC_PUBLIC_URL` in the environment, `--public-url`
//! as a flag. All three hand a text to the same parser, so an error says the same thing wherever the value came from.
//! An empty environment variable counts as not set (that is how compose files spell "none").
//!
//! `config.example.toml` lists every key with its default; a test holds it to this file.

mod error;
mod providers;
mod sources;
mod values;

use std::net::{Ipv4Addr, SocketAddr};

use axum::http::HeaderName;
use entity::ListName;

pub use self::{
    error::{ConfigError, Source},
    providers::{BankMode, Images, S3, Setu},
    sources::Flags,
    values::{Database, LogFormat, Origin, Secret},
};
use self::{sources::Sources, values as parse};

/// Every key, in the order of `config.example.toml`.
const KEYS: [&str; 32] = [
    "listen",
    "public_url",
    "database_url",
    "max_connections",
    "platform_key",
    "introspection",
    "graphiql",
    "allowed_origins",
    "max_sockets",
    "max_sockets_per_actor",
    "client_ip_header",
    "required_lists",
    "screening_threshold",
    "name_match_pass",
    "name_match_review",
    "setu_url",
    "setu_client_id",
    "setu_client_secret",
    "setu_digilocker",
    "setu_pan",
    "setu_bank",
    "setu_bank_mode",
    "setu_callback_authorization",
    "setu_callback_secret",
    "images",
    "s3_endpoint",
    "s3_region",
    "s3_access_key_id",
    "s3_secret_access_key",
    "log",
    "log_format",
    "metrics",
];

/// The settings of one process. `Debug` and `Display` of every part are safe to log: secrets print as `[redacted]`, the
/// database without user, password and options.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// What browsers and links call the server; see [`Config::public_url`].
    pub public_url: Option<Origin>,
    pub database: Database,
    /// Connections of the PostgreSQL pool; of SQLite's read pool, which keeps to 2 to 8 whatever stands here (its writer is one
    /// connection, always). 1 to 1,000; opened when needed. Exports have two of their own besides.
    pub max_connections: u32,
    /// The operator's bearer, at least [`Config::PLATFORM_KEY_CHARS`] characters. None: no platform access over HTTP.
    pub platform_key: Option<Secret>,
    /// Whether `/graphql` answers introspection. The SDL at `/schema.graphql` is public either way.
    pub introspection: bool,
    /// Whether `/graphiql` is served.
    pub graphiql: bool,
    /// Origins besides the public one whose pages may open a WebSocket here.
    pub allowed_origins: Vec<Origin>,
    /// WebSockets and event streams open at a time, 1 to 1,000,000; half of them of one merchant, and half of nobody yet. Each takes
    /// a file descriptor and some 10 KB.
    pub max_sockets: usize,
    /// As `max_sockets`, of one API key or one member.
    pub max_sockets_per_actor: usize,
    /// The header in which a proxy in front of the server hands on the client's address. None: the peer of the socket is the client.
    /// Name one only if the proxy overwrites it: sign-in throttling believes it.
    pub client_ip_header: Option<HeaderName>,
    /// The sanctions lists without which nobody passes the screening. Empty: any one list is enough.
    pub required_lists: Vec<ListName>,
    /// The least score of a match with a sanctions list, 0.5 to 1. None: the screening's own, which its benchmark chose.
    pub screening_threshold: Option<f64>,
    /// From which score of two names on a check passes, 1 to 100, and from which on a reviewer decides; below that it fails.
    pub name_match_pass: u8,
    /// At most `name_match_pass`; 0 leaves every other name to a reviewer.
    pub name_match_review: u8,
    pub setu: Setu,
    /// Where pictures are kept.
    pub images: Images,
    pub s3: S3,
    /// A filter in the words of `tracing`, as in `info,kyc_stack::request=warn`.
    pub log: String,
    pub log_format: LogFormat,
    /// Whether `/metrics` is served. It has no personal values, but it tells anybody who can reach it how busy the server is.
    pub metrics: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: None,
            database: Database::Sqlite { path: "kyc.db".into() },
            max_connections: 16,
            platform_key: None,
            introspection: false,
            graphiql: false,
            allowed_origins: Vec::new(),
            max_sockets: 10_000,
            max_sockets_per_actor: 1_000,
            client_ip_header: None,
            required_lists: vec![ListName::Un],
            screening_threshold: None,
            name_match_pass: 85,
            name_match_review: 60,
            setu: Setu::default(),
            images: Images::Folder("kyc-images".into()),
            s3: S3::default(),
            log: "info".to_owned(),
            log_format: LogFormat::Text,
            metrics: true,
        }
    }
}

impl Config {
    /// The fewest characters of a platform key: 128 bits as hex.
    pub const PLATFORM_KEY_CHARS: usize = 32;

    /// Reads the settings. `env` looks one environment variable up.
    ///
    /// # Errors
    /// The first key that is unknown or not understood, or a settings file that cannot be read.
    pub fn load(flags: Flags, env: impl Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        Self::default().overlaid(flags, env)
    }

    /// The same over other defaults than [`Config::default`]; the demo switches more on.
    ///
    /// # Errors
    /// As [`Config::load`].
    pub fn overlaid(
        mut self,
        flags: Flags,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let sources = Sources::open(flags, &env)?;
        sources.read("listen", parse::address, &mut self.listen)?;
        sources.read("public_url", |text| parse::origin(text).map(Some), &mut self.public_url)?;
        sources.read("database_url", parse::database, &mut self.database)?;
        sources.read("max_connections", parse::connections, &mut self.max_connections)?;
        sources.read("platform_key", |text| parse::platform_key(text).map(Some), &mut self.platform_key)?;
        sources.read("introspection", parse::switch, &mut self.introspection)?;
        sources.read("graphiql", parse::switch, &mut self.graphiql)?;
        sources.read("allowed_origins", parse::origins, &mut self.allowed_origins)?;
        sources.read("max_sockets", parse::sockets, &mut self.max_sockets)?;
        sources.read("max_sockets_per_actor", parse::sockets, &mut self.max_sockets_per_actor)?;
        sources.read("client_ip_header", |text| parse::header(text).map(Some), &mut self.client_ip_header)?;
        sources.read("required_lists", parse::lists, &mut self.required_lists)?;
        sources.read(
            "screening_threshold",
            |text| parse::threshold(text).map(Some),
            &mut self.screening_threshold,
        )?;
        sources.read("name_match_pass", parse::percent, &mut self.name_match_pass)?;
        sources.read("name_match_review", parse::percent, &mut self.name_match_review)?;
        self.setu.read(&sources)?;
        sources.read("images", providers::images, &mut self.images)?;
        self.s3.read(&sources)?;
        sources.read("log", parse::log_filter, &mut self.log)?;
        sources.read("log_format", parse::log_format, &mut self.log_format)?;
        sources.read("metrics", parse::switch, &mut self.metrics)?;
        Ok(self)
    }

    /// The address that links, cookies and the WebSocket origin check go by: `public_url`, or else `http://` and the
    /// listening address (`localhost` where that is every interface). It has no slash at its end.
    pub fn public_url(&self) -> Origin {
        self.public_url.clone().unwrap_or_else(|| Origin::of_listener(self.listen))
    }

    /// The origins whose pages may open a WebSocket, as a browser prints them: the public one, those of `allowed_origins`,
    /// and, as long as no public one is set and only this machine is listened to, this machine by each of its names.
    pub fn own_origins(&self) -> Vec<String> {
        let named = std::iter::once(self.public_url()).chain(self.allowed_origins.iter().cloned());
        let mut origins: Vec<String> = named.map(|origin| origin.as_str().to_owned()).collect();
        if self.public_url.is_none() && (self.listen.ip().is_loopback() || self.listen.ip().is_unspecified())
        {
            let port = self.listen.port();
            origins.extend(["localhost", "127.0.0.1", "[::1]"].map(|host| format!("http://{host}:{port}")));
        }
        origins
    }
}

#[cfg(test)]
mod tests;
