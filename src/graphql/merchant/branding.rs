//! `Branding`: how a merchant's journeys look.

use std::sync::{Arc, LazyLock};

use async_graphql::{InputObject, MaybeUndefined};
use futures_util::{FutureExt, future::BoxFuture};

use super::Merchant;
use crate::{
    error::{Error, Result, UserError},
    graphql::{
        exec::{
            Context,
            object::{Object, Row},
        },
        mutation::{Mutate, Payload, Shown},
        scalar::{Color, Url},
        user_error::UserErrorRow,
    },
    kyc::{branding, logo},
};

/// A merchant's look.
pub struct Branding(pub Arc<Merchant>);

impl Row for Branding {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Branding>> = LazyLock::new(|| {
            Object::<Branding>::new("Branding", "How a merchant's journeys look.")
                .text("displayName", "The name that customers read.", |branding| &branding.0.row.display_name)
                .loaded::<Option<Url>>(
                    "logoUrl",
                    "The logo, a PNG of at most 512 pixels a side; null when there is none. Another logo has another address.",
                    |cx, rows| {
                        let url = |branding: &Arc<Branding>| logo::url(&cx.kyc.public_url, &branding.0.row).map(Url);
                        async move { Ok(rows.iter().map(url).collect()) }.boxed()
                    },
                )
                .value("primaryColor", "Buttons and links.", |branding| {
                    Color(branding.0.row.primary_color.clone())
                })
                .value("backgroundColor", "The page.", |branding| {
                    Color(branding.0.row.background_color.clone())
                })
                .value("surfaceColor", "Cards and fields.", |branding| {
                    Color(branding.0.row.surface_color.clone())
                })
                .value("textColor", "Text on the page and on cards.", |branding| {
                    Color(branding.0.row.text_color.clone())
                })
                .value("cornerRadius", "The radius of corners, in pixels: 0 to 32.", |branding| {
                    branding.0.row.corner_radius
                })
                .optional_text("supportEmail", "Where customers get help.", |branding| {
                    branding.0.row.support_email.as_deref()
                })
                .value("supportUrl", "Where customers get help.", |branding| {
                    branding.0.row.support_url.clone().map(Url)
                })
                .value("updatedAt", "When the look last changed.", |branding| {
                    branding.0.row.branding_updated_at
                })
        });
        &OBJECT
    }
}

/// The input of the `brandingUpdate` mutation. What is left out stays; what is null has its default again.
#[derive(Clone, InputObject)]
pub struct BrandingUpdateInput {
    /// The name that customers read, 1 to 100 characters; null: the merchant's name.
    display_name: MaybeUndefined<String>,
    /// Buttons and links: at least 3:1 of contrast with `backgroundColor` (WCAG 2.2), else LOW_CONTRAST, whose message
    /// names the nearest colour that has it. Null: #1f5fd0.
    primary_color: MaybeUndefined<Color>,
    /// The page; null: #f5f7fa.
    background_color: MaybeUndefined<Color>,
    /// Cards and fields; null: #ffffff.
    surface_color: MaybeUndefined<Color>,
    /// Text: at least 4.5:1 of contrast with `backgroundColor` and `surfaceColor` (WCAG 2.2), else LOW_CONTRAST. Null:
    /// #1b2430.
    text_color: MaybeUndefined<Color>,
    /// The radius of corners in pixels, 0 to 32; null: 10.
    corner_radius: MaybeUndefined<i32>,
    /// Where customers get help; null: nowhere.
    support_email: MaybeUndefined<String>,
    /// Where customers get help, at most 2048 characters; null: nowhere.
    support_url: MaybeUndefined<Url>,
    /// Makes sure that the look is changed once, however often this is sent: 1 to 255 characters, remembered for 24
    /// hours.
    idempotency_key: Option<String>,
}

impl From<BrandingUpdateInput> for branding::BrandingUpdate {
    fn from(input: BrandingUpdateInput) -> Self {
        let color = |color: MaybeUndefined<Color>| color.map_value(|color| color.0).into();
        Self {
            display_name: input.display_name.into(),
            primary_color: color(input.primary_color),
            background_color: color(input.background_color),
            surface_color: color(input.surface_color),
            text_color: color(input.text_color),
            corner_radius: input.corner_radius.into(),
            support_email: input.support_email.into(),
            support_url: input.support_url.map_value(|url| url.0).into(),
        }
    }
}

/// What `brandingUpdate` would say of an input.
pub struct BrandingCheck(Vec<UserError>);

impl Row for BrandingCheck {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<BrandingCheck>> = LazyLock::new(|| {
            Object::<BrandingCheck>::new("BrandingCheck", "What `brandingUpdate` would say of an input.")
                .parts(
                    "userErrors",
                    "Why the input would be refused; empty when it would be done.",
                    |_, check| check.0.iter().cloned().map(UserErrorRow).collect(),
                )
        });
        &OBJECT
    }
}

impl BrandingCheck {
    /// Asks the use case, as the mutation does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn of(cx: &Context<'_>, input: &BrandingUpdateInput) -> Result<Self> {
        match branding::judge(cx.kyc, cx.actor, input.clone().into()).await {
            Ok(()) => Ok(Self(Vec::new())),
            Err(Error::User(errors)) => Ok(Self(errors)),
            Err(error) => Err(error),
        }
    }
}

/// `brandingUpdate`
pub struct BrandingUpdate;

impl Mutate for BrandingUpdate {
    const NAME: &'static str = "brandingUpdate";
    const DESCRIPTION: &'static str =
        "Changes how your journeys look, those under way included. Takes the role ADMIN.";
    type Input = BrandingUpdateInput;

    fn payload() -> &'static Object<Payload<Self>> {
        static OBJECT: LazyLock<Object<Payload<BrandingUpdate>>> = LazyLock::new(|| {
            Object::payload("BrandingUpdatePayload", "The answer of the `brandingUpdate` mutation.")
                .branding()
                .merchant()
                .user_errors()
        });
        &OBJECT
    }

    fn run<'a>(cx: &'a Context<'a>, input: &'a BrandingUpdateInput) -> BoxFuture<'a, Result<Shown>> {
        async move {
            let key = cx.key(input.idempotency_key.as_deref());
            let done = branding::update(cx.kyc, cx.actor, input.clone().into(), key).await?;
            Ok(Shown { replayed: done.replayed, ..Shown::merchant(done.answer.merchant) })
        }
        .boxed()
    }
}
