//! What lists tell attempts by, in one number, which the database makes of an attempt's row: how the attempt has ended, or who has
//! something to do. Each sort has an index that begins with it, so that whatever a filter leaves is some classes, each in order.

use sea_orm::{
    ExprTrait,
    sea_query::{Alias, Expr, SimpleExpr},
};

use crate::{AttemptState, ExpiryReason, Party, attempt};

/// From here on it is open.
const OPEN: i32 = 32;
const BEGUN: i32 = 1;
const CUSTOMER: i32 = 2;
const PROVIDER: i32 = 4;
/// A reviewer has something to do, which is not to release a hold.
const REVIEWER: i32 = 8;
/// A reviewer has a hold to release, which keeps the attempt open.
const HELD: i32 = 16;

/// A class of attempts, as *written*: of what is overdue it says that it is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Class(i32);

impl Class {
    /// Every class: each attempt is of one.
    pub fn all() -> impl Iterator<Item = Self> {
        let open = [0, REVIEWER, HELD].into_iter().flat_map(|reviewer| {
            (0..=(BEGUN | CUSTOMER | PROVIDER)).map(move |others| Self(OPEN + reviewer + others))
        });
        (1..=5).map(Self).chain(open)
    }

    /// The state that is written.
    pub fn state(self) -> AttemptState {
        match self.0 {
            1 => AttemptState::Completed,
            2 => AttemptState::Rejected,
            3..=5 => AttemptState::Expired,
            open if open & BEGUN == 0 => AttemptState::Created,
            _ => AttemptState::InProgress,
        }
    }

    /// Why it expired, when it is written that it did.
    pub fn expiry_reason(self) -> Option<ExpiryReason> {
        match self.0 {
            3 => Some(ExpiryReason::NeverOpened),
            4 => Some(ExpiryReason::Abandoned),
            5 => Some(ExpiryReason::Revoked),
            _ => None,
        }
    }

    /// Whether it is open.
    pub fn is_open(self) -> bool {
        self.0 >= OPEN
    }

    /// Whether somebody has something to do.
    pub fn needs(self, party: Party) -> bool {
        let bits = match party {
            Party::Customer => CUSTOMER,
            Party::Provider => PROVIDER,
            Party::Reviewer => REVIEWER | HELD,
        };
        self.is_open() && self.0 & bits != 0
    }

    /// Whose move it is: the customer's before a provider's before a reviewer's.
    pub fn waiting_on(self) -> Option<Party> {
        [Party::Customer, Party::Provider, Party::Reviewer].into_iter().find(|party| self.needs(*party))
    }

    /// Whether it is open and has an active hold.
    pub fn on_hold(self) -> bool {
        self.is_open() && self.0 & HELD != 0
    }

    /// That an attempt is of this class.
    pub fn is(self) -> SimpleExpr {
        column().eq(self.0)
    }

    /// That an attempt is of one of these.
    pub fn among(classes: impl IntoIterator<Item = Self>) -> SimpleExpr {
        column().is_in(classes.into_iter().map(|class| class.0))
    }
}

/// No member of [`attempt::Model`]: nobody writes it, and what it says stands in the others.
fn column() -> SimpleExpr {
    Expr::col((attempt::Entity, Alias::new("class")))
}
