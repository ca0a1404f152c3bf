//! API keys: the bearers of a merchant's own systems.

use entity::{EventType, Role, Scoped, api_key, id::ApiKeyId};
use futures_util::future::BoxFuture;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, Change, Key, Kyc, Outcome, merchant, text};
use crate::{
    auth::{Actor, key::NewKey},
    error::{Error, Result, UserErrorCode},
    events::Draft,
};

/// Characters of a key's name.
pub const MAX_NAME: usize = 100;
/// Keys of a merchant that are not revoked.
pub const MAX_ACTIVE: u64 = 100;

/// The input of [`create`].
#[derive(Clone, Serialize)]
pub struct ApiKeyCreate {
    pub name: String,
    pub role: Role,
}

/// The answer of [`create`].
pub struct ApiKeyCreated {
    pub api_key: api_key::Model,
    /// The whole key: shown once.
    pub secret: Option<String>,
}

/// The input of [`revoke`].
#[derive(Clone, Serialize)]
pub struct ApiKeyRevoke {
    pub id: ApiKeyId,
}

/// The answer of [`revoke`].
pub struct ApiKeyAnswer {
    pub api_key: api_key::Model,
}

/// What is remembered of an answer that shows a key.
#[derive(Serialize, Deserialize)]
pub struct ApiKeyIds {
    api_key: ApiKeyId,
}

/// Creates a key. ADMIN.
///
/// # Errors
/// What is wrong with the input; TOO_MANY above [`MAX_ACTIVE`] keys.
pub async fn create(
    kyc: &Kyc,
    actor: &Actor,
    input: ApiKeyCreate,
    key: Option<String>,
) -> Result<Outcome<ApiKeyCreated>> {
    let scope = actor.require(Role::Admin)?;
    let key = key.map(|key| Key::new("apiKeyCreate", key, &input)).transpose()?;
    let ApiKeyCreate { name, role } = input;
    let name = text::required(&["name"], &name, MAX_NAME).map_err(|refusal| Error::User(vec![refusal]))?;
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let name = name.clone();
        Box::pin(async move {
            let merchant = merchant::lock(change).await?;
            let active = api_key::Entity::scoped(change.scope)
                .filter(api_key::Column::RevokedAt.is_null())
                .count(change.txn)
                .await?;
            if active >= MAX_ACTIVE {
                let message = format!("There are {MAX_ACTIVE} keys already. Revoke those that nobody uses.");
                return Err(Error::user(UserErrorCode::TooMany, &[], message));
            }
            let new_key = NewKey::generate(merchant.mode, change.entropy);
            let id = change.entropy.id(change.now);
            let api_key = row(id, name, role, &new_key, change).insert(change.txn).await?;
            change.event(created_event(id, role));
            Ok(ApiKeyCreated { api_key, secret: Some(new_key.secret) })
        })
    })
    .await
}

/// Revokes a key: it is refused from now on, everywhere within four seconds. Revoking it again changes nothing, and a key may
/// revoke itself. ADMIN.
///
/// # Errors
/// NOT_FOUND.
pub async fn revoke(
    kyc: &Kyc,
    actor: &Actor,
    input: ApiKeyRevoke,
    key: Option<String>,
) -> Result<Outcome<ApiKeyAnswer>> {
    let scope = actor.require(Role::Admin)?;
    let key = key.map(|key| Key::new("apiKeyRevoke", key, &input)).transpose()?;
    let ApiKeyRevoke { id } = input;
    kyc.change_once_per_key(actor, scope, key, move |change| {
        Box::pin(async move {
            let api_key = api_key::Entity::scoped(change.scope)
                .filter(api_key::Column::Id.eq(id))
                .lock_exclusive()
                .one(change.txn)
                .await?
                .ok_or_else(not_found)?;
            if api_key.revoked_at.is_some() {
                return Ok(ApiKeyAnswer { api_key });
            }
            let mut row: api_key::ActiveModel = api_key.into();
            row.revoked_at = Set(Some(change.now));
            let api_key = row.update(change.txn).await?;
            change.event(Draft::new(EventType::ApiKeyRevoked).subject(id.0));
            change.changes_rights();
            Ok(ApiKeyAnswer { api_key })
        })
    })
    .await
}

/// The row of a new key of the change's merchant.
pub(super) fn row(
    id: ApiKeyId,
    name: String,
    role: Role,
    new_key: &NewKey,
    change: &Change<'_>,
) -> api_key::ActiveModel {
    api_key::ActiveModel {
        id: Set(id),
        merchant_id: Set(change.scope.merchant_id()),
        name: Set(name),
        role: Set(role),
        prefix: Set(new_key.prefix.clone()),
        secret_hash: Set(new_key.hash.clone()),
        created_at: Set(change.now),
        last_used_at: Set(None),
        revoked_at: Set(None),
    }
}

pub(super) fn created_event(id: ApiKeyId, role: Role) -> Draft {
    let mut created = Draft::new(EventType::ApiKeyCreated).subject(id.0);
    created.data.details = Some(json!({ "role": role }));
    created
}

fn not_found() -> Error {
    Error::user(UserErrorCode::NotFound, &["id"], "There is no API key with this id.")
}

async fn reload(change: &Change<'_>, id: ApiKeyId) -> Result<api_key::Model> {
    api_key::Entity::scoped(change.scope)
        .filter(api_key::Column::Id.eq(id))
        .one(change.txn)
        .await?
        .ok_or_else(|| Error::internal("an API key of a remembered answer is gone"))
}

impl Answer for ApiKeyCreated {
    type Ids = ApiKeyIds;

    fn ids(&self) -> ApiKeyIds {
        ApiKeyIds { api_key: self.api_key.id }
    }

    fn reload<'c>(change: &'c Change<'_>, ids: ApiKeyIds) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move { Ok(Self { api_key: reload(change, ids.api_key).await?, secret: None }) })
    }
}

impl Answer for ApiKeyAnswer {
    type Ids = ApiKeyIds;

    fn ids(&self) -> ApiKeyIds {
        ApiKeyIds { api_key: self.api_key.id }
    }

    fn reload<'c>(change: &'c Change<'_>, ids: ApiKeyIds) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move { Ok(Self { api_key: reload(change, ids.api_key).await? }) })
    }
}
