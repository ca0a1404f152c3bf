//! Whose a root field is: the team's, or a customer's.

use crate::{
    auth::{Actor, NOT_FOR_CUSTOMERS},
    error::Error,
};
use entity::{ActorKind, Role};

use super::plan::Plan;

/// Why an actor does not get a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Barred {
    /// It takes this role.
    Role(Role),
    /// It is the team's, and a customer asks.
    Team,
    /// It is a customer's, and somebody else asks.
    Customers,
}

impl Barred {
    /// The error that stands for the field.
    pub fn error(self) -> Error {
        match self {
            Self::Role(role) => Error::Forbidden(role),
            Self::Team => Error::NotForThisActor(NOT_FOR_CUSTOMERS),
            Self::Customers => {
                Error::NotForThisActor("link sessions only: this is for the customer who opened their link")
            }
        }
    }
}

impl Plan {
    /// Bars the root's fields that are not this actor's.
    pub(in crate::graphql) fn bar(&mut self, actor: &Actor) {
        let is_customer = actor.kind() == ActorKind::Customer;
        for field in &mut self.fields {
            let Some(table) = field.table else { continue };
            match (table.customers, is_customer) {
                (true, false) => field.forbidden = Some(Barred::Customers),
                (false, true) => field.forbidden = Some(Barred::Team),
                (true, true) | (false, false) => {}
            }
        }
    }
}
