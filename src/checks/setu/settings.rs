//! What a deployment says about Setu.

use std::{fmt, time::Duration};

use reqwest::header::HeaderValue;
use url::Url;

/// How the bank account is checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BankMode {
    /// The call that begins it answers at once, and the outcome is asked for. Setu recommends it.
    #[default]
    Async,
    /// One call that waits for the bank.
    Sync,
}

/// A text that is sent in a header and that no log shows.
#[derive(Clone)]
pub struct Credential(HeaderValue);

impl Credential {
    /// The credential of a text; none where it cannot be sent: empty, or of other than visible ASCII characters.
    pub fn new(text: &str) -> Option<Self> {
        let plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        let mut value = HeaderValue::from_str(text).ok().filter(|_| plain)?;
        value.set_sensitive(true);
        Some(Self(value))
    }

    pub(super) fn header(&self) -> HeaderValue {
        self.0.clone()
    }
}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Where Setu is, who we are there, and how long it is waited for.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://dg-sandbox.setu.co` or `https://dg.setu.co`; what is behind the host stays in front of every path.
    pub base_url: Url,
    pub client_id: Credential,
    pub client_secret: Credential,
    /// The product instance of each API; without one, that kind waits on a reviewer.
    pub digilocker: Option<Credential>,
    pub pan: Option<Credential>,
    pub bank: Option<Credential>,
    pub bank_mode: BankMode,
    /// The longest that connecting may take, and a whole call.
    pub connect: Duration,
    pub whole: Duration,
    /// How often a call is sent at most when Setu is down, at least 1. Only what may safely be sent twice is.
    pub tries: u32,
    /// The pause before the second try; twice as long before each further one, and up to half as long again by chance.
    pub pause: Duration,
    /// The largest answer that is read, in bytes.
    pub most_bytes: usize,
}

impl Settings {
    /// Settings without any product.
    pub fn new(base_url: Url, client_id: Credential, client_secret: Credential) -> Self {
        Self {
            base_url,
            client_id,
            client_secret,
            digilocker: None,
            pan: None,
            bank: None,
            bank_mode: BankMode::default(),
            connect: Duration::from_secs(5),
            // A bank that is asked synchronously may take most of it.
            whole: Duration::from_secs(30),
            tries: 3,
            pause: Duration::from_millis(300),
            // An Aadhaar with its photo is some 50 KB.
            most_bytes: 1 << 20,
        }
    }

    /// Whether the server is called without TLS, as one on this machine may be.
    pub(super) fn is_plain(&self) -> bool {
        self.base_url.scheme() == "http"
    }
}
