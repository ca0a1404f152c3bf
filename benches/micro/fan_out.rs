//! One event to a thousand who follow.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use async_graphql::Variables;
use axum::http::Method;
use criterion::{Criterion, Throughput};
use entity::{AttemptState, Scoped, StepStatus, attempt, id::StepId, step};
use kyc_stack::{
    graphql::{
        http::Call,
        live::{Running, metrics::Transport},
    },
    kyc::{
        ReasonInput,
        step::{StepUpdateStatus, update_status},
    },
};
use sea_orm::{ColumnTrait, QueryFilter, QueryOrder};
use tokio::sync::Notify;

use super::world::World;

/// Who follow.
const FOLLOWERS: usize = 1_000;

const FOLLOWED: &str =
    "subscription { stepChanged { cursor from to at step { id kind status version } attempt { id state } } }";

/// How many have still to be told, and who is told that all were.
struct Round {
    left: AtomicUsize,
    over: Notify,
}

/// Times the way of one event from the waking of the merchant's tail to the last follower's frame: one reading of the log, one
/// answer, a thousand seats. The change itself is not timed, nor are sockets.
pub fn time(criterion: &mut Criterion, world: &World) {
    let mut group = criterion.benchmark_group("event");
    group.throughput(Throughput::Elements(FOLLOWERS as u64));
    let round = Arc::new(Round { left: AtomicUsize::new(0), over: Notify::new() });
    let mut scene = None;
    group.bench_function("to 1,000 followers", |bencher| {
        // Only when it is asked for: a thousand subscriptions take a moment to begin.
        let scene = scene.get_or_insert_with(|| world.runtime.block_on(begin(world, &round)));
        bencher.iter_custom(|rounds| world.runtime.block_on(tell(world, &round, scene, rounds)));
    });
    group.finish();
}

/// A step that goes to and fro, and where it is.
struct Scene {
    step: StepId,
    running: bool,
}

/// Has a thousand follow, each in a task of its own, and finds a step to move.
async fn begin(world: &World, round: &Arc<Round>) -> Scene {
    for number in 0..FOLLOWERS {
        let call = Call {
            query: FOLLOWED.to_owned(),
            operation_name: None,
            variables: Variables::default(),
            extensions: Default::default(),
            method: Method::POST,
        };
        let begun = world.live.subscribe(&world.actor, call, None, Transport::WebSocket).await;
        let running = begun.unwrap_or_else(|errors| panic!("follower {number}: {errors:?}"));
        tokio::spawn(follow(running, Arc::clone(round)));
    }
    let db = world.kyc.db.reader();
    let open = attempt::Entity::scoped(world.scope)
        .filter(attempt::in_state(&[AttemptState::InProgress], world.kyc.clock.now()))
        .all(db)
        .await
        .expect("the attempts are read");
    let step = step::Entity::scoped(world.scope)
        .filter(step::Column::AttemptId.is_in(open.iter().map(|attempt| attempt.id)))
        .filter(step::Column::Status.eq(StepStatus::NotStarted))
        .order_by_asc(step::Column::Id)
        .one(db)
        .await
        .expect("the steps are read")
        .expect("an open attempt has a step to begin");
    Scene { step: step.id, running: false }
}

async fn follow(mut running: Running, round: Arc<Round>) {
    loop {
        let told = running.next().await.unwrap_or_else(|error| panic!("a follower was let go: {error}"));
        std::hint::black_box(told.frames.message("\"1\""));
        if round.left.fetch_sub(1, Ordering::AcqRel) == 1 {
            round.over.notify_one();
        }
    }
}

/// What telling that many events took.
async fn tell(world: &World, round: &Round, scene: &mut Scene, rounds: u64) -> Duration {
    let mut took = Duration::ZERO;
    for _ in 0..rounds {
        scene.running = !scene.running;
        let (status, reason) = match scene.running {
            true => (StepStatus::InProgress, None),
            false => (StepStatus::RequiresAction, Some("UNDER_REVIEW")),
        };
        let reason =
            reason.map(|code| ReasonInput { code: code.to_owned(), message: None, staff_note: None });
        let input = StepUpdateStatus {
            step_id: scene.step,
            status,
            reason,
            action_by: None,
            expected_version: None,
            result: None,
        };
        update_status(&world.kyc, &world.actor, input, None).await.expect("the step moves");
        round.left.store(FOLLOWERS, Ordering::Release);
        let begun = Instant::now();
        world.live.parts().feed.wake(world.scope);
        round.over.notified().await;
        took += begun.elapsed();
    }
    took
}
