//! From a bearer or a cookie to an actor.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use chrono::TimeDelta;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::{
    Actor, Passwords, SessionCookie, Throttle,
    held::Held,
    key,
    known::{Known, Recognised},
    lookup::Flight,
    standing::Watched,
    touch::{Subject, Touches},
};
use crate::{
    clock::Clock,
    db::Db,
    entropy::Entropy,
    error::{Error, Result},
};

/// How long a session may be idle. It is measured by `last_seen_at`, which moves once a minute: a session ends
/// up to a minute early, never late.
pub const SESSION_IDLE: TimeDelta = TimeDelta::minutes(30);
/// How long a session lasts, however busy it is.
pub const SESSION_LASTS: TimeDelta = TimeDelta::hours(12);
/// How long a customer's session lasts, however long their attempt is open; opening the link again gives another.
pub const JOURNEY_LASTS: TimeDelta = TimeDelta::days(30);
/// How long after the end of an attempt its customer may still read how it ended.
pub const JOURNEY_READS_ON: TimeDelta = TimeDelta::hours(24);
/// Longest bearer or cookie that is looked at, in bytes: an operator's key of their own making fits.
const MAX_TOKEN: usize = 512;

/// Recognises actors. Clones are one.
#[derive(Clone)]
pub struct Auth(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) db: Db,
    pub(super) clock: Clock,
    pub(super) entropy: Entropy,
    pub(super) known: Known,
    pub(super) flights: Held<Flight>,
    pub(super) standings: Held<Watched>,
    pub(super) touches: Touches,
    pub(super) throttle: Throttle,
    pub(super) passwords: Passwords,
    cookie: SessionCookie,
    journey_cookie: SessionCookie,
    platform: Option<[u8; 32]>,
}

/// What a request or a socket brought to be recognised by: the hash of it, not the secret.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Credential {
    kind: Kind,
    hash: [u8; 32],
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A bearer in the form of an API key.
    ApiKey,
    /// Any other bearer: the platform's key, if it is anything.
    Other,
    Session,
    /// A customer's.
    LinkSession,
}

impl Credential {
    /// A bearer's, without the word `Bearer`.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for what can be nobody's.
    pub fn bearer(token: &str) -> Result<Self> {
        let kind = if key::is_well_formed(token) { Kind::ApiKey } else { Kind::Other };
        Self::new(kind, token)
    }

    /// That of an `Authorization` header, or of what stands for one where no header can be sent.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for what is not `Bearer …`, or can be nobody's.
    pub fn authorization(text: &str) -> Result<Self> {
        let (scheme, token) = text.split_once(' ').ok_or(Error::Unauthenticated)?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Error::Unauthenticated);
        }
        Self::bearer(token.trim())
    }

    /// A session cookie's.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for what can be nobody's.
    pub fn session(token: &str) -> Result<Self> {
        Self::new(Kind::Session, token)
    }

    /// A journey cookie's.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for what can be nobody's.
    pub fn link_session(token: &str) -> Result<Self> {
        Self::new(Kind::LinkSession, token)
    }

    /// Whether a browser sends it by itself.
    pub fn is_cookie(&self) -> bool {
        matches!(self.kind, Kind::Session | Kind::LinkSession)
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }

    pub(super) fn hash(&self) -> &[u8; 32] {
        &self.hash
    }

    fn new(kind: Kind, token: &str) -> Result<Self> {
        if token.is_empty() || token.len() > MAX_TOKEN {
            return Err(Error::Unauthenticated);
        }
        Ok(Self { kind, hash: Sha256::digest(token.as_bytes()).into() })
    }
}

impl Auth {
    /// `known` is the cache that use cases empty; `platform_key` the operator's bearer, none for no platform access over
    /// HTTP; `secure` whether the public URL is https.
    pub fn new(
        db: Db,
        clock: Clock,
        entropy: Entropy,
        known: Known,
        platform_key: Option<&str>,
        secure: bool,
    ) -> Self {
        Self(Arc::new(Inner {
            db,
            clock,
            passwords: Passwords::new(entropy.clone()),
            entropy,
            known,
            flights: Held::default(),
            standings: Held::default(),
            touches: Touches::default(),
            throttle: Throttle::default(),
            cookie: SessionCookie::new(secure),
            journey_cookie: SessionCookie::of_journey(secure),
            platform: platform_key.map(|key| Sha256::digest(key.as_bytes()).into()),
        }))
    }

    /// How the session's cookie is named and marked.
    pub fn cookie(&self) -> SessionCookie {
        self.0.cookie
    }

    /// How the cookie of a link session is named and marked.
    pub fn journey_cookie(&self) -> SessionCookie {
        self.0.journey_cookie
    }

    /// Hashes passwords.
    pub fn passwords(&self) -> &Passwords {
        &self.0.passwords
    }

    /// Counts what is tried without being signed in.
    pub fn throttle(&self) -> &Throttle {
        &self.0.throttle
    }

    /// What a request brings: the bearer, else the session cookie, else nothing. Whoever sends an `Authorization` header means
    /// it: if that is no good, the cookie is not looked at.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for an `Authorization` header that is not one bearer.
    pub fn credential(&self, headers: &HeaderMap) -> Result<Option<Credential>> {
        let mut authorization = headers.get_all(header::AUTHORIZATION).iter();
        if let Some(value) = authorization.next() {
            let text = value.to_str().map_err(|_| Error::Unauthenticated)?;
            if authorization.next().is_some() {
                return Err(Error::Unauthenticated);
            }
            return Credential::authorization(text).map(Some);
        }
        self.0.cookie.token(headers).map(Credential::session).transpose()
    }

    /// What a request to a customer's routes brings: the journey cookie, and nothing else. Whoever sends an `Authorization`
    /// header is no customer.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for an `Authorization` header, and for a cookie that can be nobody's.
    pub fn journey_credential(&self, headers: &HeaderMap) -> Result<Option<Credential>> {
        if headers.contains_key(header::AUTHORIZATION) {
            return Err(Error::Unauthenticated);
        }
        self.0.journey_cookie.token(headers).map(Credential::link_session).transpose()
    }

    /// Who sends a request; none if it brings nothing.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if what it brings is nobody's, or not any more.
    pub async fn actor_of(&self, headers: &HeaderMap) -> Result<Option<Actor>> {
        match self.credential(headers)? {
            Some(credential) => self.actor(&credential).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whose bearer this is.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it is nobody's, or not any more.
    pub async fn bearer(&self, token: &str) -> Result<Actor> {
        self.actor(&Credential::bearer(token)?).await
    }

    /// Whose session this is.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it is nobody's, or over.
    pub async fn session(&self, token: &str) -> Result<Actor> {
        self.actor(&Credential::session(token)?).await
    }

    /// Whose credential this is. It counts as being seen.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] if it is nobody's, or not any more.
    pub async fn actor(&self, credential: &Credential) -> Result<Actor> {
        if self.is_platform(credential) {
            return Ok(Actor::platform());
        }
        let recognised = self.recognise(credential).await?;
        self.0.touches.mark(recognised.subject, recognised.seen_at, self.0.clock.now());
        Ok(recognised.actor.clone())
    }

    /// Writes when keys and members were last seen, one batch; the worker calls it until it answers 0, once a minute or more
    /// often, and at shutdown.
    ///
    /// # Errors
    /// When the database fails; nothing is lost then, but written later.
    pub async fn touch_due(&self) -> Result<usize> {
        self.0.touches.write_due(&self.0.db, self.0.clock.now()).await
    }

    pub(super) fn is_platform(&self, credential: &Credential) -> bool {
        let is_it = self.0.platform.is_some_and(|key| key.ct_eq(&credential.hash).into());
        is_it && !credential.is_cookie()
    }

    async fn recognise(&self, credential: &Credential) -> Result<Arc<Recognised>> {
        if let Some(recognised) = self.0.known.get(&credential.hash, self.0.clock.now()) {
            // Two kinds never share a hash, unless somebody presents one as the other.
            let kind = match recognised.subject {
                Subject::ApiKey(_) => Kind::ApiKey,
                Subject::Session(..) => Kind::Session,
                Subject::LinkSession(_) => Kind::LinkSession,
            };
            return if kind == credential.kind { Ok(recognised) } else { Err(Error::Unauthenticated) };
        }
        Ok(self.look_up(credential).await?.recognised)
    }
}
