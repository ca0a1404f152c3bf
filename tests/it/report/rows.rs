//! Which attempts a report has, in which order, and what it says of them.

use std::collections::HashSet;

use chrono::TimeDelta;
use entity::{AttemptState, ExpiryReason, id::AttemptId};

use super::fixture::{Journey, Shop, at, column, day, merchant, now};

fn ids(records: &[csv::StringRecord]) -> Vec<AttemptId> {
    records.iter().map(|record| record[0].parse().unwrap()).collect()
}

#[tokio::test]
async fn every_attempt_is_there_once_in_the_order_of_the_date() {
    let shop = Shop::open().await;
    // Several pages, and moments that many attempts share.
    let journeys: Vec<_> = (0..1_234)
        .map(|i| Journey::new(shop.scope, day("2026-01-05") + TimeDelta::minutes(i / 300)))
        .collect();
    shop.insert(&journeys).await;
    let mut expected: Vec<_> =
        journeys.iter().map(|journey| (journey.attempt.created_at, journey.attempt.id)).collect();
    expected.sort_unstable();
    let expected: Vec<_> = expected.into_iter().map(|(_, id)| id).collect();
    assert_eq!(ids(&shop.records(&[]).await), expected);
    let long = shop.records(&[("layout", "long")]).await;
    assert_eq!(long.len(), 2 * journeys.len());
    assert_eq!(ids(&long).into_iter().collect::<HashSet<_>>().len(), journeys.len());
}

#[tokio::test]
async fn both_days_are_whole_in_the_asked_zone() {
    let shop = Shop::open().await;
    let moments = [
        // In India: the last second of the 9th, the first of the 10th, the last of the 11th, the first of the 12th.
        at("2026-01-09T18:29:59.999999Z"),
        at("2026-01-09T18:30:00Z"),
        at("2026-01-11T18:29:59.999999Z"),
        at("2026-01-11T18:30:00Z"),
    ];
    let journeys = moments.map(|moment| Journey::new(shop.scope, moment));
    shop.insert(&journeys).await;
    let [_, first, last, next] = journeys.map(|journey| journey.attempt.id);
    let range = [("from", "2026-01-10"), ("to", "2026-01-11")];
    let india = shop.records(&[range[0], range[1], ("time_zone", "Asia/Kolkata")]).await;
    assert_eq!(ids(&india), [first, last]);
    assert_eq!(&india[0][column("created_at")], "2026-01-10T00:00:00+05:30");
    assert_eq!(&india[1][column("created_at")], "2026-01-11T23:59:59.999999+05:30");
    assert_eq!(ids(&shop.records(&[range[0], range[1], ("time_zone", "UTC")]).await), [last, next]);
}

#[tokio::test]
async fn an_overdue_attempt_reads_the_same_before_and_after_its_expiry_is_written() {
    let (unwritten, written) = (Shop::open().await, Shop::open().await);
    let due = now() - TimeDelta::hours(1);
    // The moment itself counts as over.
    let plans = [(due, 0, ExpiryReason::NeverOpened), (now(), 2, ExpiryReason::Abandoned)];
    for (due, opened, reason) in plans {
        let journey = Journey::new(unwritten.scope, day("2026-01-20")).due(due, opened);
        unwritten.insert(std::slice::from_ref(&journey)).await;
        let mut after = journey.ended(AttemptState::Expired, due, Some(reason));
        after.customer.merchant_id = written.scope.merchant_id();
        after.attempt.merchant_id = written.scope.merchant_id();
        after.steps.iter_mut().for_each(|step| step.merchant_id = written.scope.merchant_id());
        written.insert(&[after]).await;
    }
    for pairs in [&[] as &[_], &[("layout", "long")], &[("date", "ended")], &[("state", "EXPIRED")]] {
        let csv = unwritten.csv(pairs).await.unwrap();
        assert_eq!(csv, written.csv(pairs).await.unwrap(), "{pairs:?}");
        assert!(String::from_utf8(csv).unwrap().contains(",EXPIRED,,"), "{pairs:?}");
    }
    for shop in [unwritten, written] {
        assert!(shop.records(&[("state", "CREATED,IN_PROGRESS")]).await.is_empty());
    }
}

#[tokio::test]
async fn states_are_filtered_as_they_are_seen() {
    let shop = Shop::open().await;
    let new = || Journey::new(shop.scope, day("2026-01-20"));
    let ended = day("2026-01-25");
    let journeys = [
        new(),
        new().due(now() + TimeDelta::microseconds(1), 0),
        new().ended(AttemptState::Completed, ended, None),
        new().ended(AttemptState::Rejected, ended, None),
        new().ended(AttemptState::Expired, ended, Some(ExpiryReason::Revoked)),
        new().due(now(), 0),
    ];
    shop.insert(&journeys).await;
    let [open, due, completed, rejected, expired, overdue] = journeys.map(|journey| journey.attempt.id);
    for (states, expected) in [
        ("IN_PROGRESS", vec![open, due]),
        ("COMPLETED,REJECTED", vec![completed, rejected]),
        ("EXPIRED", vec![expired, overdue]),
        ("CREATED", vec![]),
    ] {
        let found = ids(&shop.records(&[("state", states)]).await);
        assert_eq!(found.into_iter().collect::<HashSet<_>>(), HashSet::from_iter(expected), "{states}");
    }
    let ended = |states| [("date", "ended"), ("state", states)];
    assert_eq!(ids(&shop.records(&ended("REJECTED")).await), [rejected]);
    assert_eq!(ids(&shop.records(&ended("EXPIRED")).await), [expired, overdue]);
    assert!(shop.records(&ended("IN_PROGRESS")).await.is_empty());
}

#[tokio::test]
async fn the_ended_of_a_range_come_in_the_order_of_their_ends_written_or_not() {
    let shop = Shop::open().await;
    // Begun long before the range; the ends alternate between written and overdue, over several pages of each.
    let journeys: Vec<_> = (0..1_400)
        .map(|i| {
            let (journey, end) =
                (Journey::new(shop.scope, day("2025-06-01")), day("2026-01-10") + TimeDelta::minutes(i));
            if i % 2 == 0 { journey.due(end, 0) } else { journey.ended(AttemptState::Completed, end, None) }
        })
        .collect();
    let outside = [
        Journey::new(shop.scope, day("2026-01-10")),
        Journey::new(shop.scope, day("2026-01-10")).due(day("2026-02-01"), 0),
        Journey::new(shop.scope, day("2025-06-01")).ended(AttemptState::Completed, day("2026-02-01"), None),
        Journey::new(shop.scope, day("2025-06-01")).due(at("2025-12-31T23:59:59Z"), 0),
    ];
    shop.insert(&journeys).await;
    shop.insert(&outside).await;
    let expected: Vec<_> = journeys.iter().map(|journey| journey.attempt.id).collect();
    assert_eq!(ids(&shop.records(&[("date", "ended")]).await), expected);
}

#[tokio::test]
async fn another_merchants_attempts_are_not_there() {
    let shop = Shop::open().await;
    let other = merchant(&shop.kyc, "other").await;
    let (ours, theirs) = (Journey::new(shop.scope, now()), Journey::new(other, now()).due(now(), 0));
    shop.insert(&[ours.clone(), theirs]).await;
    assert_eq!(ids(&shop.records(&[]).await), [ours.attempt.id]);
    assert!(shop.records(&[("date", "ended")]).await.is_empty());
}

#[tokio::test]
async fn a_hostile_name_is_text() {
    let shop = Shop::open().await;
    let mut journey = Journey::new(shop.scope, now());
    journey.customer.name = "=HYPERLINK(\"http://x\",\"y\")".into();
    journey.customer.phone = Some("+919812345678".into());
    shop.insert(&[journey]).await;
    let records = shop.records(&[]).await;
    assert_eq!(&records[0][column("customer_name")], "'=HYPERLINK(\"http://x\",\"y\")");
    assert_eq!(&records[0][column("customer_phone")], "'+919812345678");
    assert_eq!(&records[0][column("pan_reason_code")], "PAN_NAME_MISMATCH");
}

#[tokio::test]
async fn an_empty_report_is_its_header() {
    let shop = Shop::open().await;
    let csv = String::from_utf8(shop.csv(&[]).await.unwrap()).unwrap();
    assert!(csv.starts_with("attempt_id,attempt_number,"));
    assert_eq!(csv.matches("\r\n").count(), 1);
}
