//! Live mode without a provider: somebody of the team has to look.

use async_trait::async_trait;

use super::{
    Answer, Ask, BankFound, Check, Found, PanFound, Replies, Request,
    bank::{Account, Ifsc},
    pan::Pan,
};
use crate::lifecycle::reasons::UNDER_REVIEW;

/// Leaves every step to a reviewer, with what the customer gave, masked.
pub(super) struct ByReviewer;

#[async_trait]
impl Check for ByReviewer {
    fn provider(&self) -> &'static str {
        "reviewer"
    }

    async fn ask(&self, request: &Request) -> Replies {
        Answer::requires(UNDER_REVIEW, given(&request.ask)).into()
    }
}

/// What the customer gave, as far as it may be kept.
pub(super) fn given(ask: &Ask) -> Option<Found> {
    match ask {
        Ask::Pan { pan } => Some(of_pan(pan, None)),
        Ask::Bank { account, ifsc } => Some(of_bank(account, ifsc, None, None)),
        Ask::Again { found, .. } => found.clone(),
        Ask::Start { .. } | Ask::Returned { .. } | Ask::Image { .. } => None,
    }
}

/// A PAN, masked, with the name that it is registered under.
pub(super) fn of_pan(pan: &Pan, registered_name: Option<String>) -> Found {
    Found::Pan(PanFound { masked_pan: pan.masked(), registered_name })
}

/// An account, masked, with the name of its holder.
pub(super) fn of_bank(
    account: &Account,
    ifsc: &Ifsc,
    registered_name: Option<String>,
    provider_code: Option<String>,
) -> Found {
    Found::Bank(BankFound {
        masked_account: account.masked(),
        ifsc: ifsc.as_str().to_owned(),
        bank_name: ifsc.bank_name().to_owned(),
        registered_name,
        provider_code,
    })
}
