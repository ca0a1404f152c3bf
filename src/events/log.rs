//! Writing and reading the log.

use entity::{
    ActorKind, EventType, Scope, Scoped, Time, event,
    id::{AttemptId, CustomerId, EventId, MerchantId, StepId},
    log_head,
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable, ModelTrait,
    QueryFilter, QueryOrder, QuerySelect, Select, Statement,
};
use uuid::Uuid;

use super::Images;
use crate::{
    db::Chain,
    entropy::Entropy,
    error::{Error, Result},
};

/// An event before it has its place in the log.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: EventType,
    pub customer_id: Option<CustomerId>,
    pub attempt_id: Option<AttemptId>,
    pub step_id: Option<StepId>,
    /// What else it is about: a hold, a member, an API key.
    pub subject_id: Option<Uuid>,
    pub from: Option<&'static str>,
    pub to: Option<&'static str>,
    pub reason_code: Option<String>,
    pub data: Images,
}

impl Draft {
    /// An event about the merchant itself.
    pub fn new(kind: EventType) -> Self {
        Self {
            kind,
            customer_id: None,
            attempt_id: None,
            step_id: None,
            subject_id: None,
            from: None,
            to: None,
            reason_code: None,
            data: Images::default(),
        }
    }

    /// About this customer.
    pub fn customer(mut self, id: CustomerId) -> Self {
        self.customer_id = Some(id);
        self
    }

    /// About this attempt of this customer.
    pub fn attempt(mut self, id: AttemptId, customer: CustomerId) -> Self {
        self.attempt_id = Some(id);
        self.customer(customer)
    }

    /// About something else: a hold, a member, an API key.
    pub fn subject(mut self, id: Uuid) -> Self {
        self.subject_id = Some(id);
        self
    }

    /// What moved, from where to where.
    pub fn moved(mut self, from: &'static str, to: &'static str) -> Self {
        self.from = Some(from);
        self.to = Some(to);
        self
    }

    /// The event, now that it has its place.
    ///
    /// # Errors
    /// When its data cannot be written as JSON.
    pub(crate) fn into_row(self, place: Place) -> Result<event::Model> {
        Ok(event::Model {
            merchant_id: place.merchant,
            seq: place.seq,
            id: place.id,
            kind: self.kind,
            at: place.at,
            actor_kind: place.author.kind,
            actor_id: place.author.id,
            customer_id: self.customer_id,
            attempt_id: self.attempt_id,
            step_id: self.step_id,
            subject_id: self.subject_id,
            from: self.from.map(str::to_owned),
            to: self.to.map(str::to_owned),
            reason_code: self.reason_code,
            data: serde_json::to_value(self.data)?,
        })
    }
}

/// Where in the log an event stands, when it happened, and by whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) merchant: MerchantId,
    pub(crate) seq: i64,
    pub(crate) id: EventId,
    pub(crate) at: Time,
    pub(crate) author: Author,
}

/// Who did something, as the log keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Author {
    pub kind: ActorKind,
    pub id: Option<Uuid>,
}

impl Author {
    /// kyc-stack itself.
    pub const SYSTEM: Self = Self { kind: ActorKind::System, id: None };
}

/// Appends events to a merchant's log. These are the last two statements of a transaction.
///
/// The update takes the head's row lock, and holds it until the commit is visible: the order of `seq` is the order of
/// commits. A database sequence would hand out a number first and let a later number commit before it; a reader that
/// had moved past would never see the earlier one.
///
/// # Errors
/// When the database fails, or the merchant has no head.
pub async fn append(
    txn: &impl ConnectionTrait,
    merchant: MerchantId,
    author: Author,
    at: Time,
    drafts: Vec<Draft>,
    entropy: &Entropy,
) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    let first = reserve(txn, merchant, drafts.len()).await?;
    let rows = drafts
        .into_iter()
        .zip(first..)
        .map(|(draft, seq)| {
            let place = Place { merchant, seq, id: entropy.id(at), at, author };
            Ok(draft.into_row(place)?.into_active_model())
        })
        .collect::<Result<Vec<_>>>()?;
    event::Entity::insert_many(rows).exec_without_returning(txn).await?;
    Ok(())
}

/// [`append`] as the end of a chain of writes.
///
/// # Errors
/// When an event's data cannot be written as JSON.
pub fn append_to(
    chain: &mut Chain,
    merchant: MerchantId,
    author: Author,
    at: Time,
    drafts: Vec<Draft>,
    entropy: &Entropy,
) -> Result<()> {
    if drafts.is_empty() {
        return Ok(());
    }
    let columns = || {
        use event::Column::{Data, Seq};
        event::Column::iter().filter(|column| !matches!(column, Seq | Data))
    };
    let rows = drafts
        .into_iter()
        .map(|mut draft| {
            let data = serde_json::to_string(&std::mem::take(&mut draft.data))?;
            // The chain knows the number.
            let place = Place { merchant, seq: 0, id: entropy.id(at), at, author };
            let row = draft.into_row(place)?;
            Ok((columns().map(|column| row.get(column)).collect(), data))
        })
        .collect::<Result<Vec<_>>>()?;
    let head = ("log_head", "merchant_id", merchant.into());
    let names = columns().chain([event::Column::Data]).map(|column| column.as_str());
    chain.append(head, ("event", names), rows);
    Ok(())
}

/// Takes the next `count` numbers of a merchant's log, and answers the first of them. Nobody else gets any until the transaction
/// ends: what comes after this is the insert of the events, and nothing else.
///
/// # Errors
/// As [`append`].
pub(crate) async fn reserve(txn: &impl ConnectionTrait, merchant: MerchantId, count: usize) -> Result<i64> {
    let Ok(count) = i64::try_from(count) else { return Err(Error::internal("too many events")) };
    let head = txn
        .query_one_raw(Statement::from_sql_and_values(
            txn.get_database_backend(),
            "UPDATE log_head SET seq = seq + $1 WHERE merchant_id = $2 RETURNING seq",
            [count.into(), merchant.into()],
        ))
        .await?
        .ok_or_else(|| Error::internal("a merchant without a log head"))?
        .try_get_by_index::<i64>(0)?;
    Ok(head - count + 1)
}

/// A merchant's events after `seq`, oldest first.
pub fn after(scope: Scope, seq: i64, limit: u64) -> Select<event::Entity> {
    event::Entity::scoped(scope)
        .filter(event::Column::Seq.gt(seq))
        .order_by_asc(event::Column::Seq)
        .limit(limit)
}

/// Reads a merchant's events after `seq`, oldest first.
///
/// # Errors
/// When the database fails.
pub async fn read_after(
    db: &impl ConnectionTrait,
    scope: Scope,
    seq: i64,
    limit: u64,
) -> Result<Vec<event::Model>> {
    Ok(after(scope, seq, limit).all(db).await?)
}

/// The number of a merchant's newest event; 0 when there is none.
///
/// # Errors
/// When the database fails.
pub async fn head(db: &impl ConnectionTrait, scope: Scope) -> Result<i64> {
    Ok(log_head::Entity::scoped(scope).one(db).await?.map_or(0, |head| head.seq))
}
