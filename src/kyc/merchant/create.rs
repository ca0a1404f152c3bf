//! Creating a merchant.

use entity::{
    ActorKind, EventType, MerchantMode, Role, Scope,
    id::{ApiKeyId, MemberId},
    log_head, member,
    merchant::{self, Journey, Origins},
};
use futures_util::future::BoxFuture;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, SqlErr};
use serde::Serialize;
use serde_json::json;

use super::{
    DEFAULT_JOURNEY, DEFAULT_LINK_VALIDITY_HOURS, DEFAULT_TIME_ZONE, MAX_NAME, MerchantIds, check_time_zone,
    reload,
};
use crate::{
    auth::{Actor, key::NewKey},
    error::{Error, Result, UserError, UserErrorCode},
    events::Draft,
    kyc::{
        Answer, Change, Key, Kyc, Outcome, api_key, branding,
        input_errors::InputErrors,
        password::{OneTimeLink, url_of},
        text,
    },
};

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
        let mut refusals = InputErrors::none();
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
            logo: Set(None),
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

#[cfg(test)]
mod tests {
    use super::*;

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
        let Err(Error::User(errors)) = NewMerchant::check(input) else { panic!("not refused") };
        let fields: Vec<String> = errors.into_iter().map(|error| error.field.unwrap().join(".")).collect();
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
}
