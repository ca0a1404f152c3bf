//! The pages of `web/`, embedded in the binary: the dashboard, a customer's journey, the GraphQL explorer. They need no
//! internet, load nothing from another origin, and run no inline script.

mod dashboard;
mod explorer;
mod journey;
mod shared;
#[cfg(test)]
mod tests;

use std::{
    io::{self, Write},
    sync::{Arc, OnceLock},
};

use axum::{
    Router,
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header},
    routing::get,
};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};

/// One embedded file and how it is served.
struct Asset {
    /// Where; a page that shows more than one thing has parameters in it.
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    /// Whether the bytes are gzip, and the client has to inflate them.
    gzip: bool,
    /// What the page may load; `None` for files that are no page.
    policy: Option<&'static str>,
}

/// Where [`Asset::path`] carries the version, the bytes under it never change.
const FOREVER: &str = "public, max-age=31536000, immutable";
/// Kept, but asked for again each time: the answer is mostly 304.
const REVALIDATE: &str = "no-cache";

/// Files that are no page may load nothing, should a browser show one by itself.
const FILE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const fn page(
    path: &'static str,
    content_type: &'static str,
    bytes: &'static [u8],
    policy: &'static str,
) -> Asset {
    Asset { path, content_type, bytes, gzip: false, policy: Some(policy) }
}

const fn file(path: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { path, content_type, bytes, gzip: false, policy: None }
}

const fn vendored(path: &'static str, content_type: &'static str, bytes: &'static [u8]) -> Asset {
    Asset { path, content_type, bytes, gzip: true, policy: None }
}

fn every() -> impl Iterator<Item = &'static Asset> {
    dashboard::FILES.iter().chain(&journey::FILES).chain(&shared::FILES).chain(&explorer::FILES)
}

/// The routes of the embedded pages: the dashboard's, `/k`, `/graphiql` if it is switched on, and what these load.
pub fn router(graphiql: bool) -> Router {
    every().filter(|asset| graphiql || !asset.path.starts_with("/graphiql")).fold(
        Router::new(),
        |router, asset| {
            let served = Arc::new(Served::of(asset));
            router.route(asset.path, get(async move |headers: HeaderMap| served.answer(&headers)))
        },
    )
}

/// A file with its entity tag, and compressed once somebody has asked for it so.
struct Served {
    asset: &'static Asset,
    tag: String,
    packed: OnceLock<Option<Bytes>>,
}

impl Served {
    fn of(asset: &'static Asset) -> Self {
        let digest = Sha256::digest(asset.bytes);
        Self { asset, tag: hex::encode(&digest[..16]), packed: OnceLock::new() }
    }

    /// The compressed text. Not at the start: most servers that start are asked for no page.
    fn packed(&self) -> Option<Bytes> {
        self.packed.get_or_init(|| packed(self.asset.bytes).ok().map(Bytes::from)).clone()
    }

    fn answer(&self, request: &HeaderMap) -> Response<Body> {
        let asset = self.asset;
        let inflates = takes_gzip(request);
        let is_text = !asset.gzip;
        // Without the header any coding would do; who sends none mostly cannot inflate.
        let packed = (is_text && inflates && request.contains_key(header::ACCEPT_ENCODING))
            .then(|| self.packed())
            .flatten();
        let is_packed = asset.gzip || packed.is_some();
        // Other bytes, another tag (RFC 9110, section 8.8.3.3).
        let tag = if packed.is_some() { format!("{}-gzip", self.tag) } else { self.tag.clone() };
        let (status, body) = if asset.gzip && !inflates {
            // There is one copy of it, and every browser inflates it.
            (
                StatusCode::NOT_ACCEPTABLE,
                Body::from("This file is served with `Content-Encoding: gzip` only.\n"),
            )
        } else if is_known(request, &tag) {
            (StatusCode::NOT_MODIFIED, Body::empty())
        } else {
            (StatusCode::OK, packed.map_or_else(|| Body::from(asset.bytes), Body::from))
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for (name, value) in SECURITY_HEADERS {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let policy = asset.policy.unwrap_or(FILE_POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        if status == StatusCode::NOT_ACCEPTABLE {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            return response;
        }
        if let Ok(tag) = HeaderValue::try_from(format!("\"{tag}\"")) {
            headers.insert(header::ETAG, tag);
        }
        let cache = if asset.gzip { FOREVER } else { REVALIDATE };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        if status == StatusCode::OK {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.content_type));
            if is_packed {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        response
    }
}

fn packed(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// What every answer carries: no sniffing, no Referer (an address may hold what is nobody else's business), no use by
/// other origins.
const SECURITY_HEADERS: [(&str, &str); 4] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
];

/// RFC 9110, section 12.5.3: a request without the header takes any coding.
fn takes_gzip(request: &HeaderMap) -> bool {
    let mut lines = request.get_all(header::ACCEPT_ENCODING).iter().peekable();
    if lines.peek().is_none() {
        return true;
    }
    let codings = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
    let mut wildcard = false;
    for coding in codings {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused =
            weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().trim_matches(['0', '.']).is_empty());
        match name.trim() {
            "gzip" | "x-gzip" => return !refused,
            "*" => wildcard = !refused,
            _ => {}
        }
    }
    wildcard
}

fn is_known(request: &HeaderMap, tag: &str) -> bool {
    let tags = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    // A proxy that compressed an answer on its way marks its tag as weak; the file is the same.
    tags.flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known).trim_matches('"') == tag)
}
