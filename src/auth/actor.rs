//! The actor of a request.

use entity::{
    ActorKind, Role, Scope,
    id::{ApiKeyId, AttemptId, CustomerId, LinkSessionId, MemberId, MerchantId},
};
use uuid::Uuid;

use crate::{
    error::{Error, Result},
    events::log::Author,
};

/// What a customer is told of everything that is the team's.
pub const NOT_FOR_CUSTOMERS: &str = "a customer walks their own journey and sees nothing else";

/// Whoever asks: the operator, a member, a merchant's own system, a customer who walks their journey, or kyc-stack itself.
#[derive(Clone, Debug)]
pub struct Actor {
    kind: ActorKind,
    id: Option<Uuid>,
    name: String,
    role: Option<Role>,
    merchant: Option<MerchantId>,
    walk: Option<Walk>,
}

/// A customer's own journey: all that a link session may see or move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Walk {
    /// The merchant's. Whoever reads in it takes the attempt's rows and no others.
    pub scope: Scope,
    pub attempt: AttemptId,
    pub session: LinkSessionId,
}

impl Actor {
    /// The operator of this installation, who creates merchants and sees none of their data.
    pub fn platform() -> Self {
        Self {
            kind: ActorKind::Platform,
            id: None,
            name: "Platform".into(),
            role: None,
            merchant: None,
            walk: None,
        }
    }

    /// A member who is signed in.
    pub fn member(id: MemberId, name: String, role: Role, merchant: MerchantId) -> Self {
        Self::of_team(ActorKind::Member, id.0, name, role, merchant)
    }

    /// A merchant's own system.
    pub fn api_key(id: ApiKeyId, name: String, role: Role, merchant: MerchantId) -> Self {
        Self::of_team(ActorKind::ApiKey, id.0, name, role, merchant)
    }

    fn of_team(kind: ActorKind, id: Uuid, name: String, role: Role, merchant: MerchantId) -> Self {
        Self { kind, id: Some(id), name, role: Some(role), merchant: Some(merchant), walk: None }
    }

    /// A customer in the browser in which they opened their link. No role, and no merchant's scope: what they may is
    /// [`Actor::walk`].
    pub fn customer(id: CustomerId, walk: Walk) -> Self {
        Self {
            kind: ActorKind::Customer,
            id: Some(id.0),
            name: "Customer".into(),
            role: None,
            merchant: None,
            walk: Some(walk),
        }
    }

    /// kyc-stack itself, working for a merchant: the clock, the command line, a check that runs by itself.
    pub fn system(merchant: MerchantId) -> Self {
        Self {
            kind: ActorKind::System,
            id: None,
            name: "System".into(),
            role: Some(Role::Admin),
            merchant: Some(merchant),
            walk: None,
        }
    }

    /// Whoever performs a check, answering about one merchant's step.
    pub fn provider(merchant: MerchantId) -> Self {
        Self { kind: ActorKind::Provider, name: "Provider".into(), role: None, ..Self::system(merchant) }
    }

    /// Nobody in person: everybody of a merchant who has this role, when something is read for all of them at once.
    pub fn audience(role: Role, merchant: MerchantId) -> Self {
        Self {
            kind: ActorKind::System,
            id: None,
            name: String::new(),
            role: Some(role),
            merchant: Some(merchant),
            walk: None,
        }
    }

    /// What kind of actor it is.
    pub fn kind(&self) -> ActorKind {
        self.kind
    }

    /// The member's, key's or customer's id.
    pub fn id(&self) -> Option<Uuid> {
        self.id
    }

    /// A name for people. Never log it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it may do; the operator and customers have no role.
    pub fn role(&self) -> Option<Role> {
        self.role
    }

    /// Whether its role contains `needed`.
    pub fn may(&self, needed: Role) -> bool {
        self.role.is_some_and(|role| role.contains(needed))
    }

    /// Whether it may do what `other` may, and sees what `other` sees: the role and the merchant are the same. Names do not count.
    pub fn has_rights_of(&self, other: &Self) -> bool {
        (self.role, self.merchant, self.walk) == (other.role, other.merchant, other.walk)
    }

    /// The merchant whose rows it may read; none for the operator, and for customers, who see their own journey only.
    pub fn scope(&self) -> Option<Scope> {
        self.merchant.map(Scope::of)
    }

    /// The permission check: the scope to work in, if the role contains `needed`.
    ///
    /// # Errors
    /// [`Error::Forbidden`] when it does not, [`Error::NotForThisActor`] for the operator and for customers.
    pub fn require(&self, needed: Role) -> Result<Scope> {
        let scope = self.scope().ok_or(Error::NotForThisActor(match self.walk {
            Some(_) => NOT_FOR_CUSTOMERS,
            None => "the platform key creates merchants; use a merchant's API key or sign in for this",
        }))?;
        if self.may(needed) { Ok(scope) } else { Err(Error::Forbidden(needed)) }
    }

    /// The permission check of a customer: the journey that they may walk.
    ///
    /// # Errors
    /// [`Error::NotForThisActor`] for everybody else.
    pub fn walk(&self) -> Result<Walk> {
        self.walk.ok_or(Error::NotForThisActor(
            "this is for the customer who has opened their link; a team reads its attempts",
        ))
    }

    /// How the log names it.
    pub fn author(&self) -> Author {
        Author { kind: self.kind, id: self.id }
    }
}
