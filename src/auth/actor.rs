//! The actor of a request.

use entity::{
    ActorKind, Role, Scope,
    id::{ApiKeyId, MemberId, MerchantId},
};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    events::log::Author,
};

/// Whoever asks: the operator, a member, a merchant's own system, or kyc-stack itself.
#[derive(Clone, Debug)]
pub struct Actor {
    kind: ActorKind,
    id: Option<Uuid>,
    name: String,
    role: Option<Role>,
    merchant: Option<MerchantId>,
}

impl Actor {
    /// The operator of this installation, who creates merchants and sees none of their data.
    pub fn platform() -> Self {
        Self { kind: ActorKind::Platform, id: None, name: "Platform".into(), role: None, merchant: None }
    }

    /// A member who is signed in.
    pub fn member(id: MemberId, name: String, role: Role, merchant: MerchantId) -> Self {
        Self { kind: ActorKind::Member, id: Some(id.0), name, role: Some(role), merchant: Some(merchant) }
    }

    /// A merchant's own system.
    pub fn api_key(id: ApiKeyId, name: String, role: Role, merchant: MerchantId) -> Self {
        Self { kind: ActorKind::ApiKey, id: Some(id.0), name, role: Some(role), merchant: Some(merchant) }
    }

    /// kyc-stack itself, working for a merchant: the clock, the command line, a check that runs by itself.
    pub fn system(merchant: MerchantId) -> Self {
        Self {
            kind: ActorKind::System,
            id: None,
            name: "System".into(),
            role: Some(Role::Admin),
            merchant: Some(merchant),
        }
    }

    /// Nobody in person: everybody of a merchant who has this role, when something is read for all of them at once.
    pub fn audience(role: Role, merchant: MerchantId) -> Self {
        Self {
            kind: ActorKind::System,
            id: None,
            name: String::new(),
            role: Some(role),
            merchant: Some(merchant),
        }
    }

    /// What kind of actor it is.
    pub fn kind(&self) -> ActorKind {
        self.kind
    }

    /// The member's or key's id.
    pub fn id(&self) -> Option<Uuid> {
        self.id
    }

    /// A name for people. Never log it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it may do; the operator has no role.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Whether its role contains `needed`.
    pub fn may(&self, needed: Role) -> bool {
        self.role.is_some_and(|role| role.contains(needed))
    }

    /// Whether it may do what `other` may, and sees what `other` sees: the role and the merchant are the same. Names do not count.
    pub fn has_rights_of(&self, other: &Self) -> bool {
        (self.role, self.merchant) == (other.role, other.merchant)
    }

    /// The merchant whose rows it may read; none for the operator.
    pub fn scope(&self) -> Option<Scope> {
        self.merchant.map(Scope::of)
    }

    /// The permission check: the scope to work in, if the role contains `needed`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when it does not, [`Error::NotForThisActor`] for the operator.
    pub fn require(&self, needed: Role) -> Result<Scope> {
        let scope = self.scope().ok_or(Error::NotForThisActor(
            "the platform key creates merchants; use a merchant's API key or sign in for this",
        ))?;
        if self.may(needed) { Ok(scope) } else { Err(Error::Forbidden(needed)) }
    }

    /// How the log names it.
    pub fn author(&self) -> Author {
        Author { kind: self.kind, id: self.id }
    }
}
