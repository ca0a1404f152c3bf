//! Mutations of an attempt's link: sending it again, moving its end, revoking it.

use std::sync::LazyLock;

use async_graphql::{ID, InputObject};
use futures_util::{FutureExt, future::BoxFuture};

use super::{
    exec::{Context, object::Object},
    input,
    mutation::{Mutate, Payload, Shown},
};
use crate::{error::Result, kyc};

/// The input of the `kycLinkResend` mutation.
#[derive(InputObject)]
pub struct KycLinkResendInput {
    /// The attempt; it may have been made without a link.
    attempt_id: ID,
    /// Makes sure that one URL is issued, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `kycLinkResend`
pub struct KycLinkResend;

impl Mutate for KycLinkResend {
    const NAME: &'static str = "kycLinkResend";
    const DESCRIPTION: &'static str = "Issues a new URL for an open attempt: those before it, and the sessions opened with \
        them, die at once. An end of the validity in the future stays; one that has passed is renewed by the merchant's \
        `linkValidityHours`; a revoked link works again. Takes the role AGENT. Refused with NOT_FOUND or ATTEMPT_ENDED.";
    type Input = KycLinkResendInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<KycLinkResend>>> = LazyLock::new(|| {
            Object::payload("KycLinkResendPayload", "The answer of the `kycLinkResend` mutation.")
                .attempt()
                .url("url", "What to send to the customer. It is shown here and now only: whoever has it can walk the journey.")
                .replayed()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a KycLinkResendInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let wish = kyc::link::LinkResend { attempt_id: input::id(&input.attempt_id) };
            let key = cx.key(input.idempotency_key.as_deref());
            Ok(Shown::link(cx, kyc::link::resend(cx.kyc, cx.actor, wish, key).await?))
        }
        .boxed()
    }
}

/// The input of the `kycLinkExtend` mutation.
#[derive(InputObject)]
pub struct KycLinkExtendInput {
    /// The attempt.
    attempt_id: ID,
    /// How long the link is valid, in hours from now: 1 to 8760. It may end sooner than it would have.
    validity_hours: i32,
    /// Makes sure that this happens once, however often it is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `kycLinkExtend`
pub struct KycLinkExtend;

impl Mutate for KycLinkExtend {
    const NAME: &'static str = "kycLinkExtend";
    const DESCRIPTION: &'static str = "Moves the end of a link's validity; the URL stays. Takes the role AGENT. Refused with \
        NOT_FOUND, ATTEMPT_ENDED, LINK_INACTIVE (no link, or a revoked one), or INVALID hours.";
    type Input = KycLinkExtendInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<KycLinkExtend>>> = LazyLock::new(|| {
            Object::payload("KycLinkExtendPayload", "The answer of the `kycLinkExtend` mutation.")
                .attempt()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a KycLinkExtendInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let wish = kyc::link::LinkExtend {
                attempt_id: input::id(&input.attempt_id),
                validity_hours: input.validity_hours,
            };
            let key = cx.key(input.idempotency_key.as_deref());
            Ok(Shown::attempt(cx, kyc::link::extend(cx.kyc, cx.actor, wish, key).await?))
        }
        .boxed()
    }
}

/// The input of the `kycLinkRevoke` mutation.
#[derive(InputObject)]
pub struct KycLinkRevokeInput {
    /// The attempt.
    attempt_id: ID,
    /// Makes sure that this happens once, however often it is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `kycLinkRevoke`
pub struct KycLinkRevoke;

impl Mutate for KycLinkRevoke {
    const NAME: &'static str = "kycLinkRevoke";
    const DESCRIPTION: &'static str = "Kills a link. An attempt that waits on the customer alone, without a hold, becomes \
        EXPIRED with it; one that a provider or a reviewer has goes on without the customer. Revoking again succeeds and \
        changes nothing. Takes the role AGENT. Refused with NOT_FOUND, ATTEMPT_ENDED or LINK_INACTIVE (no link).";
    type Input = KycLinkRevokeInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<KycLinkRevoke>>> = LazyLock::new(|| {
            Object::payload("KycLinkRevokePayload", "The answer of the `kycLinkRevoke` mutation.")
                .attempt()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a KycLinkRevokeInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let wish = kyc::link::LinkRevoke { attempt_id: input::id(&input.attempt_id) };
            let key = cx.key(input.idempotency_key.as_deref());
            Ok(Shown::attempt(cx, kyc::link::revoke(cx.kyc, cx.actor, wish, key).await?))
        }
        .boxed()
    }
}
