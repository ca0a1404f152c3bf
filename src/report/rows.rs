//! The rows of a report, read page by page inside one snapshot.
//!
//! A page is three plain statements: the next attempts by keyset, their customers, their steps. Each is a walk along one
//! index whatever the size of the tables and however old their statistics; a join lets the planner read a whole table for each
//! page, and an aggregate over the steps sends nothing before its end. Rows are read as they come: while the database
//! looks for the next, the last is already in the page.

use std::collections::HashMap;

use entity::{
    AttemptState, Scope, Scoped, StepKind, Time, attempt, customer, event,
    id::{AttemptId, CustomerId},
    pick::Values,
    step,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, ExprTrait, Iden, IntoSimpleExpr, Order, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
    sea_query::{Asterisk, Expr, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::{
    page::{Attempt, Customer, KINDS, Page, Seen, Step, StepLine, Text, Texts},
    query::{Date, Layout, Plan},
};
use crate::{
    db::{EachRow, Transaction},
    lifecycle,
};

/// Attempts of the first page: few, so that the first bytes leave at once.
const FIRST_PAGE: u64 = 50;
/// Attempts of a page: enough that a round trip costs little, few enough that the pages in flight take 2 MB.
const PAGE: u64 = 500;

const ATTEMPT: [attempt::Column; 14] = [
    attempt::Column::Id,
    attempt::Column::CustomerId,
    attempt::Column::Number,
    attempt::Column::Mode,
    attempt::Column::CreatedAt,
    attempt::Column::StartedAt,
    attempt::Column::ExpiresAt,
    attempt::Column::RejectionCode,
    attempt::Column::State,
    attempt::Column::WaitingOn,
    attempt::Column::EndedAt,
    attempt::Column::ExpiryReason,
    attempt::Column::DueAt,
    attempt::Column::LinkOpenCount,
];

const CUSTOMER: [customer::Column; 5] = [
    customer::Column::Id,
    customer::Column::Reference,
    customer::Column::Name,
    customer::Column::Email,
    customer::Column::Phone,
];

const STEP: [step::Column; 7] = [
    step::Column::AttemptId,
    step::Column::Kind,
    step::Column::Status,
    step::Column::ReasonCode,
    step::Column::Tries,
    step::Column::StartedAt,
    step::Column::EndedAt,
];

/// What the long layout shows besides.
const STEP_LINE: [step::Column; 4] =
    [step::Column::Id, step::Column::Position, step::Column::WaitingOn, step::Column::MaxTries];

/// The rows of a plan, oldest first by the date it asks for, then by id.
pub(super) struct Pages<'p> {
    plan: &'p Plan,
    /// The key of the last row read.
    after: (Time, AttemptId),
    size: u64,
}

impl<'p> Pages<'p> {
    pub(super) fn of(plan: &'p Plan) -> Self {
        // Before every row of the first day: no id is nil.
        Self { plan, after: (plan.from, AttemptId(Uuid::nil())), size: FIRST_PAGE }
    }

    /// Puts the next rows into a page that is empty; none are left when it still is.
    ///
    /// # Errors
    /// When the database fails, or holds a row that cannot be read.
    pub(super) async fn next(&mut self, txn: &Transaction, page: &mut Page) -> Result<(), DbErr> {
        let backend = txn.get_database_backend();
        let plan = self.plan;
        let Page { attempts, texts } = page;
        attempts.reserve_exact(self.size as usize);
        let select = backend.build(&statement(plan, self.after, self.size));
        txn.each(select, |row| {
            attempts.push(attempt(&mut Values::of(row), plan.now, texts)?);
            Ok(())
        })
        .await?;
        let Some(last) = attempts.last() else { return Ok(()) };
        self.after = (key(last, plan.date), last.id);
        self.size = PAGE;

        let mut ids: Vec<_> = attempts.iter().map(|attempt| attempt.customer_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let mut customers = HashMap::with_capacity(ids.len());
        let select = customer::Entity::among(plan.scope, backend, customer::Column::Id, ids);
        txn.each(select.select_only().columns(CUSTOMER).build(backend), |row| {
            let values = &mut Values::of(row);
            let id: CustomerId = values.take()?;
            customers.insert(id, customer(values, texts)?);
            Ok(())
        })
        .await?;
        for attempt in &mut *attempts {
            let customer = customers.get(&attempt.customer_id);
            attempt.customer =
                *customer.ok_or_else(|| DbErr::RecordNotFound("the customer of an attempt".into()))?;
        }

        let ids = attempts.iter().map(|attempt| attempt.id);
        let select = step::Entity::among(plan.scope, backend, step::Column::AttemptId, ids.clone());
        let select = select.select_only().columns(STEP);
        let select = if plan.layout == Layout::Long { select.columns(STEP_LINE) } else { select };
        let places: HashMap<_, _> = ids.zip(0..).collect();
        // Those of an attempt mostly come one after the other.
        let mut same: Option<(AttemptId, usize)> = None;
        txn.each(select.build(backend), |row| {
            let values = &mut Values::of(row);
            let id = values.take()?;
            let place = match same {
                Some((known, place)) if known == id => place,
                _ => *places.get(&id).ok_or_else(|| DbErr::RecordNotFound("the attempt of a step".into()))?,
            };
            same = Some((id, place));
            let Some(attempt) = attempts.get_mut(place) else { return Ok(()) };
            let kind: StepKind = values.take()?;
            attempt.steps[kind as usize] = Some(step(values, plan.layout, attempt.seen.state, texts)?);
            Ok(())
        })
        .await
    }
}

/// The newest event that a snapshot sees: the report shows the log up to it, and nothing after.
pub(super) async fn newest_event(
    txn: &impl ConnectionTrait,
    scope: Scope,
) -> Result<Option<event::Model>, DbErr> {
    event::Entity::scoped(scope).order_by_desc(event::Column::Seq).one(txn).await
}

/// The statement of one page of attempts.
fn statement(plan: &Plan, after: (Time, AttemptId), size: u64) -> SelectStatement {
    match plan.date {
        Date::Created => {
            let mut select = keyset(plan, attempt::Column::CreatedAt, after, size);
            if !plan.states.is_empty() {
                select = select.filter(attempt::in_state(&plan.states, plan.now));
            }
            select.into_query()
        }
        Date::Ended => {
            // An attempt has ended when that is written, or when it is overdue. One index each, merged: one expression
            // over both columns would have none.
            let mut written = keyset(plan, attempt::Column::EndedAt, after, size);
            if !plan.states.is_empty() {
                written = written.filter(attempt::Column::State.is_in(plan.states.iter().copied()));
            }
            if !plan.states.is_empty() && !plan.states.contains(&AttemptState::Expired) {
                return written.into_query();
            }
            let overdue =
                keyset(plan, attempt::Column::DueAt, after, size).filter(attempt::overdue(plan.now));
            // SQLite takes an ORDER BY within a part of a union only inside a subquery.
            let part = |select: Select<attempt::Entity>, key: attempt::Column, name: &'static str| {
                let select = select.expr_as(key.into_simple_expr(), "at").into_query();
                Query::select().column(Asterisk).from_subquery(select, name).to_owned()
            };
            part(written, attempt::Column::EndedAt, "written")
                .union(UnionType::All, part(overdue, attempt::Column::DueAt, "overdue"))
                .order_by("at", Order::Asc)
                .order_by(attempt::Column::Id.unquoted(), Order::Asc)
                .limit(size)
                .to_owned()
        }
    }
}

/// Attempts of the range by one of its dates, after a key, in the order of the index.
fn keyset(
    plan: &Plan,
    date: attempt::Column,
    (at, id): (Time, AttemptId),
    size: u64,
) -> Select<attempt::Entity> {
    let key = Expr::tuple([date.into_simple_expr(), attempt::Column::Id.into_simple_expr()]);
    attempt::Entity::scoped(plan.scope)
        .select_only()
        .columns(ATTEMPT)
        .filter(key.gt(Expr::tuple([Expr::val(at), Expr::val(id)])))
        .filter(date.lt(plan.until))
        .order_by_asc(date)
        .order_by_asc(attempt::Column::Id)
        .limit(size)
}

/// Reads an attempt, still without its customer and its steps.
fn attempt(values: &mut Values<'_>, now: Time, texts: &mut Texts) -> Result<Attempt, DbErr> {
    Ok(Attempt {
        id: values.take()?,
        customer_id: values.take()?,
        number: values.take()?,
        mode: values.take()?,
        created_at: values.take()?,
        started_at: values.take()?,
        expires_at: values.take()?,
        rejection_code: kept(values, texts)?,
        seen: {
            let written = Seen {
                state: values.take()?,
                waiting_on: values.take()?,
                ended_at: values.take()?,
                expiry_reason: values.take()?,
            };
            seen(written, values.take()?, values.take()?, now)
        },
        customer: Customer::default(),
        steps: [None; KINDS],
    })
}

/// The date that attempts are ordered by.
fn key(attempt: &Attempt, date: Date) -> Time {
    match date {
        Date::Created => attempt.created_at,
        Date::Ended => attempt.seen.ended_at.unwrap_or(attempt.created_at),
    }
}

/// An attempt as anybody sees it at `now`: what the clock has done counts, written or not.
fn seen(written: Seen, due_at: Option<Time>, link_open_count: i32, now: Time) -> Seen {
    match lifecycle::attempt::overdue(due_at, link_open_count, now) {
        None => written,
        Some(overdue) => Seen {
            state: AttemptState::Expired,
            waiting_on: None,
            ended_at: Some(overdue.ended_at),
            expiry_reason: Some(overdue.reason),
        },
    }
}

fn customer(values: &mut Values<'_>, texts: &mut Texts) -> Result<Customer, DbErr> {
    Ok(Customer {
        reference: kept(values, texts)?,
        name: kept(values, texts)?,
        email: kept(values, texts)?,
        phone: kept(values, texts)?,
    })
}

/// Reads a step, whose attempt is seen in `state`.
fn step(
    values: &mut Values<'_>,
    layout: Layout,
    state: AttemptState,
    texts: &mut Texts,
) -> Result<Step, DbErr> {
    Ok(Step {
        status: values.take()?,
        reason_code: kept(values, texts)?,
        tries: values.take()?,
        started_at: values.take()?,
        ended_at: values.take()?,
        line: match layout {
            Layout::Wide => None,
            Layout::Long => Some(StepLine {
                id: values.take()?,
                position: values.take()?,
                waiting_on: lifecycle::step::waits_on(values.take()?, state),
                max_tries: values.take()?,
            }),
        },
    })
}

/// Reads a text into a page's.
fn kept(values: &mut Values<'_>, texts: &mut Texts) -> Result<Text, DbErr> {
    texts.keep(values.text()?).ok_or_else(|| DbErr::Custom("a page has too much text".to_owned()))
}
