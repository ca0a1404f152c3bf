//! Creating a merchant, and its settings.

use std::str::FromStr;

use chrono_tz::Tz;
use entity::{
    ActorKind, EventType, MerchantMode, Role, Scope, StepKind,
    id::{ApiKeyId, MemberId, MerchantId},
    log_head, member,
    merchant::{self, Journey, Origins},
};
use futures_util::future::BoxFuture;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, QuerySelect, SqlErr, sea_query::LockType};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    Answer, Change, Key, Kyc, Outcome, Patch, api_key, branding,
    password::{OneTimeLink, url_of},
    patch::put,
    refusals::Refusals,
    text,
};
use crate::{
    auth::{Actor, key::NewKey},
    error::{Error, Result, UserError, UserErrorCode},
    events::Draft,
};

/// Characters of a merchant's name, and of the name that customers see.
pub const MAX_NAME: usize = 100;
/// The zone of a merchant that names none: the checks are those of India.
pub const DEFAULT_TIME_ZONE: &str = "Asia/Kolkata";
/// How long a new link lasts, in hours, where the merchant says nothing else.
pub const DEFAULT_LINK_VALIDITY_HOURS: i32 = 72;
/// The steps of a new attempt where the merchant says nothing else.
pub const DEFAULT_JOURNEY: [StepKind; 5] = [
    StepKind::DigilockerAadhaar,
    StepKind::Pan,
    StepKind::BankPennyDrop,
    StepKind::Selfie,
    StepKind::Signature,
];
/// A year: the longest validity of a link, in hours.
pub const MAX_LINK_VALIDITY_HOURS: i32 = 8_760;
/// Origins that a merchant may list.
pub const MAX_ORIGINS: usize = 20;
/// What the first member and the first key are called until somebody renames them.
const FIRST_MEMBER: &str = "Administrator";
const FIRST_KEY: &str = "First key";

/// The input of [`create`].
#[derive(Clone, Serialize)]
pub struct MerchantCreate {
    pub name: String,
    pub slug: String,
    pub admin_email: String,
    /// SANDBOX where it is not given: nobody gets real checks by forgetting a word.
    pub mode: Option<MerchantMode>,
    /// IANA name; [`DEFAULT_TIME_ZONE`] where it is not given.
    pub time_zone: Option<String>,
}

/// The answer of [`create`].
pub struct MerchantCreated {
    pub merchant: merchant::Model,
    /// The first API key, of the role ADMIN: shown once.
    pub admin_api_key: Option<String>,
    /// Where the first member, an ADMIN, sets their password: shown once.
    pub password_url: Option<String>,
}

/// The input of [`update`].
#[derive(Clone, Default, Serialize)]
pub struct MerchantUpdate {
    pub name: Patch<String>,
    pub time_zone: Patch<String>,
    /// The steps of new attempts, in order: unique, one to six.
    pub journey: Patch<Vec<StepKind>>,
    /// 1 to [`MAX_LINK_VALIDITY_HOURS`].
    pub link_validity_hours: Patch<i32>,
    /// Cleared, journeys send nobody anywhere.
    pub redirect_origins: Patch<Vec<String>>,
}

/// The answer of [`update`] and of `branding::update`.
pub struct MerchantAnswer {
    pub merchant: merchant::Model,
}

/// What is remembered of an answer that shows a merchant.
#[derive(Serialize, Deserialize)]
pub struct MerchantIds {
    merchant: MerchantId,
}

/// Creates a merchant with its log, its first member and its first API key, both ADMIN: all or nothing.
///
/// For the platform only. The member gets no mail: whoever creates the merchant hands the link on.
///
/// # Errors
/// What is wrong with the input, everything at once; TAKEN for a slug that another merchant has.
pub async fn create(
    kyc: &Kyc,
    actor: &Actor,
    input: MerchantCreate,
    key: Option<String>,
) -> Result<Outcome<MerchantCreated>> {
    if actor.kind() != ActorKind::Platform {
        return Err(Error::NotForThisActor("only the operator's platform key creates merchants"));
    }
    let key = key.map(|key| Key::new("merchantCreate", key, &input)).transpose()?;
    let new = NewMerchant::check(input)?;
    let scope = Scope::of(kyc.entropy.id(kyc.clock.now()));
    let public_url = kyc.public_url.clone();
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let (new, public_url) = (new.clone(), public_url.clone());
        Box::pin(async move { new.insert(change, &public_url).await })
    })
    .await
}

#[derive(Clone)]
struct NewMerchant {
    name: String,
    slug: String,
    admin_email: String,
    mode: MerchantMode,
    time_zone: String,
}

impl NewMerchant {
    fn check(input: MerchantCreate) -> Result<Self> {
        let MerchantCreate { name, slug, admin_email, mode, time_zone } = input;
        let mut refusals = Refusals::none();
        let name = refusals.keep(text::required(&["name"], &name, MAX_NAME));
        let slug = refusals.keep(check_slug(&slug));
        let admin_email = refusals.keep(text::email(&["adminEmail"], &admin_email));
        let time_zone = refusals.keep(check_time_zone(time_zone.as_deref().unwrap_or(DEFAULT_TIME_ZONE)));
        match (name, slug, admin_email, time_zone) {
            (Some(name), Some(slug), Some(admin_email), Some(time_zone)) => {
                Ok(Self { name, slug, admin_email, mode: mode.unwrap_or(MerchantMode::Sandbox), time_zone })
            }
            _ => Err(refusals.into_error()),
        }
    }

    async fn insert(self, change: &mut Change<'_>, public_url: &str) -> Result<MerchantCreated> {
        let (id, now) = (change.scope.merchant_id(), change.now);
        let colors = branding::DEFAULT;
        let row = merchant::ActiveModel {
            id: Set(id),
            name: Set(self.name.clone()),
            slug: Set(self.slug),
            mode: Set(self.mode),
            time_zone: Set(self.time_zone),
            journey: Set(Journey(DEFAULT_JOURNEY.to_vec())),
            link_validity_hours: Set(DEFAULT_LINK_VALIDITY_HOURS),
            redirect_origins: Set(Origins(Vec::new())),
            display_name: Set(self.name),
            primary_color: Set(colors.primary.to_owned()),
            background_color: Set(colors.background.to_owned()),
            surface_color: Set(colors.surface.to_owned()),
            text_color: Set(colors.text.to_owned()),
            corner_radius: Set(branding::DEFAULT_CORNER_RADIUS),
            support_email: Set(None),
            support_url: Set(None),
            branding_updated_at: Set(now),
            created_at: Set(now),
        };
        let merchant = row.insert(change.txn).await.map_err(|error| match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Error::user(
                UserErrorCode::Taken,
                &["slug"],
                "Another merchant has this slug. Choose another one.",
            ),
            _ => error.into(),
        })?;
        log_head::ActiveModel { merchant_id: Set(id), seq: Set(0) }.insert(change.txn).await?;

        let link = OneTimeLink::new(change);
        let member_id: MemberId = change.entropy.id(now);
        let member = member::ActiveModel {
            id: Set(member_id),
            merchant_id: Set(id),
            email: Set(self.admin_email),
            name: Set(FIRST_MEMBER.to_owned()),
            role: Set(Role::Admin),
            password_hash: Set(None),
            password_token_hash: Set(Some(link.hash)),
            password_token_expires_at: Set(Some(link.expires_at)),
            created_at: Set(now),
            last_seen_at: Set(None),
            disabled_at: Set(None),
        };
        member.insert(change.txn).await?;

        let new_key = NewKey::generate(self.mode, change.entropy);
        let key_id: ApiKeyId = change.entropy.id(now);
        api_key::row(key_id, FIRST_KEY.to_owned(), Role::Admin, &new_key, change).insert(change.txn).await?;

        let mut created = Draft::new(EventType::MerchantCreated).subject(id.0);
        created.data.details = Some(json!({ "mode": merchant.mode, "journey": merchant.journey }));
        change.event(created);
        let mut member_created = Draft::new(EventType::MemberCreated).subject(member_id.0);
        member_created.data.details = Some(json!({ "role": Role::Admin }));
        change.event(member_created);
        change.event(api_key::created_event(key_id, Role::Admin));
        Ok(MerchantCreated {
            merchant,
            admin_api_key: Some(new_key.secret),
            password_url: Some(url_of(public_url, &link.token)),
        })
    }
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
        let mut refusals = Refusals::none();
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

/// Locks the merchant's row: changes of its settings, its members and its keys take turns.
///
/// NO KEY UPDATE, since every row that is inserted with a foreign key to the merchant takes KEY SHARE on it: the plain lock
/// would stop those, and with them every journey of the merchant.
pub(super) async fn lock(change: &Change<'_>) -> Result<merchant::Model> {
    merchant::Entity::of(change.scope)
        .lock(LockType::NoKeyUpdate)
        .one(change.txn)
        .await?
        .ok_or_else(|| Error::internal("an actor without a merchant"))
}

async fn reload(change: &Change<'_>, merchant: MerchantId) -> Result<merchant::Model> {
    merchant::Entity::of(Scope::of(merchant))
        .one(change.txn)
        .await?
        .ok_or_else(|| Error::internal("a merchant of a remembered answer is gone"))
}

impl Answer for MerchantCreated {
    type Ids = MerchantIds;

    fn ids(&self) -> MerchantIds {
        MerchantIds { merchant: self.merchant.id }
    }

    // The scope of a repeated creation is that of a merchant which will never be: what counts is the one remembered.
    fn reload<'c>(change: &'c Change<'_>, ids: MerchantIds) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move {
            let merchant = reload(change, ids.merchant).await?;
            Ok(Self { merchant, admin_api_key: None, password_url: None })
        })
    }
}

impl Answer for MerchantAnswer {
    type Ids = MerchantIds;

    fn ids(&self) -> MerchantIds {
        MerchantIds { merchant: self.merchant.id }
    }

    fn reload<'c>(change: &'c Change<'_>, ids: MerchantIds) -> BoxFuture<'c, Result<Self>> {
        Box::pin(async move { Ok(Self { merchant: reload(change, ids.merchant).await? }) })
    }
}

/// `^[a-z0-9](-?[a-z0-9]){1,39}$`, capitals taken as small letters.
fn check_slug(slug: &str) -> Result<String, UserError> {
    let slug = slug.trim().to_ascii_lowercase();
    let letters = slug.bytes().filter(|byte| *byte != b'-').count();
    let fits = (2..=40).contains(&letters)
        && slug.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && !slug.starts_with('-')
        && !slug.ends_with('-')
        && !slug.contains("--");
    if fits {
        return Ok(slug);
    }
    Err(UserError::new(
        UserErrorCode::Invalid,
        &["slug"],
        "Choose 2 to 40 letters a–z and digits, with single hyphens between them, as in acme-bank.",
    ))
}

fn check_time_zone(name: &str) -> Result<String, UserError> {
    match Tz::from_str(name.trim()) {
        Ok(zone) => Ok(zone.name().to_owned()),
        Err(_) => Err(UserError::new(
            UserErrorCode::Invalid,
            &["timeZone"],
            "Enter a time zone by its IANA name, as in Asia/Kolkata.",
        )),
    }
}

/// The steps of an attempt: unique, one to six.
///
/// # Errors
/// REQUIRED for none, INVALID for one that comes twice.
pub fn check_journey(field: &str, steps: Vec<StepKind>) -> Result<Vec<StepKind>, UserError> {
    if steps.is_empty() {
        return Err(UserError::new(UserErrorCode::Required, &[field], "Name at least one step."));
    }
    // There are six kinds: a list without a twin has at most six.
    let twin = steps.iter().enumerate().find(|(place, step)| steps[..*place].contains(step));
    if let Some((_, step)) = twin {
        return Err(UserError::new(
            UserErrorCode::Invalid,
            &[field],
            format!("Name each step once; {step} comes twice."),
        ));
    }
    Ok(steps)
}

/// The validity of a link, in hours.
///
/// # Errors
/// INVALID outside of 1 to [`MAX_LINK_VALIDITY_HOURS`].
pub fn check_validity(field: &str, hours: i32) -> Result<i32, UserError> {
    if (1..=MAX_LINK_VALIDITY_HOURS).contains(&hours) {
        return Ok(hours);
    }
    let message = format!("Choose 1 to {MAX_LINK_VALIDITY_HOURS} hours.");
    Err(UserError::new(UserErrorCode::Invalid, &[field], message))
}

fn check_origins(origins: &[String], refusals: &mut Refusals) -> Vec<String> {
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

    fn refused(error: Error) -> Vec<(String, UserErrorCode)> {
        let Error::User(errors) = error else { panic!("{error:?}") };
        errors.into_iter().map(|error| (error.field.unwrap().join("."), error.code)).collect()
    }

    #[test]
    fn slugs() {
        for slug in ["ab", "a1", "acme-bank", "a-b-c", &"a".repeat(40), &format!("a{}", "-a".repeat(39))] {
            assert_eq!(check_slug(slug).unwrap(), slug);
        }
        assert_eq!(check_slug(" Acme ").unwrap(), "acme");
        for slug in ["", "a", "-ab", "ab-", "a--b", "a_b", "a b", "äb", &"a".repeat(41)] {
            assert!(check_slug(slug).is_err(), "{slug}");
        }
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let input = MerchantCreate {
            name: " ".into(),
            slug: "-".into(),
            admin_email: "nobody".into(),
            mode: None,
            time_zone: Some("Mars/Olympus".into()),
        };
        let fields = refused(NewMerchant::check(input).err().unwrap());
        let fields: Vec<&str> = fields.iter().map(|(field, _)| field.as_str()).collect();
        assert_eq!(fields, ["name", "slug", "adminEmail", "timeZone"]);
    }

    #[test]
    fn what_is_left_out_has_a_default() {
        let input = MerchantCreate {
            name: "Acme".into(),
            slug: "acme".into(),
            admin_email: "Asha@Example.com".into(),
            mode: None,
            time_zone: None,
        };
        let new = NewMerchant::check(input).unwrap();
        assert_eq!((new.mode, new.time_zone.as_str()), (MerchantMode::Sandbox, "Asia/Kolkata"));
        assert_eq!(new.admin_email, "asha@example.com");
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
