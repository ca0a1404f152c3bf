//! Load data: what the use cases could have written, the same at every run.

use chrono::{Days, TimeDelta};
use entity::{
    ActorKind, AttemptState, ExpiryReason, Party, Scoped, StepStatus, api_key, attempt, customer, event,
    hold, link, member, merchant, search_token, step,
};
use indicatif::ProgressBar;
use kyc_stack::{
    error::Error,
    kyc::{merchant::MerchantCreated, screening::screenings_due},
    ops::{demo, seed, seed::Seed},
};
use sea_orm::PaginatorTrait;

use crate::{
    harness::office::Office,
    screenings::{load, stranger},
};

fn small() -> Seed {
    Seed { customers: 160, attempts_per_customer: 3, seed: 7, from: None, open: false }
}

/// An office that is that of the seeded merchant.
async fn seeded(seed: &Seed) -> Office {
    let mut office = Office::open().await;
    office.merchant = sow(&office, seed).await.unwrap().merchant;
    office
}

async fn sow(office: &Office, seed: &Seed) -> Result<MerchantCreated, Error> {
    seed::run(&office.kyc, seed, &ProgressBar::hidden()).await
}

async fn all<E: Scoped>(office: &Office) -> Vec<E::Model> {
    E::scoped(office.scope()).all(office.kyc.db.reader()).await.unwrap()
}

/// Every row of the merchant, sorted, without its secrets.
async fn rows(office: &Office) -> Vec<String> {
    let mut rows = Vec::new();
    let mut keep = |text: String| rows.push(text);
    for row in all::<member::Entity>(office).await {
        keep(format!("{:?}", member::Model { password_token_hash: None, ..row }));
    }
    for row in all::<api_key::Entity>(office).await {
        keep(format!("{:?}", api_key::Model { prefix: String::new(), secret_hash: Vec::new(), ..row }));
    }
    keep(format!("{:?}", all::<merchant::Entity>(office).await));
    all::<customer::Entity>(office).await.iter().for_each(|row| keep(format!("{row:?}")));
    all::<search_token::Entity>(office).await.iter().for_each(|row| keep(format!("{row:?}")));
    all::<attempt::Entity>(office).await.iter().for_each(|row| keep(format!("{row:?}")));
    all::<step::Entity>(office).await.iter().for_each(|row| keep(format!("{row:?}")));
    all::<hold::Entity>(office).await.iter().for_each(|row| keep(format!("{row:?}")));
    all::<link::Entity>(office).await.iter().for_each(|row| keep(format!("{row:?}")));
    all::<event::Entity>(office).await.iter().for_each(|row| keep(format!("{row:?}")));
    rows.sort_unstable();
    rows
}

#[tokio::test]
async fn the_same_seed_gives_the_same_rows() {
    let small = Seed { customers: 40, ..small() };
    let (one, two) = (seeded(&small).await, seeded(&small).await);
    let (one, two) = (rows(&one).await, rows(&two).await);
    assert!(one.len() > 1000, "{}", one.len());
    assert_eq!(one.iter().zip(&two).find(|(one, two)| one != two), None);
    assert_eq!(one.len(), two.len());
    let other = seeded(&Seed { seed: 8, ..small }).await;
    assert_ne!(rows(&other).await, one);
}

#[tokio::test]
async fn the_keys_of_two_equal_seeds_differ() {
    let small = Seed { customers: 1, ..small() };
    let (one, two) = (Office::open().await, Office::open().await);
    let (one, two) = (sow(&one, &small).await.unwrap(), sow(&two, &small).await.unwrap());
    assert_eq!(one.merchant.id, two.merchant.id);
    assert_ne!(one.admin_api_key.unwrap(), two.admin_api_key.unwrap());
    assert_ne!(one.password_url.unwrap(), two.password_url.unwrap());
}

#[tokio::test]
async fn what_is_seeded_is_whole_and_mixed() {
    let office = seeded(&small()).await;
    office.audit().await;
    let now = office.kyc.clock.now();
    let attempts = all::<attempt::Entity>(&office).await;
    assert_eq!(attempts.len(), 480);
    let share = |which: &dyn Fn(&attempt::Model) -> bool| {
        attempts.iter().filter(|row| which(row)).count() * 100 / attempts.len()
    };
    let state = |state| share(&move |row: &attempt::Model| row.state == state);
    assert!((45..65).contains(&state(AttemptState::Completed)), "{}", state(AttemptState::Completed));
    assert!((8..22).contains(&state(AttemptState::Expired)));
    assert!((6..18).contains(&state(AttemptState::Rejected)));
    let open = |row: &attempt::Model| !row.state.is_terminal();
    assert!((10..26).contains(&share(&open)));
    assert!(attempts.iter().all(|row| row.newest || !open(row)), "only the last may be open");
    // Every way to stand or to end is there.
    let any = |which: &dyn Fn(&attempt::Model) -> bool| attempts.iter().any(which);
    for reason in ExpiryReason::ALL {
        assert!(any(&|row| row.expiry_reason == Some(*reason)), "{reason}");
    }
    assert!(any(&|row| open(row) && row.active_holds > 0));
    assert!(any(&|row| open(row) && row.waiting_on == Some(Party::Reviewer)));
    assert!(any(&|row| row.state == AttemptState::Created));
    assert!(any(&|row| row.rejection_code.as_deref() == Some("TRIES_EXHAUSTED")));
    assert!(any(
        &|row| row.rejection_code.is_some() && row.rejection_code.as_deref() != Some("TRIES_EXHAUSTED")
    ));
    let steps = all::<step::Entity>(&office).await;
    assert!(steps.iter().any(|row| row.status == StepStatus::Completed && row.tries > 1));
    assert!(
        steps.iter().all(|row| row.deadline_at.is_none()),
        "a step that is under way would time out at once"
    );

    let log = all::<event::Entity>(&office).await;
    for kind in
        [ActorKind::Member, ActorKind::ApiKey, ActorKind::Customer, ActorKind::Provider, ActorKind::System]
    {
        assert!(log.iter().any(|event| event.actor_kind == kind), "{kind}");
    }
    let moments =
        |month: i64| now - TimeDelta::days(365 - month * 30)..now - TimeDelta::days(335 - month * 30);
    assert!((0..12).all(|month| attempts.iter().any(|row| moments(month).contains(&row.created_at))));
    assert!(log.iter().all(|event| event.at <= now), "nothing is to come");
    assert!(
        log.iter().all(|event| event.at.timestamp_subsec_nanos() % 1000 == 0),
        "as exact as both databases"
    );
}

#[tokio::test]
async fn open_attempts_can_be_moved_for_a_year() {
    let from = "2023-02-01".parse().unwrap();
    let office = seeded(&Seed { customers: 60, from: Some(from), open: true, ..small() }).await;
    office.audit().await;
    let midnight = office.kyc.clock.now().date_naive().and_hms_opt(0, 0, 0).unwrap().and_utc();
    let attempts = all::<attempt::Entity>(&office).await;
    for row in attempts.iter().filter(|row| row.newest) {
        assert!(!row.state.is_terminal());
        assert!(
            row.expires_at.is_some_and(|end| end >= midnight + TimeDelta::days(365)),
            "{:?}",
            row.expires_at
        );
        assert!(row.created_at >= from.and_hms_opt(0, 0, 0).unwrap().and_utc());
    }
}

#[tokio::test]
async fn many_attempts_in_little_time_fit() {
    let from = office_day().checked_sub_days(Days::new(30));
    for open in [false, true] {
        let office = seeded(&Seed { customers: 3, attempts_per_customer: 100, from, open, ..small() }).await;
        office.audit().await;
        let mut attempts = all::<attempt::Entity>(&office).await;
        assert_eq!(attempts.len(), 300);
        attempts.sort_by_key(|row| (row.customer_id.0, row.number));
        for pair in attempts.windows(2).filter(|pair| pair[0].customer_id == pair[1].customer_id) {
            assert!(pair[0].ended_at.is_some_and(|end| end <= pair[1].created_at));
        }
    }
}

fn office_day() -> chrono::NaiveDate {
    "2026-11-22".parse().unwrap()
}

#[tokio::test]
async fn what_cannot_be_seeded_is_refused_in_words() {
    let one = Seed { customers: 1, ..small() };
    let office = seeded(&one).await;
    for (seed, word) in [
        (one.clone(), "--seed"),
        (Seed { seed: 9, from: Some(office_day()), ..one.clone() }, "30 days"),
        (Seed { seed: 9, from: Some("1969-01-01".parse().unwrap()), ..one }, "1970"),
    ] {
        let refused = sow(&office, &seed).await.err().unwrap().to_string();
        assert!(refused.contains(word), "{refused}");
    }
    assert_eq!(
        merchant::Entity::every().count(office.kyc.db.reader()).await.unwrap(),
        2,
        "one before, one seeded"
    );
}

#[tokio::test]
async fn the_demo_shows_everything_and_keeps_moving() {
    let mut office = Office::open().await;
    let mut welcome = demo::prepare(&office.kyc).await.unwrap();
    office.merchant =
        merchant::Entity::by_slug(&welcome.slug).one(office.kyc.db.reader()).await.unwrap().unwrap();
    let attempts = all::<attempt::Entity>(&office).await;
    for state in AttemptState::ALL {
        assert!(attempts.iter().any(|row| row.state == *state), "{state}");
    }
    assert_eq!(welcome.members.len(), 4);
    assert!(all::<member::Entity>(&office).await.iter().all(|row| row.password_hash.is_some()));
    assert!(welcome.link.contains("/k#"));
    let loaded = office.kyc.shelf.current();
    let lists: Vec<_> =
        loaded.index.lists().iter().map(|list| (list.version.as_str(), list.persons)).collect();
    assert_eq!(lists, [("demo", 20)], "a made-up list, said to be one");
    let visitor = attempts.iter().max_by_key(|row| row.created_at).unwrap().id;

    // The visitor has been screened, and so is whoever comes.
    load(&office.kyc, 1, vec![stranger()]);
    assert_eq!(screenings_due(&office.kyc, 100).await.unwrap(), 1);
    let version = office.row(visitor).await.version;

    let before = office.log().await.len();
    for _ in 0..400 {
        office.kyc.clock.advance(TimeDelta::seconds(2));
        welcome.mover.once(&office.kyc).await.unwrap();
        screenings_due(&office.kyc, 100).await.unwrap();
    }
    assert!(office.log().await.len() >= before + 400, "a move is at least one event");
    assert_eq!(office.row(visitor).await.version, version, "the visitor's attempt is left alone");
    assert!(all::<attempt::Entity>(&office).await.iter().filter(|row| !row.state.is_terminal()).count() < 60);
    office.audit().await;
}
