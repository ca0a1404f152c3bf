//! `Journey`: an attempt as its customer sees it.

pub mod write;

use std::sync::{Arc, LazyLock};

use entity::{Party, Scoped, StepKind, StepStatus, attempt, customer, merchant, step as steps};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};

use super::{
    attempt::Attempt,
    exec::{
        Context,
        object::{Object, Row},
    },
    merchant::{Branding, Merchant},
    scalar::Url,
};
use crate::{
    error::{Error, Result},
    kyc::{
        journey::{CONSENT_TEXT_VERSION, journey_id, step_id},
        rows,
    },
    lifecycle::{reasons, step as rules},
};

/// A customer's own journey.
pub struct Journey {
    attempt: Attempt,
    merchant: Arc<Merchant>,
    customer_name: String,
    steps: Vec<Arc<JourneyStep>>,
    current: Option<Arc<JourneyStep>>,
}

/// A step of it, as the customer sees it.
pub struct JourneyStep {
    row: steps::Model,
    position: i32,
    open: bool,
}

/// The journey of whoever asks, as it is now.
///
/// # Errors
/// FORBIDDEN for everybody but a customer; when the database fails.
pub async fn own(cx: &Context<'_>) -> Result<Arc<Journey>> {
    let walk = cx.actor.walk()?;
    let db = cx.db();
    let gone = || Error::internal("a journey of nothing");
    let attempt = attempt::Entity::scoped(walk.scope).filter(attempt::Column::Id.eq(walk.attempt));
    let attempt = attempt.one(db).await?.ok_or_else(gone)?;
    let theirs = steps::Entity::scoped(walk.scope)
        .filter(steps::Column::AttemptId.eq(walk.attempt))
        // No tipping-off: there is no such step.
        .filter(steps::Column::Kind.ne(StepKind::SanctionScreening))
        .order_by_asc(steps::Column::Position)
        .all(db)
        .await?;
    let customer = customer::Entity::scoped(walk.scope)
        .filter(customer::Column::Id.eq(attempt.customer_id))
        .one(db)
        .await?
        .ok_or_else(gone)?;
    let merchant = merchant::Entity::of(walk.scope).one(db).await?.ok_or_else(gone)?;
    // After the change of a mutation: the operation's own moment is from before it.
    let attempt = Attempt::seen(attempt, cx.kyc.clock.now());
    let open = !attempt.row.state.is_terminal();
    let known: Vec<_> = theirs.iter().map(rows::step_rules_of).collect();
    // Numbered among themselves: a gap would tell that there is another.
    let steps: Vec<_> = theirs
        .into_iter()
        .zip(1..)
        .map(|(row, position)| Arc::new(JourneyStep { row, position, open }))
        .collect();
    let current = rules::current(&known).filter(|_| open).and_then(|index| steps.get(index).cloned());
    let merchant = Arc::new(Merchant { row: merchant });
    Ok(Arc::new(Journey { attempt, merchant, customer_name: customer.name, steps, current }))
}

impl Row for Journey {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Journey>> = LazyLock::new(|| {
            Object::<Journey>::new(
                "Journey",
                "A customer's own journey: what they need to walk it, and nothing of the team's.",
            )
            .value("id", "The journey's own id; not the attempt's.", |journey| {
                super::exec::leaf::Id(journey_id(journey.attempt.row.id).to_string())
            })
            .text("merchantName", "Who asks for the verification.", |journey| &journey.merchant.row.name)
            .value("mode", "SANDBOX: every check is a stand-in, and nothing of it counts.", |journey| {
                journey.attempt.row.mode
            })
            .part("branding", "How its pages look.", |_, journey| Branding(Arc::clone(&journey.merchant)))
            .text("customerName", "Who is verified, as the merchant wrote it.", |journey| {
                &journey.customer_name
            })
            .value("state", "Where the journey stands.", |journey| journey.attempt.row.state)
            .value(
                "underReview",
                "Whether somebody of the merchant's has to look at something. It never says at what.",
                |journey| journey.attempt.row.needs_reviewer,
            )
            .value("expiresAt", "Until when the link can be walked.", |journey| {
                journey.attempt.row.expires_at
            })
            .value("redirectUrl", "Where to go when it is over; null: nowhere.", |journey| {
                journey.attempt.row.redirect_url.clone().map(Url)
            })
            .value(
                "consentTextVersion",
                "The version of the text to consent to, for `journeyConsent`.",
                |_| CONSENT_TEXT_VERSION.to_owned(),
            )
            .value(
                "consentedAt",
                "When the customer consented; null until then: no step begins before.",
                |journey| journey.attempt.row.consented_at,
            )
            .shared_parts("steps", "The steps that the customer performs, in order.", |_, journey| {
                journey.steps.clone()
            })
            .optional_shared_part(
                "currentStep",
                "The step to do now; null when it is nobody's turn, or somebody else's.",
                |_, journey| journey.current.clone(),
            )
        });
        &OBJECT
    }
}

impl JourneyStep {
    fn is_unfinished(&self) -> bool {
        matches!(self.row.status, StepStatus::Failed | StepStatus::RequiresAction)
    }

    /// Code and message for the customer. A reason that came with anything but a failure or a question is the team's.
    fn reason(&self) -> Option<(&str, &str)> {
        let code = self.row.reason_code.as_deref().filter(|_| self.is_unfinished())?;
        Some(reasons::for_customer(code, self.row.reason_message.as_deref().unwrap_or_default()))
    }
}

impl Row for JourneyStep {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<JourneyStep>> = LazyLock::new(|| {
            Object::<JourneyStep>::new("JourneyStep", "A step as its customer sees it.")
                .value("id", "The step's own id here; not the team's.", |step| {
                    super::exec::leaf::Id(step_id(step.row.id).to_string())
                })
                .value("kind", "What it checks.", |step| step.row.kind)
                .value("position", "Its place among the steps shown, from 1.", |step| step.position)
                .value("status", "Where it stands.", |step| step.row.status)
                .optional_text(
                    "reasonCode",
                    "Why it failed, or what has to be done: translate by it.",
                    |step| step.reason().map(|(code, _)| code),
                )
                .optional_text("message", "The same in English.", |step| {
                    step.reason().map(|(_, message)| message)
                })
                .value("canRetry", "Whether the customer may do it again now.", |step| {
                    step.open && step.is_unfinished() && step.row.waiting_on == Some(Party::Customer)
                })
                .value("triesLeft", "How often it may still be begun.", |step| {
                    (step.row.max_tries - step.row.tries).max(0)
                })
        });
        &OBJECT
    }
}
