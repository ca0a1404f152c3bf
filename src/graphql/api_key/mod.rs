//! `ApiKey`: a bearer key of the merchant's own system. Keys are for ADMIN.

pub mod write;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use entity::{Role, Scoped, api_key, id::ApiKeyId};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::exec::{
    Context,
    object::{Object, Row},
};
use crate::error::Result;

/// A bearer key of the merchant's own system.
pub struct ApiKey {
    /// The row.
    pub row: api_key::Model,
}

impl Row for ApiKey {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<ApiKey>> = LazyLock::new(|| {
            Object::<ApiKey>::new(
                "ApiKey",
                "A bearer key of the merchant's own system. The key itself is shown once, when it is created.",
            )
            .node("The key's id.", |key| key.row.id)
            .text("name", "What it is for.", |key| &key.row.name)
            .value("role", "What it may do.", |key| key.row.role)
            .text("prefix", "How the key begins: enough to recognise it by.", |key| &key.row.prefix)
            .value("createdAt", "When it was created.", |key| key.row.created_at)
            .value("lastUsedAt", "When it was last used, to about a minute.", |key| key.row.last_used_at)
            .value("revokedAt", "Since when it does not work; null while it does.", |key| key.row.revoked_at)
        });
        &OBJECT
    }
}

/// The merchant's keys, oldest first. The caller has checked the role.
///
/// # Errors
/// When the database fails.
pub async fn of_merchant(cx: &Context<'_>, revoked: bool) -> Result<Vec<Arc<ApiKey>>> {
    let mut select = api_key::Entity::scoped(cx.scope()?).order_by_asc(api_key::Column::Id);
    if !revoked {
        select = select.filter(api_key::Column::RevokedAt.is_null());
    }
    Ok(select.all(cx.db()).await?.into_iter().map(|row| Arc::new(ApiKey { row })).collect())
}

/// Keys by id; to anybody below ADMIN they do not exist.
///
/// # Errors
/// When the database fails.
pub async fn by_id(cx: &Context<'_>, ids: Vec<ApiKeyId>) -> Result<HashMap<ApiKeyId, Arc<ApiKey>>> {
    if ids.is_empty() || !cx.actor.may(Role::Admin) {
        return Ok(HashMap::new());
    }
    let select = api_key::Entity::among(cx.scope()?, cx.backend(), api_key::Column::Id, ids);
    Ok(select.all(cx.db()).await?.into_iter().map(|row| (row.id, Arc::new(ApiKey { row }))).collect())
}
