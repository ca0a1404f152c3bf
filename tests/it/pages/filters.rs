//! Each filter alone and several together, against the same question asked of all rows in Rust.

use chrono::TimeDelta;
use entity::{AttemptState, ExpiryReason, Party, StepKind, StepStatus, Time, attempt, customer};
use serde_json::{Value, json};

use super::town::{Books, Dice, Town};

const DOCUMENT: &str =
    "query($filter: AttemptFilter) { attempts(first: 100, filter: $filter) { totalCount nodes { id } } }";

/// An attempt as it is seen now, by the rule itself.
struct Seen<'b> {
    row: &'b attempt::Model,
    state: AttemptState,
    ended_at: Option<Time>,
    expiry: Option<ExpiryReason>,
    /// Whether somebody can still move it.
    open: bool,
}

fn seen(row: &attempt::Model, now: Time) -> Seen<'_> {
    let overdue = row.due_at.filter(|due| *due <= now);
    let unopened = if row.link_open_count == 0 { ExpiryReason::NeverOpened } else { ExpiryReason::Abandoned };
    let state = if overdue.is_some() { AttemptState::Expired } else { row.state };
    Seen {
        row,
        state,
        ended_at: overdue.or(row.ended_at),
        expiry: if overdue.is_some() { Some(unopened) } else { row.expiry_reason },
        open: matches!(state, AttemptState::Created | AttemptState::InProgress),
    }
}

fn words(of: &[&'static str]) -> Value {
    json!(of)
}

/// Chooses one condition: its JSON, and what it says of an attempt.
type Condition = Box<dyn Fn(&Seen<'_>, &Books) -> bool>;

fn condition(kind: usize, dice: &mut Dice, books: &Books, now: Time) -> (Value, Condition) {
    let person = dice.one_of(&books.customers).clone();
    let moment = now - TimeDelta::minutes(i64::try_from(dice.roll(4_000)).unwrap());
    let some = dice.one_of(&books.attempts).clone();
    // Moments that rows have, so that "from" and "to" meet the edge.
    let edge = if dice.roll(2) == 0 { moment } else { some.created_at };
    let end = if dice.roll(2) == 0 { moment } else { seen(&some, now).ended_at.unwrap_or(moment) };
    match kind {
        0 => {
            let states = dice.some_of(AttemptState::ALL);
            let words = words(&states.iter().map(|state| state.as_str()).collect::<Vec<_>>());
            (json!({ "state": words }), Box::new(move |attempt, _| states.contains(&attempt.state)))
        }
        1 => {
            let party = *dice.one_of(Party::ALL);
            let holds =
                move |attempt: &Seen<'_>, _: &Books| attempt.open && attempt.row.waiting_on == Some(party);
            (json!({ "waitingOn": party.as_str() }), Box::new(holds))
        }
        2 => {
            let parties = dice.some_of(Party::ALL);
            let words = words(&parties.iter().map(|party| party.as_str()).collect::<Vec<_>>());
            let holds = move |attempt: &Seen<'_>, books: &Books| {
                let steps = books.steps.iter().filter(|step| step.attempt_id == attempt.row.id);
                let mut waits: Vec<_> = steps.filter_map(|step| step.waiting_on).collect();
                if attempt.row.active_holds > 0 {
                    waits.push(Party::Reviewer);
                }
                attempt.open && waits.iter().any(|party| parties.contains(party))
            };
            (json!({ "needs": words }), Box::new(holds))
        }
        3 => {
            let on_hold = dice.roll(2) == 0;
            let holds = move |attempt: &Seen<'_>, _: &Books| {
                (attempt.open && attempt.row.active_holds > 0) == on_hold
            };
            (json!({ "onHold": on_hold }), Box::new(holds))
        }
        4 => {
            let holds = move |attempt: &Seen<'_>, _: &Books| attempt.row.customer_id == person.id;
            (json!({ "customerId": person.id.to_string() }), Box::new(holds))
        }
        5 => {
            let reference = person.reference.unwrap_or_else(|| "A-404".to_owned());
            let json = json!({ "customerReference": reference });
            (
                json,
                Box::new(move |attempt, books| {
                    customer_of(attempt, books).reference.as_ref() == Some(&reference)
                }),
            )
        }
        6 => {
            let kind = *dice.one_of(StepKind::ALL);
            let holds = move |attempt: &Seen<'_>, books: &Books| {
                books.steps.iter().any(|step| step.attempt_id == attempt.row.id && step.kind == kind)
            };
            (json!({ "stepKind": kind.as_str() }), Box::new(holds))
        }
        7 | 8 => {
            let of = (kind == 8).then(|| *dice.one_of(StepKind::ALL));
            let statuses = dice.some_of(StepStatus::ALL);
            let words = words(&statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>());
            let holds = move |attempt: &Seen<'_>, books: &Books| {
                books.steps.iter().any(|step| {
                    step.attempt_id == attempt.row.id
                        && of.is_none_or(|of| step.kind == of)
                        && statuses.contains(&step.status)
                })
            };
            (json!({ "stepKind": of.map(|of| of.as_str()), "stepStatus": words }), Box::new(holds))
        }
        9 => {
            let reasons = dice.some_of(ExpiryReason::ALL);
            let words = words(&reasons.iter().map(|reason| reason.as_str()).collect::<Vec<_>>());
            let holds = move |attempt: &Seen<'_>, _: &Books| {
                attempt.expiry.is_some_and(|reason| reasons.contains(&reason))
            };
            (json!({ "expiryReason": words }), Box::new(holds))
        }
        10 => (json!({ "createdFrom": edge }), Box::new(move |attempt, _| attempt.row.created_at >= edge)),
        11 => (json!({ "createdTo": edge }), Box::new(move |attempt, _| attempt.row.created_at < edge)),
        12 => (
            json!({ "endedFrom": end }),
            Box::new(move |attempt, _| attempt.ended_at.is_some_and(|at| at >= end)),
        ),
        13 => (
            json!({ "endedTo": end }),
            Box::new(move |attempt, _| attempt.ended_at.is_some_and(|at| at < end)),
        ),
        _ => {
            let search = *dice.one_of(&[
                "asha",
                "ash",
                "RAO",
                "rao ash",
                "zoe",
                "k",
                "kumar ravi",
                "a-1",
                "A-",
                "",
                "nobody",
            ]);
            (
                json!({ "search": search }),
                Box::new(move |attempt, books| finds(search, customer_of(attempt, books))),
            )
        }
    }
}

fn customer_of<'b>(attempt: &Seen<'_>, books: &'b Books) -> &'b customer::Model {
    books.customers.iter().find(|customer| customer.id == attempt.row.customer_id).unwrap()
}

/// Whether each word begins some word of the name, or all of it begins the reference. (The town's names have one accent.)
fn finds(search: &str, customer: &customer::Model) -> bool {
    let plain = |text: &str| text.to_lowercase().replace('ë', "e").replace('’', " ");
    let (search, name) = (plain(search), plain(&customer.name));
    let names: Vec<_> = name.split_whitespace().collect();
    let mut letters = search.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    search.is_empty()
        || letters.all(|word| names.iter().any(|name| name.starts_with(word)))
        || customer.reference.as_ref().is_some_and(|reference| plain(reference).starts_with(&search))
}

const KINDS: usize = 15;

#[tokio::test]
async fn each_filter_alone_and_several_together() {
    let mut town = Town::with(120).await;
    let (now, books) = (town.now(), town.books().await);
    let overdue = books.attempts.iter().filter(|row| seen(row, now).state != row.state).count();
    assert!(overdue > 3, "the town has attempts whose expiry nobody has written: {overdue}");
    let before = town.app.rows().await;

    let mut found = 0;
    let mut empty = 0;
    for round in 0..KINDS * 4 + 120 {
        // First each one alone, four times; then two to four of them.
        let kinds = if round < KINDS * 4 {
            vec![round % KINDS]
        } else {
            let count = 2 + town.dice.roll(3);
            (0..count).map(|_| usize::try_from(town.dice.roll(KINDS as u64)).unwrap()).collect()
        };
        let mut filter = json!({});
        let mut conditions: Vec<(usize, Condition)> = Vec::new();
        for kind in kinds {
            // One field is one condition; the step's two go together.
            if conditions
                .iter()
                .any(|(other, _)| *other == kind || ((6..=8).contains(other) && (6..=8).contains(&kind)))
            {
                continue;
            }
            let (json, condition) = condition(kind, &mut town.dice, &books, now);
            filter.as_object_mut().unwrap().extend(json.as_object().unwrap().clone());
            conditions.push((kind, condition));
        }
        let moment = |field: &str| filter[field].as_str().map(str::to_owned);
        if ["created", "ended"].iter().any(|word| {
            let (from, to) = (moment(&format!("{word}From")), moment(&format!("{word}To")));
            matches!((from, to), (Some(from), Some(to)) if from.parse::<Time>().unwrap() > to.parse::<Time>().unwrap())
        }) {
            continue;
        }
        let mut expected: Vec<_> = books
            .attempts
            .iter()
            .filter(|row| conditions.iter().all(|(_, holds)| holds(&seen(row, now), &books)))
            .map(|row| (row.created_at, row.id.0, row.id.to_string()))
            .collect();
        expected.sort();
        let expected: Vec<_> = expected.into_iter().rev().map(|(.., id)| json!({ "id": id })).collect();
        let answer = town.agent.graphql(DOCUMENT, json!({ "filter": filter })).await;
        assert_eq!(answer.data("attempts.totalCount"), &json!(expected.len()), "{filter}");
        assert_eq!(answer.data("attempts.nodes"), &json!(expected[..expected.len().min(100)]), "{filter}");
        found += usize::from(!expected.is_empty());
        empty += usize::from(expected.is_empty());
    }
    assert!(
        found > 60 && empty > 10,
        "the questions were worth asking: {found} found something, {empty} nothing"
    );
    assert_eq!(town.app.rows().await, before, "reading writes nothing");
    town.app.close().await;
}

#[tokio::test]
async fn customers_by_their_newest_attempt_and_by_name() {
    let mut town = Town::with(80).await;
    let (now, books) = (town.now(), town.books().await);
    let newest = |customer: &customer::Model| {
        let theirs = books.attempts.iter().filter(|row| row.customer_id == customer.id);
        theirs.max_by_key(|row| row.number).map(|row| seen(row, now).state)
    };
    let document = "query($filter: CustomerFilter, $sort: CustomerSort) {
        customers(first: 100, filter: $filter, sort: $sort) { totalCount nodes { id kycState latestAttempt { state } } } }";
    for round in 0..40 {
        let states = town.dice.some_of(AttemptState::ALL);
        let search = *town.dice.one_of(&["", "asha", "rao", "a-1", "kumar o"]);
        let mut filter = json!({ "search": search });
        if round % 3 > 0 {
            filter["state"] = words(&states.iter().map(|state| state.as_str()).collect::<Vec<_>>());
        }
        let mut expected: Vec<_> = books
            .customers
            .iter()
            .filter(|customer| finds(search, customer))
            .filter(|customer| {
                round % 3 == 0 || newest(customer).is_some_and(|state| states.contains(&state))
            })
            .collect();
        expected.sort_by_key(|customer| (customer.name_key.clone(), customer.id.0));
        let shown = |customer: &&customer::Model| {
            let state = newest(customer).map(|state| state.as_str());
            json!({ "id": customer.id.to_string(), "kycState": state, "latestAttempt": state.map(|state| json!({ "state": state })) })
        };
        let expected: Vec<_> = expected.iter().map(shown).collect();
        let sort = json!({ "field": "NAME", "direction": "ASC" });
        let answer = town.agent.graphql(document, json!({ "filter": filter, "sort": sort })).await;
        assert_eq!(answer.data("customers.totalCount"), &json!(expected.len()), "{filter}");
        assert_eq!(answer.data("customers.nodes"), &json!(expected[..expected.len().min(100)]), "{filter}");
    }
    town.app.close().await;
}

/// What every read says of one attempt.
async fn told(town: &Town, id: &str) -> Value {
    let document = "query($id: ID!, $state: [AttemptState!]) {
        attempt(id: $id) { state waitingOn waitingSince endedAt expiryReason link { state } customer { kycState } }
        attempts(filter: { state: $state }) { totalCount nodes { id } }
        customers(filter: { state: $state }) { totalCount }
        waiting: attempts(filter: { waitingOn: CUSTOMER }) { totalCount }
        summary(from: \"2026-11-01\", to: \"2026-11-30\") { attemptsByState { state count } } }";
    let answer = town.agent.graphql(document, json!({ "id": id, "state": ["EXPIRED"] })).await;
    assert!(answer.json.get("errors").is_none(), "{}", answer.text);
    answer.json["data"].clone()
}

#[tokio::test]
async fn an_expiry_reads_the_same_before_and_after_it_is_written() {
    let town = Town::with(0).await;
    let input = json!({ "customer": { "name": "Asha" }, "steps": ["PAN"], "validityHours": 2 });
    let made = town.house.admin().done("kycLinkGenerate", "attempt { id }", input).await;
    let id = made["attempt"]["id"].as_str().unwrap();

    town.app.pass(TimeDelta::hours(2) - TimeDelta::microseconds(1));
    let open = told(&town, id).await;
    assert_eq!((&open["attempt"]["state"], &open["waiting"]["totalCount"]), (&json!("CREATED"), &json!(1)));
    town.app.pass(TimeDelta::microseconds(1));
    let due = told(&town, id).await;
    assert_eq!(due["attempt"]["state"], "EXPIRED");
    assert_eq!(due["attempt"]["customer"]["kycState"], "EXPIRED");
    assert_eq!(due["attempts"]["totalCount"], 1);
    assert_eq!(due["customers"]["totalCount"], 1);
    assert_eq!(due["waiting"]["totalCount"], 0);
    assert_eq!(town.books().await.attempts[0].state, AttemptState::Created, "reading has not written it");

    town.app.pass(TimeDelta::hours(5));
    assert_eq!(told(&town, id).await, due);
    // The neighbour's is due as well, one day later at the latest.
    kyc_stack::kyc::expiry::expire_due(town.app.kyc(), 100).await.unwrap();
    assert_eq!(town.books().await.attempts[0].state, AttemptState::Expired);
    assert_eq!(told(&town, id).await, due);
    town.app.close().await;
}
