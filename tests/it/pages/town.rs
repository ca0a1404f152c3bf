//! A merchant with a history: attempts in every state, some of them overdue and not written yet. The same at every run.

use chrono::TimeDelta;
use entity::{Scope, Scoped, StepKind, StepStatus, attempt, customer, step};
use serde_json::json;

use crate::harness::app::{Client, House, TestApp};

const NAMES: [&str; 8] = [
    "Asha Rao",
    "Asha Devi Rao",
    "Ravi Kumar",
    "Zoë Rao",
    "Kamal Ashok",
    "Meera",
    "Ravindra Ash",
    "O’Brien Kumar",
];

/// Numbers that look like chance, and are the same at every run.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Less than `sides`.
    pub(super) fn roll(&mut self, sides: u64) -> u64 {
        // SplitMix64.
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % sides
    }

    pub(super) fn one_of<'t, T>(&mut self, from: &'t [T]) -> &'t T {
        &from[usize::try_from(self.roll(from.len() as u64)).unwrap()]
    }

    pub(super) fn some_of<T: Copy>(&mut self, from: &[T]) -> Vec<T> {
        from.iter().filter(|_| self.roll(3) == 0).copied().collect()
    }
}

/// The merchant and its town.
pub(super) struct Town {
    pub(super) app: TestApp,
    pub(super) house: House,
    pub(super) dice: Dice,
    pub(super) agent: Client,
    reviewer: Client,
    people: Vec<String>,
}

/// Everything as it is written.
pub(super) struct Books {
    pub(super) attempts: Vec<attempt::Model>,
    pub(super) steps: Vec<step::Model>,
    pub(super) customers: Vec<customer::Model>,
}

impl Town {
    pub(super) async fn with(attempts: usize) -> Self {
        let app = TestApp::open().await;
        let house = app.merchant("acme").await;
        // A neighbour, of whom nothing may be seen.
        let neighbour = app.merchant("bolt").await.agent();
        let input = json!({ "customer": { "name": "Asha Rao", "reference": "A-1" }, "steps": ["PAN"] });
        neighbour.done("kycLinkGenerate", "__typename", input).await;
        let (agent, reviewer) = (house.agent(), house.reviewer());
        let mut town = Self { app, house, dice: Dice::new(42), agent, reviewer, people: Vec::new() };
        while town.books().await.attempts.len() < attempts {
            for _ in 0..10 {
                town.a_day_goes_on().await;
            }
        }
        town
    }

    async fn a_day_goes_on(&mut self) {
        // Often none at all: several rows of one moment.
        let minutes = [0, 0, 0, 7, 90].map(TimeDelta::minutes);
        self.app.pass(*self.dice.one_of(&minutes));
        let Some((attempt, steps)) = self.begin().await else { return };
        for step in steps {
            match self.dice.roll(7) {
                0 => self.step(&step, StepStatus::InProgress).await,
                1 | 2 => self.step(&step, StepStatus::Completed).await,
                3 => self.step(&step, StepStatus::RequiresAction).await,
                4 => self.step(&step, StepStatus::Failed).await,
                _ => {}
            }
        }
        let reason = json!({ "code": "UNDER_REVIEW" });
        match self.dice.roll(9) {
            0 => self.does("kycLinkRevoke", json!({ "attemptId": attempt })).await,
            1 => {
                let reason = json!({ "code": "OTHER", "message": "m" });
                self.does("attemptReject", json!({ "attemptId": attempt, "reason": reason })).await;
            }
            2 | 3 => self.does("holdPlace", json!({ "attemptId": attempt, "reason": reason })).await,
            4 => self.does("kycLinkExtend", json!({ "attemptId": attempt, "validityHours": 3 })).await,
            _ => {}
        }
    }

    /// Starts an attempt, of somebody new or of somebody known.
    pub(super) async fn begin(&mut self) -> Option<(String, Vec<String>)> {
        let mut steps = self.dice.some_of(StepKind::ALL);
        if steps.is_empty() {
            steps.push(StepKind::Pan);
        }
        let mut input = json!({ "steps": steps.iter().map(|kind| kind.as_str()).collect::<Vec<_>>() });
        if !self.people.is_empty() && self.dice.roll(3) == 0 {
            input["customerId"] = json!(self.dice.one_of(&self.people));
        } else {
            let number = self.people.len();
            let reference = (self.dice.roll(2) == 0).then(|| format!("A-{number}"));
            input["customer"] = json!({ "name": self.dice.one_of(&NAMES), "reference": reference });
        }
        let mutation = if self.dice.roll(4) == 0 { "attemptCreate" } else { "kycLinkGenerate" };
        if mutation == "kycLinkGenerate" {
            input["validityHours"] = json!(1 + self.dice.roll(60));
        }
        let answer =
            self.house.admin().mutate(mutation, "attempt { id customer { id } steps { id } }", input).await;
        if !answer.user_errors(mutation).is_empty() {
            // They have an open one.
            return None;
        }
        let attempt = &answer.data(mutation)["attempt"];
        let id = |of: &serde_json::Value| of["id"].as_str().unwrap().to_owned();
        let person = id(&attempt["customer"]);
        if !self.people.contains(&person) {
            self.people.push(person);
        }
        Some((id(attempt), attempt["steps"].as_array().unwrap().iter().map(id).collect()))
    }

    async fn step(&mut self, step: &str, status: StepStatus) {
        let mut input = json!({ "stepId": step, "status": status.as_str() });
        match status {
            StepStatus::Failed => input["reason"] = json!({ "code": "UNDER_REVIEW" }),
            StepStatus::RequiresAction => {
                let customer = self.dice.roll(2) == 0;
                input["reason"] = json!({ "code": if customer { "REDO_REQUESTED" } else { "UNDER_REVIEW" } });
            }
            StepStatus::NotStarted | StepStatus::InProgress | StepStatus::Completed => {}
        }
        self.does("stepUpdateStatus", input).await;
    }

    /// Does it, if it can be done.
    async fn does(&self, mutation: &str, input: serde_json::Value) {
        self.reviewer.mutate(mutation, "__typename", input).await.data(mutation);
    }

    pub(super) fn now(&self) -> entity::Time {
        self.app.kyc().clock.now()
    }

    pub(super) async fn books(&self) -> Books {
        let (scope, db) = (Scope::of(self.house.id), self.app.kyc().db.reader());
        Books {
            attempts: attempt::Entity::scoped(scope).all(db).await.unwrap(),
            steps: step::Entity::scoped(scope).all(db).await.unwrap(),
            customers: customer::Entity::scoped(scope).all(db).await.unwrap(),
        }
    }
}
