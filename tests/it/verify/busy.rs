//! A database in which much has happened.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{
    AttemptState, ExpiryReason, MatchDecision, Party, Role, StepKind, StepStatus, log_head, merchant,
    screening, screening_match,
};
use kyc_stack::kyc::{
    Patch,
    attempt::{AttemptCreate, AttemptReject, create, reject},
    check::runs_due,
    customer::{CustomerUpdate, update},
    expiry::{expire_due, link_expiries_due, step_timeouts_due},
    hold::{HoldPlace, HoldRelease, place, release},
    journey::{self, BankSubmit, CONSENT_TEXT_VERSION, Consent, PanSubmit},
    link::{LinkExtend, LinkResend, LinkRevoke, extend, resend, revoke},
    screening::{MatchDecide, decide, screenings_due},
};
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::{
    harness::{
        office::{Office, of_nobody, reason, to},
        rows,
    },
    screenings::{load, person},
};

/// A second merchant, without customers.
pub(super) const STRANGER: u128 = 2;

/// Attempts in every state that the use cases reach by now, of a merchant that is not alone.
pub(super) async fn busy() -> Office {
    use StepKind::{BankPennyDrop, DigilockerAadhaar, Pan, Selfie, Signature};
    use StepStatus::{Completed, Failed, InProgress, RequiresAction};
    let mut office = Office::open().await;
    // Each change has a moment of its own.
    let clock = office.kyc.clock.clone();
    office.kyc.wake = Arc::new(move |_| clock.advance(TimeDelta::seconds(1)));
    let (kyc, admin) = (&office.kyc, office.member(Role::Admin));
    let stranger = rows::merchant(STRANGER);
    let head = log_head::Model { merchant_id: stranger.id, seq: 0 };
    let db = kyc.db.library();
    merchant::Entity::insert(stranger.into_active_model()).exec_without_returning(db).await.unwrap();
    log_head::Entity::insert(head.into_active_model()).exec_without_returning(db).await.unwrap();

    // Held, completed when the last hold is released.
    let completed = office.attempt(&[Pan, Selfie]).await;
    let on = |attempt_id| HoldPlace { attempt_id, reason: reason("SUSPECTED_FRAUD") };
    let held = place(kyc, &admin, on(completed.id), None).await.unwrap().answer.hold;
    for step in office.steps(completed.id).await {
        office.step(step.id, InProgress).await.unwrap();
        office.step(step.id, RequiresAction).await.unwrap();
        office.step(step.id, Completed).await.unwrap();
    }
    let off = HoldRelease { hold_id: held.id, note: Some("looked at it".to_owned()) };
    release(kyc, &office.system(Role::Reviewer), off, None).await.unwrap();

    // Failed for good, in the middle of another step.
    let failed = office.attempt(&[BankPennyDrop, DigilockerAadhaar]).await;
    let steps = office.steps(failed.id).await;
    office.step(steps[1].id, InProgress).await.unwrap();
    for _ in 0..2 {
        office.step(steps[0].id, Failed).await.unwrap();
        office.step(steps[0].id, InProgress).await.unwrap();
    }
    office.step(steps[0].id, Failed).await.unwrap();

    // Rejected by a reviewer, with a hold that outlives it.
    let rejected = office.attempt(&[Signature]).await;
    place(kyc, &admin, on(rejected.id), None).await.unwrap();
    let input =
        AttemptReject { attempt_id: rejected.id, reason: reason("UNDER_AGE"), expected_version: None };
    reject(kyc, &admin, input, None).await.unwrap();

    // One customer's attempts: run out unopened, then revoked, then open and held, with two links.
    let first = office.link(&[Selfie]).await.attempt;
    office.later(24);
    assert_eq!(expire_due(kyc, 100).await.unwrap(), 1);
    let next = || AttemptCreate { customer_id: Some(first.customer_id), ..of_nobody(&[Selfie, Pan]) };
    let second = create(kyc, &admin, next(), None).await.unwrap().answer.attempt;
    resend(kyc, &admin, LinkResend { attempt_id: second.id }, None).await.unwrap();
    revoke(kyc, &admin, LinkRevoke { attempt_id: second.id }, None).await.unwrap();
    let third = create(kyc, &admin, next(), None).await.unwrap().answer.attempt;
    let resent = resend(kyc, &admin, LinkResend { attempt_id: third.id }, None).await.unwrap().answer;
    // In two browsers, one after the other.
    office.open_link(resent.url.as_deref(), "first-browser-0001").await;
    office.open_link(resent.url.as_deref(), "other-browser-0001").await;
    office.later(1);
    resend(kyc, &admin, LinkResend { attempt_id: third.id }, None).await.unwrap();
    extend(kyc, &admin, LinkExtend { attempt_id: third.id, validity_hours: 48 }, None).await.unwrap();
    place(kyc, &admin, on(third.id), None).await.unwrap();
    let renamed = CustomerUpdate {
        id: first.customer_id,
        name: Patch::Set("Zoë D’Souza".to_owned()),
        email: Patch::Set("zoe@example.com".to_owned()),
        phone: Patch::Keep,
        date_of_birth: Patch::Keep,
        country: Patch::Keep,
        expected_version: None,
    };
    update(kyc, &admin, renamed, None).await.unwrap();

    // With a provider, and the time of both the step and the link has passed.
    let late = office.link(&[Pan]).await.attempt;
    let step = office.steps(late.id).await[0].id;
    office.step_as(&office.system(Role::Admin), None, to(step, InProgress)).await.unwrap();
    office.later(25);
    assert_eq!(step_timeouts_due(kyc, 100).await.unwrap(), 1);
    assert_eq!(link_expiries_due(kyc, 100).await.unwrap(), 1);
    // In the middle of a step.
    let linked = office.link(&[Pan, Selfie]).await;
    office.open_link(linked.url.as_deref(), "first-browser-0001").await;
    let running = linked.attempt;
    // A customer whose PAN was found, and whose bank is being asked.
    let walked = office.link(&[Pan, BankPennyDrop]).await;
    let customer = office.customer(walked.url.as_deref()).await;
    let consent =
        Consent { accepted: true, text_version: CONSENT_TEXT_VERSION.to_owned(), language: "en".to_owned() };
    journey::consent(kyc, &customer, consent, None).await.unwrap();
    let submit = PanSubmit { pan: "ABCPE4321F".to_owned(), name_on_card: "Asha Rao".to_owned() };
    journey::pan(kyc, &customer, submit, None).await.unwrap();
    assert_eq!(runs_due(kyc, 10).await.unwrap(), 1);
    let submit = BankSubmit {
        account_holder: "Asha Rao".to_owned(),
        account_number: "123456789012345".to_owned(),
        ifsc: "HDFC0001234".to_owned(),
    };
    journey::bank(kyc, &customer, submit, None).await.unwrap();
    let step = office.steps(running.id).await[0].id;
    office.step(step, InProgress).await.unwrap();

    screened(&office).await;

    let states: Vec<_> = [completed.id, failed.id, rejected.id, first.id, second.id, third.id].to_vec();
    let mut reached = Vec::new();
    for id in states {
        let row = office.row(id).await;
        reached.push((row.state, row.expiry_reason));
    }
    assert_eq!(
        reached,
        [
            (AttemptState::Completed, None),
            (AttemptState::Rejected, None),
            (AttemptState::Rejected, None),
            (AttemptState::Expired, Some(ExpiryReason::NeverOpened)),
            (AttemptState::Expired, Some(ExpiryReason::Revoked)),
            (AttemptState::InProgress, None),
        ]
    );
    assert_eq!(office.row(late.id).await.waiting_on, Some(Party::Reviewer));
    office
}

/// One is cleared, one is confirmed after a second run, and one waits to be screened.
async fn screened(office: &Office) {
    use StepKind::{Pan, SanctionScreening};
    let kyc = &office.kyc;
    let persons = ["UN.7", "UN.8"].map(|id| person(id, &["Asha Rao"]));
    load(kyc, 20, persons.into());
    let reviewer = office.member(Role::Reviewer);
    for (runs, decision) in [(1, MatchDecision::Cleared), (2, MatchDecision::Confirmed)] {
        let attempt = office.attempt(&[Pan, SanctionScreening]).await;
        let step = office.steps(attempt.id).await[1].id;
        for run in 0..runs {
            if run > 0 {
                office.step(step, StepStatus::InProgress).await.unwrap();
            }
            assert_eq!(screenings_due(kyc, 100).await.unwrap(), 1);
        }
        let newest = screening::Entity::newest_of(office.scope(), step).one(kyc.db.reader()).await;
        let newest = newest.unwrap().unwrap().id;
        let backend = kyc.db.backend();
        let found = screening_match::Entity::of_screenings(office.scope(), backend, [newest]);
        for found in found.all(kyc.db.reader()).await.unwrap() {
            let input = MatchDecide { match_id: found.id, decision, note: "looked at it".to_owned() };
            decide(kyc, &reviewer, input, None).await.unwrap();
        }
    }
    office.attempt(&[Pan, SanctionScreening]).await;
}
