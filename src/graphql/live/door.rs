//! Which way in: the team's, or the customers'. They share the schema and nothing else.

use axum::http::HeaderMap;

use crate::{
    auth::{Auth, Credential},
    error::Result,
};

/// Where a request comes in. Neither looks at what opens the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// `/graphql`: a bearer, or a member's cookie.
    Team,
    /// `/journey/graphql`: a link session's cookie.
    Journey,
}

impl Door {
    /// What a request brings for this door; none if nothing.
    ///
    /// # Errors
    /// UNAUTHENTICATED for what can be nobody's here.
    pub fn credential(self, auth: &Auth, headers: &HeaderMap) -> Result<Option<Credential>> {
        match self {
            Self::Team => auth.credential(headers),
            Self::Journey => auth.journey_credential(headers),
        }
    }
}
