//! `Member`: a person of the merchant's team. Members are for ADMIN.

pub mod write;

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use entity::{Role, Scoped, id::MemberId, member};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::exec::{
    Context,
    object::{Object, Row},
};
use crate::error::Result;

/// A person of the merchant's team.
pub struct Member {
    /// The row.
    pub row: member::Model,
}

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

/// The merchant's members, oldest first. The caller has checked the role.
///
/// # Errors
/// When the database fails.
pub async fn of_merchant(cx: &Context<'_>, disabled: bool) -> Result<Vec<Arc<Member>>> {
    let mut select = member::Entity::scoped(cx.scope()?).order_by_asc(member::Column::Id);
    if !disabled {
        select = select.filter(member::Column::DisabledAt.is_null());
    }
    Ok(select.all(cx.db()).await?.into_iter().map(|row| Arc::new(Member { row })).collect())
}

/// Members by id; to anybody below ADMIN they do not exist.
///
/// # Errors
/// When the database fails.
pub async fn by_id(cx: &Context<'_>, ids: Vec<MemberId>) -> Result<HashMap<MemberId, Arc<Member>>> {
    if ids.is_empty() || !cx.actor.may(Role::Admin) {
        return Ok(HashMap::new());
    }
    let select = member::Entity::among(cx.scope()?, cx.backend(), member::Column::Id, ids);
    Ok(select.all(cx.db()).await?.into_iter().map(|row| (row.id, Arc::new(Member { row }))).collect())
}
