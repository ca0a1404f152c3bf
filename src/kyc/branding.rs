//! A merchant's look.

use entity::{EventType, Role, merchant};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde::Serialize;
use serde_json::json;

use super::{
    Change, Key, Kyc, Outcome, Patch,
    contrast::{self, Color},
    input_errors::InputErrors,
    merchant::{MAX_NAME, MerchantAnswer, lock},
    patch::put,
    text,
};
use crate::{
    auth::Actor,
    error::{Error, Result, UserError, UserErrorCode},
    events::Draft,
};

/// The colours of a look, as `#rrggbb`.
#[derive(Clone, Copy, Debug)]
pub struct Colors<'a> {
    pub primary: &'a str,
    pub background: &'a str,
    pub surface: &'a str,
    pub text: &'a str,
}

/// The look of a merchant that has chosen none; its contrasts are those asked of every look.
pub const DEFAULT: Colors<'static> =
    Colors { primary: "#1f5fd0", background: "#f5f7fa", surface: "#ffffff", text: "#1b2430" };
/// Pixels.
pub const DEFAULT_CORNER_RADIUS: i32 = 10;
/// Pixels: beyond, a button of the usual height is a pill already.
pub const MAX_CORNER_RADIUS: i32 = 32;

/// The input of [`update`]. What is cleared has its default again: the merchant's name, the default look, no support.
#[derive(Clone, Default, Serialize)]
pub struct BrandingUpdate {
    pub display_name: Patch<String>,
    pub primary_color: Patch<String>,
    pub background_color: Patch<String>,
    pub surface_color: Patch<String>,
    pub text_color: Patch<String>,
    /// Pixels, 0 to [`MAX_CORNER_RADIUS`].
    pub corner_radius: Patch<i32>,
    pub support_email: Patch<String>,
    pub support_url: Patch<String>,
}

/// Changes the merchant's look. ADMIN.
///
/// # Errors
/// What is wrong with the input, everything at once; LOW_CONTRAST for colours that, together with those that stay,
/// could not be read on each other.
pub async fn update(
    kyc: &Kyc,
    actor: &Actor,
    input: BrandingUpdate,
    key: Option<String>,
) -> Result<Outcome<MerchantAnswer>> {
    let scope = actor.require(Role::Admin)?;
    let key = key.map(|key| Key::new("brandingUpdate", key, &input)).transpose()?;
    kyc.change_once_per_key(actor, scope, key, move |change| {
        let input = input.clone();
        Box::pin(async move {
            let merchant = lock(change).await?;
            let look = check(input, &merchant)?;
            write(change, merchant, look).await
        })
    })
    .await
}

/// Whether [`update`] would take a look, and nothing else: nothing is written, and nothing is locked. ADMIN.
///
/// # Errors
/// As [`update`].
pub async fn judge(kyc: &Kyc, actor: &Actor, input: BrandingUpdate) -> Result<()> {
    let scope = actor.require(Role::Admin)?;
    let merchant = merchant::Entity::of(scope).one(kyc.db.reader()).await?;
    let merchant = merchant.ok_or_else(|| Error::internal("an actor without a merchant"))?;
    check(input, &merchant).map(drop)
}

#[derive(Default)]
struct NewLook {
    display_name: Option<String>,
    primary_color: Option<String>,
    background_color: Option<String>,
    surface_color: Option<String>,
    text_color: Option<String>,
    corner_radius: Option<i32>,
    support_email: Option<Option<String>>,
    support_url: Option<Option<String>>,
}

fn check(input: BrandingUpdate, merchant: &merchant::Model) -> Result<NewLook> {
    let BrandingUpdate {
        display_name,
        primary_color,
        background_color,
        surface_color,
        text_color,
        corner_radius,
        support_email,
        support_url,
    } = input;
    let mut refusals = InputErrors::none();
    let name = display_name.try_map(|name| text::required(&["displayName"], &name, MAX_NAME));
    let name = refusals.keep(name);
    let email = refusals.keep(support_email.try_map(|email| text::email(&["supportEmail"], &email)));
    let url = refusals.keep(support_url.try_map(|url| text::url(&["supportUrl"], &url)));
    let radius = refusals.keep(corner_radius.try_map(check_radius));
    let mut color = |field, patch: Patch<String>, default: &str| {
        let checked = patch.or_default(|| default.to_owned()).map(|text| Color::checked(field, &text));
        refusals.keep(checked.transpose())
    };
    let primary = color("primaryColor", primary_color, DEFAULT.primary);
    let background = color("backgroundColor", background_color, DEFAULT.background);
    let surface = color("surfaceColor", surface_color, DEFAULT.surface);
    let ink = color("textColor", text_color, DEFAULT.text);
    if let (Some(primary), Some(background), Some(surface), Some(ink)) = (primary, background, surface, ink) {
        check_contrasts(merchant, primary, background, surface, ink, &mut refusals);
    }
    refusals.done()?;
    let text = |color: Option<Option<Color>>| color.flatten().map(|color| color.to_string());
    Ok(NewLook {
        display_name: name.and_then(|name| name.or_default(|| merchant.name.clone())),
        primary_color: text(primary),
        background_color: text(background),
        surface_color: text(surface),
        text_color: text(ink),
        corner_radius: radius.and_then(|radius| radius.or_default(|| DEFAULT_CORNER_RADIUS)),
        support_email: email.and_then(Patch::optional),
        support_url: url.and_then(Patch::optional),
    })
}

/// Only what is new is judged: a change of the name is not refused for colours that were let in before.
fn check_contrasts(
    merchant: &merchant::Model,
    primary: Option<Color>,
    background: Option<Color>,
    surface: Option<Color>,
    ink: Option<Color>,
    refusals: &mut InputErrors,
) {
    if [primary, background, surface, ink].iter().all(Option::is_none) {
        return;
    }
    let stored = |text: &str| Color::parse(text).ok_or_else(|| damaged(text));
    let or_stored = |new: Option<Color>, text: &str| new.map_or_else(|| stored(text), Ok);
    let all = (|| {
        Ok([
            or_stored(primary, &merchant.primary_color)?,
            or_stored(background, &merchant.background_color)?,
            or_stored(surface, &merchant.surface_color)?,
            or_stored(ink, &merchant.text_color)?,
        ])
    })();
    let Some([primary, background, surface, ink]) = refusals.keep(all) else { return };
    let (on_background, on_surface) = (("backgroundColor", background), ("surfaceColor", surface));
    refusals.keep(contrast::check("textColor", ink, &[on_background, on_surface], contrast::TEXT));
    refusals.keep(contrast::check("primaryColor", primary, &[on_background], contrast::CONTROL));
}

/// A colour in the database that is none: say which, so that all four can be given anew.
fn damaged(text: &str) -> UserError {
    let message = format!("The stored colour {text:?} is not one. Give all four colours.");
    UserError::new(UserErrorCode::Invalid, &[], message)
}

fn check_radius(pixels: i32) -> Result<i32, UserError> {
    if (0..=MAX_CORNER_RADIUS).contains(&pixels) {
        return Ok(pixels);
    }
    let message = format!("Choose 0 to {MAX_CORNER_RADIUS} pixels.");
    Err(UserError::new(UserErrorCode::Invalid, &["cornerRadius"], message))
}

async fn write(change: &mut Change<'_>, merchant: merchant::Model, look: NewLook) -> Result<MerchantAnswer> {
    let mut row: merchant::ActiveModel = merchant.clone().into();
    let mut changed = Vec::new();
    put(&mut row.display_name, look.display_name, "displayName", &mut changed);
    put(&mut row.primary_color, look.primary_color, "primaryColor", &mut changed);
    put(&mut row.background_color, look.background_color, "backgroundColor", &mut changed);
    put(&mut row.surface_color, look.surface_color, "surfaceColor", &mut changed);
    put(&mut row.text_color, look.text_color, "textColor", &mut changed);
    put(&mut row.corner_radius, look.corner_radius, "cornerRadius", &mut changed);
    put(&mut row.support_email, look.support_email, "supportEmail", &mut changed);
    put(&mut row.support_url, look.support_url, "supportUrl", &mut changed);
    if changed.is_empty() {
        return Ok(MerchantAnswer { merchant });
    }
    row.branding_updated_at = Set(change.now);
    let merchant = row.update(change.txn).await?;
    let mut updated = Draft::new(EventType::BrandingUpdated).subject(merchant.id.0);
    updated.data.details = Some(json!({ "changed": changed }));
    change.event(updated);
    Ok(MerchantAnswer { merchant })
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use entity::{
        MerchantMode,
        id::MerchantId,
        merchant::{Journey, Origins},
    };
    use uuid::Uuid;

    use super::*;

    fn acme() -> merchant::Model {
        merchant::Model {
            id: MerchantId(Uuid::nil()),
            name: "Acme".into(),
            slug: "acme".into(),
            mode: MerchantMode::Sandbox,
            time_zone: "UTC".into(),
            journey: Journey(vec![]),
            link_validity_hours: 72,
            redirect_origins: Origins(vec![]),
            display_name: "Acme Bank".into(),
            primary_color: DEFAULT.primary.into(),
            background_color: DEFAULT.background.into(),
            surface_color: DEFAULT.surface.into(),
            text_color: DEFAULT.text.into(),
            corner_radius: 4,
            logo: None,
            support_email: None,
            support_url: None,
            branding_updated_at: DateTime::UNIX_EPOCH,
            created_at: DateTime::UNIX_EPOCH,
        }
    }

    fn refused(input: BrandingUpdate) -> Vec<(String, UserErrorCode)> {
        let Err(Error::User(errors)) = check(input, &acme()) else { panic!("not refused") };
        errors.into_iter().map(|error| (error.field.unwrap().join("."), error.code)).collect()
    }

    fn set(text: &str) -> Patch<String> {
        Patch::Set(text.to_owned())
    }

    #[test]
    fn the_default_look_can_be_read() {
        let [primary, background, surface, text] =
            [DEFAULT.primary, DEFAULT.background, DEFAULT.surface, DEFAULT.text]
                .map(|text| Color::parse(text).unwrap());
        assert!(text.contrast(background) >= contrast::TEXT && text.contrast(surface) >= contrast::TEXT);
        assert!(primary.contrast(background) >= contrast::CONTROL);
        // White on the primary colour, as on a button.
        assert!(primary.contrast(surface) >= contrast::TEXT);
    }

    #[test]
    fn a_new_colour_has_to_stand_out_from_those_that_stay() {
        let dark = BrandingUpdate { background_color: set("#101418"), ..BrandingUpdate::default() };
        let expected = [("textColor".to_owned(), UserErrorCode::LowContrast)];
        assert_eq!(refused(dark)[..1], expected);
        let pale = BrandingUpdate { primary_color: set("#dde6f5"), ..BrandingUpdate::default() };
        assert_eq!(refused(pale), [("primaryColor".to_owned(), UserErrorCode::LowContrast)]);
        let all = BrandingUpdate {
            primary_color: set("#7FB0FF"),
            background_color: set("#101418"),
            surface_color: set("#1b2430"),
            text_color: set("#f5f7fa"),
            ..BrandingUpdate::default()
        };
        assert_eq!(check(all, &acme()).unwrap_or_default().primary_color.as_deref(), Some("#7fb0ff"));
    }

    #[test]
    fn cleared_is_the_default_again() {
        let look = check(
            BrandingUpdate {
                display_name: Patch::Clear,
                corner_radius: Patch::Clear,
                support_email: Patch::Clear,
                text_color: Patch::Clear,
                ..BrandingUpdate::default()
            },
            &acme(),
        )
        .unwrap_or_default();
        assert_eq!(look.display_name.as_deref(), Some("Acme"));
        assert_eq!(look.corner_radius, Some(DEFAULT_CORNER_RADIUS));
        assert_eq!(look.support_email, Some(None));
        assert_eq!(look.text_color.as_deref(), Some(DEFAULT.text));
        assert_eq!(look.support_url, None);
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let input = BrandingUpdate {
            display_name: set(" "),
            primary_color: set("blue"),
            corner_radius: Patch::Set(33),
            support_email: set("help"),
            support_url: set("http://example.com"),
            ..BrandingUpdate::default()
        };
        let fields: Vec<String> = refused(input).into_iter().map(|(field, _)| field).collect();
        assert_eq!(fields, ["displayName", "supportEmail", "supportUrl", "cornerRadius", "primaryColor"]);
    }
}
