//! The summary: what is counted, on which day, and what is refused. Rows are written as they are, past the use cases.
#![expect(clippy::disallowed_methods, reason = "rows are written as they are, by no actor")]

use std::{collections::BTreeMap, sync::Arc};

use chrono::{Datelike, TimeDelta};
use entity::{
    AttemptState, ExpiryReason, Role, StepKind, StepStatus, attempt, customer,
    id::{ApiKeyId, AttemptId, MerchantId},
    merchant, step,
};
use kyc_stack::{
    auth::Actor,
    clock::Clock,
    db::Db,
    entropy::Entropy,
    graphql::{
        Api, Operation,
        guard::{Guard, Limits},
    },
    kyc::{Kyc, rows::step_rules_of, screening::Screening},
    lifecycle::statuses::Statuses,
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, sea_query::Expr};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::harness::{
    database::{Backend, Database},
    rows::{self, at},
};

/// Two merchants, whose days are India's.
struct House {
    api: Api,
    kyc: Kyc,
    actor: Actor,
    _database: Database,
}

const OURS: u128 = 1;
const THEIRS: u128 = 2;

async fn house() -> House {
    let database = Database::fresh(Backend::under_test()).await;
    let kyc = Kyc {
        db: Db::open(&database.url, 4).await.unwrap(),
        clock: Clock::manual(at("2026-11-22T12:00:00Z")),
        entropy: Entropy::System,
        known: kyc_stack::auth::Known::default(),
        wake: Arc::new(|_| {}),
        public_url: "https://kyc.example".into(),
        shelf: Arc::default(),
        screening: Screening::default(),
        performing: kyc_stack::kyc::check::Performing::default(),
    };
    for number in [OURS, THEIRS] {
        let row = rows::merchant(number).into_active_model();
        merchant::Entity::insert(row).exec_without_returning(kyc.db.library()).await.unwrap();
    }
    let ours = MerchantId(rows::uuid(OURS));
    let actor = Actor::api_key(ApiKeyId(Uuid::from_u128(1)), "Key".into(), Role::Viewer, ours);
    House { api: Api::new(), kyc, actor, _database: database }
}

impl House {
    /// An attempt of a customer of its own.
    async fn attempt(&self, row: attempt::Model, merchant: u128) -> attempt::Model {
        let number = row.id.0.as_u128() & 0xffff;
        let customer = rows::customer(merchant, number);
        let row = attempt::Model { customer_id: customer.id, merchant_id: customer.merchant_id, ..row };
        let db = self.kyc.db.library();
        customer::Entity::insert(customer.into_active_model()).exec_without_returning(db).await.unwrap();
        attempt::Entity::insert(row.clone().into_active_model()).exec_without_returning(db).await.unwrap();
        row
    }

    async fn ours(&self, row: attempt::Model) -> attempt::Model {
        self.attempt(row, OURS).await
    }

    async fn step(&self, attempt: &attempt::Model, kind: StepKind, change: impl FnOnce(&mut step::Model)) {
        let position = StepKind::ALL.iter().position(|known| *known == kind).unwrap();
        let mut row = rows::step(attempt, kind, i32::try_from(position).unwrap() + 1);
        change(&mut row);
        let db = self.kyc.db.library();
        step::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
        let of_attempt = step::Entity::find().filter(step::Column::AttemptId.eq(attempt.id));
        let steps: Vec<_> = of_attempt.all(db).await.unwrap().iter().map(step_rules_of).collect();
        attempt::Entity::update_many()
            .col_expr(attempt::Column::StepStatuses, Expr::value(Statuses::of(&steps).0))
            .filter(attempt::Column::Id.eq(attempt.id))
            .exec(db)
            .await
            .unwrap();
    }

    /// Attempts of one customer of ours with their steps, many at a time.
    async fn many(&self, number: u128, journeys: Vec<(attempt::Model, Vec<step::Model>)>) {
        let (db, customer) = (self.kyc.db.library(), rows::customer(OURS, number));
        let (mut attempts, mut steps) = (Vec::new(), Vec::new());
        for (number, (attempt, of_attempt)) in (1..).zip(journeys) {
            let rules: Vec<_> = of_attempt.iter().map(step_rules_of).collect();
            let (newest, step_statuses) = (false, Statuses::of(&rules).0);
            let row = attempt::Model { customer_id: customer.id, number, newest, step_statuses, ..attempt };
            attempts.push(row.into_active_model());
            steps.extend(of_attempt.into_iter().map(IntoActiveModel::into_active_model));
        }
        customer::Entity::insert(customer.into_active_model()).exec_without_returning(db).await.unwrap();
        for some in attempts.chunks(500) {
            attempt::Entity::insert_many(some.to_vec()).exec_without_returning(db).await.unwrap();
        }
        for some in steps.chunks(500) {
            step::Entity::insert_many(some.to_vec()).exec_without_returning(db).await.unwrap();
        }
    }

    /// What the API answers about a range: the data, the code and the message of the error.
    async fn answer(&self, range: &str, fields: &str) -> Value {
        let text = format!("{{ summary({range}) {{ {fields} }} }}");
        let document = Guard::new(Limits::default()).check(&text).unwrap();
        let variables = Default::default();
        let asked = Operation { document: &document, name: None, variables, idempotency_key: None };
        serde_json::from_slice(&self.api.execute(&self.kyc, &self.actor, asked).await.into_json()).unwrap()
    }

    async fn summary(&self, range: &str, fields: &str) -> Value {
        let answer = self.answer(range, fields).await;
        assert_eq!(answer["errors"], Value::Null);
        answer["data"]["summary"].clone()
    }

    async fn refusal(&self, range: &str) -> String {
        let error = self.answer(range, "medianSecondsToComplete").await["errors"][0].clone();
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{error}");
        error["message"].as_str().unwrap().to_owned()
    }
}

/// An open attempt without a clock, created then.
fn open(number: u128, created_at: &str) -> attempt::Model {
    let created_at = at(created_at);
    attempt::Model {
        // As every id: it begins with its moment.
        id: Uuid::from_u128(AttemptId::first_of(created_at).0.as_u128() | number).into(),
        needs_reviewer: false,
        created_at,
        waiting_since: Some(created_at),
        due_at: None,
        ..rows::attempt(&rows::customer(OURS, number), 1)
    }
}

fn completed(number: u128, created_at: &str, seconds: i64) -> attempt::Model {
    let row = open(number, created_at);
    attempt::Model {
        state: AttemptState::Completed,
        waiting_on: None,
        ended_at: Some(row.created_at + TimeDelta::seconds(seconds)),
        ..row
    }
}

fn day(date: &str, state: &str, count: i64) -> Value {
    json!({"date": date, "state": state, "count": count})
}

const DAYS: &str = "byDay { date state count }";
const NOVEMBER: &str = r#"from: "2026-11-01", to: "2026-11-30", timeZone: "UTC""#;

#[tokio::test]
async fn every_state_is_counted_as_it_is_seen_now() {
    let house = house().await;
    let created = "2026-11-10T08:00:00Z";
    house.ours(open(11, created)).await;
    house.ours(attempt::Model { due_at: Some(at("2026-11-22T12:00:00.000001Z")), ..open(12, created) }).await;
    // Its time ran out this very moment, and nobody has written it.
    house.ours(attempt::Model { due_at: Some(at("2026-11-22T12:00:00Z")), ..open(13, created) }).await;
    house.ours(attempt::Model { state: AttemptState::Created, ..open(14, created) }).await;
    house.ours(completed(15, created, 60)).await;
    let ended_at = Some(at("2026-11-11T00:00:00Z"));
    let expired = attempt::Model {
        state: AttemptState::Expired,
        expiry_reason: Some(ExpiryReason::Abandoned),
        waiting_on: None,
        ended_at,
        ..open(16, created)
    };
    house.ours(expired).await;
    // Out of the range by a microsecond, on either side.
    house.ours(open(17, "2026-10-31T23:59:59.999999Z")).await;
    house.ours(open(18, "2026-12-01T00:00:00Z")).await;
    house.attempt(open(19, created), THEIRS).await;

    let states = json!([
        {"state": "CREATED", "count": 1},
        {"state": "IN_PROGRESS", "count": 2},
        {"state": "COMPLETED", "count": 1},
        {"state": "REJECTED", "count": 0},
        {"state": "EXPIRED", "count": 2},
    ]);
    // Alone it is counted, beside the days it is their sum.
    let alone = house.summary(NOVEMBER, "attemptsByState { state count }").await;
    assert_eq!(alone["attemptsByState"], states);
    let both = house.summary(NOVEMBER, &format!("attemptsByState {{ state count }} {DAYS}")).await;
    assert_eq!(both["attemptsByState"], states);
    let days = [("CREATED", 1), ("IN_PROGRESS", 2), ("COMPLETED", 1), ("EXPIRED", 2)];
    assert_eq!(both["byDay"], json!(days.map(|(state, count)| day("2026-11-10", state, count))));
}

#[tokio::test]
async fn days_begin_where_the_zone_says() {
    let house = house().await;
    // Berlin's 29 March has 23 hours, its 25 October has 25.
    for (number, created) in [
        (11, "2026-03-28T22:59:59.999999Z"), // Berlin 28th, India 29th
        (12, "2026-03-28T23:00:00Z"),        // Berlin 29th
        (13, "2026-03-29T21:59:59.9Z"),      // Berlin 29th, which ends an hour early; India 30th
        (14, "2026-03-29T22:00:00Z"),        // Berlin 30th
        (15, "2026-10-24T22:00:00Z"),        // Berlin 25th
        (16, "2026-10-25T22:59:59Z"),        // Berlin 25th, its 25th hour
        (17, "2026-10-25T23:00:00Z"),        // Berlin 26th
        (18, "2026-06-01T18:29:59.999999Z"), // India 1st
        (19, "2026-06-01T18:30:00Z"),        // India 2nd
    ] {
        house.ours(open(number, created)).await;
    }
    let some = |date, count| day(date, "IN_PROGRESS", count);
    for (range, days) in [
        (
            r#"from: "2026-03-28", to: "2026-03-30", timeZone: "Europe/Berlin""#,
            vec![some("2026-03-28", 1), some("2026-03-29", 2), some("2026-03-30", 1)],
        ),
        (
            r#"from: "2026-10-25", to: "2026-10-26", timeZone: "Europe/Berlin""#,
            vec![some("2026-10-25", 2), some("2026-10-26", 1)],
        ),
        (r#"from: "2026-03-29", to: "2026-03-29", timeZone: "Europe/Berlin""#, vec![some("2026-03-29", 2)]),
        // The merchant's own.
        (r#"from: "2026-06-01", to: "2026-06-02""#, vec![some("2026-06-01", 1), some("2026-06-02", 1)]),
        (r#"from: "2026-03-29", to: "2026-03-30""#, vec![some("2026-03-29", 2), some("2026-03-30", 2)]),
        (r#"from: "2026-06-01", to: "2026-06-02", timeZone: "UTC""#, vec![some("2026-06-01", 2)]),
    ] {
        assert_eq!(house.summary(range, DAYS).await["byDay"], json!(days), "{range}");
    }
}

#[tokio::test]
async fn the_longest_range_is_counted_by_day() {
    let house = house().await;
    house.ours(open(11, "2025-01-01T00:00:00Z")).await;
    house.ours(open(12, "2026-02-04T23:59:59.999Z")).await;
    let range = r#"from: "2025-01-01", to: "2026-02-04", timeZone: "UTC""#;
    let days = [day("2025-01-01", "IN_PROGRESS", 1), day("2026-02-04", "IN_PROGRESS", 1)];
    assert_eq!(house.summary(range, DAYS).await["byDay"], json!(days));
}

#[tokio::test]
async fn the_funnel_counts_the_steps_of_the_range() {
    let house = house().await;
    let created = "2026-11-10T08:00:00Z";
    let running = house.ours(open(11, created)).await;
    let done = house.ours(completed(12, created, 60)).await;
    let overdue = attempt::Model { due_at: Some(at("2026-11-20T00:00:00Z")), ..open(13, created) };
    let overdue = house.ours(overdue).await;
    let earlier = house.ours(open(14, "2026-10-10T08:00:00Z")).await;
    let theirs = house.attempt(open(15, created), THEIRS).await;

    let started = Some(at("2026-11-10T09:00:00Z"));
    let lasting = |ended: &'static str| {
        move |step: &mut step::Model| {
            (step.status, step.started_at, step.ended_at) = (StepStatus::Completed, started, Some(at(ended)));
        }
    };
    let standing = |status| move |step: &mut step::Model| step.status = status;
    house.step(&running, StepKind::Pan, standing(StepStatus::RequiresAction)).await;
    house.step(&running, StepKind::Selfie, standing(StepStatus::NotStarted)).await;
    house.step(&overdue, StepKind::Pan, standing(StepStatus::Failed)).await;
    house.step(&overdue, StepKind::Selfie, standing(StepStatus::InProgress)).await;
    house.step(&overdue, StepKind::Signature, standing(StepStatus::NotStarted)).await;
    house.step(&done, StepKind::Pan, lasting("2026-11-10T09:00:30.999999Z")).await;
    // An even number: the lower middle one, of 10 and 500.
    house.step(&running, StepKind::BankPennyDrop, lasting("2026-11-10T09:08:20Z")).await;
    house.step(&done, StepKind::BankPennyDrop, lasting("2026-11-10T09:00:10.5Z")).await;
    // Not of the range, not ours.
    house.step(&earlier, StepKind::Pan, lasting("2026-11-10T09:00:01Z")).await;
    house.step(&theirs, StepKind::Pan, lasting("2026-11-10T09:00:01Z")).await;

    let fields = "kind reached dropped notStarted inProgress completed failed requiresAction medianSeconds";
    let answer = house.summary(NOVEMBER, &format!("funnel {{ {fields} }}")).await;
    let row = |kind: &str, counts: [i64; 7], median: Option<i64>| {
        let [reached, dropped, not_started, in_progress, completed, failed, requires_action] = counts;
        json!({
            "kind": kind, "reached": reached, "dropped": dropped, "notStarted": not_started,
            "inProgress": in_progress, "completed": completed, "failed": failed,
            "requiresAction": requires_action, "medianSeconds": median,
        })
    };
    let expected = json!([
        row("DIGILOCKER_AADHAAR", [0; 7], None),
        row("PAN", [3, 1, 0, 0, 1, 1, 1], Some(30)),
        row("BANK_PENNY_DROP", [2, 0, 0, 0, 2, 0, 0], Some(10)),
        row("SELFIE", [1, 1, 1, 1, 0, 0, 0], None),
        row("SIGNATURE", [0, 1, 1, 0, 0, 0, 0], None),
        row("SANCTION_SCREENING", [0; 7], None),
    ]);
    assert_eq!(answer["funnel"], expected);
    // Without the median, the same counts.
    let counts = house.summary(NOVEMBER, "funnel { kind completed }").await;
    assert_eq!(counts["funnel"][1], json!({"kind": "PAN", "completed": 1}));
}

#[tokio::test]
async fn the_median_is_a_duration_that_was() {
    let house = house().await;
    let median =
        async || house.summary(NOVEMBER, "medianSecondsToComplete").await["medianSecondsToComplete"].clone();
    house.ours(open(11, "2026-11-10T08:00:00Z")).await;
    house.attempt(completed(12, "2026-11-10T08:00:00Z", 1), THEIRS).await;
    assert_eq!(median().await, Value::Null);
    // Numbers, not texts: 9 comes before 100.
    for (number, seconds, expected) in
        [(13, 100, 100), (14, 9, 9), (15, 9_000, 100), (16, 9, 9), (17, 100, 100)]
    {
        house.ours(completed(number, "2026-11-10T08:00:00.031203Z", seconds)).await;
        assert_eq!(median().await, expected, "after {seconds}");
    }
}

/// Above ten thousand attempts the medians of steps are found another way.
#[tokio::test]
async fn the_medians_of_many_steps_are_those_of_the_range() {
    let house = house().await;
    let (mut journeys, mut wholes) = (Vec::new(), Vec::new());
    let mut durations: BTreeMap<(u32, &str), Vec<i64>> = BTreeMap::new();
    for number in 0..11_500_i64 {
        // From the end of October on, one every four minutes; those of October have the shortest.
        let created = at("2026-10-29T00:00:00Z") + TimeDelta::minutes(4 * number);
        let number = u128::try_from(number).unwrap();
        let whole = 60 + i64::try_from(number * 31 % 997).unwrap();
        let attempt = completed(100_000 + number, &created.to_rfc3339(), whole);
        if created.month() == 11 {
            wholes.push(whole);
        }
        let mut steps = Vec::new();
        for (place, kind) in (1..).zip([StepKind::Pan, StepKind::Selfie]) {
            if kind == StepKind::Selfie && number % 3 == 0 {
                continue;
            }
            let long = i64::try_from(number * 7919 % 4001).unwrap() * i64::from(place);
            let seconds = if created < at("2026-11-01T00:00:00Z") { 1 } else { long };
            let mut row = rows::step(&attempt, kind, place);
            row.id = Uuid::from_u128(attempt.id.0.as_u128() + (u128::try_from(place).unwrap() << 32)).into();
            (row.status, row.started_at) = (StepStatus::Completed, Some(created));
            row.ended_at = Some(created + TimeDelta::seconds(seconds));
            steps.push(row);
            let until = [10, 30].into_iter().filter(|day| created.month() == 11 && created.day() <= *day);
            until.for_each(|day| durations.entry((day, kind.as_str())).or_default().push(seconds));
        }
        journeys.push((attempt, steps));
    }
    house.many(7, journeys).await;
    wholes.sort_unstable();
    let whole = house.summary(NOVEMBER, "medianSecondsToComplete").await;
    assert_eq!(whole["medianSecondsToComplete"], wholes[(wholes.len() - 1) / 2]);
    for (until, attempts) in [(10, 3_600), (30, 10_420)] {
        let range = format!(r#"from: "2026-11-01", to: "2026-11-{until}", timeZone: "UTC""#);
        let answer = house.summary(&range, "funnel { kind completed medianSeconds }").await;
        assert_eq!(answer["funnel"][1]["completed"], attempts, "either side of ten thousand");
        for kind in ["PAN", "SELFIE"] {
            let all = durations.get_mut(&(until, kind)).unwrap();
            all.sort_unstable();
            let middle = all[(all.len() - 1) / 2];
            let expected = json!({"kind": kind, "completed": all.len(), "medianSeconds": middle});
            let funnel = answer["funnel"].as_array().unwrap();
            assert!(funnel.contains(&expected), "{expected} until {until}: {funnel:?}");
        }
    }
}

#[tokio::test]
async fn the_oldest_that_waits_on_a_reviewer() {
    let house = house().await;
    let fields = "oldestWaitingOnReviewer { id number }";
    let waiting = |number, since: &str| attempt::Model {
        needs_reviewer: true,
        waiting_since: Some(at(since)),
        ..open(number, "2026-11-10T08:00:00Z")
    };
    let ended = attempt::Model { needs_reviewer: true, ..completed(11, "2026-11-09T08:00:00Z", 60) };
    house.ours(ended).await;
    let overdue =
        attempt::Model { due_at: Some(at("2026-11-20T00:00:00Z")), ..waiting(12, "2026-11-10T08:00:00Z") };
    house.ours(overdue).await;
    house.ours(open(13, "2026-11-10T08:00:00Z")).await;
    house
        .ours(attempt::Model {
            needs_reviewer: true,
            waiting_since: Some(at("2026-10-10T08:00:00Z")),
            ..open(14, "2026-10-10T08:00:00Z")
        })
        .await;
    house.attempt(waiting(15, "2026-11-10T08:00:00Z"), THEIRS).await;
    assert_eq!(house.summary(NOVEMBER, fields).await["oldestWaitingOnReviewer"], Value::Null);

    house.ours(waiting(16, "2026-11-12T08:00:00Z")).await;
    let oldest = house.ours(waiting(17, "2026-11-11T08:00:00Z")).await;
    let expected = json!({"id": oldest.id.to_string(), "number": 1});
    assert_eq!(house.summary(NOVEMBER, fields).await["oldestWaitingOnReviewer"], expected);
}

#[tokio::test]
async fn an_empty_range_has_all_words_and_no_numbers() {
    let house = house().await;
    let fields = "attemptsByState { count } byDay { count } funnel { reached medianSeconds } medianSecondsToComplete \
                  oldestWaitingOnReviewer { id }";
    let funnel = json!({"reached": 0, "medianSeconds": null});
    let expected = json!({
        "attemptsByState": vec![json!({"count": 0}); 5],
        "byDay": [],
        "funnel": vec![funnel; 6],
        "medianSecondsToComplete": null,
        "oldestWaitingOnReviewer": null,
    });
    assert_eq!(house.summary(NOVEMBER, fields).await, expected);
    // Samoa went over the date line: this day did not happen.
    let skipped = r#"from: "2011-12-30", to: "2011-12-30", timeZone: "Pacific/Apia""#;
    assert_eq!(house.summary(skipped, fields).await, expected);
}

#[tokio::test]
async fn what_makes_no_sense_is_refused() {
    let house = house().await;
    for (range, says) in [
        (r#"from: "2026-11-02", to: "2026-11-01""#, "`from` is after `to`"),
        (r#"from: "2025-01-01", to: "2026-02-05""#, "400 days"),
        (r#"from: "1969-12-31", to: "1970-01-01""#, "1970 to 9998"),
        (r#"from: "9998-12-31", to: "9999-01-01""#, "1970 to 9998"),
        (
            r#"from: "2026-11-01", to: "2026-11-01", timeZone: "Mars/Olympus""#,
            "`timeZone`: Mars/Olympus is not",
        ),
        (r#"from: "2026-11-01", to: "2026-11-01", timeZone: """#, "`timeZone`"),
    ] {
        let message = house.refusal(range).await;
        assert!(message.contains(says), "{range}: {message}");
    }
}
