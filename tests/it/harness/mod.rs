//! What every test stands on.

mod answer;
pub(crate) mod app;
pub(crate) mod database;
pub(crate) mod dump;
pub(crate) mod graph;
pub(crate) mod held;
pub(crate) mod lines;
pub(crate) mod lists;
pub(crate) mod live;
pub(crate) mod lossy;
pub(crate) mod office;
pub(crate) mod postgres;
pub(crate) mod process;
pub(crate) mod rows;
pub(crate) mod server;
pub(crate) mod stub;
pub(crate) mod told;
pub(crate) mod verify;

/// A client of HTTP. It needs no TLS here, and would not begin without something that could do it.
pub(crate) fn http_client() -> reqwest::Client {
    // Another test of this process may have been first.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::new()
}
