//! What a deployment says about those who perform checks, and about where pictures are kept.

use std::path::PathBuf;

use url::Url;

use super::{ConfigError, Secret, sources::Sources};

/// Setu: where it is, and who we are there. A kind of step without a product instance waits on a reviewer in live mode.
#[derive(Clone, Debug, Default)]
pub struct Setu {
    /// With TLS; without it only on this machine.
    pub url: Option<Url>,
    pub client_id: Option<Secret>,
    pub client_secret: Option<Secret>,
    /// The product instance of DigiLocker, of PAN verification, of penny drops.
    pub digilocker: Option<Secret>,
    pub pan: Option<Secret>,
    pub bank: Option<Secret>,
    pub bank_mode: BankMode,
    /// The whole `Authorization` header that Setu sends with its notifications, as agreed with it. None: they are refused, and
    /// outcomes are asked for.
    pub callback_authorization: Option<Secret>,
    /// The secret with which a gateway of one's own signs them. At least 32 characters.
    pub callback_secret: Option<Secret>,
}

/// How bank accounts are checked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BankMode {
    #[default]
    Async,
    Sync,
}

/// Where pictures are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Images {
    Folder(PathBuf),
    Bucket { name: String, prefix: String },
}

/// The S3-compatible store of a bucket.
#[derive(Clone, Debug, Default)]
pub struct S3 {
    /// None: Amazon's own.
    pub endpoint: Option<Url>,
    /// None: `us-east-1`, which stores that know no regions take.
    pub region: Option<String>,
    pub access_key_id: Option<Secret>,
    pub secret_access_key: Option<Secret>,
}

impl Setu {
    pub(super) fn read(&mut self, sources: &Sources<'_>) -> Result<(), ConfigError> {
        sources.read("setu_url", |text| url(text).map(Some), &mut self.url)?;
        sources.read("setu_client_id", |text| secret(text).map(Some), &mut self.client_id)?;
        sources.read("setu_client_secret", |text| secret(text).map(Some), &mut self.client_secret)?;
        sources.read("setu_digilocker", |text| secret(text).map(Some), &mut self.digilocker)?;
        sources.read("setu_pan", |text| secret(text).map(Some), &mut self.pan)?;
        sources.read("setu_bank", |text| secret(text).map(Some), &mut self.bank)?;
        sources.read("setu_bank_mode", bank_mode, &mut self.bank_mode)?;
        sources.read(
            "setu_callback_authorization",
            |text| header(text).map(Some),
            &mut self.callback_authorization,
        )?;
        sources.read(
            "setu_callback_secret",
            |text| super::values::platform_key(text).map(Some),
            &mut self.callback_secret,
        )
    }
}

impl S3 {
    pub(super) fn read(&mut self, sources: &Sources<'_>) -> Result<(), ConfigError> {
        sources.read("s3_endpoint", |text| url(text).map(Some), &mut self.endpoint)?;
        sources.read("s3_region", |text| region(text).map(Some), &mut self.region)?;
        sources.read("s3_access_key_id", |text| secret(text).map(Some), &mut self.access_key_id)?;
        sources.read("s3_secret_access_key", |text| secret(text).map(Some), &mut self.secret_access_key)
    }
}

/// A server's address: `https://`, or `http://` on this machine.
fn url(text: &str) -> Result<Url, String> {
    const RIGHT: &str = "right would be https://provider.example.com";
    if text.contains('@') {
        return Err(format!("no user or password belongs in it; {RIGHT}"));
    }
    let url = Url::parse(text).map_err(|_| format!("{text:?} is not a URL; {RIGHT}"))?;
    let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
    if !(url.scheme() == "https" || (url.scheme() == "http" && here)) {
        return Err(format!("{text:?} has no TLS, and credentials are sent there; {RIGHT}"));
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err(format!("{text:?} has more than scheme, host, port and path; {RIGHT}"));
    }
    Ok(url)
}

fn secret(text: &str) -> Result<Secret, String> {
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(Secret::new(text))
    } else {
        Err("only visible ASCII characters, no spaces; copy it again from the provider's page".to_owned())
    }
}

fn header(text: &str) -> Result<Secret, String> {
    if text.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ') && text.trim() == text {
        Ok(Secret::new(text))
    } else {
        Err("only visible ASCII characters and single spaces; right would be Basic and a word".to_owned())
    }
}

fn bank_mode(text: &str) -> Result<BankMode, String> {
    match text {
        "async" => Ok(BankMode::Async),
        "sync" => Ok(BankMode::Sync),
        _ => Err(format!("{text:?} is neither async nor sync")),
    }
}

fn region(text: &str) -> Result<String, String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if text.bytes().all(plain) {
        Ok(text.to_owned())
    } else {
        Err(format!("{text:?} is no region; right would be ap-south-1"))
    }
}

/// `file:FOLDER`, or `s3://BUCKET/PREFIX`.
pub(super) fn images(text: &str) -> Result<Images, String> {
    const RIGHT: &str = "right would be file:kyc-images, file:///var/lib/kyc/images or s3://bucket/prefix";
    if let Some(folder) = text.strip_prefix("file:") {
        let folder = folder.strip_prefix("//").unwrap_or(folder);
        return if folder.is_empty() {
            Err(format!("no folder is named; {RIGHT}"))
        } else {
            Ok(Images::Folder(folder.into()))
        };
    }
    let Some(bucket) = text.strip_prefix("s3://") else {
        return Err(format!("neither a folder nor a bucket; {RIGHT}"));
    };
    let (name, prefix) = bucket.split_once('/').unwrap_or((bucket, ""));
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    let whole =
        |part: &str| !part.is_empty() && part.bytes().all(plain) && !part.bytes().all(|byte| byte == b'.');
    let prefix = prefix.trim_end_matches('/');
    if !whole(name) || !(prefix.is_empty() || prefix.split('/').all(whole)) {
        return Err(format!("bucket and prefix have letters, digits, hyphens and points only; {RIGHT}"));
    }
    Ok(Images::Bucket { name: name.to_owned(), prefix: prefix.to_owned() })
}
