//! Whoever holds an open socket goes on for as long as what it was opened with.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::http::StatusCode;
use chrono::TimeDelta;
use entity::{
    Role, api_key as keys,
    id::{ApiKeyId, MemberId, MerchantId},
};
use futures_util::{FutureExt, future::join_all};
use kyc_stack::{
    auth::{Actor, Auth, Credential, Ended, Known, Standing, key::NewKey},
    entropy::Entropy,
    error::Error,
    kyc::{
        Patch,
        api_key::{self, ApiKeyCreate, ApiKeyRevoke},
        member::{self, MemberCreate, MemberUpdate},
    },
};
use sea_orm::{ConnectionTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::harness::server::{PLATFORM_KEY, Server, cookie_of, token_of};

const PASSWORD: &str = "correct horse battery";
/// No test waits for this long unless it fails.
const LONG: Duration = Duration::from_secs(60);

/// Acme, its admin, and Ravi, who is an AGENT and signed in.
struct Acme {
    server: Server,
    admin: Actor,
    merchant: MerchantId,
    ravi: MemberId,
    cookie: String,
}

impl Acme {
    async fn open() -> Self {
        let server = Server::open().await;
        let (merchant, admin) = server.admin().await;
        let input = MemberCreate { email: "ravi@example.com".into(), name: "Ravi".into(), role: Role::Agent };
        let invited = member::create(&server.kyc, &admin, input, None).await.unwrap().answer;
        let set = json!({ "token": token_of(invited.password_url), "password": PASSWORD });
        assert_eq!(server.send("POST", "/password", None, &set).await.status(), StatusCode::NO_CONTENT);
        let mut acme = Self { server, admin, merchant, ravi: invited.member.id, cookie: String::new() };
        acme.cookie = acme.sign_in().await;
        acme
    }

    async fn sign_in(&self) -> String {
        let body = json!({ "merchant": "acme", "email": "ravi@example.com", "password": PASSWORD });
        let response = self.server.send("POST", "/session", None, &body).await;
        assert_eq!(response.status(), StatusCode::OK);
        cookie_of(&response)
    }

    fn session(&self) -> Credential {
        Credential::session(self.cookie.split_once('=').unwrap().1).unwrap()
    }

    async fn key(&self) -> (ApiKeyId, Credential) {
        let input = ApiKeyCreate { name: "Core".into(), role: Role::Reviewer };
        let created = api_key::create(&self.server.kyc, &self.admin, input, None).await.unwrap().answer;
        (created.api_key.id, Credential::bearer(&created.secret.unwrap()).unwrap())
    }

    async fn revoke(&self, id: ApiKeyId) {
        api_key::revoke(&self.server.kyc, &self.admin, ApiKeyRevoke { id }, None).await.unwrap();
    }

    async fn update(&self, role: Patch<Role>, disabled: Patch<bool>) {
        let input = MemberUpdate { id: self.ravi, name: Patch::Keep, role, disabled };
        member::update(&self.server.kyc, &self.admin, input, None).await.unwrap();
    }

    async fn sign_out(&self) {
        self.server.send("DELETE", "/session", Some(&self.cookie), &Value::Null).await;
    }

    /// Somebody over the same database who counts the statements.
    fn counting(&self) -> (Auth, Arc<AtomicUsize>) {
        let statements = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&statements);
        let auth = self.auth(Known::default(), move || {
            counter.fetch_add(1, Ordering::SeqCst);
        });
        (auth, statements)
    }

    fn auth(&self, known: Known, seen: impl Fn() + Clone + Send + Sync + 'static) -> Auth {
        let db = self.server.kyc.db.clone().on_statement(move |_| seen());
        Auth::new(db, self.server.kyc.clock.clone(), Entropy::seeded(8), known, None, false)
    }
}

/// The loop of a process.
struct Following {
    stop: CancellationToken,
    task: JoinHandle<()>,
}

impl Following {
    fn begin(auth: &Auth, every: Duration) -> Self {
        let (auth, stop) = (auth.clone(), CancellationToken::new());
        let task = tokio::spawn({
            let stop = stop.clone();
            async move { auth.follow_standings(every, stop).await }
        });
        Self { stop, task }
    }

    async fn end(self) {
        self.stop.cancel();
        timeout(LONG, self.task).await.unwrap().unwrap();
    }
}

async fn why(standing: &mut Standing) -> Ended {
    timeout(LONG, standing.ended()).await.expect("it goes on")
}

fn goes_on(standing: &mut Standing) -> bool {
    standing.ended().now_or_never().is_none()
}

fn is_nobody<T>(answer: &Result<T, Error>) -> bool {
    matches!(answer, Err(Error::Unauthenticated))
}

#[tokio::test]
async fn in_the_process_of_the_revocation_it_is_seen_at_once() {
    let mut acme = Acme::open().await;
    let following = Following::begin(&acme.server.auth, LONG * 60);
    let auth = acme.server.auth.clone();

    let (id, key) = acme.key().await;
    let (_, other) = acme.key().await;
    let mut other = auth.watch(&other).await.unwrap();
    let (mut one, mut two) = (auth.watch(&key).await.unwrap(), auth.watch(&key).await.unwrap());
    assert_eq!(one.actor.role(), Some(Role::Reviewer));
    acme.revoke(id).await;
    assert_eq!((why(&mut one).await, why(&mut two).await), (Ended::Gone, Ended::Gone));
    assert_eq!(why(&mut one).await, Ended::Gone, "asked again, it is the same");
    assert!(is_nobody(&auth.watch(&key).await));

    let mut before = auth.watch(&acme.session()).await.unwrap();
    acme.update(Patch::Set(Role::Reviewer), Patch::Keep).await;
    assert_eq!(why(&mut before).await, Ended::RoleChanged);
    let mut after = auth.watch(&acme.session()).await.unwrap();
    assert_eq!((before.actor.role(), after.actor.role()), (Some(Role::Agent), Some(Role::Reviewer)));
    acme.sign_out().await;
    assert_eq!(why(&mut after).await, Ended::Gone);

    acme.cookie = acme.sign_in().await;
    let mut ravi = auth.watch(&acme.session()).await.unwrap();
    acme.update(Patch::Keep, Patch::Set(true)).await;
    assert_eq!(why(&mut ravi).await, Ended::Gone);
    assert!(goes_on(&mut other));
    following.end().await;
}

#[tokio::test]
async fn in_another_process_the_next_pass_sees_it() {
    let acme = Acme::open().await;
    let twin = acme.server.elsewhere.clone();
    let (id, key) = acme.key().await;
    let mut of_key = twin.watch(&key).await.unwrap();
    let mut of_ravi = twin.watch(&acme.session()).await.unwrap();
    // Known there, as by a request that came a moment ago.
    twin.actor(&key).await.unwrap();
    twin.actor(&acme.session()).await.unwrap();

    acme.revoke(id).await;
    acme.update(Patch::Set(Role::Viewer), Patch::Keep).await;
    assert!(goes_on(&mut of_key) && goes_on(&mut of_ravi));
    assert_eq!(twin.recheck_due().await.unwrap(), 2);
    assert_eq!(of_key.ended().now_or_never(), Some(Ended::Gone));
    assert_eq!(of_ravi.ended().now_or_never(), Some(Ended::RoleChanged));
    assert_eq!(twin.recheck_due().await.unwrap(), 0, "whoever has ended is not asked about again");
    // Who comes back at once is who they are now.
    assert!(is_nobody(&twin.watch(&key).await));
    assert!(is_nobody(&twin.actor(&key).await));
    let mut back = twin.watch(&acme.session()).await.unwrap();
    assert_eq!(back.actor.role(), Some(Role::Viewer));

    acme.update(Patch::Keep, Patch::Set(true)).await;
    assert_eq!(twin.recheck_due().await.unwrap(), 1);
    assert_eq!(back.ended().now_or_never(), Some(Ended::Gone));
}

#[tokio::test]
async fn the_loop_makes_its_passes_by_itself_and_a_server_has_one() {
    let acme = Acme::open().await;
    let (id, key) = acme.key().await;
    let following = Following::begin(&acme.server.elsewhere, Duration::from_millis(10));
    let mut there = acme.server.elsewhere.watch(&key).await.unwrap();
    let mut here = acme.server.auth.watch(&key).await.unwrap();
    let stop = CancellationToken::new();
    kyc_stack::workers::start(&acme.server.kyc, &acme.server.auth, &stop);
    acme.revoke(id).await;
    assert_eq!((why(&mut there).await, why(&mut here).await), (Ended::Gone, Ended::Gone));
    following.end().await;
    stop.cancel();
    let tasks = acme.server.kyc.db.tasks();
    tasks.close();
    timeout(LONG, tasks.wait()).await.unwrap();
}

#[tokio::test]
async fn a_sign_out_elsewhere_ends_the_sockets_of_that_session_alone() {
    let acme = Acme::open().await;
    let twin = acme.server.elsewhere.clone();
    let second = acme.sign_in().await;
    let second = Credential::session(second.split_once('=').unwrap().1).unwrap();
    let mut first = twin.watch(&acme.session()).await.unwrap();
    let mut second = twin.watch(&second).await.unwrap();
    acme.sign_out().await;
    assert_eq!(twin.recheck_due().await.unwrap(), 1);
    assert_eq!(first.ended().now_or_never(), Some(Ended::Gone));
    assert!(goes_on(&mut second));
}

#[tokio::test]
async fn an_open_socket_alone_does_not_keep_a_session() {
    let acme = Acme::open().await;
    let auth = acme.server.auth.clone();
    let mut ravi = auth.watch(&acme.session()).await.unwrap();
    for _ in 0..2 {
        acme.server.pass(TimeDelta::minutes(14));
        assert_eq!(auth.recheck_due().await.unwrap(), 0);
    }
    acme.server.pass(TimeDelta::minutes(2));
    assert!(goes_on(&mut ravi));
    assert_eq!(auth.recheck_due().await.unwrap(), 1);
    assert_eq!(ravi.ended().now_or_never(), Some(Ended::Gone));
    assert!(is_nobody(&auth.watch(&acme.session()).await));
}

#[tokio::test]
async fn requests_beside_the_socket_keep_the_session_for_twelve_hours() {
    let acme = Acme::open().await;
    let (auth, twin) = (acme.server.auth.clone(), acme.server.elsewhere.clone());
    let mut here = auth.watch(&acme.session()).await.unwrap();
    let mut there = twin.watch(&acme.session()).await.unwrap();
    for _ in 0..25 {
        acme.server.pass(TimeDelta::minutes(28));
        auth.actor(&acme.session()).await.unwrap();
        // Before it is written, only this process knows.
        assert_eq!(auth.recheck_due().await.unwrap(), 0);
        while auth.touch_due().await.unwrap() > 0 {}
        assert_eq!(twin.recheck_due().await.unwrap(), 0);
    }
    acme.server.pass(TimeDelta::minutes(20));
    assert_eq!((auth.recheck_due().await.unwrap(), twin.recheck_due().await.unwrap()), (1, 1));
    assert_eq!(here.ended().now_or_never(), Some(Ended::Gone));
    assert_eq!(there.ended().now_or_never(), Some(Ended::Gone));
}

#[tokio::test]
async fn a_thousand_watchers_cost_one_look_up_and_leave_nothing_behind() {
    let acme = Acme::open().await;
    let (_, key) = acme.key().await;
    for credential in [key, acme.session()] {
        let (auth, statements) = acme.counting();
        let mut standings = join_all((0..1_000).map(|_| auth.watch(&credential))).await;
        assert!(standings.iter().all(Result::is_ok));
        standings.push(auth.watch(&credential).await);
        assert_eq!((statements.load(Ordering::SeqCst), auth.watched()), (1, 1));
        assert_eq!(auth.recheck_due().await.unwrap(), 0);
        assert_eq!(statements.load(Ordering::SeqCst), 2);
        let last = standings.pop();
        drop(standings);
        assert_eq!(auth.watched(), 1);
        drop(last);
        assert_eq!(auth.watched(), 0);
        assert_eq!(auth.recheck_due().await.unwrap(), 0);
        assert_eq!(statements.load(Ordering::SeqCst), 2, "nobody is asked about");
    }
}

#[tokio::test]
async fn strangers_who_come_at_once_with_one_key_share_look_ups() {
    let acme = Acme::open().await;
    let (auth, statements) = acme.counting();
    let key = NewKey::generate(entity::MerchantMode::Sandbox, &Entropy::seeded(99)).secret;
    let key = Credential::bearer(&key).unwrap();
    let refused = join_all((0..1_000).map(|_| auth.watch(&key))).await;
    assert!(refused.iter().all(is_nobody));
    // Whoever comes after an answer asks anew: nobody knows how many do.
    assert!(statements.load(Ordering::SeqCst) < 500);
    assert_eq!(auth.watched(), 0);
}

#[tokio::test]
async fn a_pass_takes_a_statement_for_five_hundred_credentials() {
    let acme = Acme::open().await;
    let (auth, statements) = acme.counting();
    let entropy = Entropy::seeded(11);
    let (mut rows, mut credentials) = (Vec::new(), Vec::new());
    for n in 0..501 {
        let key = NewKey::generate(entity::MerchantMode::Sandbox, &entropy);
        credentials.push(Credential::bearer(&key.secret).unwrap());
        let row = keys::Model {
            id: ApiKeyId(Uuid::from_u128(n)),
            merchant_id: acme.merchant,
            name: "Core".into(),
            role: Role::Viewer,
            prefix: key.prefix,
            secret_hash: key.hash,
            created_at: acme.server.kyc.clock.now(),
            last_used_at: None,
            revoked_at: None,
        };
        rows.push(row.into_active_model());
    }
    keys::Entity::insert_many(rows).exec_without_returning(acme.server.kyc.db.library()).await.unwrap();
    let mut standings = Vec::new();
    for credential in &credentials {
        standings.push(auth.watch(credential).await.unwrap());
    }
    let ravi = auth.watch(&acme.session()).await.unwrap();
    acme.revoke(ApiKeyId(Uuid::from_u128(500))).await;
    let before = statements.load(Ordering::SeqCst);
    assert_eq!(auth.recheck_due().await.unwrap(), 1);
    // Two of keys and one of sessions.
    assert_eq!(statements.load(Ordering::SeqCst) - before, 3);
    assert_eq!(standings[500].ended().now_or_never(), Some(Ended::Gone));
    assert_eq!(standings.iter_mut().filter_map(|standing| standing.ended().now_or_never()).count(), 1);
    drop(ravi);
}

#[tokio::test]
async fn a_database_that_fails_leaves_everybody_as_they_were() {
    let acme = Acme::open().await;
    let twin = acme.server.elsewhere.clone();
    let (id, key) = acme.key().await;
    let mut of_key = twin.watch(&key).await.unwrap();
    let mut of_ravi = twin.watch(&acme.session()).await.unwrap();
    acme.revoke(id).await;
    acme.update(Patch::Keep, Patch::Set(true)).await;
    let writer = acme.server.kyc.db.library();
    for table in ["api_key", "session"] {
        writer.execute_unprepared(&format!("ALTER TABLE {table} RENAME TO {table}_away")).await.unwrap();
    }
    assert!(twin.recheck_due().await.is_err());
    assert!(goes_on(&mut of_key) && goes_on(&mut of_ravi));
    // Nobody new is let in by what was known before, and all who ask together are told.
    acme.server.pass(TimeDelta::seconds(4));
    let refused = join_all((0..10).map(|_| twin.watch(&key))).await;
    assert!(refused.iter().all(|answer| matches!(answer, Err(Error::Internal(_)))));
    assert!(goes_on(&mut of_key));
    for table in ["api_key", "session"] {
        writer.execute_unprepared(&format!("ALTER TABLE {table}_away RENAME TO {table}")).await.unwrap();
    }
    assert_eq!(twin.recheck_due().await.unwrap(), 2);
    assert_eq!(of_key.ended().now_or_never(), Some(Ended::Gone));
    assert_eq!(of_ravi.ended().now_or_never(), Some(Ended::Gone));
}

#[tokio::test]
async fn a_session_that_is_over_ends_even_if_the_database_fails() {
    let acme = Acme::open().await;
    let auth = acme.server.auth.clone();
    let mut ravi = auth.watch(&acme.session()).await.unwrap();
    let (_, key) = acme.key().await;
    let mut of_key = auth.watch(&key).await.unwrap();
    acme.server.pass(TimeDelta::hours(12));
    let writer = acme.server.kyc.db.library();
    writer.execute_unprepared("ALTER TABLE api_key RENAME TO api_key_away").await.unwrap();
    assert!(auth.recheck_due().await.is_err());
    assert_eq!(ravi.ended().now_or_never(), Some(Ended::Gone));
    assert!(goes_on(&mut of_key));
}

#[tokio::test]
async fn nobody_joins_what_has_not_been_asked_about_for_four_seconds() {
    let acme = Acme::open().await;
    let twin = acme.server.elsewhere.clone();
    let (id, key) = acme.key().await;
    let mut of_key = twin.watch(&key).await.unwrap();
    let mut of_ravi = twin.watch(&acme.session()).await.unwrap();
    acme.revoke(id).await;
    acme.update(Patch::Set(Role::Viewer), Patch::Keep).await;
    twin.watch(&key).await.unwrap();
    // No pass comes: the loop is late, or the database fails.
    acme.server.pass(TimeDelta::seconds(4));
    assert!(is_nobody(&twin.watch(&key).await));
    let mut back = twin.watch(&acme.session()).await.unwrap();
    assert_eq!(back.actor.role(), Some(Role::Viewer));
    // What was learned so, those before are told as well.
    assert_eq!(of_key.ended().now_or_never(), Some(Ended::Gone));
    assert_eq!(of_ravi.ended().now_or_never(), Some(Ended::RoleChanged));
    assert!(goes_on(&mut back));
}

#[tokio::test]
async fn a_revocation_in_the_midst_of_a_look_up_is_not_missed() {
    let acme = Acme::open().await;
    let (known, statements) = (Known::default(), Arc::new(AtomicUsize::new(0)));
    let auth = acme.auth(known.clone(), {
        let statements = Arc::clone(&statements);
        move || {
            // After the row was read: a pass that followed would not find the socket yet.
            if statements.fetch_add(1, Ordering::SeqCst) == 0 {
                known.forget_all();
            }
        }
    });
    let (_, key) = acme.key().await;
    auth.watch(&key).await.unwrap();
    assert_eq!(statements.load(Ordering::SeqCst), 2);
}

#[tokio::test]
async fn a_revocation_counts_although_whoever_asked_for_it_has_left() {
    let acme = Acme::open().await;
    let auth = acme.server.auth.clone();
    let (id, key) = acme.key().await;
    auth.actor(&key).await.unwrap();
    let (kyc, admin) = (acme.server.kyc.clone(), acme.admin.clone());
    let mut revocation = Box::pin(api_key::revoke(&kyc, &admin, ApiKeyRevoke { id }, None));
    assert!(futures_util::poll!(&mut revocation).is_pending(), "it has begun");
    drop(revocation);
    let tasks = kyc.db.tasks();
    tasks.close();
    timeout(LONG, tasks.wait()).await.unwrap();
    assert!(matches!(auth.actor(&key).await, Err(Error::Unauthenticated)));
}

#[tokio::test]
async fn the_operator_never_ends_and_opening_a_socket_is_being_seen() {
    let acme = Acme::open().await;
    let auth = acme.server.auth.clone();
    let mut operator = auth.watch(&Credential::bearer(PLATFORM_KEY).unwrap()).await.unwrap();
    assert!(is_nobody(&auth.watch(&Credential::bearer("nonsense").unwrap()).await));
    assert!(is_nobody(&auth.watch(&Credential::session(PLATFORM_KEY).unwrap()).await));
    acme.server.pass(TimeDelta::minutes(29));
    drop(auth.watch(&acme.session()).await.unwrap());
    acme.server.pass(TimeDelta::minutes(29));
    auth.actor(&acme.session()).await.unwrap();
    acme.server.pass(TimeDelta::days(1_000));
    assert_eq!(auth.recheck_due().await.unwrap(), 0);
    assert!(goes_on(&mut operator));
}
