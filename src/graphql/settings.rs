//! `Member`, `ApiKey` and `Viewer`: who may do what. Members and keys are for ADMIN.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use entity::{
    Role, Scoped, any_of, api_key,
    id::{ApiKeyId, MemberId},
    member,
};
use futures_util::FutureExt;
use sea_orm::{ColumnTrait, ConnectionTrait, QueryFilter, QueryOrder};

use super::{
    actor,
    exec::{
        Context,
        object::{NoArgs, Object, Row},
    },
    merchant::{self, Merchant},
};
use crate::error::Result;

/// A person of the merchant's team.
pub struct Member {
    /// The row.
    pub row: member::Model,
}

/// A bearer key of the merchant's own system.
pub struct ApiKey {
    /// The row.
    pub row: api_key::Model,
}

/// Whoever asks.
pub struct Viewer;

impl Row for Member {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Member>> = LazyLock::new(|| {
            Object::<Member>::new("Member", "A person of the merchant's team, who signs in to the dashboard.")
                .node("The member's id.", |member| member.row.id)
                .text("email", "What they sign in with, in lower case.", |member| &member.row.email)
                .text("name", "Their name.", |member| &member.row.name)
                .value("role", "What they may do.", |member| member.row.role)
                .value("createdAt", "When they were added.", |member| member.row.created_at)
                .value("lastSeenAt", "When they were last active, to about a minute.", |member| {
                    member.row.last_seen_at
                })
                .value("disabledAt", "Since when they cannot sign in; null while they can.", |member| {
                    member.row.disabled_at
                })
        });
        &OBJECT
    }
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

impl Row for Viewer {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Viewer>> = LazyLock::new(|| {
            Object::<Viewer>::new("Viewer", "Whoever asks: you.")
                .from_context("kind", "What kind of actor you are.", |cx| cx.actor.kind())
                .from_context("id", "Your id; null for the platform's key.", |cx| {
                    actor::id_of(cx.actor.author())
                })
                .from_context("name", "Your name.", |cx| cx.actor.name().to_owned())
                .from_context("role", "What you may do; null for the platform's key.", |cx| cx.actor.role())
                .optional::<NoArgs, Merchant>(
                    "merchant",
                    "Your merchant; null for the platform's key.",
                    |cx, rows, _, _| {
                        async move {
                            let own = merchant::own(cx).await?;
                            Ok(rows.iter().map(|_| own.clone()).collect())
                        }
                        .boxed()
                    },
                )
        });
        &OBJECT
    }
}

/// The merchant's members, oldest first. The caller has checked the role.
///
/// # Errors
/// When the database fails.
pub async fn members(cx: &Context<'_>, disabled: bool) -> Result<Vec<Arc<Member>>> {
    let mut select = member::Entity::scoped(cx.scope()?).order_by_asc(member::Column::Id);
    if !disabled {
        select = select.filter(member::Column::DisabledAt.is_null());
    }
    Ok(select.all(cx.db()).await?.into_iter().map(|row| Arc::new(Member { row })).collect())
}

/// The merchant's keys, oldest first. The caller has checked the role.
///
/// # Errors
/// When the database fails.
pub async fn api_keys(cx: &Context<'_>, revoked: bool) -> Result<Vec<Arc<ApiKey>>> {
    let mut select = api_key::Entity::scoped(cx.scope()?).order_by_asc(api_key::Column::Id);
    if !revoked {
        select = select.filter(api_key::Column::RevokedAt.is_null());
    }
    Ok(select.all(cx.db()).await?.into_iter().map(|row| Arc::new(ApiKey { row })).collect())
}

/// Members by id; to anybody below ADMIN they do not exist.
///
/// # Errors
/// When the database fails.
pub async fn members_by_id(cx: &Context<'_>, ids: Vec<MemberId>) -> Result<HashMap<MemberId, Arc<Member>>> {
    if ids.is_empty() || !cx.actor.may(Role::Admin) {
        return Ok(HashMap::new());
    }
    let select = member::Entity::scoped(cx.scope()?).filter(any_of(
        cx.db().get_database_backend(),
        member::Column::Id,
        ids,
    ));
    Ok(select.all(cx.db()).await?.into_iter().map(|row| (row.id, Arc::new(Member { row }))).collect())
}

/// Keys by id; to anybody below ADMIN they do not exist.
///
/// # Errors
/// When the database fails.
pub async fn api_keys_by_id(cx: &Context<'_>, ids: Vec<ApiKeyId>) -> Result<HashMap<ApiKeyId, Arc<ApiKey>>> {
    if ids.is_empty() || !cx.actor.may(Role::Admin) {
        return Ok(HashMap::new());
    }
    let select = api_key::Entity::scoped(cx.scope()?).filter(any_of(
        cx.db().get_database_backend(),
        api_key::Column::Id,
        ids,
    ));
    Ok(select.all(cx.db()).await?.into_iter().map(|row| (row.id, Arc::new(ApiKey { row }))).collect())
}
