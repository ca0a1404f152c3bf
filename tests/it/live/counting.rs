//! Many writers, many subscribers: everybody hears exactly what was written.
//!
//! `KYC_LIVE_CHANGES=100000 cargo test --release --test it live::counting:: -- --nocapture` is the full size.

use entity::Role;

use super::count::{Progress, Replicas, Sizes, Tenant, count};
use crate::harness::app::TestApp;

async fn tenants(app: &TestApp) -> Vec<Tenant> {
    let mut tenants = Vec::new();
    for slug in ["acme", "zeta"] {
        let house = app.merchant(slug).await;
        tenants.push(Tenant { id: house.id, key: house.secret(Role::Admin).to_owned() });
    }
    tenants
}

async fn undisturbed(_: Progress) {}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_exactly_the_log() {
    let app = TestApp::open().await;
    let served = app.serve().await;
    let tenants = tenants(&app).await;
    let replicas = Replicas::of([served.address]);
    count(&Sizes::by_default(1_000), &replicas, &tenants, app.url(), undisturbed).await;
    served.stop().await;
    app.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn everybody_hears_exactly_the_log_whichever_of_two_replicas_they_ask() {
    let app = TestApp::open().await;
    let twin = app.twin().await;
    let (here, there) = (app.serve().await, twin.serve().await);
    let tenants = tenants(&app).await;
    let replicas = Replicas::of([here.address, there.address]);
    count(&Sizes::by_default(600), &replicas, &tenants, app.url(), undisturbed).await;
    here.stop().await;
    there.stop().await;
    app.close().await;
}
