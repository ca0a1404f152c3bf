//! `Merchant`: a business that runs KYC, and its settings.

mod branding;
pub mod write;

use std::sync::{Arc, LazyLock};

use async_graphql::InputObject;
use entity::{Role, merchant};
use futures_util::FutureExt;

pub use self::branding::{Branding, BrandingCheck, BrandingUpdate, BrandingUpdateInput};
use super::{
    api_key::{self, ApiKey},
    exec::{
        Context,
        object::{Fan, Object, Row},
    },
    member::{self, Member},
};
use crate::error::Result;

/// The actor's merchant.
pub struct Merchant {
    /// The row.
    pub row: merchant::Model,
}

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
                            let keys =
                                api_key::of_merchant(cx, args.include_revoked.unwrap_or(false)).await?;
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
                                member::of_merchant(cx, args.include_disabled.unwrap_or(false)).await?;
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

/// The actor's merchant; none for the operator.
///
/// # Errors
/// When the database fails.
pub async fn own(cx: &Context<'_>) -> Result<Option<Arc<Merchant>>> {
    let Some(scope) = cx.actor.scope() else { return Ok(None) };
    Ok(merchant::Entity::of(scope).one(cx.db()).await?.map(|row| Arc::new(Merchant { row })))
}
