//! What the routes work with.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, Request},
    http::HeaderName,
};

use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::{
    auth::{Actor, Auth, address::client_address},
    error::Result,
    kyc::Kyc,
};

/// Reads the journey of a customer, as it is now.
pub type JourneyReader = Arc<dyn Fn(Actor) -> BoxFuture<'static, Result<Value>> + Send + Sync>;

/// What the routes work with.
#[derive(Clone)]
pub struct RestState {
    pub auth: Auth,
    pub kyc: Kyc,
    /// The public URL's origin, as a browser prints it in `Origin`.
    pub origin: Arc<str>,
    /// The header in which a proxy in front of us hands on the client's address; none: the peer of the connection.
    pub client_ip_header: Option<HeaderName>,
    pub journey: JourneyReader,
}

impl RestState {
    /// The client's address. Served without `ConnectInfo<SocketAddr>`, and without a header, all requests count as one client.
    pub fn client_of(&self, request: &Request) -> Option<IpAddr> {
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        client_address(request.headers(), self.client_ip_header.as_ref(), peer)
    }
}
