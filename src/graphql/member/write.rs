//! Mutations of members.

use std::sync::{Arc, LazyLock};

use async_graphql::{ID, InputObject, MaybeUndefined};
use entity::{Role, member::Model};
use futures_util::{FutureExt, future::BoxFuture};

use super::Member;
use crate::{
    error::Result,
    graphql::{
        exec::{Context, object::Object},
        input,
        mutation::{Mutate, Payload, Shown},
    },
    kyc::member,
};

impl Shown {
    fn member(row: Model) -> Self {
        Self { member: Some(Arc::new(Member { row })), ..Self::default() }
    }
}

/// The input of the `memberCreate` mutation.
#[derive(Clone, InputObject)]
pub struct MemberCreateInput {
    /// What they sign in with, whatever its capitals, at most 254 characters; no two members of your merchant have the
    /// same. No mail is sent: hand `passwordUrl` on.
    email: String,
    /// Their name, 1 to 100 characters.
    name: String,
    /// What they may do.
    role: Role,
    /// Makes sure that the member is added once, however often this is sent: 1 to 255 characters, remembered for 24
    /// hours. Sent again, the URL is null; `memberPasswordReset` gives a new one.
    idempotency_key: Option<String>,
}

impl From<MemberCreateInput> for member::MemberCreate {
    fn from(input: MemberCreateInput) -> Self {
        let MemberCreateInput { email, name, role, idempotency_key: _ } = input;
        Self { email, name, role }
    }
}

/// The input of the `memberUpdate` mutation. What is left out stays as it is.
#[derive(Clone, InputObject)]
pub struct MemberUpdateInput {
    /// The member's id.
    id: ID,
    /// Their name, 1 to 100 characters; not null.
    name: MaybeUndefined<String>,
    /// What they may do; not null. The last ADMIN who is not disabled stays ADMIN: LAST_ADMIN.
    role: MaybeUndefined<Role>,
    /// True ends their sessions and their one-time link, and lets them sign in no more; false lets them in again; not
    /// null. The last ADMIN cannot be disabled: LAST_ADMIN.
    disabled: MaybeUndefined<bool>,
    /// Makes sure that the member is changed once, however often this is sent: 1 to 255 characters, remembered for 24
    /// hours.
    idempotency_key: Option<String>,
}

impl From<MemberUpdateInput> for member::MemberUpdate {
    fn from(input: MemberUpdateInput) -> Self {
        Self {
            id: input::id(&input.id),
            name: input.name.into(),
            role: input.role.into(),
            disabled: input.disabled.into(),
        }
    }
}

/// The input of the `memberPasswordReset` mutation.
#[derive(InputObject)]
pub struct MemberPasswordResetInput {
    /// The member's id; one who is not disabled.
    id: ID,
    /// Makes sure that the password is taken away once, however often this is sent: 1 to 255 characters, remembered for
    /// 24 hours. Sent again, the URL is null.
    idempotency_key: Option<String>,
}

/// `memberCreate`
pub struct MemberCreate;

impl Mutate for MemberCreate {
    const NAME: &'static str = "memberCreate";
    const DESCRIPTION: &'static str = "Adds a person to your team; a merchant has at most 1000, disabled ones included. Takes the role \
         ADMIN.";
    type Input = MemberCreateInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<MemberCreate>>> = LazyLock::new(|| {
            Object::payload("MemberCreatePayload", "The answer of the `memberCreate` mutation.")
                .member()
                .url(
                    "passwordUrl",
                    "Where the member sets their password, once and within 72 hours. Shown once: null when there are \
                     user errors, and when the idempotency key was used before.",
                )
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a MemberCreateInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let key = cx.key(input.idempotency_key.as_deref());
            let done = member::create(cx.kyc, cx.actor, input.clone().into(), key).await?;
            let answer = done.answer;
            Ok(Shown { url: answer.password_url, replayed: done.replayed, ..Shown::member(answer.member) })
        }
        .boxed()
    }
}

/// `memberUpdate`
pub struct MemberUpdate;

impl Mutate for MemberUpdate {
    const NAME: &'static str = "memberUpdate";
    const DESCRIPTION: &'static str = "Changes a member's name, role or access. A new role holds everywhere within four seconds, in open \
         sessions too. Takes the role ADMIN.";
    type Input = MemberUpdateInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<MemberUpdate>>> = LazyLock::new(|| {
            Object::payload("MemberUpdatePayload", "The answer of the `memberUpdate` mutation.")
                .member()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a MemberUpdateInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let key = cx.key(input.idempotency_key.as_deref());
            let done = member::update(cx.kyc, cx.actor, input.clone().into(), key).await?;
            Ok(Shown { replayed: done.replayed, ..Shown::member(done.answer.member) })
        }
        .boxed()
    }
}

/// `memberPasswordReset`
pub struct MemberPasswordReset;

impl Mutate for MemberPasswordReset {
    const NAME: &'static str = "memberPasswordReset";
    const DESCRIPTION: &'static str = "Takes a member's password away, ends their sessions, and gives a one-time link to set a new one. \
         Takes the role ADMIN.";
    type Input = MemberPasswordResetInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<MemberPasswordReset>>> = LazyLock::new(|| {
            Object::payload("MemberPasswordResetPayload", "The answer of the `memberPasswordReset` mutation.")
                .member()
                .url(
                    "passwordUrl",
                    "Where the member sets their password, once and within 72 hours. Shown once: null when there are \
                     user errors, and when the idempotency key was used before.",
                )
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a MemberPasswordResetInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let key = cx.key(input.idempotency_key.as_deref());
            let done = member::password_reset(
                cx.kyc,
                cx.actor,
                member::MemberPasswordReset { id: input::id(&input.id) },
                key,
            )
            .await?;
            let answer = done.answer;
            Ok(Shown { url: answer.password_url, replayed: done.replayed, ..Shown::member(answer.member) })
        }
        .boxed()
    }
}
