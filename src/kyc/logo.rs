//! A merchant's logo: a picture that everybody may see.

use entity::{EventType, Role, Scope, id::MerchantId, merchant};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::json;

use super::{
    Change, Kyc,
    merchant::lock,
    picture::{self, Place, Shown},
};
use crate::{
    auth::Actor,
    checks::{image::Purpose, store::Key},
    error::{Error, Result, UserErrorCode},
    events::Draft,
};

/// The largest file that is read, in bytes.
pub const MAX_LOGO: usize = Purpose::Logo.max_bytes();

/// A logo that is about to come.
pub struct Coming {
    scope: Scope,
    // From before its first byte is read.
    _place: Place,
}

/// Asks whether a logo would be taken, before it is read. ADMIN.
///
/// # Errors
/// FORBIDDEN; RATE_LIMITED while another one of the merchant's is on its way, or too many pictures are.
pub async fn coming(kyc: &Kyc, actor: &Actor) -> Result<Coming> {
    let scope = actor.require(Role::Admin)?;
    let place = kyc.performing.pictures().place(scope.merchant_id().0).await?;
    Ok(Coming { scope, _place: place })
}

/// Takes a logo: drawn anew from its pixels, at most 512 on its longer side, in place of the one before.
///
/// # Errors
/// INVALID with what is wrong with it; RATE_LIMITED when too many pictures are being looked at.
pub async fn set(kyc: &Kyc, actor: &Actor, coming: Coming, bytes: Vec<u8>) -> Result<merchant::Model> {
    let picture = picture::looked_at(kyc, Purpose::Logo, "logo", bytes).await?;
    picture::keep(kyc, (actor, coming.scope), Purpose::Logo, picture, |change, key, _| {
        Box::pin(async move {
            let merchant = lock(change).await?;
            let before = key_of(&merchant);
            Ok((write(change, merchant, Some(key)).await?, before))
        })
    })
    .await
}

/// Removes the logo; one that is not there is removed already. ADMIN.
///
/// # Errors
/// FORBIDDEN.
pub async fn clear(kyc: &Kyc, actor: &Actor) -> Result<()> {
    let scope = actor.require(Role::Admin)?;
    let removed = kyc
        .change(actor, scope, |change| {
            Box::pin(async move {
                let merchant = lock(change).await?;
                let Some(key) = key_of(&merchant) else { return Ok(None) };
                picture::let_go(change, &key).await?;
                write(change, merchant, None).await?;
                Ok(Some(key))
            })
        })
        .await?;
    if let Some(key) = removed {
        picture::remove_now(kyc, &key).await;
    }
    Ok(())
}

async fn write(
    change: &mut Change<'_>,
    merchant: merchant::Model,
    key: Option<&Key>,
) -> Result<merchant::Model> {
    let mut row: merchant::ActiveModel = merchant.into();
    row.logo = Set(key.map(|key| key.as_str().to_owned()));
    row.branding_updated_at = Set(change.now);
    let merchant = row.update(change.txn).await?;
    let mut updated = Draft::new(EventType::BrandingUpdated).subject(merchant.id.0);
    updated.data.details = Some(json!({ "changed": ["logo"] }));
    change.event(updated);
    Ok(merchant)
}

/// Where a logo is: what it is asked for by, and its version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logo(Key);

impl Logo {
    /// Another one of every logo: the same bytes for ever.
    pub fn version(&self) -> String {
        self.0.id().simple().to_string()
    }
}

/// The address of a merchant's logo, with its version, below `public_url`; none without a logo.
pub fn url(public_url: &str, merchant: &merchant::Model) -> Option<String> {
    let version = Logo(key_of(merchant)?).version();
    Some(format!("{public_url}/logos/{}?v={version}", merchant.id))
}

/// The logo of any merchant's: anybody may ask.
///
/// # Errors
/// NOT_FOUND where there is no such merchant, or it has no logo; when the database fails.
pub async fn find(kyc: &Kyc, merchant: &str) -> Result<Logo> {
    let nothing = || Error::user(UserErrorCode::NotFound, &[], "There is no such logo.");
    let id: MerchantId = merchant.parse().map_err(|_| nothing())?;
    let row = merchant::Entity::of(Scope::of(id)).one(kyc.db.reader()).await?;
    row.as_ref().and_then(key_of).map(Logo).ok_or_else(nothing)
}

/// Opens a logo.
///
/// # Errors
/// NOT_FOUND when it was replaced meanwhile; when the store fails.
pub async fn open(kyc: &Kyc, logo: &Logo) -> Result<Shown> {
    picture::open(kyc, &logo.0).await
}

fn key_of(merchant: &merchant::Model) -> Option<Key> {
    merchant.logo.as_deref().and_then(Key::parse)
}
