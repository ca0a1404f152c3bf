//! A customer has one open attempt, and their attempts are numbered.

use entity::{
    AttemptState, EventType, Role,
    StepKind::{self, DigilockerAadhaar, Pan, Selfie},
    id::CustomerId,
};
use futures_util::future::join_all;
use kyc_stack::{
    error::{Current, UserErrorCode},
    kyc::{
        attempt::{AttemptCreate, AttemptReject, LinkGenerate, create, generate, reject},
        customer::CustomerInput,
    },
};
use uuid::Uuid;

use crate::harness::office::{Office, current, of_nobody, reason, refusal, somebody};

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_has_one_open_attempt_and_then_the_next() {
    let office = Office::open().await;
    let admin = office.member(Role::Admin);
    let first = office.attempt(&[Pan]).await;
    let again = AttemptCreate { customer_id: Some(first.customer_id), ..of_nobody(&[Pan, Selfie]) };

    let refused = create(&office.kyc, &admin, again.clone(), None).await;
    assert_eq!(current(&refused), Some(Current::Attempt(first.id)));
    let rejection =
        AttemptReject { attempt_id: first.id, reason: reason("NAME_MISMATCH"), expected_version: Some(1) };
    let rejected = reject(&office.kyc, &admin, rejection.clone(), None).await.unwrap().answer.attempt;
    assert_eq!((rejected.state, rejected.version), (AttemptState::Rejected, 2));
    assert_eq!(rejected.rejection_staff_note.as_deref(), Some("seen by staff"));
    let stale = reject(&office.kyc, &admin, rejection, None).await;
    assert_eq!(refusal(stale), (UserErrorCode::VersionConflict, "expectedVersion".to_owned()));

    // Of twenty who start the next one together, one does.
    let starts = (0..20).map(|_| create(&office.kyc, &admin, again.clone(), None));
    let (won, lost): (Vec<_>, Vec<_>) = join_all(starts).await.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, 19));
    let both = office.attempts_of(first.customer_id).await;
    assert_eq!(both.iter().map(|row| (row.number, row.newest)).collect::<Vec<_>>(), [(1, false), (2, true)]);
    for outcome in lost {
        assert_eq!(current(&outcome), Some(Current::Attempt(both[1].id)));
    }
    office.audit().await;
}

#[tokio::test]
async fn a_link_is_made_for_a_new_customer() {
    let office = Office::open().await;
    let agent = office.member(Role::Agent);
    let input = LinkGenerate {
        customer_id: None,
        customer_reference: None,
        customer: Some(CustomerInput { reference: Some("C-1".to_owned()), ..somebody() }),
        steps: None,
        validity_hours: None,
        redirect_url: Some("https://example.com:8443/done?from=kyc".to_owned()),
    };
    let issued = generate(&office.kyc, &agent, input.clone(), None).await.unwrap().answer;
    let steps = office.steps(issued.attempt.id).await;
    let kinds: Vec<_> = steps.iter().map(|step| step.kind).collect();
    assert_eq!((kinds, steps.len()), (office.merchant.journey.0.clone(), 6));
    assert_eq!(issued.attempt.redirect_url.as_deref(), Some("https://example.com:8443/done?from=kyc"));
    assert_eq!(issued.attempt.expires_at.unwrap() - issued.attempt.created_at, chrono::TimeDelta::hours(72));
    let token = issued.url.as_deref().unwrap().strip_prefix("https://kyc.example.com/k#").unwrap();
    assert_eq!(token.len(), 43);
    assert_eq!(office.tokens(issued.attempt.id).await[0].token_hash, kyc_stack::entropy::token_hash(token));
    let told: Vec<_> = office.log().await.iter().map(|event| event.kind).collect();
    assert_eq!(told, [EventType::CustomerCreated, EventType::AttemptCreated, EventType::LinkGenerated]);

    let taken = generate(&office.kyc, &agent, input.clone(), None).await;
    assert_eq!(refusal(taken), (UserErrorCode::Taken, "customer.reference".to_owned()));
    let known = LinkGenerate { customer: None, customer_reference: Some("C-1".to_owned()), ..input };
    let open = generate(&office.kyc, &agent, known, None).await;
    assert_eq!(refusal(open), (UserErrorCode::ActiveAttemptExists, "customerReference".to_owned()));
    office.audit().await;
}

#[tokio::test]
async fn what_a_new_attempt_is_refused_for() {
    let office = Office::open().await;
    let admin = office.member(Role::Admin);
    let with = |steps: &[StepKind]| AttemptCreate { customer: Some(somebody()), ..of_nobody(steps) };
    let nobody = CustomerId(Uuid::from_u128(1));
    let refused = [
        (of_nobody(&[Pan]), UserErrorCode::Required, ""),
        (AttemptCreate { customer_id: Some(nobody), ..with(&[Pan]) }, UserErrorCode::Invalid, ""),
        (
            AttemptCreate { customer_id: Some(nobody), ..of_nobody(&[Pan]) },
            UserErrorCode::NotFound,
            "customerId",
        ),
        (with(&[]), UserErrorCode::Required, "steps"),
        (with(&[Pan, Selfie, Pan]), UserErrorCode::Invalid, "steps"),
    ];
    for (input, code, field) in refused {
        assert_eq!(refusal(create(&office.kyc, &admin, input, None).await), (code, field.to_owned()));
    }
    // An AGENT leaves out nothing of the merchant's journey, and may change its order.
    let agent = office.member(Role::Agent);
    let short = create(&office.kyc, &agent, with(&[DigilockerAadhaar, Pan]), None).await;
    assert_eq!(refusal(short), (UserErrorCode::ForbiddenSteps, "steps".to_owned()));
    let backwards: Vec<_> = StepKind::ALL.iter().rev().copied().collect();
    assert!(create(&office.kyc, &agent, with(&backwards), None).await.is_ok());

    for (hours, url, field) in [
        (0, None, "validityHours"),
        (8761, None, "validityHours"),
        (1, Some("https://example.com/"), "redirectUrl"),
        (1, Some("https://example.com:8443@evil.example/"), "redirectUrl"),
    ] {
        let input = LinkGenerate {
            customer_id: None,
            customer_reference: None,
            customer: Some(somebody()),
            steps: None,
            validity_hours: Some(hours),
            redirect_url: url.map(str::to_owned),
        };
        let refused = generate(&office.kyc, &agent, input, None).await;
        assert_eq!(refusal(refused), (UserErrorCode::Invalid, field.to_owned()));
    }
    assert_eq!(office.log().await.len(), 2, "what is refused leaves nothing");
    office.audit().await;
}
