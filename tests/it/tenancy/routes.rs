//! The same of the routes that are not GraphQL: what stands in a path leads to no other's object. A route with a new place in its
//! path has to get a row.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::{outsiders, rows_of};
use crate::{
    harness::app::{House, TestApp},
    journey::{Phone, linked, pictures},
};

/// Places in paths, and by whom they are tried.
const ROWS: [(&str, &str); 4] = [
    ("/pictures/{address}", "an_address_of_a_picture_is_of_one_merchant"),
    ("/journey/steps/{id}/image", "a_step_takes_no_picture_from_anybody_else"),
    ("/logos/{merchant}", "a_logo_that_is_not_there_tells_nothing_of_its_merchant"),
    ("/callbacks/{provider}", "a provider, which is the deployment's; journey::callbacks tries it"),
];

#[test]
fn every_place_in_a_path_has_a_row_and_every_row_a_place() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/rest");
    let mut places = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let paths = text.split(".route(").skip(1).map(|rest| rest.split('"').nth(1).unwrap());
        places.extend(paths.filter(|path| path.contains('{')).map(str::to_owned));
    }
    places.sort();
    let mut rows = ROWS.map(|(path, _)| path);
    rows.sort_unstable();
    assert_eq!(places, rows, "places of src/rest, and rows of tenancy/routes.rs");
}

/// A selfie of a customer of the merchant's: the step, and a fresh address of the picture.
async fn picture(app: &TestApp, house: &House) -> (String, String) {
    let (attempt, url) = linked(house, json!(["SELFIE"])).await;
    let phone = Phone::enter(app, &url).await;
    let step = pictures::step(&phone).await;
    let path = format!("/journey/steps/{step}/image");
    let sent = phone.page().send(Method::PUT, &path, Body::from(pictures::selfie())).await;
    assert_eq!(sent.json["userErrors"], json!([]), "{}", sent.text);
    let answer = house.reviewer().graphql(ADDRESS, json!({ "id": attempt })).await;
    let url = answer.text_at("attempt.steps.0.result.url");
    (step, url.split_once("/pictures/").unwrap().1.to_owned())
}

const ADDRESS: &str =
    "query($id: ID!) { attempt(id: $id) { steps { id result { ... on ImageResult { url } } } } }";

#[tokio::test]
async fn an_address_of_a_picture_is_of_one_merchant() {
    let app = TestApp::open().await;
    let (house, other) = (app.merchant("house").await, app.merchant("neighbour").await);
    let (_, address) = picture(&app, &house).await;
    let (_, of_other) = picture(&app, &other).await;
    // Who has an address has the picture; so only those who may are given one, and none is made of two.
    let bytes = |text: &str| URL_SAFE_NO_PAD.decode(text).unwrap();
    let (mine, theirs) = (bytes(&of_other), bytes(&address));
    let ids = 48;
    let signed = mine.len() - 32;
    let made_up = [
        // The other's ids under one's own signature, and one's own moment under the other's.
        [&theirs[..signed], &mine[signed..]].concat(),
        [&theirs[..ids], &mine[ids..]].concat(),
        // One's own merchant, the other's step and picture.
        [&mine[..16], &theirs[16..]].concat(),
        [&theirs[..16], &mine[16..]].concat(),
    ];
    let nothing = app.anonymous().get("/pictures/x").await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    for bytes in made_up {
        let found = app.anonymous().get(&format!("/pictures/{}", URL_SAFE_NO_PAD.encode(bytes))).await;
        assert_eq!((found.status, &found.text), (nothing.status, &nothing.text));
    }
    assert_eq!(app.anonymous().bytes(&format!("/pictures/{address}")).await.0, StatusCode::OK);
    app.close().await;
}

#[tokio::test]
async fn a_step_takes_no_picture_from_anybody_else() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (step, _) = picture(&app, &house).await;
    let outsiders = outsiders(&app, &house).await;
    let before = rows_of(&app, &house).await;
    for (who, client) in outsiders {
        let client = client.with("sec-fetch-site", "same-origin");
        let put = async |step: &str| {
            let body = Body::from(pictures::selfie());
            client.send(Method::PUT, &format!("/journey/steps/{step}/image"), body).await
        };
        let answer = put(&step).await;
        if who == "a customer" {
            assert_eq!(answer.json["userErrors"][0]["code"], "NOT_FOUND", "{who}: {}", answer.text);
        } else {
            assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{who}: {}", answer.text);
        }
        let nobodys = put("step_06d9wzw9fvfj3qc1000000000").await;
        assert_eq!(answer.text, nobodys.text, "{who} is told that it is there");
        assert_eq!(rows_of(&app, &house).await, before, "{who} changed something");
    }
    app.close().await;
}

#[tokio::test]
async fn a_logo_that_is_not_there_tells_nothing_of_its_merchant() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let of_nobody = app.anonymous().get("/logos/merchant_06d9wzw9fvfj3qc1000000000").await;
    assert_eq!(of_nobody.status, StatusCode::NOT_FOUND);
    let of_house = app.anonymous().get(&format!("/logos/{}", house.id)).await;
    assert_eq!((of_house.status, of_house.text), (of_nobody.status, of_nobody.text));
    app.close().await;
}
