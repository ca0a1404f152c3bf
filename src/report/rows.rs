//! The rows of a report, read page by page inside one snapshot.
//!
//! A page is three plain statements: the next attempts by keyset, their customers, their steps. Each is a walk along one
//! index whatever the size of the tables and however old their statistics; a join lets the planner read a whole table for each
//! page, an aggregate over the steps sends nothing before its end, and a statement that is streamed would keep the connection
//! from asking anything else meanwhile.

use std::collections::HashMap;

use entity::{
    AttemptState, ExpiryReason, MerchantMode, Party, Scope, Scoped, StepKind, StepStatus, Time, attempt,
    customer, event,
    id::{AttemptId, CustomerId, StepId},
    step,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, ExprTrait, Iden, IntoSimpleExpr, Order, QueryFilter, QueryOrder,
    QueryResult, QuerySelect, QueryTrait, Select, TryGetable,
    sea_query::{Asterisk, Expr, Query, SelectStatement, UnionType},
};
use uuid::Uuid;

use super::query::{Date, Plan};
use crate::lifecycle;

/// Attempts of the first page: few, so that the first bytes leave at once.
const FIRST_PAGE: u64 = 50;
/// Attempts of a page: enough that a round trip costs little, few enough that the pages in flight take 2 MB.
const PAGE: u64 = 500;

/// One attempt of the report, as seen at the moment of the export.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub id: AttemptId,
    pub number: i32,
    pub customer_id: CustomerId,
    pub customer: Customer,
    pub mode: MerchantMode,
    pub seen: Seen,
    pub created_at: Time,
    pub started_at: Option<Time>,
    pub expires_at: Option<Time>,
    pub rejection_code: Option<String>,
    /// In the order of their positions.
    pub steps: Vec<Step>,
}

/// What the clock may have changed although nobody has written it yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub state: AttemptState,
    pub waiting_on: Option<Party>,
    pub ended_at: Option<Time>,
    pub expiry_reason: Option<ExpiryReason>,
}

#[derive(Clone, Debug)]
pub(super) struct Customer {
    pub reference: Option<String>,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub id: StepId,
    pub kind: StepKind,
    pub position: i32,
    pub status: StepStatus,
    pub waiting_on: Option<Party>,
    pub reason_code: Option<String>,
    pub tries: i32,
    pub max_tries: i32,
    pub started_at: Option<Time>,
    pub ended_at: Option<Time>,
}

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

const STEP: [step::Column; 11] = [
    step::Column::AttemptId,
    step::Column::Id,
    step::Column::Kind,
    step::Column::Position,
    step::Column::Status,
    step::Column::WaitingOn,
    step::Column::ReasonCode,
    step::Column::Tries,
    step::Column::MaxTries,
    step::Column::StartedAt,
    step::Column::EndedAt,
];

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

    /// The next rows; none are left when it is empty.
    pub(super) async fn next(&mut self, txn: &impl ConnectionTrait) -> Result<Vec<Row>, DbErr> {
        let backend = txn.get_database_backend();
        let attempts = backend.build(&page(self.plan, self.after, self.size));
        let attempts: Vec<AttemptRow> =
            read(&txn.query_all_raw(attempts).await?, |cells| AttemptRow::read(cells, self.plan.now))?;
        let Some(last) = attempts.last() else { return Ok(Vec::new()) };
        self.after = (last.key(self.plan.date), last.id);
        self.size = PAGE;

        let scope = self.plan.scope;
        let mut ids: Vec<_> = attempts.iter().map(|attempt| attempt.customer_id).collect();
        ids.sort_unstable();
        ids.dedup();
        let customers = customer::Entity::among(scope, backend, customer::Column::Id, ids);
        let customers = customers.select_only().columns(CUSTOMER).build(backend);
        let customers: HashMap<CustomerId, Customer> =
            read(&txn.query_all_raw(customers).await?, Customer::read)?.into_iter().collect();

        let ids: Vec<_> = attempts.iter().map(|attempt| attempt.id).collect();
        let steps = step::Entity::among(scope, backend, step::Column::AttemptId, ids);
        let steps = steps.select_only().columns(STEP).build(backend);
        let mut steps_of: HashMap<AttemptId, Vec<Step>> = HashMap::with_capacity(attempts.len());
        for (attempt, step) in read(&txn.query_all_raw(steps).await?, Step::read)? {
            steps_of.entry(attempt).or_insert_with(|| Vec::with_capacity(StepKind::ALL.len())).push(step);
        }

        let with_children = |attempt: AttemptRow| {
            let customer = customers.get(&attempt.customer_id).cloned();
            let customer =
                customer.ok_or_else(|| DbErr::RecordNotFound("the customer of an attempt".into()))?;
            let mut steps = steps_of.remove(&attempt.id).unwrap_or_default();
            steps.sort_unstable_by_key(|step| step.position);
            Ok(attempt.with(customer, steps))
        };
        attempts.into_iter().map(with_children).collect()
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
fn page(plan: &Plan, after: (Time, AttemptId), size: u64) -> SelectStatement {
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

/// The cells of a row, in the order of the select list: by place and not by name, which costs a search for each.
struct Cells<'r> {
    row: &'r QueryResult,
    next: usize,
}

impl Cells<'_> {
    fn take<T: TryGetable>(&mut self) -> Result<T, DbErr> {
        self.next += 1;
        self.row.try_get_by_index(self.next - 1)
    }
}

fn read<T>(
    rows: &[QueryResult],
    mut one: impl FnMut(&mut Cells<'_>) -> Result<T, DbErr>,
) -> Result<Vec<T>, DbErr> {
    rows.iter().map(|row| one(&mut Cells { row, next: 0 })).collect()
}

struct AttemptRow {
    id: AttemptId,
    customer_id: CustomerId,
    number: i32,
    mode: MerchantMode,
    created_at: Time,
    started_at: Option<Time>,
    expires_at: Option<Time>,
    rejection_code: Option<String>,
    seen: Seen,
}

impl AttemptRow {
    fn read(cells: &mut Cells<'_>, now: Time) -> Result<Self, DbErr> {
        Ok(Self {
            id: cells.take()?,
            customer_id: cells.take()?,
            number: cells.take()?,
            mode: cells.take()?,
            created_at: cells.take()?,
            started_at: cells.take()?,
            expires_at: cells.take()?,
            rejection_code: cells.take()?,
            seen: {
                let written = Seen {
                    state: cells.take()?,
                    waiting_on: cells.take()?,
                    ended_at: cells.take()?,
                    expiry_reason: cells.take()?,
                };
                seen(written, cells.take()?, cells.take()?, now)
            },
        })
    }

    /// The date that rows are ordered by.
    fn key(&self, date: Date) -> Time {
        match date {
            Date::Created => self.created_at,
            Date::Ended => self.seen.ended_at.unwrap_or(self.created_at),
        }
    }

    fn with(self, customer: Customer, mut steps: Vec<Step>) -> Row {
        let Self { id, customer_id, number, mode, created_at, started_at, expires_at, rejection_code, seen } =
            self;
        for step in &mut steps {
            step.waiting_on = lifecycle::step::waits_on(step.waiting_on, seen.state);
        }
        Row {
            id,
            number,
            customer_id,
            customer,
            mode,
            seen,
            created_at,
            started_at,
            expires_at,
            rejection_code,
            steps,
        }
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

impl Customer {
    fn read(cells: &mut Cells<'_>) -> Result<(CustomerId, Self), DbErr> {
        let id = cells.take()?;
        let (reference, name) = (cells.take()?, cells.take()?);
        Ok((id, Self { reference, name, email: cells.take()?, phone: cells.take()? }))
    }
}

impl Step {
    fn read(cells: &mut Cells<'_>) -> Result<(AttemptId, Self), DbErr> {
        let attempt = cells.take()?;
        let step = Self {
            id: cells.take()?,
            kind: cells.take()?,
            position: cells.take()?,
            status: cells.take()?,
            waiting_on: cells.take()?,
            reason_code: cells.take()?,
            tries: cells.take()?,
            max_tries: cells.take()?,
            started_at: cells.take()?,
            ended_at: cells.take()?,
        };
        Ok((attempt, step))
    }
}
