//! Mutations of steps.

use std::sync::{Arc, LazyLock};

use async_graphql::{ID, InputObject};
use entity::{Party, StepStatus};
use futures_util::{FutureExt, future::BoxFuture};

use super::Step;
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

/// The input of the `stepUpdateStatus` mutation.
#[derive(InputObject)]
pub struct StepUpdateStatusInput {
    /// The step.
    step_id: ID,
    /// Where it moves to. IN_PROGRESS starts no check, but for a screening, which runs again.
    status: StepStatus,
    /// Why; REQUIRED with FAILED and REQUIRES_ACTION.
    reason: Option<ReasonInput>,
    /// Whose action REQUIRES_ACTION means: CUSTOMER (do it again) or REVIEWER (decide). REQUIRED where the reason's code does
    /// not tell, as with a code of your own; INVALID with any other status.
    action_by: Option<Party>,
    /// The step's `version` that you have seen: when it has another one by now, nothing changes, and VERSION_CONFLICT comes
    /// with the step as it is. By default it moves whatever the version.
    expected_version: Option<i32>,
    /// Makes sure that the step moves once, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `stepUpdateStatus`
pub struct StepUpdateStatus;

impl Mutate for StepUpdateStatus {
    const NAME: &'static str = "stepUpdateStatus";
    const DESCRIPTION: &'static str = "Moves a step, and its attempt with it where that follows. The same status again \
        succeeds and changes nothing. Takes the role REVIEWER. Refused with NOT_FOUND, VERSION_CONFLICT, \
        INVALID_TRANSITION, TRIES_EXHAUSTED, ATTEMPT_ENDED, or what is wrong with a field.";
    type Input = StepUpdateStatusInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<StepUpdateStatus>>> = LazyLock::new(|| {
            Object::payload("StepUpdateStatusPayload", "The answer of the `stepUpdateStatus` mutation.")
                .step()
                .attempt()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a StepUpdateStatusInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let wish = kyc::step::StepUpdateStatus {
                step_id: input::id(&input.step_id),
                status: input.status,
                reason: input.reason.clone().map(Into::into),
                action_by: input.action_by,
                expected_version: input.expected_version,
            };
            let key = cx.key(input.idempotency_key.as_deref());
            let done = kyc::step::update_status(cx.kyc, cx.actor, wish, key).await?;
            let kyc::StepMoved { step, attempt } = done.answer;
            let attempt = Attempt::changed(cx, attempt);
            let step = Arc::new(Step { row: step, attempt: Arc::clone(&attempt) });
            let (step, attempt) = (Some(step), Some(attempt));
            Ok(Shown { step, attempt, replayed: done.replayed, ..Shown::default() })
        }
        .boxed()
    }
}
