//! The one read path: plan, load level by level, write.
//!
//! async-graphql parses documents, validates them, answers introspection, prints the SDL and reads inputs. It does not
//! resolve output: its executor runs a field twice that two fragments reach, answers in the order of completion instead of
//! the order of the question, and costs a boxed future a field. Here one table a type ([`object`]) serves the schema, the
//! plan ([`plan`]), the loading ([`load`]) and the writing ([`json`]).

pub mod abstracts;
pub mod audience;
pub mod connection;
mod digest;
pub mod edge;
pub mod json;
pub mod leaf;
pub mod load;
pub mod meta;
pub mod object;
pub mod plan;
mod reads;
pub mod root;
pub mod schema;
mod shape;

use entity::{
    Scope, Time,
    pick::{Columns, Picked, pick},
};
use sea_orm::{DbBackend, QueryTrait, Select};

use crate::{
    auth::{Actor, NOT_FOR_CUSTOMERS},
    db::{EachRow, Pool},
    error::{Error, Result},
    events::feed::Moment,
    kyc::Kyc,
};

/// What loading needs: who asks, when, and of what.
pub struct Context<'a> {
    /// The use cases and the database.
    pub kyc: &'a Kyc,
    /// Who asks.
    pub actor: &'a Actor,
    /// The moment of the whole operation.
    pub now: Time,
    /// The `Idempotency-Key` header, where the document has one mutation field.
    pub idempotency_key: Option<&'a str>,
    /// The event that is being told, with what was read with it; none outside subscriptions.
    pub moment: Option<&'a Moment>,
}

impl Context<'_> {
    /// The merchant whose rows may be read.
    ///
    /// # Errors
    /// For the operator, who sees no merchant's data, and for customers.
    pub fn scope(&self) -> Result<Scope> {
        self.actor.scope().ok_or(Error::NotForThisActor(match self.actor.kind() {
            entity::ActorKind::Customer => NOT_FOR_CUSTOMERS,
            _ => "the platform key sees no merchant's data",
        }))
    }

    /// The idempotency key of a mutation: the input's own, or the header's.
    pub fn key(&self, own: Option<&str>) -> Option<String> {
        own.or(self.idempotency_key).map(str::to_owned)
    }

    /// The rows of a select, with these columns of theirs, each as it is to be kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rows<E: Picked, T: Send>(
        &self,
        select: Select<E>,
        columns: Columns,
        keep: impl FnMut(E::Model) -> T + Send,
    ) -> Result<Vec<T>> {
        read(self.db(), select, columns, keep).await
    }

    /// Which database it is.
    pub fn backend(&self) -> DbBackend {
        self.kyc.db.backend()
    }

    /// The connections to read from.
    pub fn db(&self) -> &Pool {
        self.kyc.db.reader()
    }
}

/// As [`Context::rows`]. A model is large, and a page has hundreds: each goes to its place at once.
///
/// # Errors
/// When the database fails.
pub async fn read<E: Picked, T: Send>(
    db: &impl EachRow,
    select: Select<E>,
    columns: Columns,
    mut keep: impl FnMut(E::Model) -> T + Send,
) -> Result<Vec<T>> {
    let mut kept = Vec::new();
    let statement = db.get_database_backend().build(&pick(select, columns).into_query());
    db.each(statement, |row| {
        kept.push(keep(E::read(row, columns, 0)?));
        Ok(())
    })
    .await?;
    Ok(kept)
}
