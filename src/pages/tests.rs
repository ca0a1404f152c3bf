use std::{collections::BTreeSet, sync::LazyLock};

use axum::http::Request;
use tower::ServiceExt;

use super::*;

const PAGES: [&str; 6] =
    ["/", "/attempts/{id}", "/graphiql", "/k", "/k/preview", "/journey/sandbox/digilocker"];

/// A folder of `web/` whose files one page loads.
struct Folder {
    name: &'static str,
    /// What the addresses of its files begin with.
    at: &'static str,
    page: &'static str,
    files: &'static [Asset],
    /// Modules that are another page's.
    others: &'static [&'static str],
}

static FOLDERS: [Folder; 2] = [
    Folder {
        name: "journey",
        at: "/k/",
        page: "/k",
        files: &journey::FILES,
        others: &["/k/standin.js", "/k/preview.js", "/k/draft.js"],
    },
    Folder { name: "dashboard", at: "/dashboard/", page: "/", files: dashboard::FILES, others: &[] },
];

/// Once: every file of it is hashed.
static ROUTER: LazyLock<Router> = LazyLock::new(|| router(true));

async fn get_with(path: &str, headers: &[(&'static str, &str)]) -> Response<Body> {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    ROUTER.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().into()).unwrap()
}

#[tokio::test]
async fn every_file_is_served_with_its_type_and_the_security_headers() {
    for asset in every() {
        for answer in [get_with(asset.path, &[]).await, get_with(asset.path, &[("if-none-match", "*")]).await]
        {
            let headers = answer.headers();
            for (name, value) in SECURITY_HEADERS {
                assert_eq!(headers[name], value, "{}", asset.path);
            }
            let policy = headers["content-security-policy"].to_str().unwrap();
            // The preview of a look, which the settings show in a frame, and nothing else.
            let framed_by = if asset.path == "/k/preview" { "'self'" } else { "'none'" };
            assert!(policy.starts_with("default-src 'none'; "));
            assert!(policy.ends_with(&format!("frame-ancestors {framed_by}")), "{}", asset.path);
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
    for policy in [journey::POLICY, journey::PREVIEW_POLICY, dashboard::POLICY] {
        assert!(!policy.contains("unsafe"));
    }
    assert!(!journey::PREVIEW_POLICY.contains("connect-src"), "a preview asks nobody");
    for policy in [journey::POLICY, dashboard::POLICY, explorer::POLICY] {
        assert!(policy.contains("script-src 'self';") && policy.contains("connect-src 'self';"));
    }
    for path in PAGES {
        let html = text(get_with(path, &[]).await).await;
        assert!(!html.contains("://") && !html.contains(" style=") && !html.contains(" onclick="), "{path}");
        let own = [" src=\"/graphiql/", " type=\"module\" src=\"/k/", " type=\"module\" src=\"/dashboard/"];
        let mut scripts = html.split("<script").skip(1);
        assert!(!scripts.any(|script| !own.iter().any(|own| script.starts_with(own))), "{path}");
    }
}

#[tokio::test]
async fn every_file_of_a_page_is_served() {
    for Folder { name, at, files, .. } in &FOLDERS {
        let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("web").join(name)];
        let mut found = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if path.extension().is_some_and(|ending| ending == "js" || ending == "css") {
                    let text = std::fs::read(&path).unwrap();
                    assert!(files.iter().any(|file| file.bytes == text), "{}", path.display());
                    found += 1;
                }
            }
        }
        let listed = files.iter().filter(|file| file.path.starts_with(at) && file.content_type != HTML);
        assert_eq!(found, listed.count(), "{name}");
    }
}

/// What a module imports, as the address that the browser makes of it: with itself, or `later`.
fn imports(asset: &Asset, later: bool) -> Vec<String> {
    let mut text = asset.bytes.to_vec();
    if asset.gzip {
        text.clear();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(asset.bytes), &mut text).unwrap();
    }
    let text = String::from_utf8(text).unwrap();
    let at = url::Url::parse("http://k").unwrap().join(asset.path).unwrap();
    let names = text.lines().filter_map(|line| {
        let found = if later {
            line.split_once("import('").map(|(_, rest)| rest)
        } else if ["import", "export", "} from"].iter().any(|word| line.starts_with(word)) {
            line.split_once("from '").or(line.split_once("from\"")).map(|(_, rest)| rest)
        } else {
            None
        };
        found.and_then(|rest| rest.split(['\'', '"']).next())
    });
    names.map(|name| at.join(name).unwrap().path().to_owned()).collect()
}

/// Everything that a module needs before it runs.
fn closure(path: &str) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut next = vec![path.to_owned()];
    while let Some(path) = next.pop() {
        let asset = every().find(|asset| asset.path == path).unwrap_or_else(|| panic!("{path} is not there"));
        if seen.insert(path) {
            next.extend(imports(asset, false));
        }
    }
    seen
}

#[tokio::test]
async fn what_a_page_runs_is_asked_for_at_once() {
    for Folder { name, page, files, others, .. } in &FOLDERS {
        let app = files.iter().find(|file| file.path.ends_with("/app.js")).unwrap();
        let html = text(get_with(page, &[]).await).await;
        let preloads = html.split("modulepreload\" href=\"").skip(1);
        let preloads: BTreeSet<_> = preloads.map(|rest| rest.split('"').next().unwrap().to_owned()).collect();
        let mut needed = closure(app.path);
        needed.remove(app.path);
        assert_eq!(preloads, needed, "{name}");

        // And no module is there for nobody.
        let mut used = closure(app.path);
        for path in imports(app, true) {
            used.append(&mut closure(&path));
        }
        let modules = files.iter().filter(|file| file.content_type == JS && !others.contains(&file.path));
        let unused: Vec<_> = modules.filter(|file| !used.contains(file.path)).map(|file| file.path).collect();
        assert!(unused.is_empty(), "{unused:?}");
    }
}

/// The first load: everything that the dashboard's page names, as it crosses the wire.
#[tokio::test]
async fn the_dashboard_is_small() {
    let html = text(get_with("/", &[]).await).await;
    let mut bytes = 0;
    let mut files = 0;
    for link in html.split('"').filter(|part| part.starts_with("/dashboard/") || part.starts_with("/shared/"))
    {
        let answer = get_with(link, &[("accept-encoding", "gzip")]).await;
        assert_eq!(answer.headers()["content-encoding"], "gzip", "{link}");
        bytes += axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap().len();
        files += 1;
    }
    assert!(files > 20 && bytes < 200 * 1024, "{files} files, {bytes} bytes");
}

#[tokio::test]
async fn a_text_is_the_same_compressed_and_not() {
    for asset in every().filter(|asset| !asset.gzip) {
        let plain = get_with(asset.path, &[("accept-encoding", "identity")]).await;
        assert!(!plain.headers().contains_key("content-encoding"));
        let packed = get_with(asset.path, &[("accept-encoding", "br, gzip")]).await;
        assert_eq!(packed.headers()["vary"], "accept-encoding");
        assert_ne!(plain.headers()["etag"], packed.headers()["etag"]);
        let bytes = axum::body::to_bytes(packed.into_body(), usize::MAX).await.unwrap();
        let mut inflated = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(&bytes[..]), &mut inflated).unwrap();
        assert_eq!(inflated, asset.bytes, "{}", asset.path);
    }
}

#[tokio::test]
async fn what_the_pages_link_to_in_their_own_folder_is_there() {
    for path in PAGES {
        let html = text(get_with(path, &[]).await).await;
        let links = html.split(['"']).filter(|part| {
            ["/graphiql", "/dashboard/", "/k/", "/shared/"].iter().any(|own| part.starts_with(own))
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
        assert_eq!(get_with(asset.path, &[("if-none-match", "\"other\"")]).await.status(), StatusCode::OK);
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
