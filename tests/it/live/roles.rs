//! What somebody may see over a socket is what they may see now: by role, and no longer than their credentials last.

use chrono::TimeDelta;
use entity::Role;
use serde_json::{Value, json};

use super::{EVERYTHING, Stage};
use crate::harness::{
    app::Client,
    live::{
        bearer,
        follower::{Follower, News, Transport},
        socket::{PROTOCOL, Socket},
    },
};

/// One document for everybody, word for word: what is written once for all must still differ by role.
const REASONS: &str = "subscription($after: EventCursor) { stepChanged(after: $after) {
    cursor to reason { code message } step { kind status reason { code } } } }";

#[tokio::test]
async fn a_reason_of_a_screening_is_seen_by_reviewers_and_by_nobody_below() {
    let stage = Stage::open().await;
    let after = json!({ "after": stage.head().await });
    let mut followers = Vec::new();
    for role in [Role::Viewer, Role::Reviewer, Role::Agent, Role::Admin, Role::Viewer, Role::Reviewer] {
        for transport in Transport::BOTH {
            let secret = stage.acme.secret(role);
            let address = stage.served.address;
            let follower =
                Follower::follow(transport, address, secret, REASONS, after.clone()).await.unwrap();
            followers.push((role, follower));
        }
    }
    // And everybody's on one socket, under several ids.
    let mut sockets = Vec::new();
    for role in [Role::Reviewer, Role::Viewer] {
        let mut socket = stage.socket(role).await;
        for id in ["1", "2"] {
            socket.subscribe(id, REASONS, after.clone()).await;
        }
        sockets.push((role, socket));
    }

    // It runs by itself, and there is no list.
    let input = json!({ "customer": { "name": "Ravi" }, "steps": ["PAN", "SANCTION_SCREENING"] });
    stage.acme.agent().done("attemptCreate", "attempt { id }", input).await;

    let seen = |role: Role| match role {
        Role::Admin | Role::Reviewer => json!("SCREENING_UNAVAILABLE"),
        Role::Agent | Role::Viewer => Value::Null,
    };
    let check = |role: Role, change: &Value| {
        assert_eq!(
            (&change["step"]["kind"], &change["to"]),
            (&json!("SANCTION_SCREENING"), &json!("REQUIRES_ACTION"))
        );
        let codes = [&change["reason"]["code"], &change["step"]["reason"]["code"]];
        assert_eq!(codes, [&seen(role), &seen(role)], "{role}: {change}");
    };
    for (role, follower) in &mut followers {
        check(*role, follower.event().await.root());
    }
    for (role, socket) in &mut sockets {
        for _ in 0..2 {
            let message = socket.message().await;
            assert_eq!(message["type"], "next", "{message}");
            check(*role, &message["payload"]["data"]["stepChanged"]);
        }
    }
    // Who comes later replays it, and sees no more.
    for role in [Role::Viewer, Role::Reviewer] {
        for transport in Transport::BOTH {
            let (address, secret) = (stage.served.address, stage.acme.secret(role));
            let mut late =
                Follower::follow(transport, address, secret, REASONS, after.clone()).await.unwrap();
            check(role, late.event().await.root());
        }
    }
    stage.close().await;
}

/// Everybody who hangs on a credential, over each transport and with each way to bring it.
async fn hangers_on(stage: &Stage, client: &Client) -> (Vec<Socket>, Vec<Follower>) {
    let own = stage.app.kyc().public_url.to_string();
    let (name, value) = match client.header("cookie") {
        Some(cookie) => ("Cookie", cookie),
        None => ("Authorization", client.header("authorization").unwrap()),
    };
    let mut sockets = Vec::new();
    for _ in 0..2 {
        let headers = [PROTOCOL, (name, &value), ("Origin", &own)];
        let mut socket = Socket::upgrade(stage.served.address, &headers, None).await.unwrap();
        socket.init(json!({})).await.unwrap();
        sockets.push(socket);
    }
    // One has subscribed, the other one has not.
    sockets[0].subscribe("1", EVERYTHING, json!({})).await;
    let headers = [(name, value.as_str()), ("Origin", own.as_str())];
    let follower = Follower::stream(stage.served.address, &headers, EVERYTHING, json!({})).await.unwrap();
    (sockets, vec![follower])
}

/// They are all ended, with this code.
async fn are_ended(code: u16, (sockets, followers): (Vec<Socket>, Vec<Follower>)) {
    for mut socket in sockets {
        assert_eq!(socket.closed().await, code);
    }
    for mut follower in followers {
        while let News::Event(_) = follower.hear().await {}
    }
}

#[tokio::test]
async fn a_revoked_key_ends_what_hangs_on_it_and_nothing_else() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    let agents = hangers_on(&stage, &stage.acme.agent()).await;
    revoke(&stage, "AGENT").await;
    are_ended(4401, agents).await;
    witness.goes_on(&stage).await;
    // Nobody gets in with it any more.
    let mut socket = Socket::silent(stage.served.address).await;
    let refused = socket.init(json!({ "authorization": bearer(stage.acme.secret(Role::Agent)) })).await;
    assert!(refused.is_err());

    // Its own last word.
    let admins = hangers_on(&stage, &stage.acme.admin()).await;
    revoke(&stage, "ADMIN").await;
    are_ended(4401, admins).await;
    witness.goes_on(&stage).await;
    stage.close().await;
}

async fn revoke(stage: &Stage, role: &str) {
    let keys = stage.acme.admin().graphql("{ merchant { apiKeys { id role } } }", json!({})).await;
    let keys = keys.data("merchant.apiKeys").as_array().unwrap();
    let id = &keys.iter().find(|key| key["role"] == role).unwrap()["id"];
    stage.acme.admin().done("apiKeyRevoke", "apiKey { revokedAt }", json!({ "id": id })).await;
}

#[tokio::test]
async fn a_key_that_another_replica_revokes_ends_as_soon_as_it_is_looked_at_again() {
    let stage = Stage::open().await;
    let elsewhere = stage.app.twin().await;
    let served = elsewhere.serve().await;
    let mut socket = Socket::open(served.address, stage.acme.secret(Role::Agent)).await;
    socket.subscribe("1", EVERYTHING, json!({})).await;
    revoke(&stage, "AGENT").await;
    // It may be known for four seconds there.
    stage.app.pass(TimeDelta::seconds(5));
    assert_eq!(socket.closed().await, 4401);
    served.stop().await;
    stage.close().await;
}

#[tokio::test]
async fn a_session_that_is_over_ends_its_sockets() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    let page = stage.acme.member(Role::Agent).await;
    let signed_out = hangers_on(&stage, &page).await;
    let out = page.send(axum::http::Method::DELETE, "/session", axum::body::Body::empty()).await;
    assert_eq!(out.status, 204);
    are_ended(4401, signed_out).await;

    // A socket does not keep its session from becoming idle.
    let page = stage.acme.member(Role::Viewer).await;
    let idle = hangers_on(&stage, &page).await;
    stage.app.pass(TimeDelta::minutes(31));
    are_ended(4401, idle).await;
    witness.goes_on(&stage).await;
    stage.close().await;
}

#[tokio::test]
async fn a_member_with_another_role_has_to_come_again() {
    let stage = Stage::open().await;
    let mut witness = stage.witness().await;
    let page = stage.acme.member(Role::Reviewer).await;
    let id = page.graphql("{ viewer { id } }", json!({})).await.text_at("viewer.id");
    let before = hangers_on(&stage, &page).await;
    let admin = stage.acme.admin();
    let demoted = json!({ "id": id, "role": "VIEWER" });
    admin.done("memberUpdate", "member { role }", demoted).await;
    are_ended(4403, before).await;

    let again = hangers_on(&stage, &page).await;
    let renamed = json!({ "id": id, "name": "Meera Rao" });
    admin.done("memberUpdate", "member { name }", renamed).await;
    witness.goes_on(&stage).await;
    let (mut sockets, mut followers) = again;
    loop {
        if sockets[0].expect("1", "next").await["data"]["trackerEvent"]["type"] == "STEP_STATUS_CHANGED" {
            break;
        }
    }
    while followers[0].event().await.root()["type"] != "STEP_STATUS_CHANGED" {}
    sockets[1].send(json!({ "type": "ping" })).await;
    assert_eq!(sockets[1].message().await["type"], "pong");

    let disabled = json!({ "id": id, "disabled": true });
    admin.done("memberUpdate", "member { disabledAt }", disabled).await;
    are_ended(4401, (sockets, followers)).await;
    witness.goes_on(&stage).await;
    stage.close().await;
}
