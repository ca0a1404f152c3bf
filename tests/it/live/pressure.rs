//! What many who mean ill cost a server of its own process: no memory that stays, and nobody else's event.

use entity::Scope;
use futures_util::future::join_all;
use kyc_stack::{
    db::Db,
    events::{Cursor, log},
};
use serde_json::{Value, json};

use super::{EVERYTHING, Witness};
use crate::harness::{
    database::{Backend, Database},
    live::{
        follower::{Follower, Transport},
        socket::Socket,
        within,
    },
    process::{Replica, merchant},
};

/// Who do it at once.
const ATTACKERS: usize = 12;
/// Memory that a server may have more afterwards, in KiB. What the attackers send is more than 100 MiB.
const GROWTH: usize = 16 << 10;

/// A customer who is added, over HTTP.
async fn happens(server: &Replica, key: &str) {
    let document = "mutation { customerCreate(input: {customer: {name: \"Asha\"}}) { userErrors { code } } }";
    let request =
        crate::harness::http_client().post(format!("http://{}/graphql", server.address)).bearer_auth(key);
    let answer: Value =
        request.json(&json!({ "query": document })).send().await.unwrap().json().await.unwrap();
    assert_eq!(answer["data"]["customerCreate"]["userErrors"], json!([]), "{answer}");
}

/// What each attacker does with a socket.
async fn attack(mut socket: Socket, number: usize) {
    match number % 3 {
        0 => {
            for id in 0..10_000 {
                socket.subscribe(&id.to_string(), EVERYTHING, json!({})).await;
            }
        }
        1 => socket.send_text("x".repeat(15 << 20)).await,
        _ => {
            for id in 0..150 {
                // Each within the limit of a message, all of them refused.
                let long = format!("subscription {{ {} }}", "nothing ".repeat(7_000));
                socket.subscribe(&id.to_string(), &long, json!({})).await;
            }
            // And away, with most of it unread.
            return;
        }
    }
    socket.closed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn attackers_take_no_memory_that_stays_and_nobodys_events() {
    let database = Database::fresh(Backend::under_test()).await;
    let (id, key) = merchant(&database.url, "acme");
    let server = Replica::start(&database.url);
    let origin = json!({ "after": Cursor::origin(id).to_string() });
    let mut witnesses = Vec::new();
    for transport in Transport::BOTH {
        let follower = Follower::follow(transport, server.address, &key, EVERYTHING, origin.clone()).await;
        witnesses.push(Witness::of(follower.unwrap(), 0));
    }
    // Once, so that what a server allocates the first time is there.
    let round = || async {
        let attackers = (0..ATTACKERS).map(async |number| {
            // A server that is busy with the others may find that this one was too slow.
            if let Ok(socket) = Socket::enter(server.address, &key, None).await {
                attack(socket, number).await;
            }
        });
        join_all(attackers).await;
        happens(&server, &key).await;
    };
    round().await;
    let before = server.memory();
    round().await;
    let after = server.memory();
    assert!(after < before + GROWTH, "{before} KiB before, {after} KiB after");

    let db = Db::open(&database.url, 2).await.unwrap();
    let head = log::head(db.reader(), Scope::of(id)).await.unwrap();
    db.close().await.unwrap();
    for witness in &mut witnesses {
        let heard = within("what others hear", witness.heard.wait_for(|heard| *heard >= head)).await;
        assert!(heard.is_ok(), "a witness hears nothing any more");
    }
}
