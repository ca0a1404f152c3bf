//! Which attempts a list has.

mod parts;
mod steps;

use async_graphql::{ID, InputObject};
use entity::{
    AttemptState, ExpiryReason, Party, Scope, Scoped, StepKind, StepStatus, Time, attempt, customer,
    id::CustomerId,
};
use sea_orm::{
    ColumnTrait, Condition, ExprTrait, QueryFilter, QuerySelect, QueryTrait, Select, sea_query::Expr,
};

use crate::{
    error::{Error, Result},
    graphql::{scalar::DateTime, words::Words},
};

/// Which attempts. All conditions have to hold; an absent or null one always does.
#[derive(Clone, Debug, Default, InputObject)]
pub struct AttemptFilter {
    /// One of these states, as seen now.
    state: Option<Words<AttemptState>>,
    /// Attempts whose move it is this party's.
    waiting_on: Option<Party>,
    /// Attempts of which some step or hold waits on one of these parties: a reviewer's queue is `[REVIEWER]`.
    needs: Option<Words<Party>>,
    /// Open attempts with an active hold, or those without.
    on_hold: Option<bool>,
    /// Attempts of this customer.
    customer_id: Option<ID>,
    /// Attempts of the customer with this reference.
    customer_reference: Option<String>,
    /// With `stepStatus`: attempts whose step of this kind has one of these statuses. Alone: attempts that have such a step.
    step_kind: Option<StepKind>,
    /// Attempts of which some step (the one of `stepKind`, if that is given) has one of these statuses.
    step_status: Option<Words<StepStatus>>,
    /// Attempts that expired for one of these reasons.
    expiry_reason: Option<Words<ExpiryReason>>,
    /// Created at this moment or later.
    created_from: Option<DateTime>,
    /// Created before this moment.
    created_to: Option<DateTime>,
    /// Ended at this moment or later.
    ended_from: Option<DateTime>,
    /// Ended before this moment.
    ended_to: Option<DateTime>,
    /// The beginning of any word of the customer's name, or of their reference. Several words must all be found.
    pub(super) search: Option<String>,
}

impl AttemptFilter {
    /// A reviewer's queue.
    pub fn of_reviewers() -> Self {
        Self { needs: Some(Words::from_iter([Party::Reviewer])), ..Self::default() }
    }

    /// Whether it asks for one customer, of whom there are few attempts.
    pub fn is_of_one_customer(&self) -> bool {
        self.customer_id.is_some() || self.customer_reference.is_some()
    }

    /// Whose attempts it asks for by id; nobody's for an id of something else.
    pub fn customer(&self) -> Option<Option<CustomerId>> {
        self.customer_id.as_ref().map(|id| id.parse().ok())
    }

    /// Narrows a select to what it leaves.
    ///
    /// # Errors
    /// BAD_USER_INPUT for a range that ends before it begins, and a NUL.
    pub fn apply(
        &self,
        select: Select<attempt::Entity>,
        scope: Scope,
        now: Time,
    ) -> Result<Select<attempt::Entity>> {
        use attempt::Column;
        // A new field of the filter does not compile until it is handled.
        let Self {
            state,
            waiting_on,
            needs,
            on_hold,
            customer_id,
            customer_reference,
            step_kind,
            step_status,
            expiry_reason,
            created_from,
            created_to,
            ended_from,
            ended_to,
            // It is where the list begins.
            search: _,
        } = self;
        let mut all = Condition::all();
        if let Some(states) = state {
            all = all.add(attempt::in_state(states, now));
        }
        if let Some(party) = waiting_on {
            all = all.add(Column::WaitingOn.eq(*party)).add(attempt::on_time(now));
        }
        if let Some(parties) = needs {
            let mut any = Condition::any();
            if parties.is_empty() {
                any = any.add(Expr::value(false));
            }
            for party in parties.iter() {
                any = any.add(match party {
                    Party::Customer => Expr::col(Column::NeedsCustomer),
                    Party::Provider => Expr::col(Column::NeedsProvider),
                    Party::Reviewer => Expr::col(Column::NeedsReviewer),
                });
            }
            all = all.add(any).add(attempt::on_time(now));
        }
        match on_hold {
            Some(true) => all = all.add(Expr::cust("active_holds > 0")).add(Column::EndedAt.is_null()),
            // What is over is on hold no more.
            Some(false) => {
                all = all
                    .add(Condition::any().add(Column::ActiveHolds.eq(0)).add(Column::EndedAt.is_not_null()));
            }
            None => {}
        }
        if customer_id.is_some() {
            // An id of something else finds nothing, like the id of another merchant's customer.
            all = match self.customer().flatten() {
                Some(id) => all.add(Column::CustomerId.eq(id)),
                None => all.add(Expr::value(false)),
            };
        }
        if let Some(reference) = customer_reference {
            let customers = customer::Entity::scoped(scope)
                .filter(customer::Column::Reference.eq(without_nul(reference)?))
                .select_only()
                .column(customer::Column::Id);
            all = all.add(Column::CustomerId.in_subquery(customers.into_query()));
        }
        if step_kind.is_some() || step_status.is_some() {
            all = all.add(steps::has_one(*step_kind, step_status.as_deref()));
        }
        if let Some(reasons) = expiry_reason {
            let mut any = Condition::any().add(Column::ExpiryReason.is_in(reasons.iter().copied()));
            // The unwritten ones: `lifecycle::attempt::overdue` in SQL.
            if reasons.contains(&ExpiryReason::NeverOpened) {
                any = any.add(attempt::overdue(now).and(Column::LinkOpenCount.eq(0)));
            }
            if reasons.contains(&ExpiryReason::Abandoned) {
                any = any.add(attempt::overdue(now).and(Column::LinkOpenCount.gt(0)));
            }
            all = all.add(any);
        }
        check_range("created", created_from.as_ref(), created_to.as_ref())?;
        if let Some(from) = created_from {
            all = all.add(Column::CreatedAt.gte(from.0));
        }
        if let Some(to) = created_to {
            all = all.add(Column::CreatedAt.lt(to.0));
        }
        check_range("ended", ended_from.as_ref(), ended_to.as_ref())?;
        // An expiry that nobody has written yet ended the attempt when it was due.
        if let Some(from) = ended_from {
            let unwritten = attempt::overdue(now).and(Column::DueAt.gte(from.0));
            all = all.add(Condition::any().add(Column::EndedAt.gte(from.0)).add(unwritten));
        }
        if let Some(to) = ended_to {
            let unwritten = attempt::overdue(now).and(Column::DueAt.lt(to.0));
            // What ended before was created before: the newest, which are read first, are left out by their index.
            all = all
                .add(Column::CreatedAt.lt(to.0))
                .add(Condition::any().add(Column::EndedAt.lt(to.0)).add(unwritten));
        }
        Ok(select.filter(all))
    }
}

/// `from` before `to`.
///
/// # Errors
/// BAD_USER_INPUT when it is not.
pub fn check_range(name: &str, from: Option<&DateTime>, to: Option<&DateTime>) -> Result<()> {
    match (from, to) {
        (Some(from), Some(to)) if from.0 > to.0 => Err(Error::BadInput(format!(
            "`{name}From` is after `{name}To`. From is inclusive, to is exclusive; give the earlier moment as from."
        ))),
        _ => Ok(()),
    }
}

/// PostgreSQL keeps no NUL in a text: nothing can be found by it.
///
/// # Errors
/// BAD_USER_INPUT when there is one.
pub fn without_nul(text: &str) -> Result<&str> {
    if text.contains('\0') {
        return Err(Error::BadInput("A text contains a NUL character. Remove it.".into()));
    }
    Ok(text)
}
