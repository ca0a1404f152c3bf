//! Whether a request that changes something comes from a page of our own.
//!
//! A browser sends the session cookie along with whatever a page asks for. SameSite=Lax keeps it from most foreign
//! requests; this keeps out the rest: sibling subdomains, old browsers, and a sign-in that a foreign page sends for its
//! victim (login CSRF, where there is no cookie yet).

use axum::http::{HeaderMap, Method, header};

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ForeignPage;

/// Lets a request pass unless it may have been sent by a foreign page. `origin` is the public URL's, as a browser prints it.
///
/// A bearer is never sent by a browser by itself, and beats the cookie: such requests pass. So do reads. Of the others,
/// `Sec-Fetch-Site` decides, which a page cannot forge; then `Origin`. With neither, it is not a browser of this decade:
/// it passes only if it brings no cookie, and so nobody's rights.
///
/// # Errors
/// [`ForeignPage`] when it is refused.
pub fn check(method: &Method, headers: &HeaderMap, origin: &str) -> Result<(), ForeignPage> {
    if method.is_safe() || headers.contains_key(header::AUTHORIZATION) {
        return Ok(());
    }
    let passes = if let Some(site) = headers.get("sec-fetch-site") {
        // `none`: the person's own doing, such as a bookmark.
        site == "same-origin" || site == "none"
    } else if let Some(sent) = headers.get(header::ORIGIN) {
        sent == origin
    } else {
        !headers.contains_key(header::COOKIE)
    };
    if passes { Ok(()) } else { Err(ForeignPage) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OURS: &str = "https://kyc.example.com";

    #[test]
    fn only_our_own_pages_change_things() {
        let cookie = Some("kyc_session=x");
        // method, Authorization, Cookie, Sec-Fetch-Site, Origin, passes
        let table = [
            (Method::GET, None, cookie, Some("cross-site"), Some("https://evil.example"), true),
            (Method::HEAD, None, cookie, None, None, true),
            (Method::OPTIONS, None, cookie, None, None, true),
            (Method::POST, None, cookie, Some("same-origin"), None, true),
            (Method::POST, None, cookie, Some("none"), None, true),
            (Method::POST, None, cookie, Some("same-site"), Some(OURS), false),
            (Method::POST, None, cookie, Some("cross-site"), Some(OURS), false),
            (Method::POST, None, cookie, Some(""), None, false),
            (Method::POST, None, cookie, Some("Same-Origin"), None, false),
            (Method::POST, None, cookie, None, Some(OURS), true),
            (Method::POST, None, cookie, None, Some("null"), false),
            (Method::POST, None, cookie, None, Some("http://kyc.example.com"), false),
            (Method::POST, None, cookie, None, Some("https://kyc.example.com:444"), false),
            (Method::POST, None, cookie, None, Some("https://kyc.example.com.evil.example"), false),
            (Method::POST, None, cookie, None, Some("https://evil-kyc.example.com"), false),
            (Method::POST, None, cookie, None, None, false),
            (Method::PUT, None, cookie, None, None, false),
            (Method::PATCH, None, cookie, None, None, false),
            (Method::DELETE, None, cookie, None, None, false),
            // No cookie yet: a sign-in.
            (Method::POST, None, None, None, None, true),
            (Method::POST, None, None, Some("same-origin"), None, true),
            (Method::POST, None, None, Some("cross-site"), None, false),
            (Method::POST, None, None, None, Some("https://evil.example"), false),
            // A bearer is nobody's ambient right.
            (Method::POST, Some("Bearer k"), cookie, Some("cross-site"), Some("https://evil.example"), true),
            (Method::POST, Some("Bearer k"), cookie, None, None, true),
        ];
        for (method, authorization, cookie, site, origin, passes) in table {
            let mut headers = HeaderMap::new();
            for (name, value) in [
                ("authorization", authorization),
                ("cookie", cookie),
                ("sec-fetch-site", site),
                ("origin", origin),
            ] {
                if let Some(value) = value {
                    headers.insert(name, value.parse().unwrap());
                }
            }
            assert_eq!(check(&method, &headers, OURS).is_ok(), passes, "{method} {headers:?}");
        }
    }
}
