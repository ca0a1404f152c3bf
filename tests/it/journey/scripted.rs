//! A provider that says what a test tells it to.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use entity::StepKind;
use futures_util::future::BoxFuture;
use kyc_stack::{
    checks::{Answer, Bands, Check, Checks, Found, PanFound, Replies, Request},
    kyc::{
        Kyc,
        check::{Performing, runs_due},
    },
};
use serde_json::Value;

use super::{Phone, linked};
use crate::harness::app::{House, TestApp};

/// What happens while a provider is asked.
type Meanwhile = Arc<dyn Fn() -> BoxFuture<'static, ()> + Send + Sync>;

/// Answers one after the other.
pub(crate) struct Scripted {
    answers: Mutex<VecDeque<Answer>>,
    meanwhile: Meanwhile,
}

impl Scripted {
    /// The use cases of a server whose PANs are looked up here, in live mode.
    pub(crate) fn perform(app: &TestApp, answers: impl IntoIterator<Item = Answer>) -> Kyc {
        Self::perform_while(app, answers, Arc::new(|| Box::pin(async {})))
    }

    /// The same, and what happens each time between the question and its answer.
    pub(crate) fn perform_while(
        app: &TestApp,
        answers: impl IntoIterator<Item = Answer>,
        meanwhile: Meanwhile,
    ) -> Kyc {
        let scripted = Self { answers: Mutex::new(answers.into_iter().collect()), meanwhile };
        let checks = Checks::new().with(StepKind::Pan, scripted);
        Kyc { performing: Performing::new(checks, Bands::default()), ..app.kyc().clone() }
    }
}

#[async_trait]
impl Check for Scripted {
    fn provider(&self) -> &'static str {
        "scripted"
    }

    async fn ask(&self, _request: &Request) -> Replies {
        (self.meanwhile)().await;
        self.answers.lock().unwrap().pop_front().expect("nobody is asked more often").into()
    }
}

/// A PAN that passed, under this name.
pub(crate) fn passed(name: &str) -> Answer {
    let found = PanFound { masked_pan: "ABxxxxxx1F".to_owned(), registered_name: Some(name.to_owned()) };
    Answer::Completed { found: Some(Found::Pan(found)) }
}

/// A customer of a new attempt who has sent a PAN, which was looked up: the attempt, and their phone.
pub(crate) async fn looked_up(
    app: &TestApp,
    house: &House,
    kyc: &Kyc,
    steps: Value,
    pan: &str,
) -> (String, Phone) {
    let (attempt, url) = linked(house, steps).await;
    let phone = Phone::enter(app, &url).await;
    phone.pan(pan).await.data("journeyPanSubmit.journey");
    assert_eq!(runs_due(kyc, 10).await.unwrap(), 1);
    (attempt, phone)
}
