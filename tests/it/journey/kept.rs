//! Pictures that are kept, and those that are not: whatever happens on the way, one that is named is there, and one that is not
//! named goes.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use chrono::TimeDelta;
use entity::{Scope, Scoped, step_result};
use futures_util::poll;
use kyc_stack::{checks::store::Key, kyc::picture::unnamed_due};
use serde_json::json;

use super::{
    Phone, linked,
    pictures::{selfie, step},
};
use crate::harness::{
    app::{Answer, House, TestApp},
    database::Backend,
    lossy::{Break, Lossy},
};

/// A customer who is to send a selfie: their phone, and where it goes.
async fn before_the_selfie(app: &TestApp, house: &House) -> (Phone, String) {
    let (_, url) = linked(house, json!(["SELFIE"])).await;
    let phone = Phone::enter(app, &url).await;
    let path = format!("/journey/steps/{}/image", step(&phone).await);
    (phone, path)
}

/// The pictures that steps name.
async fn named(app: &TestApp, house: &House) -> Vec<Key> {
    let rows = step_result::Entity::scoped(Scope::of(house.id)).all(app.kyc().db.reader()).await.unwrap();
    rows.iter().map(|row| Key::parse(row.image.as_deref().unwrap()).unwrap()).collect()
}

/// Files in the store.
fn stored(app: &TestApp) -> usize {
    let files = |folder: &std::path::Path| -> Vec<_> {
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect()
    };
    let mut folders = vec![app.pictures().to_owned()];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for path in files(&folder) {
            if path.is_dir() { folders.push(path) } else { count += 1 }
        }
    }
    count
}

#[tokio::test]
async fn a_picture_that_is_replaced_goes_at_once() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (phone, path) = before_the_selfie(&app, &house).await;
    for _ in 0..3 {
        let taken = phone.page().send(Method::PUT, &path, Body::from(selfie())).await;
        assert_eq!(taken.json["userErrors"], json!([]), "{}", taken.text);
    }
    let now = named(&app, &house).await;
    assert_eq!((now.len(), stored(&app)), (1, 1));
    assert!(app.kyc().performing.store().unwrap().get(&now[0]).await.is_ok());
    assert_eq!(app.rows().await["unnamed_picture"], 0);
    app.close().await;
}

#[tokio::test]
async fn whoever_leaves_in_the_middle_leaves_a_picture_that_is_named_or_none() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (phone, path) = before_the_selfie(&app, &house).await;
    let page = phone.page();
    let mut sent = Box::pin(page.send(Method::PUT, &path, Body::from(selfie())));
    // Until the picture is noted: from there on nobody is needed who waits.
    while app.rows().await["unnamed_picture"] == 0 && app.rows().await["step_result"] == 0 {
        assert!(poll!(&mut sent).is_pending() || app.rows().await["step_result"] == 1);
    }
    drop(sent);
    while app.rows().await["step_result"] == 0 || app.rows().await["unnamed_picture"] > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!((named(&app, &house).await.len(), stored(&app)), (1, 1));
    app.close().await;
}

/// Sends a selfie to a server whose way to the database breaks at the commit that names it.
async fn send_and_break(app: &TestApp, house: &House, how: Break) -> Answer {
    let (phone, path) = before_the_selfie(app, house).await;
    let way = Lossy::to(app.url());
    let server = app.twin_at(&way.url(app.url())).await;
    let page = phone.page_of(server.anonymous());
    // Noting it is a commit, too: the one after it is meant.
    let mut sent = Box::pin(page.send(Method::PUT, &path, Body::from(selfie())));
    while app.rows().await["unnamed_picture"] == 0 {
        assert!(poll!(&mut sent).is_pending());
    }
    way.break_at_next(how);
    let answer = sent.await;
    assert!(way.has_broken(), "{}", answer.text);
    server.close().await;
    answer
}

#[tokio::test]
async fn a_commit_whose_answer_is_lost_costs_no_picture() {
    // SQLite's commits have nobody on the way who could lose their answer.
    if Backend::under_test() != Backend::Postgres {
        return;
    }
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let answer = send_and_break(&app, &house, Break::AfterIt).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.text.contains("Whether this was done is not known"), "{}", answer.text);
    let now = named(&app, &house).await;
    assert_eq!((now.len(), app.rows().await["unnamed_picture"]), (1, 0), "it was done");
    app.pass(TimeDelta::hours(3));
    assert_eq!(unnamed_due(app.kyc(), 100).await.unwrap(), 0);
    assert!(app.kyc().performing.store().unwrap().get(&now[0]).await.is_ok(), "it is there");
    app.close().await;
}

#[tokio::test]
async fn a_picture_whose_commit_was_never_made_is_collected_after_an_hour() {
    if Backend::under_test() != Backend::Postgres {
        return;
    }
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let answer = send_and_break(&app, &house, Break::BeforeIt).await;
    assert!(answer.text.contains("Whether this was done is not known"), "{}", answer.text);
    assert_eq!((named(&app, &house).await.len(), stored(&app)), (0, 1), "it was not done");
    app.pass(TimeDelta::minutes(59));
    assert_eq!(unnamed_due(app.kyc(), 100).await.unwrap(), 0, "its change may still be under way");
    app.pass(TimeDelta::minutes(2));
    assert_eq!(unnamed_due(app.kyc(), 100).await.unwrap(), 1);
    assert_eq!((stored(&app), app.rows().await["unnamed_picture"]), (0, 0));
    app.close().await;
}
