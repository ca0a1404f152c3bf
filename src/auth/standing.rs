//! Whether whoever holds an open connection may go on.

use super::{Actor, Auth, Credential};
use crate::error::Result;

/// An actor for as long as a connection is open.
pub struct Standing {
    pub actor: Actor,
}

/// Why a connection may not go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Gone,
    RoleChanged,
}

impl Auth {
    /// Follows a credential.
    ///
    /// # Errors
    /// As [`Auth::actor`].
    pub async fn watch(&self, credential: &Credential) -> Result<Standing> {
        Ok(Standing { actor: self.actor(credential).await? })
    }
}

impl Standing {
    /// Waits until it may not go on.
    pub async fn ended(&mut self) -> Ended {
        std::future::pending().await
    }
}
