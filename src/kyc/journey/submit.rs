//! Performing a step: a form, a walk through DigiLocker.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{
    ActorKind, Party, StepKind, StepStatus, Time, attempt, check_run,
    id::{AttemptId, RunId, StepId},
    step,
};
use serde::Serialize;

use super::{few, lock};
use crate::{
    auth::Actor,
    checks::{
        Checks,
        bank::{Account, Ifsc},
        pan::Pan,
    },
    error::{Error, Result, UserError, UserErrorCode},
    kyc::{
        AttemptChanged, Change, Key, Kyc, Outcome,
        check::{self, Asking},
        rows, text,
    },
    lifecycle::{
        aadhaar,
        step::{Move, Moved, Step, current},
    },
};

/// Characters of a name.
const MAX_NAME: usize = 200;

/// The input of `journeyPanSubmit`. Without `Debug`: all of it is personal.
#[derive(Clone)]
pub struct PanSubmit {
    pub pan: String,
    /// As it stands on the card. It is checked for its form, and not kept: the register has the name that counts.
    pub name_on_card: String,
}

/// The input of `journeyBankSubmit`. Without `Debug`: all of it is personal.
#[derive(Clone)]
pub struct BankSubmit {
    /// Checked for its form, and not kept: the bank has the name that counts.
    pub account_holder: String,
    pub account_number: String,
    pub ifsc: String,
}

/// What a key stands for: what was submitted, masked. A hash of a whole PAN or account number, which a key would keep for a day,
/// is as good as the number to whoever tries them all.
#[derive(Serialize)]
struct Masked<'m>(AttemptId, &'m [String]);

/// Has the customer's PAN looked up.
///
/// # Errors
/// What is wrong with a field; ATTEMPT_ENDED; LINK_INACTIVE; NOT_FOUND where the journey has no such step; INVALID_TRANSITION where
/// it is not its turn; TRIES_EXHAUSTED.
pub async fn pan(
    kyc: &Kyc,
    actor: &Actor,
    input: PanSubmit,
    key: Option<String>,
) -> Result<Outcome<AttemptChanged>> {
    let mut errors = Vec::new();
    let pan = Pan::parse(&input.pan).map_err(|fault| errors.push(invalid("pan", fault.message())));
    name(&mut errors, "nameOnCard", &input.name_on_card);
    let Ok(pan) = pan else { return Err(Error::User(errors)) };
    if !errors.is_empty() {
        return Err(Error::User(errors));
    }
    let key = keyed("journeyPanSubmit", key, actor, &[pan.masked()])?;
    submit(kyc, actor, StepKind::Pan, Asking::Pan { pan: pan.expose().to_owned() }, key).await
}

/// Has a rupee sent to the customer's account.
///
/// # Errors
/// As [`pan`].
pub async fn bank(
    kyc: &Kyc,
    actor: &Actor,
    input: BankSubmit,
    key: Option<String>,
) -> Result<Outcome<AttemptChanged>> {
    let mut errors = Vec::new();
    name(&mut errors, "accountHolder", &input.account_holder);
    let account = Account::parse(&input.account_number)
        .map_err(|fault| errors.push(invalid("accountNumber", fault.message())));
    let ifsc = Ifsc::parse(&input.ifsc).map_err(|fault| errors.push(invalid("ifsc", fault.message())));
    let (Ok(account), Ok(ifsc)) = (account, ifsc) else { return Err(Error::User(errors)) };
    if !errors.is_empty() {
        return Err(Error::User(errors));
    }
    let key = keyed("journeyBankSubmit", key, actor, &[account.masked(), ifsc.as_str().to_owned()])?;
    let asking = Asking::Bank { account: account.expose().to_owned(), ifsc: ifsc.as_str().to_owned() };
    submit(kyc, actor, StepKind::BankPennyDrop, asking, key).await
}

fn keyed(
    operation: &'static str,
    key: Option<String>,
    actor: &Actor,
    masked: &[String],
) -> Result<Option<Key>> {
    let walk = actor.walk()?;
    key.map(|key| Key::new(operation, key, &Masked(walk.attempt, masked))).transpose()
}

fn invalid(field: &str, message: &str) -> UserError {
    UserError::new(UserErrorCode::Invalid, &[field], message)
}

fn name(errors: &mut Vec<UserError>, field: &str, name: &str) {
    if aadhaar::contains_full_number(name) {
        let message = "This looks like an Aadhaar number. Never enter it here; enter the name.";
        errors.push(invalid(field, message));
    } else if let Err(error) = text::required(&[field], name, MAX_NAME) {
        errors.push(error);
    }
}

async fn submit(
    kyc: &Kyc,
    actor: &Actor,
    kind: StepKind,
    asking: Asking,
    key: Option<Key>,
) -> Result<Outcome<AttemptChanged>> {
    let walk = actor.walk()?;
    let wish = Arc::new((asking, kyc.performing.clone()));
    kyc.change_once_per_key(actor, walk.scope, key, move |change| {
        let wish = Arc::clone(&wish);
        Box::pin(async move {
            let (attempt, ..) = begin(change, kind, &wish.0, wish.1.checks(), false).await?;
            Ok(AttemptChanged { attempt })
        })
    })
    .await
}

/// What `journeyDigilockerStart` answers.
pub struct DigilockerStarted {
    /// Where the customer goes on; none where somebody else has to act first.
    pub authorize_url: Option<String>,
}

/// Sends the customer to DigiLocker. Asked again while they are there, they get another visit, and the one before is forgotten.
///
/// # Errors
/// As [`pan`]; INVALID when DigiLocker does not answer, which costs no try; RATE_LIMITED for the eleventh visit within an hour.
pub async fn digilocker(kyc: &Kyc, actor: &Actor, key: Option<String>) -> Result<DigilockerStarted> {
    let walk = actor.walk()?;
    let key = keyed("journeyDigilockerStart", key, actor, &[])?;
    let performing = kyc.performing.clone();
    let begun = Arc::new(std::sync::Mutex::new(None));
    let tell = Arc::clone(&begun);
    let outcome = kyc
        .change_once_per_key(actor, walk.scope, key, move |change| {
            let (performing, tell) = (performing.clone(), Arc::clone(&tell));
            Box::pin(async move {
                let kind = StepKind::DigilockerAadhaar;
                let (attempt, _, run) =
                    begin(change, kind, &Asking::Start, performing.checks(), true).await?;
                *tell.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = run;
                Ok(AttemptChanged { attempt })
            })
        })
        .await?;
    let run: Option<RunId> = *begun.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let Some(run) = run.filter(|_| !outcome.replayed) else {
        // The URL is shown once.
        return Ok(DigilockerStarted { authorize_url: None });
    };
    let (concluded, url) = check::perform(kyc, walk.scope.merchant_id(), walk.attempt, run, true).await?;
    let down = concluded == check::Concluded::Moved && is_down(kyc, walk.scope, run).await?;
    if down {
        let message =
            "DigiLocker is not answering. Please try again in a few minutes; this costs you no try.";
        return Err(Error::user(UserErrorCode::Invalid, &[], message));
    }
    Ok(DigilockerStarted { authorize_url: url })
}

/// Whether a run has ended because its provider is down.
async fn is_down(kyc: &Kyc, scope: entity::Scope, run: RunId) -> Result<bool> {
    use entity::{Scoped, check_run, step};
    use sea_orm::{ColumnTrait, QueryFilter, QuerySelect, QueryTrait};
    let of = check_run::Entity::scoped(scope).filter(check_run::Column::Id.eq(run));
    let of = of.select_only().column(check_run::Column::StepId).into_query();
    let step =
        step::Entity::scoped(scope).filter(step::Column::Id.in_subquery(of)).one(kyc.db.reader()).await?;
    let code = step.as_ref().and_then(|step| step.reason_code.as_deref());
    Ok(code == Some(crate::lifecycle::reasons::PROVIDER_UNAVAILABLE))
}

/// Begins a step of the customer's, if it is its turn, and writes down what is to be asked. The run, unless the same was
/// submitted before and is on its way.
pub(super) async fn begin(
    change: &mut Change<'_>,
    kind: StepKind,
    asking: &Asking,
    checks: &Checks,
    taken: bool,
) -> Result<(attempt::Model, StepId, Option<RunId>)> {
    let mut aggregate = lock(change).await?;
    let (index, turn) = turn(&aggregate.row, &aggregate.steps, kind, change.now)?;
    if matches!(turn, Turn::Checked) {
        let step = &aggregate.steps[index];
        if !check::same_is_open(change, step, asking).await? {
            return Err(not_now(
                "This step is being checked. The page goes on by itself when the answer is there.",
            ));
        }
        // A double click, or a second tab.
        return Ok((aggregate.row, step.id, None));
    }
    if matches!(asking, Asking::Start) {
        // An outage costs no try, nor does another visit: tries do not bound them.
        let since = change.now - TimeDelta::hours(1);
        let runs = check_run::Entity::of_step_since(change.scope, aggregate.steps[index].id, since);
        let times: Vec<_> = runs.all(change.txn).await?.iter().map(|run| run.created_at).collect();
        few(&times, change.now)?;
    }
    if let Turn::Begins(moved) = turn {
        let provider = checks.of(aggregate.row.mode, kind).provider();
        aggregate.write_step(change, index, *moved, Some(provider));
        aggregate.settle_steps(change, ActorKind::Customer)?;
    }
    let step = aggregate.steps[index].clone();
    let run = check::begin(change, &step, asking, taken).await?;
    Ok((aggregate.row, step.id, Some(run)))
}

/// What the rules say of a step that its customer wants to perform.
pub(super) enum Turn {
    /// It begins, and is then so.
    Begins(Box<Step>),
    /// It is in their hands: they go to DigiLocker again, from where a tab may be gone, or send another picture.
    GoesOn,
    /// It is being checked: the same again is taken for a repeat, and everything else refused.
    Checked,
}

/// Asks the rules whether a step of an attempt's, all of whose steps are given in their order, may be performed now; and which it
/// is. Pure, so that it can be asked before anything is locked, too.
///
/// # Errors
/// INVALID_TRANSITION without a consent, and where it is not its turn; NOT_FOUND where there is no such step; TRIES_EXHAUSTED.
pub(super) fn turn(
    attempt: &attempt::Model,
    steps: &[step::Model],
    kind: StepKind,
    now: Time,
) -> Result<(usize, Turn)> {
    if attempt.consented_at.is_none() {
        return Err(not_now("Read the consent first, and agree to it. Without it, no step begins."));
    }
    let index = steps.iter().position(|step| step.kind == kind);
    let index = index.ok_or_else(|| {
        Error::user(UserErrorCode::NotFound, &[], "This verification has no such step. Load the page again.")
    })?;
    let step = &steps[index];
    let away = step.status == StepStatus::InProgress && step.waiting_on == Some(Party::Customer);
    if step.status == StepStatus::InProgress && !away {
        return Ok((index, Turn::Checked));
    }
    its_turn(steps, index)?;
    if away {
        return Ok((index, Turn::GoesOn));
    }
    let wish = Move::new(StepStatus::InProgress, ActorKind::Customer, now);
    match rows::step_rules_of(step).advance(&wish, attempt.state)? {
        Moved::To(moved) => Ok((index, Turn::Begins(Box::new(moved)))),
        Moved::Same => Err(Error::internal("a step begins where it stands")),
    }
}

/// Whether the step is the one that the customer is to do now.
fn its_turn(steps: &[step::Model], index: usize) -> Result<()> {
    let step = &steps[index];
    let rules: Vec<_> = steps.iter().map(rows::step_rules_of).collect();
    if current(&rules) == Some(index) {
        return Ok(());
    }
    Err(match (step.status, step.waiting_on) {
        (StepStatus::Completed, _) => not_now("This step is done already. Go on with the next one."),
        (_, Some(Party::Customer)) => not_now("Another step comes first. Load the page again to see it."),
        (StepStatus::Failed, None) => Error::user(
            UserErrorCode::TriesExhausted,
            &[],
            "This step has no tries left. Ask whoever sent you the link.",
        ),
        _ => not_now("Somebody is looking at this step. You do not need to do anything."),
    })
}

fn not_now(message: &str) -> Error {
    Error::user(UserErrorCode::InvalidTransition, &[], message)
}
