//! A mutation with an idempotency key happens once, however often it is sent.
//!
//! What is remembered for 24 hours are the ids that the answer showed: no personal data, no secrets. A replay shows those
//! objects as they are now.

use chrono::TimeDelta;
use entity::{Scope, Time, idempotency};
use futures_util::future::BoxFuture;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IdenStatic, IntoActiveModel, Iterable,
    ModelTrait, QuerySelect, QueryTrait, sea_query::OnConflict,
};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};

use super::{Change, Kyc};
use crate::{
    auth::Actor,
    db::Chain,
    error::{Error, Result, UserErrorCode},
};

/// How long an answer is remembered.
pub const REMEMBERED: TimeDelta = TimeDelta::hours(24);
/// Characters a key may have.
const MAX_KEY: usize = 255;

/// An idempotency key and the input that it stands for.
#[derive(Clone, Debug)]
pub struct Key {
    operation: &'static str,
    key: String,
    input_hash: Vec<u8>,
}

impl Key {
    /// The key of an input to an operation; `input` is hashed without the key.
    ///
    /// # Errors
    /// When the key is empty or longer than 255 characters.
    pub fn new(operation: &'static str, key: String, input: &impl Serialize) -> Result<Self> {
        if key.is_empty() || key.chars().count() > MAX_KEY || key.contains('\0') {
            return Err(Error::user(
                UserErrorCode::Invalid,
                &["idempotencyKey"],
                format!("An idempotency key has 1 to {MAX_KEY} characters; a UUID does well."),
            ));
        }
        Ok(Self { operation, key, input_hash: Sha256::digest(serde_json::to_vec(input)?).to_vec() })
    }
}

/// An answer that can be remembered by the ids in it.
pub trait Answer: Sized + Send + 'static {
    /// What is remembered.
    type Ids: Serialize + DeserializeOwned + Send;

    /// The ids of the objects shown.
    fn ids(&self) -> Self::Ids;

    /// The same objects as they are now.
    fn reload<'c>(change: &'c Change<'_>, ids: Self::Ids) -> BoxFuture<'c, Result<Self>>;
}

/// An answer, and whether it was given before.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    pub answer: T,
    /// The key was used before: nothing happened now, and what is shown once is not shown again.
    pub replayed: bool,
}

impl Kyc {
    /// [`Kyc::change`], once per key. Without a key it is the same as `change`.
    ///
    /// # Errors
    /// Whatever `work` answers, and IDEMPOTENCY_KEY_REUSED for a key that came with another input.
    pub async fn change_once_per_key<A, F>(
        &self,
        actor: &Actor,
        scope: Scope,
        key: Option<Key>,
        work: F,
    ) -> Result<Outcome<A>>
    where
        A: Answer,
        F: for<'c> Fn(&'c mut Change<'_>) -> BoxFuture<'c, Result<A>> + Send + Sync + 'static,
    {
        let work = std::sync::Arc::new(work);
        self.change_until_known(actor, scope, key.is_some(), move |change| {
            let (key, work) = (key.clone(), std::sync::Arc::clone(&work));
            Box::pin(async move {
                let Some(key) = key else {
                    return Ok(Outcome { answer: work(change).await?, replayed: false });
                };
                if let Some(ids) = key.claim(change).await? {
                    let ids = serde_json::from_value(ids)?;
                    return Ok(Outcome { answer: A::reload(change, ids).await?, replayed: true });
                }
                let answer = work(change).await?;
                key.remember(change, serde_json::to_value(answer.ids())?).await?;
                Ok(Outcome { answer, replayed: false })
            })
        })
        .await
    }
}

/// A key that is taken together with what it stands for.
pub(super) struct Claim {
    row: idempotency::Model,
}

impl Claim {
    /// Makes it the first write of a chain. A twin that is under way is waited for; when it commits, nothing is written.
    pub(super) fn add_to(self, chain: &mut Chain) {
        let is_key = |column: &idempotency::Column| {
            use idempotency::Column::{Actor, Key, Operation};
            matches!(column, Actor | Operation | Key)
        };
        let (key, rest): (Vec<_>, Vec<_>) = idempotency::Column::iter().partition(is_key);
        let values = |columns: Vec<idempotency::Column>| {
            columns.into_iter().map(|column| (column.as_str(), self.row.get(column)))
        };
        chain.insert_if_new("idempotency", values(key), values(rest));
    }
}

impl Key {
    /// The first statement of the transaction: takes the key, or finds the answer given before. A twin that is under
    /// way makes this wait until it has committed or rolled back.
    ///
    /// A change that is free takes the key with the first of its writes instead, or when its transaction begins; one that
    /// finds it taken then runs again, and comes here first.
    async fn claim(&self, change: &mut Change<'_>) -> Result<Option<serde_json::Value>> {
        let row = idempotency::Model {
            actor: actor_text(change.actor),
            operation: self.operation.to_owned(),
            key: self.key.clone(),
            merchant_id: change.scope.merchant_id(),
            input_hash: self.input_hash.clone(),
            answer: serde_json::Value::Null,
            created_at: change.now,
        };
        let mut insert = idempotency::Entity::insert(row.clone().into_active_model());
        QueryTrait::query(&mut insert).on_conflict(OnConflict::new().do_nothing().to_owned());
        if change.is_free() {
            change.txn.begin_with(insert.build(change.txn.get_database_backend()));
            change.claim = Some(Claim { row });
            return Ok(None);
        }
        let before = loop {
            if change.txn.execute(insert.as_query()).await?.rows_affected() == 1 {
                return Ok(None);
            }
            // A twin may be taking a forgotten one: it is waited for, and what it has made of the row is read.
            let before = idempotency::Entity::existing(&row.actor, self.operation, &self.key);
            if let Some(before) = before.lock_exclusive().one(change.txn).await? {
                break before;
            }
            // It was there, and was cleaned away since: the next try inserts, or finds whoever was faster.
        };
        if is_forgotten(before.created_at, change.now) {
            let mut row: idempotency::ActiveModel = before.into();
            row.input_hash = Set(self.input_hash.clone());
            row.created_at = Set(change.now);
            row.update(change.txn).await?;
            return Ok(None);
        }
        if before.input_hash != self.input_hash {
            return Err(Error::user(
                UserErrorCode::IdempotencyKeyReused,
                &["idempotencyKey"],
                "This key was used with another input in the last 24 hours. Send a new key.",
            ));
        }
        Ok(Some(before.answer))
    }

    async fn remember(&self, change: &mut Change<'_>, ids: serde_json::Value) -> Result<()> {
        if change.is_free()
            && let Some(claim) = &mut change.claim
        {
            claim.row.answer = ids;
            return Ok(());
        }
        let row = idempotency::ActiveModel {
            actor: Set(actor_text(change.actor)),
            operation: Set(self.operation.to_owned()),
            key: Set(self.key.clone()),
            answer: Set(ids),
            ..Default::default()
        };
        row.update(change.txn).await?;
        Ok(())
    }
}

fn is_forgotten(created_at: Time, now: Time) -> bool {
    created_at + REMEMBERED <= now
}

/// Two actors may use the same key.
fn actor_text(actor: &Actor) -> String {
    match actor.id() {
        Some(id) => format!("{}:{id}", actor.kind()),
        None => actor.kind().to_string(),
    }
}
