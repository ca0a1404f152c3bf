//! `Merchant` and `Branding`.

use std::sync::{Arc, LazyLock};

use async_graphql::InputObject;
use entity::{Role, merchant};
use futures_util::FutureExt;
use sea_orm::EntityTrait;

use super::{
    exec::{
        Context,
        object::{Fan, Object, Row},
    },
    scalar::{Color, Url},
    settings::{self, ApiKey, Member},
};
use crate::error::Result;

/// The actor's merchant.
pub struct Merchant {
    /// The row.
    pub row: merchant::Model,
}

/// A merchant's look.
pub struct Branding(pub Arc<Merchant>);

/// The argument of `Merchant.apiKeys`.
#[derive(InputObject)]
pub struct ApiKeysArgs {
    /// Whether to show revoked keys, too.
    include_revoked: Option<bool>,
}

/// The argument of `Merchant.members`.
#[derive(InputObject)]
pub struct MembersArgs {
    /// Whether to show disabled members, too.
    include_disabled: Option<bool>,
}

impl Row for Merchant {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Merchant>> = LazyLock::new(|| {
            Object::<Merchant>::new("Merchant", "A business that runs KYC.")
                .node("The merchant's id.", |merchant| merchant.row.id)
                .text("name", "Its name.", |merchant| &merchant.row.name)
                .text("slug", "What members type when they sign in.", |merchant| &merchant.row.slug)
                .part("branding", "How its journeys look.", |_, merchant| Branding(Arc::clone(merchant)))
                .value("mode", "Whether checks are real. It never changes.", |merchant| merchant.row.mode)
                .text(
                    "timeZone",
                    "IANA name: where its days begin and end, in reports and summaries.",
                    |merchant| &merchant.row.time_zone,
                )
                .value("journey", "The steps of a new attempt, in order.", |merchant| {
                    merchant.row.journey.0.clone()
                })
                .value("linkValidityHours", "How long a new link lasts, in hours.", |merchant| {
                    merchant.row.link_validity_hours
                })
                .value(
                    "redirectOrigins",
                    "Origins that a journey may send the customer back to.",
                    |merchant| merchant.row.redirect_origins.0.clone(),
                )
                .many::<ApiKeysArgs, ApiKey>(
                    "apiKeys",
                    "Its API keys, oldest first: those that work, unless asked for all.",
                    |cx, rows, args, _| {
                        async move {
                            let keys = settings::api_keys(cx, args.include_revoked.unwrap_or(false)).await?;
                            Ok(rows.iter().map(|_| keys.clone()).collect())
                        }
                        .boxed()
                    },
                )
                .nullable_list()
                .role(Role::Admin)
                .fan(Fan::Rows(10))
                .many::<MembersArgs, Member>(
                    "members",
                    "Its team, oldest first: those who can sign in, unless asked for all.",
                    |cx, rows, args, _| {
                        async move {
                            let members =
                                settings::members(cx, args.include_disabled.unwrap_or(false)).await?;
                            Ok(rows.iter().map(|_| members.clone()).collect())
                        }
                        .boxed()
                    },
                )
                .nullable_list()
                .role(Role::Admin)
                .fan(Fan::Rows(10))
                .value("createdAt", "When it was created.", |merchant| merchant.row.created_at)
        });
        &OBJECT
    }
}

impl Row for Branding {
    fn object() -> &'static Object<Self> {
        static OBJECT: LazyLock<Object<Branding>> = LazyLock::new(|| {
            Object::<Branding>::new("Branding", "How a merchant's journeys look.")
                .text("displayName", "The name that customers read.", |branding| &branding.0.row.display_name)
                .value::<Option<Url>>("logoUrl", "The logo; null when there is none.", |_| None)
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

/// The actor's merchant; none for the operator.
///
/// # Errors
/// When the database fails.
pub async fn own(cx: &Context<'_>) -> Result<Option<Arc<Merchant>>> {
    let Some(scope) = cx.actor.scope() else { return Ok(None) };
    Ok(merchant::Entity::of(scope).one(cx.db()).await?.map(|row| Arc::new(Merchant { row })))
}
