//! The journey as the picture's route answers it: what `{ journey }` answers at `/journey/graphql`.

use std::sync::Arc;

use async_graphql::Variables;
use serde_json::Value;

use crate::{
    error::Error,
    graphql::{Operation, guard::Guard, live::Parts},
    rest::JourneyReader,
};

/// All of a journey's fields. A test holds it to the schema.
pub const DOCUMENT: &str = "{ journey { id merchantName mode customerName state underReview expiresAt redirectUrl \
    consentTextVersion consentedAt \
    branding { displayName logoUrl primaryColor backgroundColor surfaceColor textColor cornerRadius supportEmail \
      supportUrl updatedAt } \
    steps { id kind position status reasonCode message canRetry triesLeft } \
    currentStep { id kind position status reasonCode message canRetry triesLeft } } }";

/// Reads the journey of whoever asks.
pub fn reader(parts: &Parts) -> JourneyReader {
    let (api, kyc, guard) = (parts.api.clone(), parts.kyc.clone(), Arc::<Guard>::clone(&parts.guard));
    Arc::new(move |actor| {
        let (api, kyc, guard) = (api.clone(), kyc.clone(), Arc::clone(&guard));
        Box::pin(async move {
            let document = guard.check(DOCUMENT).map_err(|_| Error::internal("the journey's document"))?;
            let (name, variables, idempotency_key) = (None, Variables::default(), None);
            let asked = Operation { document: &document, name, variables, idempotency_key };
            let mut answer: Value =
                serde_json::from_slice(&api.execute(&kyc, &actor, asked).await.into_json())?;
            Ok(answer["data"]["journey"].take())
        })
    })
}
