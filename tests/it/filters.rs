//! Whatever a filter of attempts leaves, in every order and page by page: what a look at each of the rows finds, once each.

use std::collections::HashSet;

use chrono::TimeDelta;
use entity::{
    AttemptState,
    AttemptState::{Completed, Created, Expired, InProgress, Rejected},
    ExpiryReason::{self, Abandoned, NeverOpened, Revoked},
    Party, Role, StepKind, StepStatus, Time, attempt, customer,
    id::{AttemptId, CustomerId},
    step,
};
use kyc_stack::lifecycle::{self, statuses::Statuses};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};

use crate::harness::{graph::graph, office::Office, rows};

/// Of every state, with everything that may be to do, overdue or not, and each of its moments before, after and beside those
/// of others.
fn every_attempt(customer: &customer::Model, now: Time) -> Vec<(attempt::Model, Vec<step::Model>)> {
    let mut all = Vec::new();
    let blank = rows::attempt(customer, 1);
    let open = attempt::Model {
        newest: false,
        needs_customer: false,
        needs_reviewer: false,
        active_holds: 0,
        due_at: None,
        ..blank
    };
    let ended = attempt::Model { waiting_on: None, waiting_since: None, ended_at: Some(now), ..open.clone() };
    for reason in [NeverOpened, Abandoned, Revoked] {
        all.push(attempt::Model { state: Expired, expiry_reason: Some(reason), ..ended.clone() });
    }
    // A hold that outlived the attempt holds nothing.
    for active_holds in [0, 1] {
        all.push(attempt::Model { state: Completed, active_holds, ..ended.clone() });
        let rejection_code = Some("DOCUMENT_FORGED".to_owned());
        all.push(attempt::Model { state: Rejected, active_holds, rejection_code, ..ended.clone() });
    }
    for (state, which) in
        [Created, InProgress].into_iter().flat_map(|state| (1..8).map(move |which| (state, which)))
    {
        let (customer, provider, reviewer) = (which & 1 != 0, which & 2 != 0, which & 4 != 0);
        let waiting_on = match which {
            _ if customer => Party::Customer,
            _ if provider => Party::Provider,
            _ => Party::Reviewer,
        };
        let open = attempt::Model {
            state,
            waiting_on: Some(waiting_on),
            needs_customer: customer,
            needs_provider: provider,
            needs_reviewer: reviewer,
            ..open.clone()
        };
        all.push(open.clone());
        if reviewer {
            all.push(attempt::Model { active_holds: 2, ..open });
        } else if which == 1 {
            for (due, link_open_count) in [(-1, 0), (0, 3), (1, 0)] {
                let due_at = Some(now + TimeDelta::hours(due));
                all.push(attempt::Model { due_at, link_open_count, ..open.clone() });
            }
        }
    }
    // Twice, so that there are pages, with moments that meet.
    let kinds = [StepKind::Pan, StepKind::Selfie];
    let twice = all.clone().into_iter().chain(all).zip(1..);
    let with_steps = twice.map(|(row, number)| {
        let moment = |stride: i32| now - TimeDelta::minutes(i64::from(number * stride % 17));
        let mut row = attempt::Model {
            id: AttemptId(rows::uuid(0x10_0000 + u128::from(number.unsigned_abs()))),
            number,
            created_at: moment(5),
            updated_at: moment(7),
            expires_at: (number % 4 != 0).then(|| moment(11)),
            waiting_since: row.waiting_since.map(|_| moment(13)),
            ..row
        };
        let step = |(kind, position): (StepKind, i32)| {
            let status = StepStatus::ALL[(number * position) as usize % StepStatus::ALL.len()];
            step::Model { status, check_due_at: None, deadline_at: None, ..rows::step(&row, kind, position) }
        };
        let steps: Vec<_> = kinds.into_iter().zip(1..).take(1 + number as usize % 2).map(step).collect();
        let known = steps.iter().map(|step| lifecycle::step::Step {
            status: step.status,
            ..lifecycle::step::Step::new(step.kind, 3)
        });
        row.step_statuses = Statuses::of(&known.collect::<Vec<_>>()).0;
        (row, steps)
    });
    with_steps.collect()
}

/// A filter, and what it says of a row as it is seen now.
type Case = (Value, Box<dyn Fn(&Seen<'_>) -> bool>);

struct Seen<'r> {
    row: &'r attempt::Model,
    steps: &'r [step::Model],
    state: AttemptState,
    reason: Option<ExpiryReason>,
    is_open: bool,
}

impl Seen<'_> {
    fn needs(&self, party: Party) -> bool {
        let row = self.row;
        self.is_open
            && match party {
                Party::Customer => row.needs_customer,
                Party::Provider => row.needs_provider,
                Party::Reviewer => row.needs_reviewer,
            }
    }

    fn waits_on(&self, party: Party) -> bool {
        self.is_open && self.row.waiting_on == Some(party)
    }

    fn is_held(&self) -> bool {
        self.row.ended_at.is_none() && self.row.active_holds > 0
    }

    fn has(&self, kind: Option<StepKind>, status: Option<StepStatus>) -> bool {
        self.steps.iter().any(|step| {
            kind.is_none_or(|kind| step.kind == kind) && status.is_none_or(|status| step.status == status)
        })
    }
}

fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = vec![
        (json!({}), Box::new(|_| true)),
        (json!({"state": []}), Box::new(|_| false)),
        (json!({"needs": []}), Box::new(|_| false)),
        (json!({"stepStatus": []}), Box::new(|_| false)),
    ];
    let states: [&[AttemptState]; 8] = [
        &[Created],
        &[InProgress],
        &[Completed],
        &[Rejected],
        &[Expired],
        &[Created, Expired],
        &[Completed, Rejected],
        &[Created, InProgress, Completed, Rejected, Expired],
    ];
    for states in states {
        cases.push((json!({ "state": words(states) }), Box::new(|seen| states.contains(&seen.state))));
        let held = |seen: &Seen<'_>| states.contains(&seen.state) && seen.is_held();
        cases.push((json!({ "state": words(states), "onHold": true }), Box::new(held)));
    }
    for party in [Party::Customer, Party::Provider, Party::Reviewer] {
        cases.push((json!({ "waitingOn": party.as_str() }), Box::new(move |seen| seen.waits_on(party))));
        cases.push((json!({ "needs": [party.as_str()] }), Box::new(move |seen| seen.needs(party))));
        let not_begun = move |seen: &Seen<'_>| seen.needs(party) && seen.state == Created;
        cases.push((json!({ "needs": [party.as_str()], "state": ["CREATED"] }), Box::new(not_begun)));
    }
    let either = |seen: &Seen<'_>| seen.needs(Party::Provider) || seen.needs(Party::Reviewer);
    cases.push((json!({ "needs": ["PROVIDER", "REVIEWER"] }), Box::new(either)));
    let others = |seen: &Seen<'_>| seen.needs(Party::Reviewer) && !seen.is_held();
    cases.push((json!({ "needs": ["REVIEWER"], "onHold": false }), Box::new(others)));
    cases.push((json!({ "onHold": true }), Box::new(|seen| seen.is_held())));
    cases.push((json!({ "onHold": false }), Box::new(|seen| !seen.is_held())));
    let reasons: [&[ExpiryReason]; 5] =
        [&[NeverOpened], &[Abandoned], &[Revoked], &[NeverOpened, Revoked], &[]];
    for reasons in reasons {
        let expired = |seen: &Seen<'_>| seen.reason.is_some_and(|reason| reasons.contains(&reason));
        let words: Vec<_> = reasons.iter().map(|reason| reason.as_str()).collect();
        cases.push((json!({ "expiryReason": words }), Box::new(expired)));
        cases.push((json!({ "expiryReason": words, "state": ["EXPIRED", "REJECTED"] }), Box::new(expired)));
    }
    for status in StepStatus::ALL {
        let word = status.as_str();
        cases.push((json!({ "stepStatus": [word] }), Box::new(move |seen| seen.has(None, Some(*status)))));
        let of_kind = move |seen: &Seen<'_>| seen.has(Some(StepKind::Selfie), Some(*status));
        cases.push((json!({ "stepKind": "SELFIE", "stepStatus": [word] }), Box::new(of_kind)));
    }
    cases.push((json!({ "stepKind": "SELFIE" }), Box::new(|seen| seen.has(Some(StepKind::Selfie), None))));
    cases.push((json!({ "stepKind": "SIGNATURE" }), Box::new(|_| false)));
    cases
}

fn words(states: &[AttemptState]) -> Vec<&'static str> {
    states.iter().map(|state| state.as_str()).collect()
}

fn key(row: &attempt::Model, field: &str) -> Time {
    let last = rows::at("9999-12-31T00:00:00Z");
    match field {
        "CREATED_AT" => row.created_at,
        "UPDATED_AT" => row.updated_at,
        "EXPIRES_AT" => row.expires_at.unwrap_or(last),
        _ => row.waiting_since.unwrap_or(last),
    }
}

#[tokio::test]
async fn a_filter_leaves_what_a_look_at_every_row_leaves_in_every_order() {
    const DOCUMENT: &str = "query($f: AttemptFilter, $s: AttemptSort, $a: String) {
        attempts(first: 20, after: $a, filter: $f, sort: $s) {
            totalCount nodes { id } pageInfo { hasNextPage endCursor } } }";
    let office = Office::open().await;
    let (db, now) = (office.kyc.db.library(), office.kyc.clock.now());
    let customer = customer::Model {
        merchant_id: office.merchant.id,
        id: CustomerId(rows::uuid(7)),
        ..rows::customer(1, 7)
    };
    customer::Entity::insert(customer.clone().into_active_model()).exec_without_returning(db).await.unwrap();
    let all = every_attempt(&customer, now);
    for (row, steps) in &all {
        attempt::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await.unwrap();
        let steps = steps.iter().map(|step| step.clone().into_active_model());
        step::Entity::insert_many(steps).exec_without_returning(db).await.unwrap();
    }
    db.execute_unprepared("ANALYZE").await.unwrap();

    let actor = office.member(Role::Admin);
    for (filter, wanted) in cases() {
        let found: Vec<_> = all
            .iter()
            .filter(|(row, steps)| {
                let overdue = lifecycle::attempt::overdue(row.due_at, row.link_open_count, now);
                wanted(&Seen {
                    row,
                    steps,
                    state: overdue.map_or(row.state, |_| Expired),
                    reason: overdue.map(|overdue| overdue.reason).or(row.expiry_reason),
                    is_open: row.ended_at.is_none() && overdue.is_none(),
                })
            })
            .map(|(row, _)| row)
            .collect();
        for field in ["CREATED_AT", "UPDATED_AT", "EXPIRES_AT", "WAITING_SINCE"] {
            for direction in ["ASC", "DESC"] {
                let mut expected: Vec<_> = found.iter().map(|row| (key(row, field), row.id)).collect();
                expected.sort_unstable();
                if direction == "DESC" {
                    expected.reverse();
                }
                let expected: Vec<_> = expected.into_iter().map(|(_, id)| id.to_string()).collect();
                let mut variables = json!({ "f": filter, "s": { "field": field, "direction": direction } });
                let mut read = Vec::new();
                loop {
                    let answer = graph(&office.kyc, &actor, DOCUMENT, variables.clone()).await;
                    let page = &answer["data"]["attempts"];
                    assert_eq!(page["totalCount"], json!(expected.len()), "{filter} {answer}");
                    let nodes = page["nodes"].as_array().unwrap();
                    read.extend(nodes.iter().map(|node| node["id"].as_str().unwrap().to_owned()));
                    if page["pageInfo"]["hasNextPage"] != json!(true) {
                        break;
                    }
                    variables["a"] = page["pageInfo"]["endCursor"].clone();
                }
                assert_eq!(read, expected, "{filter} by {field} {direction}");
                assert_eq!(read.iter().collect::<HashSet<_>>().len(), read.len());
            }
        }
    }
}
