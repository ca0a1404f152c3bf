//! The cookies: of a member who is signed in, and of a customer who walks their journey.

use axum::http::{HeaderMap, HeaderValue, header};
use chrono::TimeDelta;

/// How a session's cookie is named and marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionCookie {
    whose: Whose,
    secure: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Whose {
    Member,
    Customer,
}

impl SessionCookie {
    /// `secure` when the public URL is https: the cookie is then `__Host-kyc_session`, which a browser takes only from this
    /// very host, and only over TLS, so that neither a sibling subdomain nor a network can plant one.
    pub fn new(secure: bool) -> Self {
        Self { whose: Whose::Member, secure }
    }

    /// A link session's. It goes to `/journey` and nowhere else, which `__Host-` does not allow: over TLS it is
    /// `__Secure-kyc_journey`, which no page without TLS can plant.
    pub fn of_journey(secure: bool) -> Self {
        Self { whose: Whose::Customer, secure }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match (self.whose, self.secure) {
            (Whose::Member, true) => "__Host-kyc_session",
            (Whose::Member, false) => "kyc_session",
            (Whose::Customer, true) => "__Secure-kyc_journey",
            (Whose::Customer, false) => "kyc_journey",
        }
    }

    /// The token that a request brings.
    pub fn token(self, headers: &HeaderMap) -> Option<&str> {
        headers
            .get_all(header::COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(';'))
            .find_map(|pair| pair.trim().strip_prefix(self.name())?.strip_prefix('='))
    }

    /// `Set-Cookie` of a new session.
    pub fn set(self, token: &str, lasts: TimeDelta) -> Option<HeaderValue> {
        self.line(token, lasts.num_seconds())
    }

    /// `Set-Cookie` that removes it.
    pub fn clear(self) -> Option<HeaderValue> {
        self.line("", 0)
    }

    fn line(self, token: &str, seconds: i64) -> Option<HeaderValue> {
        let secure = if self.secure { "; Secure" } else { "" };
        let path = match self.whose {
            Whose::Member => "/",
            Whose::Customer => "/journey",
        };
        let name = self.name();
        let line = format!("{name}={token}; Path={path}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
        let mut value = HeaderValue::from_str(&line).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookies: &[&str]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for cookie in cookies {
            headers.append(header::COOKIE, cookie.parse().unwrap());
        }
        headers
    }

    #[test]
    fn the_token_is_found_among_other_cookies() {
        let cookie = SessionCookie::new(false);
        assert_eq!(cookie.token(&headers(&["a=b; kyc_session=T; c=d"])), Some("T"));
        assert_eq!(cookie.token(&headers(&["a=b", "kyc_session=T"])), Some("T"));
        for other in
            ["", "kyc_session", "kyc_session2=T", "xkyc_session=T", "__Host-kyc_session=T", "kyc_journey=T"]
        {
            assert_eq!(cookie.token(&headers(&[other])), None, "{other}");
        }
    }

    #[test]
    fn a_journeys_cookie_is_another_one() {
        let set = SessionCookie::of_journey(true).set("T", TimeDelta::days(1)).unwrap();
        assert_eq!(
            set,
            "__Secure-kyc_journey=T; Path=/journey; Max-Age=86400; HttpOnly; SameSite=Lax; Secure"
        );
        let (journey, member) = (SessionCookie::of_journey(false), SessionCookie::new(false));
        assert_eq!(journey.token(&headers(&["kyc_session=M; kyc_journey=T"])), Some("T"));
        assert_eq!(member.token(&headers(&["kyc_journey=T"])), None);
        assert_eq!(journey.token(&headers(&["kyc_session=M"])), None);
    }

    #[test]
    fn over_tls_only_the_host_cookie_counts() {
        let cookie = SessionCookie::new(true);
        assert_eq!(cookie.token(&headers(&["kyc_session=planted; __Host-kyc_session=T"])), Some("T"));
        let set = cookie.set("T", TimeDelta::hours(12)).unwrap();
        assert_eq!(set, "__Host-kyc_session=T; Path=/; Max-Age=43200; HttpOnly; SameSite=Lax; Secure");
        assert!(set.is_sensitive());
        assert_eq!(
            SessionCookie::new(false).clear().unwrap(),
            "kyc_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
        );
    }
}
