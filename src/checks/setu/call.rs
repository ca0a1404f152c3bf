//! Sending, with bounds: time, size, tries.

use std::time::Duration;

use entity::id::RunId;
use reqwest::Method;
use serde_json::Value;

use super::Setu;
use crate::checks::Outage;

/// Whose product instance a call names.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Product {
    Digilocker,
    Pan,
    Bank,
}

/// Status and body of an answer.
pub(super) type Got = (u16, Vec<u8>);

/// One call.
pub(super) struct Call {
    /// Whose question it is: sent again, it has the same id.
    run: RunId,
    product: Product,
    method: Method,
    path: String,
    body: Option<Value>,
    repeatable: bool,
}

impl Call {
    pub(super) fn new(run: RunId, product: Product, method: Method, path: impl Into<String>) -> Self {
        Self { run, product, method, path: path.into(), body: None, repeatable: false }
    }

    pub(super) fn with(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// It may be sent again although the first may have arrived.
    pub(super) fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }
}

impl Setu {
    /// Sends a call, again where that may help. An answer of 5xx or 429 that stays is an answer: its body may say more.
    pub(super) async fn call(&self, call: Call) -> Result<Got, Outage> {
        let mut sent = 0;
        loop {
            let outcome = self.send(&call).await;
            sent += 1;
            let down = match &outcome {
                Ok((429 | 500.., _)) => call.repeatable,
                Err(Outage::Unreachable) => true,
                Err(Outage::Silent) => call.repeatable,
                Ok(_) | Err(_) => false,
            };
            if !down || sent >= self.settings.tries.max(1) {
                return outcome;
            }
            tokio::time::sleep(self.pause(sent)).await;
        }
    }

    /// The pause after so many tries.
    fn pause(&self, sent: u32) -> Duration {
        let whole = self.settings.pause.saturating_mul(2u32.saturating_pow(sent - 1));
        let [chance] = self.entropy.bytes::<1>();
        whole + whole / 2 * u32::from(chance) / 255
    }

    async fn send(&self, call: &Call) -> Result<Got, Outage> {
        let settings = &self.settings;
        let instance = match call.product {
            Product::Digilocker => &settings.digilocker,
            Product::Pan => &settings.pan,
            Product::Bank => &settings.bank,
        };
        let instance = instance.as_ref().ok_or(Outage::Refusing)?;
        let base = settings.base_url.as_str().trim_end_matches('/');
        let mut request = self
            .http
            .request(call.method.clone(), format!("{base}/{}", call.path))
            .header("x-client-id", settings.client_id.header())
            .header("x-client-secret", settings.client_secret.header())
            .header("x-product-instance-id", instance.header())
            // Setu documents no id of a caller's own: whoever looks for a repeat, there or on the way, finds it here.
            .header("x-request-id", call.run.to_string());
        if let Some(body) = &call.body {
            request = request.json(body);
        }
        // The errors of the client are not told on: they name URLs.
        let mut response = request.send().await.map_err(|error| outage(&error))?;
        let status = response.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| outage(&error))? {
            if body.len() + chunk.len() > settings.most_bytes {
                return Err(Outage::Unreadable);
            }
            body.extend_from_slice(&chunk);
        }
        Ok((status, body))
    }
}

fn outage(error: &reqwest::Error) -> Outage {
    if error.is_connect() {
        Outage::Unreachable
    } else if error.is_timeout() {
        Outage::Silent
    } else if error.is_builder() {
        Outage::Refusing
    } else if error.is_body() || error.is_decode() {
        // It broke off in the middle.
        Outage::Unreadable
    } else {
        Outage::Silent
    }
}
