//! The read path (plan, load by level, write) against a plain schema that the library resolves from a preloaded tree.

mod ask;
mod errors;
mod loads;
mod order;
mod tree;

use std::sync::Arc;

use async_graphql::{EmptyMutation, EmptySubscription, Schema, Variables};
use async_graphql_value::ConstValue;
use entity::{MatchDecision, Role, Scoped, StepKind, StepStatus, screening, screening_match, step};
use kyc_stack::{
    auth::Actor,
    graphql::{
        Api, Operation,
        guard::{Document, Guard, Limits},
    },
    kyc::{
        Kyc,
        attempt::{AttemptCreate, AttemptReject},
        hold::{HoldPlace, HoldRelease},
        screening::{MatchDecide, decide, screenings_due},
    },
};
use serde_json::Value;

use crate::{
    harness::office::{Office, of_nobody, reason, somebody},
    screenings::{load, person},
};

/// How many random documents are made; about a third ask for too much.
const DOCUMENTS: u64 = 500;

/// Answers as the server would, byte for byte.
pub(crate) async fn answer(
    kyc: &Kyc,
    actor: &Actor,
    document: &Document,
    variables: &serde_json::Map<String, Value>,
) -> String {
    let variables = Variables::from_json(Value::Object(variables.clone()));
    let asked = Operation { document, name: None, variables, idempotency_key: None };
    String::from_utf8(Api::new().execute(kyc, actor, asked).await.into_json()).unwrap()
}

/// Customers with attempts in every state that use cases lead to, some of them overdue and not yet written so.
async fn a_year(office: &Office) {
    let admin = office.member(Role::Admin);
    let all = [StepKind::DigilockerAadhaar, StepKind::Pan, StepKind::BankPennyDrop];
    let with_screening = [StepKind::Selfie, StepKind::SanctionScreening];
    for round in 0..9 {
        let (id, customer) = if round % 2 == 0 {
            let issued = office.link(&all).await;
            (issued.attempt.id, issued.attempt.customer_id)
        } else {
            let row = office.attempt(&with_screening).await;
            (row.id, row.customer_id)
        };
        let steps = office.steps(id).await;
        if round % 3 == 0 {
            office.step(steps[0].id, StepStatus::Completed).await.unwrap();
        }
        if round % 4 == 1 {
            office.step(steps[1].id, StepStatus::RequiresAction).await.unwrap();
        }
        if round % 3 == 1 {
            for note in [None, Some("done".to_owned())] {
                let input = HoldPlace { attempt_id: id, reason: reason("UNDER_REVIEW") };
                let placed = kyc_stack::kyc::hold::place(&office.kyc, &admin, input, None).await.unwrap();
                office.later(1);
                if note.is_some() {
                    let input = HoldRelease { hold_id: placed.answer.hold.id, note };
                    kyc_stack::kyc::hold::release(&office.kyc, &admin, input, None).await.unwrap();
                }
            }
        }
        for _ in 0..round % 3 {
            let open = office.attempts_of(customer).await.pop().unwrap();
            let input =
                AttemptReject { attempt_id: open.id, reason: reason("UNDER_REVIEW"), expected_version: None };
            kyc_stack::kyc::attempt::reject(&office.kyc, &admin, input, None).await.unwrap();
            office.later(1);
            let input = AttemptCreate { customer_id: Some(customer), ..of_nobody(&all) };
            kyc_stack::kyc::attempt::create(&office.kyc, &admin, input, None).await.unwrap();
        }
        office.later(3);
    }
    let input = somebody();
    kyc_stack::kyc::customer::create(&office.kyc, &admin, input, None).await.unwrap();
    let listed = [("UN.7", "Asha Rao"), ("UN.8", "Asha Rao")].map(|(id, name)| person(id, &[name]));
    load(&office.kyc, 20, listed.into());
    screen(office).await;
    // The first links run out, unwritten.
    office.later(6);
}

/// Everybody is found on a list; some of it is decided, and some looked for again.
async fn screen(office: &Office) {
    let reviewer = office.member(Role::Reviewer);
    while screenings_due(&office.kyc, 100).await.unwrap() > 0 {}
    let steps = step::Entity::scoped(office.scope()).all(office.kyc.db.reader()).await.unwrap();
    for (place, step) in steps.iter().filter(|step| step.kind == StepKind::SanctionScreening).enumerate() {
        let newest = screening::Entity::newest_of(office.scope(), step.id);
        let Some(run) = newest.one(office.kyc.db.reader()).await.unwrap() else { continue };
        let backend = office.kyc.db.backend();
        let found = screening_match::Entity::of_screenings(office.scope(), backend, [run.id]);
        for found in found.all(office.kyc.db.reader()).await.unwrap().into_iter().take(1) {
            let decision = if place % 2 == 0 { MatchDecision::Cleared } else { MatchDecision::Confirmed };
            let input = MatchDecide { match_id: found.id, decision, note: "done".to_owned() };
            decide(&office.kyc, &reviewer, input, None).await.unwrap();
        }
    }
    let mut again = 0;
    for step in steps.iter().filter(|step| step.kind == StepKind::SanctionScreening) {
        again += usize::from(office.step(step.id, StepStatus::InProgress).await.is_ok());
    }
    assert!(again > 0);
    while screenings_due(&office.kyc, 100).await.unwrap() > 0 {}
}

#[tokio::test]
async fn random_documents_are_answered_like_a_plain_schema_answers_them() {
    let office = Office::open().await;
    a_year(&office).await;
    let guard = Guard::new(Limits::default());
    let (mut compared, mut refused) = (0, 0);
    for role in [Role::Reviewer, Role::Agent] {
        let actor = office.member(role);
        let tree = Arc::new(tree::Tree::preload(&office, &actor).await);
        let reference =
            Schema::build(tree::Query(Arc::clone(&tree)), EmptyMutation, EmptySubscription).finish();
        for seed in 0..DOCUMENTS / 2 {
            let asked = ask::Asked::random(seed * 2 + u64::from(role == Role::Agent), &tree);
            let Ok(document) = guard.check(&asked.text) else {
                refused += 1;
                continue;
            };
            let ours = answer(&office.kyc, &actor, &document, &asked.variables).await;
            if ours.contains("QUERY_TOO_LARGE") {
                refused += 1;
                continue;
            }
            let request = async_graphql::Request::new(&asked.text)
                .variables(Variables::from_json(Value::Object(asked.with_defaults())));
            let theirs = reference.execute(request).await;
            assert!(theirs.errors.is_empty(), "seed {seed}: {:?}\n{}", theirs.errors, asked.text);
            let parsed: Value = serde_json::from_str(&ours).unwrap();
            let theirs = theirs.data.into_json().unwrap();
            // What the reference answers with null, as it does with what is not there.
            for error in parsed["errors"].as_array().into_iter().flatten() {
                assert_eq!(
                    (role, &error["extensions"]["code"]),
                    (Role::Agent, &"FORBIDDEN".into()),
                    "{error}"
                );
            }
            assert_eq!(parsed["data"], theirs, "seed {seed} {role}, {:?}\n{}", asked.variables, asked.text);

            let ordered: ConstValue = serde_json::from_str(&ours).unwrap();
            // Written anew it is the same text: no key stands twice.
            assert_eq!(serde_json::to_string(&ordered).unwrap(), ours);
            let ConstValue::Object(members) = ordered else { panic!("no object") };
            order::check(&asked, &members["data"]);
            compared += 1;
        }
    }
    assert!(compared >= 300, "{compared} compared, {refused} too large: the generator asks for too much");
}
