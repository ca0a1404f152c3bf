//! The feed below the sockets, where a race can be provoked.

use std::sync::Arc;

use entity::{StepKind::Pan, StepStatus};
use kyc_stack::{
    error::Error,
    events::{Feed, feed::Filter},
};
use sea_orm::ConnectionTrait;

use crate::harness::{live::within, office::Office};

/// An office whose changes wake a feed.
async fn office() -> (Office, Feed) {
    // Other tests in this process look at what is counted: whoever counts first must find the recorder.
    kyc_stack::telemetry::metrics();
    let mut office = Office::open().await;
    let feed = Feed::new(office.kyc.db.clone(), office.kyc.clock.clone(), "alone".to_owned());
    let wake = feed.clone();
    office.kyc.wake = Arc::new(move |scope| wake.wake(scope));
    (office, feed)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_at_the_heads_while_a_log_grows_ends_nobody() {
    const MOVES: i64 = 200;
    let (office, feed) = office().await;
    let attempt = office.attempt(&[Pan]).await;
    let step = office.steps(attempt.id).await[0].id;
    office.step(step, StepStatus::InProgress).await.unwrap();
    let first = office.log().await.len() as i64 + 1;
    let mut follower = feed.follow(office.scope(), Filter::default(), None).await.unwrap();
    let moving = async {
        for number in 0..MOVES {
            let to = if number % 2 == 0 { StepStatus::RequiresAction } else { StepStatus::InProgress };
            office.step(step, to).await.unwrap();
        }
    };
    let following = async {
        for seq in first..first + MOVES {
            assert_eq!(follower.next().await.unwrap().event.seq, seq);
        }
    };
    // Several at once, so that between an answer of the database and a look at it much can happen.
    let looking: Vec<_> = (0..8)
        .map(|_| {
            let feed = feed.clone();
            tokio::spawn(async move {
                loop {
                    feed.look_once().await.unwrap();
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    within("every move", futures_util::future::join(moving, following)).await;
    looking.iter().for_each(tokio::task::JoinHandle::abort);
    feed.close();
    office.audit().await;
}

#[tokio::test]
async fn who_follows_a_log_that_was_replaced_is_told() {
    let (office, feed) = office().await;
    let attempt = office.attempt(&[Pan]).await;
    let step = office.steps(attempt.id).await[0].id;
    let mut follower = feed.follow(office.scope(), Filter::default(), None).await.unwrap();
    office.step(step, StepStatus::InProgress).await.unwrap();
    within("the move", follower.next()).await.unwrap();
    // As after a backup from before the move was restored.
    let db = office.kyc.db.library();
    for statement in ["DELETE FROM event WHERE seq > 1", "UPDATE log_head SET seq = 1"] {
        db.execute_unprepared(statement).await.unwrap();
    }
    while !matches!(feed.look_once().await, Ok(0)) {}
    loop {
        match within("the end", follower.next()).await {
            Ok(_) => {}
            Err(error) => {
                assert!(matches!(error, Error::CursorInvalid(_)), "{error}");
                break;
            }
        }
    }
    feed.close();
}
