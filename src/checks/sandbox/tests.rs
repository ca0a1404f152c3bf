use super::*;
use crate::{
    checks::{
        Back, Bands, Customer,
        bank::{Account, Ifsc},
        judge,
        pan::Pan as PanNumber,
    },
    lifecycle::reasons,
};

fn customer(name: &str) -> Customer {
    Customer { name: name.to_owned(), date_of_birth: None }
}

fn run() -> entity::id::RunId {
    entity::id::RunId(uuid::Uuid::nil())
}

/// The question that enters a row's value.
fn entering(kind: StepKind, value: &str) -> Request {
    let named = |ask| Request { run: run(), kind, customer: customer("Asha Rao Kulkarni"), ask };
    match kind {
        Pan => named(Ask::Pan { pan: PanNumber::parse(&format!("ABCPE{value}F")).unwrap() }),
        BankPennyDrop => named(Ask::Bank {
            account: Account::parse(&format!("12345{value}")).unwrap(),
            ifsc: Ifsc::parse("SBIN0001234").unwrap(),
        }),
        DigilockerAadhaar => {
            let query = [("success", "True"), ("id", VISIT), ("scope", "ADHAR"), ("outcome", value)];
            named(Ask::Returned { reference: Reference::parse(VISIT).unwrap(), back: Back::read(query) })
        }
        Selfie | Signature => Request {
            run: run(),
            kind,
            customer: customer(&format!("Asha {value}")),
            ask: Ask::Image { width: 640, height: 480 },
        },
        StepKind::SanctionScreening => unreachable!("it has no stand-in"),
    }
}

fn judged(request: &Request) -> Answer {
    judge(answer(request).first().clone(), &request.customer, Bands::default()).answer
}

#[test]
fn every_row_does_what_it_says() {
    for row in TABLE {
        for &kind in row.kinds {
            let request = entering(kind, row.value);
            let answer = judged(&request);
            let says = |start: &str| row.happens.starts_with(start);
            let by = answer.reason().and_then(|reason| reason.entry()).and_then(|entry| entry.action_by);
            let right = match &answer {
                Answer::Completed { .. } => says("passes"),
                Answer::Failed { .. } => says("fails"),
                Answer::RequiresAction { by: Some(Party::Reviewer), .. } => {
                    says("requires action of a reviewer")
                }
                Answer::RequiresAction { .. } => {
                    says("requires action of the customer") && by == Some(Party::Customer)
                }
                Answer::Down { .. } => {
                    says("the provider is down") && answer.reason().unwrap().entry().unwrap().costs_no_try
                }
                Answer::Pending { .. } => says("passes after 20 seconds") || says("passes, but after"),
                Answer::Redirect { .. } => false,
            };
            assert!(right, "{kind} {}: {answer:?} is not {:?}", row.value, row.happens);
            assert_eq!(row.happens.contains("twice"), super::answer(&request).into_iter().count() == 2);
            if let Answer::Failed { code, .. } | Answer::RequiresAction { code, .. } = answer {
                let entry = reasons::find(code).unwrap_or_else(|| panic!("{code} is not in the catalogue"));
                assert!(entry.kinds.contains(&kind), "{code} is not offered for {kind}");
            }
        }
    }
}

#[test]
fn every_outcome_has_a_row_and_every_kind_its_rows() {
    for outcome in Outcome::ALL {
        assert!(TABLE.iter().any(|row| row.outcome == outcome), "{outcome}");
        assert_eq!(outcome.as_str().parse(), Ok(outcome));
    }
    for &kind in StepKind::ALL {
        let outcomes: Vec<_> = rows(kind).map(|row| row.outcome).collect();
        let values: std::collections::HashSet<_> = rows(kind).map(|row| row.value.to_lowercase()).collect();
        assert_eq!(values.len(), outcomes.len(), "{kind}: a value stands twice");
        assert_eq!(outcomes.is_empty(), kind == StepKind::SanctionScreening, "{kind}");
        for wanted in [Outcome::Down, Outcome::Slow, Outcome::Twice, Outcome::Late, Outcome::Review] {
            assert!(outcomes.is_empty() || outcomes.contains(&wanted), "{kind} has no {wanted}");
        }
    }
}

#[test]
fn a_value_that_is_not_listed_passes() {
    for (kind, value) in
        [(Pan, "7788"), (BankPennyDrop, "7788"), (DigilockerAadhaar, "?"), (Selfie, "Kulkarni")]
    {
        assert!(matches!(judged(&entering(kind, value)), Answer::Completed { .. }), "{kind}");
    }
}

#[test]
fn a_slow_answer_comes_when_it_is_asked_for_again() {
    for kind in [Pan, BankPennyDrop, DigilockerAadhaar, Selfie] {
        let request = entering(kind, "0007");
        let request = if kind == Pan || kind == BankPennyDrop { request } else { entering(kind, "slow") };
        let Answer::Pending { reference, found, again_in } = answer(&request).first().clone() else {
            panic!("{kind}: not pending");
        };
        assert_eq!(again_in, SLOW);
        let before = found.clone();
        // What is handed back is all that is known by then: the number itself may be gone.
        let again = Request { ask: Ask::Again { reference, found }, ..request };
        assert_eq!(judged(&again), Answer::Completed { found: before }, "{kind}");
    }
    let Answer::Pending { again_in, .. } = answer(&entering(Pan, "0009")).first().clone() else { panic!() };
    assert!(again_in > time_limit(Pan));
}

#[test]
fn the_visit_leads_to_our_page_and_stays_pending() {
    let start = Ask::Start { return_url: "https://kyc.example/journey/digilocker/return?step=1".to_owned() };
    let request = Request { run: run(), kind: DigilockerAadhaar, customer: customer("Asha Rao"), ask: start };
    let Answer::Redirect { url, reference } = answer(&request).first().clone() else { panic!("no redirect") };
    assert!(url.starts_with(
        "https://kyc.example/journey/sandbox/digilocker?id=sandbox%3Avisit&return=https%3A%2F%2Fkyc"
    ));
    let again = Request { ask: Ask::Again { reference, found: None }, ..request.clone() };
    assert!(matches!(answer(&again).first(), Answer::Pending { .. }));
    let nowhere = Request { ask: Ask::Start { return_url: "not a URL".to_owned() }, ..request };
    assert!(matches!(answer(&nowhere).first(), Answer::Down { .. }));
}
