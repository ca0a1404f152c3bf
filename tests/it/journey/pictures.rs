//! Selfies and signatures: taken, taken again, refused, and never by somebody else.

use std::{
    io::Cursor,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use chrono::TimeDelta;
use futures_util::stream;
use image::{
    ExtendedColorType, ImageEncoder, ImageFormat, RgbImage,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};
use kyc_stack::kyc::check::runs_due;
use serde_json::{Value, json};

use super::{Phone, linked, seen, told};
use crate::harness::app::{Answer, TestApp};

/// A picture in which something can be seen.
pub(crate) fn selfie() -> Vec<u8> {
    let picture = RgbImage::from_fn(320, 400, |x, y| {
        let shade = |n: u32| u8::try_from((x * n + y * 7) % 256).unwrap_or_default();
        image::Rgb([shade(3), shade(5), shade(11)])
    });
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

/// Fifty megapixels, of which most are white: a file of 50 kB.
fn huge() -> Vec<u8> {
    let (width, height) = (10_000, 5_000);
    let mut bytes = Vec::new();
    let png = PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::NoFilter);
    let mut pixels = vec![255; width as usize * height as usize];
    pixels[..width as usize * 100].fill(0);
    png.write_image(&pixels, width, height, ExtendedColorType::L8).unwrap();
    bytes
}

async fn put(phone: &Phone, step: &str, bytes: Vec<u8>) -> Answer {
    phone.page().send(Method::PUT, &format!("/journey/steps/{step}/image"), Body::from(bytes)).await
}

pub(crate) async fn step(phone: &Phone) -> String {
    phone.journey("steps { id }").await["steps"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_selfie_is_taken_and_taken_again() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (attempt, url) = linked(&house, json!(["SELFIE"])).await;
    let phone = Phone::enter(&app, &url).await;
    let id = step(&phone).await;
    for _ in 0..2 {
        let taken = put(&phone, &id, selfie()).await;
        assert_eq!((taken.status, &taken.json["userErrors"]), (StatusCode::OK, &json!([])), "{}", taken.text);
    }
    assert_eq!(phone.first_step().await["triesLeft"], 2, "another picture before the answer is no other try");
    assert_eq!(app.rows().await["step_result"], 1);
    assert_eq!(runs_due(app.kyc(), 10).await.unwrap(), 1);
    let after = seen(&house, &attempt).await;
    assert_eq!(after["state"], "COMPLETED");
    assert_eq!(told(&after).iter().filter(|kind| **kind == "IMAGE_CAPTURED").count(), 2);
    app.close().await;
}

#[tokio::test]
async fn fifty_megapixels_are_refused_with_what_to_do() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["SELFIE"])).await;
    let phone = Phone::enter(&app, &url).await;
    let id = step(&phone).await;
    let bytes = huge();
    assert!(bytes.len() < 10 << 20, "it is not refused for its bytes");
    let refused = put(&phone, &id, bytes).await;
    let error = &refused.json["userErrors"][0];
    assert_eq!((refused.status, &error["code"]), (StatusCode::OK, &json!("INVALID")), "{}", refused.text);
    assert_eq!(error["message"], "The picture has too many pixels. Send at most 25 megapixels.");
    let first = phone.first_step().await;
    assert_eq!((&first["status"], &first["triesLeft"]), (&json!("NOT_STARTED"), &json!(3)));
    assert_eq!((app.rows().await["step_result"], app.rows().await["unnamed_picture"]), (0, 0));
    assert_eq!(put(&phone, &id, selfie()).await.json["userErrors"], json!([]), "another one is taken");
    app.close().await;
}

#[tokio::test]
async fn what_is_no_picture_is_refused_and_costs_nothing() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let (_, url) = linked(&house, json!(["SELFIE", "PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    let id = step(&phone).await;
    let half = selfie()[..200].to_vec();
    for bytes in [Vec::new(), b"<html>not a picture</html>".to_vec(), b"<svg xmlns=''/>".to_vec(), half] {
        let refused = put(&phone, &id, bytes).await;
        assert_eq!(refused.json["userErrors"][0]["code"], "INVALID", "{}", refused.text);
        assert_eq!(refused.json["userErrors"][0]["field"], json!(["image"]));
    }
    let large = put(&phone, &id, vec![0; (10 << 20) + 2]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(phone.first_step().await["status"], "NOT_STARTED");

    // Not a step that takes pictures, not a step of theirs, not the team's id, and nobody.
    let other = linked(&house, json!(["SELFIE"])).await;
    let stranger = Phone::enter(&app, &other.1).await;
    let pan = phone.journey("steps { id }").await["steps"][1]["id"].as_str().unwrap().to_owned();
    for (phone, id) in [(&phone, pan.as_str()), (&stranger, &id), (&phone, "step_0"), (&phone, "x")] {
        assert_eq!(put(phone, id, selfie()).await.json["userErrors"][0]["code"], "NOT_FOUND", "{id}");
    }
    let nobody = Phone::of(&app, "nobody");
    assert_eq!(put(&nobody, &id, selfie()).await.status, StatusCode::UNAUTHORIZED);
    assert_eq!(app.rows().await["step_result"], 0);
    app.close().await;
}

/// Sends a picture, of whose journey's refusal the code is answered, and whether any of it was read.
async fn put_in_vain(phone: &Phone, step: &str) -> (String, bool) {
    let read = Arc::new(AtomicBool::new(false));
    let reads = Arc::clone(&read);
    let body = stream::once(async move {
        reads.store(true, Ordering::SeqCst);
        Ok::<_, std::io::Error>(selfie())
    });
    let path = format!("/journey/steps/{step}/image");
    let refused = phone.page().send(Method::PUT, &path, Body::from_stream(body)).await;
    let code = refused.json["userErrors"][0]["code"].as_str().unwrap_or_else(|| panic!("{}", refused.text));
    (code.to_owned(), read.load(Ordering::SeqCst))
}

#[tokio::test]
async fn a_picture_that_no_step_takes_now_is_not_read() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let refused = |code: &str| (code.to_owned(), false);
    let team_step = async |attempt: &str| {
        let document = "query($id: ID!) { attempt(id: $id) { step(kind: SELFIE) { id } } }";
        house.viewer().graphql(document, json!({ "id": attempt })).await.text_at("attempt.step.id")
    };
    let moves = async |attempt: &str, status: &str, more: Value| {
        let mut input = json!({ "stepId": team_step(attempt).await, "status": status });
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        house.reviewer().done("stepUpdateStatus", "__typename", input).await;
    };

    // Without a consent, and before its turn.
    let (_, url) = linked(&house, json!(["PAN", "SELFIE"])).await;
    let mut phone = Phone::of(&app, "phone");
    phone.open(&url).await;
    let second = phone.journey("steps { id }").await["steps"][1]["id"].as_str().unwrap().to_owned();
    assert_eq!(put_in_vain(&phone, &second).await, refused("INVALID_TRANSITION"));
    phone.consent().await;
    assert_eq!(put_in_vain(&phone, &second).await, refused("INVALID_TRANSITION"));

    // While a reviewer has it, and when it is done.
    let (attempt, url) = linked(&house, json!(["SELFIE", "SIGNATURE"])).await;
    let phone = Phone::enter(&app, &url).await;
    let id = step(&phone).await;
    let asks = json!({ "actionBy": "REVIEWER", "reason": { "code": "IMAGE_BLURRED" } });
    for (status, more) in [("REQUIRES_ACTION", asks), ("COMPLETED", json!({}))] {
        moves(&attempt, status, more).await;
        assert_eq!(put_in_vain(&phone, &id).await, refused("INVALID_TRANSITION"), "{status}");
    }

    // When the attempt is over, written or not; and when the link has run out while a reviewer has it.
    let (attempt, url) = linked(&house, json!(["SELFIE"])).await;
    let over = Phone::enter(&app, &url).await;
    let rejected = json!({ "attemptId": attempt, "reason": { "code": "OTHER", "message": "No" } });
    house.reviewer().done("attemptReject", "__typename", rejected).await;
    assert_eq!(put_in_vain(&over, &step(&over).await).await, refused("ATTEMPT_ENDED"));
    let (_, url) = linked(&house, json!(["SELFIE"])).await;
    let late = Phone::enter(&app, &url).await;
    let (attempt, url) = linked(&house, json!(["SELFIE"])).await;
    let dead = Phone::enter(&app, &url).await;
    let asks = json!({ "actionBy": "REVIEWER", "reason": { "code": "IMAGE_BLURRED" } });
    moves(&attempt, "REQUIRES_ACTION", asks).await;
    app.pass(TimeDelta::hours(30));
    assert_eq!(put_in_vain(&late, &step(&late).await).await, refused("ATTEMPT_ENDED"));
    assert_eq!(put_in_vain(&dead, &step(&dead).await).await, refused("LINK_INACTIVE"));
    assert_eq!((app.rows().await["step_result"], app.rows().await["unnamed_picture"]), (0, 0));
    app.close().await;
}
