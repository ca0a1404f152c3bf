//! A merchant's logo: who sets it, what is none, and who sees it.

use std::io::Cursor;

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use entity::Role;
use image::{ImageFormat, RgbaImage};
use serde_json::{Value, json};

use crate::{
    harness::app::{Answer, Client, House, TestApp},
    journey::{Phone, linked},
};

/// Something to see, with a comment that nobody should see.
fn logo(format: ImageFormat) -> Vec<u8> {
    let picture =
        RgbaImage::from_fn(600, 200, |x, y| image::Rgba([(x % 256) as u8, (y % 256) as u8, 90, 255]));
    let picture = image::DynamicImage::from(picture);
    let picture = if format == ImageFormat::Jpeg { picture.into_rgb8().into() } else { picture };
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

async fn put(client: &Client, bytes: Vec<u8>) -> Answer {
    client.send(Method::PUT, "/merchant/logo", Body::from(bytes)).await
}

async fn shown(house: &House) -> Option<String> {
    let answer = house.viewer().graphql("{ viewer { merchant { branding { logoUrl } } } }", json!({})).await;
    let url = answer.data("viewer.merchant.branding.logoUrl").as_str()?.to_owned();
    Some(url[url.find("/logos/").unwrap()..].to_owned())
}

#[tokio::test]
async fn a_logo_is_set_shown_replaced_and_removed() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    assert_eq!(shown(&house).await, None);
    let mut before = None;
    for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::WebP] {
        let answer = put(&house.admin(), logo(format)).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.text);
        let path = shown(&house).await.unwrap();
        assert!(answer.json["logoUrl"].as_str().unwrap().ends_with(&path));
        let (status, headers, bytes) = app.anonymous().bytes(&path).await;
        assert_eq!((status, &headers[header::CONTENT_TYPE]), (StatusCode::OK, &"image/png".parse().unwrap()));
        assert_eq!(headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        assert_eq!(headers["content-security-policy"], "default-src 'none'; sandbox; frame-ancestors 'none'");
        assert_eq!(headers["x-content-type-options"], "nosniff");
        let picture = image::load_from_memory(&bytes).unwrap();
        assert_eq!((picture.width(), picture.height()), (512, 171));
        // Without its version, or with an older one, it is asked for again.
        let bare = path.split_once('?').unwrap().0;
        let again = app.anonymous().bytes(before.as_deref().unwrap_or(bare)).await;
        assert_eq!(again.1[header::CACHE_CONTROL], "public, no-cache");
        let tag = again.1[header::ETAG].to_str().unwrap();
        let known = app.anonymous().with("if-none-match", tag).bytes(bare).await;
        assert_eq!((known.0, known.2.len()), (StatusCode::NOT_MODIFIED, 0));
        before = Some(path);
    }
    assert_eq!(app.rows().await["unnamed_picture"], 0, "those before are gone");

    // The customer's pages have it, and so does a link that opens nothing any more.
    let (attempt, url) = linked(&house, json!(["PAN"])).await;
    let phone = Phone::enter(&app, &url).await;
    let of_phone = phone.journey("branding { logoUrl }").await["branding"]["logoUrl"].clone();
    assert!(of_phone.as_str().unwrap().ends_with(before.as_deref().unwrap()));
    house.admin().done("kycLinkRevoke", "__typename", json!({ "attemptId": attempt })).await;
    let dead = Phone::of(&app, "other").open(&url).await;
    assert_eq!(dead.json["branding"]["logoUrl"], of_phone);

    for _ in 0..2 {
        let removed = house.admin().send(Method::DELETE, "/merchant/logo", Body::empty()).await;
        assert_eq!(removed.status, StatusCode::NO_CONTENT);
    }
    assert_eq!(shown(&house).await, None);
    let gone = app.anonymous().get(before.as_deref().unwrap()).await;
    assert_eq!((gone.status, gone.errors()[0].0), (StatusCode::NOT_FOUND, "BAD_USER_INPUT"));
    let log = house.viewer().graphql("{ activity(first: 100) { nodes { type } } }", json!({})).await;
    let told = log.data("activity.nodes").as_array().unwrap().clone();
    let changes = told.iter().filter(|event| event["type"] == "BRANDING_UPDATED").count();
    assert_eq!(changes, 4, "three logos and a removal: {}", log.text);
    app.close().await;
}

#[tokio::test]
async fn what_is_no_logo_is_refused_and_says_what_to_do() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    put(&house.admin(), logo(ImageFormat::Png)).await;
    let before = (shown(&house).await, app.rows().await);
    let png = logo(ImageFormat::Png);
    let page = [b"\x89PNG\r\n\x1a\n".as_slice(), b"<!doctype html><script>alert(1)</script>"].concat();
    for (bytes, told) in [
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>".to_vec(), "an SVG"),
        (page, "Take or save it again"),
        (png[..png.len() / 2].to_vec(), "Take or save it again"),
        (b"GIF89a\x01\0\x01\0".to_vec(), "PNG, JPEG or WebP"),
        (Vec::new(), "The file is empty"),
    ] {
        let refused = put(&house.admin(), bytes).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{}", refused.text);
        assert!(refused.text.contains(told), "{}", refused.text);
        assert_eq!(refused.errors()[0].0, "BAD_USER_INPUT");
    }
    let large = put(&house.admin(), vec![0; (2 << 20) + 1]).await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!((shown(&house).await, app.rows().await), before);
    app.close().await;
}

#[tokio::test]
async fn an_admin_sets_it_from_a_page_of_ours_or_with_a_key() {
    let app = TestApp::open().await;
    let house = app.merchant("house").await;
    let member = house.member(Role::Admin).await;
    let (_, url) = linked(&house, json!(["PAN"])).await;
    let customer = Phone::enter(&app, &url).await.page();
    for (who, client, status) in [
        ("nobody", app.anonymous(), StatusCode::UNAUTHORIZED),
        ("a customer", customer, StatusCode::UNAUTHORIZED),
        ("a reviewer", house.reviewer(), StatusCode::FORBIDDEN),
        ("the platform", app.platform(), StatusCode::FORBIDDEN),
        ("a foreign page", member.clone().with("sec-fetch-site", "cross-site"), StatusCode::FORBIDDEN),
    ] {
        assert_eq!(put(&client, logo(ImageFormat::Png)).await.status, status, "{who}");
        let removed = client.send(Method::DELETE, "/merchant/logo", Body::empty()).await;
        assert_eq!(removed.status, status, "{who}");
    }
    assert_eq!(shown(&house).await, None);
    assert_eq!(put(&member, logo(ImageFormat::Png)).await.status, StatusCode::OK);
    // Another merchant's is its own.
    assert_eq!(shown(&app.merchant("other").await).await, None);
    for odd in ["/logos/x", "/logos/merchant_0", &format!("/logos/{}", Value::Null)] {
        assert_eq!(app.anonymous().get(odd).await.status, StatusCode::NOT_FOUND, "{odd}");
    }
    app.close().await;
}
