//! The HTTP client that providers and stores are called with.

use std::time::Duration;

use reqwest::{Client, redirect};

/// The client could not be made; none of its parts is personal or secret.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client could not be made: {0}")]
pub struct ClientError(String);

/// A client that speaks TLS 1.2 and 1.3 with the roots that browsers trust, follows no redirect (what is sent there was meant
/// for somebody else), and asks no environment for a proxy. `whole` bounds a call from connecting to the last byte.
///
/// # Errors
/// When TLS cannot be set up.
pub fn client(connect: Duration, whole: Duration) -> Result<Client, ClientError> {
    let roots = rustls::RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    // Named here, so that no process-wide default has to be installed.
    let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ClientError(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Client::builder()
        .tls_backend_preconfigured(tls)
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(connect)
        .timeout(whole)
        .build()
        .map_err(|error| ClientError(error.without_url().to_string()))
}
