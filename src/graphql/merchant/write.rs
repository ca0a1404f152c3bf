//! Mutations of merchants.

use std::sync::{Arc, LazyLock};

use async_graphql::{InputObject, MaybeUndefined};
use entity::{MerchantMode, StepKind, merchant::Model};
use futures_util::{FutureExt, future::BoxFuture};

use super::Merchant;
use crate::{
    error::Result,
    graphql::{
        exec::{Context, object::Object},
        mutation::{Mutate, Payload, Shown},
    },
    kyc::merchant,
};

impl Shown {
    /// A merchant as the use case left it, and not as the actor may read it: the platform's key reads none.
    pub(super) fn merchant(row: Model) -> Self {
        Self { merchant: Some(Arc::new(Merchant { row })), ..Self::default() }
    }
}

/// The input of the `merchantCreate` mutation.
#[derive(Clone, InputObject)]
pub struct MerchantCreateInput {
    /// The name, 1 to 100 characters; the name that customers read is the same until `brandingUpdate` changes it.
    name: String,
    /// What members type when they sign in: 2 to 40 letters a–z and digits, with single hyphens between them. No two
    /// merchants have the same, and it never changes.
    slug: String,
    /// The e-mail address of the first member, an ADMIN; at most 254 characters. No mail is sent: hand `passwordUrl`
    /// on.
    admin_email: String,
    /// Whether checks are real; SANDBOX by default. It never changes.
    mode: Option<MerchantMode>,
    /// Where its days begin and end: an IANA name; Asia/Kolkata by default.
    time_zone: Option<String>,
    /// Makes sure that the merchant is created once, however often this is sent: 1 to 255 characters, remembered for 24
    /// hours. Sent again, what is shown once is null.
    idempotency_key: Option<String>,
}

impl From<MerchantCreateInput> for merchant::MerchantCreate {
    fn from(input: MerchantCreateInput) -> Self {
        let MerchantCreateInput { name, slug, admin_email, mode, time_zone, idempotency_key: _ } = input;
        Self { name, slug, admin_email, mode, time_zone }
    }
}

/// The input of the `merchantUpdate` mutation. What is left out stays as it is.
#[derive(Clone, InputObject)]
pub struct MerchantUpdateInput {
    /// The name, 1 to 100 characters; not null.
    name: MaybeUndefined<String>,
    /// Where its days begin and end: an IANA name, for example Asia/Kolkata; not null.
    time_zone: MaybeUndefined<String>,
    /// The steps of new attempts, in order: 1 to 6, each kind once; not null. Attempts that exist keep theirs.
    journey: MaybeUndefined<Vec<StepKind>>,
    /// How long new links last, in hours: 1 to 8760; not null.
    link_validity_hours: MaybeUndefined<i32>,
    /// Where journeys may send customers back to: at most 20 origins, such as https://shop.example:8443, with https
    /// (http only for localhost), without path or query. Null: nowhere.
    redirect_origins: MaybeUndefined<Vec<String>>,
    /// Makes sure that the merchant is changed once, however often this is sent: 1 to 255 characters, remembered for 24
    /// hours.
    idempotency_key: Option<String>,
}

impl From<MerchantUpdateInput> for merchant::MerchantUpdate {
    fn from(input: MerchantUpdateInput) -> Self {
        Self {
            name: input.name.into(),
            time_zone: input.time_zone.into(),
            journey: input.journey.into(),
            link_validity_hours: input.link_validity_hours.into(),
            redirect_origins: input.redirect_origins.into(),
        }
    }
}

/// `merchantCreate`
pub struct MerchantCreate;

impl Mutate for MerchantCreate {
    const NAME: &'static str = "merchantCreate";
    const DESCRIPTION: &'static str = "Creates a merchant with its first member and its first API key, both ADMIN. For the platform's key \
         only.";
    type Input = MerchantCreateInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<MerchantCreate>>> = LazyLock::new(|| {
            Object::payload("MerchantCreatePayload", "The answer of the `merchantCreate` mutation.")
                .merchant()
                .secret(
                    "adminApiKey",
                    "An API key of the new merchant, of the role ADMIN. Shown once: null when there are user errors, and \
                     when the idempotency key was used before.",
                )
                .url(
                    "passwordUrl",
                    "Where the first member sets their password, once and within 72 hours. Shown once: null when there \
                     are user errors, and when the idempotency key was used before.",
                )
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a MerchantCreateInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let key = cx.key(input.idempotency_key.as_deref());
            let done = merchant::create(cx.kyc, cx.actor, input.clone().into(), key).await?;
            let answer = done.answer;
            Ok(Shown {
                secret: answer.admin_api_key,
                url: answer.password_url,
                replayed: done.replayed,
                ..Shown::merchant(answer.merchant)
            })
        }
        .boxed()
    }
}

/// `merchantUpdate`
pub struct MerchantUpdate;

impl Mutate for MerchantUpdate {
    const NAME: &'static str = "merchantUpdate";
    const DESCRIPTION: &'static str = "Changes your merchant's settings. Takes the role ADMIN.";
    type Input = MerchantUpdateInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<MerchantUpdate>>> = LazyLock::new(|| {
            Object::payload("MerchantUpdatePayload", "The answer of the `merchantUpdate` mutation.")
                .merchant()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a MerchantUpdateInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let key = cx.key(input.idempotency_key.as_deref());
            let done = merchant::update(cx.kyc, cx.actor, input.clone().into(), key).await?;
            Ok(Shown { replayed: done.replayed, ..Shown::merchant(done.answer.merchant) })
        }
        .boxed()
    }
}
