//! Who may open a socket, and how they say who they are.

use entity::Role;
use serde_json::{Value, json};

use super::{EVERYTHING, Stage};
use crate::harness::{
    app::SECRET,
    live::{
        Refusal, bearer,
        socket::{PROTOCOL, Socket},
    },
};

#[tokio::test]
async fn credentials_come_with_the_init_or_with_the_upgrade() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    let address = stage.served.address;
    let key = stage.acme.secret(Role::Viewer);
    let (authorization, foreign) = (bearer(key), bearer("kyc_test_unknown"));
    let unknown = format!("Bearer {SECRET}");
    let basic = format!("Basic {key}");
    let long = "x".repeat(5_000);
    let own = &stage.app.kyc().public_url.to_string();
    let cookie = &stage.acme.member(Role::Viewer).await.header("cookie").unwrap();

    let refused = [
        json!(null),
        json!({}),
        json!({ "authorization": null }),
        json!({ "authorization": "" }),
        json!({ "authorization": key }),
        json!({ "authorization": basic }),
        json!({ "authorization": unknown }),
        json!({ "authorization": foreign }),
        json!({ "authorization": long }),
        json!({ "authorization": format!("{authorization}\n") + "x" }),
    ];
    for payload in refused {
        let mut socket = Socket::silent(address).await;
        match socket.init(payload.clone()).await {
            Err(Refusal::Closed(4403, reason)) => assert!(!reason.is_empty()),
            other => panic!("{payload}: {other:?}"),
        }
        // What is wrong in the init is not made good by what came with the upgrade.
        if payload["authorization"].is_string() {
            let headers = [PROTOCOL, ("Cookie", cookie), ("Origin", own)];
            let mut socket = Socket::upgrade(address, &headers, None).await.unwrap();
            assert!(matches!(socket.init(payload).await, Err(Refusal::Closed(4403, _))));
        }
    }
    witness.goes_on(&stage).await;

    let after = json!({ "after": stage.head().await });
    stage.stir().await;
    for (headers, payload) in [
        (vec![], json!({ "authorization": authorization })),
        (vec![], json!({ "authorization": format!("bearer {key}"), "more": { "x": 1 } })),
        (vec![("Authorization", authorization.as_str())], json!(null)),
        (vec![("Authorization", authorization.as_str())], json!({})),
        (vec![("Cookie", cookie.as_str()), ("Origin", own.as_str())], json!({})),
    ] {
        let headers = [vec![PROTOCOL], headers].concat();
        let mut socket = Socket::upgrade(address, &headers, None).await.unwrap();
        socket.init(payload).await.unwrap();
        socket.subscribe("1", EVERYTHING, after.clone()).await;
        socket.expect("1", "next").await;
    }
    // Nothing in the init, nonsense in the header.
    for bad in [unknown.as_str(), "Bearer", basic.as_str()] {
        let headers = [PROTOCOL, ("Authorization", bad), ("Cookie", cookie), ("Origin", own)];
        match Socket::upgrade(address, &headers, None).await {
            Ok(mut socket) => assert!(matches!(socket.init(json!({})).await, Err(Refusal::Closed(4403, _)))),
            Err(refusal) => assert!(matches!(refusal, Refusal::Status(401, _)), "{refusal:?}"),
        }
    }
    witness.goes_on(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn a_foreign_page_gets_no_socket() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    let address = stage.served.address;
    let own = stage.app.kyc().public_url.to_string();
    let cookie = stage.acme.member(Role::Viewer).await.header("cookie").unwrap();
    let authorization = bearer(stage.acme.secret(Role::Viewer));
    for origin in ["https://evil.example", "null", "", &format!("{own}.evil.example"), &format!("{own}/")] {
        for extra in [vec![], vec![("Cookie", cookie.as_str())], vec![("Authorization", &authorization)]] {
            let headers = [vec![PROTOCOL, ("Origin", origin)], extra].concat();
            match Socket::upgrade(address, &headers, None).await {
                Err(Refusal::Status(403, body)) => {
                    let body: Value = serde_json::from_str(&body).unwrap();
                    assert_eq!(body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{body}");
                }
                other => panic!("{origin}: {:?}", other.err()),
            }
        }
    }
    for headers in [vec![PROTOCOL], vec![PROTOCOL, ("Origin", own.as_str())]] {
        let mut socket = Socket::upgrade(address, &headers, None).await.unwrap();
        socket.init(json!({ "authorization": authorization })).await.unwrap();
    }
    witness.goes_on(&stage).await;
    stage.close().await;
}
