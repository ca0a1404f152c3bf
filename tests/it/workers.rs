//! The workers find by themselves what is due, and end when they are told to.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{AttemptState, Role, StepKind::Pan, StepStatus::InProgress, callback};
use futures_util::future::BoxFuture;
use kyc_stack::workers::cleaners::clean;
use sea_orm::{EntityTrait, IntoActiveModel};
use serde_json::json;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    harness::{
        app::TestApp,
        office::{Office, to},
    },
    journey::{
        Phone, linked,
        scripted::{Scripted, passed},
        seen,
    },
};

#[tokio::test]
async fn workers_write_what_is_due_until_they_are_stopped() {
    let mut office = Office::open().await;
    let attempt = office.link(&[Pan]).await.attempt;
    office.later(24);
    let written = Arc::new(Notify::new());
    office.kyc.wake = {
        let written = Arc::clone(&written);
        Arc::new(move |_| written.notify_one())
    };
    let stop = CancellationToken::new();
    kyc_stack::workers::start(&office.kyc, &office.auth(), &stop);
    written.notified().await;
    assert_eq!(office.row(attempt.id).await.state, AttemptState::Expired);
    office.audit().await;

    stop.cancel();
    let tasks = office.kyc.db.tasks();
    tasks.close();
    tasks.wait().await;
}

#[tokio::test]
async fn what_a_provider_is_asked_is_heard_before_the_workers_end() {
    let app = TestApp::open().await;
    let house = app.live_merchant("house").await;
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    phone.pan("ABCPE4321F").await.data("journeyPanSubmit.journey");
    let (asked, answers) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let meanwhile: Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync> = {
        let (asked, answers) = (Arc::clone(&asked), Arc::clone(&answers));
        Arc::new(move || {
            let (asked, answers) = (Arc::clone(&asked), Arc::clone(&answers));
            Box::pin(async move {
                asked.notify_one();
                answers.notified().await;
            })
        })
    };
    let kyc = Scripted::perform_while(&app, [passed("Asha Rao")], meanwhile);
    let stop = CancellationToken::new();
    kyc_stack::workers::start(&kyc, app.auth(), &stop);
    asked.notified().await;
    stop.cancel();
    // Whoever would be cut off by the end is cut off by now: the others have gone.
    tokio::task::yield_now().await;
    answers.notify_one();
    let tasks = kyc.db.tasks();
    tasks.close();
    tasks.wait().await;
    assert_eq!(seen(&house, &attempt).await["state"], "COMPLETED");
    app.close().await;
}

#[tokio::test]
async fn cleaners_forget_old_keys_and_keep_those_that_can_be_replayed() {
    let office = Office::open().await;
    let reviewer = office.member(Role::Reviewer);
    let attempt = office.attempt(&[Pan]).await;
    let step = office.steps(attempt.id).await[0].id;
    office.step_as(&reviewer, Some("old"), to(step, InProgress)).await.unwrap();
    office.later(1);
    office.step_as(&reviewer, Some("new"), to(step, InProgress)).await.unwrap();
    office.later(23);
    assert_eq!(clean(&office.kyc).await.unwrap(), 0, "it can be replayed until the day is over");
    office.kyc.clock.advance(TimeDelta::microseconds(1));
    assert_eq!(clean(&office.kyc).await.unwrap(), 1);
    assert!(office.step_as(&reviewer, Some("new"), to(step, InProgress)).await.unwrap().replayed);

    // A backlog goes as well, however much it is.
    let at = office.kyc.clock.now();
    let callbacks = (0..2_500_u32).map(|number| callback::Model { id: number.to_be_bytes().repeat(8), at });
    let callbacks = callbacks.map(IntoActiveModel::into_active_model);
    let db = office.kyc.db.library();
    callback::Entity::insert_many(callbacks).exec_without_returning(db).await.unwrap();
    assert_eq!(clean(&office.kyc).await.unwrap(), 0);
    office.later(23);
    assert_eq!(clean(&office.kyc).await.unwrap(), 2_501, "and the other key");
}
