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
        scalar::Date,
    },
    kyc::{
        self,
        result::{BankInput, IdentityInput, PanInput, ResultInput},
    },
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
    /// What an outside check found, masked; of the step's kind. It takes the place of what was found before. With a status that
    /// the step has already, nothing changes.
    result: Option<StepResultInput>,
    /// The step's `version` that you have seen: when it has another one by now, nothing changes, and VERSION_CONFLICT comes
    /// with the step as it is. By default it moves whatever the version.
    expected_version: Option<i32>,
    /// Makes sure that the step moves once, however often this is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// What an outside check found. Give exactly one. Full Aadhaar and account numbers are refused with INVALID.
#[derive(Clone, InputObject)]
pub struct StepResultInput {
    /// Of DIGILOCKER_AADHAAR.
    identity: Option<IdentityResultInput>,
    /// Of PAN.
    pan: Option<PanResultInput>,
    /// Of BANK_PENNY_DROP.
    bank: Option<BankResultInput>,
}

/// What Aadhaar says.
#[derive(Clone, InputObject)]
pub struct IdentityResultInput {
    /// The name, at most 200 characters.
    name: String,
    /// The birth date.
    date_of_birth: Option<Date>,
    /// As the document has it.
    gender: Option<String>,
    /// X in place of all but the last four digits, as in xxxx xxxx 1234.
    masked_aadhaar: String,
    /// At most 500 characters.
    address: Option<String>,
}

/// What the register of PANs says.
#[derive(Clone, InputObject)]
pub struct PanResultInput {
    /// X in place of all but four characters, as in ABxxxxxx4F.
    masked_pan: String,
    /// Whose it is.
    registered_name: Option<String>,
}

/// What the bank says.
#[derive(Clone, InputObject)]
pub struct BankResultInput {
    /// X in place of all but the last four digits.
    masked_account: String,
    /// The branch's IFSC.
    ifsc: String,
    /// By default the bank that the IFSC names.
    bank_name: Option<String>,
    /// Whose account it is.
    registered_name: Option<String>,
    /// The provider's own code of the outcome.
    provider_code: Option<String>,
}

impl From<StepResultInput> for ResultInput {
    fn from(input: StepResultInput) -> Self {
        Self {
            identity: input.identity.map(|it| IdentityInput {
                name: it.name,
                date_of_birth: it.date_of_birth.map(|date| date.0),
                gender: it.gender,
                masked_aadhaar: it.masked_aadhaar,
                address: it.address,
            }),
            pan: input
                .pan
                .map(|it| PanInput { masked_pan: it.masked_pan, registered_name: it.registered_name }),
            bank: input.bank.map(|it| BankInput {
                masked_account: it.masked_account,
                ifsc: it.ifsc,
                bank_name: it.bank_name,
                registered_name: it.registered_name,
                provider_code: it.provider_code,
            }),
        }
    }
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
                result: input.result.clone().map(Into::into),
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
