//! The commands beside `serve`.

pub mod demo;
pub mod migrate;
pub mod report;
pub mod sanctions;
pub mod seed;
pub mod verify;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use crate::{config::Config, error::Error, kyc::merchant::MerchantCreated};

/// Cancelled at the first Ctrl-C or SIGTERM. A second one ends the process at once.
pub fn stop_on_signal() -> CancellationToken {
    let stop = CancellationToken::new();
    let stopping = stop.clone();
    tokio::spawn(async move {
        asked_to_stop().await;
        tracing::info!("stopping: what has begun is finished first");
        stopping.cancel();
        asked_to_stop().await;
        std::process::exit(1);
    });
    stop
}

async fn asked_to_stop() {
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(error) => {
            tracing::warn!(%error, "SIGTERM cannot be listened for");
            // Ctrl-C alone; where not even that can be had, the process is stopped from outside.
            if tokio::signal::ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Raises the number of files that this process may have open as far as the system lets it: a usual 1024 is soon used up,
/// since each socket is one. Says so when `sockets` and the rest do not fit.
pub fn raise_descriptor_limit(sockets: usize) {
    /// The database's files or connections, the log, the listener.
    const REST: u64 = 256;
    match rlimit::increase_nofile_limit(u64::MAX) {
        Ok(limit) if limit < sockets as u64 + REST => {
            tracing::warn!(
                limit,
                sockets,
                "fewer files may be open than `max_sockets` takes: raise `ulimit -n`"
            );
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(%error, "the number of open files could not be raised"),
    }
}

/// Says so when browsers come by a proxy, which is who speaks TLS for a server that does not, and nobody has said in which header it
/// hands on their address: to the throttle of sign-ins all of them are one, and some wrong passwords lock everybody out.
pub fn warn_of_one_address(config: &Config) {
    if config.public_url().is_https() && config.client_ip_header.is_none() {
        tracing::warn!(
            "`public_url` is https, so a proxy is in front, and by its address all clients are one: fifty wrong passwords keep \
             everybody from signing in for a quarter of an hour. Have the proxy put the client's address into a header that it \
             overwrites, and name that: KYC_CLIENT_IP_HEADER=X-Real-IP"
        );
    }
}

/// What `merchant create` and `seed` print: the only time that the key and the link are shown.
pub fn created(created: &MerchantCreated) -> serde_json::Value {
    serde_json::json!({
        "merchantId": created.merchant.id,
        "adminApiKey": created.admin_api_key,
        "passwordUrl": created.password_url,
    })
}

/// An error in words for the terminal: each refused input in a line of its own.
pub fn explain(error: &Error) -> String {
    match error {
        Error::User(errors) => {
            let line = |error: &crate::error::UserError| match &error.field {
                Some(field) => format!("{}: {}", field.join("."), error.message),
                None => error.message.clone(),
            };
            errors.iter().map(line).collect::<Vec<_>>().join("\n")
        }
        other => other.to_string(),
    }
}
