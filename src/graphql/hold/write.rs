//! Mutations of holds.

use std::sync::{Arc, LazyLock};

use async_graphql::{ID, InputObject};
use futures_util::{FutureExt, future::BoxFuture};

use super::Hold;
use crate::{
    error::Result,
    graphql::{
        attempt::Attempt,
        exec::{Context, object::Object},
        input,
        mutation::{Mutate, Payload, Shown},
        reason::ReasonInput,
    },
    kyc,
};

/// The input of the `holdPlace` mutation.
#[derive(InputObject)]
pub struct HoldPlaceInput {
    /// The attempt.
    attempt_id: ID,
    /// Why. The customer does not read it.
    reason: ReasonInput,
    /// Makes sure that one hold is placed, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `holdPlace`
pub struct HoldPlace;

impl Mutate for HoldPlace {
    const NAME: &'static str = "holdPlace";
    const DESCRIPTION: &'static str = "Places a hold on an open attempt: it does not complete before every hold is released. \
        It stops neither the customer nor a rejection. An attempt may have several. Takes the role REVIEWER. Refused with \
        NOT_FOUND, ATTEMPT_ENDED, or what is wrong with the reason.";
    type Input = HoldPlaceInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<HoldPlace>>> = LazyLock::new(|| {
            Object::payload("HoldPlacePayload", "The answer of the `holdPlace` mutation.")
                .hold()
                .attempt()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a HoldPlaceInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let wish = kyc::hold::HoldPlace {
                attempt_id: input::id(&input.attempt_id),
                reason: input.reason.clone().into(),
            };
            let key = cx.key(input.idempotency_key.as_deref());
            Ok(Shown::hold(cx, kyc::hold::place(cx.kyc, cx.actor, wish, key).await?))
        }
        .boxed()
    }
}

/// The input of the `holdRelease` mutation.
#[derive(InputObject)]
pub struct HoldReleaseInput {
    /// The hold.
    hold_id: ID,
    /// A note for the team, at most 2000 characters. A full Aadhaar number is INVALID.
    note: Option<String>,
    /// Makes sure that this happens once, however often it is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `holdRelease`
pub struct HoldRelease;

impl Mutate for HoldRelease {
    const NAME: &'static str = "holdRelease";
    const DESCRIPTION: &'static str = "Releases a hold; the last one completes an attempt whose steps are all completed. \
        Releasing again succeeds and changes nothing. Takes the role REVIEWER. Refused with NOT_FOUND, ATTEMPT_ENDED \
        (it ended with the hold on it), or what is wrong with the note.";
    type Input = HoldReleaseInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<HoldRelease>>> = LazyLock::new(|| {
            Object::payload("HoldReleasePayload", "The answer of the `holdRelease` mutation.")
                .hold()
                .attempt()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a HoldReleaseInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let wish =
                kyc::hold::HoldRelease { hold_id: input::id(&input.hold_id), note: input.note.clone() };
            let key = cx.key(input.idempotency_key.as_deref());
            Ok(Shown::hold(cx, kyc::hold::release(cx.kyc, cx.actor, wish, key).await?))
        }
        .boxed()
    }
}

impl Shown {
    /// A hold and its attempt.
    fn hold(cx: &Context<'_>, done: kyc::Outcome<kyc::HoldChanged>) -> Self {
        let kyc::HoldChanged { hold, attempt } = done.answer;
        let attempt = Attempt::changed(cx, attempt);
        let hold = Arc::new(Hold { row: hold, attempt: Arc::clone(&attempt) });
        Self { hold: Some(hold), attempt: Some(attempt), replayed: done.replayed, ..Self::default() }
    }
}
