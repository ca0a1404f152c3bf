//! Customers: what is stored, what search finds, what the log keeps, and what is refused.
#![expect(clippy::disallowed_methods, reason = "what is left behind is read as it is, by no actor")]

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use entity::{
    EventType, Role, Scope, Scoped, Time, attempt, customer, event,
    id::{ApiKeyId, CustomerId, MerchantId},
    log_head, merchant, search_token,
};
use kyc_stack::{
    auth::{Actor, Known},
    clock::Clock,
    db::Db,
    entropy::Entropy,
    error::{Current, Error, UserError, UserErrorCode},
    kyc::{
        Kyc, Patch,
        customer::{self as customers, CustomerInput, CustomerKey, CustomerUpdate},
        screening::Screening,
        search,
    },
};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use crate::harness::{
    database::{Backend, Database},
    rows,
};

/// Two merchants, and an agent of each.
struct House {
    kyc: Kyc,
    clock: Clock,
    wakes: Arc<AtomicU32>,
    ours: Actor,
    theirs: Actor,
    _database: Database,
}

fn moment() -> Time {
    "2026-11-22T19:25:25Z".parse().unwrap()
}

fn actor(number: u128, role: Role) -> Actor {
    let merchant = rows::merchant(number).id;
    Actor::api_key(ApiKeyId(Uuid::from_u128(number)), "Key".into(), role, merchant)
}

async fn house() -> House {
    let database = Database::fresh(Backend::under_test()).await;
    let db = Db::open(&database.url, 4).await.unwrap();
    for number in [1, 2] {
        let row = rows::merchant(number);
        let head = log_head::Model { merchant_id: row.id, seq: 0 };
        merchant::Entity::insert(row.into_active_model()).exec_without_returning(db.library()).await.unwrap();
        log_head::Entity::insert(head.into_active_model())
            .exec_without_returning(db.library())
            .await
            .unwrap();
    }
    let clock = Clock::manual(moment());
    let wakes = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&wakes);
    let kyc = Kyc {
        known: Known::default(),
        db,
        clock: clock.clone(),
        entropy: Entropy::System,
        wake: Arc::new(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
        }),
        public_url: "https://kyc.example".into(),
        shelf: Arc::default(),
        screening: Screening::default(),
        performing: kyc_stack::kyc::check::Performing::default(),
    };
    let (ours, theirs) = (actor(1, Role::Agent), actor(2, Role::Agent));
    House { kyc, clock, wakes, ours, theirs, _database: database }
}

impl House {
    async fn create(&self, actor: &Actor, input: CustomerInput) -> Result<customer::Model, Error> {
        Ok(customers::create(&self.kyc, actor, input, None).await?.answer)
    }

    async fn update(&self, input: CustomerUpdate) -> Result<customer::Model, Error> {
        Ok(customers::update(&self.kyc, &self.ours, input, None).await?.answer)
    }

    /// The names of our customers that a query finds.
    async fn search(&self, query: &str) -> Vec<String> {
        let scope = self.ours.scope().unwrap();
        let found = search::matching(customer::Column::Id, scope, query).unwrap();
        let rows = customer::Entity::scoped(scope).filter(found).all(self.kyc.db.reader()).await.unwrap();
        let mut names: Vec<_> = rows.into_iter().map(|row| row.name).collect();
        names.sort();
        names
    }

    async fn events(&self) -> Vec<event::Model> {
        event::Entity::scoped(self.ours.scope().unwrap()).all(self.kyc.db.reader()).await.unwrap()
    }

    async fn open_attempt(&self, customer: &customer::Model) -> attempt::Model {
        let row = attempt::Model { version: 7, due_at: None, ..rows::attempt(customer, 1) };
        row.into_active_model().reset_all().insert(self.kyc.db.library()).await.unwrap()
    }
}

fn named(name: &str) -> CustomerInput {
    CustomerInput {
        reference: None,
        name: name.into(),
        email: None,
        phone: None,
        date_of_birth: None,
        country: None,
    }
}

fn referred(name: &str, reference: &str) -> CustomerInput {
    CustomerInput { reference: Some(reference.into()), ..named(name) }
}

fn keeping(id: CustomerId) -> CustomerUpdate {
    CustomerUpdate {
        id,
        name: Patch::Keep,
        email: Patch::Keep,
        phone: Patch::Keep,
        date_of_birth: Patch::Keep,
        country: Patch::Keep,
        expected_version: None,
    }
}

fn renaming(id: CustomerId, name: &str) -> CustomerUpdate {
    CustomerUpdate { name: Patch::Set(name.into()), ..keeping(id) }
}

fn refusal(error: &Error) -> (UserErrorCode, Vec<String>) {
    let Error::User(errors) = error else { panic!("not a user error: {error}") };
    let [UserError { code, field, .. }] = errors.as_slice() else { panic!("not one error: {error}") };
    (*code, field.clone().unwrap_or_default())
}

#[tokio::test]
async fn a_customer_is_stored_and_the_log_keeps_no_value() {
    let house = house().await;
    let input = CustomerInput {
        email: Some("asha@example.com".into()),
        date_of_birth: Some("1990-02-28".parse().unwrap()),
        ..referred("Asha Rao", "C-1")
    };
    let row = house.create(&house.ours, input).await.unwrap();
    assert_eq!((row.name.as_str(), row.name_key.as_str(), row.version), ("Asha Rao", "asha rao", 1));
    assert_eq!((row.created_at, row.updated_at), (moment(), moment()));

    let scope = house.ours.scope().unwrap();
    for key in [CustomerKey::Id(row.id), CustomerKey::Reference(" C-1".into())] {
        let found = customers::find(house.kyc.db.reader(), scope, &key).await.unwrap();
        assert_eq!(found.as_ref(), Some(&row));
    }
    let [event] = &house.events().await[..] else { panic!("one event") };
    assert_eq!((event.kind, event.customer_id), (EventType::CustomerCreated, Some(row.id)));
    let fields = ["reference", "name", "email", "dateOfBirth"];
    assert_eq!(event.data, json!({ "details": { "fields": fields, "version": 1 } }));
    assert_eq!(house.wakes.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn what_a_merchant_may_not_see_is_not_there() {
    let house = house().await;
    let row = house.create(&house.theirs, referred("Asha Rao", "C-1")).await.unwrap();
    let scope = house.ours.scope().unwrap();
    for key in [CustomerKey::Id(row.id), CustomerKey::Reference("C-1".into())] {
        assert!(customers::find(house.kyc.db.reader(), scope, &key).await.unwrap().is_none());
    }
    let error = house.update(renaming(row.id, "Somebody Else")).await.unwrap_err();
    assert_eq!(refusal(&error), (UserErrorCode::NotFound, vec!["id".into()]));
    assert!(house.search("asha").await.is_empty());
    assert!(house.search("C-1").await.is_empty());
}

#[tokio::test]
async fn no_customer_has_a_reference_that_cannot_be() {
    let house = house().await;
    for text in ["", "\0", "C-1\0", &"r".repeat(1000)] {
        let key = CustomerKey::Reference(text.into());
        let found = customers::find(house.kyc.db.reader(), house.ours.scope().unwrap(), &key).await.unwrap();
        assert!(found.is_none(), "{text:?}");
    }
}

#[tokio::test]
async fn a_reference_is_one_customers_in_a_merchant() {
    let house = house().await;
    house.create(&house.ours, referred("Asha Rao", "C-1")).await.unwrap();
    let error = house.create(&house.ours, referred("Another", " C-1 ")).await.unwrap_err();
    assert_eq!(refusal(&error), (UserErrorCode::Taken, vec!["customer".into(), "reference".into()]));
    assert!(house.search("another").await.is_empty());
    assert_eq!(house.events().await.len(), 1, "nothing is left of what was refused");

    house.create(&house.theirs, referred("Asha Rao", "C-1")).await.unwrap();
    house.create(&house.ours, named("No Reference")).await.unwrap();
    house.create(&house.ours, named("Nor Here")).await.unwrap();
}

#[tokio::test]
async fn of_two_at_once_with_one_reference_one_is_taken() {
    let house = house().await;
    let tries = (0..8).map(|n| {
        let (kyc, actor) = (house.kyc.clone(), house.ours.clone());
        tokio::spawn(async move {
            customers::create(&kyc, &actor, referred(&format!("Asha {n}"), "C-1"), None).await
        })
    });
    let mut stored = 0;
    for task in tries.collect::<Vec<_>>() {
        match task.await.unwrap() {
            Ok(_) => stored += 1,
            Err(error) => assert_eq!(refusal(&error).0, UserErrorCode::Taken),
        }
    }
    assert_eq!(stored, 1);
    assert_eq!(house.search("asha").await.len(), 1);
    assert_eq!(house.events().await.len(), 1);
}

#[tokio::test]
async fn a_key_adds_one_customer() {
    let house = house().await;
    let key = || Some("k-1".to_owned());
    let input = referred("Asha Rao", "C-1");
    let first = customers::create(&house.kyc, &house.ours, input.clone(), key()).await.unwrap();
    house.update(renaming(first.answer.id, "Asha Iyer")).await.unwrap();
    let again = customers::create(&house.kyc, &house.ours, input.clone(), key()).await.unwrap();
    assert!(!first.replayed && again.replayed);
    assert_eq!(again.answer.id, first.answer.id);
    assert_eq!(again.answer.name, "Asha Iyer", "as it is now");

    let other = named("Another");
    let error = customers::create(&house.kyc, &house.ours, other.clone(), key()).await.err().unwrap();
    assert_eq!(refusal(&error).0, UserErrorCode::IdempotencyKeyReused);
}

#[tokio::test]
async fn a_viewer_changes_nothing() {
    let house = house().await;
    let row = house.create(&house.ours, named("Asha Rao")).await.unwrap();
    let viewer = actor(1, Role::Viewer);
    let created = customers::create(&house.kyc, &viewer, named("Another"), None).await;
    assert!(matches!(created.err(), Some(Error::Forbidden(Role::Agent))));
    let updated = customers::update(&house.kyc, &viewer, renaming(row.id, "Another"), None).await;
    assert!(matches!(updated.err(), Some(Error::Forbidden(Role::Agent))));
    assert_eq!(house.events().await.len(), 1);
}

#[tokio::test]
async fn a_change_keeps_clears_and_sets() {
    let house = house().await;
    let input = CustomerInput {
        email: Some("asha@example.com".into()),
        phone: Some("+919876543210".into()),
        ..named("Asha Rao")
    };
    let before = house.create(&house.ours, input).await.unwrap();
    house.clock.advance(chrono::TimeDelta::seconds(1));
    let after = house
        .update(CustomerUpdate {
            email: Patch::Clear,
            country: Patch::Set("in".into()),
            expected_version: Some(1),
            ..keeping(before.id)
        })
        .await
        .unwrap();
    let expected = customer::Model {
        email: None,
        country: Some("IN".into()),
        updated_at: house.clock.now(),
        version: 2,
        ..before.clone()
    };
    assert_eq!(after, expected);
    let events = house.events().await;
    assert_eq!(events[1].kind, EventType::CustomerUpdated);
    assert_eq!(events[1].data, json!({ "details": { "fields": ["email", "country"], "version": 2 } }));

    let error = house.update(CustomerUpdate { name: Patch::Clear, ..keeping(before.id) }).await.unwrap_err();
    assert_eq!(refusal(&error), (UserErrorCode::Required, vec!["name".into()]));
}

#[tokio::test]
async fn what_changes_nothing_leaves_nothing() {
    let house = house().await;
    let before = house.create(&house.ours, named("Asha Rao")).await.unwrap();
    house.clock.advance(chrono::TimeDelta::seconds(1));
    for input in [
        keeping(before.id),
        renaming(before.id, "  Asha Rao "),
        CustomerUpdate { email: Patch::Clear, ..keeping(before.id) },
    ] {
        assert_eq!(house.update(input).await.unwrap(), before);
    }
    assert_eq!(house.events().await.len(), 1);
}

#[tokio::test]
async fn an_old_version_changes_nothing() {
    let house = house().await;
    let row = house.create(&house.ours, named("Asha Rao")).await.unwrap();
    house.update(renaming(row.id, "Asha Iyer")).await.unwrap();
    let late = CustomerUpdate { expected_version: Some(1), ..renaming(row.id, "Asha Menon") };
    let Err(Error::Conflict { error, current }) = house.update(late).await else { panic!("no conflict") };
    assert_eq!((error.code, current), (UserErrorCode::VersionConflict, Current::Customer(row.id)));
    assert_eq!(house.search("asha").await, ["Asha Iyer"]);
}

#[tokio::test]
async fn search_finds_words_by_their_beginnings_and_references_as_a_whole() {
    let house = house().await;
    for (name, reference) in
        [("Asha Rao", "C-1"), ("Ashok Rao", "C-10"), ("Zoë d’Arc", "ASHA-7"), ("कमल राव", "राव-1")]
    {
        house.create(&house.ours, referred(name, reference)).await.unwrap();
    }
    for (query, found) in [
        ("ash", &["Asha Rao", "Ashok Rao", "Zoë d’Arc"] as &[&str]),
        ("rao ashok", &["Ashok Rao"]),
        ("c-1", &["Asha Rao", "Ashok Rao"]),
        ("c-10", &["Ashok Rao"]),
        ("ZOE", &["Zoë d’Arc"]),
        ("राव", &["कमल राव"]),
        ("asha x", &[]),
        ("10", &[]),
        ("%", &[]),
        ("a_h", &[]),
    ] {
        assert_eq!(house.search(query).await, found, "{query}");
    }
    assert_eq!(house.search(" ").await.len(), 4, "a blank query restricts nothing");
}

#[tokio::test]
async fn a_name_without_a_word_is_a_name() {
    let house = house().await;
    let row = house.create(&house.ours, named("🙂")).await.unwrap();
    house.update(renaming(row.id, "👩‍👩‍👧")).await.unwrap();
    assert_eq!(house.search("").await, ["👩‍👩‍👧"]);
}

#[tokio::test]
async fn a_customer_is_found_by_the_present_name_only() {
    let house = house().await;
    let row = house.create(&house.ours, referred("Asha Rao", "C-1")).await.unwrap();
    house.update(renaming(row.id, "Asha Iyer")).await.unwrap();
    assert!(house.search("rao").await.is_empty());
    assert_eq!(house.search("iyer").await, ["Asha Iyer"]);
    assert_eq!(house.search("C-1").await, ["Asha Iyer"]);
    let tokens = search_token::Entity::find().count(house.kyc.db.reader()).await.unwrap();
    assert_eq!(tokens, 3, "=c-1 asha iyer");
}

#[tokio::test]
async fn who_the_customer_is_belongs_to_the_open_attempt() {
    let house = house().await;
    let row = house.create(&house.ours, named("Asha Rao")).await.unwrap();
    let open = house.open_attempt(&row).await;
    let version = async || {
        let versions = attempt::Entity::find().select_only().column(attempt::Column::Version);
        versions.into_tuple::<i32>().one(house.kyc.db.reader()).await.unwrap().unwrap()
    };

    let phone = Patch::Set("+919876543210".into());
    house.update(CustomerUpdate { phone, ..keeping(row.id) }).await.unwrap();
    assert_eq!(version().await, 7, "how to reach them is not who they are");

    house.update(renaming(row.id, "Asha Iyer")).await.unwrap();
    let born = Patch::Set("1990-02-28".parse().unwrap());
    house.update(CustomerUpdate { date_of_birth: born, ..keeping(row.id) }).await.unwrap();
    assert_eq!(version().await, 9);
    let last = house.events().await.pop().unwrap();
    assert_eq!((last.kind, last.attempt_id), (EventType::CustomerUpdated, Some(open.id)));
    assert_eq!(last.data["attempt"]["version"], 9, "the event carries the attempt as it is after");
}

#[tokio::test]
async fn an_ended_attempt_is_left_alone() {
    let house = house().await;
    let row = house.create(&house.ours, named("Asha Rao")).await.unwrap();
    let ended = attempt::Model {
        state: entity::AttemptState::Completed,
        waiting_on: None,
        due_at: None,
        ended_at: Some(moment()),
        version: 7,
        ..rows::attempt(&row, 1)
    };
    let ended = ended.into_active_model().reset_all().insert(house.kyc.db.library()).await.unwrap();
    house.update(renaming(row.id, "Asha Iyer")).await.unwrap();
    assert_eq!(attempt::Entity::find().one(house.kyc.db.reader()).await.unwrap(), Some(ended));
    assert_eq!(house.events().await.pop().unwrap().attempt_id, None);
}

#[tokio::test]
async fn search_restricts_attempts_too() {
    let house = house().await;
    let row = house.create(&house.ours, named("Asha Rao")).await.unwrap();
    house.open_attempt(&row).await;
    let scope: Scope = house.ours.scope().unwrap();
    for (query, count) in [("asha", 1), ("iyer", 0)] {
        let found = search::matching(attempt::Column::CustomerId, scope, query).unwrap();
        let attempts = attempt::Entity::scoped(scope).filter(found);
        assert_eq!(attempts.count(house.kyc.db.reader()).await.unwrap(), count, "{query}");
    }
    let nobody = Scope::of(MerchantId(Uuid::nil()));
    let found = search::matching(attempt::Column::CustomerId, nobody, "asha").unwrap();
    let attempts = attempt::Entity::scoped(scope).filter(found);
    assert_eq!(attempts.count(house.kyc.db.reader()).await.unwrap(), 0, "the words of one merchant only");
}
