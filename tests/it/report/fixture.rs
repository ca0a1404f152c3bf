//! A merchant with attempts, written straight into the tables.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta};
use entity::{
    AttemptState, ExpiryReason, MerchantMode, Party, Role, Scope, StepKind, StepStatus, Time, attempt,
    customer,
    id::{ApiKeyId, AttemptId, CustomerId, MerchantId, StepId},
    log_head, merchant, step,
};
use futures_util::TryStreamExt;
use kyc_stack::{
    auth::Actor,
    clock::Clock,
    db::Db,
    entropy::Entropy,
    error::Result,
    kyc::{Kyc, report::export, screening::Screening},
    report::{Params, Query},
};
use sea_orm::{EntityTrait, IntoActiveModel};

use crate::harness::database::{Backend, Database};

/// Rows of one insert: SQLite takes 32,766 values.
const INSERT: usize = 500;

/// A program on a database of its own, with one merchant.
pub(super) struct Shop {
    pub(super) kyc: Kyc,
    pub(super) scope: Scope,
    _database: Database,
}

/// The moment at which everything is seen: noon in India on the last day of January.
pub(super) fn now() -> Time {
    at("2026-01-31T06:30:00Z")
}

pub(super) fn at(text: &str) -> Time {
    text.parse().unwrap()
}

impl Shop {
    pub(super) async fn open() -> Self {
        let database = Database::fresh(Backend::under_test()).await;
        let db = Db::open(&database.url, 4).await.unwrap();
        let kyc = Kyc {
            known: kyc_stack::auth::Known::default(),
            db,
            clock: Clock::manual(now()),
            entropy: Entropy::System,
            wake: Arc::new(|_| {}),
            public_url: "http://localhost:8080".into(),
            shelf: Arc::default(),
            screening: Screening::default(),
            performing: kyc_stack::kyc::check::Performing::default(),
        };
        let scope = merchant(&kyc, "acme").await;
        Self { kyc, scope, _database: database }
    }

    pub(super) fn key(&self, role: Role) -> Actor {
        let id = Entropy::System.id::<ApiKeyId>(now());
        Actor::api_key(id, "reports".into(), role, self.scope.merchant_id())
    }

    /// A report as an ADMIN reads it, from the first byte to the last.
    pub(super) async fn csv(&self, pairs: &[(&str, &str)]) -> Result<Vec<u8>> {
        let export = export(&self.kyc, &self.key(Role::Admin), query(pairs)).await?;
        Ok(export.rows.try_collect::<Vec<_>>().await?.concat())
    }

    /// The records behind the header.
    pub(super) async fn records(&self, pairs: &[(&str, &str)]) -> Vec<csv::StringRecord> {
        records(&self.csv(pairs).await.unwrap())
    }

    /// Attempts in progress, a second apart from the beginning of January on, each of its own customer.
    pub(super) async fn fill(&self, count: usize) -> Vec<AttemptId> {
        let journeys: Vec<_> = (0..count)
            .map(|i| Journey::new(self.scope, at("2026-01-01T00:00:00Z") + TimeDelta::seconds(i as i64)))
            .collect();
        self.insert(&journeys).await;
        journeys.iter().map(|journey| journey.attempt.id).collect()
    }

    pub(super) async fn insert(&self, journeys: &[Journey]) {
        let db = self.kyc.db.library();
        for some in journeys.chunks(INSERT) {
            let customers = some.iter().map(|journey| journey.customer.clone().into_active_model());
            customer::Entity::insert_many(customers).exec_without_returning(db).await.unwrap();
            let attempts = some.iter().map(|journey| journey.attempt.clone().into_active_model());
            attempt::Entity::insert_many(attempts).exec_without_returning(db).await.unwrap();
            let steps =
                some.iter().flat_map(|journey| journey.steps.clone()).map(IntoActiveModel::into_active_model);
            step::Entity::insert_many(steps).exec_without_returning(db).await.unwrap();
        }
    }
}

/// The column of a record by its name.
pub(super) fn column(name: &str) -> usize {
    kyc_stack::report::sheet::header(kyc_stack::report::Layout::Wide)
        .iter()
        .position(|known| known == name)
        .unwrap()
}

pub(super) fn records(bytes: &[u8]) -> Vec<csv::StringRecord> {
    csv::Reader::from_reader(bytes).records().collect::<Result<_, _>>().unwrap()
}

/// A query over January in UTC, with what else is given.
pub(super) fn query(pairs: &[(&str, &str)]) -> Query {
    let mut params = Params::default();
    let january = [("from", "2026-01-01"), ("to", "2026-01-31"), ("time_zone", "UTC")];
    for (name, value) in
        pairs.iter().chain(january.iter().filter(|(name, _)| pairs.iter().all(|(set, _)| set != name)))
    {
        params.set(name, (*value).to_owned()).unwrap();
    }
    Query::parse(&params).unwrap()
}

pub(super) async fn merchant(kyc: &Kyc, slug: &str) -> Scope {
    let id = Entropy::System.id::<MerchantId>(now());
    let row = merchant::Model {
        id,
        name: slug.into(),
        slug: slug.into(),
        mode: MerchantMode::Sandbox,
        time_zone: "Asia/Kolkata".into(),
        journey: merchant::Journey(vec![StepKind::Pan]),
        link_validity_hours: 72,
        redirect_origins: merchant::Origins(Vec::new()),
        display_name: slug.into(),
        primary_color: "#000000".into(),
        background_color: "#ffffff".into(),
        surface_color: "#ffffff".into(),
        text_color: "#000000".into(),
        corner_radius: 4,
        logo: None,
        support_email: None,
        support_url: None,
        branding_updated_at: now(),
        created_at: now(),
    };
    let db = kyc.db.library();
    merchant::Entity::insert(row.into_active_model()).exec_without_returning(db).await.unwrap();
    let head = log_head::Model { merchant_id: id, seq: 0 };
    log_head::Entity::insert(head.into_active_model()).exec_without_returning(db).await.unwrap();
    Scope::of(id)
}

/// An attempt of a customer of its own, with two steps.
#[derive(Clone)]
pub(super) struct Journey {
    pub(super) customer: customer::Model,
    pub(super) attempt: attempt::Model,
    pub(super) steps: Vec<step::Model>,
}

impl Journey {
    pub(super) fn new(scope: Scope, created_at: Time) -> Self {
        let merchant_id = scope.merchant_id();
        let customer = customer::Model {
            id: Entropy::System.id::<CustomerId>(created_at),
            merchant_id,
            reference: None,
            name: "Asha Rao".into(),
            name_key: "asha rao".into(),
            email: Some("asha@example.in".into()),
            phone: None,
            date_of_birth: None,
            country: None,
            created_at,
            updated_at: created_at,
            version: 1,
        };
        let attempt = attempt::Model {
            id: Entropy::System.id::<AttemptId>(created_at),
            merchant_id,
            customer_id: customer.id,
            number: 1,
            newest: true,
            state: AttemptState::InProgress,
            mode: MerchantMode::Sandbox,
            waiting_on: Some(Party::Reviewer),
            waiting_since: Some(created_at),
            needs_customer: false,
            needs_provider: false,
            needs_reviewer: true,
            active_holds: 0,
            completed_steps: 1,
            total_steps: 2,
            step_statuses: 0,
            redirect_url: None,
            consented_at: None,
            rejection_code: None,
            rejection_message: None,
            rejection_staff_note: None,
            expiry_reason: None,
            created_at,
            started_at: Some(created_at),
            ended_at: None,
            expires_at: None,
            due_at: None,
            link_issued_count: 0,
            link_open_count: 0,
            link_last_opened_at: None,
            link_revoked_at: None,
            link_expiry_recorded: false,
            updated_at: created_at,
            version: 1,
        };
        let step = |kind, position, status, waiting_on, reason_code: Option<&str>| step::Model {
            id: Entropy::System.id::<StepId>(created_at),
            merchant_id,
            attempt_id: attempt.id,
            kind,
            position,
            status,
            waiting_on,
            reason_code: reason_code.map(str::to_owned),
            reason_message: None,
            reason_staff_note: None,
            tries: 1,
            max_tries: 3,
            provider: Some("sandbox".into()),
            started_at: Some(created_at),
            ended_at: None,
            deadline_at: None,
            check_due_at: None,
            updated_at: created_at,
            version: 1,
        };
        let steps = vec![
            step(StepKind::Selfie, 1, StepStatus::Completed, None, None),
            step(
                StepKind::Pan,
                2,
                StepStatus::RequiresAction,
                Some(Party::Reviewer),
                Some("PAN_NAME_MISMATCH"),
            ),
        ];
        Self { customer, attempt, steps }
    }

    /// It waits on the customer alone, until then.
    pub(super) fn due(mut self, due_at: Time, link_open_count: i32) -> Self {
        self.steps[1].waiting_on = Some(Party::Customer);
        self.attempt = attempt::Model {
            waiting_on: Some(Party::Customer),
            needs_customer: true,
            needs_reviewer: false,
            expires_at: Some(due_at),
            due_at: Some(due_at),
            link_issued_count: 1,
            link_open_count,
            ..self.attempt
        };
        self
    }

    /// It is over, and that is written.
    pub(super) fn ended(
        mut self,
        state: AttemptState,
        ended_at: Time,
        expiry_reason: Option<ExpiryReason>,
    ) -> Self {
        self.attempt = attempt::Model {
            state,
            ended_at: Some(ended_at),
            expiry_reason,
            rejection_code: (state == AttemptState::Rejected).then(|| "DOCUMENT_FORGED".to_owned()),
            waiting_on: None,
            waiting_since: None,
            needs_customer: false,
            needs_provider: false,
            needs_reviewer: false,
            due_at: None,
            ..self.attempt
        };
        self
    }
}

/// Makes an attempt's row one that cannot be read.
pub(super) async fn damage(shop: &Shop, id: AttemptId) {
    use sea_orm::{ColumnTrait, ConnectionTrait, sea_query};

    let allow = match Backend::under_test() {
        Backend::Sqlite => "PRAGMA ignore_check_constraints = ON",
        Backend::Postgres => "ALTER TABLE attempt DROP CONSTRAINT attempt_mode_check",
    };
    let mut update = sea_query::Query::update();
    update
        .table(attempt::Entity)
        .value(attempt::Column::Mode, "NONSENSE")
        .and_where(attempt::Column::Id.eq(id));
    let damaged = shop.kyc.db.write(move |txn| {
        Box::pin(async move {
            txn.execute_unprepared(allow).await?;
            Ok(txn.execute(&update).await?.rows_affected())
        })
    });
    assert_eq!(damaged.await.unwrap(), 1);
}

/// The first moment of a day in UTC.
pub(super) fn day(text: &str) -> Time {
    DateTime::from_naive_utc_and_offset(text.parse::<chrono::NaiveDate>().unwrap().into(), chrono::Utc)
}
