//! A merchant's back office over a database of its own, with a clock that moves when it is told to.

use std::sync::Arc;

use chrono::TimeDelta;
use entity::{
    EventType, Role, Scope, Scoped, StepKind, StepStatus, attempt, event,
    id::{ApiKeyId, AttemptId, CustomerId, MemberId, StepId},
    link, log_head, merchant, step,
};
use kyc_stack::{
    auth::{Actor, Auth, Credential, Known},
    clock::Clock,
    db::Db,
    entropy::Entropy,
    error::{Current, Error, UserErrorCode},
    kyc::{
        Kyc, LinkIssued, Outcome, ReasonInput, StepMoved,
        attempt::{AttemptCreate, LinkGenerate},
        customer::CustomerInput,
        journey::{self, Open, Opened},
        screening::Screening,
        step::StepUpdateStatus,
    },
};
use sea_orm::{ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::{
    database::{Backend, Database},
    verify::assert_clean,
};

/// Connections of the pool: more than cores, so that transactions meet.
const CONNECTIONS: u32 = 16;

/// One merchant and the use cases.
pub(crate) struct Office {
    pub(crate) kyc: Kyc,
    pub(crate) merchant: merchant::Model,
    // After the connections: it removes the database.
    database: Database,
}

impl Office {
    /// A merchant whose journey has every step.
    pub(crate) async fn open() -> Self {
        let database = Database::fresh(Backend::under_test()).await;
        let merchant = crate::harness::rows::merchant(1);
        let kyc = Kyc {
            db: Db::open(&database.url, CONNECTIONS).await.unwrap(),
            clock: Clock::manual("2026-11-22T10:00:00Z".parse().unwrap()),
            entropy: Entropy::seeded(1),
            known: Known::default(),
            wake: Arc::new(|_| ()),
            public_url: "https://kyc.example.com".into(),
            shelf: Arc::default(),
            screening: Screening::default(),
            performing: kyc_stack::kyc::check::Performing::default(),
        };
        let row = merchant.clone().into_active_model();
        merchant::Entity::insert(row).exec_without_returning(kyc.db.library()).await.unwrap();
        let head = log_head::Model { merchant_id: merchant.id, seq: 0 }.into_active_model();
        log_head::Entity::insert(head).exec_without_returning(kyc.db.library()).await.unwrap();
        Self { kyc, merchant, database }
    }

    /// The address of its database, for connections of one's own.
    pub(crate) fn url(&self) -> &str {
        &self.database.url
    }

    /// Who is asking, over the same database.
    pub(crate) fn auth(&self) -> Auth {
        let Kyc { db, clock, entropy, known, .. } = self.kyc.clone();
        Auth::new(db, clock, entropy, known, None, false)
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope::of(self.merchant.id)
    }

    /// A member of the team.
    pub(crate) fn member(&self, role: Role) -> Actor {
        Actor::member(MemberId(Uuid::from_u128(8)), "Asha".to_owned(), role, self.merchant.id)
    }

    /// The merchant's own system.
    pub(crate) fn system(&self, role: Role) -> Actor {
        Actor::api_key(ApiKeyId(Uuid::from_u128(9)), "Core".to_owned(), role, self.merchant.id)
    }

    pub(crate) fn later(&self, hours: i64) {
        self.kyc.clock.advance(TimeDelta::hours(hours));
    }

    /// An attempt of a new customer, without a link.
    pub(crate) async fn attempt(&self, steps: &[StepKind]) -> attempt::Model {
        let input = AttemptCreate { customer: Some(somebody()), ..of_nobody(steps) };
        let outcome =
            kyc_stack::kyc::attempt::create(&self.kyc, &self.member(Role::Admin), input, None).await;
        outcome.unwrap_or_else(|error| panic!("{error}")).answer.attempt
    }

    /// An attempt of a new customer, with a link of 24 hours.
    pub(crate) async fn link(&self, steps: &[StepKind]) -> LinkIssued {
        let input = LinkGenerate {
            customer_id: None,
            customer_reference: None,
            customer: Some(somebody()),
            steps: Some(steps.to_vec()),
            validity_hours: Some(24),
            redirect_url: None,
        };
        let outcome =
            kyc_stack::kyc::attempt::generate(&self.kyc, &self.member(Role::Admin), input, None).await;
        outcome.unwrap_or_else(|error| panic!("{error}")).answer
    }

    /// Opens a link in the browser that makes up this nonce.
    pub(crate) async fn open_link(&self, url: Option<&str>, nonce: &str) -> Opened {
        let token = url.unwrap().split_once("/k#").unwrap().1.to_owned();
        journey::open(&self.kyc, &Open { token, nonce: nonce.to_owned() }).await.unwrap()
    }

    /// The customer of a link, who has opened it.
    pub(crate) async fn customer(&self, url: Option<&str>) -> Actor {
        let Opened::Session(token) = self.open_link(url, "phone-of-the-tests").await else {
            panic!("the link opens nothing")
        };
        self.auth().actor(&Credential::link_session(&token).unwrap()).await.unwrap()
    }

    /// Moves a step, by a REVIEWER.
    pub(crate) async fn step(&self, step: StepId, status: StepStatus) -> Result<Outcome<StepMoved>, Error> {
        self.step_as(&self.member(Role::Reviewer), None, to(step, status)).await
    }

    pub(crate) async fn step_as(
        &self,
        actor: &Actor,
        key: Option<&str>,
        input: StepUpdateStatus,
    ) -> Result<Outcome<StepMoved>, Error> {
        kyc_stack::kyc::step::update_status(&self.kyc, actor, input, key.map(str::to_owned)).await
    }

    /// An attempt as it is written.
    pub(crate) async fn row(&self, id: AttemptId) -> attempt::Model {
        let rows = attempt::Entity::scoped(self.scope()).filter(attempt::Column::Id.eq(id));
        rows.one(self.kyc.db.reader()).await.unwrap().unwrap()
    }

    /// The attempts of a customer, first to last.
    pub(crate) async fn attempts_of(&self, customer: CustomerId) -> Vec<attempt::Model> {
        attempt::Entity::scoped(self.scope())
            .filter(attempt::Column::CustomerId.eq(customer))
            .order_by_asc(attempt::Column::Number)
            .all(self.kyc.db.reader())
            .await
            .unwrap()
    }

    /// The steps of an attempt, in order.
    pub(crate) async fn steps(&self, attempt: AttemptId) -> Vec<step::Model> {
        step::Entity::scoped(self.scope())
            .filter(step::Column::AttemptId.eq(attempt))
            .order_by_asc(step::Column::Position)
            .all(self.kyc.db.reader())
            .await
            .unwrap()
    }

    /// The tokens of an attempt, first to last.
    pub(crate) async fn tokens(&self, attempt: AttemptId) -> Vec<link::Model> {
        link::Entity::scoped(self.scope())
            .filter(link::Column::AttemptId.eq(attempt))
            .order_by_asc(link::Column::IssuedAt)
            .order_by_asc(link::Column::Id)
            .all(self.kyc.db.reader())
            .await
            .unwrap()
    }

    /// The whole log.
    pub(crate) async fn log(&self) -> Vec<event::Model> {
        kyc_stack::events::log::read_after(self.kyc.db.reader(), self.scope(), 0, 1_000_000).await.unwrap()
    }

    /// What was told of an attempt, in order.
    pub(crate) async fn told(&self, attempt: AttemptId) -> Vec<EventType> {
        let log = self.log().await;
        log.iter().filter(|event| event.attempt_id == Some(attempt)).map(|event| event.kind).collect()
    }

    /// What has to be true after every test.
    pub(crate) async fn audit(&self) {
        assert_clean(&self.kyc.db).await;
    }
}

/// The input of `attemptCreate` for a customer who is still to be named.
pub(crate) fn of_nobody(steps: &[StepKind]) -> AttemptCreate {
    AttemptCreate { customer_id: None, customer_reference: None, customer: None, steps: Some(steps.to_vec()) }
}

pub(crate) fn somebody() -> CustomerInput {
    CustomerInput {
        reference: None,
        name: "Asha Rao".to_owned(),
        email: None,
        phone: None,
        date_of_birth: None,
        country: None,
    }
}

/// A move; with a reason and a REVIEWER's action where the status needs them.
pub(crate) fn to(step: StepId, status: StepStatus) -> StepUpdateStatus {
    let explained = matches!(status, StepStatus::Failed | StepStatus::RequiresAction);
    StepUpdateStatus {
        step_id: step,
        status,
        reason: explained.then(|| reason("UNDER_REVIEW")),
        action_by: None,
        result: None,
        expected_version: None,
    }
}

pub(crate) fn reason(code: &str) -> ReasonInput {
    ReasonInput { code: code.to_owned(), message: None, staff_note: Some("seen by staff".to_owned()) }
}

/// Why a use case refused, when it refused for one reason: code and field.
pub(crate) fn refusal<T>(outcome: Result<T, Error>) -> (UserErrorCode, String) {
    let error = match outcome {
        Err(Error::User(mut errors)) if errors.len() == 1 => errors.remove(0),
        Err(Error::Conflict { error, .. }) => error,
        Err(error) => panic!("not a refusal for one reason: {error}"),
        Ok(_) => panic!("it was not refused"),
    };
    (error.code, error.field.unwrap_or_default().join("."))
}

/// What a conflict shows.
pub(crate) fn current<T>(outcome: &Result<T, Error>) -> Option<Current> {
    match outcome {
        Err(Error::Conflict { current, .. }) => Some(*current),
        Err(_) | Ok(_) => None,
    }
}
