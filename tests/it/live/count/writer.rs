//! One who changes things.

use std::{sync::Arc, time::Duration};

use serde_json::{Value, json};
use tokio::{sync::watch, time::Instant};

use super::{Dice, Replicas, Sizes, Town, town::ask};

/// How long one change may be tried, where servers fail.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) struct Writer {
    number: usize,
    sizes: Sizes,
    town: Arc<Town>,
    replicas: Replicas,
    dice: Dice,
    client: reqwest::Client,
    /// Its own steps, each with whether it is in progress, so that every move is one.
    steps: Vec<(usize, String, bool)>,
    /// Its own holds.
    holds: Vec<(usize, String)>,
}

impl Writer {
    pub(super) fn new(number: usize, sizes: &Sizes, town: &Arc<Town>, replicas: Replicas) -> Self {
        let every = town
            .attempts
            .iter()
            .flat_map(|attempt| attempt.steps.iter().map(|step| (attempt.tenant, step.clone(), false)));
        let steps = every.skip(number).step_by(sizes.writers).collect();
        Self {
            number,
            sizes: sizes.clone(),
            town: Arc::clone(town),
            replicas,
            dice: Dice::new(sizes.seed, 1_000 + number as u64),
            client: crate::harness::http_client(),
            steps,
            holds: Vec::new(),
        }
    }

    /// Its share of the changes.
    pub(super) async fn write(mut self, done: Arc<watch::Sender<usize>>) {
        let share = (self.number..self.sizes.changes).step_by(self.sizes.writers).len();
        for change in 0..share {
            match self.dice.below(8) {
                0 if self.holds.len() < 3 => self.hold(change).await,
                1 if !self.holds.is_empty() => self.release(change).await,
                _ => self.step(change).await,
            }
            done.send_modify(|done| *done += 1);
        }
    }

    async fn step(&mut self, change: usize) {
        let index = self.dice.below(self.steps.len());
        let (tenant, step, running) = self.steps[index].clone();
        let input = if running {
            json!({ "stepId": step, "status": "REQUIRES_ACTION", "reason": { "code": "UNDER_REVIEW" } })
        } else {
            json!({ "stepId": step, "status": "IN_PROGRESS" })
        };
        self.change(tenant, "stepUpdateStatus", "step { version }", input, change).await;
        self.steps[index].2 = !running;
    }

    async fn hold(&mut self, change: usize) {
        let attempt = self.dice.below(self.town.attempts.len());
        let (tenant, id) = (self.town.attempts[attempt].tenant, &self.town.attempts[attempt].id);
        let input = json!({ "attemptId": id, "reason": { "code": "UNDER_REVIEW" } });
        let held = self.change(tenant, "holdPlace", "hold { id }", input, change).await;
        self.holds.push((tenant, held["hold"]["id"].as_str().unwrap().to_owned()));
    }

    async fn release(&mut self, change: usize) {
        let (tenant, hold) = self.holds.swap_remove(self.dice.below(self.holds.len()));
        self.change(tenant, "holdRelease", "hold { id }", json!({ "holdId": hold }), change).await;
    }

    /// One change, once, at whichever replica does it.
    async fn change(
        &self,
        tenant: usize,
        name: &str,
        fields: &str,
        mut input: Value,
        change: usize,
    ) -> Value {
        input["idempotencyKey"] = json!(format!("{}-{change}", self.number));
        let document = crate::harness::graph::mutation(name, fields);
        let variables = json!({ "input": input });
        let key = &self.town.tenants[tenant].key;
        let began = Instant::now();
        loop {
            let address = self.replicas.any(&self.dice);
            if let Some(mut data) = ask(&self.client, address, key, &document, &variables).await {
                assert_eq!(data[name]["userErrors"], json!([]), "{name}: {data}");
                return data[name].take();
            }
            assert!(self.sizes.faults, "{name} was not done");
            assert!(began.elapsed() < PATIENCE, "{name} was not done in {PATIENCE:?}");
            tokio::task::yield_now().await;
        }
    }
}
