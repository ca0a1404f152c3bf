//! What checks found about a person: `IdentityResult`, `PanResult`, `BankResult`, `ImageResult`.

use std::{
    collections::HashMap,
    sync::{Arc, LazyLock},
};

use entity::{Role, Scoped, Time, id::StepId, step_result};

use super::result::UNION;
use crate::{
    error::{Error, Result},
    graphql::{
        exec::{
            Context,
            object::{Object, Row},
        },
        scalar::{Date, Url},
    },
    kyc::check::{BankFound, Found, IdentityFound, PanFound},
    kyc::picture,
};

/// What Aadhaar says.
pub struct IdentityResult(IdentityFound, Option<i32>);
/// What the register of PANs says.
pub struct PanResult(PanFound, Option<i32>);
/// What the bank says.
pub struct BankResult(BankFound, Option<i32>);

/// A picture that the customer sent.
pub struct ImageResult {
    /// None for whoever may not look at it.
    url: Option<String>,
    width: i32,
    height: i32,
    at: Time,
}

/// One of them.
pub enum Stored {
    Identity(Arc<IdentityResult>),
    Pan(Arc<PanResult>),
    Bank(Arc<BankResult>),
    Image(Arc<ImageResult>),
}

const MATCH: &str = "How well the name matches the customer's, 0 to 100, as they were last compared; null where there was none to compare.";

impl Row for IdentityResult {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<IdentityResult>> = LazyLock::new(|| {
            Object::<IdentityResult>::new("IdentityResult", "What Aadhaar says, through DigiLocker.")
                .member_of(UNION)
                .text("name", "The name.", |found| &found.0.name)
                .value("dateOfBirth", "The birth date.", |found| found.0.date_of_birth.map(Date))
                .optional_text("gender", "As the document has it.", |found| found.0.gender.as_deref())
                .text("maskedAadhaar", "The number but for its last four digits.", |found| {
                    &found.0.masked_aadhaar
                })
                .optional_text("address", "The address, in one line.", |found| found.0.address.as_deref())
                .value("nameMatch", MATCH, |found| found.1)
        });
        &OBJECT
    }
}

impl Row for PanResult {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<PanResult>> = LazyLock::new(|| {
            Object::<PanResult>::new("PanResult", "What the register of PANs says.")
                .member_of(UNION)
                .text("maskedPan", "The PAN but for a few characters.", |found| &found.0.masked_pan)
                .optional_text("registeredName", "Whose it is.", |found| found.0.registered_name.as_deref())
                .value("nameMatch", MATCH, |found| found.1)
        });
        &OBJECT
    }
}

impl Row for BankResult {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<BankResult>> = LazyLock::new(|| {
            Object::<BankResult>::new("BankResult", "What the bank says.")
                .member_of(UNION)
                .text("maskedAccount", "The account number but for its last four digits.", |found| {
                    &found.0.masked_account
                })
                .text("ifsc", "The branch.", |found| &found.0.ifsc)
                .value("bankName", "The bank.", |found| Some(found.0.bank_name.clone()))
                .optional_text("registeredName", "Whose account it is.", |found| {
                    found.0.registered_name.as_deref()
                })
                .value("nameMatch", MATCH, |found| found.1)
                .optional_text(
                    "providerCode",
                    "The provider's own code of the outcome, for its support.",
                    |found| found.0.provider_code.as_deref(),
                )
        });
        &OBJECT
    }
}

impl Row for ImageResult {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<ImageResult>> = LazyLock::new(|| {
            Object::<ImageResult>::new("ImageResult", "A selfie or a signature.")
                .member_of(UNION)
                .value::<Option<Url>>(
                    "url",
                    "Where it can be looked at for the next five minutes, by whoever has this address. Takes the role REVIEWER.",
                    |image| image.url.clone().map(Url),
                )
                .role(Role::Reviewer)
                .value("width", "Pixels.", |image| image.width)
                .value("height", "Pixels.", |image| image.height)
                .value("capturedAt", "When the customer sent it.", |image| image.at)
        });
        &OBJECT
    }
}

/// What is stored of these steps.
///
/// # Errors
/// When the database fails.
pub async fn of_steps(
    cx: &Context<'_>,
    ids: impl IntoIterator<Item = StepId>,
) -> Result<HashMap<StepId, Stored>> {
    let ids: Vec<_> = ids.into_iter().collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = cx.backend();
    let rows = step_result::Entity::among(cx.scope()?, backend, step_result::Column::StepId, ids);
    let mut stored = HashMap::new();
    for row in rows.all(cx.db()).await? {
        let Some(found) = row.found else {
            if let Some(image) = image(cx, &row).await? {
                stored.insert(row.step_id, Stored::Image(Arc::new(image)));
            }
            continue;
        };
        let found = serde_json::from_value(found).map_err(|_| Error::internal("a result cannot be read"))?;
        let one = match found {
            Found::Identity(found) => Stored::Identity(Arc::new(IdentityResult(found, row.name_match))),
            Found::Pan(found) => Stored::Pan(Arc::new(PanResult(found, row.name_match))),
            Found::Bank(found) => Stored::Bank(Arc::new(BankResult(found, row.name_match))),
        };
        stored.insert(row.step_id, one);
    }
    Ok(stored)
}

async fn image(cx: &Context<'_>, row: &step_result::Model) -> Result<Option<ImageResult>> {
    let (Some(key), Some(width), Some(height)) = (&row.image, row.width, row.height) else { return Ok(None) };
    let url = if cx.actor.may(Role::Reviewer) {
        picture::address(cx.kyc, row.merchant_id, row.step_id, key, cx.now).await?
    } else {
        None
    };
    Ok(Some(ImageResult { url, width, height, at: row.at }))
}
