//! Pictures in a bucket, against a server that keeps what it is sent.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use entity::id::MerchantId;
use kyc_stack::checks::{
    image::Purpose,
    store::{Bucket, Key, Place, Store, StoreError},
};
use uuid::Uuid;

use crate::harness::stub::{Asked, Reply, Stub};

type Kept = Arc<Mutex<HashMap<String, Vec<u8>>>>;

fn answer(asked: &Asked, kept: &Kept) -> Reply {
    let signed = asked
        .header("authorization")
        .is_some_and(|header| header.starts_with("AWS4-HMAC-SHA256 Credential=who/"));
    let mut kept = kept.lock().unwrap();
    let common = "etag: \"1\"\r\nlast-modified: Sun, 22 Nov 2026 10:00:00 GMT\r\n".to_owned();
    match (asked.method.as_str(), kept.get(&asked.path)) {
        _ if !signed => {
            Reply::Whole(403, String::new(), b"<Error><Code>AccessDenied</Code></Error>".to_vec())
        }
        ("PUT", _) => {
            kept.insert(asked.path.clone(), asked.body.clone());
            Reply::Whole(200, common, Vec::new())
        }
        ("GET", Some(bytes)) => Reply::Whole(200, common, bytes.clone()),
        ("DELETE", _) => {
            kept.remove(&asked.path);
            Reply::Whole(204, String::new(), Vec::new())
        }
        _ => Reply::Whole(404, String::new(), b"<Error><Code>NoSuchKey</Code></Error>".to_vec()),
    }
}

fn bucket(server: &Stub) -> Bucket {
    Bucket {
        name: "pictures".to_owned(),
        prefix: "kyc".to_owned(),
        region: "ap-south-1".to_owned(),
        endpoint: Some(format!("http://{}", server.address)),
        access_key_id: "who".to_owned(),
        secret_access_key: "hunter2".to_owned(),
    }
}

#[tokio::test]
async fn a_bucket_keeps_gives_and_forgets() {
    let kept = Kept::default();
    let server = Stub::serve({
        let kept = kept.clone();
        move |asked| answer(asked, &kept)
    })
    .await;
    let store = Store::open(&Place::Bucket(bucket(&server))).unwrap();
    let key = Key::new(MerchantId::from(Uuid::from_u128(7)), Purpose::Selfie, Uuid::from_u128(1));
    assert_eq!(store.get(&key).await, Err(StoreError::Missing));
    store.put(&key, b"a picture".to_vec()).await.unwrap();
    assert_eq!(store.get(&key).await.unwrap(), b"a picture");
    let path = format!("/pictures/kyc/{}", key.as_str());
    assert_eq!(kept.lock().unwrap().keys().collect::<Vec<_>>(), [&path]);
    store.delete(&key).await.unwrap();
    assert_eq!(store.get(&key).await, Err(StoreError::Missing));
    assert!(
        server.asked().iter().all(|asked| !asked.head.contains("hunter2")),
        "the secret signs, and is not sent"
    );
}

#[tokio::test]
async fn a_bucket_that_refuses_is_unavailable() {
    let server = Stub::serve(|_| Reply::Whole(403, String::new(), b"<Error/>".to_vec())).await;
    let store = Store::open(&Place::Bucket(bucket(&server))).unwrap();
    let key = Key::new(MerchantId::from(Uuid::from_u128(7)), Purpose::Logo, Uuid::from_u128(2));
    assert_eq!(store.put(&key, b"x".to_vec()).await, Err(StoreError::Unavailable));
    assert_eq!(store.get(&key).await, Err(StoreError::Unavailable));
}
