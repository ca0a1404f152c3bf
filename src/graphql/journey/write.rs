//! Mutations of a customer's own journey.

use std::sync::LazyLock;

use async_graphql::InputObject;
use futures_util::{FutureExt, future::BoxFuture};

use super::own;
use crate::{
    error::Result,
    graphql::{
        exec::{Context, object::Object},
        mutation::{Mutate, Payload, Shown},
    },
    kyc::journey,
};

/// The input of the `journeyConsent` mutation.
#[derive(InputObject)]
pub struct JourneyConsentInput {
    /// Whether the customer agrees. A refusal is recorded, and no step begins.
    accepted: bool,
    /// The version of the text that was shown: `Journey.consentTextVersion`.
    text_version: String,
    /// The language it was shown in, as in `en` or `hi`.
    language: String,
    /// Makes sure that the answer is recorded once, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// The input of the `journeyDigilockerStart` mutation.
#[derive(InputObject)]
pub struct JourneyDigilockerStartInput {
    /// 1 to 255 characters, remembered for 24 hours. Sent again, the URL is null: begin again with another key.
    idempotency_key: Option<String>,
}

/// The input of the `journeyPanSubmit` mutation.
#[derive(InputObject)]
pub struct JourneyPanSubmitInput {
    /// The PAN: 5 letters, 4 digits, a letter. Spaces and small letters are fine.
    pan: String,
    /// The name as it stands on the card, at most 200 characters. It is not kept.
    name_on_card: String,
    /// Makes sure that it is submitted once, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// The input of the `journeyBankSubmit` mutation.
#[derive(InputObject)]
pub struct JourneyBankSubmitInput {
    /// Whose account it is, at most 200 characters. It is not kept.
    account_holder: String,
    /// 9 to 18 digits.
    account_number: String,
    /// The branch's IFSC: 4 letters, a zero, 6 letters or digits.
    ifsc: String,
    /// Makes sure that it is submitted once, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `journeyConsent`
pub struct JourneyConsent;
/// `journeyDigilockerStart`
pub struct JourneyDigilockerStart;
/// `journeyPanSubmit`
pub struct JourneyPanSubmit;
/// `journeyBankSubmit`
pub struct JourneyBankSubmit;

/// The payload of three mutations: one type.
fn payload<M: Mutate>() -> Object<Payload<M>> {
    Object::payload("JourneyPayload", "The answer of a customer's mutation.").journey().user_errors()
}

async fn shown(cx: &Context<'_>) -> Result<Shown> {
    Ok(Shown { journey: Some(own(cx).await?), ..Shown::default() })
}

impl Mutate for JourneyConsent {
    const NAME: &'static str = "journeyConsent";
    const DESCRIPTION: &'static str = "Records whether the customer consents. The same answer again changes nothing. Link \
        sessions only. Refused with INVALID for an old text, ATTEMPT_ENDED, LINK_INACTIVE.";
    type Input = JourneyConsentInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<JourneyConsent>>> = LazyLock::new(payload);
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a JourneyConsentInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let consent = journey::Consent {
                accepted: input.accepted,
                text_version: input.text_version.clone(),
                language: input.language.clone(),
            };
            let key = cx.key(input.idempotency_key.as_deref());
            journey::consent(cx.kyc, cx.actor, consent, key).await?;
            shown(cx).await
        }
        .boxed()
    }
}

impl Mutate for JourneyDigilockerStart {
    const NAME: &'static str = "journeyDigilockerStart";
    const DESCRIPTION: &'static str = "Sends the customer to DigiLocker: go to `authorizeUrl`, which comes back to the journey. \
        Asked again while they are there, it begins anew. Link sessions only. Refused with NOT_FOUND, INVALID_TRANSITION, \
        TRIES_EXHAUSTED, ATTEMPT_ENDED, LINK_INACTIVE; INVALID when DigiLocker does not answer, at the cost of no try.";
    type Input = JourneyDigilockerStartInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<JourneyDigilockerStart>>> = LazyLock::new(|| {
            Object::payload(
                "JourneyDigilockerStartPayload",
                "The answer of the `journeyDigilockerStart` mutation.",
            )
            .url(
                "authorizeUrl",
                "Where the customer goes on; null where the merchant's team does this step, and in a replay.",
            )
            .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a JourneyDigilockerStartInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let key = cx.key(input.idempotency_key.as_deref());
            let started = journey::digilocker(cx.kyc, cx.actor, key).await?;
            Ok(Shown { url: started.authorize_url, ..Shown::default() })
        }
        .boxed()
    }
}

impl Mutate for JourneyPanSubmit {
    const NAME: &'static str = "journeyPanSubmit";
    const DESCRIPTION: &'static str = "Has the PAN looked up; `journeyChanged` tells the outcome. The same again while it is \
        looked up changes nothing. Link sessions only. Refused with what is wrong with a field, NOT_FOUND, \
        INVALID_TRANSITION, TRIES_EXHAUSTED, ATTEMPT_ENDED, LINK_INACTIVE.";
    type Input = JourneyPanSubmitInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<JourneyPanSubmit>>> = LazyLock::new(payload);
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a JourneyPanSubmitInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let submit =
                journey::PanSubmit { pan: input.pan.clone(), name_on_card: input.name_on_card.clone() };
            let key = cx.key(input.idempotency_key.as_deref());
            journey::pan(cx.kyc, cx.actor, submit, key).await?;
            shown(cx).await
        }
        .boxed()
    }
}

impl Mutate for JourneyBankSubmit {
    const NAME: &'static str = "journeyBankSubmit";
    const DESCRIPTION: &'static str = "Has a rupee sent to the account, to learn whose it is; `journeyChanged` tells the \
        outcome. The same again while that is under way changes nothing. Link sessions only. Refused as \
        `journeyPanSubmit`.";
    type Input = JourneyBankSubmitInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<JourneyBankSubmit>>> = LazyLock::new(payload);
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a JourneyBankSubmitInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let submit = journey::BankSubmit {
                account_holder: input.account_holder.clone(),
                account_number: input.account_number.clone(),
                ifsc: input.ifsc.clone(),
            };
            let key = cx.key(input.idempotency_key.as_deref());
            journey::bank(cx.kyc, cx.actor, submit, key).await?;
            shown(cx).await
        }
        .boxed()
    }
}
