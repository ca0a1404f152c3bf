//! Members: the people of a merchant's team.

use entity::{EventType, Role, Scoped, id::MemberId, member, session};
use futures_util::future::BoxFuture;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, PaginatorTrait, QueryFilter, QuerySelect, SqlErr,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Answer, Change, Key, Kyc, Outcome, Patch,
    input_errors::InputErrors,
    merchant,
    password::{OneTimeLink, url_of},
    patch::put,
    text,
};
use crate::{
    auth::Actor,
    error::{Error, Result, UserErrorCode},
    events::Draft,
};

/// Characters of a member's name.
pub const MAX_NAME: usize = 100;
/// Members of a merchant, disabled ones included.
pub const MAX_MEMBERS: u64 = 1_000;

/// The input of [`create`].
#[derive(Clone, Serialize)]
pub struct MemberCreate {
    pub email: String,
    pub name: String,
    pub role: Role,
}

/// The input of [`update`].
#[derive(Clone, Serialize)]
pub struct MemberUpdate {
    pub id: MemberId,
    pub name: Patch<String>,
    pub role: Patch<Role>,
    /// A disabled member cannot sign in, and their sessions end.
    pub disabled: Patch<bool>,
}

/// The input of [`password_reset`].
#[derive(Clone, Serialize)]
pub struct MemberPasswordReset {
    pub id: MemberId,
}

/// The answer of [`create`] and [`password_reset`].
pub struct MemberInvited {
    pub member: member::Model,
    /// Where the member sets a password: shown once, and good once, for `password::LINK_LASTS`.
    pub password_url: Option<String>,
}

/// The answer of [`update`].
pub struct MemberAnswer {
    pub member: member::Model,
}

/// What is remembered of an answer that shows a member.
#[derive(Serialize, Deserialize)]
pub struct MemberIds {
    member: MemberId,
}

/// Adds a member, with a one-time link to set a password. ADMIN. No mail is sent: whoever adds them hands the link on.
///
/// # Errors
/// What is wrong with the input, everything at once; TAKEN for an e-mail that another member has; TOO_MANY above
/// [`MAX_MEMBERS`].
pub async fn create(
    kyc: &Kyc,
    actor: &Actor,
    input: MemberCreate,
    key: Option<String>,
) -> Result<Outcome<MemberInvited>> {
    let scope = actor.require(Role::Admin)?;
    let key = key.map(|key| Key::new("memberCreate", key, &input)).transpose()?;
    let MemberCreate { email, name, role } = input;
    let mut refusals = InputErrors::none();
    let email = refusals.keep(text::email(&["email"], &email));
    let name = refusals.keep(text::required(&["name"], &name, MAX_NAME));
    let (Some(email), Some(name)) = (email, name) else { return Err(refusals.into_error()) };
    let public_url = kyc.public_url.clone();
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let (email, name, public_url) = (email.clone(), name.clone(), public_url.clone());
        Box::pin(async move {
            merchant::lock(change).await?;
            if member::Entity::scoped(change.scope).count(change.txn).await? >= MAX_MEMBERS {
                let message = format!("There are {MAX_MEMBERS} members already, disabled ones included.");
                return Err(Error::user(UserErrorCode::TooMany, &[], message));
            }
            let link = OneTimeLink::new(change);
            let row = member::ActiveModel {
                id: Set(change.entropy.id(change.now)),
                merchant_id: Set(change.scope.merchant_id()),
                email: Set(email),
                name: Set(name),
                role: Set(role),
                password_hash: Set(None),
                password_token_hash: Set(Some(link.hash)),
                password_token_expires_at: Set(Some(link.expires_at)),
                created_at: Set(change.now),
                last_seen_at: Set(None),
                disabled_at: Set(None),
            };
            let member = row.insert(change.txn).await.map_err(|error| match error.sql_err() {
                Some(SqlErr::UniqueConstraintViolation(_)) => Error::user(
                    UserErrorCode::Taken,
                    &["email"],
                    "A member has this e-mail already. Enable or change that one, or use another address.",
                ),
                _ => error.into(),
            })?;
            let mut created = Draft::new(EventType::MemberCreated).subject(member.id.0);
            created.data.details = Some(json!({ "role": role }));
            change.event(created);
            Ok(MemberInvited { member, password_url: Some(url_of(&public_url, &link.token)) })
        })
    })
    .await
}

/// Changes a member's name, role or access. ADMIN. The same values again change nothing.
///
/// # Errors
/// What is wrong with the input; NOT_FOUND; LAST_ADMIN when no ADMIN would be left who is not disabled.
pub async fn update(
    kyc: &Kyc,
    actor: &Actor,
    input: MemberUpdate,
    key: Option<String>,
) -> Result<Outcome<MemberAnswer>> {
    let scope = actor.require(Role::Admin)?;
    let key = key.map(|key| Key::new("memberUpdate", key, &input)).transpose()?;
    let MemberUpdate { id, name, role, disabled } = input;
    let mut refusals = InputErrors::none();
    let name = name.try_map(|name| text::required(&["name"], &name, MAX_NAME));
    let name = refusals.keep(name.and_then(|name| name.required("name"))).flatten();
    let role = refusals.keep(role.required("role")).flatten();
    let disabled = refusals.keep(disabled.required("disabled")).flatten();
    refusals.done()?;
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let name = name.clone();
        Box::pin(async move {
            // Two ADMINs who demote each other at the same moment would otherwise both see the other one stay.
            merchant::lock(change).await?;
            let member = lock(change, id).await?;
            let is_admin = member.role == Role::Admin && member.disabled_at.is_none();
            let stays = role.unwrap_or(member.role) == Role::Admin
                && !disabled.unwrap_or(member.disabled_at.is_some());
            if is_admin && !stays {
                require_another_admin(change, id, role.is_some_and(|role| role != Role::Admin)).await?;
            }
            write(change, member, name, role, disabled).await
        })
    })
    .await
}

async fn write(
    change: &mut Change<'_>,
    member: member::Model,
    name: Option<String>,
    role: Option<Role>,
    disabled: Option<bool>,
) -> Result<MemberAnswer> {
    let (id, was, was_disabled) = (member.id, member.role, member.disabled_at.is_some());
    let mut row: member::ActiveModel = member.clone().into();
    let mut changed = Vec::new();
    put(&mut row.name, name, "name", &mut changed);
    put(&mut row.role, role, "role", &mut changed);
    let disabled = disabled.filter(|disabled| *disabled != was_disabled);
    put(
        &mut row.disabled_at,
        disabled.map(|disabled| disabled.then_some(change.now)),
        "disabled",
        &mut changed,
    );
    if changed.is_empty() {
        return Ok(MemberAnswer { member });
    }
    if disabled == Some(true) {
        row.password_token_hash = Set(None);
        row.password_token_expires_at = Set(None);
        session::Entity::end_all_of(id).exec(change.txn).await?;
    }
    let member = row.update(change.txn).await?;
    let mut updated = Draft::new(EventType::MemberUpdated).subject(id.0);
    if member.role != was {
        updated = updated.moved(was.as_str(), member.role.as_str());
    }
    updated.data.details = Some(json!({
        "changed": changed,
        "role": member.role,
        "disabled": member.disabled_at.is_some(),
    }));
    change.event(updated);
    change.changes_rights();
    Ok(MemberAnswer { member })
}

/// Takes a member's password away, ends their sessions, and gives a one-time link to set a new one. ADMIN.
///
/// # Errors
/// NOT_FOUND; INVALID for a member who is disabled.
pub async fn password_reset(
    kyc: &Kyc,
    actor: &Actor,
    input: MemberPasswordReset,
    key: Option<String>,
) -> Result<Outcome<MemberInvited>> {
    let scope = actor.require(Role::Admin)?;
    let key = key.map(|key| Key::new("memberPasswordReset", key, &input)).transpose()?;
    let MemberPasswordReset { id } = input;
    let public_url = kyc.public_url.clone();
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let public_url = public_url.clone();
        Box::pin(async move {
            let member = lock(change, id).await?;
            if member.disabled_at.is_some() {
                let message = "This member is disabled. Enable them first.";
                return Err(Error::user(UserErrorCode::Invalid, &["id"], message));
            }
            let link = OneTimeLink::new(change);
            let mut row: member::ActiveModel = member.into();
            row.password_hash = Set(None);
            row.password_token_hash = Set(Some(link.hash));
            row.password_token_expires_at = Set(Some(link.expires_at));
            let member = row.update(change.txn).await?;
            session::Entity::end_all_of(id).exec(change.txn).await?;
            let mut updated = Draft::new(EventType::MemberUpdated).subject(id.0);
            updated.data.details = Some(json!({ "changed": ["passwordReset"] }));
            change.event(updated);
            change.changes_rights();
            Ok(MemberInvited { member, password_url: Some(url_of(&public_url, &link.token)) })
        })
    })
    .await
}

/// Under the merchant's lock.
async fn require_another_admin(change: &Change<'_>, id: MemberId, demoted: bool) -> Result<()> {
    let others = member::Entity::scoped(change.scope)
        .filter(member::Column::Role.eq(Role::Admin))
        .filter(member::Column::DisabledAt.is_null())
        .filter(member::Column::Id.ne(id))
        .count(change.txn)
        .await?;
    if others > 0 {
        return Ok(());
    }
    Err(Error::user(
        UserErrorCode::LastAdmin,
        if demoted { &["role"] } else { &["disabled"] },
        "This is the last ADMIN who is not disabled. Make another member ADMIN first.",
    ))
}

async fn lock(change: &Change<'_>, id: MemberId) -> Result<member::Model> {
    member::Entity::scoped(change.scope)
        .filter(member::Column::Id.eq(id))
        .lock_exclusive()
        .one(change.txn)
        .await?
        .ok_or_else(|| Error::user(UserErrorCode::NotFound, &["id"], "There is no member with this id."))
}

async fn reload(change: &Change<'_>, id: MemberId) -> Result<member::Model> {
    member::Entity::scoped(change.scope)
        .filter(member::Column::Id.eq(id))
        .one(change.txn)
        .await?
        .ok_or_else(|| Error::internal("a member of a remembered answer is gone"))
}

impl Answer for MemberInvited {
    type Ids = MemberIds;

    fn ids(&self) -> MemberIds {
        MemberIds { member: self.member.id }
    }

    fn reload<'c>(change: &'c Change<'_>, ids: MemberIds) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move { Ok(Self { member: reload(change, ids.member).await?, password_url: None }) })
    }
}

impl Answer for MemberAnswer {
    type Ids = MemberIds;

    fn ids(&self) -> MemberIds {
        MemberIds { member: self.member.id }
    }

    fn reload<'c>(change: &'c Change<'_>, ids: MemberIds) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move { Ok(Self { member: reload(change, ids.member).await? }) })
    }
}
