//! What a filter leaves, as parts each of which an index has in the order of the list.
//!
//! In the order of a sort, attempts that a filter wants may lie as far apart as there are others: the oldest change of what is
//! open comes after all that has ended. So a list that asks for states, for who has something to do, or for holds is read class by class
//! ([`Class`]), and merged.

use entity::{AttemptState, ExpiryReason, Scope, Scoped, Time, attempt, class::Class};
use sea_orm::{
    DbBackend, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select,
    sea_query::{Alias, Expr},
};

use super::AttemptFilter;
use crate::{
    error::Result,
    graphql::{attempt::list::AttemptSortField, words::Words},
};

/// More rows than there are: where a limit keeps a subquery in its own order.
const ALL: u64 = i64::MAX as u64;

impl AttemptFilter {
    /// What is left of `select`, which the filter has narrowed, in the order of `sort`: one part when an index has it all in
    /// that order. No attempt is in two.
    pub fn parts(
        &self,
        select: Select<attempt::Entity>,
        sort: AttemptSortField,
        scope: Scope,
        backend: DbBackend,
        now: Time,
    ) -> Vec<Select<attempt::Entity>> {
        if self.is_read_in_order(sort) {
            return vec![select];
        }
        let overdue = self.shows_overdue();
        let mut parts: Vec<_> = self
            .classes()
            .map(|class| {
                let part = select.clone().filter(class.is());
                // What is overdue is the part below.
                if overdue && class.is_open() { part.filter(attempt::on_time(now)) } else { part }
            })
            .collect();
        if overdue {
            parts.push(first_what_is_due(select.clone(), scope, backend, now));
        }
        if parts.is_empty() { vec![select.filter(Expr::value(false))] } else { parts }
    }

    /// What it leaves of `select`, in parts each of which an index has, to be counted. No attempt is in two.
    ///
    /// # Errors
    /// As [`AttemptFilter::apply`].
    pub fn counted(
        &self,
        select: Select<attempt::Entity>,
        scope: Scope,
        backend: DbBackend,
        now: Time,
    ) -> Result<Vec<Select<attempt::Entity>>> {
        if let Some(states) = self.state.as_ref().filter(|_| self.shows_overdue()) {
            // The index of states has what is written. What is due and not written yet is mostly nothing; asked for together,
            // the two are looked for in attempts of every state.
            let of_any = Self { state: None, ..self.clone() };
            let written = of_any.apply(select.clone(), scope, now)?;
            let written = written.filter(attempt::written_in(states, now));
            return Ok(vec![
                written,
                first_what_is_due(self.apply(select, scope, now)?, scope, backend, now),
            ]);
        }
        let select = self.apply(select, scope, now)?;
        // What is overdue is shown as EXPIRED, and needs nobody.
        Ok(vec![if self.asks_parties() { select.filter(Class::among(self.classes())) } else { select }])
    }

    /// Whether it asks who has something to do: few classes have that.
    fn asks_parties(&self) -> bool {
        self.waiting_on.is_some() || self.needs.is_some() || self.on_hold == Some(true)
    }

    /// Whether the list is read in an order that all attempts have an index for, or those of one state.
    fn is_read_in_order(&self, sort: AttemptSortField) -> bool {
        match sort {
            AttemptSortField::CreatedAt | AttemptSortField::UpdatedAt
                if !self.asks_parties() && self.expiry_reason.is_none() =>
            {
                match self.state.as_deref() {
                    None => true,
                    Some([state]) => sort == AttemptSortField::CreatedAt && *state != AttemptState::Expired,
                    Some(_) => false,
                }
            }
            _ => false,
        }
    }

    /// Whether attempts of what is open are told from others by being overdue.
    fn shows_overdue(&self) -> bool {
        let expired = |state: &Words<AttemptState>| state.contains(&AttemptState::Expired);
        let by_clock =
            |reasons: &Words<ExpiryReason>| reasons.iter().any(|reason| *reason != ExpiryReason::Revoked);
        (self.state.is_some() || self.expiry_reason.is_some())
            && self.state.as_ref().is_none_or(expired)
            && self.expiry_reason.as_ref().is_none_or(by_clock)
            && self.waiting_on.is_none()
            && self.needs.is_none()
            && self.on_hold != Some(true)
    }

    /// The classes that have what it wants, as written.
    fn classes(&self) -> impl Iterator<Item = Class> {
        Class::all().filter(|class| {
            self.state.as_ref().is_none_or(|states| states.contains(&class.state()))
                && self.waiting_on.is_none_or(|party| class.waiting_on() == Some(party))
                && self.needs.as_ref().is_none_or(|parties| parties.iter().any(|party| class.needs(*party)))
                && self.on_hold.is_none_or(|held| class.on_hold() == held)
                && self.expiry_reason.as_ref().is_none_or(|reasons| {
                    class.expiry_reason().is_some_and(|reason| reasons.contains(&reason))
                })
        })
    }
}

/// Reads what is due before anything else: it is what the worker has not come to yet, and mostly nothing. Left to itself, a database
/// may look for it in the order of the list, from end to end.
fn first_what_is_due(
    select: Select<attempt::Entity>,
    scope: Scope,
    backend: DbBackend,
    now: Time,
) -> Select<attempt::Entity> {
    let due = attempt::Entity::apart(scope, backend)
        .filter(attempt::overdue(now))
        .order_by_asc(attempt::Column::DueAt)
        .limit(ALL)
        .into_query();
    let mut select = select;
    // Under the table's own name: the columns are called the same in it.
    QueryTrait::query(&mut select).from_clear().from_subquery(due, Alias::new("attempt"));
    select
}
