//! A penny drop is an order: nobody sends a second rupee because an answer was lost.

use chrono::TimeDelta;
use kyc_stack::kyc::check::runs_due;
use serde_json::{Value, json};

use super::{
    Phone, linked,
    runs::{rows_of, step_of},
};
use crate::{
    harness::{
        app::{House, TestApp},
        dump::dump,
        stub::Reply,
    },
    setu::stand_in::StandIn,
};

const ACCOUNT: &str = "1234567890";

/// A live merchant whose penny drops a stand-in for Setu makes.
async fn live() -> (StandIn, TestApp, House) {
    let server = StandIn::open().await;
    let app = TestApp::open_as(|config| server.settle(config)).await;
    let house = app.live_merchant("house").await;
    (server, app, house)
}

/// An attempt whose bank account has been submitted.
async fn submitted(app: &TestApp, house: &House) -> (String, Phone) {
    let (attempt, url) = linked(house, json!(["BANK_PENNY_DROP"])).await;
    let phone = Phone::enter(app, &url).await;
    phone.bank(ACCOUNT).await.data("journeyBankSubmit.journey");
    (attempt, phone)
}

fn orders(server: &StandIn) -> usize {
    server.calls().iter().filter(|call| call.starts_with("POST")).count()
}

/// A whole day of workers' steps.
async fn a_day(app: &TestApp) {
    for _ in 0..48 {
        app.pass(TimeDelta::minutes(30));
        runs_due(app.kyc(), 10).await.unwrap();
    }
}

fn is_lost(step: &Value) {
    assert_eq!(step["status"], "REQUIRES_ACTION", "{step}");
    assert_eq!(step["reason"]["code"], "PROVIDER_ANSWER_LOST", "{step}");
    assert_eq!((&step["waitingOn"], &step["tries"]), (&json!("REVIEWER"), &json!(0)), "{step}");
}

#[tokio::test]
async fn an_answer_that_is_lost_sends_no_second_rupee() {
    let (server, app, house) = live().await;
    let faults = [
        Reply::Whole(500, String::new(), br#"{"error":{"code":"upstream_service_error"}}"#.to_vec()),
        Reply::Whole(429, String::new(), Vec::new()),
        Reply::Whole(401, String::new(), Vec::new()),
        Reply::Whole(200, String::new(), b"<html>".to_vec()),
        Reply::Half(br#"{"id":"02c2dc4c"#.to_vec()),
        Reply::Raw(Vec::new()),
    ];
    for (before, fault) in faults.into_iter().enumerate() {
        let (attempt, phone) = submitted(&app, &house).await;
        server.fail([fault.clone()]);
        assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
        is_lost(&step_of(&house, &attempt).await);
        assert!(!phone.bank(ACCOUNT).await.user_errors("journeyBankSubmit").is_empty(), "{fault:?}");
        a_day(&app).await;
        assert_eq!(orders(&server), before + 1, "{fault:?}");
    }
    app.close().await;
}

#[tokio::test]
async fn who_dies_with_the_answer_leaves_it_to_a_reviewer() {
    let (server, app, house) = live().await;
    let (attempt, _phone) = submitted(&app, &house).await;
    let kyc = app.kyc();
    let (now, lease) = (kyc.clock.now(), TimeDelta::minutes(5));
    // Taken, on its way, and gone.
    kyc.db
        .write(move |txn| {
            Box::pin(async move {
                let taken = entity::check_run::take_due(txn, now, now + lease, 10).await?;
                let scope = entity::Scope::of(taken[0].merchant_id);
                entity::check_run::Entity::send(scope, taken[0].id, now).exec(txn).await?;
                Ok(())
            })
        })
        .await
        .unwrap();
    app.pass(lease);
    assert_eq!(runs_due(kyc, 10).await.unwrap(), 1);
    is_lost(&step_of(&house, &attempt).await);
    a_day(&app).await;
    assert_eq!(orders(&server), 0, "nobody sends it again");
    app.close().await;
}

#[tokio::test]
async fn an_order_that_was_taken_and_is_never_told_of_is_a_reviewers() {
    let (server, app, house) = live().await;
    let (attempt, _phone) = submitted(&app, &house).await;
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    assert_eq!(step_of(&house, &attempt).await["status"], "IN_PROGRESS");
    server.fail(std::iter::repeat_n(Reply::Whole(200, String::new(), b"<html>".to_vec()), 20));
    let mut looks = 0;
    while step_of(&house, &attempt).await["status"] == "IN_PROGRESS" {
        looks += runs_due(app.kyc(), 10).await.unwrap();
        app.pass(TimeDelta::minutes(1));
    }
    assert_eq!(looks, 6);
    is_lost(&step_of(&house, &attempt).await);
    assert!(dump(app.kyc().db.library()).await.contains("xxxxxx7890"), "the reviewer sees which account");
    assert_eq!(orders(&server), 1);
    app.close().await;
}

#[tokio::test]
async fn a_drop_that_a_banks_outage_ended_may_be_begun_again() {
    let (server, app, house) = live().await;
    let (attempt, phone) = submitted(&app, &house).await;
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    let over = json!({ "id": crate::setu::stand_in::DROP_ID, "code": "BAV08", "verification": "failed" });
    server.fail([Reply::Whole(200, String::new(), over.to_string().into_bytes())]);
    app.pass(TimeDelta::seconds(5));
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    let step = step_of(&house, &attempt).await;
    assert_eq!(step["reason"]["code"], "PROVIDER_UNAVAILABLE");
    assert_eq!((&step["waitingOn"], &step["tries"]), (&json!("CUSTOMER"), &json!(0)));
    assert_eq!(orders(&server), 1, "not by itself");
    phone.bank(ACCOUNT).await.data("journeyBankSubmit.journey");
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    assert_eq!(orders(&server), 2);
    let ids: Vec<_> =
        server.stub.asked().iter().map(|call| call.header("x-request-id").unwrap().to_owned()).collect();
    assert_eq!((ids[0] == ids[1], ids[1] == ids[2]), (true, false), "another order has another run's id");
    app.close().await;
}

#[tokio::test]
async fn an_order_that_never_left_is_sent_again() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["BANK_PENNY_DROP"])).await;
    let phone = Phone::enter(&app, &url).await;
    let down = rows_of(kyc_stack::checks::sandbox::Outcome::Down);
    phone.bank(&format!("12345678{down}")).await.data("journeyBankSubmit.journey");
    let mut asked = 0;
    while step_of(&house, &attempt).await["status"] == "IN_PROGRESS" {
        asked += runs_due(app.kyc(), 10).await.unwrap();
        app.pass(TimeDelta::minutes(1));
    }
    assert_eq!(asked, 6);
    let step = step_of(&house, &attempt).await;
    assert_eq!(
        (&step["reason"]["code"], &step["waitingOn"]),
        (&json!("PROVIDER_UNAVAILABLE"), &json!("CUSTOMER"))
    );
    app.close().await;
}
