//! `kyc-stack seed`: load data. A history of made-up customers under a merchant of its own, the same for the same seed.
//!
//! Nothing is written but what the use cases could have written: each attempt is walked by the rules of `lifecycle`, and its
//! rows and events come from the same functions. They are only written faster, some customers with everything that is
//! theirs in one transaction: whenever it is stopped, what is there is whole.

mod people;
mod plan;
mod script;
mod walk;
mod write;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta};
use entity::{ActorKind, MerchantMode, Scope, Scoped, Time, api_key, id::MerchantId, member};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sea_orm::{ConnectionTrait, DbBackend};
use tokio::sync::mpsc;

pub(super) use self::{
    people::somebody,
    plan::Plan,
    script::{is_decided_by_reviewer, is_put_right_by_customer},
    walk::Scene,
};
use crate::{
    auth::Actor,
    clock::Clock,
    entropy::Entropy,
    error::{Error, Result, UserErrorCode},
    events::log::Author,
    kyc::{
        Kyc,
        merchant::{self, MerchantCreate, MerchantCreated},
        password,
    },
};

/// Customers of a transaction.
const BATCH: u64 = 200;
/// The length of a history, in days.
const HISTORY: Days = Days::new(365);
/// The shortest that an attempt of its own makes sense in, in days.
const SHORTEST: TimeDelta = TimeDelta::days(30);

/// What to seed.
#[derive(Clone, Debug, clap::Args)]
pub struct Seed {
    /// How many customers, 1 to 1,000,000.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    pub customers: u64,
    /// How many attempts each of them has, 1 to 100; only the last may be open.
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(i32).range(1..=100))]
    pub attempts_per_customer: i32,
    /// Which of all histories: the same number gives the same rows, except for the secrets.
    #[arg(long, value_name = "X", default_value_t = 1)]
    pub seed: u64,
    /// The first day (UTC) of twelve months of history, which ends at the beginning of today at the latest; twelve months ago
    /// where it is not given.
    #[arg(long, value_name = "DATE")]
    pub from: Option<NaiveDate>,
    /// Every customer's last attempt is open: its steps can still move, and its link lasts for a year.
    #[arg(long)]
    pub open: bool,
}

/// Writes a history under a new merchant, and answers what `merchant create` answers.
///
/// # Errors
/// BAD_USER_INPUT when this seed is in the database already, or there are less than 30 days between `from` and today; and
/// when the database fails. What was written by then is whole, and stays.
pub async fn run(kyc: &Kyc, seed: &Seed, progress: &ProgressBar) -> Result<MerchantCreated> {
    let now = kyc.clock.now();
    let plan = seed.plan(now)?;
    let entropy = Entropy::seeded_ids(seed.seed);
    let kyc = Kyc { clock: Clock::manual(plan.from), entropy, ..kyc.clone() };
    let created = seed.merchant(&kyc).await?;
    let scene = scene(&kyc, &created).await?;
    populate(&kyc, scene, plan, progress).await?;
    renew_password_link(&kyc, created.merchant.id, now).await?;
    if kyc.db.backend() == DbBackend::Postgres {
        // The planner knows nothing of the rows yet, and would learn of them at some time in the next minutes.
        kyc.db.library().execute_unprepared("ANALYZE").await?;
    }
    Ok(created)
}

/// The one-time link was made when the history begins. It is given out now.
async fn renew_password_link(kyc: &Kyc, merchant: MerchantId, now: Time) -> Result<()> {
    let renew = member::Entity::password_links_last(Scope::of(merchant), now + password::LINK_LASTS);
    kyc.db.write(move |txn| Box::pin(async move { Ok(renew.exec(txn).await.map(drop)?) })).await
}

/// The progress of a command, on standard error, and only when that is a terminal.
pub fn progress(customers: u64) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(customers), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("{bar:40} {human_pos}/{human_len} customers, {eta} left");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

impl Seed {
    fn plan(&self, now: Time) -> Result<Plan> {
        let midnight = |day: NaiveDate| day.and_time(NaiveTime::MIN).and_utc();
        let after = |day: NaiveDate| day.checked_add_days(HISTORY);
        let today = now.date_naive();
        let from = self.from.or_else(|| today.checked_sub_days(HISTORY));
        let until = from.and_then(after).map(|end| end.min(today));
        let (Some(from), Some(until)) = (from, until) else {
            return Err(Error::BadInput("from: this date is beyond the calendar".into()));
        };
        let (from, until) = (midnight(from), midnight(until));
        if until - from < SHORTEST || from < DateTime::UNIX_EPOCH {
            let message = "from: choose a day at least 30 days ago, and after 1970: the history ends today";
            return Err(Error::BadInput(message.into()));
        }
        Ok(Plan {
            seed: self.seed,
            customers: self.customers,
            attempts: self.attempts_per_customer,
            from,
            until,
            open: self.open,
            lasting: self.open.then(|| midnight(today)),
        })
    }

    async fn merchant(&self, kyc: &Kyc) -> Result<MerchantCreated> {
        let slug = format!("seed-{}", self.seed);
        let input = MerchantCreate {
            name: format!("Load data {}", self.seed),
            slug: slug.clone(),
            admin_email: "admin@example.com".to_owned(),
            mode: Some(MerchantMode::Sandbox),
            time_zone: None,
        };
        match merchant::create(kyc, &Actor::platform(), input, None).await {
            Ok(outcome) => Ok(outcome.answer),
            Err(Error::User(errors)) if errors.iter().any(|error| error.code == UserErrorCode::Taken) => {
                let message = format!(
                    "seed: this one is in the database already, as the merchant {slug}. Choose another number with --seed."
                );
                Err(Error::BadInput(message))
            }
            Err(error) => Err(error),
        }
    }
}

/// The office of a merchant that was just created: its first key generates links, its first member decides.
pub(super) async fn scene(kyc: &Kyc, created: &MerchantCreated) -> Result<Scene> {
    let merchant = &created.merchant;
    let scope = Scope::of(merchant.id);
    let member = member::Entity::scoped(scope).one(kyc.db.reader()).await?;
    let key = api_key::Entity::scoped(scope).one(kyc.db.reader()).await?;
    let (Some(member), Some(key)) = (member, key) else {
        return Err(Error::internal("a new merchant has a member and a key"));
    };
    Ok(Scene {
        merchant: merchant.id,
        mode: merchant.mode,
        journey: merchant.journey.0.clone(),
        system: Author { kind: ActorKind::ApiKey, id: Some(key.id.0) },
        reviewer: Author { kind: ActorKind::Member, id: Some(member.id.0) },
        entropy: kyc.entropy.clone(),
    })
}

/// Writes the history of a plan. One thread makes it up while another writes what came before.
pub(super) async fn populate(kyc: &Kyc, scene: Scene, plan: Plan, progress: &ProgressBar) -> Result<()> {
    let (sender, mut batches) = mpsc::channel(1);
    let merchant = scene.merchant;
    let author = tokio::task::spawn_blocking(move || {
        let mut next = 1;
        while next <= plan.customers {
            let last = plan.customers.min(next + BATCH - 1);
            // Nobody takes it any more when the database has failed.
            if sender.blocking_send(plan.batch(&scene, next..=last)?).is_err() {
                break;
            }
            next = last + 1;
        }
        Ok(())
    });
    while let Some(batch) = batches.recv().await {
        let customers = batch.customers.len();
        kyc.db.write(move |txn| Box::pin(async move { batch.write(txn, merchant).await })).await?;
        (kyc.wake)(Scope::of(merchant));
        progress.inc(customers as u64);
    }
    author.await.map_err(Error::internal)?
}
