//! A merchant with 50 customers, three attempts each, in a SQLite file of its own.

use std::sync::Arc;

use entity::{Role, Scope, id::ApiKeyId};
use kyc_stack::{
    auth::{Actor, Auth, Known},
    clock::Clock,
    db::Db,
    entropy::Entropy,
    events::Feed,
    graphql::{
        Api,
        guard::{self, Guard},
        live::{self, Live},
    },
    kyc::{Kyc, check::Performing, screening::Screening},
    ops::seed::{self, Seed},
};
use migration::run;
use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};
use uuid::Uuid;

/// One process's parts over a database that was seeded: the same rows at every run.
pub struct World {
    pub kyc: Kyc,
    pub live: Live,
    pub actor: Actor,
    pub scope: Scope,
    pub runtime: Runtime,
    // After the connections: it removes the database.
    _folder: TempDir,
}

impl World {
    /// Seeds a database.
    pub fn new() -> Self {
        // One thread: what is timed does not depend on which of several comes first.
        let runtime = Builder::new_current_thread().enable_all().build().expect("a runtime starts");
        let folder = tempfile::tempdir().expect("there is room for a database");
        let url = format!("sqlite://{}?mode=rwc", folder.path().join("kyc.db").display());
        let (kyc, live, actor, scope) = runtime.block_on(seeded(&url));
        Self { kyc, live, actor, scope, runtime, _folder: folder }
    }

    /// The API.
    pub fn api(&self) -> &Api {
        &self.live.parts().api
    }

    /// The guard.
    pub fn guard(&self) -> &Guard {
        &self.live.parts().guard
    }
}

async fn seeded(url: &str) -> (Kyc, Live, Actor, Scope) {
    let db = Db::open(url, 4).await.expect("the database opens");
    run::up(db.library()).await.expect("the database migrates");
    let (clock, entropy) =
        (Clock::manual("2026-11-22T10:00:00Z".parse().expect("a time")), Entropy::seeded(2));
    let known = Known::default();
    let kyc = Kyc {
        db: db.clone(),
        clock: clock.clone(),
        entropy: entropy.clone(),
        known: known.clone(),
        // Nobody is woken by a change: the fan-out is timed from the waking on.
        wake: Arc::new(|_| ()),
        public_url: "https://kyc.example.com".into(),
        shelf: Arc::default(),
        screening: Screening::default(),
        performing: Performing::default(),
    };
    let seed = Seed { customers: 50, attempts_per_customer: 3, seed: 1, from: None, open: true };
    let created = seed::run(&kyc, &seed, &indicatif::ProgressBar::hidden()).await;
    let created = created.expect("the database is seeded");
    let actor = Actor::api_key(ApiKeyId(Uuid::nil()), "bench".to_owned(), Role::Admin, created.merchant.id);
    let live = Live::new(live::Parts {
        api: Api::new(),
        kyc: kyc.clone(),
        auth: Auth::new(db.clone(), clock.clone(), entropy, known, None, true),
        feed: Feed::new(db, clock, "bench".to_owned()),
        guard: Arc::new(Guard::new(guard::Limits::default())),
        introspection: false,
        origins: Vec::new(),
        limits: live::Limits::default(),
    });
    (kyc, live, actor, Scope::of(created.merchant.id))
}
