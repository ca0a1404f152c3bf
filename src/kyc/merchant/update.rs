//! Changing a merchant's settings.

use entity::{
    EventType, Role, StepKind,
    merchant::{self, Journey, Origins},
};
use sea_orm::ActiveModelTrait;
use serde::Serialize;
use serde_json::json;

use super::{MAX_NAME, MAX_ORIGINS, MerchantAnswer, check_journey, check_time_zone, check_validity, lock};
use crate::{
    auth::Actor,
    error::{Result, UserError, UserErrorCode},
    events::Draft,
    kyc::{Change, Key, Kyc, Outcome, Patch, input_errors::InputErrors, patch::put, text},
};

/// The input of [`update`].
#[derive(Clone, Default, Serialize)]
pub struct MerchantUpdate {
    pub name: Patch<String>,
    pub time_zone: Patch<String>,
    /// The steps of new attempts, in order: unique, one to six.
    pub journey: Patch<Vec<StepKind>>,
    /// 1 to [`MAX_LINK_VALIDITY_HOURS`](super::MAX_LINK_VALIDITY_HOURS).
    pub link_validity_hours: Patch<i32>,
    /// Cleared, journeys send nobody anywhere.
    pub redirect_origins: Patch<Vec<String>>,
}

/// Changes the merchant's settings. ADMIN. New attempts follow the new journey and validity; those that exist stay as they are.
///
/// # Errors
/// What is wrong with the input, everything at once.
pub async fn update(
    kyc: &Kyc,
    actor: &Actor,
    input: MerchantUpdate,
    key: Option<String>,
) -> Result<Outcome<MerchantAnswer>> {
    let scope = actor.require(Role::Admin)?;
    let key = key.map(|key| Key::new("merchantUpdate", key, &input)).transpose()?;
    let new = NewSettings::check(input)?;
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let new = new.clone();
        Box::pin(async move {
            let merchant = lock(change).await?;
            new.write(change, merchant).await
        })
    })
    .await
}

#[derive(Clone)]
struct NewSettings {
    name: Option<String>,
    time_zone: Option<String>,
    journey: Option<Journey>,
    link_validity_hours: Option<i32>,
    redirect_origins: Option<Origins>,
}

impl NewSettings {
    fn check(input: MerchantUpdate) -> Result<Self> {
        let MerchantUpdate { name, time_zone, journey, link_validity_hours, redirect_origins } = input;
        let mut refusals = InputErrors::none();
        let name = name.try_map(|name| text::required(&["name"], &name, MAX_NAME));
        let name = refusals.keep(name.and_then(|name| name.required("name")));
        let time_zone = time_zone.try_map(|zone| check_time_zone(&zone));
        let time_zone = refusals.keep(time_zone.and_then(|zone| zone.required("timeZone")));
        let journey = journey.try_map(|steps| check_journey("journey", steps));
        let journey = refusals.keep(journey.and_then(|steps| steps.required("journey")));
        let hours = link_validity_hours.try_map(|hours| check_validity("linkValidityHours", hours));
        let hours = refusals.keep(hours.and_then(|hours| hours.required("linkValidityHours")));
        let origins = redirect_origins.try_map(|origins| Ok(check_origins(&origins, &mut refusals)));
        let origins = refusals.keep(origins.map(|origins| origins.or_default(Vec::new)));
        refusals.done()?;
        Ok(Self {
            name: name.flatten(),
            time_zone: time_zone.flatten(),
            journey: journey.flatten().map(Journey),
            link_validity_hours: hours.flatten(),
            redirect_origins: origins.flatten().map(Origins),
        })
    }

    async fn write(self, change: &mut Change<'_>, merchant: merchant::Model) -> Result<MerchantAnswer> {
        let mut row: merchant::ActiveModel = merchant.clone().into();
        let mut changed = Vec::new();
        put(&mut row.name, self.name, "name", &mut changed);
        put(&mut row.time_zone, self.time_zone, "timeZone", &mut changed);
        put(&mut row.journey, self.journey, "journey", &mut changed);
        put(&mut row.link_validity_hours, self.link_validity_hours, "linkValidityHours", &mut changed);
        put(&mut row.redirect_origins, self.redirect_origins, "redirectOrigins", &mut changed);
        if changed.is_empty() {
            return Ok(MerchantAnswer { merchant });
        }
        let merchant = row.update(change.txn).await?;
        let mut updated = Draft::new(EventType::MerchantUpdated).subject(merchant.id.0);
        updated.data.details = Some(json!({
            "changed": changed,
            "journey": merchant.journey,
            "linkValidityHours": merchant.link_validity_hours,
            "timeZone": merchant.time_zone,
        }));
        change.event(updated);
        Ok(MerchantAnswer { merchant })
    }
}

fn check_origins(origins: &[String], refusals: &mut InputErrors) -> Vec<String> {
    if origins.len() > MAX_ORIGINS {
        let message = format!("List at most {MAX_ORIGINS} origins.");
        refusals.add(UserError::new(UserErrorCode::TooMany, &["redirectOrigins"], message));
        return Vec::new();
    }
    let mut normal = Vec::new();
    for (place, origin) in origins.iter().enumerate() {
        let checked = refusals.keep(text::origin(&["redirectOrigins", &place.to_string()], origin));
        // Two spellings of one origin are one.
        normal.extend(checked.filter(|origin| !normal.contains(origin)));
    }
    normal
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    fn refused(error: Error) -> Vec<(String, UserErrorCode)> {
        let Error::User(errors) = error else { panic!("{error:?}") };
        errors.into_iter().map(|error| (error.field.unwrap().join("."), error.code)).collect()
    }

    #[test]
    fn settings_are_checked_and_made_regular() {
        let origins = ["https://Shop.example/", "https://shop.example:443", "http://localhost:3000"];
        let new = NewSettings::check(MerchantUpdate {
            journey: Patch::Set(vec![StepKind::Pan, StepKind::Selfie]),
            redirect_origins: Patch::Set(origins.map(str::to_owned).to_vec()),
            ..MerchantUpdate::default()
        })
        .unwrap();
        assert_eq!(new.redirect_origins.unwrap().0, ["https://shop.example", "http://localhost:3000"]);
        assert_eq!(new.name, None);

        let error = NewSettings::check(MerchantUpdate {
            name: Patch::Clear,
            time_zone: Patch::Set("asia/kolkata".into()),
            journey: Patch::Set(vec![StepKind::Pan, StepKind::Pan]),
            link_validity_hours: Patch::Set(8_761),
            redirect_origins: Patch::Set(vec!["https://a.example".into(), "http://a.example".into()]),
        });
        assert_eq!(
            refused(error.err().unwrap()),
            [
                ("name".to_owned(), UserErrorCode::Required),
                ("timeZone".to_owned(), UserErrorCode::Invalid),
                ("journey".to_owned(), UserErrorCode::Invalid),
                ("linkValidityHours".to_owned(), UserErrorCode::Invalid),
                ("redirectOrigins.1".to_owned(), UserErrorCode::Invalid),
            ]
        );
        let none = MerchantUpdate { journey: Patch::Set(vec![]), ..MerchantUpdate::default() };
        assert_eq!(refused(NewSettings::check(none).err().unwrap())[0].1, UserErrorCode::Required);
        let cleared = MerchantUpdate { redirect_origins: Patch::Clear, ..MerchantUpdate::default() };
        assert_eq!(NewSettings::check(cleared).unwrap().redirect_origins, Some(Origins(Vec::new())));
        let many = vec!["https://a.example".to_owned(); 21];
        let many = MerchantUpdate { redirect_origins: Patch::Set(many), ..MerchantUpdate::default() };
        assert_eq!(refused(NewSettings::check(many).err().unwrap())[0].1, UserErrorCode::TooMany);
    }
}
