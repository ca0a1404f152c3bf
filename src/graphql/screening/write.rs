//! Mutations of matches.

use std::sync::{Arc, LazyLock};

use async_graphql::{ID, InputObject};
use entity::MatchDecision;
use futures_util::{FutureExt, future::BoxFuture};

use super::ScreeningMatch;
use crate::{
    error::Result,
    graphql::{
        attempt::Attempt,
        exec::{Context, object::Object},
        input,
        mutation::{Mutate, Payload, Shown},
        step::Step,
    },
    kyc,
};

/// The input of the `screeningMatchDecide` mutation.
#[derive(InputObject)]
pub struct ScreeningMatchDecideInput {
    /// The match, one of its step's result: of an older run it is INVALID.
    match_id: ID,
    /// CONFIRMED: it is the customer. CLEARED: it is somebody else. PENDING is INVALID.
    decision: MatchDecision,
    /// Why, for the team: at most 2000 characters, REQUIRED. A full Aadhaar number is INVALID.
    note: String,
    /// Makes sure that this happens once, however often it is sent: 1 to 255 characters, remembered for 24 hours.
    idempotency_key: Option<String>,
}

/// `screeningMatchDecide`
pub struct ScreeningMatchDecide;

impl Mutate for ScreeningMatchDecide {
    const NAME: &'static str = "screeningMatchDecide";
    const DESCRIPTION: &'static str = "Confirms or clears a match of a screening. The step completes once every match is \
        CLEARED; a CONFIRMED one opens it again. While the attempt is open, a decision may change; the same again succeeds \
        and changes nothing. Takes the role REVIEWER. Refused with NOT_FOUND, ATTEMPT_ENDED, INVALID, or what is wrong with \
        the note.";
    type Input = ScreeningMatchDecideInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<ScreeningMatchDecide>>> = LazyLock::new(|| {
            Object::payload(
                "ScreeningMatchDecidePayload",
                "The answer of the `screeningMatchDecide` mutation.",
            )
            .screening_match()
            .step()
            .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a ScreeningMatchDecideInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let wish = kyc::screening::MatchDecide {
                match_id: input::id(&input.match_id),
                decision: input.decision,
                note: input.note.clone(),
            };
            let key = cx.key(input.idempotency_key.as_deref());
            let done = kyc::screening::decide(cx.kyc, cx.actor, wish, key).await?;
            let kyc::MatchDecided { found, step, attempt } = done.answer;
            let step = Arc::new(Step { row: step, attempt: Attempt::changed(cx, attempt) });
            let found = Arc::new(ScreeningMatch { row: found });
            Ok(Shown {
                screening_match: Some(found),
                step: Some(step),
                replayed: done.replayed,
                ..Shown::default()
            })
        }
        .boxed()
    }
}
