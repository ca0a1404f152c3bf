//! Mutations of attempts: starting one, with a link or without, and rejecting one.

use std::sync::LazyLock;

use async_graphql::{ID, InputObject};
use entity::StepKind;
use futures_util::{FutureExt, future::BoxFuture};

use super::Attempt;
use crate::{
    error::Result,
    graphql::{
        customer::write::CustomerInput,
        exec::{Context, object::Object},
        input,
        mutation::{Mutate, Payload, Shown},
        reason::ReasonInput,
        scalar::Url,
    },
    kyc,
};

/// The input of the `kycLinkGenerate` mutation. Give exactly one of `customerId`, `customerReference` and `customer`.
#[derive(InputObject)]
pub struct KycLinkGenerateInput {
    /// A customer whom you have added, by id.
    customer_id: Option<ID>,
    /// A customer whom you have added, by your own reference.
    customer_reference: Option<String>,
    /// A new customer, added together with the attempt.
    customer: Option<CustomerInput>,
    /// The steps in their order, 1 to 6, each once. By default the merchant's journey; below ADMIN they must contain it, in any
    /// order, else they are refused with FORBIDDEN_STEPS.
    steps: Option<Vec<StepKind>>,
    /// How long the link is valid, in hours from now: 1 to 8760. By default the merchant's `linkValidityHours`.
    validity_hours: Option<i32>,
    /// Where the journey sends the customer when it is over: at most 2048 characters, and its origin must be one of the
    /// merchant's `redirectOrigins`. By default they stay on the journey's last page.
    redirect_url: Option<Url>,
    /// Makes sure that one link is generated, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `kycLinkGenerate`
pub struct KycLinkGenerate;

impl Mutate for KycLinkGenerate {
    const NAME: &'static str = "kycLinkGenerate";
    const DESCRIPTION: &'static str = "Starts an attempt with a link for the customer to walk. Takes the role AGENT. Refused \
        with ACTIVE_ATTEMPT_EXISTS and the attempt in question when the customer has one that is open; with NOT_FOUND, \
        TAKEN, FORBIDDEN_STEPS, or what is wrong with a field.";
    type Input = KycLinkGenerateInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<KycLinkGenerate>>> = LazyLock::new(|| {
            Object::payload("KycLinkGeneratePayload", "The answer of the `kycLinkGenerate` mutation.")
                .attempt()
                .url("url", "What to send to the customer. It is shown here and now only: whoever has it can walk the journey.")
                .replayed()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a KycLinkGenerateInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let wish = kyc::attempt::LinkGenerate {
                customer_id: input.customer_id.as_ref().map(input::id),
                customer_reference: input.customer_reference.clone(),
                customer: input.customer.clone().map(Into::into),
                steps: input.steps.clone(),
                validity_hours: input.validity_hours,
                redirect_url: input.redirect_url.clone().map(|url| url.0),
            };
            let key = cx.key(input.idempotency_key.as_deref());
            let done = kyc::attempt::generate(cx.kyc, cx.actor, wish, key).await?;
            Ok(Shown::link(cx, done))
        }
        .boxed()
    }
}

/// The input of the `attemptCreate` mutation. Give exactly one of `customerId`, `customerReference` and `customer`.
#[derive(InputObject)]
pub struct AttemptCreateInput {
    /// A customer whom you have added, by id.
    customer_id: Option<ID>,
    /// A customer whom you have added, by your own reference.
    customer_reference: Option<String>,
    /// A new customer, added together with the attempt.
    customer: Option<CustomerInput>,
    /// The steps in their order, 1 to 6, each once. By default the merchant's journey; below ADMIN they must contain it, in any
    /// order, else they are refused with FORBIDDEN_STEPS.
    steps: Option<Vec<StepKind>>,
    /// Makes sure that one attempt is created, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `attemptCreate`
pub struct AttemptCreate;

impl Mutate for AttemptCreate {
    const NAME: &'static str = "attemptCreate";
    const DESCRIPTION: &'static str = "Starts an attempt without a link: you move its steps with `stepUpdateStatus`, and it \
        never expires by the clock. `kycLinkResend` gives it a link later. Takes the role AGENT. Refused as \
        `kycLinkGenerate` is.";
    type Input = AttemptCreateInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<AttemptCreate>>> = LazyLock::new(|| {
            Object::payload("AttemptCreatePayload", "The answer of the `attemptCreate` mutation.")
                .attempt()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a AttemptCreateInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let wish = kyc::attempt::AttemptCreate {
                customer_id: input.customer_id.as_ref().map(input::id),
                customer_reference: input.customer_reference.clone(),
                customer: input.customer.clone().map(Into::into),
                steps: input.steps.clone(),
            };
            let key = cx.key(input.idempotency_key.as_deref());
            let done = kyc::attempt::create(cx.kyc, cx.actor, wish, key).await?;
            Ok(Shown::attempt(cx, done))
        }
        .boxed()
    }
}

/// The input of the `attemptReject` mutation.
#[derive(InputObject)]
pub struct AttemptRejectInput {
    /// The attempt.
    attempt_id: ID,
    /// Why. The customer may read its message, unless the code is for staff only.
    reason: ReasonInput,
    /// The attempt's `version` that you have seen: when it has another one by now, nothing changes, and VERSION_CONFLICT comes
    /// with the attempt as it is. By default it is rejected whatever the version.
    expected_version: Option<i32>,
    /// Makes sure that this happens once, however often it is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `attemptReject`
pub struct AttemptReject;

impl Mutate for AttemptReject {
    const NAME: &'static str = "attemptReject";
    const DESCRIPTION: &'static str = "Rejects an open attempt for good; a hold does not stop it. Takes the role REVIEWER. \
        Refused with NOT_FOUND, VERSION_CONFLICT, ATTEMPT_ENDED, or what is wrong with the reason.";
    type Input = AttemptRejectInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<AttemptReject>>> = LazyLock::new(|| {
            Object::payload("AttemptRejectPayload", "The answer of the `attemptReject` mutation.")
                .attempt()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a AttemptRejectInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let wish = kyc::attempt::AttemptReject {
                attempt_id: input::id(&input.attempt_id),
                reason: input.reason.clone().into(),
                expected_version: input.expected_version,
            };
            let key = cx.key(input.idempotency_key.as_deref());
            let done = kyc::attempt::reject(cx.kyc, cx.actor, wish, key).await?;
            Ok(Shown::attempt(cx, done))
        }
        .boxed()
    }
}

/// What the mutations of an attempt and of its link answer.
impl Shown {
    /// An attempt after a change of it.
    pub fn attempt(cx: &Context<'_>, done: kyc::Outcome<kyc::AttemptChanged>) -> Self {
        let attempt = Some(Attempt::changed(cx, done.answer.attempt));
        Self { attempt, replayed: done.replayed, ..Self::default() }
    }

    /// An attempt with its new link.
    pub fn link(cx: &Context<'_>, done: kyc::Outcome<kyc::LinkIssued>) -> Self {
        let kyc::LinkIssued { attempt, url } = done.answer;
        let attempt = Some(Attempt::changed(cx, attempt));
        Self { attempt, url, replayed: done.replayed, ..Self::default() }
    }
}
