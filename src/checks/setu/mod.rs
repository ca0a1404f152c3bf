//! Setu's public APIs (docs.setu.co, "Data"): Aadhaar through DigiLocker, PAN verification, penny drop.
//!
//! `call` sends and bounds, `read` makes an [`Answer`] of status and body (pure), `codes` says what every documented code
//! means. Nothing but a documented success passes.

mod call;
pub mod codes;
pub mod read;
mod settings;

use async_trait::async_trait;
use entity::{StepKind, id::RunId};
use reqwest::Method;
use serde_json::json;

pub use self::settings::{BankMode, Credential, Settings};
use self::{
    call::{Call, Product},
    codes::Meaning,
};
use super::{
    Answer, Ask, Back, Check, Found, Reference, Replies, Request,
    by_reviewer::{given, of_bank, of_pan},
    http::{ClientError, client},
};
use crate::{entropy::Entropy, lifecycle::reasons::UNDER_REVIEW};

/// Why the customer's PAN is asked for: it has to have 20 characters or more.
const REASON: &str = "Verification of the customer's identity (KYC)";

/// Setu, for the kinds that the settings have a product for.
#[derive(Clone)]
pub struct Setu {
    http: reqwest::Client,
    settings: Settings,
    entropy: Entropy,
}

impl Setu {
    /// A caller of Setu. `entropy` spreads the pauses between tries.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(settings: Settings, entropy: Entropy) -> Result<Self, ClientError> {
        Ok(Self { http: client(settings.connect, settings.whole)?, settings, entropy })
    }

    /// The kinds that it performs with these settings.
    pub fn kinds(&self) -> Vec<StepKind> {
        let products = [
            (StepKind::DigilockerAadhaar, &self.settings.digilocker),
            (StepKind::Pan, &self.settings.pan),
            (StepKind::BankPennyDrop, &self.settings.bank),
        ];
        products.into_iter().filter(|(_, product)| product.is_some()).map(|(kind, _)| kind).collect()
    }

    async fn start(&self, run: RunId, return_url: &str) -> Answer {
        let body = json!({ "redirectUrl": return_url });
        let call =
            Call::new(run, Product::Digilocker, Method::POST, "api/digilocker/").with(body).repeatable();
        match self.call(call).await {
            Ok((status, body)) => read::started(status, &body, self.settings.is_plain()),
            Err(why) => Answer::Down { why },
        }
    }

    async fn returned(&self, run: RunId, reference: &Reference, back: &Back) -> Answer {
        if !back.success {
            return match back.error.as_deref().and_then(codes::digilocker) {
                Some(meaning @ (Meaning::Requires(_) | Meaning::Down(_))) => meaning.answer(None),
                _ => Answer::requires("CONSENT_DECLINED", None),
            };
        }
        // Consent to nothing, or to everything but Aadhaar, is a success to DigiLocker.
        if back.scope.as_ref().is_some_and(|scope| !scope.iter().any(|shared| shared == "ADHAR")) {
            return Answer::requires("DIGILOCKER_EMPTY_SCOPE", None);
        }
        self.aadhaar(run, reference).await
    }

    async fn aadhaar(&self, run: RunId, reference: &Reference) -> Answer {
        let answer = match self.get(run, Product::Digilocker, "api/digilocker", reference, "/aadhaar").await {
            Ok((status, body)) => read::aadhaar(status, &body),
            Err(why) => return Answer::Down { why },
        };
        if answer.found().is_some() {
            // The access is not needed any more. If this fails it ends by itself, so nobody waits for it twice.
            let path = format!("api/digilocker/{}/revoke", reference.as_str());
            let revoked = self.call(Call::new(run, Product::Digilocker, Method::GET, path)).await;
            if !matches!(revoked, Ok((200..=299, _))) {
                tracing::warn!("the access to DigiLocker was not revoked; it ends when its validity does");
            }
        }
        answer
    }

    async fn visit(&self, run: RunId, reference: &Reference) -> Answer {
        match self.get(run, Product::Digilocker, "api/digilocker", reference, "/status").await {
            Ok((status, body)) => match read::visit(status, &body, reference) {
                read::Visit::Consented => self.aadhaar(run, reference).await,
                read::Visit::Answer(answer) => answer,
            },
            Err(why) => Answer::Down { why },
        }
    }

    async fn pan(&self, run: RunId, pan: &super::pan::Pan) -> Answer {
        let body = json!({ "pan": pan.expose(), "consent": "Y", "reason": REASON });
        let call = Call::new(run, Product::Pan, Method::POST, "api/verify/pan").with(body).repeatable();
        match self.call(call).await {
            Ok((status, body)) => read::pan(status, &body, |name| of_pan(pan, name)),
            Err(why) => Answer::Down { why },
        }
    }

    async fn drop_penny(
        &self,
        run: RunId,
        account: &super::bank::Account,
        ifsc: &super::bank::Ifsc,
    ) -> Answer {
        let body = json!({ "ifsc": ifsc.as_str(), "accountNumber": account.expose() });
        let path = match self.settings.bank_mode {
            BankMode::Sync => "api/verify/ban",
            BankMode::Async => "api/verify/ban/async",
        };
        // Not repeatable: a rupee may be on its way although no answer came.
        match (
            self.call(Call::new(run, Product::Bank, Method::POST, path).with(body)).await,
            self.settings.bank_mode,
        ) {
            (Ok((status, body)), BankMode::Sync) => {
                read::bank(status, &body, None, |name, code| of_bank(account, ifsc, name, code))
            }
            (Ok((status, body)), BankMode::Async) => {
                read::bank_begun(status, &body, of_bank(account, ifsc, None, None))
            }
            (Err(why), _) => Answer::Down { why },
        }
    }

    async fn dropped(&self, run: RunId, reference: &Reference, found: &Found) -> Answer {
        let Found::Bank(known) = found else { return Answer::requires(UNDER_REVIEW, Some(found.clone())) };
        let with = |name, code| {
            let mut known = known.clone();
            (known.registered_name, known.provider_code) = (name, code);
            Found::Bank(known)
        };
        match self.get(run, Product::Bank, "api/verify/ban/async", reference, "").await {
            Ok((status, body)) => read::bank(status, &body, Some(reference), with),
            Err(why) => Answer::Down { why },
        }
    }

    async fn get(
        &self,
        run: RunId,
        product: Product,
        folder: &str,
        reference: &Reference,
        rest: &str,
    ) -> Result<call::Got, super::Outage> {
        let path = format!("{folder}/{}{rest}", reference.as_str());
        self.call(Call::new(run, product, Method::GET, path).repeatable()).await
    }
}

#[async_trait]
impl Check for Setu {
    fn provider(&self) -> &'static str {
        "setu"
    }

    async fn ask(&self, request: &Request) -> Replies {
        use StepKind::{BankPennyDrop, DigilockerAadhaar, Pan};
        let run = request.run;
        let answer = match (request.kind, &request.ask) {
            (DigilockerAadhaar, Ask::Start { return_url }) => self.start(run, return_url).await,
            (DigilockerAadhaar, Ask::Returned { reference, back }) => {
                self.returned(run, reference, back).await
            }
            (DigilockerAadhaar, Ask::Again { reference, .. }) => self.visit(run, reference).await,
            (Pan, Ask::Pan { pan }) => self.pan(run, pan).await,
            (BankPennyDrop, Ask::Bank { account, ifsc }) => self.drop_penny(run, account, ifsc).await,
            (BankPennyDrop, Ask::Again { reference, found: Some(found) }) => {
                self.dropped(run, reference, found).await
            }
            // A question that this kind does not have: a person will know.
            (_, ask) => Answer::requires(UNDER_REVIEW, given(ask)),
        };
        if let Answer::Down { why } = &answer {
            tracing::warn!(kind = %request.kind, %run, %why, "Setu is down");
        }
        answer.into()
    }
}
