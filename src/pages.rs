//! The pages of `web/`, embedded in the binary: the front page, the GraphQL explorer, a customer's journey. They need no
//! internet, load nothing from another origin, and run no inline script.

mod journey;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header},
    routing::get,
};
use sha2::{Digest, Sha256};

/// One embedded file and how it is served.
struct Asset {
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

/// `data:` is the empty icon, which keeps a browser from asking for one.
const FRONT_POLICY: &str = "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

/// GraphiQL needs inline styles (a dialog of it inserts a style element, which keeps the page behind from scrolling),
/// `data:` images (its editor's markers), and connections to this origin: `'self'` has its WebSocket in it (CSP 3; Safari from 16
/// on), `ws:` would have everybody's. Scripts stay files of ours.
const EXPLORER_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Files that are no page may load nothing, should a browser show one by itself.
const FILE_POLICY: &str = "default-src 'none'; frame-ancestors 'none'";

const HTML: &str = "text/html; charset=utf-8";
const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

macro_rules! web {
    ($file:literal) => {
        include_bytes!(concat!("../web/", $file))
    };
}

static ASSETS: [Asset; 9] = [
    page("/", HTML, web!("index.html"), FRONT_POLICY),
    file("/index.css", CSS, web!("index.css")),
    page("/graphiql", HTML, web!("graphiql/index.html"), EXPLORER_POLICY),
    file("/graphiql/app.css", CSS, web!("graphiql/app.css")),
    file("/graphiql/app.js", JS, web!("graphiql/app.js")),
    vendored(
        "/graphiql/vendor/graphiql-3.9.0.min.css",
        CSS,
        web!("graphiql/vendor/graphiql-3.9.0.min.css.gz"),
    ),
    vendored("/graphiql/vendor/graphiql-3.9.0.min.js", JS, web!("graphiql/vendor/graphiql-3.9.0.min.js.gz")),
    vendored(
        "/graphiql/vendor/react-18.3.1.production.min.js",
        JS,
        web!("graphiql/vendor/react-18.3.1.production.min.js.gz"),
    ),
    vendored(
        "/graphiql/vendor/react-dom-18.3.1.production.min.js",
        JS,
        web!("graphiql/vendor/react-dom-18.3.1.production.min.js.gz"),
    ),
];

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
    ASSETS.iter().chain(&journey::FILES)
}

/// The routes of the embedded pages: `/`, `/k`, `/graphiql` if it is switched on, and what these load.
pub fn router(graphiql: bool) -> Router {
    every().filter(|asset| graphiql || !asset.path.starts_with("/graphiql")).fold(
        Router::new(),
        |router, asset| {
            let tag = entity_tag(asset.bytes);
            router.route(asset.path, get(async move |headers: HeaderMap| asset.answer(&headers, &tag)))
        },
    )
}

fn entity_tag(bytes: &[u8]) -> HeaderValue {
    let digest = Sha256::digest(bytes);
    HeaderValue::try_from(format!("\"{}\"", hex::encode(&digest[..16])))
        .expect("hexadecimal digits are a header value")
}

impl Asset {
    fn answer(&self, request: &HeaderMap, tag: &HeaderValue) -> Response<Body> {
        let (status, body) = if self.gzip && !takes_gzip(request) {
            // There is one copy of it, and every browser inflates it.
            (
                StatusCode::NOT_ACCEPTABLE,
                Body::from("This file is served with `Content-Encoding: gzip` only.\n"),
            )
        } else if is_known(request, tag) {
            (StatusCode::NOT_MODIFIED, Body::empty())
        } else {
            (StatusCode::OK, Body::from(self.bytes))
        };
        let mut response = Response::new(body);
        *response.status_mut() = status;
        let headers = response.headers_mut();
        for (name, value) in SECURITY_HEADERS {
            headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        let policy = self.policy.unwrap_or(FILE_POLICY);
        headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
        if self.gzip {
            headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
        }
        if status == StatusCode::NOT_ACCEPTABLE {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
            return response;
        }
        headers.insert(header::ETAG, tag.clone());
        let cache = if self.gzip { FOREVER } else { REVALIDATE };
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
        if status == StatusCode::OK {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.content_type));
            if self.gzip {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
            }
        }
        response
    }
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

fn is_known(request: &HeaderMap, tag: &HeaderValue) -> bool {
    let tags = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|line| line.to_str().ok());
    // A proxy that compressed an answer on its way marks its tag as weak; the file is the same.
    tags.flat_map(|line| line.split(','))
        .map(str::trim)
        .any(|known| known == "*" || known.strip_prefix("W/").unwrap_or(known).as_bytes() == tag.as_bytes())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;

    const PAGES: [&str; 5] = ["/", "/graphiql", "/k", "/k/preview", "/journey/sandbox/digilocker"];

    async fn get_with(path: &str, headers: &[(&'static str, &str)]) -> Response<Body> {
        let mut request = Request::get(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router(true).oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    async fn text(response: Response<Body>) -> String {
        String::from_utf8(axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().into())
            .unwrap()
    }

    #[tokio::test]
    async fn every_file_is_served_with_its_type_and_the_security_headers() {
        for asset in every() {
            for answer in
                [get_with(asset.path, &[]).await, get_with(asset.path, &[("if-none-match", "*")]).await]
            {
                let headers = answer.headers();
                for (name, value) in SECURITY_HEADERS {
                    assert_eq!(headers[name], value, "{}", asset.path);
                }
                let policy = headers["content-security-policy"].to_str().unwrap();
                // The preview of a look, which the settings show in a frame, and nothing else.
                let framed_by = if asset.path == "/k/preview" { "'self'" } else { "'none'" };
                assert!(policy.starts_with("default-src 'none'; "));
                assert!(policy.ends_with(&format!("; frame-ancestors {framed_by}")), "{}", asset.path);
                assert!(!policy.contains("'unsafe-eval'") && !policy.contains("http"), "{policy}");
            }
            let answer = get_with(asset.path, &[]).await;
            assert_eq!(
                (answer.status(), &answer.headers()["content-type"]),
                (StatusCode::OK, &asset.content_type.parse().unwrap())
            );
        }
    }

    #[tokio::test]
    async fn scripts_are_files_only() {
        assert!(!journey::POLICY.contains("unsafe") && !journey::PREVIEW_POLICY.contains("unsafe"));
        assert!(!journey::PREVIEW_POLICY.contains("connect-src"), "a preview asks nobody");
        assert!(EXPLORER_POLICY.contains("script-src 'self';") && !FRONT_POLICY.contains("script-src"));
        assert!(EXPLORER_POLICY.contains("connect-src 'self';") && !FRONT_POLICY.contains("connect-src"));
        for path in PAGES {
            let html = text(get_with(path, &[]).await).await;
            assert!(
                !html.contains("://") && !html.contains(" style=") && !html.contains(" onclick="),
                "{path}"
            );
            assert!(
                !html.split("<script").skip(1).any(|script| ![
                    " src=\"/graphiql/",
                    " type=\"module\" src=\"/k/"
                ]
                .iter()
                .any(|own| script.starts_with(own))),
                "{path}"
            );
        }
    }

    #[tokio::test]
    async fn every_file_of_the_journey_is_served() {
        let mut folders = vec![std::path::PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/web/journey"))];
        let mut modules = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "js" || ending == "css") {
                    let text = std::fs::read(&path).unwrap();
                    assert!(journey::FILES.iter().any(|file| file.bytes == text), "{}", path.display());
                    modules += 1;
                }
            }
        }
        assert_eq!(modules + 4, journey::FILES.len(), "besides three pages and what they share");
    }

    /// What a module imports, as the address that the browser makes of it.
    fn imports(asset: &Asset) -> Vec<String> {
        let text = std::str::from_utf8(asset.bytes).unwrap();
        let at = url::Url::parse("http://k").unwrap().join(asset.path).unwrap();
        let lines = text.lines().filter(|line| line.starts_with("import "));
        lines.map(|line| at.join(line.split('\'').nth(1).unwrap()).unwrap().path().to_owned()).collect()
    }

    #[tokio::test]
    async fn what_the_journey_imports_is_there() {
        let mut seen = 0;
        for asset in journey::FILES.iter().filter(|asset| asset.content_type == JS) {
            for path in imports(asset) {
                assert!(journey::FILES.iter().any(|file| file.path == path), "{} imports {path}", asset.path);
                seen += 1;
            }
        }
        assert!(seen > 20);
        // And asked for with the page, not when the module before it has come.
        let html = text(get_with("/k", &[]).await).await;
        for asset in journey::FILES.iter().filter(|asset| asset.content_type == JS) {
            let is_named = html.contains(&format!("\"{}\"", asset.path));
            let other = ["/k/standin.js", "/k/preview.js", "/k/draft.js"].contains(&asset.path);
            assert_eq!(is_named, !other, "{}", asset.path);
        }
    }

    #[tokio::test]
    async fn what_the_pages_link_to_in_their_own_folder_is_there() {
        for path in PAGES {
            let html = text(get_with(path, &[]).await).await;
            let links = html.split(['"']).filter(|part| {
                ["/graphiql", "/index", "/k/", "/shared/"].iter().any(|own| part.starts_with(own))
            });
            let links: Vec<_> = links.collect();
            assert!(!links.is_empty());
            for link in links {
                assert_eq!(get_with(link, &[]).await.status(), StatusCode::OK, "{link}");
            }
        }
    }

    #[tokio::test]
    async fn a_file_that_did_not_change_is_not_sent_again() {
        for asset in every() {
            let tag = get_with(asset.path, &[]).await.headers()["etag"].to_str().unwrap().to_owned();
            for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}")] {
                let answer = get_with(asset.path, &[("if-none-match", &known)]).await;
                assert_eq!(answer.status(), StatusCode::NOT_MODIFIED);
                assert!(text(answer).await.is_empty());
            }
            assert_eq!(
                get_with(asset.path, &[("if-none-match", "\"other\"")]).await.status(),
                StatusCode::OK
            );
        }
    }

    #[tokio::test]
    async fn a_compressed_file_is_sent_to_who_can_inflate_it() {
        let path = "/graphiql/vendor/react-18.3.1.production.min.js";
        for coding in ["gzip", "br, gzip;q=0.5", "*", "deflate, *;q=0.1"] {
            let answer = get_with(path, &[("accept-encoding", coding)]).await;
            assert_eq!(
                (answer.status(), &answer.headers()["content-encoding"]),
                (StatusCode::OK, &"gzip".parse().unwrap())
            );
        }
        for coding in ["identity", "br", "gzip;q=0", "gzip;q=0.0, *", "*;q=0", ""] {
            let answer = get_with(path, &[("accept-encoding", coding)]).await;
            assert_eq!(answer.status(), StatusCode::NOT_ACCEPTABLE, "{coding}");
            assert!(text(answer).await.contains("gzip"));
        }
    }
}
