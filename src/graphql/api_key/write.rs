//! Mutations of API keys.

use std::sync::{Arc, LazyLock};

use async_graphql::{ID, InputObject};
use entity::{Role, api_key::Model};
use futures_util::{FutureExt, future::BoxFuture};

use super::ApiKey;
use crate::{
    error::Result,
    graphql::{
        exec::{Context, object::Object},
        input,
        mutation::{Mutate, Payload, Shown},
    },
    kyc::api_key,
};

impl Shown {
    fn api_key(row: Model) -> Self {
        Self { api_key: Some(Arc::new(ApiKey { row })), ..Self::default() }
    }
}

/// The input of the `apiKeyCreate` mutation.
#[derive(Clone, InputObject)]
pub struct ApiKeyCreateInput {
    /// What the key is for, 1 to 100 characters: the tracker shows it where the key did something.
    name: String,
    /// What the key may do.
    role: Role,
    /// Makes sure that the key is created once, however often this is sent: 1 to 255 characters, remembered for 24
    /// hours. Sent again, the secret is null.
    idempotency_key: Option<String>,
}

impl From<ApiKeyCreateInput> for api_key::ApiKeyCreate {
    fn from(input: ApiKeyCreateInput) -> Self {
        let ApiKeyCreateInput { name, role, idempotency_key: _ } = input;
        Self { name, role }
    }
}

/// The input of the `apiKeyRevoke` mutation.
#[derive(InputObject)]
pub struct ApiKeyRevokeInput {
    /// The key's id.
    id: ID,
    /// Makes sure that the key is revoked once, however often this is sent: 1 to 255 characters, remembered for 24
    /// hours.
    idempotency_key: Option<String>,
}

/// `apiKeyCreate`
pub struct ApiKeyCreate;

impl Mutate for ApiKeyCreate {
    const NAME: &'static str = "apiKeyCreate";
    const DESCRIPTION: &'static str =
        "Creates an API key; a merchant has at most 100 that are not revoked. Takes the role ADMIN.";
    type Input = ApiKeyCreateInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<ApiKeyCreate>>> = LazyLock::new(|| {
            Object::payload("ApiKeyCreatePayload", "The answer of the `apiKeyCreate` mutation.")
                .api_key()
                .secret(
                    "secret",
                    "The whole key, to be sent as `Authorization: Bearer …`; keep it like a password. Shown once: null \
                     when there are user errors, and when the idempotency key was used before.",
                )
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a ApiKeyCreateInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let key = cx.key(input.idempotency_key.as_deref());
            let done = api_key::create(cx.kyc, cx.actor, input.clone().into(), key).await?;
            let answer = done.answer;
            Ok(Shown { secret: answer.secret, replayed: done.replayed, ..Shown::api_key(answer.api_key) })
        }
        .boxed()
    }
}

/// `apiKeyRevoke`
pub struct ApiKeyRevoke;

impl Mutate for ApiKeyRevoke {
    const NAME: &'static str = "apiKeyRevoke";
    const DESCRIPTION: &'static str = "Revokes an API key: within four seconds it is refused everywhere, for ever, and what it subscribed \
         to ends. A key may revoke itself; one that is revoked stays so. Takes the role ADMIN.";
    type Input = ApiKeyRevokeInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<ApiKeyRevoke>>> = LazyLock::new(|| {
            Object::payload("ApiKeyRevokePayload", "The answer of the `apiKeyRevoke` mutation.")
                .api_key()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a ApiKeyRevokeInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let key = cx.key(input.idempotency_key.as_deref());
            let done =
                api_key::revoke(cx.kyc, cx.actor, api_key::ApiKeyRevoke { id: input::id(&input.id) }, key)
                    .await?;
            Ok(Shown { replayed: done.replayed, ..Shown::api_key(done.answer.api_key) })
        }
        .boxed()
    }
}
