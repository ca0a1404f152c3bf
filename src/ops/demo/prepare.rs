//! Filling the demo's database: in a second or two.

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;
use entity::{ListName, MerchantMode, Role, StepKind, Time};
use indicatif::ProgressBar;

use super::{Mover, Welcome};
use crate::{
    auth::{Actor, Passwords},
    checks::sanctions::{
        import::{Allow, import},
        read::{Edition, Source, read},
    },
    clock::Clock,
    error::{Error, Result},
    kyc::{
        Kyc, Patch,
        api_key::{self, ApiKeyCreate},
        attempt::{self, LinkGenerate},
        branding::{self, BrandingUpdate},
        customer::CustomerInput,
        member::{self, MemberCreate},
        merchant::{self, MerchantCreate, MerchantCreated, MerchantUpdate},
        password,
    },
    ops::seed::{self, Plan},
};

/// The merchant of the demo.
const NAME: &str = "Marigold Bank";
const SLUG: &str = "marigold";
/// The first member, and the rest of the team.
const ADMIN: &str = "asha@example.com";
const TEAM: &[(&str, &str, Role)] = &[
    ("ravi@example.com", "Ravi Menon", Role::Reviewer),
    ("gauri@example.com", "Gauri Patil", Role::Agent),
    ("vikram@example.com", "Vikram Shah", Role::Viewer),
];
/// Customers, and how often each of them tried.
const CUSTOMERS: u64 = 60;
const ATTEMPTS: i32 = 2;
/// How far the history goes back.
const HISTORY: TimeDelta = TimeDelta::days(30);
/// Which of all histories: always the same, so that two people see the same customers.
const SEED: u64 = 2026;
/// Some twenty persons who do not exist, as OpenSanctions would write them. Two have the names of customers whom the history may
/// have, so that somebody sees what a namesake is.
const LIST: &str = include_str!("list.csv");
/// What its version is called wherever it shows.
const LIST_VERSION: &str = "demo";
/// How long the link lasts that is there to be walked.
const LINK_HOURS: i32 = 168;

/// Fills an empty, migrated database, and says how to look around in it.
///
/// # Errors
/// When the database fails, or is not empty.
pub async fn prepare(kyc: &Kyc) -> Result<Welcome> {
    let now = kyc.clock.now();
    import_list(kyc).await?;
    let past = Kyc { clock: Clock::manual(now - HISTORY), ..kyc.clone() };
    let created = create(&past).await?;
    let actor = Actor::system(created.merchant.id);
    let password = furnish(&past, &actor, &created).await?;
    let plan = Plan {
        seed: SEED,
        customers: CUSTOMERS,
        attempts: ATTEMPTS,
        from: past.clock.now(),
        until: now,
        open: false,
        lasting: Some(now),
    };
    let scene = seed::scene(&past, &created).await?;
    seed::populate(&past, scene, plan, &ProgressBar::hidden()).await?;
    // From today on, whoever comes is screened, too.
    let mut journey = created.merchant.journey.0.clone();
    journey.push(StepKind::SanctionScreening);
    let screened = MerchantUpdate { journey: Patch::Set(journey), ..MerchantUpdate::default() };
    merchant::update(kyc, &actor, screened, None).await?;

    let demo = ApiKeyCreate { name: "Demo".to_owned(), role: Role::Reviewer };
    let demo = api_key::create(kyc, &actor, demo, None).await?.answer.api_key;
    let demo = Actor::api_key(demo.id, demo.name, demo.role, created.merchant.id);
    let link = attempt::generate(kyc, &demo, for_a_visitor(), None).await?.answer;
    let mut members = vec![(ADMIN.to_owned(), Role::Admin)];
    members.extend(TEAM.iter().map(|(email, _, role)| ((*email).to_owned(), *role)));
    Ok(Welcome {
        public_url: kyc.public_url.to_string(),
        merchant_name: created.merchant.name,
        slug: created.merchant.slug,
        members,
        password,
        api_key: shown(created.admin_api_key)?,
        link: shown(link.url)?,
        days: days(&created.merchant.time_zone, now)?,
        mover: Mover::new(demo, link.attempt.id, CUSTOMERS),
    })
}

/// Brings the made-up list in, and has it screened against.
async fn import_list(kyc: &Kyc) -> Result<()> {
    let source = Source { name: "the demo's list".to_owned(), bytes: LIST.as_bytes() };
    let edition = read(ListName::OpenSanctions, vec![source], &|_| {}).map_err(Error::internal)?;
    let edition = Edition { version: LIST_VERSION.to_owned(), ..edition };
    import(&kyc.db, kyc.clock.now(), edition, Allow::default()).await.map_err(Error::internal)?;
    kyc.shelf.refresh(&kyc.db).await.map(drop)
}

async fn create(kyc: &Kyc) -> Result<MerchantCreated> {
    let input = MerchantCreate {
        name: NAME.to_owned(),
        slug: SLUG.to_owned(),
        admin_email: ADMIN.to_owned(),
        mode: Some(MerchantMode::Sandbox),
        time_zone: None,
    };
    Ok(merchant::create(kyc, &Actor::platform(), input, None).await?.answer)
}

/// The look, and a team that can sign in. Answers their password: a new one at every start, since whoever can reach the port can try
/// one.
async fn furnish(kyc: &Kyc, actor: &Actor, created: &MerchantCreated) -> Result<String> {
    let set = |text: &str| Patch::Set(text.to_owned());
    let look = BrandingUpdate {
        primary_color: set("#9a4b00"),
        background_color: set("#fff8ec"),
        surface_color: set("#ffffff"),
        text_color: set("#2b1d0e"),
        corner_radius: Patch::Set(14),
        support_email: set("help@example.com"),
        ..BrandingUpdate::default()
    };
    branding::update(kyc, actor, look, None).await?;
    let password: String = kyc.entropy.token().chars().take(16).collect();
    let passwords = Passwords::new(kyc.entropy.clone());
    let mut links = vec![created.password_url.clone()];
    for &(email, name, role) in TEAM {
        let new = MemberCreate { email: email.to_owned(), name: name.to_owned(), role };
        links.push(member::create(kyc, actor, new, None).await?.answer.password_url);
    }
    for link in links {
        let link = shown(link)?;
        let (_, token) = link.split_once('#').ok_or_else(|| Error::internal("a link without a token"))?;
        let link = password::link(kyc, token).await?.ok_or_else(password::not_a_link)?;
        password::set(kyc, &passwords, link, &password).await?;
    }
    Ok(password)
}

fn for_a_visitor() -> LinkGenerate {
    LinkGenerate {
        customer_id: None,
        customer_reference: None,
        customer: Some(CustomerInput {
            reference: Some("DEMO-LINK".to_owned()),
            name: "Meera Sharma".to_owned(),
            email: Some("meera@example.com".to_owned()),
            phone: None,
            date_of_birth: None,
            country: Some("IN".to_owned()),
        }),
        steps: None,
        validity_hours: Some(LINK_HOURS),
        redirect_url: None,
    }
}

/// The days of the history, where the merchant is.
fn days(zone: &str, now: Time) -> Result<(NaiveDate, NaiveDate)> {
    let zone: Tz = zone.parse().map_err(Error::internal)?;
    let day = |time: Time| time.with_timezone(&zone).date_naive();
    Ok((day(now - HISTORY), day(now)))
}

/// What is shown once, the first time.
fn shown<T>(once: Option<T>) -> Result<T> {
    once.ok_or_else(|| Error::internal("what is shown once was not shown"))
}
